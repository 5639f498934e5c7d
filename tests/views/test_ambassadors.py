"""/brands/<brand>/ambassadors/"""

from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import person
from tests.support.filters import chips, without
from tests.support.markup import attributes, form, words
from tests.support.pages import text
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"


@pytest.fixture
def client(client_of: ClientOf, viewer: Membership) -> Client:
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
    assert f'href="{PEOPLE}?page=3&amp;name=a%26b"' in page
    api.listing(current_page=9, last_page=3, total=60)
    response: Any = client.get(PEOPLE, {"page": "9", "name": "a&b"})
    assert response["Location"] == f"{PEOPLE}?page=3&name=a%26b"


# Roles and order


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("role=6", {"filter[status]": "6"}),
        ("role=6&role=0", {"filter[status]": "0,6"}),
        ("role=8&role=8", {"filter[status]": "8"}),
        ("role=3,6,,x&role=0", {"filter[status]": "0,3,6"}),
        ("sort=-last_action_date", {"sort": "-last_action_date"}),
        ("sort=last_action_date", {"sort": "last_action_date"}),
        (
            "name=a&role=3&sort=-last_action_date",
            {"filter[name]": "a", "filter[status]": "3", "sort": "-last_action_date"},
        ),
        ("role=9&role=x&role=-1&sort=name", {}),
        # Blanks are one, and what nobody sees is not sent.
        ("name=%20Sofia%C2%A0%09Duarte%20", {"filter[name]": "Sofia Duarte"}),
        ("name=L%C3%A9%C2%ADa%E2%80%8B%EF%BB%BF%00", {"filter[name]": "Léa"}),
        ("name=%E2%80%8B%E3%85%A4", {}),
    ],
)
def test_roles_and_order_are_asked_of_popsell(
    client: Client, api: Upstream, asked: str, expected: dict[str, str]
) -> None:
    assert client.get(f"{PEOPLE}?{asked}").status_code == 200
    (call,) = api.sent
    assert dict(parse_qsl(call.query)) == {"page": "1", **expected}


def test_only_people_of_the_roles_are_listed(client: Client, api: Upstream) -> None:
    page = words(text(client.get(PEOPLE, {"role": ["3", "6"]})))
    assert "Léa Moreau @lea.m expert" in page
    assert "Camille Bernard @camille seller" in page
    assert "Thomas Lefèvre" not in page
    assert "1–3 of 3" in page


def test_paging_search_and_poll_keep_roles_and_order(client: Client, api: Upstream) -> None:
    question = "name=a&role=3&role=6&sort=last_action_date"
    api.listing(person(1), current_page=2, last_page=3, total=60)
    page = text(client.get(f"{PEOPLE}?page=2&sort=last_action_date&role=6&role=3&name=a"))
    assert f"{PEOPLE}?page=3&{question}" in attributes(page, "a", "href")
    search = form(page, "form[role=search]")
    assert search.fields == {"name": "a", "role": "3,6", "sort": "last_action_date"}
    api.listing(current_page=9, last_page=3, total=60)
    response: Any = client.get(f"{PEOPLE}?page=9&{question}")
    assert response["Location"] == f"{PEOPLE}?page=3&{question}"


def test_what_is_on_can_be_taken_off(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{PEOPLE}?role=3&role=6&sort=-last_action_date"))
    assert [(without(page, chip), chip) for chip in chips(page)] == [
        ("?role=6&sort=-last_action_date", "seller"),
        ("?role=3&sort=-last_action_date", "expert"),
        ("?role=3&role=6", "Latest activity first"),
    ]
    assert f'href="{PEOPLE}">Show all</a>' in page
    assert '<option value="-last_action_date" selected>' in page
    assert attributes(page, "input[name=role][checked]", "value") == ["3", "6"]


def test_a_role_without_anybody_says_so(client: Client, api: Upstream) -> None:
    page = text(client.get(PEOPLE, {"role": "8", "name": "<x>"}))
    assert "Nobody matches Looked for: “<x>” , anonymous visitor ." in words(page)
    assert "Show all ambassadors" in page


def test_a_forms_empty_order_is_left_out_of_the_address(client: Client, api: Upstream) -> None:
    response: Any = client.get(f"{PEOPLE}?name=&role=6&sort=")
    assert response["Location"] == f"{PEOPLE}?role=6"
    response = client.get(f"{PEOPLE}?name=&sort=")
    assert response["Location"] == PEOPLE
    assert api.sent == []


def test_people_of_another_question_are_kept_apart(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    for question in ("", "role=6", "role=6&role=3", "role=3&role=6", "sort=last_action_date"):
        client.get(f"{PEOPLE}?{question}")
    assert len(api.sent) == 4


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
