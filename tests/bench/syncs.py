"""Runs the background sync against worlds of several sizes; see `tests.bench.sync`."""

import sys
from collections.abc import Iterator
from math import isinf
from time import process_time
from typing import NamedTuple

from django.core.management import call_command

from inbox.models import Brand, CallBudget, CodeName
from inbox.sandbox.crowds import Crowd
from tests.support.world import LATE, MEASURED, MESSAGE, Measures, forget, living, share

HEADING = f"{'':42}{'count':>7}{'p50 s':>8}{'p95 s':>8}{'never':>7}"
LATE_LIMIT = 15 * 60
ADDED = 60.0  # seconds that a filling brand may add


class Scenario(NamedTuple):
    """`a_minute`: messages; `rate`: calls. `limits`: of the p50 and p95 of messages, in seconds.

    `warm`: minutes until it is measured, in which it learns who has news.
    """

    ambassadors: int
    a_minute: float
    rate: int
    bell: bool
    limits: tuple[int, int] | None = None
    warm: int = 15

    def __str__(self) -> str:
        bell = "doorbell" if self.bell else "no doorbell"
        return f"{self.ambassadors:,} ambassadors, {self.rate} calls, {bell}"


WITH, WITHOUT = (30, 60), (120, 600)
FULL = (
    Scenario(500, 9, 60, bell=True, limits=WITH),
    Scenario(500, 9, 60, bell=False, limits=WITHOUT, warm=60),
    Scenario(500, 9, 30, bell=True),
    Scenario(500, 9, 20, bell=True),
    Scenario(2000, 36, 60, bell=True),
)
QUICK = (
    Scenario(100, 2, 20, bell=True, limits=WITH, warm=5),
    Scenario(100, 2, 20, bell=False, limits=WITHOUT, warm=60),
)


def measure(quick: bool) -> bool:
    """Print each scenario as it is done; tells whether all targets were met."""
    call_command("migrate", verbosity=0)
    met = [measure_steady(one, 15 if quick else 30) for one in (QUICK if quick else FULL)]
    met.append(_fair(4 if quick else 20, 10))
    return all(met)


def measure_steady(one: Scenario, minutes: int) -> bool:
    """Print a scenario measured for so long; tells whether its targets were met."""
    began = process_time()
    crowd = Crowd(one.ambassadors)
    with living([3], crowd, one.a_minute, rate=one.rate, bell=one.bell) as world:
        world.fill()
        filled, calls = process_time(), world.measures.calls.total()
        seen = world.measure(minutes, one.warm, grace=16)
    _empty()
    hours = (minutes + one.warm + 16) / 60
    _say(f"\n{one}\n{HEADING}")
    _say(f"  first reading: {calls:,} calls, {calls / one.rate:.0f} minutes of them")
    for line in _lines(seen):
        _say(line)
    _say(
        f"  CPU: {filled - began:.0f} s to build and fill, "
        f"{(process_time() - filled) / hours:.0f} s a simulated hour"
    )
    judged = [_judge(*target) for target in _targets(one, seen)]
    return all(judged)


def _targets(one: Scenario, seen: Measures) -> Iterator[tuple[str, float, float]]:
    if one.limits:
        messages = seen.of(MESSAGE)
        yield "p50 of messages", share(messages, 0.5), one.limits[0]
        yield "p95 of messages", share(messages, 0.95), one.limits[1]
        yield "p95 of summaries and ratings", share(seen.of(LATE), 0.95), LATE_LIMIT


def _lines(seen: Measures) -> Iterator[str]:
    for kind in MEASURED:
        found = seen.of(kind)
        never = sum(map(isinf, found))
        yield (
            f"  {kind:40}{len(found):7}{share(found, 0.5):8.0f}{share(found, 0.95):8.0f}{never:7}"
        )
    calls = ", ".join(f"{kind} {number}" for kind, number in seen.calls.most_common())
    yield f"  calls: {calls}"


def _fair(brands: int, minutes: int) -> bool:
    """Others' news without and with a brand beside them that is filled for the first time."""
    _say(f"\n{brands} brands of one token, 60 calls; one fills\n{HEADING}")
    others = list(range(1, brands))
    found = []
    for filling in (False, True):
        crowd = Crowd(20, 20)
        with living([*others, brands], crowd, 0.3 * brands, rate=60) as world:
            world.fill()
            if filling:
                forget(brands)
            seen = world.measure(minutes, warm=0, grace=5)
            found.append(seen.of(MESSAGE, *others))
            is_filling = not world.is_whole()
        _empty()
        delays = found[-1]
        label = f"others' messages, {'one fills' if filling else 'none fills'}"
        never = sum(map(isinf, delays))
        _say(
            f"  {label:40}{len(delays):7}{share(delays, 0.5):8.0f}{share(delays, 0.95):8.0f}{never:7}"
        )
        if filling:
            _say(f"  still filling at the end: {'yes' if is_filling else 'no'}")
    p50s, p95s = ([share(one, part) for one in found] for part in (0.5, 0.95))
    return all(
        [
            _judge("added to the p50 of others' messages", p50s[1] - p50s[0], ADDED),
            _judge("added to the p95 of others' messages", p95s[1] - p95s[0], ADDED),
        ]
    )


def _empty() -> None:
    CallBudget.objects.all().delete()
    for brand_id in Brand.objects.values_list("pk", flat=True):
        forget(brand_id)
    CodeName.objects.all().delete()  # which keep their brand
    Brand.objects.all().delete()


def _judge(text: str, value: float, most: float) -> bool:
    met = value <= most
    _say(f"{'PASS' if met else 'FAIL'}  {text} ≤ {most:.0f} s: {value:.0f} s")
    return met


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
