"""A slice that dies at any point: the next ones go on where it was, and the index becomes true"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from inbox import leases
from inbox.models import Brand
from inbox.queue import slices
from inbox.queue.drift import Course
from tests.queue.small import live_on, start_again
from tests.queue.test_broken_off import POINTS, Killed
from tests.queue.ticks import Ticks
from tests.support.index import assert_true
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db
CALLS = 24
SWEPT = timedelta(minutes=31)
"""After so long all is read again: the dead one's leases ran out long before."""


class Death:
    """As kill -9 at this call would: no lease is given back, and nothing is written down any more."""

    def __init__(self, patch: pytest.MonkeyPatch, call: int, point: str) -> None:
        self.at, self.point = call, point
        self.made, self.came = 0, False
        self.ask, self.after = slices.Slice.ask, Course.after
        self.give_back = leases.give_back
        patch.setattr(slices.Slice, "ask", self.counted())
        patch.setattr(Course, "after", self.stored())
        patch.setattr(leases, "give_back", self.given_back)

    def may_come(self, point: str) -> None:
        if self.made == self.at and self.point == point:
            self.came = True
            raise Killed

    def counted(self) -> Callable[..., Any]:
        def ask(slice_: slices.Slice, *given: Any) -> Any:
            self.made += 1
            self.may_come(POINTS[0])
            answer = self.ask(slice_, *given)
            self.may_come(POINTS[1])
            return answer

        return ask

    def stored(self) -> Callable[..., Any]:
        def after(course: Course, number: int, page: Any) -> int | None:
            self.may_come(POINTS[2])
            return self.after(course, number, page)

        return after

    def given_back(self, held: leases.Held) -> None:
        if not self.came:
            self.give_back(held)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("is_first", [True, False], ids=["while it fills", "later"])
def test_the_next_slices_make_it_true_wherever_one_died(
    small: Upstream,
    brand: Brand,
    ticks: Ticks,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    is_first: bool,
) -> None:
    deaths = 0
    for call in range(1, CALLS, 3):
        if not is_first:
            ticks.fill()
        live_on(small.sandbox)
        deaths += _dies(ticks, monkeypatch, call, point)
        ticks.passed += SWEPT
        ticks.tick(3)
        assert_true(small.sandbox)
        start_again(small, brand)
    assert deaths > 3


def _dies(ticks: Ticks, monkeypatch: pytest.MonkeyPatch, call: int, point: str) -> bool:
    with monkeypatch.context() as patch:
        death = Death(patch, call, point)
        with suppress(Killed):
            ticks.tick(4)
    return death.came


def test_who_comes_next_waits_for_the_leases_of_the_dead(
    small: Upstream, brand: Brand, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _dies(ticks, monkeypatch, 5, POINTS[1])
    small.sent.clear()
    ticks.tick()
    assert not small.sent
    ticks.passed += timedelta(seconds=60)
    ticks.fill()
    assert_true(small.sandbox)
