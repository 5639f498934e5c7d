"""`bin/bench --queue`: what Home costs beside the admin's list of the same table, and as a brand grows.

Both pages are served as the `Procfile` does, each world by servers of its own, and asked in turns, so
that other load on the machine falls on all of them alike.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psycopg

from tests.bench.browser import Page, fetch
from tests.bench.load import Clock, Round, of_page
from tests.bench.million import World, address, say
from tests.bench.rounds import Cell
from tests.bench.sizes import MEASURED, largest
from tests.stack.processes import Processes, free_port
from tests.stack.services import Postgres, postgres
from tests.stack.site import Site

SIZES = (2_222, 1_000_000)
"""Of sites whose largest brand has some 2,000 and 200,000 chatrooms."""
QUICK = (2_222, 22_222)
ROUNDS, SECONDS, ROWS = 12, 0.6, 25
ADMIN_LIMIT, GROWN_LIMIT, BYTES_LIMIT = 0.3, 1.3, 12_000
PAGES = {
    "home": (f"/brands/{MEASURED}/", "tests.stack.settings", 'class="row queued'),
    "desk": ("/admin/inbox/indexedchatroom/", "tests.bench.desk", '<th class="field-name'),
}
"""For each page: its address, its settings, and what stands in each of its rows."""


class Served(NamedTuple):
    """A page of a world, and the bytes of its compressed HTML."""

    world: World
    page: Page
    bytes: int


def main(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS) -> bool:
    """Print the table; tells whether all targets were met."""
    with TemporaryDirectory() as folder, ExitStack() as opened:
        server = opened.enter_context(postgres())
        few, many = (
            World("PostgreSQL", size, address("PostgreSQL", size, Path(folder), server))
            for size in sizes
        )
        few.fill()
        many.fill()
        running = [_run(opened, Path(folder) / str(one.rooms)) for one in (few, many)]
        home, desk = _serve(few, running[0], ("home", "desk"))
        (grown,) = _serve(many, running[1], ("home",))
        quiet = _ask(server, {"home": home, "desk": desk}, rounds)
        with few.writing(), many.writing():
            busy = _ask(server, {"few": home, "many": grown}, rounds)
    return _print(home, grown, quiet | busy)


def _run(opened: ExitStack, folder: Path) -> Processes:
    folder.mkdir()
    return opened.enter_context(Processes(folder))


def _serve(world: World, running: Processes, names: Sequence[str]) -> list[Served]:
    site = Site(running, "http://127.0.0.1:9/api/v2", {"DATABASE_URL": world.url})
    cookies = site.shell("tests.bench.pages")
    return [_serve_page(world, site, name, cookies[name]) for name in names]


def _serve_page(world: World, site: Site, name: str, cookies: str) -> Served:
    path, settings, row = PAGES[name]
    port = free_port()
    site.serve(port, site.environment(port, settings=settings))
    first = fetch(Page(port, path, cookies))
    page = Page(port, path, "; ".join([cookies, *first.cookies]))
    shown = fetch(page)
    if (rows := shown.text.count(row)) != ROWS:
        sys.exit(f"{path} answers {shown.status}, {rows} rows, not {ROWS}")
    return Served(world, page, len(shown.wire))


def _ask(server: Postgres, pages: dict[str, Served], rounds: int) -> dict[str, Cell]:
    taken: dict[str, list[Round]] = defaultdict(list)
    for number in range(rounds + 1):
        _beat(server, {one.world.rooms for one in pages.values()})
        for name, one in pages.items():
            seen = of_page(one.page.port, one.page.request, 1, Clock(SECONDS))
            if seen.errors:
                sys.exit(f"{name}: {seen.errors[:3]}")
            if number:  # the first warms up
                taken[name].append(seen)
    return {name: Cell(some) for name, some in taken.items()}


def _beat(server: Postgres, sizes: set[int]) -> None:
    """For the worker, which would else be missed."""
    for size in sizes:
        with psycopg.connect(server.url(f"site_{size}"), autocommit=True) as database:
            database.execute("UPDATE inbox_workerbeat SET beat_at = now()")


def _print(home: Served, grown: Served, cells: dict[str, Cell]) -> bool:
    few, many = (f"{largest(one.world.rooms):,} chatrooms" for one in (home, grown))
    for what, name in {
        f"Home, {few}": "home",
        "the admin's list of the same table": "desk",
        f"Home, {few}, beside 200 rows/s": "few",
        f"Home, {many}, beside 200 rows/s": "many",
    }.items():
        say(f"{what:45} p50 {cells[name].p50:6.1f} ms, p95 {cells[name].p95:6.1f} ms")
    ratios = {
        "Home / admin": (cells["home"].p50 / cells["desk"].p50, ADMIN_LIMIT),
        f"{many} / {few}": (cells["many"].p50 / cells["few"].p50, GROWN_LIMIT),
        f"bytes of {ROWS} rows, compressed": (home.bytes, BYTES_LIMIT),
    }
    for what, (found, limit) in ratios.items():
        say(f"{what:45} {found:10,.2f}, limit {limit}: {'met' if found <= limit else 'MISSED'}")
    return all(found <= limit for found, limit in ratios.values())
