"""The list of an inbox is drawn once for all who need the same, and for nobody else"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client
from pytest_django import Settings

from inbox.caches import memories
from inbox.models import Brand, Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, lea, participant
from tests.support.markup import all_words, attribute, has, one, words
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream

LIST = "#list"


@pytest.fixture(autouse=True)
def drawn(client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the list was drawn, once the codes that it holds are noted."""
    client.get(INBOX)
    memories.forget()
    made: list[str] = []

    def note(name: str) -> Any:
        made.extend([name] if name == "inbox/_list.html" else [])
        return get_template(name)

    monkeypatch.setattr("inbox.components.kept.get_template", note)
    return made


def list_of(page: str) -> str:
    """Without its rows, and without tokens and seconds, which are others each time."""
    shell = re.sub(r'<ul class="rows".*?</ul>', "", one(page, LIST).html or "", flags=re.DOTALL)
    return re.sub(r'value="[A-Za-z0-9]{64}"|datetime="[^"]*"', "", shell)


def anew(client: Client, address: str) -> str:
    memories.forget()
    return list_of(text(client.get(address)))


def rename_brand(_client: Client) -> None:
    Brand.objects.filter(pk=3).update(name="La Maison")


def move_brand(_client: Client) -> None:
    Brand.objects.filter(pk=3).update(time_zone="Asia/Tokyo")


def pin(client: Client) -> None:
    client.post(f"{INBOX}pin/", {"pinned": "on"})


def speak_french(client: Client) -> None:
    client.post("/preferences/", {"language": "fr"})


CHANGES: dict[str, Callable[[Client], object]] = {
    "the brand's name": rename_brand,
    "its zone": move_brand,
    "a pin": pin,
    "the language": speak_french,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_is_shown(
    client: Client, api: Upstream, change: Callable[[Client], object]
) -> None:
    before = list_of(text(client.get(INBOX)))
    change(client)
    now = list_of(text(client.get(INBOX)))
    assert now != before
    assert now == anew(client, INBOX)


@pytest.mark.parametrize(
    "listing",
    [
        {"total": 7},
        {"last_page": 9},
        {"data": [chatroom(8, last_read=16)]},
        {"data": [chatroom(8, ambassadors=[lea(8) | {"firstname": "Rose"}, participant(555, 8)])]},
        {"data": []},
    ],
)
def test_what_popsell_says_is_shown(
    client: Client, api: Upstream, settings: Settings, listing: dict[str, Any]
) -> None:
    settings.INBOX_CACHE_SECONDS = 0
    api.listing(chatroom(8))
    before = list_of(text(client.get(INBOX)))
    data = listing.pop("data", [chatroom(8)])
    api.listing(*data, **listing)
    now = list_of(text(client.get(INBOX)))
    assert now != before
    assert now == anew(client, INBOX)


def test_pages_and_filters_have_their_own(client: Client, api: Upstream) -> None:
    for address in ("?page=2", "?archived=0", "?archived=0&flag=2", "?sort=last_action_date"):
        client.get(INBOX + address)  # which notes its codes
        client.get(INBOX)
        assert list_of(text(client.get(INBOX + address))) == anew(client, INBOX + address)


def test_it_is_drawn_once_and_each_one_sees_their_own(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream, drawn: list[str]
) -> None:
    page = text(client.get(INBOX))
    assert list_of(text(client.get(INBOX))) == list_of(page)
    assert len(drawn) == 1
    other = text(client_of(viewer).get(INBOX))
    assert len(drawn) == 2
    assert has(page, "#several")
    assert not has(other, "#several")


@pytest.mark.parametrize("name", ["<!-- rows -->", "<!-- mark -->", "<!-- updated -->"])
def test_nothing_is_left_of_what_stands_in_for_it(client: Client, api: Upstream, name: str) -> None:
    own = lea(8) | {"firstname": name}
    api.listing(chatroom(8, ambassadors=[own, participant(555, 8) | {"firstname": name}]))
    page = text(client.get(INBOX))
    assert "<!--" not in page
    assert words(one(page, "h1")).startswith(name)
    assert all_words(page, ".row-name a") == [f"{name} Duarte"]
    assert attribute(one(page, LIST), "data-mark")
    assert words(one(page, "#updated")).startswith("Updated ")
