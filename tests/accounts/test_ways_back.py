"""After a refusal, a person gets back to the form, then to the page they wanted"""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from tests.support.markup import attributes
from tests.support.pages import INBOX, text
from tests.support.passkey import LOGIN as BY_PASSKEY
from tests.support.passkey import Passkey, challenge
from tests.support.passkey import sign_in as by_passkey
from tests.support.signing_in import (
    CODE,
    CONFIRM,
    FACTOR,
    FORGOTTEN,
    LOGIN,
    enter,
    signed_in,
    with_app,
)

BY_CODE, BY_KEY = f"{FACTOR}confirm/", f"{FACTOR}passkeys/confirm/"
CHANGE = "/accounts/password/change/"


@pytest.fixture(autouse=True)
def _never(settings: Settings) -> None:
    """Nothing may be tried even once."""
    names = ("login", "reauthenticate", "reset_password", "change_password")
    settings.MFA_RATE_LIMITS = {"webauthn_login": "0/m/ip"}
    settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(names, "0/m/ip")


def assert_leads(answer: Any, address: str) -> None:
    assert answer.status_code == 429
    led = attributes(text(answer), "[href]", "href")
    assert address in led
    assert "/" not in led


def on_the_way(path: str, next_: str) -> str:
    return f"{path}?{urlencode({'next': next_})}"


@pytest.mark.parametrize("where", ["in the address", "in the form"])
@pytest.mark.parametrize(
    ("path", "back"), [(LOGIN, LOGIN), (BY_PASSKEY, LOGIN), (FORGOTTEN, FORGOTTEN)]
)
def test_too_many_tries_to_sign_in(
    client: Client, db: None, path: str, back: str, where: str
) -> None:
    fields = {"login": "x@example.com", "email": "x@example.com", "password": "x"}
    if where == "in the form":
        answer = client.post(path, {**fields, "next": INBOX})
    else:
        answer = client.post(on_the_way(path, INBOX), fields)
    assert_leads(answer, on_the_way(back, INBOX))


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_never_to_another_site(client: Client, db: None, foreign: str) -> None:
    answer = client.post(LOGIN, {"login": "x@example.com", "password": "x", "next": foreign})
    assert_leads(answer, LOGIN)
    assert "evil" not in text(answer)


def test_too_many_tries_to_confirm_oneself(moderator: Membership, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    client = signed_in(moderator.user)
    with_app(moderator.user)
    Passkey(moderator.user).keep()
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "0/m/user", "change_password": "0/m/user"}
    for path in (CONFIRM, BY_CODE, BY_KEY):
        assert_leads(client.post(path, {"next": FACTOR}), on_the_way(path, FACTOR))
        assert_leads(client.post(on_the_way(path, FACTOR)), on_the_way(path, FACTOR))
    assert_leads(client.post(CHANGE, {}), CHANGE)


@pytest.mark.parametrize("path", [BY_PASSKEY, BY_KEY, CODE])
def test_a_passkey_that_is_refused_or_unreadable(
    moderator: Membership, settings: Settings, path: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    client = Client()
    key = Passkey(moderator.user)
    key.keep()
    if path == CODE:
        enter(client, moderator.user.email)
    if path == BY_KEY:
        by_passkey(client, key)
    challenge(client, path)
    back = {BY_PASSKEY: on_the_way(LOGIN, INBOX), BY_KEY: on_the_way(BY_KEY, INBOX)}.get(path, CODE)
    fields = {} if path == CODE else {"next": INBOX}
    unreadable = client.post(path, {"credential": "[", **fields})
    assert unreadable.status_code == 400
    assert f'href="{back}"' in text(unreadable)
    refused: Any = client.post(path, {"credential": key.answer("b2xk"), **fields})
    if path == CODE:
        assert "This passkey does not fit" in text(refused)
    else:
        assert refused["Location"] == back
        assert "This passkey does not fit" in text(client.get(back))


def test_a_form_that_expired(moderator: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(LOGIN, {"login": "nadia@example.com", "password": "x", "next": INBOX})
    assert answer.status_code == 403
    assert f'name="next" value="{INBOX}"' in text(answer)
