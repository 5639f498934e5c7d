"""Where the summary ends, among the messages of a conversation"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from inbox.models import Membership
from tests.support.chatrooms import Json, chatroom, message
from tests.support.conversations import lines
from tests.support.markup import every, words
from tests.support.transcripts import opened, reviewed, told
from tests.support.upstream import Upstream

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def said(*hours: int | None) -> list[Any]:
    """Messages of so many hours after noon, from 10 on; as Popsell gives them, the newest first."""
    return [message(10 + place, **at(hour)) for place, hour in enumerate(hours)][::-1]


def at(hour: int | None) -> Json:
    return {"date_insert": None if hour is None else (NOON + timedelta(hours=hour)).isoformat()}


def summarized(hour: int | None = 0) -> Json:
    facts = {"summary": "She asks for a cream", "anomaly": None, "topic": None}
    return {"last_summary": facts | at(hour)}


def ends(html: str) -> list[tuple[int, str]]:
    """Each line at the end of a summary: the number of the message above it, and its words."""
    found, above = [], 0
    for one in every(html, "li.message[id], li.summary-ends"):
        if one.id is None:
            found.append((above, words(one)))
        else:
            above = int(one.id.removeprefix("message-"))
    return found


def test_a_line_stands_below_the_last_that_it_knows(client: Client, api: Upstream) -> None:
    html = told(client, api, *said(-2, -1, 1, 2, 3), **summarized())
    assert ends(html) == [(11, "The summary ends here; 3 messages after")]


def test_what_was_sent_at_its_moment_is_in_it(client: Client, api: Upstream) -> None:
    html = told(client, api, *said(-1, 0, 1), **summarized())
    assert ends(html) == [(11, "The summary ends here; 1 message after")]


@pytest.mark.parametrize(
    ("hours", "written"),
    [
        ((-2, -1), 0),  # nothing after it
        ((-2, 0), 0),
        ((1, 2), 0),  # it ends further up, or nowhere
        ((-1, 1), None),
        ((None, None), 0),
        ((), 0),
    ],
)
def test_there_is_none_where_it_does_not_end_here(
    client: Client, api: Upstream, hours: tuple[int | None, ...], written: int | None
) -> None:
    assert ends(told(client, api, *said(*hours), **summarized(written))) == []


def test_there_is_none_without_a_summary(client: Client, api: Upstream) -> None:
    assert ends(told(client, api, *said(-1, 1))) == []


def test_what_can_not_be_read_or_has_no_date_counts_as_later(client: Client, api: Upstream) -> None:
    messages = said(-2, None, -1, None, 1)
    html = told(client, api, messages[0], {"id_message": "odd"}, *messages[1:], **summarized())
    assert ends(html) == [(12, "The summary ends here; 3 messages after")]


def test_an_older_page_counts_what_is_on_newer_ones(client: Client, api: Upstream) -> None:
    paged = {"current_page": 2, "last_page": 3, "per_page": 4, "total": 12}
    api.conversation(chatroom(**summarized()), *said(-2, -1, 1, 2), **paged, **{"from": 5})
    assert ends(opened(client, messages="2")) == [(11, "The summary ends here; 6 messages after")]


def test_where_nobody_knows_how_many_no_number_is_told(client: Client, api: Upstream) -> None:
    paged = {"current_page": 2, "last_page": 3, "per_page": 4, "total": 12, "from": None}
    api.conversation(chatroom(**summarized()), *said(-2, -1, 1, 2), **paged)
    assert ends(opened(client, messages="2")) == [(11, "The summary ends here")]


def test_it_stands_beside_the_other_lines(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 11)
    html = told(client, api, *said(-2, -1, 1), **summarized(), last_read=12)
    assert ends(html) == [(11, "The summary ends here; 1 message after")]
    assert lines(html) == [("New since Nadia Benali's review: 1", 12)]


def test_viewers_see_it_too(client_of: Any, viewer: Membership, api: Upstream) -> None:
    html = told(client_of(viewer), api, *said(-1, 1), **summarized())
    assert ends(html) == [(10, "The summary ends here; 1 message after")]
