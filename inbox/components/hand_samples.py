"""Conversations in hand, for the style guide."""

from datetime import datetime, timedelta

from inbox.chatrooms.holds import Held
from inbox.chatrooms.tokens import Target
from inbox.components.hands import Hand
from inbox.models import Hold, Membership, Note, Role, User
from inbox.models.holds import LASTS
from inbox.web.failures import Failure, of_held

NADIA = "Nadia Benali"
MINUTES = timedelta(minutes=12)


def hand_samples(member: Membership, now: datetime) -> dict[str, object]:
    """The open conversation is the member's own, from a colleague; an act failed in another one."""
    nadia = Membership(
        pk=2,
        brand=member.brand,
        user=User(email="nadia@example.com", name=NADIA),
        role=Role.MODERATOR,
    )
    given = _hold(member, now - MINUTES)
    given.given_by, given.note = NADIA, Note(text="She asks for the second time")
    return {
        "hand": Hand(given, is_own=True, readers=(NADIA, "Hugo Petit")),
        "team": [nadia],
        "taken": taken(member, nadia, now),
    }


def hands_of_rows(member: Membership, now: datetime) -> list[Hand]:
    """A colleague's, one's own, one that ran out, and one that is read."""
    return [
        Hand(_hold(member, now - MINUTES, NADIA)),
        Hand(_hold(member, now - MINUTES), is_own=True),
        Hand(_hold(member, now - LASTS - MINUTES, NADIA)),
        Hand(readers=(NADIA,)),
    ]


def taken(member: Membership, by: Membership, now: datetime) -> Failure:
    hold = _hold(by, now - MINUTES)
    return of_held(Held(member, Target(member.brand_id, 100, 8, 0, 0), hold))


def _hold(member: Membership, since: datetime, name: str = "") -> Hold:
    name = name or str(member.user)
    return Hold(member=member, member_name=name, since=since, until=since + LASTS)
