"""A conversation of the index as a row of an inbox: what was kept of it, as of when it was read."""

from collections.abc import Iterable
from dataclasses import replace
from enum import IntEnum
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import ngettext

from inbox.chatrooms import rows
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.listing import Listing
from inbox.chatrooms.matching import is_present
from inbox.chatrooms.rows import Row
from inbox.models import IndexedChatroom
from inbox.popsell.codes import Status, TypeChatroom, TypeMessage
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    LastRating,
    LastSummary,
    Message,
    Pivot,
)

C = TypeVar("C", bound=IntEnum)
NOBODY = Ambassador(0)
"""In place of somebody that the index does not name."""


def make_row(kept: IndexedChatroom, listing: Listing, annotations: Annotations) -> Row:
    """The row for the member of this listing."""
    row = rows.make_row(_chatroom(kept, listing), listing, annotations, side=kept.participant or 0)
    crowd = "" if kept.other else _several(kept.others)
    return replace(row, kept_at=kept.facts_at, crowd=crowd)


def _chatroom(kept: IndexedChatroom, listing: Listing) -> Chatroom:
    own, others = _own(kept, listing.ambassador), _others(kept)
    rating = LastRating(kept.rating, kept.comment or None)
    return Chatroom(
        id=kept.chatroom,
        ambassadors=(*([own] if own else []), *others),
        date_insert=kept.date_insert,
        last_message_date=kept.last_message_date,
        type_chatroom=_named(TypeChatroom, kept.type_chatroom),
        type_discussion=None,
        source=None,
        established_dialogue=kept.established,
        last_rating=rating if kept.rating is not None or kept.comment else None,
        last_summary=_summary(kept),
        last_message=_message(kept, own, others),
    )


def _own(kept: IndexedChatroom, ambassador: Ambassador) -> Ambassador | None:
    """The ambassador's own side with its state; None where nobody is known to be it."""
    if kept.participant is None:
        return None
    state = (kept.last_read_message, kept.is_blocked, kept.archived)
    pivot = Pivot(kept.chatroom, kept.participant, *state)
    is_known = any(one is not None for one in state)
    own = ambassador if kept.participant == ambassador.id else Ambassador(kept.participant)
    return replace(own, chatroom_pivot_data=(pivot,) if is_known else ())


def _others(kept: IndexedChatroom) -> tuple[Ambassador, ...]:
    """The counterpart; of several only how many there are is kept."""
    if kept.other is None:
        return (NOBODY,) * kept.others if kept.others > 1 else ()
    return (
        Ambassador(
            kept.other,
            firstname=kept.name or None,
            status=_named(Status, kept.status),
            online=True if is_present(kept, timezone.now()) else None,
            anonymized=kept.anonymized,
        ),
    )


def _message(
    kept: IndexedChatroom, own: Ambassador | None, others: Iterable[Ambassador]
) -> Message | None:
    if kept.last_message is None and not kept.type_message:
        return None
    author = own if kept.is_own else next(iter(others), None)
    return Message(
        id=kept.last_message,
        date_insert=kept.last_message_date,
        author=None if kept.is_own is None else author,
        content=kept.excerpt,
        type_message=_named(TypeMessage, kept.type_message),
        status_moderation=kept.status_moderation or None,
    )


def _summary(kept: IndexedChatroom) -> LastSummary | None:
    if not kept.summary_mark:
        return None
    codes = (kept.anomaly or None, kept.topic or None)
    return LastSummary(kept.summarized, kept.summary or None, *codes)


def _named(codes: type[C], code: str) -> C | str | None:
    """The documented code that stands as its digits, else what came."""
    return next((one for one in codes if str(int(one)) == code), code or None)


def _several(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
