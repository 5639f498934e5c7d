"""Rounds: contenders take turns of a second or two, so the machine's moods hit all alike."""

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from statistics import median
from time import perf_counter

from tests.bench.browser import tell
from tests.bench.load import Clock, Round

Run = Callable[[int, Clock], Round]


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: float
    limit: float  # seconds after which no further round begins: slow pages get fewer
    clients: Sequence[int] = (1, 8, 64)
    delays: Sequence[int] = (100, 0)  # milliseconds


@dataclass(frozen=True)
class Cell:
    """All rounds of one contender at one number of clients and one delay."""

    rounds: Sequence[Round]

    @property
    def latencies(self) -> list[float]:
        """In milliseconds."""
        return sorted(value * 1000 for each in self.rounds for value in each.latencies)

    @property
    def p50(self) -> float:
        return median(self.latencies or [nan])

    @property
    def p95(self) -> float:
        return self.latencies[int(len(self.latencies) * 0.95)] if self.latencies else nan

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(each.in_time for each in self.rounds) / sum(each.seconds for each in self.rounds)

    @property
    def errors(self) -> list[str]:
        return [error for each in self.rounds for error in each.errors]

    @property
    def timings(self) -> list[str]:
        return [timing for each in self.rounds for timing in each.timings]

    @property
    def api_calls(self) -> float:
        """Calls of the API for each page."""
        asked = sum(each.asked for each in self.rounds)
        return sum(each.api_calls for each in self.rounds) / asked


Spot = tuple[str, int, int]
Cells = dict[Spot, Cell]


def measure(
    contenders: Mapping[str, Run], plan: Plan, api: int, say: Callable[[str], None]
) -> Cells:
    """By contender, milliseconds of delay and number of clients."""
    cells: Cells = {}
    for delay in plan.delays:
        tell(api, f"/delay/{delay}")
        for clients in plan.clients:
            say(f"{clients} clients, API {delay} ms")
            taken = _take_turns(contenders, plan, clients, api)
            cells |= {(key, delay, clients): Cell(rounds) for key, rounds in taken.items()}
    tell(api, "/delay/0")
    return cells


def ratio(mine: float, one: float) -> float:
    """Not a number where the other did nothing: too short a round, or too busy a machine."""
    return mine / one if one else nan


def _take_turns(
    contenders: Mapping[str, Run], plan: Plan, clients: int, api: int
) -> dict[str, list[Round]]:
    taken: dict[str, list[Round]] = {key: [] for key in contenders}
    started = perf_counter()
    for number in range(plan.rounds):
        if number and perf_counter() - started > plan.limit * number / (number + 1):
            break
        for key in _turned(list(contenders), number):
            taken[key].append(_round(contenders[key], clients, Clock(plan.seconds), api))
    return taken


def _round(run: Run, clients: int, clock: Clock, api: int) -> Round:
    before = tell(api, "/asked")
    gc.collect()
    gc.disable()
    try:
        seen = run(clients, clock)
    finally:
        gc.enable()
    seen.api_calls = tell(api, "/asked") - before
    return seen


def _turned(keys: Sequence[str], number: int) -> Iterable[str]:
    """Another order in each round, so that nobody always comes after the same one."""
    start = number % len(keys)
    return [*keys[start:], *keys[:start]]
