"""An hour without Popsell, answers that are none, a clock that is set: the index becomes true again"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from inbox.models import Brand, IndexedAmbassador
from inbox.sandbox.life import newest_first
from inbox.sandbox.records import Message
from tests.queue.small import KEPT, live_on
from tests.queue.test_failures import GARBAGE, fail_on
from tests.queue.test_lease import at_call
from tests.queue.ticks import Ticks
from tests.support.index import actual_rows, assert_true, expected_rows
from tests.support.runs import few
from tests.support.upstream import Answer, Upstream

pytestmark = pytest.mark.django_db
OF_104 = "/api/v2/chat/ambassadors/104/chatrooms"
HOUR = timedelta(hours=1)
KINDS = ("503", "dropped connections", "401", "500", "429", "a page in place of data")
BEGINS = (1, 5, 40)  # calls: at first, while it fills, later
SOON, LATE = timedelta(minutes=45), timedelta(hours=2)
"""Until all was read anew; later where we were told to slow down, since that is regained slowly."""


def is_down(api: Upstream, kind: str) -> None:
    match kind:
        case "dropped connections":
            api.drop("GET")
        case "a page in place of data":
            api.answer("GET", 200, body=b"<html>Back soon</html>")
        case _:
            api.answer("GET", int(kind))


def say(api: Upstream, ticks: Ticks) -> None:
    """Somebody writes where nobody wrote for long."""
    brand = api.sandbox.brands[3]
    room = newest_first(brand.rooms_of[104])[-2]
    number = 1 + max(one.last.id for one in brand.rooms.values() if one.last)
    room.said.append(Message(number, ticks.now, room.theirs.person, "Hello again"))


def sweep(ticks: Ticks, within: timedelta) -> None:
    """Tick until each inbox was read as a whole by walks that began from now on."""
    since, ends = ticks.now, ticks.passed + within
    while not is_swept(since):
        assert ticks.passed < ends, "not all is read anew"
        ticks.tick()
    ticks.tick()


def is_swept(since: datetime) -> bool:
    swept = IndexedAmbassador.objects.filter(ambassador__in=KEPT, walked__gte=since)
    return swept.count() == len(KEPT)


# Popsell


@pytest.mark.parametrize("outage", few(list(product(KINDS, BEGINS)), of=4), ids=str)
def test_after_an_hour_without_popsell_the_index_is_true(
    small: Upstream, brand: Brand, ticks: Ticks, outage: tuple[str, int]
) -> None:
    """It goes away at some call; people go on writing, and some is deleted meanwhile."""
    kind, begins = outage
    small.hook = lambda _sent: is_down(small, kind) if len(small.sent) == begins else None
    while len(small.sent) < begins:
        ticks.tick()
    live_on(small.sandbox)
    for _quarter in range(4):
        ticks.tick(4 * 15)
        say(small, ticks)
    assert actual_rows(3) != expected_rows(small.sandbox, 3)
    small.recover()
    sweep(ticks, LATE if kind == "429" else SOON)
    assert_true(small.sandbox)
    assert not IndexedAmbassador.objects.exclude(failed_since=None).exists()


@pytest.mark.parametrize("kind", few(GARBAGE))
def test_garbage_in_the_middle_of_a_walk(
    small: Upstream, brand: Brand, ticks: Ticks, kind: str
) -> None:
    """Twice the second page can't be read; people write meanwhile."""
    answers: list[Answer | None] = [GARBAGE[kind][0]] * 2
    small.hook = fail_on(small, answers, OF_104, page=2)
    ticks.tick(2)
    live_on(small.sandbox)
    sweep(ticks, 3 * HOUR)
    assert not answers
    assert_true(small.sandbox)
    assert not IndexedAmbassador.objects.exclude(failed_since=None).exists()


# The clock


@pytest.mark.parametrize("first", [HOUR, -HOUR], ids=["forward and back", "back and forward"])
@pytest.mark.parametrize("call", few(range(1, 20, 3)))
def test_the_clock_is_set_in_the_middle_of_a_slice(
    small: Upstream,
    brand: Brand,
    ticks: Ticks,
    monkeypatch: pytest.MonkeyPatch,
    call: int,
    first: timedelta,
) -> None:
    """By an hour while a call is made, and right again some calls or ticks later."""

    def shift(by: timedelta) -> Callable[[], None]:
        def set_it() -> None:
            ticks.shifted = by
            say(small, ticks)

        return set_it

    with monkeypatch.context() as patch:
        at_call(patch, call, shift(first))
        at_call(patch, call + 4, shift(timedelta()))
        ticks.tick(8)
        live_on(small.sandbox)
    ticks.shifted = timedelta()
    ticks.passed += timedelta(minutes=31)
    ticks.tick(6)
    assert_true(small.sandbox)
