"""The load: connections kept alive over raw sockets, and nothing between them and the clock."""

import asyncio
import math
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from threading import Semaphore
from time import perf_counter

import requests
from requests.adapters import HTTPAdapter

END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
TIMING = re.compile(rb"(?i)\r\nserver-timing: *([^\r]+)")
PATIENCE = 120  # seconds for one round to come home
MOST = 20_000  # requests in one round at most


@dataclass
class Round:
    """What some clients saw in some seconds."""

    clients: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    timings: list[str] = field(default_factory=list)
    in_time: int = 0  # answers before the bell, whenever they were asked for
    asked: int = 0
    api_calls: int = 0


class Clock:
    """When a round counts: from the moment every client has had its first answer, until the bell.

    Nobody pauses for the start, so that a short round shows the same flow as a long one. A round
    that is counted in requests ends when they are used up.
    """

    def __init__(self, seconds: float, requests: int = MOST) -> None:
        self.seconds = seconds
        self._left = requests
        self._started = math.inf

    def expect(self, clients: int) -> None:
        self._missing = Semaphore(clients - 1)

    def turns(self) -> Iterator[float]:
        """The times when one client may ask again."""
        first = True
        try:
            while self._left > 0 and perf_counter() < self._started + self.seconds:
                self._left -= 1
                yield perf_counter()
                if first:
                    first = False
                    self._arrive()
        finally:
            if first:
                self._arrive()

    def note(self, seen: Round, asked: float) -> None:
        now = perf_counter()
        seen.asked += 1
        if asked >= self._started:
            seen.latencies.append(now - asked)
        seen.in_time += self._started <= now < self._started + self.seconds

    def stop(self, seen: Round) -> Round:
        seen.seconds = min(self.seconds, perf_counter() - self._started)
        return seen

    def _arrive(self) -> None:
        if not self._missing.acquire(blocking=False):
            self._started = perf_counter()


class Connection(asyncio.Protocol):
    """One client's connection: it asks, waits for the whole answer, and may ask again."""

    _whole = 0  # the length of the answer under way, once its head has told it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._await_answer()

    def ask(self, request: bytes) -> "asyncio.Future[bytes]":
        self._await_answer()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole and (end := self._got.find(END_OF_HEAD)) >= 0:
            length = LENGTH.search(self._got, 0, end)
            self._whole = end + len(END_OF_HEAD) + int(length[1] if length else 0)
        if self._whole and len(self._got) >= self._whole and not self._answer.done():
            self._answer.set_result(bytes(self._got))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(ConnectionError("the server hung up"))

    def _await_answer(self) -> None:
        self._got = bytearray()
        self._whole = 0
        self._answer: asyncio.Future[bytes] = self._loop.create_future()


def of_page(port: int, request: bytes, clients: int, clock: Clock) -> Round:
    """Ask one server for one page, over and over, from so many connections opened afresh."""
    return of_pages(port, [request], clients, clock)


def of_pages(port: int, asked: Sequence[bytes], clients: int, clock: Clock) -> Round:
    """As `of_page`; each client asks for a page of its own, as far as there are so many."""
    return asyncio.run(_of_pages(port, asked, clients, clock))


async def _of_pages(port: int, asked: Sequence[bytes], clients: int, clock: Clock) -> Round:
    seen = Round(clients)
    clock.expect(clients)
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(clients)]
    async with asyncio.timeout(PATIENCE):
        each = zip(opened, cycle(asked), strict=False)
        await asyncio.gather(*(_client(one, request, clock, seen) for (_, one), request in each))
    for transport, _ in opened:
        transport.close()
    return clock.stop(seen)


async def _client(connection: Connection, request: bytes, clock: Clock, seen: Round) -> None:
    for asked in clock.turns():
        try:
            answer = await connection.ask(request)
        except ConnectionError as error:
            seen.errors.append(str(error))
            return
        clock.note(seen, asked)
        if not answer.startswith(b"HTTP/1.1 200 "):
            seen.errors.append(answer[:40].partition(b"\r")[0].decode())
        elif seen.clients == 1 and (timing := TIMING.search(answer)):
            seen.timings.append(timing[1].decode())


def of_api(url: str, headers: dict[str, str], clients: int, clock: Clock) -> Round:
    """Ask the API itself with a pooled `requests` client, a thread per client."""
    seen = Round(clients)
    clock.expect(clients)
    with requests.Session() as session, ThreadPoolExecutor(clients) as threads:
        session.trust_env = False
        session.headers.update(headers)
        session.mount("http://", HTTPAdapter(pool_maxsize=clients))
        for _ in range(clients):
            threads.submit(_caller, session, url, clock, seen)
    return clock.stop(seen)


def _caller(session: requests.Session, url: str, clock: Clock, seen: Round) -> None:
    for asked in clock.turns():
        try:
            response = session.get(url, timeout=PATIENCE)
        except requests.RequestException as error:
            seen.errors.append(type(error).__name__)
            return
        clock.note(seen, asked)
        if response.status_code != 200:
            seen.errors.append(str(response.status_code))
