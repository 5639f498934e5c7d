"""Passes over a brand without real waits."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from inbox.popsell import breaker, calls
from inbox.queue import sync
from tests.queue.small import make_small
from tests.support.upstream import Upstream


@dataclass
class Clock:
    """Time that passes by waiting alone. `then` is called at the end of each wait."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    then: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        self.then()

    @property
    def waited(self) -> float:
        """Since this was last asked."""
        waited = sum(self.slept)
        self.slept.clear()
        return waited


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sync, "sleep", clock.sleep)
    monkeypatch.setattr(sync, "monotonic", clock.monotonic)
    monkeypatch.setattr(breaker, "monotonic", clock.monotonic)
    monkeypatch.setattr(calls, "sleep", lambda _seconds: None)
    return clock


@pytest.fixture
def small(api: Upstream) -> Upstream:
    api.changed = True
    make_small(api.sandbox)
    return api
