"""How fresh the index is: what was read, what counts as read, and what can't be"""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, SyncFailure
from inbox.queue import freshness
from inbox.queue.freshness import Freshness
from tests.queue.ticks import Ticks
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def has(number: int, **columns: object) -> None:
    IndexedAmbassador.objects.create(brand_id=3, ambassador=number, **columns)


def listens(brand: Brand, **columns: object) -> None:
    heard = {"bell": True, "bell_from": ago(60), "bell_at": ago(1), **columns}
    IndexedBrand.objects.create(brand=brand, **heard)


def test_without_an_index_there_is_nothing(brand: Brand) -> None:
    assert freshness.find(3) == Freshness()


def test_the_oldest_reading_of_all_counts_without_a_doorbell(brand: Brand) -> None:
    IndexedBrand.objects.create(brand=brand, bell=False)
    has(100, read_at=ago(2), walked=ago(30), newest=ago(3))
    has(101, read_at=ago(20), newest=ago(25))
    has(102)
    found = freshness.find(3)
    assert (found.known, found.read, found.whole) == (3, 2, 1)
    assert (found.oldest, found.oldest_walk) == (ago(20), ago(30))
    assert found.newest_change == ago(3)


def test_who_had_no_news_by_the_doorbell_counts_as_read_then(brand: Brand) -> None:
    listens(brand)
    has(100, read_at=ago(40))
    has(101, read_at=ago(59))
    assert freshness.find(3).oldest == ago(1)


def test_who_has_news_that_were_not_read_does_not(brand: Brand) -> None:
    listens(brand)
    has(100, read_at=ago(40), rung_at=ago(2))
    has(101, read_at=ago(59))
    assert freshness.find(3).oldest == ago(40)


def test_who_was_read_before_it_listened_does_not(brand: Brand) -> None:
    listens(brand)
    has(100, read_at=ago(61))
    has(101, read_at=ago(30))
    assert freshness.find(3).oldest == ago(61)


def test_who_was_read_after_the_bell_counts_as_read_then(brand: Brand) -> None:
    listens(brand, bell_at=ago(20))
    has(100, read_at=ago(2))
    assert freshness.find(3).oldest == ago(2)
    has(101, read_at=ago(30))
    assert freshness.find(3).oldest == ago(20)


def test_a_doorbell_in_doubt_counts_for_nobody(brand: Brand) -> None:
    listens(brand, bell_doubted=ago(1))
    has(100, read_at=ago(40))
    assert freshness.find(3).oldest == ago(40)


def test_who_can_not_be_read_is_named_and_makes_nobody_old(brand: Brand) -> None:
    listens(brand)
    has(100, read_at=ago(30))
    has(101, read_at=ago(900), walked=ago(900), failed_since=ago(800), failed_with=403)
    found = freshness.find(3)
    assert (found.unreadable, found.oldest, found.oldest_walk) == ((101,), ago(1), None)
    assert (found.known, found.read, found.whole) == (2, 1, 0)


def test_a_date_that_lies_ahead_is_no_change(brand: Brand) -> None:
    listens(brand)
    has(100, read_at=ago(5), newest=ago(-60))
    has(101, read_at=ago(5), newest=ago(7))
    assert freshness.find(3).newest_change == ago(7)


def test_it_says_since_when_and_why_all_of_it_fails(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    ticks.fill()
    small.answer("GET", 502)
    ticks.tick(4)
    found = freshness.find(3)
    assert found.failing_since
    assert (found.failure, found.failed_with) == (SyncFailure.OUTAGE, 502)
    assert found.retry_at
    assert found.retry_at > found.failing_since
