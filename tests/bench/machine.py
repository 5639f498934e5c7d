"""Whether the machine was ours: numbers taken beside other programs' work are worth little."""

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MUCH = 0.05  # of all cores


@dataclass(frozen=True)
class Reading:
    at: float
    busy: float  # seconds of all cores
    ours: float  # seconds of this process and of all that it started and saw end


def read() -> Reading:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    idle, waiting = fields[3:5]
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Reading(
        at=time.monotonic(),
        busy=(sum(fields[:8]) - idle - waiting) / TICKS,
        ours=sum(one.ru_utime + one.ru_stime for one in used),
    )


def others_since(before: Reading) -> float:
    """The part of all cores that went to other programs; ask once all of ours have ended."""
    now = read()
    seconds = (now.busy - before.busy) - (now.ours - before.ours)
    return max(0.0, seconds / (now.at - before.at) / (os.cpu_count() or 1))


def quiet(others: float) -> str:
    warning = ": MEASURE AGAIN when the machine is quiet" if others > MUCH else ""
    return f"Other programs used {others:.0%} of it{warning}."
