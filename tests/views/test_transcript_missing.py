"""A conversation of which something is missing, is refused or is not known"""

import pytest
from django.core.cache import cache
from django.test import Client

from inbox.caches import tolerant
from inbox.models import CodeKind, CodeName
from inbox.popsell import identities
from inbox.popsell.resources import Ambassador
from tests.support.chatrooms import chatroom, message, participant
from tests.support.conversations import form, messages, send
from tests.support.pages import HTMX, INBOX, is_unread, row, rows, text
from tests.support.transcripts import LONG, PAGE, opened
from tests.support.upstream import Upstream


def test_a_conversation_opens_wherever_its_row_is(client: Client, api: Upstream) -> None:
    """In a new tab, without the page on which its row is."""
    number = rows(text(client.get(INBOX, {"page": "4"})))[3]
    html = text(client.get(f"{INBOX}chatrooms/{number}/"))
    assert number not in rows(html)
    assert messages(html)
    assert form(html, "review-conversation")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_conversation_of_other_people_is_not_found(
    client: Client, api: Upstream, htmx: bool
) -> None:
    theirs = rows(text(client.get("/brands/3/ambassadors/101/")))[0]
    path = f"{INBOX}chatrooms/{theirs}/"
    response = client.get(path, headers=HTMX if htmx else {})
    assert response.status_code == 404


def test_an_answer_about_another_chatroom_is_not_found(client: Client, api: Upstream) -> None:
    api.listing()
    api.answer("GET", body=chatroom(9), path="/chat/chatrooms/8")
    assert client.get(PAGE, headers=HTMX).status_code == 404


def test_a_row_whose_own_side_is_not_known_opens_beside_the_list_too(
    client: Client, api: Upstream
) -> None:
    room = chatroom(ambassadors=[participant(555, 8), participant(556, 8)])
    api.listing(room)
    api.conversation(room, message(16))
    assert client.get(PAGE).status_code == 200
    html = opened(client)
    assert messages(html) == [16]
    assert form(html, "archive-conversation") is None
    assert form(html, "review-conversation")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_conversation_of_a_guest_account_opens(client: Client, api: Upstream, htmx: bool) -> None:
    room = chatroom(ambassadors=[participant(777, 8, customer_id="C-100"), participant(555, 8)])
    api.listing(room, chatroom(9))
    api.conversation(room, message(16))
    response = client.get(PAGE, headers=HTMX if htmx else {})
    assert messages(text(response)) == [16]
    assert form(text(response), "archive-conversation")


def seen_beside_a_guest_account(client: Client, api: Upstream) -> None:
    """The list was read; the conversation 8, which it does not hold, is of a guest account."""
    room = chatroom(ambassadors=[participant(777, 8, customer_id="C-100"), participant(555, 8)])
    api.listing(chatroom(9))
    api.conversation(room, message(16))
    client.get(INBOX)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_conversation_of_a_guest_account_opens_with_an_empty_cache_too(
    client: Client, api: Upstream, htmx: bool
) -> None:
    """The list, which is read anyway, names the account's owner."""
    seen_beside_a_guest_account(client, api)
    cache.clear()
    response = client.get(PAGE, headers=HTMX if htmx else {})
    assert form(text(response), "archive-conversation")


@pytest.mark.parametrize("htmx", [True, False])
def test_whose_account_it_is_the_list_knows_better_than_what_another_process_saw_before(
    client: Client, api: Upstream, htmx: bool
) -> None:
    seen_beside_a_guest_account(client, api)
    tolerant.put(identities._key(3, 100), Ambassador(id=100, customer_id="C-1"), 3600)
    response = client.get(PAGE, headers=HTMX if htmx else {})
    assert form(text(response), "archive-conversation")


def test_codes_of_messages_are_seen_also_beside_a_list_that_was_kept(
    client: Client, api: Upstream
) -> None:
    """Only the list knows the side: it is read after the messages, from the cache."""
    api.listing(chatroom())
    client.get(INBOX)
    api.conversation(chatroom(ambassadors=[participant(555, 8)]), message(16, status_moderation=7))
    opened(client)
    assert CodeName.objects.filter(kind=CodeKind.MODERATION, code="7").exists()


@pytest.mark.parametrize("refuse", ["forbid", "hide"])
@pytest.mark.parametrize("htmx", [True, False])
def test_where_messages_are_refused_all_else_is_there(
    client: Client, api: Upstream, refuse: str, htmx: bool
) -> None:
    getattr(api, refuse)("messages")
    html = text(client.get(LONG, headers=HTMX if htmx else {}))
    assert html.count('class="missing"') == 1
    assert "The messages can't be read just now; the last one is below." in html
    assert messages(html) == [316460]
    assert form(html, "archive-conversation")
    assert form(html, "review-conversation")


@pytest.mark.parametrize("refuse", ["forbid", "hide"])
@pytest.mark.parametrize("htmx", [True, False])
def test_where_the_chatroom_is_refused_its_messages_are_there(
    client: Client, api: Upstream, refuse: str, htmx: bool
) -> None:
    getattr(api, refuse)("chatroom")
    html = text(client.get(LONG, headers=HTMX if htmx else {}))
    assert html.count('class="missing"') == 1
    assert len(messages(html)) == 25
    assert form(html, "archive-conversation")


@pytest.mark.parametrize("refuse", ["forbid", "hide"])
def test_where_both_are_refused_a_listed_conversation_is_what_its_row_says(
    client: Client, api: Upstream, refuse: str
) -> None:
    for operation in ("chatroom", "messages"):
        getattr(api, refuse)(operation)
    html = text(client.get(LONG))
    assert messages(html) == [316460]
    assert html.count('class="missing"') == 1
    far = rows(text(client.get(INBOX, {"page": "4"})))[0]
    assert client.get(f"{INBOX}chatrooms/{far}/").status_code == 404
    assert client.get(f"{INBOX}chatrooms/{far}/", {"page": "4"}).status_code == 200


def test_where_messages_and_list_are_refused_the_chatroom_is_there(
    client: Client, api: Upstream
) -> None:
    api.forbid("messages")
    api.forbid("chatrooms")
    response = client.get(LONG, headers=HTMX)
    assert response.status_code == 200
    assert "The messages can't be read just now" in text(response)


@pytest.mark.parametrize("operation", ["chatroom", "messages"])
def test_marking_read_works_without_the_rest(client: Client, api: Upstream, operation: str) -> None:
    api.forbid(operation)
    html = text(client.get(INBOX))
    number = next(one for one in rows(html) if is_unread(row(html, one)))
    page = text(client.get(f"{INBOX}chatrooms/{number}/"))
    response = send(client, form(page, "mark-conversation"))
    assert response.status_code == 200
    assert not is_unread(row(text(response), number))


def test_an_outage_shows_the_conversation_as_it_was_and_says_so(
    client: Client, api: Upstream
) -> None:
    opened(client, LONG)
    api.answer("GET", 500)
    html = opened(client, LONG)
    assert len(messages(html)) == 25
    assert "This is what Popsell said" in html


def test_an_outage_with_nothing_kept_is_a_failure_that_retries(
    client: Client, api: Upstream
) -> None:
    api.answer("GET", 500)
    response = client.get(LONG)
    assert response.status_code == 502
    assert "Retry" in text(response)
    assert client.get(LONG, headers=HTMX).status_code == 502
