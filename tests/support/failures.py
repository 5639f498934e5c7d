"""Ways of asking something of Popsell, and what every failure of it has."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.support.chatrooms import chatroom
from tests.support.markup import Form, all_words, every, form, has, link, words
from tests.support.pages import HTMX, INBOX, button, row, text
from tests.support.trail import acts
from tests.support.upstream import Upstream

AMBASSADORS = "/brands/3/ambassadors/"
DIRECTORY = f"{AMBASSADORS}?name=l%C3%A9a&page=2"
TOKEN = "sandbox-token"

Answer = tuple[int, object, dict[str, str]]


@dataclass(frozen=True)
class Way:
    """One way of asking something of Popsell; `go` does it, as often as it is called."""

    name: str
    method: str
    address: str
    go: Callable[[], Any]
    button: Form | None = None

    @property
    def is_fragment(self) -> bool:
        return self.name == "fragment"


def act(client: Client, api: Upstream, *, htmx: bool) -> Way:
    """Mark read on chatroom 8, with a button shown while Popsell was well."""
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    assert found
    api.reset()

    def go() -> Any:
        return client.post(found.action, found.fields, headers=HTMX if htmx else {})

    return Way("fragment" if htmx else "form", "POST", found.action, go, found)


def way_of(name: str, client: Client, api: Upstream) -> Way:
    match name:
        case "inbox":
            return Way(name, "GET", f"{INBOX}?page=2", lambda: client.get(INBOX, {"page": "2"}))
        case "ambassadors":
            return Way(name, "GET", DIRECTORY, lambda: client.get(DIRECTORY))
        case _:
            return act(client, api, htmx=name == "fragment")


def noted(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    """The one record of a failure, which holds no traceback."""
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.name.startswith("inbox.popsell.")
    assert record.exc_info is None
    assert "Traceback" not in caplog.text
    return record


def keeps_the_token(response: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert TOKEN not in text(response)
    assert TOKEN not in str(response.headers)
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(str(vars(record)) for record in caplog.records)


def offers_retry(way: Way, page: str) -> None:
    html = next(iter(every(page, "main")), page)
    if way.button is None:
        assert link(html, "Retry") == way.address
        return
    assert all_words(html, "button[type=submit]") == ["Retry"]
    if way.is_fragment:
        assert has(html, "button[form=mark-8]")
        return
    again = form(html)
    assert (again.attributes["method"], again.action) == ("post", way.button.action)
    assert "csrfmiddlewaretoken" in again.fields
    for name in ("act", "page"):
        assert again.fields[name] == way.button.fields[name]


def is_designed(
    way: Way, response: Any, status: int, title: str, caplog: pytest.LogCaptureFixture
) -> logging.LogRecord:
    """Status, words, Retry and one log record; gives that record."""
    html = text(response)
    assert response.status_code == status
    assert title in words(html)
    offers_retry(way, html)
    keeps_the_token(response, caplog)
    if way.is_fragment:
        assert "<html" not in html
        assert response["HX-Retarget"] == "#alert-8"
        assert response["HX-Reswap"] == "innerHTML"
    else:
        assert "<html" in html
        assert "HX-Retarget" not in response
    return noted(caplog)


def outcomes() -> list[str]:
    """The outcome of each act; all are finished."""
    assert not acts().filter(finished=None).exists()
    return list(acts().order_by("id").values_list("outcome", flat=True))


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


HTML_BODY: Answer = (200, b"<!doctype html><p>Sign in", {"Content-Type": "text/html"})
BODIES: dict[str, Answer] = {
    "HTML": HTML_BODY,
    "[]": (200, [], {}),
    "text": (200, "x", {}),
    "{}": (200, {}, {}),
}
