"""The requirement files: what is pinned in them, and what an installed package says that it needs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.stack.processes import ROOT

PRODUCT, TESTS = ROOT / "requirements.txt", ROOT / "tests/requirements.txt"
PIN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+]+)"
    r"(?: ; (?P<marker>[^#]+?))?"
    r"(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)
VIA = re.compile(r" +#(?: via|  ) (\S.*)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a file. `marker`: where it is needed, empty for everywhere."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_entries(path: Path) -> list[str]:
    """What pip reads of the file: without comments, each entry as one line."""
    lines = re.sub(r"\s*\\\n\s*", " ", path.read_text()).splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def read_pins(path: Path) -> dict[str, Pin]:
    """By name. Raises ValueError where an entry is anything but a pin with its hashes."""
    pins: dict[str, Pin] = {}
    for entry in read_entries(path):
        found = PIN.fullmatch(entry)
        if not found:
            raise ValueError(f"neither pinned nor hashed: {entry}")
        name = canonicalize_name(found["name"])
        hashes = tuple(one.partition("sha256:")[2] for one in found["hashes"].split())
        pins[name] = Pin(name, found["version"], found["marker"] or "", hashes)
    return pins


def read_parents(path: Path) -> dict[str, set[str]]:
    """What needs each package, as the file's own comments say; empty for the .in file beside it.

    Raises ValueError where they say nothing of one.
    """
    parents: dict[str, set[str]] = {}
    name = ""
    for line in path.read_text().splitlines():
        if entry := re.match(r"([A-Za-z0-9._-]+)==", line):
            name = canonicalize_name(entry[1])
            parents[name] = set()
        elif name and (said := VIA.fullmatch(line)):
            is_file = said[1].startswith("-")
            parents[name].add("" if is_file else canonicalize_name(said[1]))
    if silent := [name for name, by in parents.items() if not by]:
        raise ValueError(f"says not what needs it: {', '.join(silent)}")
    return parents


def read_direct(path: Path) -> list[Requirement]:
    """What the .in file beside this one names."""
    entries = read_entries(path.with_suffix(".in"))
    return [Requirement(entry) for entry in entries if not entry.startswith("-c ")]


def read_needs(requirement: Requirement) -> Iterator[Requirement]:
    """What the package says it needs here, by itself and for the extras that are asked of it."""
    try:
        said = distribution(requirement.name).requires or []
    except PackageNotFoundError:  # for another platform
        return
    for need in map(Requirement, said):
        extras = requirement.extras or {""}
        if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in extras):
            yield need


def walk(requirements: list[Requirement]) -> set[str]:
    """The names of all that these need here, themselves included."""
    waiting, seen = list(requirements), set()
    while waiting:
        requirement = waiting.pop()
        mark = (canonicalize_name(requirement.name), *sorted(requirement.extras))
        if mark not in seen:
            seen.add(mark)
            waiting += read_needs(requirement)
    return {name for name, *_extras in seen}
