"""What a process remembers, and how much of it."""

from functools import partial

from inbox.caches import memories
from inbox.caches.memories import Memory


def made(memory: Memory[str], *keys: object) -> list[object]:
    """For which of these keys something had to be made, asked for in this order."""
    told: list[object] = []

    def make(key: object) -> str:
        told.append(key)
        return str(key)

    for key in keys:
        memory.keep(key, partial(make, key))
    return told


def test_it_is_made_once() -> None:
    memory = Memory[str](8)
    assert made(memory, 1, 2, 1, (1, "a"), (1, "a"), 2) == [1, 2, (1, "a")]
    assert memory.keep(1, lambda: "anew") == "1"


def test_what_was_asked_for_of_late_stays() -> None:
    memory = Memory[str](8)
    made(memory, *range(4), 0, *range(10, 13))
    assert made(memory, 0, 10, 11, 12) == []
    made(memory, *range(20, 28))
    assert made(memory, 1, 2, 3) == [1, 2, 3]


def test_there_are_never_more_than_that() -> None:
    memory = Memory[str](8)
    made(memory, *range(1000))
    assert len(memory._kept) + len(memory._older) <= 8


def test_all_is_forgotten_at_once() -> None:
    memory = Memory[str](8)
    made(memory, *range(6))
    memories.forget()
    assert made(memory, *range(6)) == [*range(6)]
