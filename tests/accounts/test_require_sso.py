"""`REQUIRE_SSO`: all sign in at the issuer, and operators with a second factor also here"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from pytest_django import Settings

from inbox.accounts.one_time_links import password_link
from inbox.models import Brand, Membership, Role, User
from tests.accounts.sso_alone import (
    ACCOUNT,
    KEY,
    NEW,
    TWICE,
    _named,
    by_key,
    by_password,
    finish,
    session_of_password,
)
from tests.accounts.test_single_sign_on import _issuer, issuer, sign_in
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD, invite, member
from tests.support.passkey import Passkey
from tests.support.signing_in import (
    LOGIN,
    enter,
    is_signed_in,
    with_app,
)

__all__ = ["_issuer", "_named", "issuer"]


# Who gets in, and how


def bare(user: User) -> None:
    pass


def with_codes(user: User) -> None:
    RecoveryCodes.activate(user)


def with_passkey(user: User) -> None:
    Passkey(user).keep()


PEOPLE: dict[str, tuple[str, Callable[[User], Any]]] = {
    "viewer": ("viewer", bare),
    "moderator": ("moderator", bare),
    "manager": ("manager", bare),
    "moderator with an app": ("moderator", with_app),
    "moderator with a passkey": ("moderator", with_passkey),
    "operator": ("operator", bare),
    "operator with codes alone": ("operator", with_codes),
    "operator with an app": ("operator", with_app),
    "operator with a passkey": ("operator", with_passkey),
    "operator who was deactivated": ("gone", with_app),
    "invited": ("invited", bare),
}


def person(kind: str, brand: Brand) -> User | None:
    """Made here; None for who is invited and has no account."""
    who, equip = PEOPLE[kind]
    if who == "invited":
        invite(member("camille@example.com", brand, Role.MANAGER), KEY, Role.VIEWER)
        return None
    if who in {"operator", "gone"}:
        user = User.objects.create_superuser("o@example.com", PASSWORD, is_active=who != "gone")
    else:
        user = member("nadia@example.com", brand, Role(who)).user
    equip(user)
    return user


def by_link(client: Client, user: User | None, _settings: Settings) -> None:
    """A link from before, and the password that it would set."""
    if user is None:
        return
    page: Any = client.get(password_link(user).removeprefix("http://localhost"), follow=True)
    client.post(page.request["PATH_INFO"], TWICE)
    enter(client, user.email, NEW)
    finish(client, user)


def by_invitation(client: Client, user: User | None, _settings: Settings) -> None:
    if user is None:
        client.post(f"/invitations/{KEY}/", {"name": "Inès", "password": NEW})


def by_issuer(client: Client, user: User | None, _settings: Settings) -> None:
    sign_in(client)
    finish(client, user)


def half_before(client: Client, user: User | None, settings: Settings) -> None:
    settings.REQUIRE_SSO = False
    enter(client, user.email if user else KEY)
    settings.REQUIRE_SSO = True
    finish(client, user)


def session_of_passkey(client: Client, user: User | None, settings: Settings) -> None:
    settings.REQUIRE_SSO = False
    by_key(client, user, settings)
    settings.REQUIRE_SSO = True


def known_browser(client: Client, user: User | None, settings: Settings) -> None:
    session_of_password(client, user, settings)
    client.post("/accounts/logout/")
    by_password(client, user, settings)


WAYS: dict[str, Callable[[Client, User | None, Settings], None]] = {
    "password": by_password,
    "passkey": by_key,
    "link": by_link,
    "invitation": by_invitation,
    "issuer": by_issuer,
    "half signed in before": half_before,
    "session of a password": session_of_password,
    "session of a passkey": session_of_passkey,
    "known browser": known_browser,
}
WITH_FACTOR = {"operator with an app", "operator with a passkey"}
AT_ISSUER_ALONE = set(PEOPLE) - {"operator who was deactivated"}
WITH_KEY = {"moderator with a passkey", "operator with a passkey"}


def table() -> list[tuple[str, str, bool]]:
    """Each kind of person, each way, and whether that lets them in."""
    rows = []
    for kind in PEOPLE:
        for way in WAYS:
            if "passkey" in way and kind not in WITH_KEY:
                continue  # else it would give them one
            lets_in = AT_ISSUER_ALONE if way == "issuer" else WITH_FACTOR - {"invited"}
            rows.append((kind, way, kind in lets_in and way != "invitation"))
    return rows


@pytest.mark.parametrize(("kind", "way", "gets_in"), table())
def test_each_person_each_way(
    brand: Brand, issuer: Issuer, settings: Settings, kind: str, way: str, gets_in: bool
) -> None:
    user, client = person(kind, brand), Client()
    email = user.email if user else KEY
    issuer.person = {"sub": "s-1", "email": email, "email_verified": True, "name": "Somebody"}
    WAYS[way](client, user, settings)
    assert (client.get(ACCOUNT).status_code == 200) == gets_in
    assert is_signed_in(client) == gets_in
    if way == "invitation":
        assert not User.objects.filter(email=KEY).exists()


@pytest.mark.parametrize("way", ["password", "session of a password", "link"])
def test_without_the_rule_all_is_as_before(brand: Brand, settings: Settings, way: str) -> None:
    user, client = person("moderator", brand), Client()
    WAYS[way](client, user, settings)
    assert not is_signed_in(client) or client.get(ACCOUNT).status_code == 302
    settings.REQUIRE_SSO, again = False, Client()
    enter(again, "nadia@example.com")
    assert again.get(ACCOUNT).status_code == 200


# What else could let somebody in


def test_the_desk_has_no_sign_in_of_its_own(
    client: Client, operator: User, settings: Settings
) -> None:
    """Not for somebody already signed in: it knows no second factors and counts no tries."""
    for settings.REQUIRE_SSO in (False, True):
        other = User.objects.create_superuser(f"second{settings.REQUIRE_SSO}@example.com", PASSWORD)
        with_app(other)
        begun = Client()
        sign_in_as(begun, operator)
        fields = {"username": other.email, "password": PASSWORD, "next": "/admin/"}
        answer: Any = begun.post("/admin/login/", fields)
        assert answer["Location"] == "/admin/"
        assert int(begun.session["_auth_user_id"]) == operator.pk
        assert client.post("/admin/login/", fields)["Location"].startswith(LOGIN)
        assert not is_signed_in(client)


def sign_in_as(client: Client, user: User) -> None:
    """A session as the issuer begins it."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def test_a_session_without_a_record_of_how_it_began_is_none_of_the_issuer(
    moderator: Membership,
) -> None:
    client = Client()
    client.force_login(moderator.user)
    assert client.get(ACCOUNT)["Location"].startswith(LOGIN)
