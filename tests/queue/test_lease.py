"""One process at a time walks a brand, and clocks that are set meanwhile do no lasting harm"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from inbox import leases
from inbox.models import Brand, IndexedAmbassador, IndexedChatroom, Lease
from inbox.popsell import client
from inbox.queue.sync import BusyError
from tests.conftest import Later
from tests.queue.conftest import Clock
from tests.queue.small import PASS, live_on, once, pages_of, start_again
from tests.queue.test_sync import sync
from tests.support.index import actual_rows, assert_true
from tests.support.upstream import Upstream

HOUR, DAY = 3600, 24 * 3600


def at_call(patch: pytest.MonkeyPatch, number: int, then: Callable[[], object]) -> None:
    """Do it while this call is made: after it was sent, and before its answer is at hand."""
    made = 0

    def wrapped(name: str) -> Callable[..., Any]:
        ask = getattr(client, name)

        def call(*args: Any, **options: Any) -> Any:
            nonlocal made
            made += 1
            if made == number:
                then()
            return ask(*args, **options)

        return call

    for name in ("ambassadors", "chatrooms", "chatroom"):
        patch.setattr(client, name, wrapped(name))


def take_over() -> None:
    """The lease ran out, and somebody else took it."""
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert leases.take("sync 3")


def test_a_second_pass_over_the_brand_says_so(small: Upstream, brand: Brand) -> None:
    held = leases.take("sync 3")
    assert held
    with pytest.raises(CommandError, match="Another process reads this brand"):
        sync()
    assert not small.sent
    leases.give_back(held)
    sync()
    assert_true(small.sandbox)


def test_another_brand_is_read_beside_it(api: Upstream, brand: Brand, other_brand: Brand) -> None:
    assert leases.take("sync 3")
    once(other_brand)
    assert_true(api.sandbox, 8)


def test_a_pass_gives_its_lease_back_however_it_ends(small: Upstream, brand: Brand) -> None:
    once(brand)
    assert not Lease.objects.exists()
    small.answer("GET", 401)
    with pytest.raises(CommandError):
        sync()
    assert not Lease.objects.exists()


@pytest.mark.parametrize("call", range(1, PASS + 1))
def test_who_lost_the_lease_writes_nothing_more(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """What is under way when it is lost is not stored, and the other's lease stays."""
    once(brand)
    live_on(small.sandbox)
    seen: dict[str, Any] = {}

    def look() -> dict[str, Any]:
        progress = IndexedAmbassador.objects.order_by("pk").values_list("page", "walked", "total")
        return {"rows": actual_rows(3), "progress": list(progress)}

    def lose() -> None:
        take_over()
        seen.update(look())

    with monkeypatch.context() as patch:
        at_call(patch, call, lose)
        with pytest.raises(BusyError):
            once(brand)
    assert look() == seen
    assert len(small.sent) - 8 == call
    Lease.objects.get().delete()
    once(brand)
    assert_true(small.sandbox)


def test_the_lease_is_kept_while_it_waits(
    small: Upstream, brand: Brand, clock: Clock, later: Later
) -> None:
    """Five minutes, as Popsell asks for: no other process may begin meanwhile."""
    small.once("GET", 429, {"Retry-After": "300"})
    turned_away = 0

    def other() -> None:
        nonlocal turned_away
        later(clock.now)
        turned_away += leases.take("sync 3") is None

    clock.then = other
    once(brand)
    assert turned_away == len(clock.slept)
    assert clock.slept[:30] == pytest.approx([10.0] * 30)
    assert sum(clock.slept[30:]) < 1  # the budget was empty after it: each call waits its turn
    assert_true(small.sandbox)


# Clocks


@pytest.mark.parametrize("step", [-HOUR, DAY, -DAY], ids=["back", "forward", "a day back"])
def test_a_clock_that_is_set_in_the_middle(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch, later: Later, step: int
) -> None:
    """The pass ends, and the next one leaves the index true."""
    for call in range(1, PASS + 1):
        later(0)
        once(brand)
        live_on(small.sandbox)
        with monkeypatch.context() as patch:
            at_call(patch, call, lambda: later(step))
            once(brand)
        once(brand)
        assert_true(small.sandbox)
        start_again(small, brand)


def test_what_is_gone_is_found_though_its_row_is_of_a_moment_to_come(
    small: Upstream, brand: Brand, later: Later
) -> None:
    """A day ahead, the clock was; now it is right."""
    later(DAY)
    once(brand)
    later(0)
    live_on(small.sandbox)
    once(brand)
    assert_true(small.sandbox)
    assert not IndexedChatroom.objects.filter(facts_at__gt=timezone.now()).exists()


def test_a_walk_of_a_moment_to_come_begins_anew(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    """Else nobody could tell what it met."""

    def die() -> None:
        raise KeyboardInterrupt

    later(DAY)
    with monkeypatch.context() as patch:
        at_call(patch, 3, die)
        with pytest.raises(KeyboardInterrupt):
            once(brand)
    assert IndexedAmbassador.objects.get(ambassador=104).page == 2
    later(0)
    small.sent.clear()
    once(brand)
    assert pages_of(small.sent, 104) == [1, 2, 1]
    assert_true(small.sandbox)
