"""Reads a brand's waiting list, and tells which customers no ambassador has taken.

Popsell gives the list as a whole, so it is one call each time. Where it fails or is refused, that is
noted, and the rest of the index goes on: not every token may read it. Only reading: no documented
operation gives a customer of the list to somebody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import index_waiting
from inbox.models import IndexedBrand, WaitingCustomer
from inbox.popsell import client
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Waiting
from inbox.prepared import Param
from inbox.queue.pages import AHEAD, REFUSED, Ask

RANK = 5
"""Above all conversations."""
EACH = timedelta(minutes=1)
SHARE = 0.1  # of all calls, at most, where many brands share a token
RETRY, REFUSED_RETRY = timedelta(minutes=5), timedelta(days=1)

Place = tuple[datetime, int]
"""Where an entry stands: since when, and its number."""


# Who is in it


def find(brand_id: int | Param, after: Place | None = None) -> QuerySet[WaitingCustomer]:
    """Who waits, the longest first, or those after a place."""
    found = WaitingCustomer.objects.filter(brand=brand_id)
    if after:
        since, number = after
        # The first condition is for the index.
        later = Q(since__gt=since) | Q(since=since, pk__gt=number)
        found = found.filter(later, since__gte=since)
    return found.order_by("since", "id")


def place(one: WaitingCustomer) -> Place:
    return one.since, one.pk


# How it is read


def due(
    brands: Iterable[IndexedBrand], rate: float, now: datetime, *, late: bool = False
) -> IndexedBrand | None:
    """The brand whose list it is most time to read; None where none is due. `rate`: calls a minute.

    `late`: only where it is so for long. A brand's directory comes before its first list. While Popsell
    fails for the brand, the list is not asked for: others find out when that is over.
    """
    known = [
        one
        for one in brands
        if one.directory_read and not one.failing_since and not _waits(one, now)
    ]
    each = max(EACH, timedelta(minutes=len(known) / (rate * SHARE))) * (2 if late else 1)
    found = [one for one in known if _is_old(one.waiting_read, each, now)]
    return min(found, key=lambda one: (one.waiting_read or now - each, one.pk), default=None)


def read(brand_id: int, ask: Ask) -> None:
    """Raises PopsellError; what was read before stays."""

    def call() -> tuple[tuple[Waiting, ...], datetime]:
        asked = timezone.now()
        return client.waiting_list(brand_id), asked

    entries, asked = ask(call)
    index_waiting.store(brand_id, entries, asked)


def note_failure(brand_id: int, failure: PopsellError) -> None:
    """Note that the list can't be read, and try again after a while: next day where it is refused."""
    now = timezone.now()
    found = IndexedBrand.objects.filter(pk=brand_id)
    found.filter(waiting_failed_since=None).update(waiting_failed_since=now)
    wait = REFUSED_RETRY if isinstance(failure, REFUSED) else RETRY
    found.update(waiting_failed_with=failure.remote_status, waiting_retry_at=now + wait)


def _waits(brand: IndexedBrand, now: datetime) -> bool:
    """Whether it failed just now. A longer wait was set by a clock that went ahead."""
    until = brand.waiting_retry_at
    return until is not None and now < until <= now + REFUSED_RETRY + AHEAD


def _is_old(moment: datetime | None, age: timedelta, now: datetime) -> bool:
    return moment is None or not now - age < moment <= now + AHEAD
