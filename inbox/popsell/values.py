"""Single JSON values to ours: None for a value of the wrong kind, never an exception.

The drift that each tolerates is in section 4 of the contract.
"""

import re
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache
from math import isfinite
from typing import TypeVar

from inbox.popsell import bounds
from inbox.popsell.resources import SIGN, Unnamed

E = TypeVar("E", bound=IntEnum)

ZONELESS = UTC
"""The zone of a date that names none, as `2023-10-06 13:41:09.123` (inferred: no page says it)."""

CUT = "…"
TELLING = re.compile(rf"[{SIGN}(\[{{]")
"""An e-mail address has one of these, also where people hide it: "(at)". Most names have none."""

LARGEST = 2**63 - 1
DIGITS = 20  # of the largest, with a sign
DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
YEARS = range(1900, 2200)  # a date outside them is a filler, and can't be moved between time zones


def clean(value: str) -> str:
    """Text that can be written as UTF-8: JSON may hold half a surrogate pair, a page may not."""
    return value.encode("utf-8", "replace").decode("utf-8")


def integer(value: object) -> int | None:
    """A whole number of 64 bits, also as text ("42") or as 42.0; true and false are none."""
    if type(value) is int:  # most of them
        return value if -LARGEST <= value <= LARGEST else None
    if isinstance(value, str):
        digits = value.strip()
        if not (digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) <= DIGITS):
            return None
        value = int(digits)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -LARGEST <= value <= LARGEST else None


def identifier(value: object) -> int | None:
    """A whole number above 0."""
    number = integer(value)
    return number if number is not None and number > 0 else None


def decimal(value: object) -> float | None:
    """A number with or without a fraction, also as text ("19.90"); true and false are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not DECIMAL.fullmatch(value.strip()):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def text(value: object) -> str | None:
    """Text as it came, however long; a number as its digits."""
    if isinstance(value, str):
        return clean(value)
    number = integer(value)
    return None if number is None else str(number)


def whole(value: object, most: int) -> str | None:
    """Text that says something only as a whole: unknown where it has more characters than `most`."""
    if isinstance(value, str) and len(value) > most:
        return None
    return text(value)


def short(value: object, most: int) -> str | None:
    """Text that is useful even when cut: `most` characters of a longer one, and "…".

    Unknown where the word at the cut goes on as an e-mail address: it would no longer look like one.
    """
    if not isinstance(value, str) or len(value) <= most:
        return text(value)
    word_goes_on = value[most:].partition(" ")[0]
    return None if "@" in word_goes_on else _cut(value, most)


def person_name(value: object) -> str | None:
    """A person's name, cut where it is too long.

    Unknown where a long one may hold an e-mail address: half of it tells too much.
    """
    if isinstance(value, str) and len(value) > bounds.NAME and TELLING.search(value):
        return None
    return short(value, bounds.NAME)


def _cut(value: str, most: int) -> str:
    return f"{clean(value[:most]).rstrip()}{CUT}"


def boolean(value: object) -> bool | None:
    """true, false, 1, 0 and the same as text."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word in ("true", "1", 1):
        return True
    if word in ("false", "0", 0):
        return False
    return None


def date(value: object) -> datetime | None:
    """Any of the four documented shapes, in UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if found.year not in YEARS:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZONELESS)).astimezone(UTC)


def unnamed(value: object) -> Unnamed | None:
    """A code without documented meaning: a number, or a word as it came; a long word is cut."""
    number = integer(value)
    if number is not None or not isinstance(value, str):
        return number
    word = value.strip()
    return (
        clean(word) if len(word) <= bounds.CODE else f"{clean(word[: bounds.CODE])}{CUT}"
    ) or None


def code(value: object, documented: type[E]) -> E | Unnamed | None:
    """The documented member, by its number or by its name in lower case; else as it came."""
    found = unnamed(value)
    member: E | None = _members(documented).get(found)
    return found if member is None else member


@cache
def _members(documented: type[E]) -> dict[Unnamed | None, E]:
    return {key: one for one in documented for key in (one.value, one.name.lower())}
