"""`REQUIRE_SSO`: sessions that began otherwise end"""

from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inbox.models import Membership, User
from tests.accounts.sso_alone import (
    ACCOUNT,
    KEY,
    _named,
    by_password,
    inside,
    new_code,
    session_of_password,
)
from tests.accounts.test_confirm import confirm
from tests.accounts.test_single_sign_on import _issuer, issuer, sign_in
from tests.conftest import Later
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD
from tests.support.pages import HTMX, INBOX, text
from tests.support.passkey import Passkey, challenge
from tests.support.signing_in import (
    CODE,
    FACTOR,
    LOGIN,
    enter,
    is_signed_in,
    with_app,
)
from tests.support.upstream import Upstream

__all__ = ["_issuer", "_named", "inside", "issuer"]

ENDED = "You are signed out: this site now asks you to sign in with Maison SSO."


def begun_before(user: User, settings: Settings) -> Client:
    client = Client()
    session_of_password(client, user, settings)
    return client


def test_a_session_of_a_password_ends_and_the_sign_in_page_says_why(
    moderator: Membership, settings: Settings
) -> None:
    client = begun_before(moderator.user, settings)
    key = client.session.session_key
    answer: Any = client.get(INBOX)
    assert answer["Location"] == f"{LOGIN}?{urlencode({'next': INBOX})}"
    assert f'<p class="notice plain">{ENDED}</p>' in text(client.get(answer["Location"]))
    assert not is_signed_in(client)
    assert client.session.session_key != key


@pytest.mark.parametrize("path", ["/", INBOX, ACCOUNT, "/admin/", LOGIN, f"/invitations/{KEY}/"])
def test_it_ends_wherever_it_goes(moderator: Membership, settings: Settings, path: str) -> None:
    client = begun_before(moderator.user, settings)
    assert client.get(path)["Location"].startswith(LOGIN)
    assert not is_signed_in(client)


def test_a_fragment_says_why_and_where_to_sign_in(
    moderator: Membership, settings: Settings
) -> None:
    client = begun_before(moderator.user, settings)
    answer: Any = client.get(INBOX, headers=HTMX)
    assert answer.status_code == 401
    assert "You must now sign in with" in text(answer)
    assert f'href="{LOGIN}?' in text(answer)


def test_an_operator_who_lost_the_factor_or_the_role_is_out_within_a_minute(
    operator: User, settings: Settings, later: Later
) -> None:
    with_app(operator)
    client, other = Client(), Client()
    by_password(client, operator, settings)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()
    later(61)
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    later(0)
    with_app(operator)
    client.post(LOGIN, {"login": operator.email, "password": PASSWORD})
    other.post(LOGIN, {"login": operator.email, "password": PASSWORD})
    other.post(CODE, {"code": new_code()})
    assert other.get("/admin/").status_code == 200
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert other.get(ACCOUNT)["Location"].startswith(LOGIN)


def test_a_confirmation_at_the_issuer_makes_no_session_of_the_issuer(
    moderator: Membership, settings: Settings, issuer: Issuer
) -> None:
    sign_in(Client())
    settings.REQUIRE_SSO = False
    client = Client()
    enter(client, moderator.user.email)
    assert confirm(client)["Location"] == f"{FACTOR}app/"
    settings.REQUIRE_SSO = True
    assert client.get(ACCOUNT)["Location"].startswith(LOGIN)


def test_what_was_begun_at_the_issuer_helps_no_password_or_passkey_later(
    moderator: Membership, settings: Settings
) -> None:
    """Who was asked for a code after the issuer, and comes back by a passkey."""
    client = Client()
    passkey = Passkey(moderator.user)
    passkey.keep()
    assert sign_in(client)["Location"] == CODE
    session = client.session
    session.pop("account_login")
    session.save()
    client.post(f"{FACTOR}passkeys/login/", {"credential": passkey.answer(challenge(client))})
    assert not is_signed_in(client)


def test_an_inbox_costs_no_query_more(
    inside: Client, moderator: Membership, settings: Settings, api: Upstream
) -> None:
    counted = []
    inside.get(INBOX)
    for settings.REQUIRE_SSO in (False, True):
        inside.get(INBOX)
        with CaptureQueriesContext(connection) as told:
            assert inside.get(INBOX).status_code == 200
        counted.append(len(told))
    assert counted[0] == counted[1]


def test_nor_does_a_page_of_an_operator_but_once_a_minute(
    operator: User, settings: Settings, later: Later
) -> None:
    client = Client()
    with_app(operator)
    by_password(client, operator, settings)
    client.get(ACCOUNT)
    with CaptureQueriesContext(connection) as told:
        client.get("/")
    settings.REQUIRE_SSO = False
    with CaptureQueriesContext(connection) as before:
        client.get("/")
    assert len(told) == len(before)
