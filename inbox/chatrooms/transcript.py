"""Shows a page of messages by day, with a line where something begins."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from django.utils import timezone

from inbox.chatrooms.rows import Row
from inbox.popsell.cache import Reading
from inbox.popsell.resources import Chatroom, Message, Page, Unreadable

UNREAD, UNREVIEWED = "unread", "unreviewed"


@dataclass(frozen=True, slots=True)
class Said:
    """A message. `own`: of the ambassador's side. `opens`: what begins with it, else nothing.

    `ends_summary`: whether it is the last that the summary knows, and others follow.
    """

    message: Message
    own: bool
    opens: str
    ends_summary: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    date: date | None
    said: tuple[Said | Unreadable, ...]


def by_day(said: Iterable[Said | Unreadable]) -> tuple[Day, ...]:
    """Group by day. A message without a date belongs to the day before it."""
    day: date | None = None
    dated: list[tuple[date | None, Said | Unreadable]] = []
    for one in said:
        day = _day(one) or day
        dated.append((day, one))
    return tuple(
        Day(day, tuple(one for _, one in of_day)) for day, of_day in groupby(dated, itemgetter(0))
    )


def _day(said: Said | Unreadable) -> date | None:
    moment = said.message.date_insert if isinstance(said, Said) else None
    return timezone.localtime(moment).date() if moment else None


def annotate(
    items: Iterable[Message | Unreadable],
    row: Row,
    own: Container[int],
    hidden: Container[int],
) -> Iterator[Said | Unreadable]:
    """Messages, with the lines that begin at them.

    `own`: ids of the ambassador's side. `hidden`: ids of people shown without a name.
    """
    listed = list(items)
    summary = row.chatroom.last_summary
    known = find_summary_end(listed, summary.date_insert if summary else None)
    waiting = _beginnings([one for one in listed if isinstance(one, Message)], row)
    for place, one in enumerate(listed, 1):
        if isinstance(one, Unreadable):
            yield one
        else:
            is_own = one.author is not None and one.author.id in own
            opens = "" if one.id is None else waiting.pop(one.id, "")
            yield Said(one.hidden_among(hidden), is_own, opens, ends_summary=place == known)


def find_summary_end(items: Sequence[Message | Unreadable], written: datetime | None) -> int | None:
    """After how many of these messages a summary ends; None where it does not end among them."""
    dated = [one.date_insert if isinstance(one, Message) else None for one in items]
    known = [place for place, at in enumerate(dated, 1) if written and at and at <= written]
    return known[-1] if known and known[-1] < len(items) else None


def _beginnings(messages: Iterable[Message], row: Row) -> dict[int, str]:
    """The messages before which a line says that unread or unreviewed ones begin."""
    ids = [one.id for one in messages if one.id is not None]
    pivot, review = row.sides.pivot, row.review
    # An older page can't tell who wrote last: only the pointer shows what is unread.
    may_be_unread = row.unread or row.chatroom.last_message is None
    upto = {UNREVIEWED: review.message} if review else {}
    if pivot and may_be_unread:
        upto[UNREAD] = pivot.last_read_message or 0
    begins: dict[int, str] = {}
    for what, last in upto.items():
        first = next((id_ for id_ in ids if id_ > last), None)
        if first is not None:
            begins[first] = what
    return begins


def anonymized_in(room: Chatroom, said: Reading[Page[Message]] | None) -> set[int]:
    """Ids anonymized in one place, participants or authors: they count as anonymized everywhere."""
    messages = said.page.data if said else ()
    authors = [one.author for one in messages if isinstance(one, Message) and one.author]
    return {one.id for one in (*room.ambassadors, *authors) if one.anonymized}
