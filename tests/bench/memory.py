"""Memory of the workers over many pages: a leak shows after thousands, not after one."""

from dataclasses import dataclass
from time import perf_counter

from tests.bench.load import Clock, of_page
from tests.bench.stage import Server
from tests.stack.processes import resident, workers

ALL = 10_000  # pages that a verdict takes
CLIENTS = 64  # all threads of all workers are busy long before the first look
BATCH = 500  # pages over one set of connections, which may fall unevenly on the workers


@dataclass(frozen=True)
class Memory:
    """Bytes of each worker after some pages and after all that there was time for."""

    some: int
    all: int
    before: list[int]
    after: list[int]

    @property
    def growth(self) -> float:
        """Of all workers together, over the pages between the two looks."""
        return sum(self.after) / sum(self.before) - 1


def watch(server: Server, some: int, all_pages: int, seconds: float) -> Memory:
    master = server.process.pid
    deadline = perf_counter() + seconds
    first = _turn_pages(server, some, deadline)
    before = {pid: resident(pid) for pid in workers(master)}
    rest = _turn_pages(server, all_pages - some, deadline)
    after = {pid: resident(pid) for pid in workers(master)}
    if before.keys() != after.keys():
        raise SystemExit("A worker was replaced while its memory was watched.")
    return Memory(first, first + rest, list(before.values()), list(after.values()))


def _turn_pages(server: Server, pages: int, deadline: float) -> int:
    done = 0
    while done < pages and (left := deadline - perf_counter()) > 0:
        clock = Clock(left, min(BATCH, pages - done))
        seen = of_page(server.page.port, server.page.request, CLIENTS, clock)
        done += seen.asked
        if seen.errors:
            raise SystemExit(f"Pages failed while memory was watched: {seen.errors[:3]}")
    return done
