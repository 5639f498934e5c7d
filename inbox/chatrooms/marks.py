"""Marks that change with what is news, so that a page can tell."""

from dataclasses import dataclass
from zlib import crc32

from inbox.popsell.resources import Ambassador


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its id, a mark of its content, and the person with presence, if any."""

    id: int
    mark: str
    person: Ambassador | None


def checksum(*parts: object) -> str:
    """Short, the same in every process, and another one where what is told is another."""
    return f"{crc32(repr(parts).encode()):08x}"
