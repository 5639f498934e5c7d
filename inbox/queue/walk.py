"""Walks through all chatrooms of an ambassador, newest first, one call to Popsell at a time.

Where the walk stands lies in the database, in the same transaction as the rows of each page. So it goes
on wherever a process died. At its end the beginning is read again, for what moved there meanwhile. What
it did not meet is looked up by itself, and deleted where Popsell knows it no more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.popsell import client, identities
from inbox.popsell.errors import Forbidden, Invalid, NotFound, PopsellError
from inbox.popsell.resources import Chatroom, Page, Unreadable
from inbox.queue import drift

END = 0
"""In place of a page: all were read, and the walk's end is left."""
WALK = ["page", "walk_began", "walk_newest", "total", "unreadable", "read_at"]
REFUSED = (Forbidden, NotFound, Invalid)
RETRY = timedelta(days=1)
MOST_TRIES = 3
MOST_PAGES = 10_000  # of a listing: more than anybody has
GOES_BACK = 50  # times in a walk: a list whose length is told differently each time would never end

Pace = Callable[[], object]
"""Called before each call to Popsell: waits for its turn."""


def walk(one: IndexedAmbassador, pace: Pace) -> None:
    """Walk on to the end, from where the last walk stopped, so that no chatroom is missed.

    Raises PopsellError where Popsell can't be asked now; what was read stays. Where it refuses this
    ambassador, that is noted, and tried again next day.
    """
    try:
        for _try in range(MOST_TRIES):
            _read_pages(one, pace)
            _look_up_missing(one, pace)
            if _end(one):
                break
    except REFUSED as refusal:
        note_failure(one, refusal, RETRY)


def note_failure(one: IndexedAmbassador, failure: PopsellError, wait: timedelta) -> None:
    """Note that this ambassador can't be read, and when to try again."""
    now = timezone.now()
    one.failed_since = one.failed_since or now
    one.failed_with = failure.remote_status
    one.retry_at = now + wait
    one.save(update_fields=["failed_since", "failed_with", "retry_at"])


# Page by page


def _read_pages(one: IndexedAmbassador, pace: Pace) -> None:
    """Read all pages that are left, then the beginning again, unless it was the only page."""
    times, is_resumed = 0, one.page is not None
    while one.page != END and times < MOST_PAGES:
        times += 1
        _read_next(one, pace, may_go_back=times < GOES_BACK + (one.page or 1))
    if times > 1 or is_resumed:
        _read_beginning(one, pace)


def _read_next(one: IndexedAmbassador, pace: Pace, *, may_go_back: bool) -> None:
    number = one.page or 1
    page, asked = _ask(one, number, pace)
    with transaction.atomic():
        index.store_listing(one.brand_id, one.ambassador, page, asked)
        if one.page is None:
            one.walk_began, one.walk_newest = asked, newest_in(page)
            one.total, one.unreadable = page.total, 0
        before = one.total if may_go_back else None
        one.unreadable += sum(isinstance(item, Unreadable) for item in page.data)
        one.page = drift.following(number, page, before) or END
        one.total = page.total
        one.read_at = asked if number == 1 else one.read_at
        one.save(update_fields=WALK)


def _read_beginning(one: IndexedAmbassador, pace: Pace) -> None:
    """Read the pages that changed since the walk began; again, where that took more than one call."""
    down_to = one.walk_newest
    for _again in range(MOST_TRIES):
        newest, pages = read_down_to(one, down_to, pace)
        if pages == 1:
            return
        down_to = newest


def read_down_to(
    one: IndexedAmbassador, moment: datetime | None, pace: Pace
) -> tuple[datetime | None, int]:
    """Read pages from the first on until one has a chatroom that is older than the moment.

    Returns the newest date, and how many pages it took.
    """
    newest, number = None, 1
    while True:
        page, asked = _ask(one, number, pace)
        with transaction.atomic():
            index.store_listing(one.brand_id, one.ambassador, page, asked)
            if number == 1:
                newest, one.read_at = newest_in(page), asked
                one.save(update_fields=["read_at"])
        dates = [date for room in _rooms(page) if (date := _date(room))]
        is_older = not dates or moment is None or min(dates) < moment
        if is_older or drift.following(number, page, None) is None or number == MOST_PAGES:
            return newest, number
        number += 1


def _ask(one: IndexedAmbassador, number: int, pace: Pace) -> tuple[Page[Chatroom], datetime]:
    """A page of the listing, and when it was asked for."""
    pace()
    asked = timezone.now()
    page = client.chatrooms(one.brand_id, one.ambassador, page=number)
    found = identities.find_in(one.brand_id, one.ambassador, page.data)
    identities.remember(one.brand_id, [found])
    return page, asked


def newest_in(page: Page[Chatroom]) -> datetime | None:
    """The date of the first chatroom that has one."""
    return next((date for room in _rooms(page) if (date := _date(room))), None)


def _rooms(page: Page[Chatroom]) -> list[Chatroom]:
    return [item for item in page.data if isinstance(item, Chatroom)]


def _date(room: Chatroom) -> datetime | None:
    message = room.last_message
    return (message.date_insert if message else None) or room.last_message_date


# The end


def _look_up_missing(one: IndexedAmbassador, pace: Pace) -> None:
    """Ask for each chatroom that the walk did not meet, and delete the rows of those that are gone."""
    for row in _rows_of(one).filter(facts_at__lt=one.walk_began).order_by("id"):
        pace()
        asked = timezone.now()
        try:
            room = client.chatroom(one.brand_id, row.chatroom)
        except REFUSED:
            index.drop(row)
            continue
        if row.participant in {None, *(who.id for who in room.ambassadors)}:
            index.store_chatroom(one.brand_id, room, asked)
        else:
            index.drop(row)


def _end(one: IndexedAmbassador) -> bool:
    """End the walk; true where it found all chatrooms that Popsell counts."""
    found = _rows_of(one).filter(facts_at__gte=one.walk_began).count() + one.unreadable
    one.missing = max((one.total or 0) - found, 0)
    one.walked, one.page = one.walk_began, None
    one.failed_since = one.failed_with = one.retry_at = None
    one.save(update_fields=[*WALK, "walked", "missing", "failed_since", "failed_with", "retry_at"])
    return one.missing == 0


def _rows_of(one: IndexedAmbassador) -> QuerySet[IndexedChatroom]:
    return IndexedChatroom.objects.filter(brand=one.brand_id, ambassador=one.ambassador)
