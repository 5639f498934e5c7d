"""Several browsers that do something at the same moment, each in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(act: Callable[[int], T], count: int = 6) -> list[T]:
    """What came of each; a failure of any is raised here."""
    ready = Barrier(count)

    def alone(number: int) -> T:
        try:
            ready.wait(30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(alone, range(count)))
