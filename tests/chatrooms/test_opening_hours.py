"""The time that a brand is open, by the clocks on its walls"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.chatrooms.opening_hours import ALWAYS, OpeningHours
from tests.support.runs import many

PARIS = ZoneInfo("Europe/Paris")
NINE_TO_SIX = ((9 * 60, 18 * 60),)
OFFICE = OpeningHours(PARIS, (NINE_TO_SIX,) * 5 + ((), ()))
NIGHT = OpeningHours(PARIS, (((0, 4 * 60),),) * 7)
NEVER = OpeningHours(PARIS, ((),) * 7)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
ZONES = [PARIS, *map(ZoneInfo, ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"))]


def paris(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=PARIS, fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc]


def is_open(hours: OpeningHours, moment: datetime) -> bool:
    """Whether the clock on the wall, as it stands then, is within the hours."""
    clock = moment.astimezone(hours.zone)
    minutes = clock.hour * 60 + clock.minute
    return any(start <= minutes < end for start, end in hours.days[clock.weekday()])


def counted(hours: OpeningHours, start: datetime, minutes: int) -> timedelta:
    """Minute by minute, as long as it takes."""
    return MINUTE * sum(is_open(hours, start + n * MINUTE) for n in range(minutes))


# Within a week

FRIDAY = paris(2026, 11, 27, 17, 30)


def test_an_hour_within_the_hours_is_an_hour() -> None:
    assert OFFICE.open_time(paris(2026, 11, 27, 10), paris(2026, 11, 27, 11)) == HOUR


def test_the_clock_stands_still_over_the_weekend() -> None:
    assert OFFICE.open_time(FRIDAY, paris(2026, 11, 30, 9)) == HOUR / 2
    assert OFFICE.moment_after(FRIDAY, HOUR) == paris(2026, 11, 30, 9, 30)


def test_the_last_minute_of_a_day_is_reached_on_that_day() -> None:
    assert OFFICE.moment_after(FRIDAY, HOUR / 2) == paris(2026, 11, 27, 18)
    later = OFFICE.moment_after(FRIDAY, HOUR / 2 + timedelta(microseconds=1))
    assert later == paris(2026, 11, 30, 9, 0, 0, 1)


def test_a_wait_that_begins_at_night_counts_from_the_morning() -> None:
    assert OFFICE.moment_after(paris(2026, 11, 26, 23), HOUR) == paris(2026, 11, 27, 10)


def test_hours_parted_by_lunch_add_up() -> None:
    day = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
    hours = OpeningHours(PARIS, (day,) * 7)
    assert hours.moment_after(paris(2026, 11, 27, 11, 30), HOUR) == paris(2026, 11, 27, 14, 30)
    assert hours.open_time(paris(2026, 11, 27, 0), paris(2026, 11, 28, 0)) == 7 * HOUR


def test_a_night_goes_on_after_midnight() -> None:
    hours = OpeningHours(PARIS, (((0, 120), (22 * 60, 24 * 60)),) * 7)
    assert hours.moment_after(paris(2026, 11, 27, 23), 2 * HOUR) == paris(2026, 11, 28, 1)


def test_no_time_at_all_has_passed_at_once() -> None:
    night = paris(2026, 11, 26, 23)
    assert OFFICE.moment_after(night, timedelta()) == night
    assert OFFICE.open_time(night, night) == timedelta()
    assert OFFICE.open_time(FRIDAY, FRIDAY - DAY) == timedelta()


def test_a_whole_week_of_hours_ends_with_the_last_of_them() -> None:
    assert OFFICE.moment_after(paris(2026, 11, 20, 23), 45 * HOUR) == paris(2026, 11, 27, 18)


# Always and never


def test_always_is_time_itself() -> None:
    assert ALWAYS.open_time(FRIDAY, FRIDAY + 3 * DAY) == 3 * DAY
    assert ALWAYS.open_time(FRIDAY, FRIDAY - DAY) == timedelta()
    assert ALWAYS.moment_after(FRIDAY, HOUR) == FRIDAY + HOUR


def test_always_takes_clocks_that_change_for_time_too() -> None:
    """Times in one zone are told apart by their clocks, which would be an hour less here."""
    start, end = datetime(2026, 10, 25, tzinfo=PARIS), datetime(2026, 10, 25, 12, tzinfo=PARIS)
    assert ALWAYS.open_time(start, end) == 13 * HOUR
    assert ALWAYS.moment_after(start, 13 * HOUR) == end.astimezone(UTC)


def test_a_brand_that_never_opens_has_no_moment() -> None:
    assert NEVER.moment_after(FRIDAY, timedelta(microseconds=1)) is None
    assert NEVER.open_time(FRIDAY, FRIDAY + 3650 * DAY) == timedelta()


def test_what_takes_more_than_ten_years_never_is() -> None:
    minute_a_week = OpeningHours(PARIS, (((0, 1),),) + ((),) * 6)
    assert minute_a_week.moment_after(FRIDAY, 500 * MINUTE) is not None
    assert minute_a_week.moment_after(FRIDAY, 530 * MINUTE) is None


def test_years_are_counted_by_the_week(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    openings = OpeningHours._openings

    def counting(self: OpeningHours, stretch: Any) -> object:
        asked.append(stretch)
        return openings(self, stretch)

    monkeypatch.setattr(OpeningHours, "_openings", counting)
    start = paris(2016, 1, 4)
    assert OFFICE.open_time(start, start + 520 * 7 * DAY) == 520 * 45 * HOUR
    assert len(asked) < 3 * 20  # two changes of clocks a year


@pytest.mark.parametrize(
    "days",
    [
        ((),) * 6,
        ((),) * 8,
        (((60, 60),),) * 7,
        (((120, 60),),) * 7,
        (((-1, 60),),) * 7,
        (((0, 1441),),) * 7,
        (((0, 120), (60, 180)),) * 7,
        (((120, 180), (0, 60)),) * 7,
    ],
)
def test_hours_out_of_order_are_refused(days: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    with pytest.raises(ValueError, match="hours in order"):
        OpeningHours(PARIS, days)


# Nights on which the clocks change: in 2026 Paris has no 02:30 on 29 March, and two on 25 October


def test_the_night_without_an_hour_is_shorter() -> None:
    assert NIGHT.open_time(paris(2026, 3, 29), paris(2026, 3, 30)) == 3 * HOUR
    assert NIGHT.moment_after(paris(2026, 3, 29, 1), 2 * HOUR) == paris(2026, 3, 29, 4)


def test_the_night_with_an_hour_twice_is_longer() -> None:
    assert NIGHT.open_time(paris(2026, 10, 25), paris(2026, 10, 26)) == 5 * HOUR
    assert NIGHT.moment_after(paris(2026, 10, 25, 1), 3 * HOUR) == paris(2026, 10, 25, 3)


def test_hours_that_end_within_the_hour_that_comes_twice_end_twice() -> None:
    hours = OpeningHours(PARIS, (((60, 150),),) * 7)
    assert hours.open_time(paris(2026, 10, 25), paris(2026, 10, 26)) == 2 * HOUR
    again = paris(2026, 10, 25, 2, 15, fold=1)
    assert hours.moment_after(paris(2026, 10, 25), 1.75 * HOUR) == again


def test_hours_within_the_missing_hour_are_none() -> None:
    hours = OpeningHours(PARIS, (((120, 180),),) * 7)
    assert hours.open_time(paris(2026, 3, 29), paris(2026, 3, 30)) == timedelta()
    assert hours.moment_after(paris(2026, 3, 29), HOUR) == paris(2026, 3, 30, 3)


def test_clocks_change_to_the_microsecond() -> None:
    hours = OpeningHours(PARIS, (((60, 150),),) * 7)
    start = paris(2026, 3, 29, 1, 59, 59, 999_000)
    assert hours.open_time(start, start + HOUR) == 1000 * timedelta(microseconds=1)


@pytest.mark.parametrize("weekend", [(2026, 3, 28), (2026, 10, 24)])
def test_the_morning_after_opens_when_the_clock_says_so(weekend: tuple[int, int, int]) -> None:
    hours = OpeningHours(PARIS, (NINE_TO_SIX,) * 7)
    year, month, day = weekend
    assert hours.moment_after(paris(*weekend, 18), HOUR) == paris(year, month, day + 1, 10)


# As if counted minute by minute

some_minutes = st.lists(st.integers(0, 96), unique=True, max_size=6).map(sorted)
some_hours = some_minutes.map(
    lambda found: tuple((a * 15, b * 15) for a, b in zip(found[::2], found[1::2], strict=False))
)
some_opening_hours = st.builds(OpeningHours, st.sampled_from(ZONES), st.tuples(*[some_hours] * 7))
near_a_change = st.sampled_from(
    [
        datetime(2026, 3, 28, tzinfo=UTC),
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 3, 7, tzinfo=UTC),
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2026, 4, 3, tzinfo=UTC),
        datetime(2026, 10, 2, tzinfo=UTC),
        datetime(2026, 12, 30, tzinfo=UTC),
    ]
)
some_start = st.builds(
    lambda day, minutes: day + minutes * MINUTE, near_a_change, st.integers(-3000, 3000)
)


@given(some_opening_hours, some_start, st.integers(0, 9 * 1440))
@settings(max_examples=many(150), deadline=None)
def test_open_time_is_as_counted(hours: OpeningHours, start: datetime, minutes: int) -> None:
    assert hours.open_time(start, start + minutes * MINUTE) == counted(hours, start, minutes)


@given(some_opening_hours, some_start, st.integers(1, 40 * 24 * 60), st.integers(0, 59_999_999))
@settings(max_examples=many(300), deadline=None)
def test_a_moment_is_the_first_by_which_so_much_time_was_open(
    hours: OpeningHours, start: datetime, minutes: int, beside: int
) -> None:
    since = start + timedelta(microseconds=beside)
    duration = timedelta(minutes=minutes, microseconds=-beside)
    moment = hours.moment_after(since, duration)
    if moment is None:
        assert hours.open_time(since, since + 3650 * DAY) < duration
    else:
        assert hours.open_time(since, moment) == duration
        assert hours.open_time(since, moment - timedelta(microseconds=1)) < duration


@given(some_opening_hours, some_start, *[st.integers(0, 20 * 1440 * 60)] * 2)
@settings(max_examples=many(150), deadline=None)
def test_the_parts_of_a_time_make_the_whole(
    hours: OpeningHours, start: datetime, first: int, second: int
) -> None:
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    parts = hours.open_time(start, middle) + hours.open_time(middle, end)
    assert hours.open_time(start, end) == parts
