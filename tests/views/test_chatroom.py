"""…/chatrooms/<chatroom>/?page=N : one conversation, with all that its listing page says of it."""

from typing import Any

import pytest
from django.test import Client

from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.markup import words
from tests.support.pages import INBOX, button, press, row, text
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"


def shown(client: Client, api: Upstream, **changes: Any) -> str:
    api.listing(chatroom(**changes))
    return text(client.get(PAGE))


def test_a_row_leads_to_its_conversation_and_back(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, {"page": "2"}))
    address = page.split('data-key="o"')[0].rpartition('href="')[2].split('"')[0]
    assert address.endswith("/?page=2")
    conversation = text(client.get(address))
    number = int(address.split("/")[-2])
    assert row(conversation, number)
    assert f'href="{INBOX}?page=2#open-{number}"' in conversation


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": "hot_list"}, "Came from hot list"),
        ({"source": 9}, "Came from source 9"),
        ({"source": None}, "Came from –"),
        ({"type_discussion": 0}, "between members"),
        ({"type_chatroom": 3}, "type 3, between"),
        ({"established_dialogue": False}, "Both sides wrote no"),
        ({"established_dialogue": True}, "Both sides wrote yes"),
        ({"established_dialogue": None}, "Both sides wrote –"),
        ({"established_dialogue": "2023-10-06 13:41:09.123"}, "Both sides wrote since 6 Oct 2023"),
        ({"date_insert": "2023-10-06T13:41:09.123000Z"}, "Started 6 Oct 2023"),
        ({"last_summary": {"summary": "Asked about cream"}}, "Automatic summary Asked about cream"),
        ({"last_rating": {"value": 5, "comment": "Great"}}, "Rating 5 of 5 Great"),
        ({"last_message": message(16, type_message=7, content="film.mp4")}, "Video film.mp4"),
    ],
)
def test_it_says_what_the_row_leaves_out(
    client: Client, api: Upstream, changes: dict[str, Any], said: str
) -> None:
    assert said in words(shown(client, api, **changes))


def test_long_texts_are_whole(client: Client, api: Upstream) -> None:
    long = "word " * 4000 + "end"
    summary = {"summary": long, "anomaly": None, "topic": None, "date_insert": None}
    page = shown(client, api, last_message=message(16, content=long), last_summary=summary)
    assert page.count("word end") == 2


def test_everybody_is_named(client: Client, api: Upstream) -> None:
    people = [participant(600 + n, 8, firstname=f"P{n}", lastname=None) for n in range(40)]
    page = words(shown(client, api, ambassadors=[lea(8), *people], type_chatroom=7))
    assert all(f"P{n} client" in page for n in range(40))
    assert "Léa Moreau @lea.m expert · online · stands for Léa" in page


def test_opening_writes_nothing(client: Client, api: Upstream) -> None:
    shown(client, api)
    assert not api.calls("POST")


def test_marking_read_works_here_too(client: Client, api: Upstream) -> None:
    found = button(row(shown(client, api), 8))
    api.answer("POST", body=message(16))
    assert press(client, found).status_code == 200


def test_a_conversation_that_is_not_on_the_page_is_not_found(client: Client, api: Upstream) -> None:
    api.listing(chatroom(9))
    assert client.get(PAGE).status_code == 404


def test_an_outage_shows_what_was_kept(client: Client, api: Upstream) -> None:
    shown(client, api)
    api.answer("GET", 500)
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "This is what Popsell said" in text(response)


def test_a_stranger_learns_nothing(
    client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    assert client_of(neighbour).get(PAGE).status_code == 404
    assert api.sent == []
