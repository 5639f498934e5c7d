"""One call for many equal requests at once.

What fails while it is read ahead says nothing to a person who asks for it: their own call has more
time, and more tries.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from inbox import context
from inbox.popsell import errors
from inbox.popsell.breaker import take_place

T = TypeVar("T")


class _Flight(NamedTuple):
    """A call under way. `is_ahead`: whether nobody asked for it yet."""

    result: Future[Any]
    is_ahead: bool


_flights: dict[str, _Flight] = {}
_flights_lock = Lock()


def together(key: str, fetch: Callable[[], T]) -> T:
    """What `fetch` returns or raises; callers that come while it runs wait for the same."""
    is_ahead = context.current().ahead
    with _flights_lock:
        flight = _flights.get(key)
        leads = flight is None
        if flight is None:
            flight = _flights[key] = _Flight(Future(), is_ahead)
    if not leads:
        try:
            joined: T = _of(flight.result)
        except errors.OverBudget:  # another's call was not sent; this one's may be
            return fetch()
        except errors.PopsellError:
            if flight.is_ahead and not is_ahead:
                return fetch()
            raise
        return joined
    try:
        value = fetch()
    except BaseException as failure:
        flight.result.set_exception(failure)
        raise
    else:
        flight.result.set_result(value)
        return value
    finally:
        with _flights_lock:
            del _flights[key]


def _of(flight: "Future[T]") -> T:
    """The result of another thread's call, within this thread's own deadline and place."""
    left = context.deadline() - monotonic()
    with context.measured("popsell"), take_place():
        try:
            value: T = flight.result(max(left, 0))
        except TimeoutError:
            raise errors.TimedOut("another's call took too long") from None
    return value
