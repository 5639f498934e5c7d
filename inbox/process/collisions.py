"""Two equal acts at the same moment, when the database lets one through."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError

Result = TypeVar("Result")

UNIQUE_VIOLATION = "23505"  # of PostgreSQL
OF_SQLITE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def is_one(error: BaseException | None) -> bool:
    """Whether what was to be written is there already; not where it breaks another rule."""
    if not isinstance(error, IntegrityError):
        return False
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", None)
    return getattr(cause, "sqlstate", None) == UNIQUE_VIOLATION or name in OF_SQLITE


def once_more(act: Callable[[], Result]) -> Result:
    """The act's result; where another was first, try again, to see what they wrote."""
    try:
        return act()
    except IntegrityError as error:
        if not is_one(error):
            raise
    return act()
