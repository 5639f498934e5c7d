"""Confirming oneself before what guards the account changes, for every kind of person"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from inbox.accounts.proofs import with_next
from inbox.models import Membership, User
from tests.accounts.test_single_sign_on import _issuer, issuer, sign_in, through
from tests.conftest import Later
from tests.stack.issuer import MISSING, Issuer
from tests.support.cast import PASSWORD
from tests.support.markup import attribute, every, one, words
from tests.support.pages import INBOX, text
from tests.support.passkey import Passkey, challenge
from tests.support.passkey import sign_in as by_passkey
from tests.support.signing_in import (
    APP,
    CODE,
    CODES,
    CONFIRM,
    FACTOR,
    LOGIN,
    code_now,
    enter,
    is_signed_in,
    signed_in,
    with_app,
)

__all__ = ["_issuer", "issuer"]

AT_ISSUER = "/accounts/sso/confirm/"
BY_CODE = f"{FACTOR}confirm/"
BY_KEY = f"{FACTOR}passkeys/confirm/"
SET = "/accounts/password/set/"
CHANGE = "/accounts/password/change/"
ADD_KEY = f"{FACTOR}passkeys/add/"
NEW = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
WAYS = (CONFIRM, BY_CODE, BY_KEY)
UNCONFIRMED = "<h1>You were not confirmed</h1>"


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def confirm(client: Client, path: str = APP) -> Any:
    """Through the issuer and back, as the button leads."""
    asked: Any = client.get(AT_ISSUER, {"next": path})
    assert asked.status_code == 302, text(asked)
    return client.get(through(str(asked["Location"])))


def is_asked(answer: Any) -> bool:
    """Whether somebody is led to confirm themselves."""
    return answer.status_code == 302 and urlsplit(answer["Location"]).path in WAYS


def is_confirmed(client: Client) -> bool:
    return not is_asked(client.get(ADD_KEY))


@pytest.fixture
def member(moderator: Membership, issuer: Issuer) -> Client:
    """Somebody who has nothing but single sign-on, signed in by it."""
    without_password(moderator.user)
    client = Client()
    sign_in(client)
    assert is_signed_in(client)
    return client


# Every view, every kind of person


@dataclass(frozen=True)
class Person:
    """`confirm`: how they prove who they are, on the way to a path of ours."""

    client: Client
    user: User
    confirm: Callable[..., Any]


def by_password(user: User) -> Person:
    client = Client()
    enter(client, user.email)
    return Person(
        client,
        user,
        lambda path="/": client.post(with_next(CONFIRM, path), {"password": PASSWORD}),
    )


def by_issuer(user: User) -> Person:
    client = Client()
    without_password(user)
    sign_in(client)
    return Person(client, user, lambda path="/": confirm(client, path))


def by_issuer_and_app(user: User) -> Person:
    client = Client()
    with_app(without_password(user))
    sign_in(client)
    client.post(CODE, {"code": code_now()})
    return Person(client, user, lambda path="/": confirm(client, path))


def by_a_passkey(user: User) -> Person:
    client, key = Client(), Passkey(without_password(user))
    key.keep()
    by_passkey(client, key)
    return Person(
        client,
        user,
        lambda path="/": client.post(
            with_next(BY_KEY, path), {"credential": key.answer(challenge(client, BY_KEY))}
        ),
    )


KINDS: dict[str, Callable[[User], Person]] = {
    "a password": by_password,
    "the issuer alone": by_issuer,
    "the issuer and an app": by_issuer_and_app,
    "a passkey alone": by_a_passkey,
}


def guarded(person: Person) -> list[str]:
    """All that changes how this person signs in; the change of a password asks for the old one."""
    kept = Authenticator.objects.filter(user=person.user)
    keys = [one.pk for one in kept if one.type == Authenticator.Type.WEBAUTHN]
    has_app = any(one.type == Authenticator.Type.TOTP for one in kept)
    return [
        f"{APP}remove/" if has_app else APP,
        ADD_KEY,
        *(f"{FACTOR}passkeys/{key}/" for key in keys),
        *(f"{FACTOR}passkeys/{key}/remove/" for key in keys),
        *([CODES] if kept else []),  # who has no factor has no codes
        f"{CODES}new/",
        CHANGE if person.user.has_usable_password() else SET,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_guards_an_account_is_open_without_a_recent_proof(
    moderator: Membership, issuer: Issuer, kind: str, later: Later
) -> None:
    person = KINDS[kind](moderator.user)
    assert is_signed_in(person.client)
    if Authenticator.objects.exists():
        RecoveryCodes.activate(person.user)
    before = list(Authenticator.objects.order_by("pk").values_list("pk", "data"))
    paths = guarded(person)
    assert len(paths) >= 4
    for path in paths:
        if path != CHANGE:
            assert is_asked(person.client.get(path)), path
            told = person.client.post(path, {"name": "x", **NEW})
            assert is_asked(told) or (path == CODES and told.status_code == 405), path
    assert list(Authenticator.objects.order_by("pk").values_list("pk", "data")) == before
    assert User.objects.get(pk=person.user.pk).password == person.user.password
    person.confirm()
    for path in paths:
        assert person.client.get(path).status_code == 200, path
    later(870)
    for path in paths:
        assert person.client.get(path).status_code == 200, path
    later(901)
    for path in paths:
        assert path == CHANGE or is_asked(person.client.get(path)), path


def test_a_password_is_changed_with_the_old_one_alone(moderator: Membership) -> None:
    client = by_password(moderator.user).client
    for fields in ({}, {"oldpassword": "wrong"}):
        assert client.post(CHANGE, {**NEW, **fields}).status_code == 200
    moderator.user.refresh_from_db()
    assert moderator.user.check_password(PASSWORD)


def test_what_a_form_of_passwords_held_is_kept_nowhere_meanwhile(member: Client) -> None:
    assert is_asked(member.post(SET, NEW))
    assert NEW["password1"] not in str(dict(member.session))


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_came_too_late_is_never_sent_by_confirming(
    moderator: Membership, issuer: Issuer, kind: str
) -> None:
    person = KINDS[kind](moderator.user)
    if not Authenticator.objects.exists():
        with_app(person.user)
    RecoveryCodes.activate(person.user)
    codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES)
    path, kept = f"{CODES}new/", codes.get().data
    assert is_asked(person.client.post(path))
    assert person.confirm(path)["Location"] == path
    assert codes.get().data == kept
    assert person.client.get(path).status_code == 200


# The page that asks


REASONS = {
    APP: ("change how you sign in", "/accounts/"),
    "/": ("change how you sign in", "/accounts/"),
    "/none/": ("change how you sign in", "/accounts/"),
    "": ("change how you sign in", "/accounts/"),
    "https://evil.example/brands/3/activity/": ("change how you sign in", "/accounts/"),
    "//evil.example/brands/3/activity/": ("change how you sign in", "/accounts/"),
    f"{INBOX}chatrooms/8/?page=2&name=L%C3%A9a#reveal-5": (
        "reveal more people",
        f"{INBOX}chatrooms/8/?page=2&amp;name=L%C3%A9a",
    ),
    f"{INBOX}?page=2": ("reveal more people", f"{INBOX}?page=2"),
    "/brands/3/activity/?act=read&ready=1#download": (
        "download the activity",
        "/brands/3/activity/?act=read",
    ),
    "/brands/3/members/?invite=x": ("invite a manager", "/brands/3/members/?invite=x"),
    "/brands/3/members/?role=x": ("change a role", "/brands/3/members/?role=x"),
    "/brands/3/members/?reactivate=x": (
        "make somebody a manager again",
        "/brands/3/members/?reactivate=x",
    ),
    "/brands/3/members/": ("change who may do what", "/brands/3/members/"),
    "/admin/inbox/user/1/change/": ("change anything as an operator", "/admin/inbox/user/"),
    "/admin/inbox/membership/add/": ("change anything as an operator", "/admin/inbox/membership/"),
    "/admin/": ("change anything as an operator", "/admin/"),
}


@pytest.mark.parametrize("next_", REASONS)
def test_the_page_says_why_and_leads_back(
    moderator: Membership, issuer: Issuer, next_: str
) -> None:
    client = Client()
    sign_in(client)
    with_app(moderator.user)
    Passkey(moderator.user).keep()
    words_, back = REASONS[next_]
    for way in WAYS:
        page = text(client.get(f"{way}?{urlencode({'next': next_})}"))
        assert f"Before you {words_}, confirm that it is you." in words(page), way
        assert f'<a class="link" href="{back}">Cancel</a>' in page, way
    issuer.changes = {"auth_time": MISSING}
    assert f'<a class="button" href="{back}">Cancel</a>' in text(confirm(client, next_))


@pytest.mark.parametrize("way", WAYS)
def test_who_is_confirmed_already_is_led_on(
    moderator: Membership, issuer: Issuer, way: str, later: Later
) -> None:
    with_app(moderator.user)
    Passkey(moderator.user).keep()
    client = Client()
    sign_in(client)
    client.post(CODE, {"code": code_now()})
    confirm(client)
    page = f"{way}?{urlencode({'next': APP})}"
    led: Any = client.get(page)
    assert (led.status_code, led["Location"]) == (302, APP)
    for next_ in ("", "https://evil.example/", way, f"{CONFIRM}?{urlencode({'next': way})}"):
        shown: Any = client.get(f"{way}?{urlencode({'next': next_})}", follow=True)
        assert shown.status_code == 200, next_
        assert "confirm that it is you" in words(text(shown)), next_
    later(901)
    assert client.get(page).status_code == 200


def test_the_first_field_has_the_focus_also_where_it_is_refused(moderator: Membership) -> None:
    client = by_password(moderator.user).client
    with_app(moderator.user)
    for way, name in ((CONFIRM, "password"), (BY_CODE, "code")):
        for page in (text(client.get(way)), text(client.post(way, {name: "wrong"}))):
            assert "autofocus" in one(page, f"input[name={name}]").attributes
            assert len(every(page, "[autofocus]")) == 1 + len(every(page, "#keys"))
        found = every(page, f"input[name={name}], a, button, #id_{name}_error")
        field = [element.attributes.get("name") for element in found].index(name)
        assert attribute(found[field + 1], "id") == f"id_{name}_error"


def test_the_page_offers_the_issuer_by_a_link(member: Client, settings: Settings) -> None:
    settings.OIDC_NAME = "Maison Lumière"
    led: Any = member.get(APP)
    assert led["Location"] == f"{CONFIRM}?{urlencode({'next': APP})}"
    page = text(member.get(led["Location"]))
    assert f'href="{AT_ISSUER}?{urlencode({"next": APP})}"' in page
    assert "Confirm with Maison Lumière" in words(page)
    assert 'type="password"' not in page


def test_all_ways_are_offered_wherever_one_is(moderator: Membership, issuer: Issuer) -> None:
    client = Client()
    sign_in(client)
    with_app(moderator.user)
    Passkey(moderator.user).keep()
    for way in WAYS:
        page = text(client.get(f"{way}?next={APP}"))
        assert f'href="{AT_ISSUER}?next=' in page, way
        assert "Confirm with single sign-on" in words(page), way


def test_nobody_is_offered_what_they_do_not_have(
    moderator: Membership, issuer: Issuer, settings: Settings
) -> None:
    client = by_password(moderator.user).client
    assert AT_ISSUER not in text(client.get(f"{CONFIRM}?next={APP}"))
    answer: Any = client.get(AT_ISSUER, {"next": APP})
    assert answer["Location"] == f"{CONFIRM}?{urlencode({'next': APP})}"
    assert issuer.asked == []
    SocialAccount.objects.create(user=moderator.user, provider="sso", uid="n-1")
    assert AT_ISSUER in text(client.get(f"{CONFIRM}?next={APP}"))
    settings.SOCIALACCOUNT_PROVIDERS, settings.SINGLE_SIGN_ON = {}, False
    assert AT_ISSUER not in text(client.get(f"{CONFIRM}?next={APP}"))
    assert client.get(AT_ISSUER, {"next": APP}).status_code == 302


def test_who_has_no_way_left_is_led_to_their_mail(member: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS, settings.SINGLE_SIGN_ON = {}, False
    page: Any = member.get(APP, follow=True)
    assert page.request["PATH_INFO"] == CONFIRM
    assert 'href="/accounts/password/reset/"' in text(page)
    assert not is_confirmed(member)


def test_it_is_for_who_is_signed_in(client: Client, db: None, issuer: Issuer) -> None:
    answer: Any = client.get(AT_ISSUER, {"next": APP})
    assert answer["Location"].startswith(LOGIN)
    assert issuer.asked == []


def test_who_must_set_up_a_second_factor_can_confirm_themselves(
    member: Client, settings: Settings
) -> None:
    settings.REQUIRE_MFA = "everyone"
    assert confirm(member)["Location"] == APP
    assert member.get(APP).status_code == 200


# What is a proof


def test_the_issuer_is_asked_to_ask_again(member: Client, issuer: Issuer) -> None:
    asked = parse_qs(urlsplit(str(member.get(AT_ISSUER)["Location"])).query)
    assert (asked["max_age"], asked["prompt"]) == (["0"], ["login"])
    assert len(asked["nonce"][0]) == 32
    assert asked["code_challenge_method"] == ["S256"]


def test_who_signs_in_there_anew_is_confirmed_and_led_back(member: Client) -> None:
    key = member.session.session_key
    assert confirm(member)["Location"] == APP
    assert is_confirmed(member)
    assert member.session.session_key == key
    assert member.post(SET, NEW).status_code == 302
    assert User.objects.get(email="nadia@example.com").check_password(NEW["password1"])


@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_it_leads_to_no_other_site(member: Client, foreign: str) -> None:
    assert confirm(member, foreign)["Location"] == "/accounts/"


def ago(seconds: float) -> Callable[[], object]:
    return lambda: time.time() - seconds


@pytest.mark.parametrize(
    "auth_time",
    [
        ago(61.5),
        ago(3600),
        ago(-61.5),
        ago(-3600),
        lambda: MISSING,
        lambda: None,
        lambda: str(int(time.time())),
        lambda: True,
        lambda: [int(time.time())],
        lambda: 10**400,
        lambda: -1,
    ],
)
def test_an_issuer_that_does_not_say_that_it_asked_confirms_nobody(
    member: Client, issuer: Issuer, auth_time: Callable[[], object]
) -> None:
    issuer.changes = {"auth_time": auth_time()}
    answer = confirm(member)
    assert answer.status_code == 403
    assert UNCONFIRMED in text(answer)
    assert f'href="{CONFIRM}?{urlencode({"next": APP})}"' in text(answer)
    assert is_signed_in(member)
    assert not is_confirmed(member)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["nan", "inf"])
def test_what_nobody_can_read_confirms_nobody(member: Client, issuer: Issuer, what: str) -> None:
    issuer.changes = {"auth_time": float(what)}
    answer = confirm(member)
    assert answer.status_code in {403, 502}
    assert UNCONFIRMED in text(answer)
    assert is_signed_in(member)
    assert not is_confirmed(member)


@pytest.mark.parametrize("seconds", [0, 30, -30])
def test_clocks_may_differ_a_little(member: Client, issuer: Issuer, seconds: float) -> None:
    issuer.changes = {"auth_time": int(time.time() - seconds)}
    assert confirm(member)["Location"] == APP


@pytest.mark.parametrize(
    "change", [{"nonce": "of another"}, {"nonce": None}, {"sub": "another"}], ids=str
)
def test_a_token_for_something_else_confirms_nobody(
    member: Client, issuer: Issuer, change: dict[str, Any]
) -> None:
    issuer.changes = change
    assert UNCONFIRMED in text(confirm(member))
    assert not is_confirmed(member)


def test_a_sign_in_is_no_proof(member: Client, issuer: Issuer) -> None:
    sign_in(member)
    assert is_signed_in(member)
    assert not is_confirmed(member)


@pytest.mark.parametrize(
    "who",
    [
        {"sub": "h-1", "email": "hugo@example.com", "name": "Hugo"},
        {"sub": "h-1"},
        {"sub": "x-1", "email": "ines@example.com"},
    ],
    ids=str,
)
def test_somebody_else_there_confirms_nobody_signs_nobody_in_and_connects_nothing(
    member: Client, moderator: Membership, viewer: Membership, issuer: Issuer, who: dict[str, str]
) -> None:
    SocialAccount.objects.create(user=viewer.user, provider="sso", uid="h-1")
    before = list(SocialAccount.objects.values_list("user", "uid"))
    issuer.person |= who
    assert UNCONFIRMED in text(confirm(member))
    assert int(member.session["_auth_user_id"]) == moderator.user.pk
    assert not is_confirmed(member)
    assert list(SocialAccount.objects.values_list("user", "uid")) == before


def test_an_answer_is_for_who_asked(
    member: Client, moderator: Membership, viewer: Membership, issuer: Issuer
) -> None:
    answer = through(str(member.get(AT_ISSUER, {"next": APP})["Location"]))
    other = Client()
    enter(other, viewer.user.email)
    assert other.get(answer).status_code == 401
    member.post("/accounts/logout/")
    enter(member, viewer.user.email)
    assert member.get(answer).status_code == 401
    assert not is_confirmed(member)


def test_an_answer_confirms_once(member: Client, later: Later) -> None:
    answer = through(str(member.get(AT_ISSUER, {"next": APP})["Location"]))
    assert member.get(answer).status_code == 302
    later(901)
    assert not is_confirmed(member)
    assert member.get(answer).status_code == 401
    assert not is_confirmed(member)


@pytest.mark.parametrize("seconds", [61.5, 3600])
def test_a_proof_of_time_to_come_is_none(moderator: Membership, seconds: float) -> None:
    """As it is after the clock was set back."""
    client = signed_in(moderator.user)
    assert is_confirmed(client)
    session = client.session
    session["account_authentication_methods"][-1]["at"] = time.time() + seconds
    session.save()
    assert not is_confirmed(client)


@pytest.mark.parametrize("query", ["max_age=9999", "nonce=mine", "prompt=none"])
def test_the_address_changes_nothing_of_what_is_asked(member: Client, query: str) -> None:
    led = str(member.get(AT_ISSUER, {"auth_params": query, "scope": "x"})["Location"])
    asked = parse_qs(urlsplit(led).query)
    assert (asked["max_age"], asked["prompt"]) == (["0"], ["login"])
    assert len(asked["nonce"][0]) == 32


def test_a_sign_in_that_pretends_to_confirm_does_neither(
    client: Client, member: Client, moderator: Membership, issuer: Issuer
) -> None:
    for browser in (client, member):
        assert UNCONFIRMED in text(sign_in(browser, process="confirm"))
    assert not is_signed_in(client)
    assert not is_confirmed(member)


# When the issuer fails


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/userinfo"])
def test_an_issuer_that_is_down_is_a_calm_page_and_nothing_is_lost(
    member: Client, issuer: Issuer, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    led = (
        None
        if "well-known" in path
        else through(str(member.get(f"{AT_ISSUER}?next={APP}")["Location"]))
    )
    issuer.broken = {path}
    failure = member.get(led or f"{AT_ISSUER}?next={APP}")
    assert failure.status_code == 502
    assert UNCONFIRMED in text(failure)
    assert f'href="{CONFIRM}?{urlencode({"next": APP})}"' in text(failure)
    assert "Single sign-on failed" in caplog.text
    assert is_signed_in(member)
    issuer.broken = set()
    assert confirm(member)["Location"] == APP


@pytest.mark.parametrize("error", ["access_denied", "login_required", "server_error"])
def test_who_stops_there_is_not_confirmed(member: Client, error: str) -> None:
    led = urlsplit(str(member.get(AT_ISSUER, {"next": APP})["Location"]))
    (state,) = parse_qs(led.query)["state"]
    answer = member.get("/accounts/sso/callback/", {"error": error, "state": state})
    assert UNCONFIRMED in text(answer)
    assert is_signed_in(member)
    assert not is_confirmed(member)


# Who is confirmed, and what helps who is not


def test_somebody_whom_the_issuer_made_anew_is_confirmed_too(
    member: Client, issuer: Issuer
) -> None:
    issuer.person["sub"] = "n-2"
    sign_in(member)
    assert SocialAccount.objects.count() == 2
    confirm(member)
    assert is_confirmed(member)


def test_who_can_not_be_confirmed_finds_the_way_by_mail(member: Client, issuer: Issuer) -> None:
    issuer.changes = {"auth_time": MISSING}
    page = text(confirm(member))
    assert UNCONFIRMED in page
    assert 'href="/accounts/password/reset/"' in page
    assert 'name="language"' not in page  # which would ask for the callback again


def test_an_issuer_that_is_away_is_called_so(member: Client, issuer: Issuer) -> None:
    issuer.broken = {"/token"}
    page = text(confirm(member))
    assert UNCONFIRMED in page
    assert "did not answer as it should" in page
