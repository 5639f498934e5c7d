"""Slow downloads of the activity, and a database that dies in the middle of them"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.faults.conftest import Stack
from tests.stack.sure import confirm
from tests.support.pages import INBOX
from tests.support.runs import few

FILE = "/brands/3/activity/activity.csv"
ROWS = 200_000  # more than all buffers between us and the site hold
LINES = """
    INSERT INTO inbox_activity
      (member_id, member_name, member_role, brand_id, act, about, started, request_id, outcome, state)
    SELECT m.id, 'Camille Roy', 'manager', 3, 'review', '', now() - n * interval '1 s', md5(n::text),
      'done', '' FROM generate_series(1, %s) n, (SELECT min(id) AS id FROM inbox_membership) m
"""


@pytest.fixture(autouse=True)
def _much(stack: Stack) -> Iterator[None]:
    confirm(stack.play.address, stack.play.sessions["manager"])
    with psycopg.connect(stack.database.url()) as connection:
        connection.execute("TRUNCATE inbox_lease")
        connection.execute(LINES, [ROWS])
    yield
    with psycopg.connect(stack.database.url()) as connection:
        connection.execute("DELETE FROM inbox_activity WHERE act = 'review'")


@contextmanager
def downloading(stack: Stack, version: str = "1.1", path: str = FILE) -> Iterator[socket.socket]:
    """A reader who has read the beginning, and stands still."""
    parts = urlsplit(stack.play.address)
    assert parts.hostname
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        reader.settimeout(30)
        reader.connect((parts.hostname, parts.port))
        head = f"GET {path} HTTP/{version}\r\nHost: {parts.netloc}\r\nCookie: "
        reader.sendall(f"{head}{stack.play.sessions['manager']}\r\n\r\n".encode())
        assert b" 200 OK" in reader.recv(4096).split(b"\r\n")[0]
        yield reader


def end_of(reader: socket.socket) -> bytes:
    """The last bytes, where it ends as if it were whole; raises ConnectionResetError where not."""
    last = b""
    while some := reader.recv(65536):
        last = (last + some)[-16:]
    return last


def test_slow_readers_keep_nothing_from_anybody(stack: Stack) -> None:
    member = stack.member("manager")
    with downloading(stack), downloading(stack):
        assert {member.get(INBOX).status_code for _ in range(10)} == {200}
        third = member.get(FILE)
        assert third.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert "<h1>Two files are being downloaded already</h1>" in third.text
    ends = time.monotonic() + 30
    while is_refused(stack):
        assert time.monotonic() < ends, "who went away kept the place"
        time.sleep(0.2)


def is_refused(stack: Stack) -> bool:
    session = stack.member("manager").session
    with session.get(stack.play.address + FILE, stream=True, timeout=30) as answer:
        return answer.status_code == HTTPStatus.TOO_MANY_REQUESTS


@pytest.mark.parametrize("version", few(["1.1", "1.0"]))
def test_a_whole_file_ends_well(stack: Stack, version: str) -> None:
    with psycopg.connect(stack.database.url()) as connection:
        connection.execute("DELETE FROM inbox_activity WHERE started < now() - interval '2000 s'")
    with downloading(stack, version) as reader:
        if version == "1.1":
            reader.settimeout(3)  # the connection stays open for the next request
            last = b""
            while not last.endswith(b"\r\n0\r\n\r\n"):
                last = (last + reader.recv(65536))[-16:]
        else:
            assert end_of(reader).endswith(b"\r\n")


@pytest.mark.parametrize("version", few(["1.1", "1.0"]))
def test_a_database_that_dies_in_the_midst_is_seen_by_the_browser(
    stack: Stack, version: str
) -> None:
    before = len(stack.log())
    with downloading(stack, version) as reader:
        time.sleep(0.5)
        stack.database.stop()
        try:
            with pytest.raises(ConnectionResetError):
                end_of(reader)
        finally:
            stack.database.start()
    lines = stack.log()[before:].splitlines()
    # What is sealed meanwhile is told without a member: it is done beside requests.
    told = [line for line in lines if " member=" in line and "GET /brands" not in line]
    assert len(told) == 1, lines
    assert "A download was broken off: the database can't be used" in told[0]
    assert not [line for line in lines if "Traceback" in line]
    ends = time.monotonic() + 60
    while stack.member("manager").get(INBOX).status_code != HTTPStatus.OK:  # it goes on by itself
        assert time.monotonic() < ends
