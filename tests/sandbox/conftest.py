"""One sandbox with a clock the test holds, and a client for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from inbox.sandbox.app import Sandbox, create_app
from inbox.sandbox.server import running

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time as the sandbox sees it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Client:
    """What a shop's back office would send."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def call(
        self, path: str, method: str = "GET", *, brand: object = 3, **kwargs: Any
    ) -> requests.Response:
        headers = {"Authorization": "Bearer sandbox-token", "X-Popsell-Brand": str(brand)}
        headers |= kwargs.pop("headers", {})
        return self.session.request(method, self.url + path, headers=headers, timeout=5, **kwargs)

    def json(self, path: str, method: str = "GET", **kwargs: Any) -> Any:
        answer = self.call(path, method, **kwargs)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def everything(self, path: str, **params: str) -> list[dict[str, Any]]:
        """Read a list to its last page."""
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            body = self.json(path, params={**params, "page": str(page)})
            rows += body["data"]
            if body["next_page_url"] is None:
                return rows
            page += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> Sandbox:
    return create_app(now=clock)


@pytest.fixture
def client(app: Sandbox) -> Iterator[Client]:
    with running(app) as url, requests.Session() as session:
        yield Client(url, session)
