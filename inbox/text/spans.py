"""Durations and hours of a day as people write them, the same in all languages of the site."""

import re
from itertools import pairwise

HOUR = 60  # minutes
DAY = 24 * HOUR
LONGEST = 100  # characters that are read
DURATION = re.compile(r"(?:([0-9]{1,4})h)?(?:([0-9]{1,5})(?:min|m)?)?")
CLOCK = re.compile(r"([0-9]{1,2})(?:[:h.]([0-9]{2})?)?")
DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")

Hours = list[list[int]]
"""Of one day: from and to, in minutes after midnight."""


def duration(minutes: int) -> str:
    """Such as 45 min, 3 h, 1 h 30."""
    hours, rest = divmod(minutes, HOUR)
    if not hours:
        return f"{rest}\N{NO-BREAK SPACE}min"
    parts = [str(hours), "h", *([f"{rest:02d}"] if rest else [])]
    return "\N{NO-BREAK SPACE}".join(parts)


def read_duration(text: str) -> int | None:
    """Its minutes; None for what is none. A bare number says not what of."""
    squeezed = "".join(text[:LONGEST].lower().split())
    found = DURATION.fullmatch(squeezed)
    if len(text) > LONGEST or not found or squeezed.isdecimal() or not squeezed:
        return None
    return HOUR * int(found[1] or 0) + int(found[2] or 0)


def hours(openings: Hours) -> str:
    """Such as 09:00–12:00, 14:00–18:00; empty for a closed day."""
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in openings)


def read_hours(text: str) -> Hours | None:
    """The openings in order; None where that is none, or where they overlap or pass midnight."""
    if len(text) > LONGEST:
        return None
    squeezed = "".join(text.lower().translate(DASHES).split())
    if not squeezed:
        return []
    found = [_opening(part) for part in squeezed.replace(";", ",").split(",")]
    openings = sorted(one for one in found if one)
    if len(openings) != len(found) or any(a[1] > b[0] for a, b in pairwise(openings)):
        return None
    return openings


def _opening(text: str) -> list[int] | None:
    opens, dash, closes = text.partition("-")
    start, end = _minutes(opens), _minutes(closes)
    if not dash or start is None or end is None:
        return None
    return [start, end] if start < end <= DAY else None


def _minutes(text: str) -> int | None:
    found = CLOCK.fullmatch(text)
    minutes = int(found[2] or 0) if found else HOUR
    return HOUR * int(found[1]) + minutes if found and minutes < HOUR else None


def _clock(minutes: int) -> str:
    return f"{minutes // HOUR:02d}:{minutes % HOUR:02d}"
