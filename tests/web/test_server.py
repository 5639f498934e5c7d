"""The server itself, over bare sockets: clients that are slow, many, or at odds with HTTP"""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from time import monotonic, thread_time
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as some
from pytest_django import Settings
from waitress.adjustments import Adjustments

from inbox.web import parsing
from tests.stack.play import Play, playing
from tests.stack.processes import workers
from tests.stack.sure import confirm
from tests.support.pages import INBOX

PATIENCE = 20  # seconds, where one or two are granted
HOST = b"Host: 127.0.0.1\r\n"
SIGN_IN = b"/accounts/login/"


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    with playing("0", config="tests/stack/impatient.py") as play:
        yield play


@pytest.fixture
def downloader(play: Play) -> bytes:
    """The header of a session that may download the activity."""
    confirm(play.address, play.sessions["moderator"])
    return b"Cookie: " + play.sessions["moderator"].encode()


class Line:
    """A bare connection. `first`: what it begins with. `receive`: the bytes it takes unread."""

    def __init__(self, port: int, first: bytes, receive: int) -> None:
        self.sock = socket.socket()
        if receive:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(("127.0.0.1", port))
        self.sock.sendall(first)

    def until(self, end: bytes) -> bytes:
        got = b""
        while end not in got:
            some = self.sock.recv(65536)
            assert some, f"the server hung up after {got[-200:]!r}"
            got += some
        return got

    def is_cut(self) -> bool:
        """Whether the server ends it before our patience does."""
        with suppress(ConnectionError):
            while self.sock.recv(65536):
                pass
        return True


class Connect(Protocol):
    def __call__(self, first: bytes = b"", receive: int = 0) -> Line: ...


@pytest.fixture
def connect(play: Play) -> Iterator[Connect]:
    """Opens a connection that ends with the test."""
    lines: list[Line] = []

    def connect(first: bytes = b"", receive: int = 0) -> Line:
        line = Line(urlsplit(play.address).port or 0, first, receive)
        lines.append(line)
        return line

    yield connect
    for line in lines:
        line.sock.close()


def request(method: bytes, path: bytes, *lines: bytes, body: bytes = b"") -> bytes:
    head = b"".join(
        [method, b" ", path, b" HTTP/1.1\r\n", HOST, *(line + b"\r\n" for line in lines)]
    )
    return head + b"\r\n" + body


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nX-Slow: ",
        b"\r\n",
        request(b"POST", SIGN_IN, b"Content-Length: 500", body=b"login="),
        request(b"POST", SIGN_IN, b"Transfer-Encoding: chunked", body=b"5\r\nlogin"),
        request(b"GET", b"/healthz"),
    ],
    ids=["nothing", "half a header", "an empty line", "half a body", "half a chunk", "a request"],
)
def test_a_client_that_falls_silent_is_cut(connect: Connect, first: bytes) -> None:
    assert connect(first).is_cut()


def test_dripping_does_not_buy_time(connect: Connect) -> None:
    line = connect(b"GET /healthz HTTP/1.1\r\nX-Slow: ")

    def drip() -> None:
        ends = monotonic() + PATIENCE
        while monotonic() < ends:
            line.sock.sendall(b"x")
            time.sleep(0.1)

    with pytest.raises(ConnectionError):
        drip()


def test_an_answer_that_nobody_reads_is_given_up(connect: Connect, play: Play) -> None:
    """Many pages are asked for in one go, and none is read."""
    page = request(b"GET", INBOX.encode(), b"Cookie: " + play.sessions["moderator"].encode())
    line = connect(receive=2048)
    line.sock.setblocking(False)
    begun = monotonic()
    cut = False
    while not cut and monotonic() - begun < PATIENCE:
        try:
            line.sock.sendall(page)
        except BlockingIOError:
            pass
        except ConnectionError:
            cut = True
        time.sleep(0.02)
    assert cut


def test_a_slow_reader_who_reads_on_is_served(
    connect: Connect, play: Play, downloader: bytes
) -> None:
    """Nothing seems to be taken while the system has much of an answer in store."""
    play.site.shell("tests.attack.fill", function="fill_trail")
    line = connect(request(b"GET", b"/brands/3/activity/activity.csv", downloader))
    begun, taken = monotonic(), 0
    while monotonic() - begun < 4:  # four times the limit for taking nothing
        some = line.sock.recv(20_000)
        assert some, "it was cut"
        taken += len(some)
        time.sleep(0.1)
    line.sock.close()


def test_a_reader_who_stands_still_keeps_no_place(connect: Connect, downloader: bytes) -> None:
    """Of a file that is larger than all buffers. A brand has two such downloads at once."""
    file = request(b"GET", b"/brands/3/activity/activity.csv", downloader, b"Connection: close")
    begun: list[Line] = []
    ends = monotonic() + 2 * PATIENCE
    while len(begun) < 4:  # twice as many as there are places
        assert monotonic() < ends, "who stands still kept the place"
        line = connect(file, receive=4096)
        if line.until(b"\r\n").startswith(b"HTTP/1.1 200 "):
            begun.append(line)
        time.sleep(0.1)
    with pytest.raises(ConnectionError):
        begun[0].until(b"\r\n0\r\n\r\n")


