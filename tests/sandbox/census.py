"""What stands in the rows of a brand, gathered for the tests of the data."""

import re
from functools import cache
from typing import Any

import pytest

from inbox.sandbox.data import build_brand
from inbox.sandbox.render import listed_json
from tests.sandbox.conftest import NOON

Row = dict[str, Any]

DATE_SHAPES = {
    "micros": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z",
    "zulu": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "offset": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
    "space": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}",
}
every_seed = pytest.mark.parametrize("seed", [1, 2, 3, 99])


@cache
def rows(seed: int = 1, brand: int = 3) -> list[Row]:
    built = build_brand(brand, seed, NOON)
    return [listed_json(room, NOON) for room in built.rooms.values()]


def values(seed: int, *path: str) -> set[Any]:
    """Gather what stands at a place of the rows, where the place exists."""
    found: set[Any] = set()
    for row in rows(seed):
        value: Any = row
        for name in path:
            value = value[name] if isinstance(value, dict) else "nowhere"
        if value != "nowhere":
            found.add((type(value), value))
    return {value for _, value in found}


def seats(seed: int = 1) -> list[Row]:
    return [seat for row in rows(seed) for seat in row["ambassadors"]]


def shapes(dates: set[Any]) -> set[str]:
    found = set()
    for date in dates - {None, True, False}:
        named = [name for name, shape in DATE_SHAPES.items() if re.fullmatch(shape, date)]
        assert len(named) == 1, date
        found |= set(named)
    return found
