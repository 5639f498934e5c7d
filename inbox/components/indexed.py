"""A conversation of the index as pages show it: its two sides, and the words that are kept."""

from dataclasses import dataclass

from django.utils.translation import ngettext

from inbox.components.freshness import person_of
from inbox.display import messages, people, visible
from inbox.display.addresses import path_to
from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.popsell.codes import Status, TypeMessage
from inbox.popsell.resources import Ambassador, Message

STATUSES = {str(int(one)): one for one in Status}
TYPES = {str(int(one)): one for one in TypeMessage}


@dataclass(frozen=True, slots=True)
class Pair:
    """Who talks. `other`: the counterpart, where there is just one; `others` names all of them."""

    ambassador: Ambassador
    other: Ambassador | None
    others: str


def pair_of(row: IndexedChatroom, keeper: IndexedAmbassador | None) -> Pair:
    """`keeper`: the ambassador in whose inbox it stands, where the directory names them."""
    ambassador = person_of(keeper) if keeper else Ambassador(row.ambassador)
    other = _other(row) if row.other else None
    return Pair(ambassador, other, people.names([other]) if other else _several(row.others))


def address(row: IndexedChatroom) -> str:
    return path_to("chatroom", row.brand_id, row.ambassador, row.chatroom)


def said(type_message: str, words: str) -> str:
    """The words as HTML, as rows have them: a picture is told as one. Empty where none are kept."""
    if is_text(type_message) and not visible(words):
        return ""
    kind = TYPES.get(type_message, type_message or None)
    return messages.said(Message(None, None, None, words, kind, None))


def is_text(type_message: str) -> bool:
    """Whether a message of this type holds words, as one of no known type may."""
    return TYPES.get(type_message, type_message or None) in (TypeMessage.TEXT, None)


def _other(row: IndexedChatroom) -> Ambassador:
    """The counterpart as pages show people."""
    role = STATUSES.get(row.status)
    name = row.name or None
    return Ambassador(row.other or 0, firstname=name, status=role, anonymized=row.anonymized)


def _several(count: int) -> str:
    if not count:
        return people.names([])
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
