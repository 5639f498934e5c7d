"""`REQUIRE_SSO`: the site where all sign in at the issuer, and ways to sign in there."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from inbox.accounts.spending import LAST
from inbox.models import Membership, User
from tests.accounts.test_single_sign_on import sign_in
from tests.stack.issuer import Issuer
from tests.support.passkey import Passkey, challenge
from tests.support.passkey import sign_in as by_passkey
from tests.support.signing_in import (
    CODE,
    code_now,
    enter,
    is_signed_in,
)

NEW = "rosier-du-matin"
TWICE = {"password1": NEW, "password2": NEW}
KEY = "ines@example.com"
ACCOUNT = "/accounts/"
ELSEWHERE = "Your account signs in with Maison SSO"


@pytest.fixture(autouse=True)
def _named(issuer: Issuer, settings: Settings) -> None:
    settings.OIDC_NAME, settings.REQUIRE_SSO = "Maison SSO", True


def finish(client: Client, user: User | None) -> None:
    """The second factor where it is asked for."""
    if client.session.get("account_login") is None or user is None:
        return
    kinds = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    if Authenticator.Type.TOTP in kinds:
        client.post(CODE, {"code": new_code()})
    else:
        asked = challenge(client, CODE)
        client.post(CODE, {"credential": held(user).answer(asked)})


def new_code() -> str:
    """What the app shows now; that it was used before is forgotten."""
    for app in Authenticator.objects.filter(type=Authenticator.Type.TOTP):
        app.data.pop(LAST, None)
        app.save()
    return code_now()


def held(user: User) -> Passkey:
    """The passkey that the person has, with another key: what was kept is made to fit it."""
    passkey = Passkey(user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).delete()
    passkey.keep()
    return passkey


def by_password(client: Client, user: User | None, _settings: Settings) -> None:
    enter(client, user.email if user else KEY)
    finish(client, user)


def by_key(client: Client, user: User | None, _settings: Settings) -> None:
    if user:
        by_passkey(client, held(user))


def session_of_password(client: Client, user: User | None, settings: Settings) -> None:
    settings.REQUIRE_SSO = False
    by_password(client, user, settings)
    assert user is None or not user.is_active or is_signed_in(client)
    settings.REQUIRE_SSO = True


@pytest.fixture
def inside(moderator: Membership) -> Client:
    """A member who has a password, signed in at the issuer."""
    client = Client()
    sign_in(client)
    assert is_signed_in(client)
    return client
