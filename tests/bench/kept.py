"""Ratios and counts of a run that are kept in a file, and whether a later run is as good.

`bin/bench --keep FILE` writes them, `bin/bench --check FILE` compares with them.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.bench.report import CROWD, Findings
from tests.bench.rounds import ratio
from tests.bench.targets import own_time_of

Numbers = dict[str, float]

WORSE = 0.1
"""By so much a number may be worse than the kept one."""
HIGHER = {"pages/s of (d) / (b)", "pages/s of (e) / (b)", "pages/s of (f) / (b)"}
"""Those that are better the higher they are."""


def _rates(findings: Findings, key: str) -> float:
    mine, naive = (findings.cell(each, clients=CROWD) for each in (key, "b"))
    return ratio(mine.rate, naive.rate)


RATIOS: dict[str, Callable[[Findings], float]] = {
    "p50 of (d) / (a)": lambda of: ratio(of.cell("d").p50, of.cell("a").p50),
    "own time of (d) / p50 of (c)": lambda of: ratio(own_time_of(of, "d"), of.cell("c").p50),
    "own time of (f) / p50 of (c)": lambda of: ratio(own_time_of(of, "f"), of.cell("c").p50),
    "own time of (d) / own time of (m)": lambda of: ratio(
        own_time_of(of, "d"), own_time_of(of, "m")
    ),
    "p50 of (e) / (c)": lambda of: ratio(of.cell("e").p50, of.cell("c").p50),
    **{f"pages/s of ({key}) / (b)": partial(_rates, key=key) for key in "def"},
}


def numbers(findings: Findings, instructions: Mapping[str, int]) -> Numbers:
    """All that is kept of a run."""
    found = {name: round(find(findings), 3) for name, find in RATIOS.items()}
    return found | {f"instructions of ({key})": count for key, count in instructions.items()}


def write(file: Path, found: Numbers) -> None:
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def compare(file: Path, found: Numbers) -> Iterator[tuple[bool, str]]:
    """A line for each number of both runs, and whether it is as good. Raises OSError, ValueError."""
    kept: Numbers = json.loads(file.read_text())
    for name in [name for name in kept if name in found]:
        change = ratio(found[name], kept[name]) - 1
        is_fine = change >= -WORSE if name in HIGHER else change <= WORSE
        yield is_fine, f"{name}: {found[name]:,.10g}, {change:+.1%} beside {kept[name]:,.10g}"
