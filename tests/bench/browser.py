"""A page fetched as a browser does, where once is enough: cookies, weights, the upstream's levers."""

import gzip
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage


@dataclass(frozen=True)
class Page:
    """Where a server shows its page, and who asks."""

    port: int
    path: str
    cookies: str = ""

    @property
    def request(self) -> bytes:
        """The same request, ready for a socket."""
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Accept": "text/html,*/*", "Accept-Encoding": "gzip"}
        return {**headers, "Cookie": self.cookies} if self.cookies else headers


@dataclass(frozen=True)
class Fetched:
    status: int
    headers: HTTPMessage
    wire: bytes  # the body as it came

    @property
    def text(self) -> str:
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.wire) if packed else self.wire).decode()

    @property
    def cookies(self) -> list[str]:
        return [value.partition(";")[0] for value in self.headers.get_all("Set-Cookie", [])]


def fetch(page: Page, method: str = "GET") -> Fetched:
    connection = HTTPConnection("127.0.0.1", page.port, timeout=30)
    try:
        connection.request(method, page.path, headers=page.headers)
        response = connection.getresponse()
        return Fetched(response.status, response.headers, response.read())
    finally:
        connection.close()


def tell(port: int, order: str) -> int:
    """Change what the upstream does; returns how often its API was asked so far."""
    return int(fetch(Page(port, order), "PUT").wire)
