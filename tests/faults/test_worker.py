"""The worker dies, or loses its Redis, its Popsell: it goes on by itself, and the index becomes true"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inbox.sandbox.app import create_app
from inbox.sandbox.life import newest_first
from inbox.sandbox.records import Message
from inbox.sandbox.server import running
from tests.queue.small import make_small
from tests.stack.services import Redis, missing, redis
from tests.stack.worker import Place, wait_for
from tests.support.index import Facts, Rows, expected_rows
from tests.support.upstream import Misfortune, Upstream

APP = "tests.stack.quick"
WITHIN = 300  # seconds, on any machine


@pytest.fixture(scope="module")
def cache() -> Iterator[Redis]:
    assert not missing()
    with redis() as server:
        yield server


@pytest.fixture
def popsell() -> Iterator[Upstream]:
    with served() as upstream:
        yield upstream


@contextmanager
def served() -> Iterator[Upstream]:
    """A small sandbox of the test's own."""
    upstream = Upstream(create_app())
    make_small(upstream.sandbox)
    with running(upstream, handler=Misfortune) as url:
        upstream.url = url
        yield upstream


def place_of(folder: Path, popsell: Upstream, **more: str) -> Place:
    place = Place(
        folder,
        POPSELL_API_URL=popsell.url,
        POPSELL_ACCESS_TOKEN="sandbox-token",
        POPSELL_SYNC_RATE="6000",
        PUBLIC_URL="http://127.0.0.1:8000",
        ALLOWED_HOSTS="127.0.0.1",
        **more,
    )
    place.rows("INSERT INTO inbox_brand (id, name, time_zone) VALUES (3, 'A', 'UTC')")
    return place


def say(popsell: Upstream) -> tuple[int, int]:
    """Somebody writes; returns the chatroom's and the message's number."""
    brand = popsell.sandbox.brands[3]
    room = newest_first(brand.rooms_of[104])[0]
    number = 1 + max(one.last.id for one in brand.rooms.values() if one.last)
    assert room.last
    room.said.append(Message(number, room.last.date, room.theirs.person, "Hello again"))
    return room.id, number


def is_there(place: Place, said: tuple[int, int]) -> bool:
    query = (
        "SELECT last_message FROM inbox_indexedchatroom WHERE chatroom = %d AND ambassador = 104"
    )
    return place.rows(query % said[0]) == [(said[1],)]


def wait_for_it(place: Place, said: tuple[int, int]) -> None:
    wait_for(lambda: is_there(place, said), WITHIN)


def index_of(place: Place) -> Rows:
    """All rows of the index; like `tests.support.index.actual_rows`, from a database of its own."""
    columns = ", ".join(("chatroom", "ambassador", *Facts._fields))
    query = f"SELECT {columns} FROM inbox_indexedchatroom"  # noqa: S608 - names of our own
    found = place.rows(f"{query} WHERE brand_id = 3")
    return {(chatroom, ambassador): Facts(*facts) for chatroom, ambassador, *facts in found}


def wait_until_true(place: Place, popsell: Upstream) -> None:
    """Until the index equals the sandbox, row by row."""
    expected = expected_rows(popsell.sandbox, 3)
    wait_for(lambda: index_of(place) == expected, WITHIN)


@pytest.mark.parametrize("calls", [1, 5, 12, 30])
def test_it_is_killed(tmp_path: Path, popsell: Upstream, calls: int) -> None:
    """While it reads the directory, tries out, fills, or follows the news."""
    place = place_of(tmp_path, popsell)
    with place.worker(APP) as worker:
        wait_for(lambda: len(popsell.sent) >= calls, WITHIN)
        worker.process.kill()
        worker.process.wait()
    said = say(popsell)
    with place.worker(APP) as another:
        wait_for(lambda: popsell.sent, WITHIN)
        let_leases_run_out(place)
        wait_for_it(place, said)
        wait_until_true(place, popsell)
        assert another.end() == 0
    assert "Traceback" not in place.log


def ranks_of(place: Place) -> list[object]:
    return place.rows(
        "SELECT chatroom, ambassador, rank, since, changes_at FROM inbox_indexedchatroom "
        "ORDER BY chatroom, ambassador"
    )


def count_due(place: Place) -> int:
    ((due,),) = place.rows(
        "SELECT count(*) FROM inbox_indexedchatroom WHERE changes_at < '1999-01-01'"
    )
    return int(due)


def test_it_is_killed_while_it_ranks(tmp_path: Path, popsell: Upstream) -> None:
    """Some rows have their new rank, others not yet; the next one ranks these."""
    place = place_of(tmp_path, popsell)
    with place.worker(APP) as worker:
        wait_until_true(place, popsell)
        assert worker.end() == 0
    before = ranks_of(place)
    place.rows(
        "UPDATE inbox_indexedchatroom SET rank = 10, since = NULL, changes_at = '1998-01-01'"
    )
    with place.worker("tests.stack.ranking") as worker:
        wait_for(lambda: count_due(place) < len(before), WITHIN)
        worker.process.kill()
        worker.process.wait()
    assert count_due(place) > 0
    with place.worker(APP) as another:
        let_leases_run_out(place)
        wait_for(lambda: count_due(place) == 0, WITHIN)
        assert another.end() == 0
    assert ranks_of(place) == before
    assert "Traceback" not in place.log


def test_redis_is_away_for_a_while(tmp_path: Path, popsell: Upstream, cache: Redis) -> None:
    place = place_of(tmp_path, popsell, CACHE_URL=cache.url)
    with place.worker(APP) as worker:
        wait_for_it(place, say(popsell))
        cache.kill()
        wait_for(lambda: "can't be used" in place.log, WITHIN)
        said = say(popsell)
        cache.start()
        wait_for_it(place, said)
        wait_until_true(place, popsell)
        assert worker.end() == 0
    assert "Traceback" not in place.log


def test_it_ends_while_redis_is_away(tmp_path: Path, popsell: Upstream, cache: Redis) -> None:
    place = place_of(tmp_path, popsell, CACHE_URL=cache.url)
    with place.worker(APP) as worker:
        wait_for_it(place, say(popsell))
        cache.kill()
        wait_for(lambda: "can't be used" in place.log, WITHIN)
        worker.end()
    cache.start()


def test_popsell_is_away_for_a_while(tmp_path: Path, popsell: Upstream) -> None:
    place = place_of(tmp_path, popsell)
    with place.worker(APP) as worker:
        wait_for_it(place, say(popsell))
        popsell.answer("GET", 503)
        wait_for(lambda: "can't be read" in place.log, WITHIN)
        said = say(popsell)
        popsell.recover()
        wait_for_it(place, said)
        wait_until_true(place, popsell)
        assert worker.end() == 0
    assert "is read again" in place.log
    assert "Traceback" not in place.log


def let_leases_run_out(place: Place) -> None:
    """A minute later."""
    place.rows("UPDATE inbox_lease SET until = '2020-01-01 00:00:00'")
