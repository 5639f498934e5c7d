"""Where something new begins in a conversation, and what is new while one looks"""

from typing import Any

import pytest
from django.test import Client

from inbox.models import Membership, Review
from tests.support.chatrooms import chatroom, lea, message, person
from tests.support.conversations import lines, messages
from tests.support.markup import attribute, has, one
from tests.support.pages import HTMX, text
from tests.support.transcripts import LONG, PAGE, opened, reviewed, told
from tests.support.upstream import Upstream

# Where something new begins


def test_a_line_stands_where_the_pointer_does(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15), message(14), last_read=14)
    assert lines(html) == [("Unread by Léa", 15)]
    assert has(html, "[data-opens] + #message-15")


def test_no_line_where_all_is_read(client: Client, api: Upstream) -> None:
    assert lines(told(client, api, message(16), message(15), last_read=16)) == []


def test_no_line_after_the_ambassadors_own_last_word(client: Client, api: Upstream) -> None:
    assert lines(told(client, api, message(16, lea(8)), message(15), last_read=14)) == []


def test_what_nobody_ever_read_is_unread_from_the_first(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15), last_read=None)
    assert lines(html) == [("Unread by Léa", 15)]


def test_the_unread_line_is_on_the_older_page_that_the_pointer_is_on(
    client: Client, api: Upstream
) -> None:
    said = [message(100 - n) for n in range(25)]
    api.conversation(
        chatroom(last_read=80), *said, current_page=2, last_page=3, per_page=25, total=75
    )
    html = opened(client, messages="2")
    assert lines(html) == [("Unread by Léa", 81)]


def test_a_review_is_a_line_too_and_counts_what_came_since(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 14)
    html = told(client, api, message(16), message(15), message(14), last_read=16)
    assert lines(html) == [("New since Nadia Benali's review: 2", 15)]


def test_a_review_up_to_an_older_page_counts_at_least(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 14)
    said = [message(100 - n) for n in range(25)]
    api.conversation(chatroom(last_read=100), *said, last_page=4, per_page=25, total=100)
    assert lines(opened(client)) == [("New since Nadia Benali's review: 25+", 76)]


def test_a_review_on_an_older_page_counts_the_newer_ones_too(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 316424)
    newest = messages(opened(client, LONG))
    beyond = messages(opened(client, LONG, messages="2"))
    review = Review.objects.get()
    review.chatroom, review.message = 30670, beyond[-4]
    review.save()
    assert lines(opened(client, LONG)) == [("New since Nadia Benali's review: 25+", newest[0])]
    html = opened(client, LONG, messages="2")
    assert lines(html) == [("New since Nadia Benali's review: 28", beyond[-3])]


# What is new while one looks


def poll(client: Client, mark: str, path: str = PAGE) -> Any:
    """What the open conversation asks every ten seconds."""
    return client.get(path, headers={**HTMX, "Inbox-Mark": mark, "Inbox-Shown": "none"})


def mark_of(html: str) -> str:
    return attribute(one(html, "#conversation-news"), "data-mark")


def test_nothing_new_is_no_answer(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16))
    response = poll(client, mark_of(html))
    assert response.status_code == 204
    assert response["Inbox-Read-At"]


def test_who_came_online_is_nothing_new(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15, lea(8)))
    later = "2026-11-22T10:00:00+00:00"
    who = person(555, online=True, last_action_date=later)
    own = lea(8, online=False, last_action_date=later)
    api.conversation(chatroom(), message(16, who), message(15, own))
    assert poll(client, mark_of(html)).status_code == 204


@pytest.mark.parametrize(
    "changes",
    [{"content": "Otherwise"}, {"status_moderation": 2}, {"type_message": 1}, {"id_message": 17}],
)
def test_another_word_or_status_is_news(
    client: Client, api: Upstream, changes: dict[str, Any]
) -> None:
    html = told(client, api, message(16), message(15))
    api.conversation(chatroom(), {**message(16), **changes}, message(15))
    response = poll(client, mark_of(html))
    assert "Something new here" in text(response)
    assert "message-16" not in text(response)


def test_a_change_further_up_is_news(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15))
    api.conversation(chatroom(), message(16), message(15, status_moderation=3))
    assert "Something new here" in text(poll(client, mark_of(html)))


def test_an_older_page_asks_for_no_news(client: Client, api: Upstream) -> None:
    assert "data-poll" in opened(client, LONG)
    page = text(client.get(LONG, {"messages": "2"}))
    assert 'id="conversation-news" class="news" role="status"></div>' in page


def test_what_is_new_is_never_a_conversation_in_a_conversation(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom())
    html = opened(client)
    assert poll(client, mark_of(html)).status_code == 204
    api.listing(chatroom(last_message=message(17)))
    assert "Something new here" in text(poll(client, mark_of(html)))
    assert "conversation-head" not in text(poll(client, ""))
