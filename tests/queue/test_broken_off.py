"""A pass that dies at any point: the next one goes on where it was, and the index becomes true"""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from django.utils import timezone

from inbox.models import Brand, Lease
from inbox.queue.drift import Course
from inbox.queue.sync import BusyError, Pace
from tests.queue.small import PASS, command, live_on, once, pages_of, start_again
from tests.support.index import assert_true
from tests.support.upstream import Sent, Upstream

T = TypeVar("T")
POINTS = ("before it is made", "when it is answered", "while its answer is stored")


class Killed(BaseException):
    """As kill -9 would: nobody handles it."""


def die_at(patch: pytest.MonkeyPatch, call: int, point: str) -> None:
    made, in_turn, after = 0, Pace._in_turn, Course.after

    def counted(self: Pace, ask: Callable[[], T]) -> T:
        nonlocal made
        made += 1
        if made == call and point == POINTS[0]:
            raise Killed
        try:
            return in_turn(self, ask)
        finally:
            if made == call and point == POINTS[1]:
                raise Killed

    def stored(self: Course, number: int, page: object) -> int | None:
        if made == call and point == POINTS[2]:
            raise Killed
        return after(self, number, page)  # type: ignore[arg-type]

    patch.setattr(Pace, "_in_turn", counted)
    patch.setattr(Course, "after", stored)


def test_a_pass_over_the_small_brand_takes_so_many_calls(small: Upstream, brand: Brand) -> None:
    once(brand)
    live_on(small.sandbox)
    assert once(brand) == PASS
    assert_true(small.sandbox)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("is_first", [True, False], ids=["the first pass", "a later pass"])
def test_the_next_pass_makes_it_true_wherever_one_died(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch, point: str, is_first: bool
) -> None:
    deaths = 0
    for call in range(1, PASS + 1):
        if not is_first:
            once(brand)
        live_on(small.sandbox)
        with monkeypatch.context() as patch:
            die_at(patch, call, point)
            try:
                once(brand)
            except Killed:
                deaths += 1
        once(brand)
        assert_true(small.sandbox)
        start_again(small, brand)
    has_all = (
        point != POINTS[2] and not is_first
    )  # looking up is neither a page nor in a first pass
    assert deaths == (PASS if has_all else PASS - 2)


@pytest.mark.parametrize(
    ("call", "goes_on"),
    [
        (2, [1, 2, 1]),
        (3, [2, 1]),
        (4, [1]),
        (5, [1, 2, 1]),
        (6, [2, 1]),
        (7, [1]),
    ],
)
def test_the_next_pass_goes_on_at_the_page_where_one_died(
    small: Upstream,
    brand: Brand,
    monkeypatch: pytest.MonkeyPatch,
    call: int,
    goes_on: list[int],
) -> None:
    """The ambassador of the unfinished walk comes first."""
    with monkeypatch.context() as patch:
        die_at(patch, call, POINTS[1])
        with pytest.raises(Killed):
            once(brand)
    at = 104 if call < 5 else 107
    small.sent.clear()
    once(brand)
    assert pages_of(small.sent[1 : 1 + len(goes_on)], at) == goes_on
    assert pages_of(small.sent, at) == goes_on
    assert_true(small.sandbox)


def test_chatrooms_that_were_looked_up_before_it_died_are_not_looked_up_again(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(brand)
    live_on(small.sandbox)
    with monkeypatch.context() as patch:
        die_at(patch, 6, POINTS[1])
        with pytest.raises(Killed):
            once(brand)
    looked_up = [sent.path for sent in small.sent if "/chat/chatrooms/" in sent.path]
    small.sent.clear()
    once(brand)
    again = [sent.path for sent in small.sent if "/chat/chatrooms/" in sent.path]
    assert len(looked_up) == 2
    assert again == looked_up[1:]
    assert_true(small.sandbox)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", [1, 3, 4, 6])
def test_a_process_that_is_killed(small: Upstream, brand: Brand, tmp_path: Path, call: int) -> None:
    """kill -9, when it has sent so many calls. Its lease stays, until it runs out."""
    once(brand)
    live_on(small.sandbox)
    small.sent.clear()
    process: list[subprocess.Popen[bytes]] = []

    def kill(_sent: Sent) -> None:
        if len(small.sent) == call:
            process[0].send_signal(signal.SIGKILL)
            process[0].wait()

    small.hook = kill
    with command(tmp_path, small.url, "--once") as started:
        process.append(started)
        output, _ = started.communicate(timeout=60)
    assert started.returncode == -signal.SIGKILL, output
    assert len(small.sent) == call
    small.hook = None
    with pytest.raises(BusyError):
        once(brand)
    Lease.objects.update(until=timezone.now())
    small.sent.clear()
    once(brand)
    if call == 4:
        assert pages_of(small.sent, 104) == [1]
    assert_true(small.sandbox)
