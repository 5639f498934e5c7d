"""Who has no name is known by an e-mail address: colleagues who may not see it find it nowhere"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from inbox.models import User
from tests.conftest import SignIn, make_well
from tests.support.cast import invitation
from tests.support.markup import forms, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.runs import Some
from tests.support.states import ACTIVITY, CONVERSATION, MEMBERS, STATES, TALK
from tests.support.upstream import Upstream
from tests.support.visitors import AtClient
from tests.test_access import KEY, TABLE

EVERYBODY = {
    "manager": "camille@example.com",
    "moderator": "nadia@example.com",
    "viewer": "hugo@example.com",
    "who left": "yuki@example.com",
}


@dataclass
class Recorder(AtClient):
    """Keeps each page that it came by, and where it was asked for."""

    pages: dict[str, str] = field(default_factory=dict)

    def open(self, path: str) -> None:
        self.pages[path] = ""
        super().open(path)

    def _keep(self, response: Any) -> None:
        super()._keep(response)
        asked = response.request
        self.pages[f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}"] = self.html


@pytest.fixture
def nameless(people: dict[str, User]) -> dict[str, User]:
    User.objects.filter(email__in=EVERYBODY.values()).update(name="")
    return people


@pytest.fixture
def reader(nameless: dict[str, User], sign_in: SignIn) -> Callable[[str], Client]:
    return lambda who: sign_in(User.objects.get(pk=nameless[who].pk))


def press(client: Client, page: str, act: str, **fields: str) -> None:
    """Send the form of this act on a page, with these in its fields."""
    form = next(
        form
        for form in forms(text(client.get(page)))
        if form.attributes.get("action", "").endswith(f"/{act}/") and fields.keys() <= form.names
    )
    answer = client.post(form.action, {**form.fields, **fields}, follow=True)
    assert answer.status_code == 200


@pytest.fixture
def told(reader: Callable[[str], Client], api: Upstream) -> None:
    """What colleagues did, on every page that names who did it."""
    for who, page in {"moderator": TALK, "manager": CONVERSATION}.items():
        press(reader(who), page, "review", note="12, 34")
        press(reader(who), page, "flag", state="1")
    press(reader("manager"), f"{INBOX}chatrooms/30489/", "flag", state="1")
    press(reader("manager"), f"{INBOX}chatrooms/30489/", "flag", state="none")


def colleagues(who: str) -> list[str]:
    return [address for name, address in EVERYBODY.items() if name != who]


def pages_of_the_states(
    people: dict[str, User], sign_in: SignIn, api: Upstream, some: Some
) -> dict[str, str]:
    """Every path that leads to a state; and what the moderator and the viewer met on the way."""
    paths: dict[str, str] = {}
    for state in STATES:
        for scripts in some((True, False)):
            make_well(api)
            cache.clear()
            with transaction.atomic():  # what was done on the way is undone
                client = sign_in(people[state.who]) if state.who else Client()
                visitor = Recorder(client, api, invitation(people), scripts=scripts)
                state.reach(visitor)
                transaction.set_rollback(True)
            for path, page in visitor.pages.items():
                assert state.who not in {"moderator", "viewer"} or not [
                    one for one in colleagues(state.who) if one in page
                ], f"{state.name}: {path}"
            paths |= dict.fromkeys(visitor.pages, state.name)
    make_well(api)
    return paths


@pytest.mark.parametrize("who", ["viewer", "moderator"])
def test_no_page_tells_a_colleagues_address(
    nameless: dict[str, User],
    told: None,
    reader: Callable[[str], Client],
    sign_in: SignIn,
    api: Upstream,
    settings: Settings,
    some: Some,
    who: str,
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False  # else this would be too many
    paths = pages_of_the_states(nameless, sign_in, api, some)
    paths |= {row[0].replace("<key>", KEY): row[0] for row in TABLE if "<" not in row[0][:30]}
    assert len(paths) > 100
    client = reader(who)
    telling = []
    for path, name in paths.items():
        if urlsplit(path).path == "/accounts/logout/":
            continue
        for headers in some(({}, HTMX)):
            answer: Any = client.get(path, headers=headers, follow=True)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            said = body.decode() + str(answer.headers)
            telling += [(name, path, one) for one in colleagues(who) if one in said]
    assert telling == []


@pytest.mark.parametrize("who", ["viewer", "moderator", "manager"])
def test_a_mask_stands_in_their_place(
    told: None, reader: Callable[[str], Client], who: str
) -> None:
    client = reader(who)
    talk, other = (words(text(client.get(page))) for page in (TALK, CONVERSATION))
    assert "Reviewed by n…@e….com" in talk
    assert "Flag: To do, as n…@e….com set it here" in talk
    assert "Reviewed by c…@e….com" in other
    lists = "".join(text(client.get(f"{INBOX}?page={number}")) for number in range(1, 7))
    assert 'title="As n…@e….com set it here' in lists
    assert "Reviewed by n…@e….com" in words(lists)
    taken_off = words(text(client.get(f"{INBOX}chatrooms/30489/")))
    assert "No flag: c…@e….com took it off here" in taken_off


def test_a_manager_sees_addresses_where_they_look_after_people(
    told: None, reader: Callable[[str], Client]
) -> None:
    client = reader("manager")
    for page in (MEMBERS, ACTIVITY):
        assert EVERYBODY["moderator"] in text(client.get(page))


def test_the_mail_of_an_invitation_masks_who_invites(
    nameless: dict[str, User], reader: Callable[[str], Client]
) -> None:
    answer = reader("manager").post(MEMBERS, {"email": "new@example.org", "role": "viewer"})
    assert answer.status_code == 302
    body = str(mail.outbox[0].body)
    assert "c…@e….com invites you to Maison Lumière" in body
    assert EVERYBODY["manager"] not in body


def test_a_name_that_is_an_address_is_masked_as_well(
    told: None, reader: Callable[[str], Client]
) -> None:
    User.objects.filter(email=EVERYBODY["moderator"]).update(name="Nadia <nadia\uff20example.com>")
    press(reader("moderator"), CONVERSATION, "review", note="")
    assert "Reviewed by Nadia <n…@e….com>" in words(text(reader("viewer").get(CONVERSATION)))
