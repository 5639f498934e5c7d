"""Several that do something at the same moment, each in a thread of its own."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from types import ModuleType
from typing import Any, TypeVar

import pytest
from django.db import connection

S = TypeVar("S")
T = TypeVar("T")


def at_once(each: Iterable[S], act: Callable[[S], T]) -> list[T]:
    """What came of the act for each, in their order; a failure of any is raised here."""
    those = list(each)
    ready = Barrier(len(those))

    def alone(one: S) -> T:
        try:
            ready.wait(30)
            return act(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(those)) as threads:
        return list(threads.map(alone, those))


def statuses_at_once(*acts: Callable[[], Any]) -> list[int]:
    """What each is answered, the lowest first."""
    return sorted(at_once(acts, lambda act: int(act().status_code)))


def hold(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType | type, name: str, within: float = 1
) -> None:
    """The first to pass this waits a second for the other, who must not pass it meanwhile.

    `within`: longer, where both may pass it and are to go on at the same moment.
    """
    real, other = getattr(module, name), Barrier(2, timeout=within)

    def held(*arguments: Any, **named: Any) -> Any:
        found = real(*arguments, **named)
        with suppress(BrokenBarrierError):
            other.wait()
        return found

    monkeypatch.setattr(module, name, held)
