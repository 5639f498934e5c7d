"""/brands/<brand>/ambassadors/"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from inbox.models import Membership
from tests.chatrooms import person
from tests.pages import text, words
from tests.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"


@pytest.fixture
def client(client_of: Callable[[Membership], Client], viewer: Membership) -> Client:
    return client_of(viewer)


def test_lists_the_brands_ambassadors_with_links_to_their_inboxes(
    client: Client, api: Upstream
) -> None:
    page = text(client.get(PEOPLE))
    assert 'href="/brands/3/ambassadors/100/"' in page
    assert "Léa Moreau" in page
    assert "1–12 of 12" in page


def test_searches_by_name(client: Client, api: Upstream) -> None:
    page = text(client.get(PEOPLE, {"name": "  Moreau "}))
    assert "Léa Moreau" in page
    assert "Camille Bernard" not in page
    query = parse_qs(api.calls("GET")[0].query)
    assert query == {"page": ["1"], "filter[name]": ["Moreau"]}


def test_a_search_without_result_says_so(client: Client, api: Upstream) -> None:
    page = text(client.get(PEOPLE, {"name": "<b>nobody"}))
    assert "&lt;b&gt;nobody" in page
    assert "Show all ambassadors" in page


def test_paging_keeps_the_search(client: Client, api: Upstream) -> None:
    api.listing(person(1), current_page=2, last_page=3, total=60)
    page = text(client.get(PEOPLE, {"page": "2", "name": "a&b"}))
    assert 'href="?page=3&amp;name=a%26b"' in page
    api.listing(current_page=9, last_page=3, total=60)
    response: Any = client.get(PEOPLE, {"page": "9", "name": "a&b"})
    assert response["Location"] == f"{PEOPLE}?page=3&name=a%26b"


def test_shows_presence_role_and_last_seen(client: Client, api: Upstream) -> None:
    api.listing(
        person(1, firstname="On", status=6, online=True),
        person(2, firstname="Off", status=3, last_action_date="2024-05-04T09:42:00Z"),
        person(3, firstname="New", status=None, online=None, last_action_date=None, active=0),
    )
    page = words(text(client.get(PEOPLE)))
    assert "On Duarte expert online" in page
    assert "Off Duarte seller seen 4 May 2024" in page
    assert "New Duarte – Account not activated presence not known" in page


def test_one_unreadable_ambassador_costs_one_row(client: Client, api: Upstream) -> None:
    api.listing({}, person(2))
    page = text(client.get(PEOPLE))
    assert "An ambassador that could not be read" in page
    assert "Sofia Duarte" in page


def test_no_ambassador_at_all_is_a_designed_page(client: Client, api: Upstream) -> None:
    api.listing(last_page=1, total=0)
    assert "No ambassadors yet" in text(client.get(PEOPLE))
