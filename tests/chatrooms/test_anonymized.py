"""Anonymized people: no page shows their name, picture, address or number"""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.markup import words
from tests.support.matched import begin
from tests.support.pages import HTMX, INBOX, text
from tests.support.upstream import Upstream, page

PAGE = f"{INBOX}chatrooms/8/"
IDENTITY = {
    "firstname": "Ysolde",
    "lastname": "Quennec",
    "username": "yso.q",
    "email": "ysolde@perfume.example",
    "email_tmp": "ysolde.tmp@perfume.example",
    "customer_id": "YQ-7740192",
    "image": "https://images.popsell.example/ysolde.png",
}
TOLD = ("Ysolde", "Quennec", "@yso", "perfume.example", "YQ-", "92<", "y…@")


@pytest.fixture
def client(client_of: ClientOf, manager: Membership, settings: Settings) -> Client:
    settings.IMAGE_HOSTS = ["images.popsell.example"]
    return client_of(manager)


def somebody(anonymized: Any, **more: Any) -> dict[str, Any]:
    return {**IDENTITY, "anonymized": anonymized, **more}


def assert_nothing(html: str) -> None:
    assert not [word for word in TOLD if word in html]


def has(api: Upstream, *, room: Any, author: Any = True, last: Any = True) -> None:
    """What is said of the counterpart where they take part, write, and wrote last."""
    people = [lea(8), participant(555, 8, **somebody(room))]
    newest = message(16, person(555, **somebody(last)))
    api.listing(chatroom(ambassadors=people, last_message=newest))
    said = message(16, person(555, **somebody(author)))
    api.conversation(chatroom(ambassadors=people), said, message(15, person(555, **IDENTITY)))


@pytest.mark.parametrize("address", [INBOX, PAGE, f"{PAGE}?messages=2", f"{INBOX}?low=0&unread=1"])
@pytest.mark.parametrize(
    "told",
    [
        {"room": True},
        {"room": True, "author": False, "last": None},
        {"room": False, "author": True, "last": True},
        {"room": None, "author": True, "last": True},
    ],
)
def test_whoever_is_so_in_one_place_is_so_everywhere(
    client: Client, api: Upstream, address: str, told: dict[str, Any]
) -> None:
    begin()
    has(api, **told)
    page = text(client.get(address))
    assert_nothing(page)
    assert "Anonymized account" in words(page)
    assert_nothing(text(client.get(address, headers=HTMX)))


def test_without_messages_the_last_one_has_no_author_either(client: Client, api: Upstream) -> None:
    has(api, room=True, last=False)
    api.answer("GET", 403, path="/chat/chatrooms/8/messages")
    shown = text(client.get(PAGE))
    assert "Hello!" in shown
    assert_nothing(shown)


def test_nothing_of_an_earlier_page_comes_back(client: Client, api: Upstream) -> None:
    has(api, room=False, author=False, last=False)
    assert "Ysolde" in text(client.get(PAGE))
    has(api, room=True, author=False, last=False)
    for address in (PAGE, INBOX):
        client.get(address, headers={"Cache-Control": "no-cache"})
        assert_nothing(text(client.get(address)))
    api.answer("GET", 500)
    for address in (PAGE, INBOX):
        assert_nothing(text(client.get(address)))


def test_an_ambassador_who_is_so_is_nameless_in_every_list(
    client: Client, manager: Membership, api: Upstream
) -> None:
    manager.pins = [100]
    manager.save()
    own = lea(8, **somebody(True))
    api.answer("GET", body=page(own), path="/chat/ambassadors")
    for address in ("/brands/3/ambassadors/", INBOX):
        listed = text(client.get(address))
        assert_nothing(listed)
        assert "Anonymized account" in words(listed)
        api.listing(chatroom(ambassadors=[own, participant(555, 8)]))
    api.conversation(chatroom(ambassadors=[own, participant(555, 8)]), message(16, own))
    opened = text(client.get(PAGE))
    assert_nothing(opened)
    title = opened.partition("<title>")[2].partition("</title>")[0]
    assert "Anonymized account" in title


def test_a_message_on_the_way_to_be_read_has_no_author(client: Client, api: Upstream) -> None:
    has(api, room=True, author=False, last=False)
    asked = client.get(f"{INBOX}read/", {"chatroom": "8"})
    assert_nothing(text(asked))
    client.get(PAGE)
    assert_nothing(text(client.get("/brands/3/ambassadors/")))
