"""A list that is looked through without scripts, and acts on its rows"""

from typing import Any

import pytest
from django.test import Client

from inbox.caches import tolerant
from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import message
from tests.support.markup import attribute, every, form, has, link, one, words
from tests.support.pages import HTMX, INBOX, button, is_unread, press, row, rows, text
from tests.support.scans import asked, by_itself, found, go_on, inbox_of, room, to_the_end, told
from tests.support.upstream import Upstream

# Without scripts


def test_by_hand_each_part_is_a_page_of_its_own(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(200, lambda number: number % 5 == 0))
    page = text(client.get(f"{INBOX}?unread=1"))
    assert rows(page) == [5, 10, 15, 20, 25]
    second = go_on(client, page, htmx=False)
    assert "<html" in second
    assert rows(second) == list(range(30, 201, 5))
    assert "8 of 8 pages, 40 found" in told(second)
    assert attribute(one(second, "#refresh"), "href") == f"{INBOX}?page=2&unread=1"


def test_a_list_may_begin_further_down_and_says_so(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(200, lambda _: True))
    page = text(client.get(f"{INBOX}?unread=1&page=3"))
    assert rows(page) == list(range(51, 76))
    assert "pages 3 to 3 of 8, 25 found" in told(page)
    assert link(page, "From the first page") == f"{INBOX}?unread=1"
    assert "pages 3 to 5 of 8, 75 found" in told(go_on(client, page))
    response: Any = client.get(f"{INBOX}?unread=1&page=99")
    assert response["Location"] == f"{INBOX}?page=8&unread=1"


@pytest.mark.parametrize(
    "carried",
    [
        {
            "page": "x",
            "from": "x",
            "of": "",
            "found": "-1",
            "odd": "1.5",
            "since": "x",
            "seen": "x",
        },
        {"from": "9" * 5000, "found": "9" * 5000, "since": "9" * 30, "seen": "9" * 5000},
        {"from": "7", "page": "3", "of": "2"},
        {"from": "", "seen": "1," * 3000},
    ],
)
def test_nonsense_that_the_form_carries_is_an_answer_too(
    client: Client, api: Upstream, carried: dict[str, str]
) -> None:
    for headers in (HTMX, {}):
        response = client.get(INBOX, {"unread": "1", **carried}, headers=headers)
        assert response.status_code == 200


# Acts


def shifted(client: Client, api: Upstream) -> str:
    """The list, before so much came in that nothing is where it was."""
    pages = api.inbox(inbox_of(60, lambda number: number in {5, 30}))
    first, second = to_the_end(client, "unread=1")
    assert rows(first) + rows(second) == [5, 30]
    pages.rooms[0:0] = [room(number) for number in range(100, 125)]
    return first + second


def test_a_row_stays_where_it_is_and_is_changed(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(60, lambda number: number in {5, 30}))
    _, second = to_the_end(client, "unread=1")
    api.answer("POST", body=message(16))
    found_button = button(row(second, 30))
    assert found_button
    assert found_button.fields["page"] == "2"
    pages.rooms[29] = room(30)
    answer = text(press(client, found_button))
    assert not is_unread(row(answer, 30))
    assert 'id="unread"' not in answer


@pytest.mark.parametrize("number", [5, 30])
def test_a_row_stays_even_where_the_pages_shifted(
    client: Client, api: Upstream, number: int
) -> None:
    page = shifted(client, api)
    api.answer("POST", body=message(16, content="As answered"))
    response = press(client, button(row(page, number)))
    assert "HX-Refresh" not in response
    changed = row(text(response), number)
    assert not is_unread(changed)
    assert "As answered" in words(changed)


def test_a_plain_form_comes_back_to_its_row_though_it_matches_no_more(
    client: Client, api: Upstream
) -> None:
    pages = api.inbox(inbox_of(60, lambda number: number in {30, 40}))
    _, second = to_the_end(client, "unread=1")
    api.answer("POST", body=message(16))
    response = press(client, button(row(second, 30)), htmx=False)
    assert response["Location"] == f"{INBOX}?page=2&unread=1&stays=30#chatroom-30"
    pages.rooms[29] = room(30)
    page = text(client.get(response["Location"]))
    assert rows(page) == [30, 40]
    assert not is_unread(row(page, 30))


def test_a_row_opens_beside_the_whole_list_which_comes_to_it(client: Client, api: Upstream) -> None:
    shown = [page for page in to_the_end(client, "unread=1") if rows(page)]
    number = rows(shown[-1])[-1]
    address = attribute(one(shown[-1], f"#open-{number}"), "href")
    api.sent.clear()
    page = text(client.get(address))
    back = attribute(one(page, "a.conversation-back"), "href")
    assert back == f"{INBOX}?unread=1#chatroom-{number}"
    # Its own page tells the side; the first one begins the list.
    assert len([call for call in api.sent if call.path.endswith("/chatrooms")]) == 2
    assert rows(page) == rows(shown[0])
    while by_itself(page):
        page = go_on(client, page)
        found_there = rows(page)
    assert number in found_there


def test_all_that_a_part_shows_are_marked_by_hand(client: Client, api: Upstream) -> None:
    """Without scripts, and across its pages."""
    api.inbox(inbox_of(100, lambda number: number % 10 == 0))
    second = go_on(client, text(client.get(f"{INBOX}?low=1&unread=1")), htmx=False)
    second = go_on(client, text(client.get(f"{INBOX}?unread=1")), htmx=False)
    several = form(second, "form#several")
    assert several.fields == {"page": "2", "query": "unread=1", "through": "4"}
    assert "Mark all shown here read" in several.words
    question = text(client.get(f"{INBOX}read/", {**several.fields, "all": "1"}))
    assert len(every(question, "[name=act]")) == len(rows(second)) == 8
    some = text(client.get(f"{INBOX}read/", {**several.fields, "chatroom": ["30", "90"]}))
    assert len(every(some, "[name=act]")) == 2
    assert link(some, "Cancel") == f"{INBOX}?page=2&unread=1"


def test_pages_shown_before_are_marked_as_they_were_shown(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(100, lambda number: number % 10 == 0))
    list(to_the_end(client, "unread=1"))
    api.sent.clear()
    several = {"page": "1", "through": "4", "query": "unread=1", "all": "1"}
    question = text(client.get(f"{INBOX}read/", several))
    assert len(every(question, "[name=act]")) == 10
    assert asked(api) == [1]


def test_a_viewer_is_offered_no_act(client_of: ClientOf, viewer: Membership, api: Upstream) -> None:
    page = text(client_of(viewer).get(f"{INBOX}?unread=1"))
    assert rows(page)
    assert not has(page, "#several")
    for part in ("ul#rows", "footer#scan"):
        assert "Mark" not in words(one(page, part))


def test_a_broken_cache_costs_calls_and_nothing_else(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tolerant, "get", lambda _key: None)
    assert len(found(client, "unread=1")) > 9
    assert asked(api) == [1, 2, 3, 4, 5, 6]
