"""Finds the person or conversation that a typed name means."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.activity import report_form
from inbox.activity.report_form import ReportForm
from inbox.chatrooms.called import look_up_names
from inbox.chatrooms.reading import attempt
from inbox.components.ambassadors import People, directory, without_sign
from inbox.display.people import name
from inbox.display.seeking import words_of
from inbox.models import Activity, Membership
from inbox.popsell.resources import Ambassador
from inbox.text.isolates import alone
from inbox.text.spelling import letters

SHOWN = 10  # of those who may be meant
LOOKED_AT = 1000  # of the newest acts that are asked for
UNREAD = gettext_lazy("Popsell can't be read just now: use the number.")


@dataclass(frozen=True, slots=True)
class Found:
    """The finds. `meant`: number and name of each. `failure`: why nobody is found, in words."""

    meant: tuple[tuple[int, str], ...] = ()
    failure: str = ""


def resolve(member: Membership, form: ReportForm, field: str) -> Found:
    """The possible meanings of the words typed into this field."""
    typed = without_sign(form.typed[field])
    find = _ambassadors if field == "ambassador" else _chatrooms
    found = find(member, form, typed)
    same = [one for one in found.meant if letters(one[1]) == letters(typed)]
    return Found((same[0],)) if len(same) == 1 else found


def _ambassadors(member: Membership, _form: ReportForm, typed: str) -> Found:
    """The ambassadors of the brand that Popsell finds by this name, else by its longest word.

    Popsell takes a name's words as they stand; their order does not count here.
    """
    words = words_of(typed)
    tried = [typed, max(typed.split(), key=len)] if len(words) > 1 else [typed]
    for one in tried:
        listed = _first_page(member, one)
        if listed is None:
            return Found(failure=str(UNREAD))
        fits = [(who.id, name(who)) for who in listed if one == typed or _has(name(who), words)]
        if fits:
            return Found(tuple(fits[:SHOWN]))
    return Found(failure=_("Nobody is called “%(name)s” here") % {"name": alone(typed)})


def _first_page(member: Membership, typed: str) -> list[Ambassador] | None:
    """The first page of Popsell's search results; None where it can't be read."""
    people = People(name=typed)
    reading = attempt(lambda: directory(member.brand_id, 1, people, bypass=False)).reading
    if reading is None:
        return None
    return [one for one in reading.page.data if isinstance(one, Ambassador)]


def _has(name: str, words: tuple[str, ...]) -> bool:
    return bool(words) and all(word in letters(name) for word in words)


def _chatrooms(member: Membership, form: ReportForm, typed: str) -> Found:
    """Those among the newest acts asked for, by the names that are known here without asking."""
    acts = report_form.acts(member, form).exclude(chatroom=None)
    rooms = acts.values_list("ambassador", "chatroom")[:LOOKED_AT]
    unique = [Activity(ambassador=id_, chatroom=room) for id_, room in dict.fromkeys(rooms)]
    known, words = look_up_names(member, unique, asks=False).rooms, words_of(typed)
    fits = [
        (room, name)
        for room, name in sorted(known.items(), key=lambda one: (one[1], one[0]))
        if _has(name, words)
    ]
    if not fits:
        message = _("No conversation here is known to be with “%(name)s”. Use its number.")
        return Found(failure=message % {"name": alone(typed)})
    return Found(tuple(fits[:SHOWN]))
