"""Who saw which conversation: one record a member, conversation and hour"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.chatrooms import attempts
from inbox.models import Act, Activity, Membership, Outcome
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import older
from tests.support.pages import HTMX, INBOX, button, press, row, text
from tests.support.trail import viewings
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
LONG = f"{INBOX}chatrooms/30670/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda now: monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "page"])
@pytest.mark.parametrize("who", ["viewer", "moderator", "manager"])
def test_who_opens_a_conversation_is_recorded(
    client_of: ClientOf,
    api: Upstream,
    request: pytest.FixtureRequest,
    who: str,
    headers: dict[str, str],
) -> None:
    member: Membership = request.getfixturevalue(who)
    assert client_of(member).get(LONG, headers=headers).status_code == 200
    seen = viewings().get()
    assert (seen.member, seen.member_name, seen.member_role) == (member, str(member.user), who)
    assert (seen.brand_id, seen.ambassador, seen.chatroom) == (3, 100, 30670)
    assert (seen.participant, seen.message_shown, seen.about) == (None, None, "")
    assert seen.outcome == Outcome.DONE
    assert seen.state == f"{seen.started.astimezone(UTC):%Y-%m-%dT%H}"
    assert len(seen.request_id) == 32


def test_once_an_hour_whatever_is_pressed(client: Client, api: Upstream) -> None:
    page = text(client.get(LONG))
    for headers in (HTMX, {}, {"Cache-Control": "no-cache"}):
        client.get(LONG, headers=headers)
    assert client.get(older(page), headers=HTMX).status_code == 200
    assert viewings().count() == 1


def test_each_hour_member_and_conversation_is_another(
    client: Client,
    client_of: ClientOf,
    manager: Membership,
    api: Upstream,
    clock: Callable[[datetime], None],
) -> None:
    for minute, count in ((0, 1), (59, 1)):
        clock(datetime(2026, 11, 25, 4, minute, tzinfo=UTC))
        client.get(LONG)
        assert viewings().count() == count
    clock(datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
    client.get(LONG)
    client_of(manager).get(LONG)
    client.get(f"{INBOX}chatrooms/30615/?page=2")
    hours = viewings().order_by("id").values_list("state", flat=True)
    assert list(hours) == ["2026-11-25T04", *["2026-11-25T05"] * 3]


def test_what_a_page_asks_by_itself_is_no_viewing(client: Client, api: Upstream) -> None:
    api.conversation(chatroom(), message(16))
    asks = {**HTMX, "Inbox-Shown": "", "Inbox-Mark": "0"}
    assert "Something new here" in text(client.get(PAGE, headers=asks))
    client.get(INBOX)
    client.head(PAGE)
    assert not viewings().exists()


def test_who_says_so_in_vain_is_recorded(client: Client, api: Upstream) -> None:
    """Requests without htmx get the words at once."""
    assert client.get(LONG, headers={"Inbox-Shown": ""}).status_code == 200
    assert viewings().count() == 1


@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose"])
def test_a_browser_that_fetches_ahead_gets_nothing(
    client: Client, api: Upstream, name: str
) -> None:
    response = client.get(LONG, headers={name: "prefetch;prerender"})
    assert (response.status_code, response.content) == (503, b"")
    assert not viewings().exists()
    assert api.sent == []


def test_what_was_not_shown_was_not_seen(
    client: Client, client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    assert client_of(neighbour).get(LONG).status_code == 404
    assert client.get(f"{INBOX}chatrooms/999999/").status_code == 404
    api.answer("GET", 500)
    assert client.get(f"{INBOX}chatrooms/30670/?page=3").status_code == 502
    assert not viewings().exists()


def test_a_kept_conversation_is_seen_too(client: Client, api: Upstream) -> None:
    client.get(LONG)
    viewings().delete()
    api.answer("GET", 500)
    assert "This is what Popsell said" in text(client.get(LONG))
    assert viewings().count() == 1


def test_what_can_not_be_recorded_is_not_shown(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.conversation(chatroom(), message(16, content="Only for recorded eyes"))
    assert "Only for recorded eyes" in text(client.get(PAGE))

    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError("The disk is full")

    monkeypatch.setattr(Activity.objects, "bulk_create", broken)
    client.raise_request_exception = False
    for headers in (HTMX, {}):
        response = client.get(PAGE, headers=headers)
        assert response.status_code == 500
        assert "Something went wrong here" in text(response)
        assert "Only for recorded eyes" not in text(response)


def test_a_viewing_makes_no_list_out_of_date(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    client.get(INBOX)
    before, calls = attempts.last_finished(3, 100), len(api.sent)
    api.conversation(chatroom(), message(16))
    client.get(PAGE, headers=HTMX)
    client.get(INBOX)
    assert attempts.last_finished(3, 100) == before
    listed = [one for one in api.sent[calls:] if one.path.endswith("/ambassadors/100/chatrooms")]
    assert listed == []


def test_an_act_is_no_further_viewing(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    assert press(client, found).status_code == 200
    assert not viewings().exists()
    assert Activity.objects.get().act == Act.READ
