"""What goes over the wire to Popsell, and what never leaves this process."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings
from requests.adapters import HTTPAdapter

from inbox.popsell import client as popsell
from inbox.popsell.codes import Flag
from inbox.popsell.errors import PopsellError, TimedOut, Unexpected, Unreachable
from inbox.sandbox.app import create_app
from inbox.sandbox.server import running
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX, button, press, row, text
from tests.support.upstream import Misfortune, Upstream

TOKEN = "sandbox-token"


class Counted(Misfortune):
    """Counts the connections that are opened."""

    opened = 0

    def handle(self) -> None:
        Counted.opened += 1
        super().handle()


@pytest.fixture
def counted(settings: Settings) -> Iterator[Upstream]:
    """A Popsell of this test's own, without an open connection."""
    upstream = Upstream(create_app())
    Counted.opened = 0
    with running(upstream, handler=Counted) as url:
        upstream.url = settings.POPSELL_API_URL = url
        yield upstream


# Headers


def test_each_call_carries_the_token_the_brand_and_the_request(
    client: Client, api: Upstream
) -> None:
    response = client.get(INBOX)
    (call,) = api.sent
    assert call.headers["Authorization"] == f"Bearer {TOKEN}"
    assert call.headers["X-Popsell-Brand"] == "3"
    assert call.headers["X-Request-Id"] == response["X-Request-ID"] != ""
    assert call.headers["Accept"] == "application/json"


