"""What a process remembers beside the cache, to save work: pages, rows, recently written people.

Each memory registers here how it is cleared. All are cleared every few minutes while the process gets
requests (a health check will do). Erasing somebody clears them at once.
"""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar

V = TypeVar("V")

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


class Memory(Generic[V]):
    """What was made of things that are the same. Where there is too much, the older half is forgotten.

    It holds the keys and what was made of them, and nothing else that `make` knows.
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._kept: dict[Hashable, V] = {}
        self._older: dict[Hashable, V] = {}
        register(self._forget)

    def keep(self, key: Hashable, make: Callable[[], V]) -> V:
        """What was made of this key, else what `make` makes now."""
        found = self.find(key)
        return self.put(key, make()) if found is None else found

    def find(self, key: Hashable) -> V | None:
        """What was made of this key, if that is remembered."""
        if (found := self._kept.get(key)) is not None:
            return found
        older = self._older.get(key)
        return None if older is None else self.put(key, older)

    def put(self, key: Hashable, made: V) -> V:
        """Remember this, unless the key has something already."""
        if key not in self._kept:
            if len(self._kept) >= self._half:
                self._older, self._kept = self._kept, {}
            self._kept[key] = made
        return made

    def _forget(self) -> None:
        self._kept, self._older = {}, {}
