"""…/ambassadors/<ambassador>/pin/ : kept at hand in the rail, with what waits there"""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inbox.caches import tolerant
from inbox.models import Brand, Membership, Role
from tests.conftest import ClientOf, Later
from tests.support.chatrooms import chatroom, message
from tests.support.markup import attribute, attributes, has, one, words
from tests.support.pages import HTMX, INBOX, button, press, row, text
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"
PIN = f"{INBOX}pin/"


def pin(client: Client, ambassador: int = 100, *, on: bool = True, htmx: bool = False) -> Any:
    fields = {"pinned": "on" if on else "off"}
    headers = HTMX if htmx else {"Referer": f"http://testserver{INBOX}?page=2"}
    return client.post(f"{PEOPLE}{ambassador}/pin/", fields, headers=headers)


def pinned(page: str) -> list[int]:
    """The ambassadors in the rail, in order."""
    return [int(id_.removeprefix("pin-")) for id_ in attributes(page, "li[id^=pin-]", "id")]


def waiting(client: Client, ambassador: int = 100) -> str:
    """What the rail's pin says, once the page has asked for it."""
    response = client.get(f"{PEOPLE}{ambassador}/pin/", headers=HTMX)
    assert response.status_code == 200
    return words(text(response))


# Pinning


def test_a_pinned_ambassador_is_in_the_rail_of_every_page_until_unpinned(
    client: Client, api: Upstream
) -> None:
    client.get(PEOPLE)
    pin(client)
    pin(client, 101)
    for address in (PEOPLE, INBOX, f"{PEOPLE}101/", f"{INBOX}read/?all=1"):
        assert pinned(text(client.get(address))) == [100, 101]
    pin(client, on=False)
    assert pinned(text(client.get(PEOPLE))) == [101]


def test_without_scripts_one_is_back_on_the_page_with_a_word_of_it(
    client: Client, api: Upstream
) -> None:
    client.get(INBOX)
    response = pin(client)
    assert (response.status_code, response["Location"]) == (302, f"{INBOX}?page=2")
    page = text(client.get(response["Location"]))
    assert "Léa is pinned." in page
    assert 'aria-pressed="true"' in page
    assert "Léa is no longer pinned." in text(client.get(pin(client, on=False)["Location"]))


def test_with_htmx_the_button_the_rail_and_a_word_of_it_change(
    client: Client, api: Upstream
) -> None:
    client.get(INBOX)
    answer = text(pin(client, htmx=True))
    assert 'aria-pressed="true"' in answer
    assert 'name="pinned" value="off"' in answer
    assert pinned(answer) == [100]
    assert "Léa is pinned." in answer
    assert pinned(text(pin(client, htmx=True, on=False))) == []


def test_pinning_twice_is_one_pin(client: Client, api: Upstream) -> None:
    pin(client)
    pin(client)
    assert pinned(text(client.get(PEOPLE))) == [100]


def test_pins_are_a_members_own_and_of_one_brand(
    client_of: ClientOf,
    moderator: Membership,
    manager: Membership,
    other_brand: Brand,
    api: Upstream,
) -> None:
    Membership.objects.create(user=moderator.user, brand=other_brand, role=Role.VIEWER)
    client = client_of(moderator)
    pin(client)
    assert pinned(text(client.get(PEOPLE))) == [100]
    assert pinned(text(client.get("/brands/8/ambassadors/"))) == []
    assert pinned(text(client_of(manager).get(PEOPLE))) == []


def test_a_viewer_pins_too(client_of: ClientOf, viewer: Membership, api: Upstream) -> None:
    client = client_of(viewer)
    pin(client)
    assert pinned(text(client.get(PEOPLE))) == [100]


