"""Finds a place in a conversation: a message, a day, the beginning, the first unread message.

Messages are listed in order, so a page tells on which side a thing lies: eighty pages take eight calls.
Without that order, pages are read one after the other, as time allows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import pairwise
from time import monotonic
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from inbox import context
from inbox.chatrooms.conversation import Conversation, Sought
from inbox.chatrooms.reading import read_transcript
from inbox.display.times import calendar_day
from inbox.popsell.cache import Reading
from inbox.popsell.errors import OverBudget, PopsellError
from inbox.popsell.resources import Message, Page, Unreadable

SHARE = 0.5  # of the time for Popsell: the call that is under way then may take the rest
FEW = 10  # pages to read one by one before a message counts as missing
CALLS = 40  # for one place, in any order of pages
Key = Callable[[Message | Unreadable], Any]


class NoOrderError(Exception):
    """The pages are not in the order of what is sought."""


class NoTimeError(Exception):
    """There was not enough of it to read on."""


@dataclass(frozen=True, slots=True)
class Found:
    """The page with the first message at or above the target, None where there is none."""

    reading: Reading[Page[Message]] | None
    message: int | None


@dataclass(slots=True)
class Pages:
    """The pages of one conversation that a request reads, each once."""

    shown: Conversation
    key: Key
    read: dict[int, Reading[Page[Message]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.shown.reading:
            self.read[1] = self.shown.reading

    @property
    def last(self) -> int:
        return self[1].page.last_page

    def __getitem__(self, number: int) -> Reading[Page[Message]]:
        if number not in self.read:
            self.read[number] = self._ask(number)
        return self.read[number]

    def _ask(self, number: int) -> Reading[Page[Message]]:
        """Ask for a page. Raises Popsell's failure even if the page was kept: it may have moved."""
        ends = context.deadline(SHARE)
        if number == 1 or monotonic() >= ends or len(self.read) >= CALLS:
            raise (self.shown.failures[-1] if number == 1 and self.shown.failures else NoTimeError)
        brand_id, room = self.shown.listing.member.brand_id, self.shown.row.chatroom.id
        reading = read_transcript(brand_id, room, number)
        if reading.failure:
            raise reading.failure
        if reading.page.current_page != number:
            raise NoTimeError
        return reading

    def keys(self, number: int) -> list[Any]:
        found = [self.key(one) for one in self[number].page.data]
        return [one for one in found if one is not None]

    def ends(self, number: int) -> tuple[Any, Any]:
        """The page's first and last. Raises NoOrderError where the pages read are in another order."""
        keys = self.keys(number)
        newest_last = [self.keys(one) for one in sorted(self.read, reverse=True)]
        known = [one for page in newest_last for one in page]
        if not keys or any(one > other for one, other in pairwise(known)):
            raise NoOrderError
        return keys[0], keys[-1]

    def found(self, number: int, least: Any) -> Found:
        reading = self[number]
        for one in reading.page.data:
            key = self.key(one)
            if key is not None and key >= least:
                return Found(reading, one.id)
        return Found(None, None)


def to_message(shown: Conversation, message: int) -> Conversation:
    """At the page of this message; else at the newest, which says that it is not there."""
    pages = Pages(shown, lambda one: one.id)
    try:
        found = _exactly(pages, message)
    except (NoTimeError, PopsellError) as failure:
        return _not_looked_for(shown, pages, message, failure)
    if found is None:
        return _not_looked_for(shown, pages, message, NoTimeError())
    if found.message != message and shown.kept:
        return _not_looked_for(shown, pages, message, shown.kept.failure or NoTimeError())
    if found.message != message:
        words = _("Message %(number)s is not in this conversation.") % {"number": message}
        return replace(shown, sought=Sought(words=words, is_missing=True))
    return replace(shown, reading=found.reading, sought=Sought(here=message))


def to_day(shown: Conversation, day: date) -> Conversation:
    """At the first message of a day of the brand's zone, else of the next with any."""
    begins = datetime.combine(day, time(), shown.listing.member.brand.zone)
    named = {"day": calendar_day(day)}

    def say(found: Message | None) -> str:
        if found is None or found.date_insert is None:
            return _("No message on %(day)s or later: these are the newest.") % named
        came = localtime(found.date_insert, begins.tzinfo).date()
        words = _("No message on %(day)s: the next ones are of %(next)s.")
        return "" if came == day else words % {**named, "next": calendar_day(came)}

    return _to_first(shown, lambda one: getattr(one, "date_insert", None), begins, say)


