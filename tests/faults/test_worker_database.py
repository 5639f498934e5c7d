"""PostgreSQL goes away under a worker: it says so, goes on by itself, and the index becomes true"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from inbox.background import THREADS
from tests.faults.test_worker import (
    APP,
    WITHIN,
    let_leases_run_out,
    place_of,
    say,
    served,
    wait_for_it,
    wait_until_true,
)
from tests.stack import services
from tests.stack.worker import Place, wait_for
from tests.support.upstream import Upstream

AWAY = "The database can't be used: "
EACH = 0.5  # seconds between two ticks of this app


@dataclass(frozen=True)
class Servers:
    database: services.Postgres
    cache: services.Redis

    def place(self, folder: Path, popsell: Upstream) -> Place:
        """A worker's place with a database of its own."""
        name = f"place_{uuid4().hex}"
        with psycopg.connect(self.database.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        urls = {"DATABASE_URL": self.database.url(name), "CACHE_URL": self.cache.url}
        return place_of(folder, popsell, **urls)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    assert not services.missing()
    with services.postgres() as database, services.redis() as cache:
        yield Servers(database, cache)


@pytest.fixture
def popsell() -> Iterator[Upstream]:
    with served() as upstream:
        yield upstream


@contextmanager
def away(database: services.Postgres) -> Iterator[None]:
    database.stop()
    try:
        yield
    finally:
        database.start()


def wait_for_lines(place: Place, count: int) -> None:
    """Until the log tells of the outage so many times more."""
    before = place.log.count(AWAY)
    wait_for(lambda: place.log.count(AWAY) >= before + count, WITHIN)


@pytest.mark.parametrize("calls", [5, 60], ids=["while it fills", "later"])
def test_it_goes_on_without_a_restart(
    tmp_path: Path, popsell: Upstream, servers: Servers, calls: int
) -> None:
    """After some ticks without a database, and after a moment without one."""
    place = servers.place(tmp_path, popsell)
    with place.worker(APP) as worker:
        wait_for(lambda: len(popsell.sent) >= calls, WITHIN)
        for lines in (4, 0):
            with away(servers.database):
                wait_for_lines(place, lines)
                said = say(popsell)
            let_leases_run_out(place)
            wait_for_it(place, said)
            wait_until_true(place, popsell)
        assert worker.end() == 0
    assert "Traceback" not in place.log


def test_it_says_so_once_a_tick(tmp_path: Path, popsell: Upstream, servers: Servers) -> None:
    place = servers.place(tmp_path, popsell)
    with place.worker(APP):
        wait_for(lambda: len(popsell.sent) >= 5, WITHIN)
        before, began = len(place.log.splitlines()), time.monotonic()
        with away(servers.database):
            wait_for_lines(place, 8)
            ticks = (time.monotonic() - began) / EACH
            lines = place.log.splitlines()[before:]
    told = [line for line in lines if "INFO    Popsell answered" not in line]
    assert all(f"ERROR   {AWAY}" in line for line in told), told
    assert len(told) <= ticks + THREADS, told
    assert "a-secret-of-the-database" not in place.log
    assert str(servers.database.port) not in place.log


def test_it_begins_while_the_database_is_away(
    tmp_path: Path, popsell: Upstream, servers: Servers
) -> None:
    place = servers.place(tmp_path, popsell)
    with ExitStack() as outage:
        outage.enter_context(away(servers.database))
        with place.worker(APP) as worker:
            wait_for_lines(place, 2)
            outage.close()
            wait_until_true(place, popsell)
            assert worker.end() == 0
    assert "Traceback" not in place.log


@pytest.mark.parametrize("lines", [0, 2], ids=["at once", "later"])
def test_it_ends_while_the_database_is_away(
    tmp_path: Path, popsell: Upstream, servers: Servers, lines: int
) -> None:
    """Before a platform would kill it; a slice is under way, or nothing can be begun."""
    place = servers.place(tmp_path, popsell)
    popsell.misfortunes["GET"] = "slow"  # so that it still fills
    with place.worker(APP) as worker:
        wait_for(lambda: len(popsell.sent) >= 5, WITHIN)
        with away(servers.database):
            wait_for_lines(place, lines)
            assert worker.end() == 0
    assert "Traceback" not in place.log
