"""Walks through all chatrooms of an ambassador, newest first, one call to Popsell at a time.

Where the walk stands lies in the database, in the same transaction as the rows of each page. So it goes
on wherever a process died. At its end the beginning is read again, for what moved there meanwhile. What
it did not meet is looked up by itself, and deleted where Popsell knows it no more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.popsell import client, identities
from inbox.popsell.errors import Forbidden, Invalid, NotFound, PopsellError, Unauthorized
from inbox.popsell.resources import Chatroom, Page, Unreadable
from inbox.process import clocks
from inbox.queue.drift import Course

T = TypeVar("T")

END = 0
"""In place of a page: all were read, and the walk's end is left."""
WALK = ["page", "walk_began", "walk_newest", "total", "unreadable", "read_at"]
FAILURE = ["failed_since", "failed_with", "retry_at"]
REFUSED = (Forbidden, NotFound, Invalid)
RETRY = timedelta(days=1)
MOST_TRIES = 3
AHEAD = timedelta(seconds=clocks.SKEW)


class Ask(Protocol):
    """Makes a call to Popsell when its turn comes, and again where it fails in passing."""

    def __call__(self, call: Callable[[], T], /) -> T: ...


class ForgottenError(Exception):
    """The ambassador was taken out of the index meanwhile."""


def walk(one: IndexedAmbassador, ask: Ask) -> None:
    """Walk on to the end, from where the last walk stopped, so that no chatroom is missed.

    Raises PopsellError where Popsell can't be asked now; what was read stays. Where it refuses this
    ambassador, that is noted, and tried again next day.
    """
    try:
        for _try in range(MOST_TRIES):
            course = _read_pages(one, ask)
            _look_up_missing(one, ask)
            is_whole = _end(one)
            if course.is_endless or (is_whole and not course.shrank):
                break
    except REFUSED as refusal:
        note_failure(one, refusal, RETRY)
    except ForgottenError:
        return


def note_failure(one: IndexedAmbassador, failure: PopsellError, wait: timedelta) -> None:
    """Note that this ambassador can't be read, and when to try again."""
    now = timezone.now()
    one.failed_since = one.failed_since or now
    one.failed_with = failure.remote_status
    one.retry_at = now + wait
    _rows(one).update(**{name: getattr(one, name) for name in FAILURE})


# Page by page


def _read_pages(one: IndexedAmbassador, ask: Ask) -> Course:
    """Read all pages that are left, then the beginning again, unless it was the only page."""
    if one.walk_began and one.walk_began > timezone.now():
        one.page = None  # the clock was set back: what this walk met can't be told any more
    course, is_resumed = Course(one.total if one.page is not None else None), one.page is not None
    while one.page != END:
        _read_next(one, course, ask)
    if (course.pages > 1 or is_resumed) and not course.is_endless:
        _read_beginning(one, course, ask)
    return course


def _read_next(one: IndexedAmbassador, course: Course, ask: Ask) -> None:
    number = one.page or 1
    page, asked = _ask(one, number, ask)
    with transaction.atomic():
        index.store_listing(one.brand_id, one.ambassador, page, asked)
        if one.page is None:
            one.walk_began, one.walk_newest, one.unreadable = asked, newest_in(page), 0
        one.unreadable += sum(isinstance(item, Unreadable) for item in page.data)
        one.page = course.after(number, page) or END
        one.total = course.total
        one.read_at = asked if number == 1 else one.read_at
        _save(one, WALK)


def _read_beginning(one: IndexedAmbassador, course: Course, ask: Ask) -> None:
    """Read the pages that changed since the walk began; again, where that took more than one call."""
    down_to = one.walk_newest
    for _again in range(MOST_TRIES):
        newest, pages = _read_down_to(one, down_to, course, ask)
        if pages == 1:
            return
        down_to = newest


