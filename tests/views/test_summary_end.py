"""Where the summary ends, among the messages of a conversation"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from inbox.models import Membership
from inbox.sandbox.records import Summary
from inbox.sandbox.transcripts import transcript
from tests.support.chatrooms import Json, chatroom, message
from tests.support.conversations import lines, messages, older
from tests.support.markup import attributes, every, words
from tests.support.pages import HTMX, text
from tests.support.transcripts import LONG, PAGE, asked, opened, reviewed, told
from tests.support.upstream import Pages, Upstream

BELOW = HTMX | {"HX-Target": "newer"}
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


# Where the summary ends exactly between two pages


AFTER_4 = (13, "The summary ends here; 4 messages after")


def paged(api: Upstream, *hours: int | None) -> Pages:
    """The conversation 8 with messages of these hours, two on a page, and a summary of noon."""
    api.conversation(chatroom(**summarized()))
    return api.said(said(*hours), per_page=2)


def newer(html: str) -> str:
    """Where newer messages are, empty where there are none."""
    return next(iter(attributes(html, "#newer a", "href")), "")


def test_a_line_stands_at_the_foot_of_the_older_page(client: Client, api: Upstream) -> None:
    paged(api, -3, -2, -1, 0, 1, 2, 3, 4)
    newest = opened(client)
    second = opened(client, older(newest))
    third = opened(client, older(second))
    fourth = opened(client, older(third))
    found = [ends(html) for html in (newest, second, third, fourth)]
    assert messages(third) == [12, 13]
    assert found == [[], [], [AFTER_4], []]


def test_it_stands_there_where_that_page_is_read_first(client: Client, api: Upstream) -> None:
    paged(api, -3, -2, -1, 0, 1, 2, 3, 4)
    page = text(client.get(PAGE, {"messages": "3"}))
    assert ends(page) == [AFTER_4]
    assert ends(text(client.get(newer(page)))) == []
    assert ends(text(client.get(f"{PAGE}messages/12/"))) == [AFTER_4]


def test_it_stands_there_in_what_comes_as_newer_messages(client: Client, api: Upstream) -> None:
    paged(api, -3, -2, -1, 0, 1, 2, 3, 4)
    oldest = text(client.get(PAGE, {"messages": "4"}))
    came = text(client.get(newer(oldest), headers=BELOW))
    assert messages(came) == [12, 13]
    assert [ends(oldest), ends(came)] == [[], [AFTER_4]]


def test_it_stands_there_without_scripts(client: Client, api: Upstream) -> None:
    paged(api, -1, 0, 1, 2)
    newest = text(client.get(PAGE))
    assert ends(newest) == []
    assert ends(text(client.get(older(newest)))) == [
        (11, "The summary ends here; 2 messages after")
    ]


def test_the_page_below_that_was_read_just_now_is_not_asked_for_again(
    client: Client, api: Upstream
) -> None:
    paged(api, -3, -2, -1, 0, 1, 2, 3, 4)
    second = opened(client, messages="2")
    api.sent.clear()
    opened(client, older(second))
    assert [one for one in asked(api) if "messages" in one] == ["chatrooms/8/messages"]


def test_no_page_below_is_asked_for_where_the_newest_shows_that_it_goes_on(
    client: Client, api: Upstream
) -> None:
    paged(api, -7, -6, -5, -4, -3, -2, -1, 1)
    opened(client)
    api.sent.clear()
    assert ends(opened(client, messages="4")) == []
    assert [one for one in asked(api) if "messages" in one] == ["chatrooms/8/messages"]


def test_a_page_that_holds_what_came_after_needs_no_other(client: Client, api: Upstream) -> None:
    paged(api, -1, 1, 2, 3)
    assert ends(opened(client, messages="2")) == [(10, "The summary ends here; 3 messages after")]
    assert [one for one in asked(api) if "messages" in one] == ["chatrooms/8/messages"]


def test_it_stays_below_its_message_where_the_pages_move(client: Client, api: Upstream) -> None:
    talk = paged(api, -3, -2, -1, 0, 1, 2, 3)
    second = opened(client, messages="2")
    assert messages(second) == [13, 14]
    assert ends(second) == [(13, "The summary ends here; 3 messages after")]
    talk.rooms.insert(0, message(17, **at(4)))
    third = opened(client, older(second))
    assert messages(third) == [12, 13]
    assert ends(third) == [(13, "The summary ends here; 4 messages after")]


def test_a_page_below_from_long_ago_tells_nothing(client: Client, api: Upstream) -> None:
    talk = paged(api, -5, -4, -3, -2)
    opened(client)  # 12 and 13, in the summary
    talk.rooms[:0] = said(-5, -4, -3, -2, -1, 0, 1, 2)[:4]  # 17 to 14
    assert ends(opened(client, messages="2")) == [(15, "The summary ends here; 2 messages after")]


@pytest.mark.parametrize(
    ("hours", "number"),
    [
        ((-3, -2, -1, 0, 1), 3),  # the page below knows more of it
        ((-3, -2, -1, 1), 2),
        ((-3, -2, -1, 0), 2),  # nothing after it
        ((-3, -2, None, None, 1, 2), 3),  # nobody knows when what follows was sent
        ((1, 2, 3, 4), 2),
    ],
)
def test_there_is_none_where_it_goes_on_below(
    client: Client, api: Upstream, hours: tuple[int | None, ...], number: int
) -> None:
    paged(api, *hours)
    assert ends(opened(client, messages=str(number))) == []


def test_what_has_no_date_at_a_foot_is_above_the_rest_of_the_summary(
    client: Client, api: Upstream
) -> None:
    paged(api, -3, None, -1, 1)
    assert ends(opened(client, messages="2")) == []
    assert ends(opened(client)) == [(12, "The summary ends here; 1 message after")]


def test_where_the_page_below_can_not_be_read_there_is_none(client: Client, api: Upstream) -> None:
    paged(api, -3, -2, -1, 0, 1, 2).broken.add(1)
    html = opened(client, messages="2")
    assert messages(html) == [12, 13]
    assert ends(html) == []


def test_where_pages_are_ignored_there_is_none(client: Client, api: Upstream) -> None:
    envelope = {"current_page": 2, "last_page": 3, "per_page": 2, "total": 6, "from": 3}
    api.conversation(chatroom(**summarized()), *said(-2, -1), **envelope)
    assert ends(opened(client, messages="2")) == []


@pytest.mark.parametrize("is_ignored", [False, True])
def test_it_stands_there_whether_or_not_popsell_heeds_the_sort(
    client: Client, api: Upstream, is_ignored: bool
) -> None:
    api.changed = True
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    known, after = transcript(room, 1)[-26:-24]
    assert known.date < after.date
    room.summary = Summary(known.date, "She asks for a cream", None, None)
    if is_ignored:
        api.ignore_sort("messages")
    newest = opened(client, LONG)
    assert messages(newest)[0] == after.id
    assert ends(newest) == []
    found = ends(opened(client, older(newest)))
    assert found == [(known.id, "The summary ends here; 25 messages after")]
