"""Reads pages of an ambassador's chatrooms into the index, one call to Popsell at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.popsell import client, identities
from inbox.popsell.errors import Forbidden, Invalid, NotFound, PopsellError
from inbox.popsell.filters import ALL, ChatroomFilters
from inbox.popsell.resources import Chatroom, Page
from inbox.process import clocks
from inbox.queue import looks
from inbox.queue.drift import Course

T = TypeVar("T")

ARCHIVED = ChatroomFilters(archived=True)
FAILURE = ["failed_since", "failed_with", "retry_at", "recovered_at"]
REFUSED = (Forbidden, NotFound, Invalid)
RETRY = timedelta(days=1)
"""We ask again after so long for an ambassador that Popsell refused."""
AHEAD = timedelta(seconds=clocks.SKEW)


def never() -> bool:
    return False


class Ask(Protocol):
    """Makes a call to Popsell when its turn comes, and again where it fails in passing."""

    def __call__(self, call: Callable[[], T], /) -> T: ...


class ForgottenError(Exception):
    """The ambassador was taken out of the index meanwhile."""


def ask_page(
    one: IndexedAmbassador,
    number: int,
    ask: Ask,
    per_page: int | None = None,
    filters: ChatroomFilters = ALL,
) -> tuple[Page[Chatroom], datetime]:
    """A page of the listing, and when it was asked for."""

    def call() -> tuple[Page[Chatroom], datetime]:
        asked = timezone.now()
        page = client.chatrooms(
            one.brand_id, one.ambassador, page=number, per_page=per_page, filters=filters
        )
        return page, asked

    page, asked = ask(call)
    found = identities.find_in(one.brand_id, one.ambassador, page.data)
    identities.remember(one.brand_id, [found])
    return page, asked


def read_down_to(
    one: IndexedAmbassador,
    moment: datetime | None,
    course: Course,
    ask: Ask,
    per_page: int | None = None,
) -> datetime | None:
    """Read pages from the first on until one has a chatroom that is older than the moment.

    Without a moment the first page is enough. Returns the newest date of the first.
    """
    newest, number = None, 1
    while True:
        page, asked = ask_page(one, number, ask, per_page)
        with transaction.atomic():
            index.store_listing(one.brand_id, one.ambassador, page, asked)
            following = course.after(number, page)
            one.total = course.total
            fields = ["total"]
            if number == 1:
                fields += looks.note(one, page, asked)
            save(one, fields)
        newest = looks.newest_in(page) if course.pages == 1 else newest
        goes_back = following is not None and following <= number
        if following is None or (_has_older(page, moment) and not goes_back):
            return newest
        number = following


def archive_apart(one: IndexedAmbassador) -> bool | None:
    """Whether the plain list leaves out what they archived; None where that is not known."""
    found = IndexedBrand.objects.filter(pk=one.brand_id)
    return found.values_list("archive_apart", flat=True).first()


def _has_older(page: Page[Chatroom], moment: datetime | None) -> bool:
    dates = looks.dates_in(page)
    return not dates or moment is None or min(dates) < moment


def note_failure(one: IndexedAmbassador, failure: PopsellError, wait: timedelta) -> None:
    """Note that this ambassador can't be read, and when to try again."""
    now = timezone.now()
    one.failed_since = one.failed_since or now
    one.failed_with = failure.remote_status
    one.retry_at = now + wait
    rows(one).update(**{name: getattr(one, name) for name in FAILURE})


def end_failure(one: IndexedAmbassador) -> None:
    """Take note that they can be read, in memory: `FAILURE` is left to save."""
    if one.failed_since:
        one.recovered_at = timezone.now()
    one.failed_since = one.failed_with = one.retry_at = None


def rows(one: IndexedAmbassador) -> QuerySet[IndexedAmbassador]:
    return IndexedAmbassador.objects.filter(pk=one.pk)


def save(one: IndexedAmbassador, fields: list[str]) -> None:
    """Raises ForgottenError where they are no more in the index."""
    if not rows(one).update(**{name: getattr(one, name) for name in fields}):
        raise ForgottenError
