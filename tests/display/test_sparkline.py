"""The small picture of weekly ratings: within its box, true to the weeks, and nothing in between"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.display.sparkline import HEIGHT, WIDTH, sparkline

RADIUS = 2.5  # of the last point, as the template draws it
STARS = st.none() | st.floats(0, 100)


def points(path: str) -> list[tuple[float, float]]:
    """Where its lines begin and end."""
    found = re.findall(r"[ML]([0-9.]+) ([0-9.]+)", path)
    return [(float(x), float(y)) for x, y in found]


@given(st.lists(STARS, max_size=12))
def test_all_of_it_is_within_its_box(weeks: list[float | None]) -> None:
    line = sparkline(weeks)
    known = [one for one in weeks if one is not None]
    if line is None:
        assert known == []
        return
    drawn = points(line.path)
    assert len(drawn) == len(known)
    assert drawn[-1] == (line.x, line.y)
    for x, y in drawn:
        assert RADIUS <= x <= WIDTH - RADIUS
        assert RADIUS <= y <= HEIGHT - RADIUS


@given(st.lists(st.floats(3.6, 5), min_size=2, max_size=8))
def test_the_better_week_stands_higher(weeks: list[float]) -> None:
    line = sparkline(weeks)
    assert line
    drawn = points(line.path)
    for (before, (_, up)), (after, (_, down)) in zip(
        zip(weeks, drawn, strict=True), list(zip(weeks, drawn, strict=True))[1:], strict=False
    ):
        assert (before <= after) <= (down <= up)


@pytest.mark.parametrize(
    ("weeks", "path"),
    [
        ([5.0, 3.6], "M3.0 3.0L69.0 21.0"),
        ([4.3, None, 5.0], "M3.0 12.0h0 M69.0 3.0h0"),
        ([None, 5.0, 5.0, None], "M25.0 3.0L47.0 3.0"),
        ([3.6, None, None, 2.0], "M3.0 21.0h0 M69.0 21.0h0"),
        ([4.3], "M3.0 12.0h0"),
    ],
)
def test_a_week_without_ratings_breaks_the_line(weeks: list[float | None], path: str) -> None:
    line = sparkline(weeks)
    assert line
    assert line.path == path


@pytest.mark.parametrize(("worse", "better"), [(1.0, 3.6), (5.0, 6.0)])
def test_what_is_beyond_the_scale_stands_at_its_edge(worse: float, better: float) -> None:
    first, second = sparkline([worse]), sparkline([better])
    assert first == second


@pytest.mark.parametrize("weeks", [[], [None], [None] * 8])
def test_without_ratings_there_is_none(weeks: list[float | None]) -> None:
    assert sparkline(weeks) is None
