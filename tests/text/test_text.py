"""Text and numbers that PostgreSQL refuses and SQLite takes: null characters, too long, too large"""

import pytest
from django.test import Client

from inbox.models import Activity, Membership, Outcome, User
from tests.conftest import ClientOf, SignIn
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form, send
from tests.support.pages import INBOX, button, press, row, text
from tests.support.upstream import Upstream

ODD = {
    "null": "a\0b",
    "long": "é" * 2000,
    "null in an address": "a\0b@example.com",
    "long address": "a" * 300 + "@example.com",
    "number": "9" * 40,
}
odd = pytest.mark.parametrize("value", ODD.values(), ids=ODD)


@odd
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/brands/3/ambassadors/", "name"),
        ("/brands/3/ambassadors/", "page"),
        (INBOX, "page"),
        (INBOX, "sort"),
        (INBOX, "flag"),
        (INBOX, "before"),
        (INBOX, "type_chatroom"),
    ],
)
def test_in_an_address(
    client_of: ClientOf,
    moderator: Membership,
    api: Upstream,
    path: str,
    field: str,
    value: str,
) -> None:
    assert client_of(moderator).get(path, {field: value}).status_code < 500


@odd
@pytest.mark.parametrize("path", ["/admin/inbox/user/", "/admin/inbox/activity/"])
def test_in_the_admins_search(sign_in: SignIn, operator: User, path: str, value: str) -> None:
    assert sign_in(operator).get(path, {"q": value}).status_code < 500


@odd
def test_in_signing_in(db: None, value: str) -> None:
    response = Client().post("/accounts/login/", {"login": value, "password": value})
    assert response.status_code == 200
    assert User.objects.count() == 0


@odd
def test_in_a_choice(client_of: ClientOf, moderator: Membership, value: str) -> None:
    for field in ("language", "theme", "shortcuts"):
        assert client_of(moderator).post("/preferences/", {field: value}).status_code < 500


@odd
def test_in_a_note(client_of: ClientOf, moderator: Membership, api: Upstream, value: str) -> None:
    client = client_of(moderator)
    found = form(text(client.get(f"{INBOX}chatrooms/30494/?page=6")), "review-conversation")
    assert send(client, found, note=value).status_code in {200, 400}


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**40, -(2**63) - 1])
def test_in_the_number_of_a_message(
    client_of: ClientOf, moderator: Membership, api: Upstream, number: int
) -> None:
    """Popsell's, shown and answered: the act is sent, and has its outcome."""
    client = client_of(moderator)
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(number))
    assert press(client, found).status_code in {200, 502}
    assert Activity.objects.get().outcome in {Outcome.DONE, Outcome.UNKNOWN}


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**40])
def test_in_the_number_of_what_is_shown(
    client_of: ClientOf, moderator: Membership, api: Upstream, number: int
) -> None:
    client = client_of(moderator)
    for listed in (chatroom(id_chatroom=number), chatroom(last_message=message(number))):
        api.listing(listed)
        page = client.get(INBOX)
        assert page.status_code == 200
        found = button(text(page))
        assert found is None or press(client, found).status_code < 503
