"""Marks that change with news, so that a page can tell."""

from dataclasses import dataclass
from zlib import crc32

from inbox.popsell.resources import Ambassador, LastSummary


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its id, a mark of its content, and the person with presence, if any."""

    id: int
    mark: str
    person: Ambassador | None


def checksum(*parts: object) -> str:
    """A short mark of these parts, the same in every process."""
    return f"{crc32(repr(parts).encode()):08x}"


def of_summary(summary: LastSummary | None) -> str:
    """Changes with what a summary says, not with its date; empty where there is none."""
    return checksum(summary.summary, summary.anomaly, summary.topic) if summary else ""