def test_the_calls_of_one_act_share_its_request_id(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", 200, message(16))
    api.sent.clear()
    response = press(client, found)
    ids = [call.headers["X-Request-Id"] for call in api.sent]
    assert [call.method for call in api.sent] == ["POST", "GET"]
    assert ids == [response["X-Request-ID"]] * 2


def test_a_request_id_from_outside_is_not_passed_on(client: Client, api: Upstream) -> None:
    client.get(INBOX, headers={"X-Request-ID": "from-the-router-1"})
    client.get(INBOX, headers={"X-Request-ID": "bad one\r\nX-Evil: 1"})
    assert all(call.headers["X-Request-Id"].isalnum() for call in api.sent)


def test_the_token_of_a_brand_wins_over_the_shared_one(api: Upstream, settings: Settings) -> None:
    settings.POPSELL_ACCESS_TOKENS = {3: "of-brand-3", 33: "of-brand-33"}
    api.listing()
    for brand in (3, 8, 33):
        popsell.chatrooms(brand, 100)
    told = [(call.headers["X-Popsell-Brand"], call.headers["Authorization"]) for call in api.sent]
    assert told == [
        ("3", "Bearer of-brand-3"),
        ("8", f"Bearer {TOKEN}"),
        ("33", "Bearer of-brand-33"),
    ]


def test_a_name_is_sent_as_text(api: Upstream) -> None:
    api.listing()
    popsell.ambassadors(3, name="Léa & co/#?=%2F")
    assert api.sent[0].query == "page=1&filter%5Bname%5D=L%C3%A9a+%26+co%2F%23%3F%3D%252F"


def test_no_page_below_one_is_ever_sent(api: Upstream) -> None:
    api.listing()
    popsell.chatrooms(3, 100, page=0)
    popsell.ambassadors(3, page=-7)
    assert [call.query.split("&")[0] for call in api.sent] == ["page=1", "page=1"]


# Connections


def test_one_connection_serves_twenty_pages(client: Client, counted: Upstream) -> None:
    counted.listing(chatroom())
    for _ in range(20):
        assert client.get(INBOX).status_code == 200
    assert len(counted.sent) == 20
    assert Counted.opened == 1


@pytest.mark.parametrize("status", [302, 401, 404, 422, 429, 500])
def test_a_refusal_does_not_cost_the_connection(counted: Upstream, status: int) -> None:
    counted.answer("GET", status, b"x" * 5000, {"Location": "/elsewhere"} if status == 302 else {})
    for _ in range(3):
        with pytest.raises(PopsellError):
            popsell.chatrooms(3, 100)
    assert Counted.opened == 1


def test_a_dropped_connection_is_replaced(counted: Upstream) -> None:
    counted.drop("GET")
    with pytest.raises(Unreachable):
        popsell.chatrooms(3, 100)
    dropped = Counted.opened
    counted.recover()
    for _ in range(3):
        assert popsell.chatrooms(3, 100).total == 130
    assert Counted.opened == dropped + 1


ACTS: dict[str, Callable[[], object]] = {
    "read": lambda: popsell.mark_read(3, 8, 100),
    "archive": lambda: popsell.archive(3, 8, 100, archive=True),
    "block": lambda: popsell.block(3, 8, 100, is_blocked=True),
    "flag": lambda: popsell.flag(3, 8, 100, flag=Flag.TO_DO),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("misfortune", ["drop", "hang"])
def test_an_act_is_never_repeated_by_itself(api: Upstream, misfortune: str, act: str) -> None:
    for method in ("POST", "PATCH"):
        getattr(api, misfortune)(method)
    with pytest.raises(Unreachable if misfortune == "drop" else TimedOut) as failure:
        ACTS[act]()
    assert failure.value.may_have_arrived
    assert len(api.sent) == 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("headers", "tries"), [({"Retry-After": "0"}, 2), ({}, 1)])
def test_an_act_is_repeated_where_popsell_says_it_was_too_busy(
    api: Upstream, act: str, headers: dict[str, str], tries: int
) -> None:
    for method, body in (("POST", message(16)), ("PATCH", {"message": "done"})):
        api.once(method, 503, headers)
        api.answer(method, 200, body)
    if tries == 1:
        with pytest.raises(Unexpected):
            ACTS[act]()
    else:
        ACTS[act]()
    assert len(api.sent) == tries
    assert len({(sent.path, sent.body) for sent in api.sent}) == 1


# Nothing from the surroundings


def test_cookies_of_popsell_are_never_sent_back(client: Client, api: Upstream) -> None:
    body = {"data": [chatroom()], "last_page": 1}
    api.answer("GET", 200, body, {"Set-Cookie": "laravel_session=of-brand-3; Path=/"})
    first, _ = client.get(INBOX), client.get(INBOX)
    assert [call.headers.get("Cookie") for call in api.sent] == [None, None]
    assert "laravel_session" not in first.cookies


def test_a_netrc_file_is_ignored(
    api: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    plain = requests.get(f"{api.url}/chat/ambassadors", timeout=1)
    assert plain.request.headers["Authorization"].startswith("Basic")  # the file works
    popsell.ambassadors(3)
    assert api.sent[-1].headers["Authorization"] == f"Bearer {TOKEN}"


def test_proxy_variables_are_ignored(api: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(requests.exceptions.ProxyError):  # the variables work
        requests.get(f"{api.url}/chat/ambassadors", timeout=1)
    popsell.ambassadors(3)
    assert len(api.sent) == 1


def test_a_redirect_gets_no_second_request(api: Upstream, counted: Upstream) -> None:
    counted.answer("GET", 302, b"", {"Location": f"{api.url}/chat/ambassadors"})
    with pytest.raises(PopsellError):
        popsell.ambassadors(3)
    assert (len(counted.sent), len(api.sent)) == (1, 0)


# The token stays in


def reports(call: Callable[[], object], settings: Settings) -> str:
    """The page that Django shows a developer for what `call` raises."""
    settings.DEBUG = True
    try:
        call()
    except PopsellError:
        request = RequestFactory().get("/")
        reporter = ExceptionReporter(request, *sys.exc_info())
        return reporter.get_traceback_html() + reporter.get_traceback_text()
    raise AssertionError("nothing was raised")


def misbehave(failure: Exception) -> Callable[..., Any]:
    def send(self: HTTPAdapter, request: requests.PreparedRequest, **kwargs: object) -> Any:
        assert f"Bearer {TOKEN}" in repr(request.headers)  # as the frames of the library hold it
        raise failure

    return send


@pytest.mark.parametrize(
    "failure",
    [
        requests.ConnectionError(f"Bearer {TOKEN}"),
        requests.ReadTimeout(),
        requests.exceptions.InvalidHeader(f"Invalid header: Bearer {TOKEN}"),
        requests.exceptions.ChunkedEncodingError(),
        OSError("no such file"),
        UnicodeEncodeError("latin-1", f"Bearer {TOKEN}\u2013", 20, 21, "ordinal not in range"),
        ValueError("Invalid IPv6 URL"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_fault_of_the_library_is_ours_and_shows_no_token(
    api: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    monkeypatch.setattr(HTTPAdapter, "send", misbehave(failure))
    report = reports(lambda: popsell.chatrooms(3, 100), settings)
    assert "_exchange" in report
    assert TOKEN not in report


@pytest.mark.parametrize("status", [401, 422, 500])
def test_the_report_of_a_refusal_shows_no_token(
    api: Upstream, settings: Settings, status: int
) -> None:
    settings.POPSELL_ACCESS_TOKENS = {3: f"{TOKEN}-3"}
    api.answer("GET", status, {"message": "no"})
    report = reports(lambda: popsell.chatrooms(3, 100), settings)
    assert "_refuse" in report
    assert TOKEN not in report


def test_the_report_of_no_connection_shows_no_token(settings: Settings) -> None:
    report = reports(lambda: popsell.mark_read(3, 8, 100), settings)  # nothing listens there
    assert "no connection" in report
    assert TOKEN not in report


def test_the_log_holds_no_words_of_people(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.listing(chatroom(last_message=message(16, content="He asked me to pay him directly")))
    client.get(INBOX)
    client.get("/brands/3/ambassadors/", {"name": "Sofia"})
    told = caplog.text + json.dumps([vars(record) for record in caplog.records], default=str)
    for word in ("Sofia", "Duarte", "pay him", "example.com", TOKEN):
        assert word not in told
