"""`bin/bench --soak`: many members at work while the API fails, and then every act accounted for.

Our activity is compared line by line with what the sandbox itself says that it carried out. With
`--sync` a worker fills and sweeps the index for as long again: acts may take little longer beside it.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

from inbox.sandbox.acts import Done
from inbox.sandbox.app import create_app
from inbox.sandbox.server import running as serving
from tests.bench.crowd import Client, Seen
from tests.bench.faulty import Faulty
from tests.stack import services
from tests.stack.processes import Environment, Processes, free_port
from tests.stack.site import Site, processes
from tests.stack.worker import running as running_worker
from tests.stack.worker import wait_for

CLIENTS = 64
SECONDS = 60.0
LONG = 45.0  # seconds; a longer run must have sealed something
WARM = 4  # so manieth of the time comes first and does not count: the first pages are slow
BEGINS = 300.0  # seconds until a worker must have begun, however busy the machine is
LIMIT = 1.3  # of the medians
SHOWN = 5  # of the lines that differ
BLIND = timedelta(seconds=10)  # before an act: what failed by then may have hidden how things are
DESIGNED = {"200", "204", "302", "403", "404", "409", "422", "502", "503", "504"}


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One act, told alike by both sides; for reading, `state` is the message that was read."""

    request_id: str
    act: str
    brand: int
    chatroom: int
    participant: int
    state: str


@dataclass(frozen=True)
class Trail:
    """What was noted here: lines by outcome, reads by what was shown, and reviews by their note.

    `sealed`: records of any kind by what became of them: sealed meanwhile, sealed in the end,
    not sealed; and how many seals that took.
    """

    lines: dict[str, list[Line]]
    reads: Counter[tuple[int, int, int, int]]
    notes: Counter[str]
    sealed: Counter[str]
    broken: list[str]


