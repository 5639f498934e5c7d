"""The order of a brand's ambassadors: by any figure, both ways, and pages that fit together"""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from inbox.models import Brand, IndexedBrand
from inbox.queue import board
from inbox.queue.board import Asked, Column, Line, Order, Tab
from inbox.queue.past import UNRATED
from tests.support.waiting import DAY, HOUR, has_index, knows, waits


def line(number: int, name: str = "", *, is_read: bool = True) -> Line:
    return Line(number, name, is_read, is_read, None, is_online=False, waits=None, rating=UNRATED)


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[Line], dict[int, int | None]]:
    """Ambassadors in any order; some have the same name or figure, or none."""
    numbers = draw(st.lists(st.integers(1, 500), unique=True, max_size=40))
    found = [line(one, draw(st.sampled_from(["", "ada", "bo"]))) for one in numbers]
    return found, {one: draw(st.none() | st.integers(0, 3)) for one in numbers}


@given(lines(), st.booleans(), st.integers(1, 7), st.randoms())
def test_pages_together_are_the_whole_order(
    given_lines: tuple[list[Line], dict[int, int | None]],
    descending: bool,
    size: int,
    chance: object,
) -> None:
    found, keys = given_lines
    whole = board.in_order(found, keys, descending=descending)
    parts = []
    for begin in range(0, len(found), size):
        shuffled = sorted(found, key=lambda one: hash((one.ambassador, str(chance), begin)))
        parts += board.in_order(shuffled, keys, descending=descending)[begin : begin + size]
    assert parts == whole
    assert sorted(one.ambassador for one in whole) == sorted(one.ambassador for one in found)


@given(lines(), st.booleans())
def test_what_is_not_known_comes_last_and_the_same_goes_by_name(
    given_lines: tuple[list[Line], dict[int, int | None]], descending: bool
) -> None:
    found, keys = given_lines
    whole = board.in_order(found, keys, descending=descending)
    values = [keys[one.ambassador] for one in whole]
    known = [one for one in values if one is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=descending)
    for before, after in pairwise(whole):
        if keys[before.ambassador] == keys[after.ambassador]:
            assert (not before.name, before.name, before.ambassador) < (
                not after.name,
                after.name,
                after.ambassador,
            )


def test_those_never_read_come_after_all_others() -> None:
    found = [line(1, "ada", is_read=False), line(2, "bo"), line(3)]
    for descending in (True, False):
        order = board.in_order(found, {}, descending=descending)
        assert [one.ambassador for one in order] == [2, 3, 1]


@pytest.mark.django_db
def test_who_is_away_was_not_seen_since_somebody_began_to_wait(brand: Brand) -> None:
    now = timezone.now()
    has_index(brand)
    for number, seen in enumerate((5 * HOUR, 1 * HOUR, None, 3 * HOUR), 101):
        knows(number, seen=now - seen if seen else None)
        waits(number, 4 * HOUR, 2 * HOUR)
    knows(105, seen=now - 9 * DAY)
    index = IndexedBrand.objects.get()
    found = board.find(index, Asked(Tab.AWAY), {})
    assert found.ids == [101, 104]
    assert found.counts == {Tab.ALL: 5, Tab.WAITING: 4, Tab.AWAY: 2, Tab.FALLING: 0}
    seen_now = {101: (True, None), 104: (False, now - timedelta(minutes=5))}
    assert board.find(index, Asked(Tab.AWAY), seen_now).ids == []
    assert board.find(index, Asked(Tab.WAITING), seen_now).ids == [101, 102, 103, 104]


@pytest.mark.django_db
def test_each_column_needs_as_many_statements_for_any_number(
    brand: Brand, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    has_index(brand)
    for number in range(101, 121):
        knows(number)
        waits(number, 2 * HOUR)
    index = IndexedBrand.objects.select_related("brand").get()
    for column in Column:
        with django_assert_max_num_queries(5):
            found = board.find(index, Asked(order=Order(column)), {})
        assert len(found.ids) == 20