def test_a_stranger_neither_pins_nor_reads_what_waits(
    client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    client = client_of(neighbour)
    assert pin(client).status_code == 404
    assert client.get(PIN, headers=HTMX).status_code == 404
    neighbour.refresh_from_db()
    assert neighbour.pins == []
    assert api.sent == []


def test_one_pin_too_many_is_said_and_not_kept(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = list(range(1000, 1020))
    moderator.save()
    assert "20 ambassadors are pinned already: unpin one first." in words(
        text(pin(client, htmx=True))
    )
    assert pinned(text(client.get(PEOPLE))) == moderator.pins


def test_the_directory_marks_who_is_pinned(client: Client, api: Upstream) -> None:
    pin(client, htmx=True)
    people = words(text(client.get(PEOPLE)))
    assert people.count("pinned") == 1
    assert "Léa Moreau @lea.m pinned" in people


def test_a_pin_says_who_is_online_and_which_page_one_is_on(client: Client, api: Upstream) -> None:
    client.get(PEOPLE)
    pin(client)
    assert "Léa Moreau , online" in waiting(client)
    current = "#pin-100 [aria-current=page]"
    assert has(text(client.get(INBOX)), current)
    assert has(text(client.get(PIN, {"here": "1"}, headers=HTMX)), current)
    assert "aria-current" not in text(client.get(PIN, headers=HTMX))


def test_the_address_of_a_pin_alone_leads_to_the_inbox(client: Client, api: Upstream) -> None:
    response: Any = client.get(PIN)
    assert (response.status_code, response["Location"]) == (302, INBOX)


# What waits


@pytest.mark.parametrize(
    ("reads", "last_page", "said"),
    [
        ([None, None], 1, "unread: 2"),
        ([None, 16], 1, "unread: 1"),
        ([None, 16], 2, "unread: 1+"),
        ([16, 16], 1, "Léa Moreau , online"),
        ([16, 16], 2, "Léa Moreau , online"),
    ],
)
def test_a_pin_counts_the_unread_of_its_first_page(
    client: Client, api: Upstream, reads: list[int | None], last_page: int, said: str
) -> None:
    rooms = [chatroom(8 + n, last_read=read) for n, read in enumerate(reads)]
    api.listing(*rooms, last_page=last_page)
    pin(client)
    assert waiting(client).endswith(said)
    assert api.calls("GET")[0].query.startswith("page=1&")


def test_a_count_is_dated(client: Client, moderator: Membership, api: Upstream) -> None:
    pin(client)
    before = timezone.now().astimezone(moderator.brand.zone)
    html = text(client.get(PIN, headers=HTMX))
    told = attribute(one(html, ".pin-count"), "title")
    assert told.startswith("Unread on the first page, as of ")
    after = timezone.now().astimezone(moderator.brand.zone)
    assert told.endswith(tuple(f" {at:%H:%M} (Europe/Paris)" for at in (before, after)))


def test_a_page_asks_nothing_for_its_pins_but_lets_them_ask(client: Client, api: Upstream) -> None:
    pin(client)
    pin(client, 101)
    page = text(client.get(PEOPLE))
    assert [call.path for call in api.sent] == ["/api/v2/chat/ambassadors"]
    assert page.count('hx-trigger="load, pins from:body"') == 2
    waiting(client)
    page = text(client.get(PEOPLE))
    assert page.count('hx-trigger="load, pins from:body"') == 1
    assert "unread: 9+" in words(page)


def test_an_inbox_that_was_just_read_tells_its_pin(client: Client, api: Upstream) -> None:
    pin(client)
    client.get(INBOX)
    assert waiting(client).endswith("unread: 9+")
    assert len(api.sent) == 1


def test_another_page_of_the_inbox_says_nothing_of_its_first(client: Client, api: Upstream) -> None:
    pin(client)
    client.get(INBOX, {"page": "2"})
    waiting(client)
    assert [call.query[:6] for call in api.sent] == ["page=2", "page=1"]


@pytest.mark.parametrize("well", [True, False], ids=["well", "failing"])
def test_a_pin_asks_at_most_once_a_minute(
    client: Client, api: Upstream, later: Later, well: bool
) -> None:
    pin(client)
    if not well:
        api.answer("GET", 500)
    for seconds, calls in ((0, 1), (1, 1), (59, 1), (62, 2), (63, 2), (120, 2), (125, 3)):
        later(seconds)
        waiting(client)
        assert len(api.sent) == calls, f"after {seconds} s"


def test_members_share_what_a_pin_asked(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    waiting(client)
    assert waiting(client_of(manager)).endswith("unread: 9+")
    assert len(api.sent) == 1


def test_while_popsell_fails_a_pin_keeps_its_last_count(
    client: Client, api: Upstream, later: Later
) -> None:
    before = waiting(client)
    api.answer("GET", 500)
    later(120)
    assert waiting(client) == before


def test_a_pin_whose_inbox_was_never_read_has_no_count(client: Client, api: Upstream) -> None:
    pin(client)
    api.answer("GET", 500)
    assert "unread" not in waiting(client)


def test_an_act_on_the_first_page_lowers_the_count(client: Client, api: Upstream) -> None:
    api.listing(chatroom(8), chatroom(9))
    pin(client)
    found = button(row(text(client.get(INBOX)), 8))
    assert waiting(client).endswith("unread: 2")
    api.answer("POST", body=message(16))
    answer = press(client, found)
    assert json.loads(answer["HX-Trigger"]) == {"pins": {}}
    assert waiting(client).endswith("unread: 1")


# Queries


@pytest.mark.parametrize("pins", [0, 1, 20])
@pytest.mark.parametrize(
    "address", [PEOPLE, INBOX, f"{INBOX}?page=2", f"{INBOX}chatrooms/30615/?page=2"]
)
def test_queries_do_not_grow_with_pins(
    client: Client,
    moderator: Membership,
    api: Upstream,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    pins: int,
) -> None:
    moderator.pins = list(range(100, 100 + pins))
    moderator.save()
    for _first in "ab":  # which note the codes that they see, and read their names
        client.get(address)
    most = 2 if address == PEOPLE else 9 if "chatrooms" in address else 3  # with the viewing
    with django_assert_num_queries(most):
        assert client.get(address).status_code == 200


def test_queries_do_not_grow_with_brands(
    client: Client,
    moderator: Membership,
    api: Upstream,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20, 25):
        brand = Brand.objects.create(id=number, name=f"Brand {number}")
        Membership.objects.create(user=moderator.user, brand=brand, role=Role.VIEWER)
    for _first in "ab":
        client.get(INBOX)
    with django_assert_num_queries(3):
        assert text(client.get(INBOX)).count("Brand 2") == 5


def test_what_waits_is_written_when_it_changed_and_else_now_and_then(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, real, turn = list[object](), tolerant.put, [1]

    def put(key: str, value: object, seconds: float) -> bool:
        if key.endswith(":pin:100"):
            written.append(value)
        return real(key, value, seconds)

    monkeypatch.setattr(tolerant, "put", put)
    monkeypatch.setattr(tolerant, "turn", lambda _seconds: turn[0])
    pin(client)
    for last_read, times in ((None, 1), (None, 1), (16, 2), (None, 3), (None, 3)):
        api.listing(chatroom(8, last_read=last_read))
        client.get(INBOX)
        assert len(written) == times
        assert waiting(client).endswith("unread: 1") == (last_read is None)
    turn[0] += 1
    client.get(INBOX)
    assert len(written) == 4
