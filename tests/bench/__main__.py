"""`bin/bench`: one command, one run, ratios and targets at its end."""

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.bench import (
    instructions,
    kept,
    load,
    machine,
    memory,
    million,
    opening,
    queue,
    report,
    rounds,
    soak,
    sync,
    targets,
    weight,
)
from tests.bench.browser import Page, tell
from tests.bench.load import Clock, Round
from tests.bench.report import Findings
from tests.bench.rounds import Plan
from tests.bench.stage import CACHED, Server, Stage
from tests.bench.upstream import LISTING
from tests.stack.processes import stoppable
from tests.stack.site import processes

SERVED = ("b", "c", "d", "e", "f", "m")
CONTENDERS = ("a", *SERVED)
PARTS = (*CONTENDERS, "weight", "queries", "memory")
FULL = Plan(rounds=5, seconds=1.6, limit=64)
QUICK = Plan(rounds=1, seconds=0.5, limit=0)
PAGES = {False: (1_000, memory.ALL), True: (64, 256)}  # quick or not: the two looks at the memory
SHARE, ALONE = 65.0, 600.0  # seconds for the pages of each, in a whole run or with nothing else
TOKEN = {"Authorization": "Bearer sandbox-token", "X-Popsell-Brand": "3"}


def main() -> None:
    options = _options()
    if options.soak:
        with stoppable():
            sys.exit(soak.main(options.clients, options.seconds, sync=options.sync))
    if options.sync:
        sync.main(options.quick)
    if options.instructions:
        instructions.main()
        return
    if options.browser:
        with stoppable():
            sys.exit(not opening.main(options.quick))
    if options.million:
        with stoppable():
            sys.exit(not million.main(million.QUICK if options.quick else million.SIZES))
    if options.queue:
        with stoppable():
            sys.exit(not queue.main(queue.QUICK if options.quick else queue.SIZES))
    before = machine.read()
    with stoppable(), processes() as running:
        stage = Stage(running)
        findings = _measure(stage, options.only, options.quick)
        facts = stage.facts
    _say(report.machine(facts))
    _say(machine.quiet(machine.others_since(before)))
    _say(f"Took {time.monotonic() - before.at:.0f} s{', a smoke test' if options.quick else ''}.")
    _print_all(findings)
    if file := options.check or options.keep:
        found = kept.numbers(findings, instructions.count())
        sys.exit(not (_check(file, found) if options.check else _keep(file, found)))


def _keep(file: Path, found: kept.Numbers) -> bool:
    kept.write(file, found)
    return True


