"""POST /brands/<brand>/ambassadors/<ambassador>/chatrooms/<chatroom>/read/"""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from inbox.chatrooms import tokens
from inbox.models import Brand, Membership, Outcome
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.markup import Form, words
from tests.support.pages import HTMX, INBOX, button, is_unread, press, row, rows, text, toast, told
from tests.support.trail import acts
from tests.support.upstream import Upstream

READ = f"{INBOX}chatrooms/8/read/"


def first_unread(client: Client, page: int = 1) -> tuple[int, Form]:
    """An unread row of the sandbox, and its button."""
    html = text(client.get(INBOX, {"page": str(page)}))
    for number in rows(html):
        found = button(row(html, number))
        if found and is_unread(row(html, number)):
            return number, found
    raise AssertionError("nothing is unread")


def shown_button(client: Client, api: Upstream, **changes: Any) -> Form:
    """The button of chatroom 8, listed with these changes."""
    api.listing(chatroom(**changes))
    found = button(row(text(client.get(INBOX)), 8))
    assert found
    return found


def test_the_act_reaches_popsell_and_answers_the_row(client: Client, api: Upstream) -> None:
    number, found = first_unread(client, page=2)
    before = text(client.get(INBOX, {"page": "2"})).count('data-unread="true"')
    response = press(client, found)
    assert response.status_code == 200
    html = text(response)
    assert "<html" not in html
    assert rows(html) == [number]
    assert not is_unread(html)
    assert f'<dd id="unread" hx-swap-oob="true">{before - 1}</dd>' in html
    said = (
        '<p id="status" class="status" role="status" hx-swap-oob="innerHTML"><span class="hidden">'
    )
    assert f"{said}Marked read for" in html
    assert toast(html).startswith("Marked read for Léa: ")
    assert "/undo/" not in html
    (call,) = api.calls("POST")
    assert call.path == f"/api/v2/chat/chatrooms/{number}/ambassadors/100/read"
    assert call.headers["X-Popsell-Brand"] == "3"
    assert not is_unread(row(text(client.get(INBOX, {"page": "2"})), number))


def test_the_answered_row_is_the_pages_row(client: Client, api: Upstream) -> None:
    number, found = first_unread(client)
    answered = row(text(press(client, found)), number)
    page = row(text(client.get(INBOX)), number)
    assert words(answered) == words(page)


def test_a_plain_form_comes_back_to_the_same_page(client: Client, api: Upstream) -> None:
    number, found = first_unread(client, page=2)
    response = press(client, found, htmx=False)
    assert response.status_code == 302
    assert response["Location"] == f"{INBOX}?page=2#chatroom-{number}"
    page = text(client.get(f"{INBOX}?page=2"))
    assert toast(page).startswith("Marked read for Léa: ")
    assert not is_unread(row(page, number))


def test_a_guest_account_is_marked_under_its_own_id(client: Client, api: Upstream) -> None:
    own = participant(777, 9, 3, customer_id="C-100", status=8)
    api.listing(chatroom(8, last_read=16), chatroom(9, ambassadors=[own, participant(555, 9)]))
    found = button(row(text(client.get(INBOX)), 9))
    api.answer("POST", body=message(16))
    assert not is_unread(row(text(press(client, found)), 9))
    assert api.calls("POST")[0].path == "/api/v2/chat/chatrooms/9/ambassadors/777/read"


def test_the_row_is_what_popsell_answered(client: Client, api: Upstream) -> None:
    """Even where the list lags behind the act."""
    found = shown_button(client, api, last_read=15)
    api.answer("POST", body=message(16, content="As answered"))
    html = row(text(press(client, found)), 8)
    assert not is_unread(html)
    assert "As answered" in html


def test_a_newer_message_is_shown_and_said(client: Client, api: Upstream) -> None:
    found = shown_button(client, api)
    api.answer("POST", body=message(20, content="One more thing"))
    html = text(press(client, found))
    assert "One more thing" in html
    assert "A newer message had come" in html
    assert not is_unread(html)
    assert acts().get().message_answered == 20


def test_a_message_after_the_answered_one_stays_unread(client: Client, api: Upstream) -> None:
    found = shown_button(client, api)
    api.listing(chatroom(last_message=message(30, content="Later still")))
    api.answer("POST", body=message(16))
    html = row(text(press(client, found)), 8)
    assert is_unread(html)
    assert "Later still" in html
    assert button(html)


