"""When a brand is open: the clocks of waits stand still outside these hours.

Hours are what the clocks on its walls say, and the time between two moments is real time. So the night
that has an hour twice is an hour longer.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

Hours = tuple[tuple[int, int], ...]
"""Of one day: from and to, in minutes after midnight, in order and apart. 1440 is its end."""

DAY = 1440  # minutes
EVER: tuple[Hours, ...] = (((0, DAY),),) * 7
WEEK = timedelta(days=7)
NO_TIME = timedelta()
FAR = 520 * WEEK
"""How far ahead is looked for a moment: hours are few where it lies further."""


class _Stretch(NamedTuple):
    """At most a week without a change of the zone's clocks; `start` and `end` are what they say."""

    start: datetime
    end: datetime
    offset: timedelta

    @property
    def is_week(self) -> bool:
        return self.end - self.start == WEEK


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of each day of the week, Monday first, in a zone."""

    zone: ZoneInfo
    days: tuple[Hours, ...]

    def __post_init__(self) -> None:
        if len(self.days) != len(EVER) or not all(_are_in_order(hours) for hours in self.days):
            raise ValueError("Seven days are needed, each with its hours in order and apart.")

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How long the brand is open between two moments."""
        time = end.astimezone(UTC) - start.astimezone(UTC)
        if self.days == EVER:
            return max(time, NO_TIME)
        return sum(map(self._open_in, _stretches(self.zone, start, time)), NO_TIME)

    def moment_after(self, since: datetime, duration: timedelta) -> datetime | None:
        """The first moment by which the brand was open for so long; None where none is near."""
        if duration <= NO_TIME:
            return since
        if self.days == EVER:
            return since.astimezone(UTC) + duration
        left = duration
        for stretch in _stretches(self.zone, since, FAR) if any(self.days) else ():
            time = self._open_in(stretch)
            if time >= left:
                return (self._clock_after(stretch, left) - stretch.offset).replace(tzinfo=UTC)
            left -= time
        return None

    def _open_in(self, stretch: _Stretch) -> timedelta:
        if stretch.is_week:
            return timedelta(minutes=sum(end - start for day in self.days for start, end in day))
        return sum((end - start for start, end in self._openings(stretch)), NO_TIME)

    def _clock_after(self, stretch: _Stretch, left: timedelta) -> datetime:
        """What the clock says once the brand was open for so long of the stretch."""
        for start, end in self._openings(stretch):
            if end - start >= left:
                return start + left
            left -= end - start
        raise AssertionError("the stretch has less time than was counted")

    def _openings(self, stretch: _Stretch) -> Iterator[tuple[datetime, datetime]]:
        """From when to when the brand is open in a stretch, by its clocks."""
        midnight = stretch.start.replace(hour=0, minute=0, second=0, microsecond=0)
        while midnight < stretch.end:
            for opens, closes in self.days[midnight.weekday()]:
                start = max(midnight + timedelta(minutes=opens), stretch.start)
                end = min(midnight + timedelta(minutes=closes), stretch.end)
                if start < end:
                    yield start, end
            midnight += timedelta(days=1)


def _are_in_order(hours: Hours) -> bool:
    return all(0 <= start < end <= DAY for start, end in hours) and all(
        before[1] <= after[0] for before, after in pairwise(hours)
    )


def _stretches(zone: ZoneInfo, start: datetime, time: timedelta) -> Iterator[_Stretch]:
    """So much time from a moment on, a week at once, or up to a change of the zone's clocks."""
    at = start.astimezone(UTC)
    last = at + time
    while at < last:
        until = min(at + WEEK, last)
        offset = _offset(zone, at)
        if _offset(zone, until) != offset:
            until = _change(zone, at, offset)
        clock = at.replace(tzinfo=None) + offset
        yield _Stretch(clock, clock + (until - at), offset)
        at = until


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or NO_TIME


def _change(zone: ZoneInfo, start: datetime, offset: timedelta) -> datetime:
    """When the clocks change within a week: on a whole second, and once, as in any zone since 2001."""
    second = start.replace(microsecond=0)
    seconds = range(int(WEEK.total_seconds()) + 1)
    changed = bisect_left(
        seconds, True, key=lambda after: _offset(zone, second + timedelta(seconds=after)) != offset
    )
    return second + timedelta(seconds=changed)


ALWAYS = OpeningHours(ZoneInfo("UTC"), EVER)
