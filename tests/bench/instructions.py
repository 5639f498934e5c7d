"""`bin/bench --instructions`: how many instructions of the processor a page takes, as Valgrind counts.

A page's time differs by a third from one run to the next on a busy machine, and this hardly at all. So
it shows a change of some per cent. All is counted that the process does, the waiting left out.
"""

import re
import subprocess
import sys
from shutil import which

from tests.bench.browser import tell
from tests.bench.stage import CACHED, INBOX, MINIMAL, Stage
from tests.stack.processes import ROOT, Environment, stoppable
from tests.stack.site import MANAGE, processes

WARM, COUNTED = 30, 20  # pages
COUNTED_BY = re.compile(r"I\s+refs:\s+([\d,]+)")
VALGRIND = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
PAGES = {
    "d": (INBOX, "0", "tests.stack.settings"),
    "e": (INBOX, CACHED, "tests.stack.settings"),
    "f": (INBOX, "0", "tests.stack.settings"),
    "m": (MINIMAL, CACHED, "tests.bench.minimal"),
}


def main() -> None:
    counts = count()
    for key, number in counts.items():
        sys.stdout.write(f"({key}) {number / 1e6:8.2f} million instructions a page\n")
    for one, other in ("dm", "fd"):
        sys.stdout.write(f"({one}) / ({other}) {counts[one] / counts[other]:.2f}\n")


def count() -> dict[str, int]:
    """By contender, of a page once the process is warm. Takes about ten minutes."""
    valgrind = which("valgrind")
    if valgrind is None:
        raise SystemExit("Valgrind is not there, which counts instructions.")
    with stoppable(), processes() as running:
        stage = Stage(running)
        return {key: _of_page(valgrind, stage, key) for key in PAGES}


def _of_page(valgrind: str, stage: Stage, key: str) -> int:
    sys.stderr.write(f"… ({key})\n")
    page, cache, settings = PAGES[key]
    tell(stage.api, f"/changing/{int(key == 'f')}")
    environment = {
        **stage.environment(cache, settings),
        "PYTHONHASHSEED": "0",
        "BENCH_SESSION": stage.facts["moderator"],
        "BENCH_PAGE": page,
    }
    before, after = (_run(valgrind, environment, times) for times in (WARM, WARM + COUNTED))
    return (after - before) // COUNTED


def _run(valgrind: str, environment: Environment, times: int) -> int:
    code = "from tests.bench.turning import main; main()"
    shell = [*MANAGE, "shell", "--verbosity", "0", "--command", code]
    ran = subprocess.run(  # noqa: S603 - our own
        [valgrind, *VALGRIND, *shell],
        cwd=ROOT,
        env={**environment, "BENCH_TIMES": str(times)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = COUNTED_BY.search(ran.stderr)
    if ran.returncode or found is None:
        raise SystemExit(f"Nothing was counted:\n{ran.stderr[-2000:]}")
    return int(found[1].replace(",", ""))
