"""A database that somebody else locks, or that can't be asked: designed answers, and no queries"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections
from django.test import Client

from inbox.models import Activity, Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, message
from tests.support.jobs import settle
from tests.support.markup import Form
from tests.support.pages import INBOX, button, press, row, text
from tests.support.upstream import Upstream

Log = pytest.LogCaptureFixture

WRAPPER: Any = type(connections["default"])
TITLE = "Our own records can&#39;t be read just now"


@pytest.fixture
def client(client_of: ClientOf, moderator: Membership) -> Client:
    client = client_of(moderator)
    client.raise_request_exception = False  # as a server does
    return client


@pytest.fixture
def locked(transactional_db: None) -> Iterator[Callable[[], None]]:
    """Takes the lock that a writer needs, from a connection of its own; released after the test."""
    if not settings.ON_SQLITE:
        pytest.skip("PostgreSQL is stopped for real instead: tests/faults")
    connection.cursor().execute("PRAGMA busy_timeout = 100")
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as other:

        def lock() -> None:
            other.execute("BEGIN IMMEDIATE")

        yield lock
        other.rollback()
    connection.cursor().execute("PRAGMA busy_timeout = 20000")


def unread(client: Client, api: Upstream) -> Form:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    assert found
    return found


def test_an_act_that_can_not_be_recorded_is_not_sent(
    locked: Callable[[], None], client: Client, api: Upstream, caplog: Log
) -> None:
    found = unread(client, api)
    locked()
    response = press(client, found)
    assert response.status_code == 503
    assert TITLE in text(response)
    assert "Nothing was sent to Popsell." in text(response)
    assert response["HX-Retarget"] == "#alert-8"
    assert response["Retry-After"] == "5"
    assert api.calls("POST") == []
    told = [one for one in caplog.records if one.name == "inbox.process.outages"]
    assert [one.getMessage() for one in told] == ["The database can't be used: SQLITE_BUSY"]


def test_reading_goes_on_beside_a_writer(
    locked: Callable[[], None], client: Client, api: Upstream
) -> None:
    unread(client, api)
    locked()
    assert client.get(INBOX).status_code == 200


# On every database


@pytest.fixture
def broken(client: Client) -> Iterator[None]:
    """Nothing can be asked, from the first question on."""

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("could not connect to postgres://inbox:secret@db") from OSError()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WRAPPER, "cursor", refuse)
        yield


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("path", ["/", INBOX, "/preferences/", "/admin/", "/nowhere/"])
def test_a_page_that_asks_nothing(client: Client, path: str, caplog: Log) -> None:
    response = client.get(path)
    assert response.status_code == 503
    assert f"<h1>{TITLE}</h1>" in text(response)
    assert f'<a class="button primary" href="{path}">' in text(response)
    lines = [one for one in caplog.records if one.name != "inbox.access"]
    assert [one.getMessage() for one in lines] == ["The database can't be used: OSError"]
    assert all(one.exc_info is None for one in lines)
    assert "secret" not in caplog.text + text(response)


@pytest.mark.usefixtures("broken")
def test_a_sign_in_page_without_a_session_asks_nothing_anyway(client: Client) -> None:
    assert Client().get("/accounts/login/").status_code == 200


def test_french(client: Client, broken: None) -> None:
    response = client.get("/", headers={"Accept-Language": "fr"})
    assert "Nos propres données sont inaccessibles pour l’instant" in text(response)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("done", "Popsell did what you asked, but it could not be noted here."),
        ("refused", "Nothing was changed: the conversation is as it was."),
        ("unknown", "What you did may have arrived all the same"),
    ],
)
def test_what_was_done_is_said_where_it_can_not_be_noted(
    client: Client, api: Upstream, answer: str, said: str
) -> None:
    """The database goes away while Popsell is asked, and comes back soon."""
    found = unread(client, api)
    match answer:
        case "done":
            api.answer("POST", body=message(16))
        case "refused":
            api.answer("POST", 403)
        case "unknown":
            api.drop("POST")
    popsells = Upstream.__call__

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.MonkeyPatch.context() as patch:

        def then_break(upstream: Upstream, environ: Any, start_response: Any) -> Any:
            patch.setattr(WRAPPER, "cursor", refuse)
            return popsells(upstream, environ, start_response)

        patch.setattr(Upstream, "__call__", then_break)
        response = press(client, found)
    assert response.status_code == 503
    assert said in text(response)
    settle()
    assert Activity.objects.get().outcome == answer
