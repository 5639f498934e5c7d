"""The cache for callers that can go on without it: on failure it keeps nothing, and logs."""

import logging
import math
from collections.abc import Iterable
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.utils import timezone

log = logging.getLogger(__name__)
TELL_EACH = 60  # seconds


def turn(seconds: int) -> int:
    """The number of the present turn of so many seconds, for keys whose entries all end with it."""
    return int(timezone.now().timestamp()) // seconds


def get(key: str) -> Any:
    try:
        return cache.get(key)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the cache is a help and no need
        _tell(failure)
        return None


def get_many(keys: Iterable[str]) -> dict[str, Any]:
    try:
        return dict(cache.get_many(keys))
    except Exception as failure:  # noqa: BLE001 - see above
        _tell(failure)
        return {}


def put(key: str, value: object, seconds: float) -> bool:
    """Whether it is kept."""
    try:
        cache.set(key, value, seconds)
    except Exception as failure:  # noqa: BLE001 - see above
        _tell(failure)
        return False
    return True


def count(key: str, by: int, seconds: float) -> int:
    """Add `by` to the count under this key, in one step for all; returns 0 where it can't count."""
    try:
        try:
            return int(cache.incr(key, by))
        except ValueError:  # nothing was counted yet
            cache.add(key, 0, seconds)
            return int(cache.incr(key, by))
    except Exception as failure:  # noqa: BLE001 - see above
        _tell(failure)
        return 0


def drop(key: str) -> None:
    try:
        cache.delete(key)
    except Exception as failure:  # noqa: BLE001 - see above
        _tell(failure)


_last_told = -math.inf
_breaks = 0


def breaks() -> int:
    """How often the cache failed this process: earlier writes may be lost."""
    return _breaks


def _tell(failure: Exception) -> None:
    """Log one line a minute and process: a page asks the cache several times."""
    global _breaks, _last_told  # noqa: PLW0603 - a race would only tell twice
    _breaks += 1
    if monotonic() - _last_told > TELL_EACH:
        _last_told = monotonic()
        log.warning("The cache failed, pages go on without: %s", type(failure).__name__)