def to_unread(shown: Conversation) -> Conversation:
    """At the first message after the last one that was read."""
    if shown.unread_from is None:
        return replace(shown, sought=Sought(words=_("Nothing here is unread.")))
    if shown.unread_from == 1:  # nothing was ever read
        return to_beginning(shown)
    words = _("Nothing here is unread.")
    return _to_first(shown, lambda one: one.id, shown.unread_from, lambda one: "" if one else words)


def to_beginning(shown: Conversation) -> Conversation:
    pages = Pages(shown, lambda one: one.id)
    try:
        reading = pages[pages.last]
    except (NoTimeError, PopsellError) as failure:
        return _not_reached(shown, failure)
    return replace(shown, reading=reading, sought=Sought(here=_first_id(reading)))


def _first_id(reading: Reading[Page[Message]]) -> int | None:
    return next((one.id for one in reading.page.data if one.id), None)


def _to_first(
    shown: Conversation, key: Key, least: Any, say: Callable[[Message | None], str]
) -> Conversation:
    pages = Pages(shown, key)
    try:
        found = _first(pages, least)
    except (NoTimeError, PopsellError) as failure:
        return _not_reached(shown, failure)
    if found.reading is None:
        return replace(shown, sought=Sought(words=say(None)))
    is_it = [one for one in found.reading.page.data if key(one) is not None and key(one) >= least]
    words = say(is_it[0] if isinstance(is_it[0], Message) else None)
    return replace(shown, reading=found.reading, sought=Sought(here=found.message, words=words))


def _exactly(pages: Pages, message: int) -> Found | None:
    """By halves; one by one where there is no order, or too few pages to tell; None where that ends."""
    try:
        found = _by_order(pages, message)
    except NoOrderError:
        return _one_by_one(pages, message)
    if found.message == message or (pages.last > FEW and not _has_moved(pages)):
        return found
    return _one_by_one(pages, message)


def _first(pages: Pages, least: Any) -> Found:
    """By halves, else as far up as a page that begins before `least`."""
    try:
        return _by_order(pages, least)
    except NoOrderError:
        best = 1
        for number in range(1, pages.last + 1):
            keys = pages.keys(number)
            best = number if any(key >= least for key in keys) else best
            if any(key < least for key in keys):
                break
        return pages.found(best, least)


def _by_order(pages: Pages, least: Any) -> Found:
    """The oldest page with its newest message at or above `least`, by halves."""
    first, last = pages.ends(1)
    newest, oldest = 1, pages.last if first >= least else 1
    if last < least:
        return Found(None, None)
    while newest < oldest:
        middle = (newest + oldest + 1) // 2
        first, last = pages.ends(middle)
        if last < least:
            oldest = middle - 1
        else:
            newest = middle
            oldest = middle if first < least else oldest
    return pages.found(newest, least)


def _has_moved(pages: Pages) -> bool:
    """Whether messages came while pages were read, so that one may have slipped between them."""
    return len({(one.page.total, one.page.last_page) for one in pages.read.values()}) > 1


def _one_by_one(pages: Pages, least: Any) -> Found | None:
    """Without an order: the page where `least` itself is; None where not all could be read."""
    try:
        for number in [*pages.read, *range(1, pages.last + 1)]:
            for one in pages[number].page.data:
                if pages.key(one) == least:
                    return Found(pages[number], one.id)
    except (NoTimeError, PopsellError):
        return None
    return Found(None, None)


def _not_looked_for(
    shown: Conversation, pages: Pages, message: int, failure: Exception
) -> Conversation:
    """At the newest messages, unless one of the pages read has it after all."""
    for reading in pages.read.values():
        if any(one.id == message for one in reading.page.data):
            return replace(shown, reading=reading, sought=Sought(here=message))
    words = _("Message %(number)s could not be looked for everywhere just now.")
    return _not_found(shown, words % {"number": message}, failure)


def _not_reached(shown: Conversation, failure: Exception) -> Conversation:
    return _not_found(shown, _("The place could not be looked for just now."), failure)


def _not_found(shown: Conversation, words: str, failure: Exception) -> Conversation:
    if isinstance(failure, OverBudget):  # the person learns that they called up too much
        raise failure
    why = f" {failure.title}." if isinstance(failure, PopsellError) else ""
    return replace(shown, sought=Sought(words=words + why, again=True))
