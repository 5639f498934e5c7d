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

Items = Sequence[Message | Unreadable]
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
    summary_end: int | None = None,
) -> Iterator[Said | Unreadable]:
    """Messages, with the lines that begin at them.

    `own`: ids of the ambassador's side. `hidden`: ids of people shown without a name. `summary_end`:
    after how many of these the summary ends.
    """
    listed = list(items)
    waiting = _beginnings([one for one in listed if isinstance(one, Message)], row)
    for place, one in enumerate(listed, 1):
        if isinstance(one, Unreadable):
            yield one
        else:
            is_own = one.author is not None and one.author.id in own
            opens = "" if one.id is None else waiting.pop(one.id, "")
            yield Said(one.hidden_among(hidden), is_own, opens, ends_summary=place == summary_end)


def find_summary_end(
    items: Items, written: datetime | None, following: Items | None = None
) -> int | None:
    """After how many of these messages a summary ends; None where it does not end among them.

    `following`: what comes after them, as far as it is known; None where these are the newest. What has
    no date counts as later. Only dates tell that a summary does not go on among the messages that
    follow, which show the end themselves then.
    """
    last = _known(items, written)
    later = [*items[last:], *(following or ())]
    if not last or _known(later, written):
        return None
    ends = bool(later) if following is None else any(map(_sent, later))
    return last if ends else None


def may_end_between(items: Items, written: datetime | None) -> bool:
    """Whether a summary ends with these messages or among those that follow: they can't tell."""
    last = _known(items, written)
    return bool(last) and not any(map(_sent, items[last:]))


def goes_on(items: Items, newest: Items, written: datetime | None) -> bool:
    """Whether the `newest` messages, as once read, show that a summary goes on after these."""
    known = [at for one in items if (at := _sent(one))]
    found = [at for one in newest if (at := _sent(one)) and written and at <= written]
    return bool(known and found) and max(found) > max(known)


def what_follows(page: Page[Message], newer: Page[Message]) -> Items:
    """The messages of the `newer` page that come right after those of `page`.

    The pages share messages where new ones came between the two readings. Empty where they may be
    apart.
    """
    if newer.current_page != page.current_page - 1:
        return ()
    ids = {one.id for one in page.data if one.id is not None}
    shared = [place for place, one in enumerate(newer.data, 1) if one.id in ids]
    is_beside = newer.total is not None and newer.total == page.total
    return newer.data[shared[-1] :] if shared else newer.data if is_beside else ()


def _known(items: Items, written: datetime | None) -> int:
    """How many of these there are up to the last that a summary knows."""
    sent = [_sent(one) for one in items]
    known = [place for place, at in enumerate(sent, 1) if written and at and at <= written]
    return known[-1] if known else 0


def _sent(item: Message | Unreadable) -> datetime | None:
    return item.date_insert if isinstance(item, Message) else None


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
