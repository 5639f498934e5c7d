"""`bin/bench --million`: what the brand-wide queue costs at 10,000, 100,000 and 1,000,000 rooms.

Of each question the last world's median is compared with the first's. What the queue asks must also
take the server little time, and its slowest answers less than the admin's list of the same table.

Each world has a database of its own, on PostgreSQL and on SQLite, and a process that asks it. They
are asked in turns, so that other load on the machine falls on all of them alike.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psycopg

from tests.bench import working
from tests.bench.sizes import DESK
from tests.stack.processes import ROOT
from tests.stack.services import Postgres, postgres

SIZES = (10_000, 100_000, 1_000_000)
QUICK = SIZES[:2]
ENGINES = ("PostgreSQL", "SQLite")
ROUNDS, TIMES = 12, 5
WRITTEN = 200  # rows a second
LIMIT, WIDE_LIMIT = 1.3, 3.0
SERVER_LIMIT = 2.0  # ms
WIDE = ("search", "codes", "ambassadors")
"""Questions that look at many rows at once."""


class World:
    """A site of so many rooms, and the process that asks its database."""

    def __init__(self, engine: str, rooms: int, url: str) -> None:
        self.engine, self.rooms, self.url = engine, rooms, url

    def fill(self) -> None:
        began = time.monotonic()
        self._run("--fill", str(self.rooms)).wait()
        say(f"… {self}: filled in {time.monotonic() - began:.0f} s")

    def make_due(self) -> None:
        self._run("--due").wait()

    def start(self) -> dict[str, Any]:
        self._asks = self._run(talks=True)
        told: dict[str, Any] = self._next()
        return told

    def ask(self, question: str, **how: Any) -> Any:
        assert self._asks.stdin
        self._asks.stdin.write(json.dumps({"ask": question, **how}).encode() + b"\n")
        self._asks.stdin.flush()
        return self._next()

    def end(self) -> None:
        self._asks.communicate()

    @contextmanager
    def writing(self) -> Iterator[None]:
        writer = self._run("--write", str(WRITTEN), talks=True)
        try:
            yield
        finally:
            writer.terminate()
            told = writer.communicate()[0].decode().splitlines()
            rate = json.loads(told[-1]) if told else None
            if rate:
                say(f"… {self}: {rate['written'] / rate['seconds']:.0f} rows/s were written")

    def _next(self) -> Any:
        assert self._asks.stdout
        line = self._asks.stdout.readline()
        if not line:
            sys.exit(f"{self} ended")
        return json.loads(line)

    def _run(self, *options: str, talks: bool = False) -> "subprocess.Popen[bytes]":
        pipe = subprocess.PIPE if talks else None
        return subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "tests.bench.asks", *options],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self.url},
            stdin=pipe,
            stdout=pipe,
        )

    def __str__(self) -> str:
        return f"{self.engine}, {self.rooms:,}"


class Cell(NamedTuple):
    p50: float
    p95: float


Measured = dict[World, dict[str, Cell]]


def main(
    sizes: Sequence[int] = SIZES, engines: Sequence[str] = ENGINES, rounds: int = ROUNDS
) -> bool:
    """Print the tables; tells whether all targets were met."""
    met = True
    with TemporaryDirectory() as folder, ExitStack() as opened:
        server = opened.enter_context(postgres()) if "PostgreSQL" in engines else None
        for engine in engines:
            worlds = [
                World(engine, size, address(engine, size, Path(folder), server)) for size in sizes
            ]
            met &= _measure(worlds, rounds)
    return met


def address(engine: str, size: int, folder: Path, server: Postgres | None) -> str:
    """The database's URL; on PostgreSQL it is made here."""
    if server is None or engine == "SQLite":
        return f"sqlite:///{folder}/{size}.sqlite3"
    with psycopg.connect(server.url(), autocommit=True) as database:
        database.execute(f"CREATE DATABASE site_{size}")
    return server.url(f"site_{size}")


