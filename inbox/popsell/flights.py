"""One call for many who ask the same at once."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from inbox import context
from inbox.popsell import errors
from inbox.popsell.breaker import take_place

T = TypeVar("T")
_flights: dict[str, Future[Any]] = {}
_flights_lock = Lock()


def together(key: str, fetch: Callable[[], T]) -> T:
    """What `fetch` returns or raises; others who ask meanwhile wait for the same."""
    with _flights_lock:
        flight = _flights.get(key)
        leads = flight is None
        if flight is None:
            flight = _flights[key] = Future()
    if not leads:
        try:
            joined: T = _of(flight)
        except errors.OverBudget:  # another's, whose call was not sent: one's own may be
            return fetch()
        return joined
    try:
        value = fetch()
    except BaseException as failure:
        flight.set_exception(failure)
        raise
    else:
        flight.set_result(value)
        return value
    finally:
        with _flights_lock:
            del _flights[key]


def _of(flight: "Future[T]") -> T:
    """The result of another thread's call, within one's own deadline and place."""
    left = context.deadline() - monotonic()
    with context.measured("popsell"), take_place():
        try:
            value: T = flight.result(max(left, 0))
        except TimeoutError:
            raise errors.TimedOut("another's call took too long") from None
    return value
