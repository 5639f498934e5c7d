"""Turns: what is kept under their number ends with them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from inbox.caches.tolerant import turn

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_turn_is_one_more_each_time_its_seconds_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(seconds: float) -> int:
        monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(seconds=seconds))
        return turn(60)

    assert at(0) == at(0.5) == at(59.999)
    assert at(60) == at(119.9) == at(0) + 1
    assert at(-0.001) == at(0) - 1
