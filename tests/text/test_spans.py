"""Durations and hours of a day, as people write them"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.text import spans


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("45 min", 45), ("45m", 45), ("3 h", 180), ("1 h 30", 90), ("1h30", 90), ("1H30MIN", 90)),
        *(("90 min", 90), ("1\u00a0h\u00a030", 90), ("1\u202fh", 60), ("0 h 05", 5), ("0 min", 0)),
    ],
)
def test_a_duration_is_read(text: str, minutes: int) -> None:
    assert spans.read_duration(text) == minutes


@pytest.mark.parametrize(
    "text",
    ["", "3", "h", "min", "soon", "1:30", "-1 h", "1.5 h", "1 h 2 h", "٣ h", "9" * 200 + "h"],
)
def test_what_says_not_what_of_is_none(text: str) -> None:
    assert spans.read_duration(text) is None


@given(st.integers(1, 20_000))
def test_each_duration_is_read_as_it_is_written(minutes: int) -> None:
    assert spans.read_duration(spans.duration(minutes)) == minutes


@pytest.mark.parametrize(
    ("text", "openings"),
    [
        ("", []),
        ("  ", []),
        ("09:00–18:00", [[540, 1080]]),
        ("9-18", [[540, 1080]]),
        ("9h30 – 12h ; 14.00-18h15", [[570, 720], [840, 1095]]),
        ("14-18, 9-12", [[540, 720], [840, 1080]]),
        ("0-24", [[0, 1440]]),
        ("22:00\u221224:00", [[1320, 1440]]),
        ("9-12, 12-14", [[540, 720], [720, 840]]),
    ],
)
def test_hours_are_read(text: str, openings: spans.Hours) -> None:
    assert spans.read_hours(text) == openings


@pytest.mark.parametrize(
    "text",
    [
        *("9", "9-", "-9", "closed", "9-12-14", "9-12,", "18-9", "22:00–02:00", "9-9", "9:60-10"),
        *("0-24:01", "25-26", "9-12, 11-13", "٩-١٢", "9-12, " * 50),
    ],
)
def test_what_are_no_hours_of_one_day(text: str) -> None:
    assert spans.read_hours(text) is None


DAYS = st.lists(st.integers(0, spans.DAY), min_size=2, max_size=6, unique=True).map(
    lambda ends: [list(pair) for pair in zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False)]
)


@given(DAYS)
def test_each_day_is_read_as_it_is_written(openings: spans.Hours) -> None:
    assert spans.read_hours(spans.hours(openings)) == openings


@given(st.text(max_size=120))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    for opens, closes in spans.read_hours(text) or []:
        assert 0 <= opens < closes <= spans.DAY
    assert (spans.read_duration(text) or 0) >= 0
