"""Everything that can go wrong with Popsell, on the pages, on the fragment and on the plain form."""

import logging

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from pytest_django import Settings

from inbox.models import Outcome
from tests.popsell.values import ANY_JSON, damaged, listing_of
from tests.support.chatrooms import chatroom, message
from tests.support.failures import (
    AMBASSADORS,
    BODIES,
    TOKEN,
    Answer,
    Way,
    act,
    closed_port,
    is_designed,
    keeps_the_token,
    noted,
    outcomes,
    way_of,
)
from tests.support.markup import all_words
from tests.support.pages import INBOX, text
from tests.support.runs import many
from tests.support.trail import acts
from tests.support.upstream import Upstream

EVIL = "<script>alert(1)</script>"
ACCESS_REFUSED = "The dashboard's access to Popsell was refused"
UNUSABLE = "Popsell gave an answer we can't use"

MANY = settings(
    max_examples=many(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=["inbox", "ambassadors", "fragment", "form"])
def way(request: pytest.FixtureRequest, client: Client, api: Upstream) -> Way:
    return way_of(request.param, client, api)


@pytest.fixture(params=["inbox", "ambassadors", "form"])
def page_way(request: pytest.FixtureRequest, client: Client, api: Upstream) -> Way:
    return way_of(request.param, client, api)


@pytest.fixture
def fragment(client: Client, api: Upstream) -> Way:
    return act(client, api, htmx=True)


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


# Every answer of Popsell's


BODY = ANY_JSON | listing_of(damaged(chatroom())) | damaged({"data": [], "last_page": 1})


@MANY
@given(body=BODY)
def test_no_answer_to_a_read_is_our_fault(client: Client, api: Upstream, body: object) -> None:
    api.answer("GET", 200, body)
    assert client.get(INBOX).status_code in {200, 302, 502}


@settings(MANY, max_examples=many(50))
@given(body=ANY_JSON | damaged(message(16)))
def test_no_answer_to_an_act_is_our_fault(client: Client, api: Upstream, body: object) -> None:
    acts().delete()
    fragment = act(client, api, htmx=True)
    api.listing(chatroom())
    api.answer("POST", 200, body)
    response = fragment.go()
    came = (response.status_code, *outcomes())
    assert came in {(200, Outcome.DONE), (502, Outcome.UNKNOWN)}
