"""The API as the benchmark needs it: the sandbox's rows, rendered once, after a chosen delay.

Its own process and as lean as Python gets, so that what is measured is never the upstream.
`PUT /delay/<ms>` and `PUT /rows/<number>` change what it does, `GET /asked` counts the API's calls.
After `PUT /changing/1` each inbox has its own rows, and one of them differs at each reading.
"""

import asyncio
import json
import re
import sys
from collections import Counter, defaultdict
from typing import Any
from wsgiref.util import setup_testing_defaults

from inbox.sandbox.app import PREFIX, Sandbox, create_app

LISTING = f"{PREFIX}/chat/ambassadors/100/chatrooms"
ROWS = (1, 25, 100)
END_OF_HEAD = b"\r\n\r\n"
WHOSE = re.compile(rb"/ambassadors/(\d+)/chatrooms")
NUMBER = "the number of this reading"


class Canned:
    """What every connection answers, and after how many seconds."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.rows = 25
        self.asked = 0
        self.changing = False
        sandbox = create_app()
        self.listings = {rows: _answer(_listing(sandbox, rows)) for rows in ROWS}
        self.message = _answer(_listing(sandbox, 1)["data"][0]["last_message"])
        self._changing = Changing(_listing(sandbox, 25))

    def control(self, order: str) -> bytes:
        match order.strip("/").split("/"):
            case ["delay", ms]:
                self.delay = int(ms) / 1000
            case ["rows", rows]:
                self.rows = int(rows)
            case ["changing", on]:
                self.changing = on == "1"
            case ["asked"]:
                pass
            case _:
                return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        return _answer(self.asked)

    def answer(self, head: bytes) -> bytes:
        if head.startswith(b"POST"):
            return self.message
        whose = WHOSE.search(head.partition(b"\r\n")[0])
        if self.changing and whose:
            return _answer_text(self._changing.read(whose[1].decode()))
        return self.listings[self.rows]


class Changing:
    """A listing of each ambassador, of which one row after the other says something new."""

    def __init__(self, listing: dict[str, Any]) -> None:
        self._said = [_dump(_saying(row, NUMBER)) for row in listing["data"]]
        self._before, self._after = _dump({**listing, "data": [NUMBER]}).split(f'"{NUMBER}"')
        self._rows: defaultdict[str, list[str]] = defaultdict(
            lambda: [_dump(row) for row in listing["data"]]
        )
        self._reads = Counter[str]()

    def read(self, whose: str) -> str:
        rows = self._rows[whose]
        self._reads[whose] += 1
        place = self._reads[whose] % len(rows)
        rows[place] = self._said[place].replace(NUMBER, f"Message {self._reads[whose]}")
        body = f"{self._before}{','.join(rows)}{self._after}"
        return body.replace('"id_ambassador":100,', f'"id_ambassador":{whose},')


def _saying(row: dict[str, Any], words: str) -> dict[str, Any]:
    return {**row, "last_message": {**row["last_message"], "content": words}}


class Api(asyncio.Protocol):
    """One connection, kept alive. No request it gets has a body."""

    def __init__(self, canned: Canned) -> None:
        self._canned = canned
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while END_OF_HEAD in self._unread:
            head, _, self._unread = self._unread.partition(END_OF_HEAD)
            self._serve(head)

    def _serve(self, head: bytes) -> None:
        canned = self._canned
        if PREFIX.encode() not in head.partition(b"\r\n")[0]:
            self._send(canned.control(head.split(b" ", 2)[1].decode()))
            return
        canned.asked += 1
        answer = canned.answer(head)
        if canned.delay:
            asyncio.get_running_loop().call_later(canned.delay, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(port: int) -> None:
    canned = Canned()
    server = await asyncio.get_running_loop().create_server(
        lambda: Api(canned), "127.0.0.1", port, backlog=512
    )
    await server.serve_forever()


def _listing(sandbox: Sandbox, rows: int) -> dict[str, Any]:
    """The sandbox's first page, cut or lengthened to so many rows."""
    envelope = _page(sandbox, 1)
    data = [row for page in range(1, rows // 25 + 2) for row in _page(sandbox, page)["data"]]
    return {**envelope, "data": data[:rows], "per_page": rows, "to": rows}


def _page(sandbox: Sandbox, number: int) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "PATH_INFO": LISTING,
        "QUERY_STRING": f"page={number}&sort=-last_action_date",
        "HTTP_AUTHORIZATION": "Bearer sandbox-token",
        "HTTP_X_POPSELL_BRAND": "3",
    }
    setup_testing_defaults(environ)
    envelope: dict[str, Any] = json.loads(b"".join(sandbox(environ, lambda *_: lambda _: None)))
    return envelope


def _answer(body: object) -> bytes:
    return _answer_text(_dump(body))


def _dump(body: object) -> str:
    return json.dumps(body, separators=(",", ":"))


def _answer_text(body: str) -> bytes:
    raw = body.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}"
    return head.encode() + END_OF_HEAD + raw


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