@dataclass(frozen=True)
class Turns:
    """How long acts took, in seconds: with no worker, and beside one that made so many calls."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    calls: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return median(self.beside) / median(self.alone)


@dataclass(frozen=True)
class Soak:
    seen: Seen
    api: Faulty
    trail: Trail
    done: list[Done]
    stores: str
    clients: int
    seconds: float
    turns: Turns | None = None


def run(clients: int = CLIENTS, seconds: float = SECONDS, *, sync: bool = False) -> Soak:
    """For so many seconds; with `sync` for as long again beside a worker."""
    api = Faulty(create_app(lively=True))
    with ExitStack() as stack:
        stores, more = stack.enter_context(_stores())
        url = stack.enter_context(serving(api))
        running: Processes = stack.enter_context(processes())
        site, port = Site(running, url, more), free_port()
        members = site.shell("tests.bench.trail", function="fill")
        site.serve(port, site.environment(port, "10"))
        seen, turns, begun = Seen(), None, time.monotonic()
        with _working(f"http://127.0.0.1:{port}", members, seen, clients):
            if sync:
                environment = site.environment(port, "10")
                turns = _take_turns(seen, environment, running.scratch / "worker.log", seconds)
            else:
                time.sleep(seconds)
            took = time.monotonic() - begun
        trail = _trail(site.shell("tests.bench.trail", function="tell"))
    return Soak(seen, api, trail, api.sandbox.done, stores, clients, took, turns)


@contextmanager
def _stores() -> Iterator[tuple[str, Environment]]:
    """PostgreSQL and Redis where they can be started, else what a single machine uses."""
    if lacking := services.missing():
        yield f"SQLite and files: no {' and no '.join(lacking)} here", {}
        return
    with services.postgres() as database, services.redis() as cache:
        yield "PostgreSQL and Redis", {"DATABASE_URL": database.url(), "CACHE_URL": cache.url}


@contextmanager
def _working(address: str, members: Sequence[Any], seen: Seen, clients: int) -> Iterator[None]:
    """All clients are at work until the block ends, and then finish what is under way."""
    stop, threads = Event(), []
    for number in range(clients):
        brand, cookie = members[number % len(members)]
        client = Client(address, cookie, brand, number, seen)
        threads.append(Thread(target=client.work, args=[stop]))
        threads[-1].start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _take_turns(seen: Seen, environment: Environment, log: Path, seconds: float) -> Turns:
    """First with no worker and no index, then beside one; its start and its end count for neither."""
    time.sleep(seconds / WARM)
    alone = _span(seconds)
    with running_worker(environment, log) as worker:
        wait_for(lambda: "The worker begins." in log.read_text(), BEGINS)
        beside = _span(seconds)
        worker.end()
    told = log.read_text()
    faults = [line for line in told.splitlines() if "ERROR" in line or "Traceback" in line]
    calls = told.count("Popsell answered")
    return Turns(_within(seen, alone), _within(seen, beside), calls, faults)


def _span(seconds: float) -> tuple[float, float]:
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


def _within(seen: Seen, span: tuple[float, float]) -> list[float]:
    """How long those acts took that began and ended within this span."""
    with seen.lock:
        acts = list(seen.acts)
    first, last = span
    return [ended - began for began, ended in acts if first <= began and ended <= last]


def _trail(told: dict[str, Any]) -> Trail:
    lines: dict[str, list[Line]] = {}
    reads: Counter[tuple[int, int, int, int]] = Counter()
    for request_id, act, brand, chatroom, participant, state, read, shown, outcome in told["acts"]:
        is_read = act == "read"
        line = Line(request_id, act, brand, chatroom, participant, str(read) if is_read else state)
        lines.setdefault(outcome, []).append(line)
        if is_read and outcome == "done":
            reads[brand, chatroom, participant, shown] += 1
    sealed = Counter({name: told[name] for name in ("meanwhile", "sealed", "seals", "waiting")})
    return Trail(lines, reads, _notes(told["notes"]), sealed, told["broken"])


def _notes(reviews: Sequence[tuple[str, bool]]) -> "Counter[str]":
    """How often each review stands; one where all were taken back, which may be given again."""
    standing = Counter(note for note, undone in reviews if not undone)
    return Counter({note: 1 for note, _ in reviews}) | standing


def problems(soak: Soak) -> list[str]:
    """All that must not be, as lines; empty where the soak passed."""
    executed = [_line(one) for one in soak.done]
    noted = {
        outcome: soak.trail.lines.get(outcome, []) for outcome in ("done", "refused", "unknown")
    }
    unknown = {_same(line) for line in noted["unknown"]}
    certain = [line for line in executed if _same(line) not in unknown]
    told = Counter(line.request_id for line in executed)
    return [
        *(f"fault: {fault}" for fault in soak.seen.faults),
        *(f"answer {status} is not designed" for status in set(soak.seen.statuses) - DESIGNED),
        *(f"noted as done, not carried out: {line}" for line in _less(noted["done"], certain)),
        *(f"carried out, not noted as done: {line}" for line in _less(certain, noted["done"])),
        *(
            f"refused, but carried out: {line}"
            for line in noted["refused"]
            if told[line.request_id]
        ),
        *(f"left without an outcome: {line}" for line in soak.trail.lines.get("sent", [])),
        *(f"carried out twice: {id_}" for id_, times in told.items() if times > 1),
        *(f"told done, not carried out: {id_}" for id_ in soak.seen.told_done if told[id_] != 1),
        *(f"read twice: {what}" for what, times in soak.trail.reads.items() if times > 1),
        *(
            f"review not kept once: {note}"
            for note in soak.seen.notes
            if soak.trail.notes[note] != 1
        ),
        *(f"done again: {line}" for line in _again(soak)),
        *(f"the trail is broken: {told}" for told in soak.trail.broken),
        *_not_sealed(soak),
        *(_beside(soak.turns) if soak.turns else []),
    ]


def _beside(turns: Turns) -> Iterator[str]:
    yield from (f"the worker: {fault}" for fault in turns.faults)
    if not turns.calls:
        yield "the worker read nothing"
    if not (turns.alone and turns.beside):
        yield "no acts with the worker, or without it"
    elif turns.ratio > LIMIT:
        yield f"acts take {turns.ratio:.2f} times as long beside the worker: at most {LIMIT}"


def _line(one: Done) -> Line:
    return Line(one.request_id or "", one.act, one.brand, one.chatroom, one.participant, one.state)


def _same(line: Line) -> tuple[str, str, int]:
    return line.request_id, line.act, line.chatroom


def _less(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    return sorted((Counter(lines) - Counter(others)).elements())


def _again(soak: Soak) -> list[Line]:
    """Changes to what was so already, though all was known: where a read failed they may come again.

    The read may be another's, since those who ask the same at once share one.
    """
    sure = set(soak.trail.lines.get("done", []))
    last: dict[tuple[str, int, int, int], Line] = {}
    found = []
    for one in soak.done:
        line, key = _line(one), (one.act, one.brand, one.chatroom, one.participant)
        before, last[key] = last.get(key), line
        same = before is not None and before.state == line.state
        if same and before in sure and one.act != "read" and not _was_blind(soak, one):
            found.append(line)
    return found


def _not_sealed(soak: Soak) -> list[str]:
    """A process looks each half minute, from its first request on."""
    is_long = soak.seconds > LONG
    return (
        ["nothing was sealed meanwhile"] if is_long and not soak.trail.sealed["meanwhile"] else []
    )


def _was_blind(soak: Soak, one: Done) -> bool:
    """Whether it could not be known how things are: the sandbox tells it of some never."""
    seats = soak.api.sandbox.brands[one.brand].rooms[one.chatroom].participants
    if any(seat.person.id == one.participant and seat.pivot != "row" for seat in seats):
        return True
    since = one.at - BLIND
    room = f"/chat/chatrooms/{one.chatroom}"
    return any(since <= at <= one.at and path.endswith(room) for at, path in soak.api.faults)


def report(soak: Soak) -> list[str]:
    seen, asked = soak.seen, max(soak.api.asked, 1)
    answers = max(seen.statuses.total(), 1)
    outcomes = {outcome: len(lines) for outcome, lines in soak.trail.lines.items()}
    share = soak.api.injected.total() / asked
    return [
        f"{soak.clients} clients for {soak.seconds:.0f} s on {soak.stores}, 2 workers",
        f"answers: {_counts(seen.statuses, answers)} of {answers:,}",
        f"work: {_counts(seen.work, max(seen.work.total(), 1))}",
        f"API: {asked:,} requests, {share:.1%} failed on purpose ({_counts(soak.api.injected)})",
        f"acts: {len(soak.done):,} carried out; here {_counts(Counter(outcomes))}",
        f"trail: {_counts(soak.trail.sealed)}",
        f"told done: {len(seen.told_done):,} acts, {len(seen.notes):,} reviews",
        *(_report_turns(soak.turns) if soak.turns else []),
    ]


def _report_turns(turns: Turns) -> Iterator[str]:
    for name, took in (("alone", turns.alone), ("beside the worker", turns.beside)):
        if took:
            yield f"acts {name}: {len(took):,}, median {median(took) * 1000:.0f} ms"
    if turns.alone and turns.beside:
        yield f"ratio {turns.ratio:.2f} (at most {LIMIT}), {turns.calls:,} calls of the worker"


def _counts(counted: "Counter[str]", whole: int = 0) -> str:
    """By name, in per cent of the whole where there is one."""
    said = {name: f"{n / whole:.1%}" if whole else f"{n:,}" for name, n in counted.items()}
    return ", ".join(f"{name} {said[name]}" for name in sorted(said)) or "none"


def main(clients: int, seconds: float, *, sync: bool = False) -> int:
    """The report and the verdict on stdout; 1 where something must not be."""
    soak = run(clients, seconds, sync=sync)
    wrong = problems(soak)
    lines = [*report(soak), *wrong[:SHOWN]]
    if len(wrong) > SHOWN:
        lines.append(f"… and {len(wrong) - SHOWN} more")
    lines.append("FAIL" if wrong else "PASS: no 500, and every act is accounted for on both sides")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0
