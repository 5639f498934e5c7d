"""Names that were typed in place of a number: whom, or which conversation, they may mean."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import trail
from inbox.display import name
from inbox.isolates import alone
from inbox.models import Activity, Membership
from inbox.popsell import conversations
from inbox.popsell.resources import Ambassador
from inbox.seeking import words_of
from inbox.spelling import letters
from inbox.trail import Asked
from inbox.views.ambassadors import People, directory
from inbox.views.called import called

SHOWN = 10  # of those who may be meant
LOOKED_AT = 1000  # of the newest acts that are asked for
UNREAD = gettext_lazy("Popsell can't be read just now: use the number.")


@dataclass(frozen=True, slots=True)
class Found:
    """`meant`: number and name of each. `failure`: why nobody is found, in words."""

    meant: tuple[tuple[int, str], ...] = ()
    failure: str = ""


def resolve(member: Membership, asked: Asked, field: str) -> Found:
    """What the words typed into this field may mean."""
    typed = asked.typed[field]
    find = _ambassadors if field == "ambassador" else _chatrooms
    found = find(member, asked, typed)
    same = [one for one in found.meant if letters(one[1]) == letters(typed)]
    return Found((same[0],)) if len(same) == 1 else found


def _ambassadors(member: Membership, _asked: Asked, typed: str) -> Found:
    """Those whom Popsell finds by this name among the brand's ambassadors."""
    people = People(name=typed)
    attempt = conversations.attempt(lambda: directory(member.brand_id, 1, people, bypass=False))
    if attempt.reading is None:
        return Found(failure=str(UNREAD))
    listed = [one for one in attempt.reading.page.data if isinstance(one, Ambassador)]
    if not listed:
        return Found(failure=_("Nobody is called “%(name)s” here") % {"name": alone(typed)})
    return Found(tuple((one.id, name(one)) for one in listed[:SHOWN]))


def _chatrooms(member: Membership, asked: Asked, typed: str) -> Found:
    """Those among the newest acts asked for, by the names that are known here without asking."""
    acts = trail.acts(member, asked).exclude(chatroom=None)
    rooms = acts.values_list("ambassador", "chatroom")[:LOOKED_AT]
    unique = [Activity(ambassador=id_, chatroom=room) for id_, room in dict.fromkeys(rooms)]
    known, words = called(member, unique, asks=False).rooms, words_of(typed)
    fits = [
        (room, told)
        for room, told in sorted(known.items(), key=lambda one: (one[1], one[0]))
        if words and all(word in letters(told) for word in words)
    ]
    if not fits:
        told = _("No conversation here is known to be with “%(name)s”. Use its number.")
        return Found(failure=told % {"name": alone(typed)})
    return Found(tuple(fits[:SHOWN]))
