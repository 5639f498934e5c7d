"""/brands/<brand>/activity/ : names beside the numbers, and what is asked by name"""

from typing import Any

import pytest
from django.test import Client

from inbox.models import Activity, Membership
from tests.conftest import ClientOf
from tests.support.activity import FILE, PAGE, did, downloaded, lines
from tests.support.chatrooms import chatroom, lea, participant, person
from tests.support.filters import chips
from tests.support.markup import all_words, attributes, one, words
from tests.support.pages import INBOX, text, told
from tests.support.signing_in import confirm
from tests.support.upstream import Upstream
from tests.support.upstream import page as page_of


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


# Names beside the numbers


def about(client: Client, **asked: str) -> list[str]:
    """What the lines are about."""
    return all_words(text(client.get(PAGE, asked)), "tr.activity-line td:nth-child(4)")


def listings(api: Upstream) -> list[str]:
    return [call.path for call in api.sent if call.path.endswith("/chatrooms")]


def test_names_are_those_that_an_inbox_read_lately_had(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    api.listing(chatroom())
    client.get(INBOX)
    api.sent.clear()
    assert about(client) == ["Sofia Duarte , with Léa Moreau 8 of ambassador 100"]
    assert api.sent == []


def test_the_inboxes_of_most_of_the_rest_are_read_and_no_more(
    client: Client, manager: Membership, api: Upstream
) -> None:
    api.listing(chatroom(), chatroom(9))
    for ambassador, rooms in ((101, 3), (102, 1), (103, 2), (104, 4)):
        for room in range(rooms):
            did(manager, ambassador=ambassador, chatroom=700 + room)
    did(manager)
    client.get(PAGE)
    assert [path.split("/")[-2] for path in listings(api)] == ["104", "101", "103"]
    api.sent.clear()
    client.get(PAGE)
    assert {path.split("/")[-2] for path in listings(api)} <= {"102", "100"}


def test_what_is_on_no_page_that_was_read_stands_by_its_number(
    client: Client, manager: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    did(manager, chatroom=9)
    assert about(client) == ["9 , with Léa Moreau of ambassador 100"]
    client.get(PAGE)
    assert len(listings(api)) == 1  # and is not asked for again and again


def test_an_anonymized_counterpart_has_no_name(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    people = [lea(8), participant(555, 8, firstname="Sofia", anonymized=True)]
    api.listing(chatroom(ambassadors=people))
    page = text(client.get(PAGE))
    assert about(client) == ["8 , with Léa Moreau of ambassador 100"]
    assert "Sofia" not in page


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_where_popsell_fails_numbers_stand_alone_and_the_page_says_so(
    client: Client, manager: Membership, api: Upstream, status: int
) -> None:
    did(manager)
    api.answer("GET", status)
    for _ in range(2):
        page = text(client.get(PAGE))
        assert [one.endswith("Mark read 8 of ambassador 100 Done") for one in lines(page)] == [True]
        assert "some names are missing, their numbers are not" in page
    assert len({call.path for call in api.sent}) == 1


def test_names_are_the_names_of_this_brand(
    client: Client, client_of: ClientOf, manager: Membership, neighbour: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    client.get(INBOX)
    did(neighbour)
    api.answer("GET", 403)
    own = client_of(neighbour)
    page = text(own.get("/brands/8/activity/"))
    assert "Sofia" not in page
    assert "Léa" not in page


def test_the_trail_and_the_file_hold_numbers_alone(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    api.listing(chatroom())
    client.get(INBOX)
    client.get(PAGE)
    assert "Sofia" not in repr(list(Activity.objects.values()))
    assert "Sofia" not in repr(downloaded(client))


# By name


@pytest.mark.parametrize("typed", ["  Léa   Moreau ", "Le\u0301\u200ba Moreau"])
def test_an_ambassador_is_asked_for_by_name(
    client: Client, manager: Membership, api: Upstream, typed: str
) -> None:
    did(manager)
    did(manager, ambassador=101, chatroom=9)
    response = client.get(PAGE, {"ambassador": typed, "act": "all"})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?act=all&ambassador=100")


def test_one_of_several_is_chosen(client: Client, manager: Membership, api: Upstream) -> None:
    did(manager)
    api.answer("GET", body=page_of(person(100), person(104, firstname="Léa", lastname="<b>Petit")))
    page = text(client.get(PAGE, {"ambassador": "Léa", "outcome": "done"}))
    assert "Choose who is meant by “Léa”." in page
    assert 'id="id_ambassador_error"' in page
    meant = one(page, "nav.meant")
    assert attributes(meant, "a", "href") == [
        f"{PAGE}?outcome=done&ambassador=100",
        f"{PAGE}?outcome=done&ambassador=104",
    ]
    assert words(meant).endswith("Léa <b>Petit · 104")
    assert len(lines(page)) == 1


def test_the_order_of_words_does_not_matter(
    client: Client, manager: Membership, api: Upstream
) -> None:
    response = client.get(PAGE, {"ambassador": "moreau  LEA"})
    assert response["Location"] == f"{PAGE}?ambassador=100"
    assert "Nobody is called “Petit Lea” here" in told(
        text(client.get(PAGE, {"ambassador": "Petit Lea"}))
    )


def test_what_is_asked_is_said_in_words(client: Client, manager: Membership, api: Upstream) -> None:
    did(manager)
    client.get(INBOX)
    page = text(client.get(PAGE, {"ambassador": "100", "since": "2026-11-01"}))
    assert chips(page) == ["Ambassador: Léa Moreau · 100", "From: 1 Nov 2026"]
    assert "Enter a number or a name." in text(client.get(PAGE, {"ambassador": "😀"}))


def test_nobody_of_that_name_is_said(client: Client, manager: Membership, api: Upstream) -> None:
    did(manager)
    page = text(client.get(PAGE, {"ambassador": "Zoë <i>"}))
    assert "Nobody is called “Zoë &lt;i&gt;” here" in page
    assert 'class="meant"' not in page


def test_an_outage_is_said_beside_the_name(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    api.answer("GET", 500)
    page = text(client.get(PAGE, {"ambassador": "Léa"}))
    assert "Popsell can't be read just now: use the number." in words(page)
    assert len(lines(page)) == 1


def test_a_conversation_is_asked_for_by_a_name_that_is_known_here(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    did(manager, chatroom=9)
    noor = participant(556, 9, firstname="Noor", lastname="Duarte")
    api.listing(chatroom(), chatroom(9, ambassadors=[lea(9), noor]))
    client.get(INBOX)
    response = client.get(PAGE, {"chatroom": "duarte noor"})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?chatroom=9")
    page = text(client.get(PAGE, {"chatroom": "DUARTE"}))
    assert words(one(page, "nav.meant")).endswith("Sofia Duarte · 8")
    page = text(client.get(PAGE, {"chatroom": "Zoë"}))
    assert "No conversation here is known to be with “Zoë”. Use its number." in page


def test_a_file_is_not_made_of_a_name_that_nobody_resolved(client: Client) -> None:
    response: Any = client.get(FILE, {"ambassador": "Léa"})
    assert response.status_code == 302
    assert response["Location"].startswith(f"{PAGE}?ambassador=")