def _read_down_to(
    one: IndexedAmbassador, moment: datetime | None, walked: Course, ask: Ask
) -> tuple[datetime | None, int]:
    """Read pages from the first on until one has a chatroom that is older than the moment.

    Returns the newest date of the first, and how many pages it took.
    """
    course, newest, number = Course(walked.total), None, 1
    while True:
        page, asked = _ask(one, number, ask)
        with transaction.atomic():
            index.store_listing(one.brand_id, one.ambassador, page, asked)
            following = course.after(number, page)
            one.total = course.total
            one.read_at = asked if number == 1 else one.read_at
            _save(one, ["total", "read_at"])
        newest = newest_in(page) if course.pages == 1 else newest
        walked.total, walked.shrank = course.total, walked.shrank or course.shrank
        goes_back = following is not None and following <= number
        if following is None or (_has_older(page, moment) and not goes_back):
            return newest, course.pages
        number = following


def _ask(one: IndexedAmbassador, number: int, ask: Ask) -> tuple[Page[Chatroom], datetime]:
    """A page of the listing, and when it was asked for."""

    def call() -> tuple[Page[Chatroom], datetime]:
        asked = timezone.now()
        return client.chatrooms(one.brand_id, one.ambassador, page=number), asked

    page, asked = ask(call)
    found = identities.find_in(one.brand_id, one.ambassador, page.data)
    identities.remember(one.brand_id, [found])
    return page, asked


def newest_in(page: Page[Chatroom]) -> datetime | None:
    """The newest date: that of the first chatroom, where the list is sorted as it was asked to be."""
    return max(_dates(page), default=None)


def _has_older(page: Page[Chatroom], moment: datetime | None) -> bool:
    dates = _dates(page)
    return not dates or moment is None or min(dates) < moment


def _dates(page: Page[Chatroom]) -> list[datetime]:
    rooms = [item for item in page.data if isinstance(item, Chatroom)]
    return [date for room in rooms if (date := _date(room))]


def _date(room: Chatroom) -> datetime | None:
    message = room.last_message
    return (message.date_insert if message else None) or room.last_message_date


# The end


def _look_up_missing(one: IndexedAmbassador, ask: Ask) -> None:
    """Ask for each chatroom that the walk did not meet, and delete the rows of those that are gone.

    What Popsell fails to give stays as it is, and is looked up after the next walk.
    """
    met = _in_walk(one, "facts_at")
    failing = 0
    for row in _chatrooms_of(one).exclude(met).order_by("id"):
        try:
            _look_up(row, ask)
        except Unauthorized:
            raise
        except PopsellError:
            failing += 1
            if failing == MOST_TRIES:
                raise
        else:
            failing = 0


def _look_up(row: IndexedChatroom, ask: Ask) -> None:
    def call() -> tuple[Chatroom, datetime]:
        asked = timezone.now()
        return client.chatroom(row.brand_id, row.chatroom), asked

    try:
        room, asked = ask(call)
    except REFUSED:
        index.drop(row)
        return
    if row.participant in {None, *(who.id for who in room.ambassadors)}:
        index.store_chatroom(row.brand_id, room, asked)
    else:
        index.drop(row)


def _end(one: IndexedAmbassador) -> bool:
    """End the walk; true where it found all chatrooms that Popsell counts, or as many as the last."""
    found = _chatrooms_of(one).filter(_in_walk(one, "message_at")).count() + one.unreadable
    before, one.missing = one.missing, max((one.total or 0) - found, 0)
    one.walked, one.page = one.walk_began, None
    one.failed_since = one.failed_with = one.retry_at = None
    _save(one, [*WALK, *FAILURE, "walked", "missing"])
    return one.missing in {0, before}


def _in_walk(one: IndexedAmbassador, moment: str) -> Q:
    """Whether this moment lies within the walk; one that lies ahead of the clock says nothing."""
    until = timezone.now() + AHEAD
    return Q(**{f"{moment}__gte": one.walk_began, f"{moment}__lte": until})


def _chatrooms_of(one: IndexedAmbassador) -> QuerySet[IndexedChatroom]:
    return IndexedChatroom.objects.filter(brand=one.brand_id, ambassador=one.ambassador)


def _rows(one: IndexedAmbassador) -> QuerySet[IndexedAmbassador]:
    return IndexedAmbassador.objects.filter(pk=one.pk)


def _save(one: IndexedAmbassador, fields: list[str]) -> None:
    """Raises ForgottenError where they are no more in the index."""
    if not _rows(one).update(**{name: getattr(one, name) for name in fields}):
        raise ForgottenError
