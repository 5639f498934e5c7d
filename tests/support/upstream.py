"""The Popsell that tests talk to: the sandbox over real HTTP, with answers and misfortunes on top."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.conf import settings

from inbox.sandbox.app import PREFIX, Sandbox, create_app
from inbox.sandbox.server import Handler

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


HANGS = 2  # seconds


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""


Answer = tuple[int, bytes, dict[str, str]]


class Crowd:
    """How many requests of each method are at work at once, at most."""

    def __init__(self) -> None:
        self._lock, self._now = Lock(), Counter[str]()
        self.most = Counter[str]()

    def enter(self, method: str) -> None:
        with self._lock:
            self._now[method] += 1
            self.most[method] = max(self.most[method], self._now[method])

    def leave(self, method: str) -> None:
        with self._lock:
            self._now[method] -= 1


def page(*items: object, **envelope: object) -> dict[str, object]:
    """One page of a list, in the flat Laravel envelope."""
    numbers = {"current_page": 1, "last_page": 1, "from": 1, "to": len(items)}
    return {"data": items, **numbers, "total": len(items), **envelope}


@dataclass
class Pages:
    """Items in an envelope of as many pages as they take; `broken`: pages that are a 500."""

    rooms: list[Any]
    per_page: int
    broken: set[int] = field(default_factory=set)

    def answer(self, query: str) -> Answer:
        number = int(dict(parse_qsl(query))["page"])
        if number in self.broken:
            return 500, b"null", {}
        before, total = (number - 1) * self.per_page, len(self.rooms)
        shown = self.rooms[before : before + self.per_page]
        numbers = {"from": before + 1, "to": before + len(shown), "total": total}
        last = max(-(-total // self.per_page), 1)
        envelope = page(*shown, current_page=number, last_page=last, **numbers)
        return 200, json.dumps(envelope).encode(), {}


@dataclass
class Upstream:
    """A WSGI application in front of the sandbox.

    `answer(...)` replaces what a method gets, below a path or everywhere. `drop(...)` and `hang(...)`
    break its connection after the sandbox did its work, as a network would. `hook` is called with each
    request before it is answered, and may change the sandbox or give another answer.
    """

    sandbox: Sandbox
    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    next_answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = field(default_factory=dict)
    misfortunes: dict[str, str] = field(default_factory=dict)
    connections: set[str] = field(default_factory=set)
    crowd: Crowd = field(default_factory=Crowd)
    changed: bool = False
    pages: "Pages | None" = None
    talk: "Pages | None" = None
    hook: Callable[[Sent], Answer | None] | None = None

    def answer(
        self,
        method: str,
        status: int = 200,
        body: object = None,
        headers: dict[str, str] | None = None,
        path: str = "",
    ) -> None:
        """From now on `method` gets this, below `path` or everywhere; JSON unless it is bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if not path:
            self.pages = None if method == "GET" else self.pages
            self.answers = {key: one for key, one in self.answers.items() if key[0] != method}
        self.answers[method, path] = (status, raw, headers or {})

    def once(self, method: str, status: int, headers: dict[str, str] | None = None) -> None:
        """The next answer to `method`, before what else it would get."""
        self.next_answers.setdefault(method, []).append((status, b"null", headers or {}))

    def listing(self, *chatrooms: object, **envelope: object) -> None:
        """From now on a list is one page of these items; single chatrooms are not given."""
        self.answer("GET", 403)
        self.answer("GET", body=page(*chatrooms, **envelope), path="/chat/ambassadors")

    def conversation(self, chatroom: Any, *messages: object, **envelope: object) -> None:
        """From now on this chatroom is given, with one page of these messages, newest first."""
        alone = {name: value for name, value in chatroom.items() if name != "last_message"}
        path = f"/chat/chatrooms/{chatroom['id_chatroom']}"
        self.answer("GET", body=alone, path=path)
        self.answer("GET", body=page(*messages, **envelope), path=f"{path}/messages")

    def inbox(self, rooms: list[Any], per_page: int = 25) -> "Pages":
        """From now on every inbox holds these, page by page; the list may be changed meanwhile."""
        self.pages = Pages(rooms, per_page)
        return self.pages

    def said(self, messages: list[Any], per_page: int = 25) -> "Pages":
        """From now on every conversation holds these, newest first; they may be changed."""
        self.talk = Pages(messages, per_page)
        return self.talk

    def drop(self, method: str) -> None:
        self.misfortunes[method] = "drop"

    def hang(self, method: str) -> None:
        """For longer than is waited for it."""
        self.misfortunes[method] = "hang"
        settings.POPSELL_READ_TIMEOUT = HANGS / 2

    def drip(self, method: str, part: str) -> None:
        """One byte at a time, of the `headers` or of the `body`."""
        self.misfortunes[method] = f"drip {part}"

    def recover(self) -> None:
        self.next_answers.clear()
        self.answers.clear()
        self.pages = self.talk = None
        self.misfortunes.clear()
        self.hook = None

    def change_token(self, token: str) -> None:
        self.changed = True
        self.sandbox.change_token(token)

    def forbid(self, operation: str) -> None:
        """The token lacks the right to this operation of the sandbox, by its name there: 403."""
        self.changed = True
        self.sandbox.forbid(operation)

    def hide(self, operation: str) -> None:
        """This operation of the sandbox finds nothing: 404."""
        self.changed = True
        self.sandbox.hide(operation)

    def ignore_sort(self, operation: str) -> None:
        """This operation of the sandbox answers as if no sort were asked for."""
        self.changed = True
        self.sandbox.ignore_sort(operation)

    def ignore(self, operation: str, parameter: str) -> None:
        """This operation of the sandbox answers as if this were not asked."""
        self.changed = True
        self.sandbox.ignore(operation, parameter)

    def heed_per_page(self) -> None:
        """The sandbox's lists under /chat heed `per_page`."""
        self.changed = True
        self.sandbox.heed_per_page()

    def hide_archived(self) -> None:
        """The sandbox leaves archived chatrooms out of an ambassador's plain list."""
        self.changed = True
        self.sandbox.hide_archived()

    def reset(self) -> None:
        self.recover()
        self.sent.clear()
        self.connections.clear()
        self.crowd = Crowd()

    def start_over(self) -> None:
        """Well again, as it was at first, and with nothing said yet."""
        self.reset()
        if self.changed:
            self.sandbox, self.changed = create_app(), False

    def calls(self, method: str) -> list[Sent]:
        return [request for request in self.sent if request.method == method]

    def _canned(self, method: str, path: str, query: str) -> Answer | None:
        """The method's next answer, else the one with the longest matching path."""
        if self.next_answers.get(method):
            return self.next_answers[method].pop(0)
        if self.pages and method == "GET" and path.startswith("/chat/ambassadors/"):
            return self.pages.answer(query)
        if self.talk and method == "GET" and path.endswith("/messages"):
            return self.talk.answer(query)
        fitting = [key for key in self.answers if key[0] == method and path.startswith(key[1])]
        return self.answers[max(fitting, key=lambda key: len(key[1]))] if fitting else None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        query = environ.get("QUERY_STRING", "")
        headers = _headers(environ) | ({"Content-Type": environ["CONTENT_TYPE"]} if body else {})
        sent = Sent(method, environ["PATH_INFO"], query, headers, body)
        self.sent.append(sent)
        self.connections.add(f"{environ['REMOTE_ADDR']}:{environ.get('REMOTE_PORT', '')}")
        canned = self.hook(sent) if self.hook else None
        canned = canned or self._canned(method, environ["PATH_INFO"].removeprefix(PREFIX), query)
        if canned is None:
            self.changed = self.changed or method != "GET"
            return self.sandbox(environ, start_response)
        status, body, extra = canned
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **extra}
        start_response(f"{status} Canned", list(headers.items()))
        return [body]


class Misfortune(Handler):
    """Drops or holds the connection where the upstream says so."""

    def send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        try:
            self._send(status, headers, body)
        finally:
            self._crowd.leave(self.command)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        upstream: Any = self.server.app
        match upstream.misfortunes.get(self.command):
            case "drop":
                self.close_connection = True
            case "hang":
                time.sleep(HANGS)
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
        upstream: Any = self.server.app
        self._crowd: Crowd = upstream.crowd
        self._crowd.enter(self.command)
        return {**super().environ(), "REMOTE_PORT": str(self.client_address[1])}


def _headers(environ: "WSGIEnvironment") -> dict[str, str]:
    return {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
