"""Who has a conversation in hand, and who reads it right now. Acts heed the first."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import BigIntegerField, QuerySet
from django.utils import timezone

from inbox.chatrooms.tokens import Target
from inbox.models import Activity, Hold, IndexedChatroom, Membership, Reader
from inbox.models.holds import LASTS
from inbox.prepared import Param, Params, Prepared
from inbox.trips import Answer, Trip

READS_FOR = timedelta(seconds=90)
"""An open page tells every minute that it is looked at."""


class Held(Exception):  # noqa: N818 - a state that the member is told of, not a fault
    """A colleague has the conversation: nothing was done."""

    def __init__(self, member: Membership, target: Target, hold: Hold) -> None:
        super().__init__()
        self.member, self.target, self.hold = member, target, hold


def heed(member: Membership, target: Target) -> Hold | None:
    """Check within a member's act that no colleague has the conversation; renew what is their own.

    Nobody takes it until the transaction ends. Returns the member's own hold. Raises Held.
    """
    held = Hold.objects.select_for_update().filter(brand=target.brand, chatroom=target.chatroom)
    hold = held.filter(Hold.standing()).first()
    if hold is None:
        return None
    if hold.member_id != member.pk:
        raise Held(member, target, hold)
    hold.until = timezone.now() + LASTS
    hold.save(update_fields=["until"])
    return hold


def end_where_done(member: Membership, target: Target, act: Activity) -> None:
    """End the member's own hold where their act left no reason to attend to the conversation."""
    rooms = IndexedChatroom.objects.filter(brand=target.brand, chatroom=target.chatroom)
    if rooms.filter(rank__isnull=False).exists():
        return
    own = Hold.objects.filter(brand=target.brand, chatroom=target.chatroom, member=member)
    own.filter(ended=None).update(ended=timezone.now(), ended_with=act)


def bring_back(member: Membership, act: Activity | None) -> None:
    """Bring back the hold that ended with an act which the member undid, unless it was taken since.

    It lasts as long as it did before; one's own lasts anew.
    """
    if act is None:
        return
    ended = Hold.objects.filter(ended_with=act)
    ended.filter(member=member).update(until=timezone.now() + LASTS)
    ended.update(ended=None, ended_with=None)


def renew(member: Membership, target: Target) -> None:
    """Let the member's own hold last anew: what they did is open to everybody."""
    own = Hold.objects.filter(Hold.standing(), brand=target.brand, chatroom=target.chatroom)
    own.filter(member=member).update(until=timezone.now() + LASTS)


def end_all(member: Membership) -> None:
    """End all that somebody has in hand who may act no more."""
    Hold.objects.filter(member=member, ended=None).update(ended=timezone.now())


def find_on(trip: Trip, brand_id: int, chatrooms: Iterable[int]) -> Answer[dict[int, Hold]]:
    """The last hold of each of these chatrooms, which may have run out, by chatroom."""
    found = trip.ask(_HOLDS, brand=brand_id, chatrooms=list(chatrooms))
    return lambda: {one.chatroom: one for one in found()}


def _of_chatrooms() -> QuerySet[Hold]:
    number = BigIntegerField()
    which = {"brand": Param("brand", number), "chatroom__in": Params("chatrooms", number)}
    return Hold.objects.filter(**which, ended=None).select_related("note")


_HOLDS = Prepared(_of_chatrooms)


def note_reading(member: Membership, chatroom: int) -> None:
    """Note that the member reads a conversation now."""
    reader = Reader(member=member, chatroom=chatroom, at=timezone.now())
    Reader.objects.bulk_create(
        [reader],
        update_conflicts=True,
        unique_fields=["member"],
        update_fields=["chatroom", "at"],
    )


def readers_among(team: Iterable[Membership]) -> dict[int, list[str]]:
    """The names of those who read a chatroom now, by chatroom."""
    since = timezone.now() - READS_FOR
    found: dict[int, list[str]] = {}
    for one in sorted(team, key=lambda one: str(one.user)):  # the order stands in marks
        reader: Reader | None = getattr(one, "reader", None)
        if reader and reader.at > since:
            found.setdefault(reader.chatroom, []).append(str(one.user))
    return found
