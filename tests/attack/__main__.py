"""`bin/attack`: what a member sees of each attack, and whether that is bearable."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from threading import Event, Thread

from tests.attack import crowds
from tests.attack.crowds import Crowd, Target
from tests.attack.stage import Seen, Stage, staged
from tests.bench import machine
from tests.stack import services
from tests.stack.processes import stoppable

ATTACKS: dict[str, tuple[str, Crowd]] = {
    "bodies": (
        "200 unfinished bodies, 100 endless headers",
        crowds.send_bodies_and_headers,
    ),
    "headers": ("270 endless headers", crowds.send_half_headers),
    "heads": ("10 who send heads of 30 kB that patterns choke on", crowds.send_hostile_heads),
    "closers": ("80 who do not close, bursts of 100", crowds.keep_closed_connections),
    "sign-ins": ("25 sign-ins at once", crowds.sign_in_at_once),
    "downloads": ("18 slow downloads of 80,000 lines", crowds.download_slowly),
}
SECONDS = 25.0  # longer than the longest wait that a stranger is granted
QUIET = 5.0  # seconds without an attack, before each
SETTLE = 1.0  # seconds until all attackers are there
MOST = 3.0  # times the quiet page


@dataclass(frozen=True)
class Watch:
    """What was seen in some seconds: of a member's page, of the probe, and of the workers' memory."""

    pages: list[Seen]
    probes: list[Seen]
    peak: int

    @property
    def median(self) -> float:
        return median(seen.seconds for seen in self.pages)

    @property
    def slowest_probe(self) -> float:
        return max(seen.seconds for seen in self.probes)

    @property
    def failed(self) -> int:
        return sum(seen.status != 200 for seen in (*self.pages, *self.probes))


@dataclass(frozen=True)
class Verdict:
    attack: str
    quiet: Watch
    attacked: Watch

    @property
    def times(self) -> float:
        return self.attacked.median / self.quiet.median

    @property
    def holds(self) -> bool:
        return self.times <= MOST and not self.attacked.failed


def main() -> None:
    options = _options()
    if lacking := services.missing():
        sys.exit(f"{' and '.join(lacking)} can't be started here: nothing was attacked.")
    before = machine.read()
    with stoppable(), services.postgres() as database, staged(database) as stage:
        verdicts = [attack(stage, name, options.seconds) for name in options.only]
    _say(report(verdicts))
    _say(machine.quiet(machine.others_since(before)))
    sys.exit(not all(verdict.holds for verdict in verdicts))


def attack(stage: Stage, name: str, seconds: float = SECONDS, quiet: float = QUIET) -> Verdict:
    """What a member sees before and during this attack."""
    words, crowd = ATTACKS[name]
    sys.stderr.write(f"… {words}\n")
    before = watch(stage, quiet)
    with _under(crowd, stage.target):
        time.sleep(SETTLE)
        during = watch(stage, seconds)
    return Verdict(words, before, during)


def watch(stage: Stage, seconds: float) -> Watch:
    """Look at the page, the probe and the memory, one after the other each, for so long."""
    stop, probes, peaks = Event(), list[Seen](), [0]

    def note_memory() -> Seen:
        peaks[0] = max(peaks[0], *stage.memory())
        return Seen(0, 0.0)

    beside = [
        Thread(target=_repeat, args=[stop, stage.probe, probes]),
        Thread(target=_repeat, args=[stop, note_memory, []]),
    ]
    for thread in beside:
        thread.start()
    pages, ends = list[Seen](), time.monotonic() + seconds
    while time.monotonic() < ends:
        pages.append(stage.page())
    stop.set()
    for thread in beside:
        thread.join()
    return Watch(pages, probes, peaks[0])


def report(verdicts: Sequence[Verdict]) -> str:
    columns = (
        *("attack", "page, quiet", "page, attacked", "times", "slowest page", "slowest probe"),
        *("failed", "memory of a worker, quiet and at most", ""),
    )
    lines = [f"| {' | '.join(columns)} |", "|---|--:|--:|--:|--:|--:|--:|--:|---|"]
    return "\n".join([*lines, *(_line(verdict) for verdict in verdicts)])


def _line(verdict: Verdict) -> str:
    quiet, seen = verdict.quiet, verdict.attacked
    slowest = max(page.seconds for page in seen.pages)
    failed = f"{seen.failed} of {len(seen.pages) + len(seen.probes)}"
    return (
        f"| {verdict.attack} | {quiet.median * 1000:.0f} ms | {seen.median * 1000:.0f} ms "
        f"| {verdict.times:.1f} | {slowest * 1000:.0f} ms | {seen.slowest_probe * 1000:.0f} ms "
        f"| {failed} | {quiet.peak / 2**20:.0f} to {seen.peak / 2**20:.0f} MiB "
        f"| {'holds' if verdict.holds else 'FAILS'} |"
    )


def _repeat(stop: Event, look: Callable[[], Seen], into: list[Seen]) -> None:
    while not stop.is_set():
        into.append(look())
        stop.wait(0.2)


@contextmanager
def _under(crowd: Crowd, target: Target) -> Iterator[None]:
    """The crowd attacks while the block runs, from a thread of its own."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(_attack(crowd, target))
    thread = Thread(target=lambda: loop.run_until_complete(task))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


async def _attack(crowd: Crowd, target: Target) -> None:
    try:
        await crowd(target)
    except asyncio.CancelledError:
        return


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each attack")
    parser.add_argument(
        "--only",
        type=lambda value: value.split(","),
        default=list(ATTACKS),
        metavar="ATTACK,…",
        help=f"some of: {', '.join(ATTACKS)}",
    )
    options = parser.parse_args()
    if unknown := set(options.only) - set(ATTACKS):
        parser.error(f"{', '.join(sorted(unknown))}: no attack of these")
    return options


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
