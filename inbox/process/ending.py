"""That a process was asked to end, said by a signal and heard everywhere in it.

Ctrl-C often comes as two signals at once, from the terminal and from a parent. Python handles the
second in the midst of handling the first, on the same thread. A `threading.Event` takes a lock to be
set, so it would wait there for itself, for good.
"""

from contextlib import suppress
from queue import Empty, SimpleQueue


class Ending:
    """Whether to end. Any signal handler may set it; one thread may wait for it."""

    def __init__(self) -> None:
        self._is_set = False
        self._rung: SimpleQueue[None] = (
            SimpleQueue()
        )  # the one queue that may be put to in the midst

    def set(self) -> None:
        self._is_set = True
        self._rung.put(None)

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Whether it was set by then; returns as soon as it is."""
        if not self._is_set:
            with suppress(Empty):
                self._rung.get(timeout=max(seconds, 0))
        return self._is_set
