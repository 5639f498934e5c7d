"""What the run says: bare numbers for today, ratios for CONTRIBUTING.md, each target met or missed."""

import os
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench import rounds
from tests.bench.memory import Memory
from tests.bench.rounds import Cell, Cells
from tests.bench.weight import Weight

LABELS = {
    "a": "bare API call, pooled",
    "b": "naive view, `requests.get`",
    "c": "Django admin, 25 of 10,000 rows",
    "d": "**inbox**, cache off",
    "e": "**inbox**, cache warm",
    "f": "**inbox**, cache off, each its own, which change",
    "m": "minimal page, our middlewares, one query",
}
WAIT = 100  # milliseconds of the API for judging the targets
CROWD = 64
DURATION = r"\b{};(?:[^,]*;)?\s*dur=([0-9.]+)"


@dataclass
class Findings:
    """Everything measured; what was not asked for stays empty."""

    cells: Cells = field(default_factory=dict)
    upstream: float | None = None
    weights: dict[str, Weight] = field(default_factory=dict)
    queries: dict[str, list[int]] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)

    def cell(self, key: str, delay: int = WAIT, clients: int = 1) -> Cell:
        """Raises KeyError where it was not measured."""
        return self.cells[key, delay, clients]


def own_times(cell: Cell) -> list[float]:
    """Milliseconds a page took without its wait for Popsell, as its Server-Timing header says."""
    return [own for timing in cell.timings if (own := _own_time(timing)) is not None]


def _own_time(timing: str) -> float | None:
    total, popsell = _duration("total", timing), _duration("popsell", timing)
    return None if total is None else total - (popsell or 0.0)


def _duration(name: str, timing: str) -> float | None:
    found = re.search(DURATION.format(name), timing)
    return float(found[1]) if found else None


def machine(facts: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    numbers = facts["gunicorn"]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), {versions}; "
        f"gunicorn: {numbers['workers']} workers of {numbers['threads']} threads "
        "(ours waitress, (b) gthread)"
    )


def bare(findings: Findings) -> Iterator[str]:
    """The numbers as measured, for eyes on this machine only."""
    if not findings.cells:
        return
    yield f"{'':36}{'API':>7}{'clients':>9}{'p50 ms':>10}{'p95 ms':>10}{'req/s':>9}{'calls':>7}  errors"
    for (key, delay, clients), cell in findings.cells.items():
        label = f"({key}) {LABELS[key].replace('*', '').replace('`', '')}"
        calls = f"{cell.api_calls:7.2f}"
        yield (
            f"{label:36}{delay:4} ms{clients:9}{cell.p50:10.2f}{cell.p95:10.2f}{cell.rate:9.1f}"
            f"{calls}  {len(cell.errors)}"
        )
    if findings.upstream:
        yield f"The canned API alone, {CROWD} clients of the same load: {findings.upstream:.0f} req/s"
    for (key, delay, clients), cell in findings.cells.items():
        if key in "defm" and clients == 1:
            own = own_times(cell)
            value = f"{median(own):.2f} ms" if own else "not reported"
            yield f"({key}) own time p50, 1 client, API {delay} ms: {value}"


@dataclass(frozen=True)
class Column:
    title: str
    to: str  # the contender that counts as 1
    delay: int
    clients: int
    value: Callable[[Cell], float]


def _p50(cell: Cell) -> float:
    return cell.p50


def _p95(cell: Cell) -> float:
    return cell.p95


def _rate(cell: Cell) -> float:
    return cell.rate


COLUMNS = (
    Column("p50, 1 client", "a", WAIT, 1, _p50),
    Column("p95, 1 client", "a", WAIT, 1, _p95),
    Column("p50, 1 client, API 0 ms", "c", 0, 1, _p50),
    Column("pages/s, 8 clients", "b", WAIT, 8, _rate),
    Column("pages/s, 64 clients", "b", WAIT, CROWD, _rate),
    Column("p95, 64 clients", "b", WAIT, CROWD, _p95),
    Column("pages/s, 64 clients, API 0 ms", "b", 0, CROWD, _rate),
)


def ratios(findings: Findings) -> Iterator[str]:
    """A table for CONTRIBUTING.md: each column counts in multiples of one contender."""
    if not findings.cells:
        return
    yield "| | " + " | ".join(f"{column.title}, ÷ {column.to}" for column in COLUMNS) + " |"
    yield "|---|" + "--:|" * len(COLUMNS)
    for key in sorted({key for key, _, _ in findings.cells}):
        shown = " | ".join(_ratio(findings, key, column) for column in COLUMNS)
        yield f"| {key}: {LABELS[key]} | {shown} |"


def _ratio(findings: Findings, key: str, column: Column) -> str:
    try:
        mine, one = (findings.cell(k, column.delay, column.clients) for k in (key, column.to))
    except KeyError:
        return "–"
    return f"{rounds.ratio(column.value(mine), column.value(one)):.2f}"


def weights(findings: Findings) -> Iterator[str]:
    if not findings.weights:
        return
    yield "| | HTML, kB | cold, kB | requests, cold | requests, warm |"
    yield "|---|--:|--:|--:|--:|"
    for key, weight in findings.weights.items():
        yield (
            f"| {key}: {LABELS[key]} | {weight.html / 1000:.1f} | {weight.cold / 1000:.1f} "
            f"| {weight.cold_requests} | {weight.warm_requests} |"
        )


def memory(findings: Findings) -> Iterator[str]:
    for key, seen in findings.memory.items():
        before, after = (
            " + ".join(f"{value / 2**20:.1f}" for value in values)
            for values in (seen.before, seen.after)
        )
        yield (
            f"({key}) memory of the workers, MiB: {before} after {seen.some:,} pages, "
            f"{after} after {seen.all:,}"
        )


def queries(findings: Findings) -> Iterator[str]:
    for asked, (rows, count) in findings.queries.items():
        yield f"database queries of a page of {asked} rows ({rows} seen): {count}"
