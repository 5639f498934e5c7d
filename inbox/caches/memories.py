"""What a process remembers beside the cache, to save work: pages, rows, recently written people.

Each memory registers here how it is cleared. All are cleared every few minutes while the process gets
requests (a health check will do). Erasing somebody clears them at once.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

EACH = 300  # seconds

_clears: list[Callable[[], object]] = []
_forgets_again = 0.0  # on the monotonic clock


def register(clear: Callable[[], object]) -> None:
    """Have `clear` called when this process is to forget."""
    _clears.append(clear)


def forget() -> None:
    for clear in _clears:
        clear()


def after_request(**_signal: Any) -> None:
    global _forgets_again  # noqa: PLW0603 - a race would only forget twice
    if monotonic() >= _forgets_again:
        _forgets_again = monotonic() + EACH
        forget()