def test_a_row_that_moved_away_reloads_the_page(client: Client, api: Upstream) -> None:
    found = shown_button(client, api)
    api.listing(chatroom(99))
    api.answer("POST", body=message(16))
    response = press(client, found)
    assert response["HX-Refresh"] == "true"
    assert toast(text(client.get(INBOX))) == "Marked read for Léa: Sofia Duarte."


def test_one_of_several_whose_row_moved_away_leaves_the_page_to_the_others(
    client: Client, api: Upstream
) -> None:
    found = shown_button(client, api)
    api.listing(chatroom(99))
    api.answer("POST", body=message(16))
    response = client.post(found.action, found.fields, headers={**HTMX, "Inbox-Several": "yes"})
    assert "HX-Refresh" not in response
    assert response["HX-Retarget"] == "#alert-8"
    assert words(told(text(response))) == "Marked read for Léa: Sofia Duarte."


def test_an_act_that_arrived_is_told_where_the_inbox_cannot_be_read_again(
    client: Client, api: Upstream
) -> None:
    found = shown_button(client, api)
    api.answer("POST", body=message(16))
    api.answer("GET", 500)
    cache.clear()
    response = press(client, found)
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#alert-8"
    assert "Marked read for Ambassador 100: conversation 8." in told(text(response))
    assert acts().get().outcome == Outcome.DONE


def test_the_kept_page_shows_the_row_where_the_inbox_cannot_be_read_again(
    client: Client, api: Upstream
) -> None:
    found = shown_button(client, api)
    api.answer("POST", body=message(16))
    api.answer("GET", 500)
    response = press(client, found)
    assert response.status_code == 200
    assert not is_unread(row(text(response), 8))


# The trail


def test_the_trail_says_who_did_what(client: Client, api: Upstream, moderator: Membership) -> None:
    number, found = first_unread(client)
    response = press(client, found)
    activity = acts().get()
    assert activity.member == moderator
    assert (activity.member_name, activity.member_role) == ("Nadia Benali", "moderator")
    assert (activity.brand_id, activity.ambassador, activity.chatroom) == (3, 100, number)
    assert api.calls("POST")[0].path.endswith(f"/ambassadors/{activity.participant}/read")
    assert activity.message_answered == activity.message_shown
    assert activity.outcome == Outcome.DONE
    assert activity.finished
    assert activity.started <= activity.finished
    assert activity.request_id == response["X-Request-ID"]
    assert api.calls("POST")[0].headers["X-Request-Id"] == response["X-Request-ID"]


@pytest.mark.django_db(transaction=True)
def test_the_attempt_is_committed_before_the_call(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    found = shown_button(client, api)
    answer = type(api).__call__

    def watch(upstream: Upstream, environ: Any, start_response: Any) -> Any:
        """Looks from another connection, as the sandbox's thread has its own."""
        if environ["REQUEST_METHOD"] == "POST":
            seen.append((acts().get().outcome, connection.in_atomic_block))
            connection.close()
        return answer(upstream, environ, start_response)

    monkeypatch.setattr(type(api), "__call__", watch)
    press(client, found)
    assert seen == [(Outcome.SENT, False)]


# Pressing twice


def test_pressing_twice_is_one_call(client: Client, api: Upstream) -> None:
    number, found = first_unread(client)
    press(client, found)
    again = press(client, found)
    assert again.status_code == 200
    assert not is_unread(row(text(again), number))
    assert "already" in text(again)
    assert len(api.calls("POST")) == 1
    assert acts().count() == 1


def test_two_members_on_the_same_message_are_one_call(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    number, found = first_unread(client)
    other = client_of(manager)
    theirs = button(row(text(other.get(INBOX)), number))
    press(client, found)
    assert press(other, theirs).status_code == 200
    assert len(api.calls("POST")) == 1


def test_an_act_in_progress_is_not_sent_again(client: Client, api: Upstream) -> None:
    found = shown_button(client, api)
    api.answer("POST", body=message(16))
    press(client, found)
    acts().update(outcome=Outcome.SENT, finished=None)
    assert press(client, found).status_code == 200
    assert len(api.calls("POST")) == 1


def test_an_act_left_without_outcome_is_tried_again_after_half_a_minute(
    client: Client, api: Upstream
) -> None:
    found = shown_button(client, api)
    api.answer("POST", body=message(16))
    press(client, found)
    long_ago = timezone.now() - timedelta(seconds=31)
    acts().update(outcome=Outcome.SENT, finished=None, started=long_ago)
    press(client, found)
    assert len(api.calls("POST")) == 2
    assert [a.outcome for a in acts().order_by("id")] == [Outcome.UNKNOWN, Outcome.DONE]


def test_a_refused_act_can_be_tried_again(client: Client, api: Upstream) -> None:
    found = shown_button(client, api)
    api.answer("POST", 500)
    assert press(client, found).status_code == 502
    api.answer("POST", body=message(16))
    assert press(client, found).status_code == 200
    assert [a.outcome for a in acts().order_by("id")] == [Outcome.REFUSED, Outcome.DONE]


@pytest.mark.django_db(transaction=True)
def test_pressed_at_the_same_instant_the_database_decides(
    client: Client, moderator: Membership, api: Upstream, client_of: ClientOf
) -> None:
    found = shown_button(client, api)
    api.answer("POST", body=message(16))
    clients = [client_of(moderator) for _ in range(4)]
    statuses = at_once(clients, lambda own: press(own, found).status_code)
    assert statuses == [200] * 4
    assert len(api.calls("POST")) == 1


# Who may, and with what


def test_the_checks_come_in_order_and_none_calls_popsell(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    neighbour: Membership,
    api: Upstream,
) -> None:
    found = shown_button(client, api)
    api.sent.clear()
    assert "/accounts/login/" in press(Client(), found, htmx=False)["Location"]
    assert press(client_of(neighbour), found).status_code == 404
    assert press(client_of(viewer), found).status_code == 403
    assert client.post(READ, headers=HTMX).status_code == 400
    assert client.get(READ).status_code == 405
    assert api.sent == []
    assert not acts().exists()


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "é", "\x00", "e30:1:2"])
def test_a_missing_or_tampered_token_is_refused(client: Client, api: Upstream, token: str) -> None:
    response = client.post(READ, {"act": token}, headers=HTMX)
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#alert-8"
    assert api.sent == []


