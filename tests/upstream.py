"""The Popsell that tests talk to: the sandbox over real HTTP, with answers and misfortunes on top."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inbox.sandbox.app import Sandbox
from inbox.sandbox.server import Handler

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]


@dataclass
class Upstream:
    """A WSGI application in front of the sandbox.

    `answer(...)` replaces what a method gets, `drop(...)` and `hang(...)` play with its connection
    after the sandbox has done its work, as a network would.
    """

    sandbox: Sandbox
    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    next_answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = field(default_factory=dict)
    misfortunes: dict[str, str] = field(default_factory=dict)
    connections: set[str] = field(default_factory=set)
    changed: bool = False

    def answer(
        self,
        method: str,
        status: int = 200,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """From now on `method` gets this; `body` is JSON unless it is bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[method] = (status, raw, headers or {})

    def once(self, method: str, status: int, headers: dict[str, str] | None = None) -> None:
        """The next answer to `method`, before what else it would get."""
        self.next_answers.setdefault(method, []).append((status, b"null", headers or {}))

    def listing(self, *chatrooms: object, **envelope: object) -> None:
        """From now on a GET gets one page of these items."""
        numbers = {"current_page": 1, "last_page": 1, "from": 1, "to": len(chatrooms)}
        self.answer("GET", 200, {"data": chatrooms, **numbers, "total": len(chatrooms), **envelope})

    def drop(self, method: str) -> None:
        self.misfortunes[method] = "drop"

    def hang(self, method: str) -> None:
        self.misfortunes[method] = "hang"

    def drip(self, method: str, part: str) -> None:
        """One byte at a time, of the `headers` or of the `body`."""
        self.misfortunes[method] = f"drip {part}"

    def recover(self) -> None:
        self.next_answers.clear()
        self.answers.clear()
        self.misfortunes.clear()

    def change_token(self, token: str) -> None:
        self.changed = True
        self.sandbox.change_token(token)

    def reset(self) -> None:
        self.recover()
        self.sent.clear()
        self.connections.clear()

    def calls(self, method: str) -> list[Sent]:
        return [request for request in self.sent if request.method == method]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        self.sent.append(
            Sent(method, environ["PATH_INFO"], environ.get("QUERY_STRING", ""), _headers(environ))
        )
        self.connections.add(f"{environ['REMOTE_ADDR']}:{environ.get('REMOTE_PORT', '')}")
        waiting = self.next_answers.get(method)
        if not waiting and method not in self.answers:
            self.changed = self.changed or method != "GET"
            return self.sandbox(environ, start_response)
        status, body, extra = waiting.pop(0) if waiting else self.answers[method]
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **extra}
        start_response(f"{status} Canned", list(headers.items()))
        return [body]


class Misfortune(Handler):
    """Drops or holds the connection where the upstream says so."""

    def send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        upstream: Any = self.server.app
        match upstream.misfortunes.get(self.command):
            case "drop":
                self.close_connection = True
            case "hang":
                time.sleep(2)
                self.close_connection = True
            case "slow":
                time.sleep(0.5)
                super().send(status, headers, body)
            case "drip headers":
                self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 100)
            case "drip body":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
                self._drip(b"1" * 100)
            case _:
                super().send(status, headers, body)

    def _drip(self, text: bytes) -> None:
        """As slowly as a socket's own timeout allows for ever."""
        self.close_connection = True
        for byte in text:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.1)

    def environ(self) -> "WSGIEnvironment":
        return {**super().environ(), "REMOTE_PORT": str(self.client_address[1])}


def _headers(environ: "WSGIEnvironment") -> dict[str, str]:
    return {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
