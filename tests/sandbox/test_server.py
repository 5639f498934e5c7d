"""HTTP as a client's pool meets it."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from inbox.sandbox.app import Sandbox, create_app
from inbox.sandbox.server import Handler, running, serve
from tests.sandbox.conftest import Client

LIST = "/chat/ambassadors"


@pytest.fixture
def connections() -> list[int]:
    return []


@pytest.fixture
def counting(connections: list[int]) -> type[Handler]:
    class Counting(Handler):
        def setup(self) -> None:
            connections.append(self.client_address[1])
            super().setup()

    return Counting


def test_one_connection_serves_many_calls(
    app: Sandbox, counting: type[Handler], connections: list[int]
) -> None:
    with running(app, handler=counting) as url, requests.Session() as session:
        client = Client(url, session)
        for _ in range(10):
            assert client.call(LIST).status_code == 200
            assert client.call(LIST, "HEAD").content == b""
            assert client.call(LIST, "PUT", json={"left": "unread"}).status_code == 405
            assert client.call("/nowhere").status_code == 404
    assert len(connections) == 1
    assert len(app.log) == 40


def test_small_answers_do_not_wait_for_the_client(app: Sandbox) -> None:
    seen: list[int] = []

    class Watching(Handler):
        def send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
            seen.append(self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            super().send(status, headers, body)

    with running(app, handler=Watching) as url, requests.Session() as session:
        Client(url, session).call(LIST)
    assert seen == [1]


def test_an_idle_connection_is_closed_at_the_end(app: Sandbox) -> None:
    with running(app) as url:
        address = urlsplit(url)
        assert address.hostname
        assert address.port
        idle = socket.create_connection((address.hostname, address.port), timeout=5)
        with requests.Session() as session:
            Client(url, session).call(LIST)
    with idle:
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=5)


def test_a_handler_may_hang_up(app: Sandbox) -> None:
    class Rude(Handler):
        def send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
            self.close_connection = True

    with running(app, handler=Rude) as url, pytest.raises(requests.ConnectionError):
        requests.get(url + LIST, timeout=5)
    assert [call.status for call in app.log] == [401]


def test_a_handler_may_drip(app: Sandbox) -> None:
    class Dripping(Handler):
        def send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
            super().send(status, headers, body[:5])
            self.wfile.flush()
            time.sleep(0.2)
            self.wfile.write(body[5:])

    with running(app, handler=Dripping) as url, requests.Session() as session:
        with session.get(url + LIST, stream=True, timeout=5) as answer:
            start = time.perf_counter()
            assert answer.json() == {"message": "Unauthorized."}
        assert time.perf_counter() - start > 0.15


def test_many_readers_at_once_lose_nothing(app: Sandbox) -> None:
    with running(app) as url:

        def read(page: int) -> int:
            with requests.Session() as session:
                rows = Client(url, session).json(
                    "/chat/ambassadors/101/chatrooms", params={"page": page % 16 + 1}
                )
            return len(rows["data"])

        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(read, range(64))) == [25] * 64
    assert len(app.log) == 64


def test_a_taken_port_is_an_error() -> None:
    app = create_app()
    with running(app) as url:
        port = urlsplit(url).port
        assert port
        with pytest.raises(OSError, match="in use"):
            serve(app, port)