def test_a_token_with_another_participant_is_refused(client: Client, api: Upstream) -> None:
    found = shown_button(client, api)
    payload, _, signature = found.fields["act"].partition(":")
    other = signing.dumps([3, 100, 8, 555, 16]).partition(":")[0]
    assert payload != other
    forged = {"act": f"{other}:{signature}"}
    assert client.post(READ, forged, headers=HTMX).status_code == 400


def test_someone_elses_token_is_refused(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    found = shown_button(client, api)
    assert press(client_of(manager), found).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        f"{INBOX}chatrooms/9/read/",
        "/brands/3/ambassadors/101/chatrooms/8/read/",
    ],
)
def test_a_token_of_another_row_is_refused(client: Client, api: Upstream, address: str) -> None:
    found = shown_button(client, api)
    assert client.post(address, found.fields, headers=HTMX).status_code == 400
    assert not api.calls("POST")


def test_an_expired_token_says_so_and_offers_a_reload(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shown_button(client, api)
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    for htmx in (True, False):
        response = press(client, found, htmx=htmx)
        assert response.status_code == 409
        assert "more than a day old" in text(response)
        assert f'href="{INBOX}"' in text(response)
    assert not api.calls("POST")


def test_a_token_lives_a_day(
    client: Client, api: Upstream, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    found = shown_button(client, api)
    token = found.fields["act"]
    for age, good in [(24 * 3600 - 5, True), (24 * 3600 + 5, False)]:
        monkeypatch.setattr(time, "time", lambda age=age: now + age)
        if good:
            assert tokens.verify(moderator, token, ambassador=100, chatroom=8).participant == 100
        else:
            with pytest.raises(tokens.TokenExpired):
                tokens.verify(moderator, token, ambassador=100, chatroom=8)


def test_a_viewer_sees_no_button(
    client_of: ClientOf, viewer: Membership, manager: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    assert button(row(text(client_of(viewer).get(INBOX)), 8)) is None
    assert button(row(text(client_of(manager).get(INBOX)), 8))


def test_a_deactivated_member_is_a_stranger(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    found = shown_button(client, api)
    moderator.is_active = False
    moderator.save()
    assert press(client, found).status_code == 404
    assert client.get(INBOX).status_code == 404


def test_ids_of_64_bits_survive(client: Client, api: Upstream, brand: Brand) -> None:
    big = 2**63 - 1
    own = lea(big)
    api.listing(chatroom(big, ambassadors=[own, participant(555, big)], last_message=message(big)))
    found = button(row(text(client.get(INBOX)), big))
    api.answer("POST", body=message(big))
    assert press(client, found).status_code == 200
    activity = acts().get()
    assert (activity.chatroom, activity.message_shown) == (big, big)
    assert client.get(f"/brands/3/ambassadors/{2**63}/").status_code == 404
