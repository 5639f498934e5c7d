"""Ambassadors beside their own past: what they usually do, and whether their ratings fell"""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median_low

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.caches import memories
from inbox.models import Brand, DailyFigure, Fact, FactKind
from inbox.queue import past
from inbox.queue.past import Past
from tests.support.indexed import MINUTE, NOON, clock
from tests.support.runs import many

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with clock(NOON):
        yield


def answered(*minutes: int | None, whose: int = 100, days: int = 1, brand: int = 3) -> None:
    """First answers of so many days ago, after so many minutes; None where that is not known."""
    Fact.objects.bulk_create(
        Fact(
            brand_id=brand,
            kind=FactKind.ANSWER,
            chatroom=whose * 1000 + number,
            item=f"{days}-{number}",
            ambassador=whose,
            day=TODAY - timedelta(days=days),
            value=None if one is None else 60 * one,
        )
        for number, one in enumerate(minutes)
    )


def rated(*stars: int, days: int, whose: int = 100) -> None:
    DailyFigure.objects.create(
        brand_id=3,
        ambassador=whose,
        day=TODAY - timedelta(days=days),
        kind=FactKind.RATING,
        count=len(stars),
        known=len(stars),
        total=sum(stars),
    )


def forget() -> None:
    """What was kept this hour."""
    cache.clear()
    memories.forget()


def of(brand: Brand, whose: int = 100) -> Past:
    """As it is now, and not as it was kept."""
    forget()
    return past.find(brand, [whose])[whose]


def test_of_nobody_nothing_is_asked(brand: Brand) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert past.find(brand, []) == {}
    assert len(asked) == 0


def test_without_facts_nothing_is_known(brand: Brand) -> None:
    assert of(brand) == past.UNKNOWN
    assert not past.UNKNOWN.has_fallen


@given(st.lists(st.integers(0, 5000) | st.none(), max_size=40))
@examples(
    max_examples=many(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_half_of_the_answers_came_within_the_usual_time(
    brand: Brand, minutes: list[int | None]
) -> None:
    Fact.objects.all().delete()
    answered(*minutes)
    known = [one for one in minutes if one is not None]
    usual = timedelta(minutes=median_low(known)) if len(known) >= 10 else None
    assert of(brand).usual == usual


def test_only_one_s_own_answers_of_the_last_days_count(brand: Brand) -> None:
    answered(*[5] * 10)
    answered(*[90] * 10, whose=101)
    answered(*[700] * 30, days=30)
    answered(*[700] * 30, days=2, brand=Brand.objects.create(id=8, name="Nordsport").pk)
    assert of(brand).usual == timedelta(minutes=5)
    assert of(brand, 101).usual == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        ([4, 4, 4, 4, 4], [5, 5, 4, 5, 5], (40, 48, True)),
        ([4, 4, 4, 4, 5], [5, 5, 4, 4, 4], (42, 44, False)),
        ([4, 4, 4, 4, 5], [5, 5, 4, 4, 4, 5], (42, 45, True)),
        ([5, 5, 5, 5, 5], [1, 1, 1, 1, 1], (50, 10, False)),
        ([1, 1, 1, 1], [5, 5, 5, 5, 5], (None, 50, False)),
        ([1, 1, 1, 1, 1], [5, 5, 5, 5], (10, None, False)),
    ],
)
def test_ratings_have_fallen_where_they_are_clearly_worse_than_before(
    brand: Brand, now: list[int], before: list[int], told: tuple[int | None, int | None, bool]
) -> None:
    rated(*now, days=29)
    rated(*before, days=30)
    rated(*[1] * 50, days=210)  # longer ago than anybody compares
    rated(*[1] * 50, days=1, whose=101)
    found = of(brand)
    assert (found.rating, found.rating_before, found.has_fallen) == told


def test_it_is_kept_and_only_what_is_missing_is_asked_for(brand: Brand) -> None:
    answered(*[5] * 10)
    assert past.find(brand, [100])[100].usual == timedelta(minutes=5)
    answered(*[90] * 10, whose=101)
    Fact.objects.filter(ambassador=100).delete()
    found = past.find(brand, [100, 101])
    assert {id_: one.usual for id_, one in found.items()} == {
        100: timedelta(minutes=5),
        101: timedelta(minutes=90),
    }
    with CaptureQueriesContext(connection) as asked:
        assert past.find(brand, [100, 101]) == found
    assert len(asked) == 0


def test_it_is_never_more_than_an_hour_behind_whoever_else_is_asked_for(brand: Brand) -> None:
    answered(*[5] * 10)
    assert past.find(brand, [100])[100].usual == timedelta(minutes=5)
    answered(*[90] * 20, days=2)
    with clock(NOON + 50 * MINUTE):
        assert past.find(brand, [100, 101])[100].usual == timedelta(minutes=5)
    with clock(NOON + 61 * MINUTE):
        assert past.find(brand, [100])[100].usual == timedelta(minutes=90)


def test_what_is_not_known_yet_is_a_minute_behind(brand: Brand) -> None:
    """As an index is filled, while somebody looks."""
    assert past.find(brand, [100])[100].usual is None
    assert past.find_usual(brand, [100])[100] is None
    answered(*[5] * 10)
    with clock(NOON + MINUTE / 2), CaptureQueriesContext(connection) as asked:
        assert past.find(brand, [100])[100].usual is None
        assert past.find_usual(brand, [100])[100] is None
    assert len(asked) == 0
    with clock(NOON + MINUTE):
        assert past.find(brand, [100])[100].usual == timedelta(minutes=5)
        assert past.find_usual(brand, [100])[100] == timedelta(minutes=5)


def test_of_many_at_once_it_is_an_hour_behind(brand: Brand) -> None:
    """To ask of all of them costs more than a page."""
    many = range(100, 100 + past.FEW + 1)
    assert past.find_usual(brand, many)[100] is None
    answered(*[5] * 10)
    with clock(NOON + 10 * MINUTE), CaptureQueriesContext(connection) as asked:
        assert past.find_usual(brand, many)[100] is None
    assert len(asked) == 0
    with clock(NOON + 61 * MINUTE):
        assert past.find_usual(brand, many)[100] == timedelta(minutes=5)
