"""What a page learns that asks whether it changed: nothing, who is online, or how much is new"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.markup import all_words, attribute, every, one, words
from tests.support.pages import HTMX, INBOX, button, press, row, rows, text
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"


def shown(page: str) -> dict[str, str]:
    """What a page sends when it asks: the mark of its list, and one for each item."""
    mark = attribute(one(page, "[data-poll]"), "data-mark")
    said = ",".join(f"{number}:{mark}" for number, mark in item_marks(page).items())
    return {"Inbox-Mark": mark, "Inbox-Shown": said or "none"}


def item_marks(page: str) -> dict[int, str]:
    items = every(page, "[data-item]")
    return {int(attribute(one, "data-item")): attribute(one, "data-mark") for one in items}


def ask(client: Client, page: str, address: str = INBOX, **headers: str) -> Any:
    return client.get(address, headers={**HTMX, **shown(page), **headers})


def told(client: Client, page: str, address: str = INBOX) -> str:
    """The button, in words."""
    response = ask(client, page, address)
    assert response.status_code == 200
    return " ".join(all_words(text(response), "button"))


def test_nothing_changed_is_204_and_when_popsell_said_so(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    page = text(client.get(INBOX))
    before = datetime.now(UTC)
    response = ask(client, page)
    assert (response.status_code, response.content) == (204, b"")
    assert before <= datetime.fromisoformat(response["Inbox-Read-At"]) <= datetime.now(UTC)


def test_the_page_says_where_to_ask(client: Client, api: Upstream) -> None:
    assert f'data-poll="{INBOX}?page=2"' in text(client.get(INBOX, {"page": "2"}))
    search = text(client.get(PEOPLE, {"name": "a&b"}))
    assert f'data-poll="{PEOPLE}?name=a%26b"' in search
    open_ = text(client.get(f"{INBOX}chatrooms/30615/", {"page": "2"}))
    assert f'data-poll="{INBOX}?page=2"' in open_


@pytest.mark.parametrize(
    ("rooms", "said"),
    [
        ([chatroom(8), chatroom(9), chatroom(10)], "1 new"),
        ([chatroom(n) for n in range(8, 13)], "3 new"),
        ([chatroom(8, last_message=message(17)), chatroom(9)], "1 changed"),
        ([chatroom(8, last_read=16), chatroom(9, last_read=16), chatroom(10)], "1 new · 2 changed"),
        ([chatroom(9), chatroom(8)], ""),
        ([chatroom(8)], "The list changed"),
        ([], "The list changed"),
        ([chatroom(9), chatroom(10)], "1 new"),
        ([chatroom(8), {"id_chatroom": "x"}], "The list changed"),
    ],
)
def test_what_is_new_and_what_changed_is_counted(
    client: Client, api: Upstream, rooms: list[Json], said: str
) -> None:
    api.listing(chatroom(8), chatroom(9))
    page = text(client.get(INBOX))
    api.listing(*rooms)
    assert told(client, page) == said


NAMED = [lea(8), participant(555, 8, firstname="Sofía")]
SEAT = {"id_chatroom": 8, "id_ambassador": 100, "last_read_message": None}
BLOCKED = {**SEAT, "is_blocked": True, "archived": False}
ARCHIVED = {**SEAT, "is_blocked": False, "archived": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"last_message": message(16, content="Edited")},
        {"last_message": message(16, type_message=6)},
        {"last_message": None},
        {"last_rating": {"value": 1, "comment": "Bad"}},
        {"last_summary": {"summary": "Wants cream", "anomaly": 3}},
        {"last_read": 16},
        {"ambassadors": NAMED},
        {"ambassadors": [lea(8), participant(555, 8), participant(556, 8)]},
        {"ambassadors": [lea(8, chatroom_pivot_data=[BLOCKED]), participant(555, 8)]},
        {"ambassadors": [lea(8, chatroom_pivot_data=[ARCHIVED]), participant(555, 8)]},
        {"ambassadors": [participant(556, 8), participant(555, 8)]},
    ],
)
def test_whatever_a_row_says_counts_as_changed(
    client: Client, api: Upstream, changes: dict[str, Any]
) -> None:
    api.listing(chatroom(8), chatroom(9))
    page = text(client.get(INBOX))
    api.listing(chatroom(8, **changes), chatroom(9))
    assert told(client, page) == "1 changed"


def test_who_is_online_is_put_in_place_without_a_button(client: Client, api: Upstream) -> None:
    api.listing(chatroom(8), chatroom(9, ambassadors=[lea(9), participant(556, 9)]))
    page = text(client.get(INBOX))
    api.listing(
        chatroom(8, ambassadors=[lea(8), participant(555, 8, online=True)]),
        chatroom(9, ambassadors=[lea(9), participant(556, 9)]),
        chatroom(10),
    )
    answer = text(ask(client, page))
    shown = every(answer, "[id^=presence-][hx-swap-oob=true]")
    assert [(one.id, attribute(one, "class")) for one in shown] == [
        ("presence-8", "presence online"),
        ("presence-9", "presence"),
    ]
    assert words(answer).startswith("1 new online seen")


def test_presence_alone_is_no_news(client: Client, api: Upstream) -> None:
    api.listing(chatroom(8))
    page = text(client.get(INBOX))
    api.listing(chatroom(8, ambassadors=[lea(8, online=False), participant(555, 8, online=True)]))
    assert told(client, page) == ""
    assert "online" in words(text(ask(client, page)))


def test_a_row_that_was_acted_upon_is_no_news_to_who_acted(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    page = text(client.get(INBOX))
    number = next(n for n in rows(page) if button(row(page, n)))
    answer = text(press(client, button(row(page, number))))
    mine = page.replace(item_marks(page)[number], item_marks(answer)[number])
    assert told(client, mine) == ""
    assert told(client_of(manager), page) == "1 changed"


@pytest.mark.parametrize("nonsense", ["none", "x", "8:", "8:zz", "9" * 400, "8:0,8:0,;drop"])
def test_nonsense_from_a_page_is_a_page_that_shows_nothing(
    client: Client, api: Upstream, nonsense: str
) -> None:
    api.listing(chatroom(8))
    headers = {**HTMX, "Inbox-Mark": "x", "Inbox-Shown": nonsense}
    answer = words(text(client.get(INBOX, headers=headers)))
    assert answer.startswith("1 changed" if nonsense.startswith("8:0") else "1 new")


# When Popsell fails, and answers again


def test_a_failure_is_named(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX))
    api.answer("GET", 500)
    response = ask(client, page)
    assert response.status_code == 200
    assert words(text(response)).startswith("Popsell gave an answer we can't use")
    assert "<button" not in text(response)


def test_popsell_answers_again_is_news_to_a_page_of_the_past(client: Client, api: Upstream) -> None:
    api.listing(chatroom(8))
    client.get(INBOX)
    api.answer("GET", 500)
    kept = text(client.get(INBOX))
    assert shown(kept)["Inbox-Mark"] == ""
    assert told(client, kept) == ""
    api.listing(chatroom(8))
    assert told(client, kept) == "Popsell answers again"
    api.listing(chatroom(8), chatroom(9))
    assert told(client, kept) == "1 new"


# The open conversation

ROOM = f"{INBOX}chatrooms/8/"


def told_there(client: Client, page: str) -> str:
    """The button of the conversation, in words; empty where nothing is said."""
    mark = attribute(one(page, "#conversation-news"), "data-mark")
    response = client.get(ROOM, headers={**HTMX, "Inbox-Mark": mark, "Inbox-Shown": "none"})
    assert response.status_code in {200, 204}
    return words(text(response))


@pytest.mark.parametrize("missing", ["", "/messages"], ids=["all of it", "its messages"])
def test_a_conversation_of_the_past_says_that_popsell_answers_again(
    client: Client, api: Upstream, missing: str
) -> None:
    api.conversation(chatroom(), message(16))
    whole = text(client.get(ROOM, headers=HTMX))
    api.answer("GET", 500, path=f"/chat/chatrooms/8{missing}")
    kept = text(client.get(ROOM, headers={**HTMX, "Cache-Control": "no-cache"}))
    assert "This is what Popsell said" in kept
    assert told_there(client, kept) == ""
    assert told_there(client, whole) == ""
    api.conversation(chatroom(), message(16))
    assert told_there(client, kept) == "Popsell answers again"
    assert told_there(client, whole) == ""
    api.conversation(chatroom(), message(17), message(16))
    assert told_there(client, whole) == "Something new here"


def test_messages_that_can_not_be_read_just_now_are_nothing_new(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom())
    api.conversation(chatroom(), message(17), message(16))
    whole = text(client.get(ROOM, headers=HTMX))
    cache.clear()
    api.answer("GET", 500, path="/chat/chatrooms/8/messages")
    assert told_there(client, whole) == ""
    missing = text(client.get(ROOM, headers=HTMX))
    assert "can't be read just now" in missing
    api.conversation(chatroom(), message(17), message(16))
    assert told_there(client, missing) == "Popsell answers again"


# What speaks of an outage until it is over


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_could_not_be_read_speaks_of_an_outage_and_an_act_does_not(
    client: Client, api: Upstream, status: int
) -> None:
    page = text(client.get(INBOX))
    act = next(button(row(page, number)) for number in rows(page) if button(row(page, number)))
    api.answer("GET", status)
    assert 'data-outage="popsell"' in text(ask(client, page))
    cache.clear()
    assert 'data-outage="popsell"' in text(client.get(ROOM, headers=HTMX))
    api.answer("POST", 500)
    assert "data-outage" not in text(press(client, act))


def test_what_popsell_refuses_to_show_is_no_outage(client: Client, api: Upstream) -> None:
    api.answer("GET", 403)
    refused = client.get(INBOX, headers=HTMX)
    assert refused.status_code >= 400
    assert "data-outage" not in text(refused)


# Who asks, and how often


def test_who_was_signed_out_is_told_where_to_sign_in(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX))
    client.logout()
    response = ask(client, page)
    assert response.status_code == 401
    assert f'href="/accounts/login/?next={INBOX.replace("/", "%2F")}"' in text(response)


def test_a_stranger_and_a_former_member_learn_nothing(
    client_of: ClientOf, client: Client, moderator: Membership, neighbour: Membership, api: Upstream
) -> None:
    page = text(client.get(INBOX))
    assert ask(client_of(neighbour), page).status_code == 404
    moderator.is_active = False
    moderator.save()
    assert ask(client, page).status_code == 404
    assert len(api.sent) == 1


def test_a_fresh_page_is_not_asked_of_popsell_again(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    page = text(client.get(INBOX))
    assert ask(client, page).status_code == 204
    other = client_of(viewer)
    assert ask(other, text(other.get(INBOX))).status_code == 204
    assert len(api.sent) == 1


def test_asking_writes_nothing_and_takes_few_queries(
    client: Client, api: Upstream, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.listing(chatroom(8))
    for _first in "ab":  # which note the codes that they see, and read their names
        page = text(client.get(INBOX))
    with django_assert_num_queries(3):
        ask(client, page)
    api.listing(*(chatroom(n) for n in range(8, 108)))
    with django_assert_num_queries(3):
        ask(client, page)
    assert not api.calls("POST")


# The ambassadors


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([person(100), person(101)], "1 new"),
        ([person(100, firstname="Sofía")], "1 changed"),
        ([person(100, active=-1)], "1 changed"),
        ([person(100, online=True)], ""),
        ([person(101, firstname="Léa"), person(100, status=6)], "1 new · 1 changed"),
    ],
)
def test_the_directory_tells_its_news_too(
    client: Client, api: Upstream, people: list[Json], said: str
) -> None:
    api.listing(person(100))
    page = text(client.get(PEOPLE))
    assert ask(client, page, PEOPLE).status_code == 204
    api.listing(*people)
    assert told(client, page, PEOPLE) == said
    assert 'id="presence-100"' in text(ask(client, page, PEOPLE))
