"""Reads rows that anybody may have written: one by one where reading all together fails."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db import DataError
from django.db.models import Model, QuerySet

TOGETHER = 20  # seals that are read at once: each holds some 40 kB
UNREADABLE = (DataError, OverflowError, TypeError, ValueError)
"""Errors from reading a row with values that our code never writes, such as the year 20000."""

Row = TypeVar("Row", bound=Model)


def read_each(
    found: QuerySet[Row], numbers: Iterable[int], together: int
) -> Iterator[tuple[int, Row | None]]:
    """The rows of these numbers, as far as there are any; None where one can't be read."""
    left = list(numbers)
    while left:
        part, left = left[:together], left[together:]
        try:
            rows = found.in_bulk(part)
        except UNREADABLE:
            for number in part:
                yield from _read_one(found, number)
            continue
        yield from ((number, _whole(rows[number])) for number in part if number in rows)


def _read_one(found: QuerySet[Row], number: int) -> Iterator[tuple[int, Row | None]]:
    try:
        row = found.filter(pk=number).first()
    except UNREADABLE:
        yield number, None
        return
    if row is not None:
        yield number, _whole(row)


def _whole(row: Row) -> Row | None:
    """The row; None where SQLite can't read a value, such as an invalid time."""
    fields = row._meta.concrete_fields
    lacking = any(getattr(row, one.attname) is None and not one.null for one in fields)
    return None if lacking else row
