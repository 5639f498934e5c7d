"""What becomes of an act where Popsell fails: refused, unknown, or done all the same"""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.models import Outcome
from tests.support.chatrooms import chatroom, message
from tests.support.failures import (
    BODIES,
    HTML_BODY,
    Answer,
    Way,
    act,
    closed_port,
    keeps_the_token,
    noted,
    offers_retry,
    outcomes,
)
from tests.support.markup import one, words
from tests.support.pages import HTMX, INBOX, button, is_unread, row, rows, text, told
from tests.support.upstream import Upstream


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
