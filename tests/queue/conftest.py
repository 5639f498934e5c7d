"""Passes over a brand without real waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from pytest_django import Settings

from inbox.popsell import breaker, calls
from inbox.queue import budget, sync
from tests.queue.small import make_small
from tests.queue.ticks import Ticks
from tests.support.upstream import Upstream


@dataclass
class Clock:
    """Time that passes by waiting alone. `then` is called at the end of each wait."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    then: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        self.then()

    def wall(self) -> datetime:
        return self.began + timedelta(seconds=self.now)

    @property
    def waited(self) -> float:
        """Since this was last asked."""
        waited = sum(self.slept)
        self.slept.clear()
        return waited


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    clock = Clock()
    settings.POPSELL_SYNC_RATE = 10_000  # no test waits for a call by chance
    monkeypatch.setattr(sync, "sleep", clock.sleep)
    monkeypatch.setattr(sync, "monotonic", clock.monotonic)
    monkeypatch.setattr(breaker, "monotonic", clock.monotonic)
    monkeypatch.setattr(budget, "timezone", SimpleNamespace(now=clock.wall))
    monkeypatch.setattr(calls, "sleep", lambda _seconds: None)
    return clock


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Ticks:
    """The engine's clock, and as many calls as there usually are."""
    settings.POPSELL_SYNC_RATE = 60
    monkeypatch.setattr(budget, "timezone", timezone)
    ticks = Ticks(monkeypatch)
    ticks.start()
    return ticks


@pytest.fixture
def small(api: Upstream) -> Upstream:
    api.changed = True
    make_small(api.sandbox)
    return api
