"""The engine's clock in tests: time passes by waiting alone, and a tick comes each fifteen seconds"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.popsell import breaker
from inbox.queue import ranking, slices

TICK = timedelta(seconds=15)


@dataclass
class Ticks:
    """`now`: what all clocks of the product say. `shifted`: how far the wall clock was set off."""

    patch: pytest.MonkeyPatch
    began: datetime = field(default_factory=timezone.now)
    passed: timedelta = timedelta()
    shifted: timedelta = timedelta()

    def start(self) -> None:
        self.patch.setattr(timezone, "now", lambda: self.now)
        for module in (slices, breaker):
            self.patch.setattr(module, "monotonic", self.monotonic)
        self.patch.setattr(slices, "sleep", self.wait)

    @property
    def now(self) -> datetime:
        return self.began + self.passed + self.shifted

    def monotonic(self) -> float:
        return self.passed.total_seconds()

    def wait(self, seconds: float) -> None:
        self.passed += timedelta(seconds=seconds)

    def tick(self, times: int = 1) -> None:
        """What the engine rings for, then the time until the next tick."""
        for _tick in range(times):
            ends = self.passed + TICK
            for brand_ids in slices.accounts():
                slices.run(brand_ids)
            ranking.rank()
            self.passed = max(self.passed, ends)

    def fill(self, brand_id: int = 3, most: int = 400) -> None:
        """Until all inboxes of the brand were read as a whole, and what Popsell allows was found."""
        for _tick in range(most):
            self.tick()
            unread = IndexedAmbassador.objects.filter(brand=brand_id, walked=None)
            tried = IndexedBrand.objects.filter(pk=brand_id).exclude(tried_out=None)
            if tried.exists() and not unread.exists():
                return
        raise AssertionError("the index is never whole")