def _check(file: Path, found: kept.Numbers) -> bool:
    told = list(kept.compare(file, found))
    _say(f"\nBeside {file}\n")
    for is_fine, line in told:
        _say(f"{'PASS' if is_fine else 'FAIL'}  {line}")
    return bool(told) and all(is_fine for is_fine, _line in told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test of under a minute")
    parser.add_argument(
        "--soak",
        action="store_true",
        help="instead: members at work while the API fails, and every act accounted for",
    )
    parser.add_argument(
        "--sync",
        action="store_true",
        help="instead: how soon changes stand in the index, in fake time; with --soak: then "
        "beside a worker, and how much longer acts take there",
    )
    parser.add_argument(
        "--browser",
        action="store_true",
        help="instead: how long a conversation takes to open in a real browser, read ahead and not, "
        "and how soon a press shows something; with --quick a few of each",
    )
    parser.add_argument(
        "--million",
        action="store_true",
        help="instead: what the queue costs at 10,000, 100,000 and 1,000,000 rooms, on both "
        "databases; with --quick without the last",
    )
    parser.add_argument(
        "--queue",
        action="store_true",
        help="instead: what Home costs beside the admin's list of the same table, and in a brand "
        "of 200,000 chatrooms; with --quick of 9,000",
    )
    parser.add_argument(
        "--instructions",
        action="store_true",
        help="instead: how many instructions a page takes, as Valgrind counts them",
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help="then: fail where ratios or instructions are a tenth worse than those kept there",
    )
    parser.add_argument("--keep", type=Path, metavar="FILE", help="then: keep these there")
    parser.add_argument("--seconds", type=float, default=soak.SECONDS, help="of the soak")
    parser.add_argument("--clients", type=int, default=soak.CLIENTS, help="of the soak")
    parser.add_argument(
        "--only",
        type=_parts,
        default=PARTS,
        metavar="PART,…",
        help=f"some of: {', '.join(PARTS)}; letters are the contenders",
    )
    return parser.parse_args()


def _parts(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: no part of it")
    return parts


def _measure(stage: Stage, parts: Iterable[str], quick: bool) -> Findings:
    findings = Findings()
    servers = {key: _server(stage, key) for key in SERVED if key in parts}
    if any(key in parts for key in CONTENDERS):
        plan = QUICK if quick else FULL
        contenders = {key: _contender(stage, servers, key) for key in CONTENDERS if key in parts}
        findings.upstream = _upstream(stage, plan)
        findings.cells = rounds.measure(contenders, plan, stage.api, _progress)
    if "weight" in parts:
        _progress("weight")
        if "d" not in servers:
            servers["d"] = _server(stage, "d")
        findings.weights = {
            key: weight.weigh(server.page) for key, server in servers.items() if key in "bcd"
        }  # the others are the same page, or hardly one
    for server in servers.values():
        stage.processes.stop(server.process)
    if "queries" in parts:
        _progress("queries")
        findings.queries = stage.queries()
    if "memory" in parts:
        limit = ALONE if set(parts) == {"memory"} else SHARE
        findings.memory = {key: _watch(stage, key, quick, limit) for key in "de"}
    return findings


def _server(stage: Stage, key: str) -> Server:
    match key:
        case "b":
            return stage.naive()
        case "c":
            return stage.desk()
        case "m":
            return stage.minimal()
        case _:
            return stage.inbox(cache=CACHED if key == "e" else "0")


def _contender(stage: Stage, servers: dict[str, Server], key: str) -> rounds.Run:
    if key == "a":
        return partial(load.of_api, stage.api_url, TOKEN)
    page = servers[key].page
    if key == "f":
        return partial(_of_changing, stage, page)
    return partial(load.of_page, page.port, page.request)


def _of_changing(stage: Stage, page: Page, clients: int, clock: Clock) -> Round:
    """Each client looks at an inbox of its own, and Popsell says something new each time."""
    own = [replace(page, path=page.path.replace("/100/", f"/{1000 + n}/")) for n in range(clients)]
    tell(stage.api, "/changing/1")
    try:
        return load.of_pages(page.port, [one.request for one in own], clients, clock)
    finally:
        tell(stage.api, "/changing/0")


def _upstream(stage: Stage, plan: Plan) -> float:
    """Answers a second of the canned API alone: it and the load must not be the limit."""
    _progress("the canned API alone")
    seen: Round = load.of_page(
        stage.api, Page(stage.api, LISTING).request, report.CROWD, Clock(plan.seconds)
    )
    return seen.in_time / seen.seconds


def _watch(stage: Stage, key: str, quick: bool, seconds: float) -> memory.Memory:
    some, all_pages = PAGES[quick]
    _progress(f"memory of ({key}) over {all_pages:,} pages")
    tell(stage.api, "/delay/0")
    server = _server(stage, key)
    try:
        return memory.watch(server, some, all_pages, seconds)
    finally:
        stage.processes.stop(server.process)


def _print_all(findings: Findings) -> None:
    sections = {
        "As measured (API: its delay; calls: of the API, for each page)": report.bare(findings),
        f"Ratios (API {report.WAIT} ms unless the column says otherwise)": report.ratios(findings),
        "Weight, compressed": report.weights(findings),
        "Queries and memory": [*report.queries(findings), *report.memory(findings)],
        "Targets": targets.verdicts(findings),
    }
    for title, lines in sections.items():
        if text := "\n".join(lines):
            _say(f"\n{title}\n\n{text}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _progress(line: str) -> None:
    sys.stderr.write(f"… {line}\n")


if __name__ == "__main__":
    main()
