"""What the inbox promises, judged on what was measured."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from tests.bench import rounds
from tests.bench.memory import ALL
from tests.bench.report import CROWD, WAIT, Findings, own_times
from tests.bench.rounds import Cell

Verdict = tuple[bool, str]
Judge = Callable[[Findings], Verdict]

DESK = 20
"""Milliseconds that the admin's list takes on the machine that targets were set for."""


class NotReportedError(Exception):
    """The page does not say how long it took."""


class NotFinishedError(Exception):
    """There was no time for the pages that a verdict takes."""


def verdicts(findings: Findings) -> Iterator[str]:
    """One line a target. An unmeasured target counts as neither met nor missed."""
    for text, judge in TARGETS:
        try:
            met, measured = judge(findings)
        except KeyError:
            yield f"  --  {text}: not measured"
        except NotFinishedError:
            yield f"  --  {text}: too few pages; `--only memory` takes its time"
        except NotReportedError:
            yield f"FAIL  {text}: not reported"
        else:
            yield f"{'PASS' if met else 'FAIL'}  {text}: {measured}"


def beside_the_api(findings: Findings) -> Verdict:
    """On a machine whose admin takes longer, the page may take so much longer too."""
    mine, floor, desk = (findings.cell(key) for key in "dac")
    ratio, most = rounds.ratio(mine.p50, floor.p50), 1 + 0.06 * desk.p50 / DESK
    return ratio <= most, f"{ratio:.3f} of {most:.3f}{_range(mine, floor, _p50)}"


def own_time_beside_the_admin(findings: Findings) -> Verdict:
    ratio = rounds.ratio(own_time_of(findings), findings.cell("c").p50)
    return ratio <= 0.22, f"{ratio:.3f}"


def own_time_beside_a_minimal_page(findings: Findings) -> Verdict:
    ratio = rounds.ratio(own_time_of(findings), own_time_of(findings, "m"))
    return ratio <= 3, f"{ratio:.2f}"


def cached_beside_the_admin(findings: Findings) -> Verdict:
    mine, desk = findings.cell("e"), findings.cell("c")
    ratio = rounds.ratio(mine.p50, desk.p50)
    return ratio <= 0.2, f"{ratio:.3f}{_range(mine, desk, _p50)}"


def crowd(key: str, least: float) -> Judge:
    def judge(findings: Findings) -> Verdict:
        mine, naive = (findings.cell(each, clients=CROWD) for each in (key, "b"))
        ratio = rounds.ratio(mine.rate, naive.rate)
        return ratio >= least, f"{ratio:.2f}{_range(mine, naive, _rate)}"

    return judge


def no_errors(findings: Findings) -> Verdict:
    cells = [cell for (key, _, _), cell in findings.cells.items() if key in "def"]
    if not cells:
        raise KeyError
    errors = [error for cell in cells for error in cell.errors]
    pages = sum(len(cell.latencies) for cell in cells)
    return not errors, f"{len(errors)} of {pages:,} pages {sorted(set(errors)) or ''}".strip()


def few_queries(findings: Findings) -> Verdict:
    if not findings.queries:
        raise KeyError
    counts = {asked: count for asked, (_, count) in findings.queries.items()}
    complete = all(int(asked) == rows for asked, (rows, _) in findings.queries.items())
    fine = complete and len(set(counts.values())) == 1 and max(counts.values()) <= 3
    return fine, ", ".join(f"{count} for {asked} rows" for asked, count in counts.items())


def light_page(findings: Findings) -> Verdict:
    html = findings.weights["d"].html
    return html <= 10_000, f"{html / 1000:.1f} kB"


def light_first_visit(findings: Findings) -> Verdict:
    weight = findings.weights["d"]
    fine = weight.cold <= 60_000 and weight.cold_requests <= 6
    return fine, f"{weight.cold / 1000:.1f} kB in {weight.cold_requests} requests"


def one_request_again(findings: Findings) -> Verdict:
    requests = findings.weights["d"].warm_requests
    return requests == 1, str(requests)


def little_memory(findings: Findings) -> Verdict:
    if not findings.memory:
        raise KeyError
    most = max(value for seen in findings.memory.values() for value in seen.after) / 2**20
    return most <= 150, f"{most:.0f} MiB"


def no_leak(findings: Findings) -> Verdict:
    if not findings.memory:
        raise KeyError
    seen = findings.memory.values()
    if any(each.all < ALL for each in seen):
        raise NotFinishedError
    told = ", ".join(f"({key}) {each.growth:+.1%}" for key, each in findings.memory.items())
    return max(each.growth for each in seen) < 0.05, told


TARGETS: Sequence[tuple[str, Judge]] = (
    (f"p50 of (d) / (a) ≤ 1 + 0.06 of (c) in {DESK} ms, 1 client, API {WAIT} ms", beside_the_api),
    ("own time of (d) / p50 of (c) ≤ 0.22, 1 client", own_time_beside_the_admin),
    ("own time of (d) / own time of (m) ≤ 3, 1 client", own_time_beside_a_minimal_page),
    ("p50 of (e) / (c) ≤ 0.2, 1 client", cached_beside_the_admin),
    (f"pages/s of (d) / (b) ≥ 0.8, {CROWD} clients, API {WAIT} ms", crowd("d", 0.8)),
    (f"pages/s of (e) / (b) ≥ 1.3, {CROWD} clients, API {WAIT} ms", crowd("e", 1.3)),
    ("no errors in (d), (e) and (f)", no_errors),
    ("database queries ≤ 3, whatever the rows", few_queries),
    ("HTML of 25 rows ≤ 10 kB compressed", light_page),
    ("first visit ≤ 60 kB in ≤ 6 requests", light_first_visit),
    ("requests of the next visit = 1", one_request_again),
    (f"memory growth from the 1,000th to the {ALL:,}th page < 5 %", no_leak),
    ("memory of a worker ≤ 150 MiB", little_memory),
)


def own_time_of(findings: Findings, key: str = "d") -> float:
    """The median of a page without its wait for Popsell. Raises NotReportedError."""
    own = own_times(findings.cell(key))
    if not own:
        raise NotReportedError
    return median(own)


def _range(mine: Cell, other: Cell, value: Callable[[Cell], float]) -> str:
    """How far the rounds, compared one by one, lie apart: what a single run can be trusted for."""
    pairs = zip(mine.rounds, other.rounds, strict=True)
    found = [rounds.ratio(value(Cell([one])), value(Cell([two]))) for one, two in pairs]
    return f" (rounds {min(found):.2f} to {max(found):.2f})" if len(found) > 1 else ""


def _p50(cell: Cell) -> float:
    return cell.p50


def _rate(cell: Cell) -> float:
    return cell.rate