def test_unfinished_requests_hold_no_thread(connect: Connect) -> None:
    """More than there are threads, were each to hold one."""
    silent = [
        connect(request(b"POST", SIGN_IN, b"Content-Length: 500", body=b"login="))
        for _ in range(25)
    ]
    begun = monotonic()
    answered = connect(request(b"GET", b"/healthz")).until(b"ok\n")
    assert answered.startswith(b"HTTP/1.1 200 ")
    assert monotonic() - begun < 5
    assert all(line.is_cut() for line in silent)


def test_who_comes_late_is_let_in_before_those_who_wait(connect: Connect) -> None:
    """Sixty connections where thirty are held: who asks for something is served all the same."""
    ended: list[bool] = []
    waiting = [connect(b"GET /healthz HTTP/1.1\r\nX-Slow: ") for _ in range(60)]
    assert b"ok\n" in connect(request(b"GET", b"/healthz")).until(b"ok\n")
    threads = [Thread(target=lambda one=line: ended.append(one.is_cut())) for line in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(ended) == 60


def test_who_sends_in_two_parts_is_not_thrown_out_by_those_who_say_nothing(
    connect: Connect,
) -> None:
    """The silent ones waited longer."""
    for _ in range(28):
        connect()
    time.sleep(0.2)
    head = request(b"POST", SIGN_IN, b"Content-Length: 7", b"Content-Type: text/plain")
    line = connect(head + b"log")
    for _ in range(20):  # more than there is room for
        connect()
        time.sleep(0.01)
    line.sock.sendall(b"in=a")
    assert line.until(b"\r\n\r\n").startswith(b"HTTP/1.1 403 ")


def test_closing_clients_hold_up_nobody(connect: Connect) -> None:
    """They ask to close, are answered, and keep their own side open."""
    lines = [connect(request(b"GET", b"/healthz", b"Connection: close")) for _ in range(80)]
    for _ in range(5):
        begun = monotonic()
        assert b"ok\n" in connect(request(b"GET", b"/healthz")).until(b"ok\n")
        assert monotonic() - begun < 5
    assert all(line.is_cut() for line in lines)


def test_head_is_answered_without_a_body_and_the_connection_goes_on(connect: Connect) -> None:
    line = connect(request(b"HEAD", SIGN_IN) + request(b"GET", b"/healthz"))
    got = line.until(b"ok\n")
    first, _, rest = got.partition(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" not in first.lower()
    assert rest.startswith(b"HTTP/1.1 200 ")


def test_an_answer_without_content_leaves_the_connection_open(connect: Connect) -> None:
    """304, as a browser gets for a file that it has."""
    page = connect(request(b"GET", SIGN_IN, b"Accept-Encoding: identity")).until(b"</html>")
    path = next(part for part in page.split(b'"') if part.startswith(b"/static/inbox."))
    file = connect(request(b"GET", path)).until(b"\r\n\r\n")
    told = next(line for line in file.splitlines() if line.lower().startswith(b"last-modified: "))
    since = b"If-Modified-Since: " + told.partition(b": ")[2]
    got = connect(request(b"GET", path, since) + request(b"GET", b"/healthz")).until(b"ok\n")
    assert got.startswith(b"HTTP/1.1 304 ")


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (request(b"POST", SIGN_IN, b"Content-Length: 2000000"), b"413"),
        (
            request(b"POST", SIGN_IN, b"Content-Length: 2000000", b"Expect: 100-continue"),
            b"413",
        ),
        (request(b"POST", SIGN_IN, b"Content-Length: " + b"9" * 5000), b"400"),
        (request(b"POST", SIGN_IN, b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), b"411"),
        (
            request(b"POST", SIGN_IN, b"Content-Length: 5", b"transfer-encoding:\tchunked"),
            b"411",
        ),
        (b"GET http://127.0.0.1/healthz HTTP/1.1\r\n\r\n", b"400"),
        (b"GET http://[/ HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /healthz\r\n\r\n", b"400"),
        (b"GET /a\x00b HTTP/1.1\r\n\r\n", b"400"),
        (request(b"GET", b"/healthz", b"X: a", b" folded"), b"400"),
        (request(b"GET", b"/healthz", b"X-Long: " + b"x" * 33_000), b"431"),
        (request(b"POST", SIGN_IN, b"Content-Length: 5", b"Content-Length: 6"), b"400"),
        (request(b"POST", SIGN_IN, b"Content-Length: -1"), b"400"),
        (request(b"GET", b"/healthz", b"Bad Name: x"), b"400"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
    ids=[
        *("a large body", "a large body to come", "an endless length", "chunks", "chunks and more"),
        *("an absolute address", "half an address", "no version", "a null", "a folded line"),
        *("large headers", "two lengths", "no length", "no header", "no request"),
    ],
)
def test_what_is_no_good_request_is_refused(connect: Connect, first: bytes, status: bytes) -> None:
    line = connect(first)
    assert line.until(b"\r\n").split(b" ")[1] == status
    assert line.is_cut()


@pytest.mark.parametrize(
    "head",
    [
        b"GET a://" + b"1" * 30_000 + b" X",
        b"GET /a://" + b"1" * 30_000 + b" X",
        b"GET /a://" + b"1" * 30_000 + b" HTTP/1.1",
        b"GET /" + b"a:" * 15_000 + b" HTTP/1.1",
        b"GET / HTTP/1.1\r\nX: " + b"\t" * 30_000 + b"\x01",
        b"GET / HTTP/1.1\r\nX: " + b"\t" * 30_000,
        b"GET / HTTP/1.1\r\nX: " + b"a \t" * 10_000 + b"\x01",
        b"GET / HTTP/1.1\r\n" + b"a" * 30_000,
        b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 7_000 + b"b:",
        b'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a="' + b"\\" * 30_000,
    ],
    ids=range(10),
)
def test_no_head_takes_the_thread_that_all_connections_share(head: bytes) -> None:
    """Compared with a plain head of that size, each in the time of this thread."""
    plain = b"GET /" + b"a" * 15_000 + b" HTTP/1.1\r\nX: " + b"b" * 15_000
    assert parse_seconds(head) < 20 * max(parse_seconds(plain), 0.0005)


def parse_seconds(head: bytes) -> float:
    one = parsing.Request(Adjustments(max_request_header_size=parsing.LARGEST_HEAD))
    begun = thread_time()
    one.received(head + b"\r\n\r\n")
    return thread_time() - begun


@given(some.binary(max_size=200), some.lists(some.binary(max_size=40), max_size=5))
@example(b"GET / HTTP/1.1", [b"Host: a", b"Content-Length: 3", b"Expect: 100-continue"])
def test_any_head_is_parsed_or_refused(first: bytes, lines: list[bytes]) -> None:
    one = parsing.Request(Adjustments(max_request_header_size=parsing.LARGEST_HEAD))
    one.received(b"\r\n".join([first, *lines, b"", b""]))
    assert one.error or one.empty or one.content_length or one.completed or not one.headers_finished


def test_a_request_never_inherits_from_the_one_before(connect: Connect, play: Play) -> None:
    """It expects to go on, and has no body to go on with."""
    cookie = b"Cookie: " + play.sessions["manager"].encode()
    line = connect(request(b"GET", b"/healthz", b"Expect: 100-continue", cookie))
    assert line.until(b"ok\n").startswith(b"HTTP/1.1 200 ")
    line.sock.sendall(request(b"GET", INBOX.encode()))
    assert line.until(b"\r\n\r\n").startswith(b"HTTP/1.1 302 ")


def test_a_body_that_waits_to_be_asked_for_is(connect: Connect) -> None:
    lines = (b"Expect: 100-continue", b"Content-Length: 3", b"Content-Type: text/plain")
    line = connect(request(b"POST", SIGN_IN, *lines))
    assert line.until(b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
    line.sock.sendall(b"a=b")
    assert line.until(b"\r\n\r\n").startswith(b"HTTP/1.1 403 ")


def test_what_a_client_may_not_say_reaches_nobody(connect: Connect) -> None:
    """A header with an underscore could pass for one that the router sets."""
    made_up = b"X_Request_ID: a-made-up-request-id"
    got = connect(request(b"GET", b"/healthz", made_up)).until(b"ok\n")
    assert b"a-made-up-request-id" not in got


def test_the_server_says_nothing_about_itself(connect: Connect) -> None:
    got = connect(request(b"GET", b"/healthz")).until(b"ok\n").lower()
    assert b"server:" not in got
    assert b"waitress" not in got
    assert b"waitress" not in connect(b"nonsense\r\n\r\n").until(b"\r\n\r\n").lower()


def test_the_whole_log_holds_no_traceback_and_the_worker_lives(play: Play) -> None:
    """After all of the above."""
    log = play.log.read_text()
    assert "Traceback" not in log, log[log.index("Traceback") - 300 :][:3000]
    assert len(workers(play.server.pid)) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Too many requests are waiting"), ("fr", "Trop de demandes attendent")],
)
def test_a_request_whose_time_is_over_before_its_turn_is_told_so(
    anonymous: Client, db: None, settings: Settings, language: str, words: str
) -> None:
    settings.REQUEST_DEADLINE = 15
    late: Any = {"inbox.whole": monotonic() - 16}
    answer = anonymous.get("/accounts/login/", headers={"Accept-Language": language}, **late)
    assert answer.status_code == 503
    assert words in answer.text
    assert answer["Retry-After"] == "5"


def test_the_time_that_a_request_waited_is_its_own(
    anonymous: Client, db: None, settings: Settings
) -> None:
    settings.REQUEST_DEADLINE = 15
    whole: Any = {"inbox.whole": monotonic() - 10}
    answer = anonymous.get("/accounts/login/", **whole)
    assert answer.status_code == 200
