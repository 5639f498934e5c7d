"""The site as the Procfile starts it, beside a PostgreSQL and a Redis that tests stop and start."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.stack import services
from tests.stack.play import Play, playing
from tests.support.markup import Form, forms
from tests.support.pages import HTMX


@dataclass
class Stack:
    play: Play
    database: services.Postgres
    cache: services.Redis

    def member(self, name: str = "moderator") -> "Member":
        return Member(self.play.address, self.play.sessions[name])

    def log(self) -> str:
        return self.play.log.read_text()


class Member:
    """Somebody signed in, over real HTTP; keeps what a browser would keep."""

    def __init__(self, address: str, cookie: str = "") -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False
        if cookie:
            self.session.cookies.set(*cookie.split("=", 1))

    def get(self, path: str, *, htmx: bool = False) -> requests.Response:
        headers = HTMX if htmx else {}
        return self.session.get(
            self.address + path, headers=headers, timeout=30, allow_redirects=False
        )

    def post(self, path: str, fields: dict[str, str], *, htmx: bool = True) -> requests.Response:
        headers = HTMX if htmx else {}
        return self.session.post(
            self.address + path, fields, headers=headers, timeout=30, allow_redirects=False
        )

    def form(self, path: str, id_: str) -> Form:
        """The form with this id on a page."""
        html = self.get(path).text
        return next(one for one in forms(html) if one.attributes.get("id") == id_)


@pytest.fixture(scope="package")
def _stack() -> Iterator[Stack]:
    if lacking := services.missing():
        pytest.skip(f"{' and '.join(lacking)} can't be started here: nothing was tried on them")
    with services.postgres() as database, services.redis() as cache:
        urls = {"DATABASE_URL": database.url(), "CACHE_URL": cache.url}
        with playing("10", urls) as play:
            yield Stack(play, database, cache)


@pytest.fixture
def stack(_stack: Stack) -> Stack:
    _stack.play.popsell.start_over()
    return _stack
