"""Older messages, at …/chatrooms/<chatroom>/?messages=N, whatever the order"""

import pytest
from django.core.cache import cache
from django.test import Client

from inbox.sandbox.transcripts import transcript
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import messages, older, say
from tests.support.pages import HTMX, INBOX, text
from tests.support.transcripts import LONG, asked, opened
from tests.support.upstream import Upstream

# Older messages


def test_the_whole_of_2000_messages_can_be_paged_through(client: Client, api: Upstream) -> None:
    """While new messages arrive, so that pages move: nothing is left out."""
    seen: list[int] = []
    html, pages = opened(client, LONG), 0
    while True:
        seen = messages(html) + seen
        pages += 1
        if not older(html):
            break
        if pages % 20 == 0:
            say(api, 30670, f"One more thing {pages}")
        html = opened(client, older(html))
    assert pages == 81
    assert len(set(seen)) == 2000
    assert list(dict.fromkeys(sorted(seen))) == sorted(set(seen))


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_older_messages_that_can_not_be_read_are_a_failure_and_no_end_of_the_talk(
    client: Client, api: Upstream, status: int
) -> None:
    address = older(opened(client, LONG))
    cache.clear()
    api.answer("GET", status, {"message": "No"}, path="/chat/chatrooms/30670/messages")
    answer = client.get(address, headers=HTMX)
    assert answer.status_code >= 400
    assert "data-again" in text(answer)


def test_older_messages_come_as_a_piece_for_above(client: Client, api: Upstream) -> None:
    html = opened(client, older(opened(client, LONG)))
    assert len(messages(html)) == 25
    assert older(html).endswith("?messages=3")
    assert "conversation-head" not in html


def test_the_list_that_is_beside_stays_while_older_messages_are_read(
    client: Client, api: Upstream
) -> None:
    address = older(text(client.get(LONG, {"page": "2"})))
    assert address == f"{LONG}?page=2&messages=2"
    page = text(client.get(address))
    assert f'href="{INBOX}?page=2#open-30670"' in page


def test_without_scripts_there_are_ways_to_older_and_newest(client: Client, api: Upstream) -> None:
    newest = text(client.get(LONG))
    page = text(client.get(older(newest)))
    assert max(messages(page)) < min(messages(newest))
    assert older(page) == f"{LONG}?messages=3"
    assert f'href="{LONG}">' in page
    assert "Newest messages" in page
    assert "Newest messages" not in newest


def test_beyond_the_oldest_there_is_a_way_back(client: Client, api: Upstream) -> None:
    page = text(client.get(LONG, {"messages": "999"}))
    assert messages(page) == []
    assert older(page) == ""
    assert "Newest messages" in page


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1e9", "٢", "9" * 40])
def test_a_number_of_no_page_is_no_fault(client: Client, api: Upstream, number: str) -> None:
    assert client.get(LONG, {"messages": number}).status_code == 200


def test_an_older_page_offers_no_review_of_what_it_does_not_show(
    client: Client, api: Upstream
) -> None:
    assert 'id="review-button"' in text(client.get(LONG))
    older_page = text(client.get(LONG, {"messages": "2"}))
    assert 'id="review-button"' not in older_page
    assert 'id="note-button"' in older_page


def test_where_pages_are_ignored_older_messages_are_the_same_and_no_page_in_a_page(
    client: Client, api: Upstream
) -> None:
    said = [message(16), message(15)]
    api.conversation(chatroom(), *said, current_page=1, last_page=3)
    html = opened(client, messages="2")
    assert "conversation-head" not in html


# Where the order is not as asked for


def test_where_the_sort_is_ignored_the_newest_are_read_all_the_same(
    client: Client, api: Upstream
) -> None:
    newest = messages(opened(client, LONG))
    second = messages(opened(client, LONG, messages="2"))
    api.sent.clear()
    api.ignore_sort("messages")
    html = opened(client, LONG)
    assert messages(html) == newest
    assert len(asked(api)) == 3
    assert older(html).endswith("?messages=2")
    assert messages(opened(client, LONG, messages="2")) == second
    oldest = opened(client, LONG, messages="80")
    assert older(oldest) == ""
    assert len(messages(oldest)) == 25


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("count", [1, 2, 25, 26, 27, 51])
def test_every_message_is_on_one_page_whatever_the_order(
    client: Client, api: Upstream, ignored: bool, count: int
) -> None:
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    all_of_them = [one.id for one in transcript(room, 1)]
    cut(api, count)
    if ignored:
        api.ignore_sort("messages")
    seen: list[int] = []
    html = opened(client, LONG)
    for _ in range(4):
        seen = messages(html) + seen
        if not older(html):
            break
        html = opened(client, older(html))
    assert seen == all_of_them[-count:]


def cut(api: Upstream, count: int) -> None:
    """Leave the newest messages of the long conversation only."""
    api.changed = True
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    room.earlier = transcript(room, 1)[:-1][-count + 1 :] if count > 1 else []