def _measure(worlds: Sequence[World], rounds: int) -> bool:
    for world in worlds:
        world.fill()
    told = {world: world.start() for world in worlds}
    questions = told[worlds[0]]["asked"]
    for world in worlds:
        facts = told[world]["facts"]
        say(f"{world}: {facts['bytes'] / 1e6:,.0f} MB, {facts['counts']}, marie: {facts['marie']}")
    quiet = _ask(worlds, questions, rounds)
    server = {
        question: [world.ask(question, explain=True)["server"] for world in worlds]
        for question in questions
    }
    with worlds[-1].writing():
        time.sleep(2)
        busy = _ask(worlds[-1:], questions, max(rounds // 2, 1))[worlds[-1]]
    for world in worlds:
        world.end()
    return _print(worlds, quiet, server, busy) & _watch_worker(worlds[-1])


def _watch_worker(world: World) -> bool:
    """It reads from a sandbox, and ranks a quarter of the largest brand again."""
    world.make_due()
    told = working.watch(world.url)
    say(f"\n{world}: the worker after {working.SECONDS} s, MB: {told}, limit {working.LIMIT}")
    return told["VmHWM"] <= working.LIMIT


def _ask(worlds: Sequence[World], questions: Sequence[str], rounds: int) -> Measured:
    """In turns: each question of all worlds, then the next."""
    taken: dict[World, dict[str, list[float]]] = {world: defaultdict(list) for world in worlds}
    for round_ in range(rounds + 1):
        for question in questions:
            for world in worlds:
                found = world.ask(question, times=TIMES)["ms"]
                if round_:  # the first warms up
                    taken[world][question] += found
    return {
        world: {question: _cell(found) for question, found in all_.items()}
        for world, all_ in taken.items()
    }


def _cell(values: list[float]) -> Cell:
    ordered = sorted(values)
    return Cell(
        statistics.median(ordered), ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)]
    )


def _print(
    worlds: Sequence[World],
    quiet: Measured,
    server: dict[str, list[list[float] | None]],
    busy: dict[str, Cell],
) -> bool:
    """One line a question: each world's p50 and p95, the ratio of the last to the first, its limit."""
    all_met = True
    first, last = worlds[0], worlds[-1]
    heads = "".join(f"{world.rooms:>18,}" for world in worlds)
    desk = quiet[last][DESK].p50
    say(f"\n{last.engine}, ms: p50 / p95; server: running + planning in the last")
    say(f"{'':28}{heads}{'ratio':>8}{'limit':>7}{'server':>14}{f'beside {WRITTEN} rows/s':>20}")
    for question in quiet[first]:
        cells = [quiet[world][question] for world in worlds]
        ratio, limit = cells[-1].p50 / cells[0].p50, _limit(question)
        inside = server[question][-1]
        slowest = max(cells[-1].p95, busy[question].p95)
        missed = list(_missed(question, ratio, inside, slowest, desk))
        all_met &= not missed
        times = "".join(f"{f'{cell.p50:.1f} / {cell.p95:.1f}':>18}" for cell in cells)
        beside = busy[question]
        told = f"{inside[0]:.2f} + {inside[1]:.2f}" if inside else ""
        say(
            f"{question:28}{times}{ratio:8.2f}{limit or '':>7}{told:>14}"
            f"{f'{beside.p50:.1f} / {beside.p95:.1f}':>20}{'  missed: ' if missed else ''}"
            f"{', '.join(missed)}"
        )
    return all_met


def _missed(
    question: str, ratio: float, inside: list[float] | None, slowest: float, desk: float
) -> Iterator[str]:
    limit = _limit(question)
    if limit and ratio > limit:
        yield "ratio"
    if limit == LIMIT and inside and inside[0] > SERVER_LIMIT:
        yield "server"
    if limit == LIMIT and slowest >= desk:
        yield "the admin's list"


def _limit(question: str) -> float | None:
    """None of what only others are compared with."""
    if question == DESK:
        return None
    return WIDE_LIMIT if question.startswith(WIDE) else LIMIT


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
