"""A line of mean ratings, week by week, as a small picture beside the words that tell them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 72, 24
EDGE = 3.0
"""What stands at an edge, round as it is drawn, stays within the picture."""
LEAST, MOST = 3.6, 5.0
"""Stars: one scale for everybody. What is beyond it stands at its edge."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`path`: the lines between neighbouring weeks, in SVG's words. `x`, `y`: the last known week."""

    path: str
    x: float
    y: float


def sparkline(means: Iterable[float | None]) -> Sparkline | None:
    """The picture of these weeks; None without any. No line crosses a week without ratings."""
    weeks = list(means)
    step = (WIDTH - 2 * EDGE) / max(len(weeks) - 1, 1)
    points = [
        None if mean is None else (round(EDGE + number * step, 1), _height(mean))
        for number, mean in enumerate(weeks)
    ]
    known = [point for point in points if point]
    if not known:
        return None
    parts = [[one for one in part if one] for is_known, part in groupby(points, bool) if is_known]
    return Sparkline(" ".join(map(_draw, parts)), *known[-1])


def _height(mean: float) -> float:
    share = (min(max(mean, LEAST), MOST) - LEAST) / (MOST - LEAST)
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)


def _draw(points: list[tuple[float, float]]) -> str:
    """A line through the points; a single one is a dot, which is a line of no length."""
    (x, y), *others = points
    return f"M{x} {y}" + ("".join(f"L{x} {y}" for x, y in others) or "h0")
