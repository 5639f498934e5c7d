"""Everything that can go wrong with Popsell, on the pages, on the fragment and on the plain form."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from pytest_django import Settings

from inbox.models import Outcome
from tests.popsell.values import ANY_JSON, damaged, listing_of
from tests.support.chatrooms import chatroom, message
from tests.support.markup import Form, all_words, every, form, has, link, one, words
from tests.support.pages import HTMX, INBOX, button, is_unread, row, rows, text, told
from tests.support.trail import acts
from tests.support.upstream import Upstream

AMBASSADORS = "/brands/3/ambassadors/"
DIRECTORY = f"{AMBASSADORS}?name=l%C3%A9a&page=2"
TOKEN = "sandbox-token"
EVIL = "<script>alert(1)</script>"
ACCESS_REFUSED = "The dashboard's access to Popsell was refused"
UNUSABLE = "Popsell gave an answer we can't use"

MANY = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

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


@pytest.fixture(params=["inbox", "ambassadors", "fragment", "form"])
def way(request: pytest.FixtureRequest, client: Client, api: Upstream) -> Way:
    return way_of(request.param, client, api)


@pytest.fixture(params=["inbox", "ambassadors", "form"])
def page_way(request: pytest.FixtureRequest, client: Client, api: Upstream) -> Way:
    return way_of(request.param, client, api)


@pytest.fixture
def fragment(client: Client, api: Upstream) -> Way:
    return act(client, api, htmx=True)


@pytest.fixture
def sandbox_act(client: Client, api: Upstream) -> tuple[int, Callable[[], Any]]:
    """An unread chatroom of the sandbox, and its Mark read by htmx."""
    page = text(client.get(INBOX))
    number = next(n for n in rows(page) if is_unread(row(page, n)) and button(row(page, n)))
    found = button(row(page, number))
    assert found
    api.sent.clear()
    return number, lambda: client.post(found.action, found.fields, headers=HTMX)


# What every failure has


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


# Answers that refuse


REFUSALS: dict[str, tuple[Answer, int, str]] = {
    "401": ((401, {"message": "Unauthorized."}, {}), 502, ACCESS_REFUSED),
    "403": ((403, b"", {}), 403, "Not allowed for this brand"),
    "404": ((404, b"", {}), 404, "Popsell does not know this"),
    "422": ((422, {"message": "no", "errors": {}}, {}), 422, "Popsell did not accept this"),
    "429": ((429, {"message": "Too Many Requests."}, {}), 503, "Popsell asks us to slow down"),
    "500": ((500, b"<h1>Server Error</h1>", {"Content-Type": "text/html"}), 502, UNUSABLE),
    "502": ((502, b"", {}), 502, UNUSABLE),
    "503": ((503, b"", {"Retry-After": "60"}), 502, UNUSABLE),
}


@pytest.mark.parametrize(("answer", "status", "title"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_a_designed_answer(
    way: Way,
    api: Upstream,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    status: int,
    title: str,
) -> None:
    api.answer(way.method, *answer)
    response = way.go()
    record = is_designed(way, response, status, title, caplog)
    assert record.levelno == (logging.ERROR if answer[0] == 401 else logging.WARNING)
    assert vars(record)["status"] == answer[0]
    assert ("Retry-After" in response) is (answer[0] == 429)
    assert len(api.calls("POST")) == bool(way.button)
    assert outcomes() == ([Outcome.REFUSED] if way.button else [])


def test_refused_access_is_no_sign_out(way: Way, api: Upstream, client: Client) -> None:
    api.answer(way.method, 401, {"message": "Unauthorized."})
    html = text(way.go())
    assert "You are still signed in" in html
    api.recover()
    assert client.get(INBOX).status_code == 200


@pytest.mark.parametrize("status", [301, 302])
def test_a_redirect_is_never_followed(
    way: Way, api: Upstream, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    api.answer(way.method, status, b"", {"Location": f"{api.url}/elsewhere"})
    is_designed(way, way.go(), 502, UNUSABLE, caplog)
    assert [call.path for call in api.sent if "elsewhere" in call.path] == []
    assert len(api.sent) == 1


@pytest.mark.parametrize("location", ["http://[", "http://\xff/", "", "javascript:1"])
def test_a_redirect_to_nowhere_is_as_any_other(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture, location: str
) -> None:
    api.answer("GET", 302, b"", {"Location": location})
    assert client.get(INBOX).status_code == 502
    noted(caplog)


def test_an_act_answered_by_a_redirect_to_nowhere_is_sent_once(
    fragment: Way, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.answer("POST", 302, b"", {"Location": "http://["})
    response = fragment.go()
    assert len(api.calls("POST")) == 1
    assert response.status_code == 502
    noted(caplog)


# 422: Popsell's own words


def test_popsells_own_messages_are_shown_as_text(way: Way, api: Upstream) -> None:
    errors = {"ambassador": ["is required", EVIL], EVIL: ["who knows"]}
    api.answer(way.method, 422, {"message": "field is required! (and 3 more)", "errors": errors})
    html = text(way.go())
    assert EVIL not in html
    assert all_words(html, "ul[dir=auto] > li") == [
        "field is required! (and 3 more)",
        "ambassador: is required",
        f"ambassador: {EVIL}",
        f"{EVIL}: who knows",
    ]


@MANY
@given(body=ANY_JSON | damaged({"message": "no", "errors": {"field": ["one", EVIL]}}))
def test_a_422_of_any_shape_is_a_422(client: Client, api: Upstream, body: object) -> None:
    api.answer("GET", 422, body)
    response = client.get(INBOX)
    assert response.status_code == 422
    assert EVIL not in text(response)


# 429: how long to wait


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("70", "70"),
        (None, "5"),
        ("", "5"),
        ("soon", "5"),
        ("-1", "5"),
        ("\xb2", "5"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "5"),
        ("9" * 5000, "86400"),
    ],
)
def test_slow_down_says_how_long(
    client: Client, api: Upstream, given: str | None, told: str
) -> None:
    api.answer("GET", 429, b"", {} if given is None else {"Retry-After": given})
    response = client.get(INBOX)
    assert response.status_code == 503
    assert response["Retry-After"] == told


def test_an_act_says_how_long_to_wait_too(fragment: Way, api: Upstream) -> None:
    api.answer("POST", 429, b"", {"Retry-After": "7"})
    assert fragment.go()["Retry-After"] == "7"


# Bodies that can't be used


HTML_BODY: Answer = (200, b"<!doctype html><p>Sign in", {"Content-Type": "text/html"})
BODIES: dict[str, Answer] = {
    "HTML": HTML_BODY,
    "[]": (200, [], {}),
    "text": (200, "x", {}),
    "{}": (200, {}, {}),
}
ODD_BODIES: dict[str, Answer] = {
    "nothing": (200, b"", {}),
    "204": (204, b"", {}),
    "null": (200, None, {}),
    "half of it": (200, b'{"data": [{"id_chatroom": 8', {}),
    "not UTF-8": (200, b'{"data": ["\xff\xfe\xfd"]}', {}),
    "too deep": (200, b"[" * 100_000 + b"]" * 100_000, {}),
    "too long a number": (200, b'{"data": [' + b"9" * 5000 + b"]}", {}),
}


@pytest.mark.parametrize("answer", BODIES.values(), ids=BODIES)
def test_an_unusable_body_is_a_designed_page(
    page_way: Way, api: Upstream, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    api.answer(page_way.method, *answer)
    record = is_designed(page_way, page_way.go(), 502, UNUSABLE, caplog)
    assert vars(record)["status"] == 200


@pytest.mark.parametrize("answer", ODD_BODIES.values(), ids=ODD_BODIES)
def test_odder_bodies_are_as_unusable(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    api.answer("GET", *answer)
    assert client.get(INBOX).status_code == 502
    noted(caplog)


@pytest.mark.parametrize("data", [None, {"first": {"id_chatroom": 8}}])
def test_an_envelope_without_a_list_of_data_is_unusable(
    client: Client, api: Upstream, data: object
) -> None:
    api.listing(data=data)
    assert client.get(INBOX).status_code == 502
    assert client.get(AMBASSADORS).status_code == 502


# Connections


def test_no_connection_is_a_designed_answer(
    way: Way, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.POPSELL_API_URL = f"http://127.0.0.1:{closed_port()}/api/v2"
    is_designed(way, way.go(), 504, "Popsell can't be reached", caplog)


def test_a_dropped_connection_is_a_designed_page(
    page_way: Way, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.drop(page_way.method)
    is_designed(page_way, page_way.go(), 504, "Popsell can't be reached", caplog)
    assert len(api.calls("POST")) == bool(page_way.button)


def test_no_answer_in_time_is_a_designed_page(
    page_way: Way, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.hang(page_way.method)
    is_designed(page_way, page_way.go(), 504, "Popsell did not answer in time", caplog)
    assert len(api.calls("POST")) == bool(page_way.button)


# Credentials


def test_a_brand_without_a_token_names_the_variable(
    way: Way, api: Upstream, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    settings.POPSELL_ACCESS_TOKENS = {8: "of-nordsport"}
    response = way.go()
    record = is_designed(way, response, 502, ACCESS_REFUSED, caplog)
    assert record.levelno == logging.ERROR
    assert "POPSELL_ACCESS_TOKEN_3" in record.getMessage()
    assert "POPSELL_ACCESS_TOKEN" not in text(response)
    assert api.sent == []


def test_a_token_that_no_header_can_carry_is_refused_access(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.POPSELL_ACCESS_TOKEN = (
        f"{TOKEN}\u2013"  # a dash, as a word processor makes of a hyphen
    )
    response = client.get(INBOX)
    assert response.status_code in {502, 504}
    keeps_the_token(response, caplog)
    noted(caplog)


def test_no_credential_is_shown_or_logged_by_a_good_answer(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keeps_the_token(client.get(INBOX), caplog)
    keeps_the_token(client.get(AMBASSADORS), caplog)


# What becomes of an act


@pytest.mark.parametrize("status", [302, 401, 422, 503])
def test_a_refused_act_leaves_the_row_unread(
    fragment: Way, client: Client, api: Upstream, status: int
) -> None:
    api.answer("POST", status, b"", {"Location": api.url} if status == 302 else {})
    assert "Nothing was changed" in text(fragment.go())
    assert outcomes() == [Outcome.REFUSED]
    api.listing(chatroom())
    html = row(text(client.get(INBOX)), 8)
    assert is_unread(html)
    assert button(html) is not None


def test_a_refused_act_leaves_the_sandbox_as_it_was(
    client: Client, api: Upstream, sandbox_act: tuple[int, Callable[[], Any]]
) -> None:
    number, press = sandbox_act
    api.answer("POST", 503, b"")
    assert press().status_code == 502
    assert outcomes() == [Outcome.REFUSED]
    api.recover()
    assert is_unread(row(text(client.get(INBOX)), number))
    assert press().status_code == 200
    assert not is_unread(row(text(client.get(INBOX)), number))


def test_an_act_that_never_left_is_refused(fragment: Way, settings: Settings) -> None:
    settings.POPSELL_API_URL = f"http://127.0.0.1:{closed_port()}/api/v2"
    html = text(fragment.go())
    assert outcomes() == [Outcome.REFUSED]
    assert "Nothing was changed" in html
    assert "may have arrived" not in html


def test_an_act_without_a_token_is_refused(fragment: Way, settings: Settings) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    fragment.go()
    assert outcomes() == [Outcome.REFUSED]


@pytest.mark.parametrize("misfortune", ["drop", "hang"])
def test_a_lost_act_is_unknown_and_the_page_says_so(
    client: Client, api: Upstream, misfortune: str
) -> None:
    form = act(client, api, htmx=False)
    getattr(api, misfortune)("POST")
    html = text(form.go())
    assert outcomes() == [Outcome.UNKNOWN]
    assert "may have arrived" in html
    assert "Nothing was changed" not in html
    offers_retry(form, html)


@pytest.mark.parametrize("answer", BODIES.values(), ids=BODIES)
def test_an_act_answered_with_no_message_is_unknown(
    fragment: Way, api: Upstream, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    api.listing(chatroom())
    api.answer("POST", *answer)
    response = fragment.go()
    assert response.status_code == 502
    assert response["HX-Retarget"] == "#chatroom-8"
    assert "may have arrived" in text(response)
    assert outcomes() == [Outcome.UNKNOWN]
    keeps_the_token(response, caplog)
    noted(caplog)


@pytest.mark.parametrize("body", [{"id_message": None}, {"content": "super"}, [message(16)]])
def test_a_message_without_an_id_is_no_message(fragment: Way, api: Upstream, body: object) -> None:
    api.answer("POST", 200, body)
    assert fragment.go().status_code == 502
    assert outcomes() == [Outcome.UNKNOWN]


@pytest.mark.parametrize(
    ("misfortune", "title"),
    [("drop", "Popsell can't be reached"), ("hang", "Popsell did not answer in time")],
)
def test_a_lost_act_answers_the_row_as_popsell_has_it_now(
    api: Upstream,
    caplog: pytest.LogCaptureFixture,
    sandbox_act: tuple[int, Callable[[], Any]],
    misfortune: str,
    title: str,
) -> None:
    number, press = sandbox_act
    getattr(api, misfortune)("POST")  # the sandbox has done its work by then
    response = press()
    assert response.status_code == 504
    assert response["HX-Retarget"] == f"#chatroom-{number}"
    assert response["HX-Reswap"] == "outerHTML"
    html = text(response)
    assert "<html" not in html
    assert rows(html) == [number]
    assert not is_unread(row(html, number))
    alert = words(one(html, f"#alert-{number}"))
    assert title in alert
    assert "may have arrived" in alert
    assert "Whether it is marked read for Léa is not known: " in words(html)
    assert [call.method for call in api.sent] == ["POST", "GET"]
    assert outcomes() == [Outcome.UNKNOWN]
    keeps_the_token(response, caplog)
    noted(caplog)


def test_an_act_that_got_lost_on_its_way_answers_the_row_as_unread(
    api: Upstream, sandbox_act: tuple[int, Callable[[], Any]]
) -> None:
    number, press = sandbox_act
    api.answer("POST", *HTML_BODY)  # the sandbox never sees it
    html = row(text(press()), number)
    assert is_unread(html)
    assert "may have arrived" in html
    assert button(html) is not None


def test_a_lost_act_without_a_fresh_row_is_an_alert(
    fragment: Way, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.drop("POST")
    api.answer("GET", 500, b"")
    response = fragment.go()
    html = text(response)
    assert response.status_code == 504
    assert response["HX-Retarget"] == "#alert-8"
    assert response["HX-Reswap"] == "innerHTML"
    assert "may have arrived" in html
    offers_retry(fragment, html)
    assert outcomes() == [Outcome.UNKNOWN]
    failed = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(failed) == len(api.sent) == 2
    assert all(record.exc_info is None for record in failed)


def test_a_lost_act_whose_row_moved_away_is_an_alert(fragment: Way, api: Upstream) -> None:
    api.drop("POST")
    api.listing(chatroom(9))
    response = fragment.go()
    assert response.status_code == 504
    assert response["HX-Retarget"] == "#alert-8"
    assert "may have arrived" in text(response)


def test_a_known_act_that_can_t_be_read_again_is_no_failure(
    fragment: Way, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.answer("POST", 200, message(16))
    api.drop("GET")
    response = fragment.go()
    assert response.status_code == 200
    assert "Marked read for Léa: Sofia Duarte." in told(text(response))
    assert outcomes() == [Outcome.DONE]
    noted(caplog)


@pytest.mark.parametrize("misfortune", ["503", "drop"])
@pytest.mark.parametrize("htmx", [True, False], ids=["fragment", "form"])
def test_retry_calls_popsell_again(
    client: Client, api: Upstream, misfortune: str, *, htmx: bool
) -> None:
    way = act(client, api, htmx=htmx)
    api.listing(chatroom())
    if misfortune == "drop":
        api.drop("POST")
    else:
        api.answer("POST", 503, b"")
    assert way.go().status_code >= 500
    assert way.go().status_code >= 500
    api.recover()
    api.listing(chatroom(last_read=16))
    api.answer("POST", 200, message(16))
    assert way.go().status_code == (200 if htmx else 302)
    assert len(api.calls("POST")) == 3
    failed = Outcome.UNKNOWN if misfortune == "drop" else Outcome.REFUSED
    assert outcomes() == [failed, failed, Outcome.DONE]


# Every answer of Popsell's


BODY = ANY_JSON | listing_of(damaged(chatroom())) | damaged({"data": [], "last_page": 1})


@MANY
@given(body=BODY)
def test_no_answer_to_a_read_is_our_fault(client: Client, api: Upstream, body: object) -> None:
    api.answer("GET", 200, body)
    assert client.get(INBOX).status_code in {200, 302, 502}


@settings(MANY, max_examples=50)
@given(body=ANY_JSON | damaged(message(16)))
def test_no_answer_to_an_act_is_our_fault(client: Client, api: Upstream, body: object) -> None:
    acts().delete()
    fragment = act(client, api, htmx=True)
    api.listing(chatroom())
    api.answer("POST", 200, body)
    response = fragment.go()
    came = (response.status_code, *outcomes())
    assert came in {(200, Outcome.DONE), (502, Outcome.UNKNOWN)}
