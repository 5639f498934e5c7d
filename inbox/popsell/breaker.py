"""Stops asking a Popsell that does not answer, and bounds how many threads wait for it.

Both are of this process: each worker finds out for itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from time import monotonic

from django.conf import settings

from inbox.popsell.errors import NoPlace, PopsellError, TimedOut, Unexpected, Unreachable

SERVER_ERROR = 500


class Breaker:
    """Closed while Popsell answers; open for a while after failures in a row, then one call tries.

    Our own, because the maintained libraries let every waiting thread through on the first try after
    the pause. A hanging API must not get all those calls.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._closed_again = 0.0  # when the next try may be made, on the monotonic clock

    def allow(self) -> bool:
        """Whether a read may be sent now; while open, one caller after each pause."""
        with self._lock:
            if self._failures < settings.POPSELL_BREAKER_FAILURES:
                return True
            if monotonic() < self._closed_again:
                return False
            self._pause()
            return True

    def note(self, failure: PopsellError | None) -> None:
        """Count what a call came to: silence and 5xx count, any other answer starts afresh.

        A call that was never sent says nothing of Popsell.
        """
        if failure is not None and not failure.was_sent:
            return
        with self._lock:
            if failure is None or (failure.remote_status and not is_outage(failure)):
                self._failures = 0
            elif is_outage(failure):
                self._failures += 1
                if self._failures >= settings.POPSELL_BREAKER_FAILURES:
                    self._pause()

    def is_troubled(self) -> bool:
        """Whether the last call failed so that this counts it."""
        with self._lock:
            return self._failures > 0

    def reset(self) -> None:
        with self._lock:
            self._failures = 0

    def _pause(self) -> None:
        self._closed_again = monotonic() + settings.POPSELL_BREAKER_SECONDS


def is_outage(failure: PopsellError) -> bool:
    if isinstance(failure, Unexpected):
        return (failure.remote_status or 0) >= SERVER_ERROR
    return isinstance(failure, (Unreachable, TimedOut))


breaker = Breaker()
_places = BoundedSemaphore(max(settings.THREADS // 2, 1))


@contextmanager
def take_place() -> Iterator[None]:
    """One of the places for threads that wait on Popsell: half of all, so that others still answer.

    Raises NoPlace at once where all are taken.
    """
    if not _places.acquire(blocking=False):
        raise NoPlace
    try:
        yield
    finally:
        _places.release()
