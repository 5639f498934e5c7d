"""`REQUIRE_SSO`: all sign in at the issuer, and operators with a second factor also here"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inbox.accounts.one_time_links import password_link
from inbox.accounts.spending import LAST
from inbox.models import Brand, Membership, Role, User
from tests.accounts.test_confirm import AT_ISSUER, confirm, is_asked
from tests.accounts.test_single_sign_on import START, _issuer, issuer, sign_in
from tests.conftest import Later
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD, invite, member
from tests.support.jobs import settle
from tests.support.markup import words
from tests.support.pages import HTMX, INBOX, text, told
from tests.support.passkey import Passkey, challenge
from tests.support.passkey import sign_in as by_passkey
from tests.support.signing_in import (
    CODE,
    CONFIRM,
    FACTOR,
    FORGOTTEN,
    LOGIN,
    code_now,
    enter,
    is_signed_in,
    letter,
    with_app,
)
from tests.support.upstream import Upstream

__all__ = ["_issuer", "issuer"]

NEW = "rosier-du-matin"
TWICE = {"password1": NEW, "password2": NEW}
KEY = "ines@example.com"
ACCOUNT = "/accounts/"
PASSWORDS = ("/accounts/password/change/", "/accounts/password/set/")
REFUSED = "or your account signs in with Maison SSO."
ELSEWHERE = "Your account signs in with Maison SSO"
ENDED = "You are signed out: this site now asks you to sign in with Maison SSO."


@pytest.fixture(autouse=True)
def _named(issuer: Issuer, settings: Settings) -> None:
    settings.OIDC_NAME, settings.REQUIRE_SSO = "Maison SSO", True


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


def session_of_password(client: Client, user: User | None, settings: Settings) -> None:
    settings.REQUIRE_SSO = False
    by_password(client, user, settings)
    assert user is None or not user.is_active or is_signed_in(client)
    settings.REQUIRE_SSO = True


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


# The page


def test_the_issuer_is_the_one_main_way_and_operators_are_folded_away(
    client: Client, db: None
) -> None:
    page = text(client.get(LOGIN, {"next": INBOX}))
    main, folded = page.split("<details", 1)
    folded = folded.split("</details>")[0]
    assert f'class="button primary" href="{START}?next={INBOX}"' in main
    assert "Sign in with Maison SSO" in words(main)
    assert 'type="password"' not in main
    assert "data-passkey" not in main
    assert folded.count(f'name="next" value="{INBOX}"') == 2
    assert "Operators sign in here" in folded
    assert 'type="password"' in folded
    assert "data-passkey" in folded
    assert folded.split(">")[0] == ' class="fold"'


def test_what_an_operator_mistyped_is_told_in_the_open_fold(client: Client, db: None) -> None:
    page = text(enter(client, "nadia@example.com", "wrong", next=INBOX))
    assert "<details open" in page or "open>" in page.split("<details", 1)[1].split("\n")[0]
    assert REFUSED in words(page)


def test_right_or_wrong_it_is_told_the_same(moderator: Membership) -> None:
    told = {
        words(text(enter(Client(), email, password))).replace(email, "–")
        for email in (moderator.user.email, "unknown@example.com")
        for password in (PASSWORD, "wrong")
    }
    assert {REFUSED in one for one in told} == {True}
    assert len({one.split("Operators sign in here")[0] for one in told}) == 1


def test_tries_are_counted_as_before(moderator: Membership) -> None:
    for _ in range(5):
        assert REFUSED in words(text(enter(Client(), moderator.user.email)))
    page = words(text(enter(Client(), moderator.user.email)))
    assert "Try again in five minutes, or sign in with Maison SSO." in page


def test_a_passkey_of_somebody_else_is_refused_in_words(moderator: Membership) -> None:
    client = Client()
    passkey = Passkey(moderator.user)
    passkey.keep()
    answer: Any = client.post(
        f"{FACTOR}passkeys/login/",
        {"credential": passkey.answer(challenge(client)), "next": INBOX},
    )
    assert answer["Location"] == f"{LOGIN}?{urlencode({'next': INBOX})}"
    assert ELSEWHERE in words(text(client.get(answer["Location"])))


# Links


@pytest.mark.django_db(transaction=True)  # the mail is written in another thread
def test_a_forgotten_password_is_a_link_for_operators_with_a_factor(
    client: Client, operator: User
) -> None:
    with_app(operator)
    client.post(FORGOTTEN, {"email": operator.email})
    settle()
    assert "/accounts/password/reset/key/" in str(letter().body)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_others_are_told_how_they_get_in(
    client: Client, moderator: Membership, language: str
) -> None:
    answer: Any = client.post(
        FORGOTTEN, {"email": moderator.user.email}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 302
    settle()
    (sent,) = mail.outbox
    assert "/password/reset/key/" not in str(sent.body)
    assert "Maison SSO" in sent.subject
    assert f"http://localhost{LOGIN}" in str(sent.body)
    assert ("Bonjour" in str(sent.body)) == (language == "fr")


@pytest.mark.django_db(transaction=True)
def test_unknown_and_deactivated_addresses_get_nothing(
    client: Client, moderator: Membership
) -> None:
    User.objects.update(is_active=False)
    for email in (moderator.user.email, "unknown@example.com"):
        assert client.post(FORGOTTEN, {"email": email}).status_code == 302
    settle()
    assert mail.outbox == []


def test_an_earlier_link_says_how_one_gets_in_and_sets_nothing(moderator: Membership) -> None:
    client, link = Client(), password_link(moderator.user).removeprefix("http://localhost")
    page: Any = client.get(link, follow=True)
    assert page.status_code == 403
    assert f"<h1>{ELSEWHERE}</h1>" in told(text(page))
    assert f'href="{START}"' in text(page)
    answer: Any = client.post(page.request["PATH_INFO"], TWICE)
    assert answer.status_code == 403
    moderator.user.refresh_from_db()
    assert moderator.user.check_password(PASSWORD)


# Commands


def test_add_member_prints_how_they_sign_in_and_no_link(
    brand: Brand, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INBOX_PASSWORD", raising=False)
    call_command("add_member", "camille@example.com", brand=3, role="manager")
    told = capsys.readouterr().out
    assert "password" not in told
    assert f"camille@example.com signs in with Maison SSO: http://localhost{LOGIN}" in told


def test_add_member_takes_no_password_that_nobody_could_use(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_PASSWORD", NEW)
    with pytest.raises(CommandError, match=r"INBOX_PASSWORD .* signs in with Maison SSO\.$"):
        call_command("add_member", "camille@example.com", brand=3, role="manager")
    assert not User.objects.exists()


def test_add_member_goes_on_for_an_operator_with_a_factor(
    brand: Brand,
    operator: User,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_app(operator)
    monkeypatch.delenv("INBOX_PASSWORD", raising=False)
    call_command("add_member", operator.email, brand=3, role="viewer")
    assert "To set a password, once: http://localhost/" in capsys.readouterr().out
    monkeypatch.setenv("INBOX_PASSWORD", NEW)
    call_command("add_member", operator.email, brand=3, role="viewer")
    operator.refresh_from_db()
    assert operator.check_password(NEW)


# Invitations


def test_an_invitation_is_taken_up_at_the_issuer(manager: Membership, issuer: Issuer) -> None:
    invite(manager, KEY, Role.VIEWER)
    client = Client()
    page = text(client.get(f"/invitations/{KEY}/"))
    within = urlencode({"next": "/brands/3/ambassadors/"})
    assert f'href="{START}?{within}"' in page
    assert "Join with Maison SSO" in words(page)
    assert 'type="password"' not in page
    refused: Any = client.post(f"/invitations/{KEY}/", {"name": "Inès", "password": NEW})
    assert refused.status_code == 403
    assert "Join with Maison SSO" in words(text(refused))
    issuer.person |= {"sub": "i-1", "email": KEY}
    answer = sign_in(client, next="/brands/3/ambassadors/")
    assert answer["Location"] == "/brands/3/ambassadors/"
    assert Membership.objects.get(user__email=KEY).role == Role.VIEWER


# The account


@pytest.fixture
def inside(moderator: Membership) -> Client:
    """A member who has a password, signed in at the issuer."""
    client = Client()
    sign_in(client)
    assert is_signed_in(client)
    return client


def test_members_see_nothing_of_passwords(inside: Client, moderator: Membership) -> None:
    page = text(inside.get(ACCOUNT))
    assert "/accounts/password/" not in page
    factors = words(text(inside.get(FACTOR)))
    assert "password" not in factors
    assert "Maison SSO" in factors
    for path in PASSWORDS:
        for answer in (inside.get(path), inside.post(path, {"oldpassword": PASSWORD, **TWICE})):
            assert answer.status_code == 403
            assert f"<h1>{ELSEWHERE}</h1>" in told(text(answer))
    moderator.user.refresh_from_db()
    assert moderator.user.check_password(PASSWORD)


def test_operators_with_a_factor_go_on_changing_theirs(operator: User, settings: Settings) -> None:
    client = Client()
    with_app(operator)
    by_password(client, operator, settings)
    assert "/accounts/password/change/" in text(client.get(ACCOUNT))
    fields = {"oldpassword": PASSWORD, **TWICE}
    assert client.post(PASSWORDS[0], fields).status_code == 302
    operator.refresh_from_db()
    assert operator.check_password(NEW)


def test_no_mail_of_a_change_leads_members_to_passwords(
    inside: Client, moderator: Membership
) -> None:
    settle()
    (sent,) = mail.outbox
    assert sent.subject == "Single sign-on is connected"
    assert "/accounts/password/" not in str(sent.body)


# Confirming oneself


def test_members_confirm_at_the_issuer_and_not_by_a_password(
    inside: Client, issuer: Issuer
) -> None:
    page = text(inside.get(CONFIRM, {"next": f"{FACTOR}app/"}))
    assert 'type="password"' not in page
    assert AT_ISSUER in page
    inside.post(CONFIRM, {"password": PASSWORD})
    assert is_asked(inside.get(f"{FACTOR}app/"))
    confirm(inside)
    assert inside.get(f"{FACTOR}app/").status_code == 200


def test_or_by_a_second_factor(moderator: Membership) -> None:
    client = Client()
    with_app(moderator.user)
    sign_in(client)
    finish(client, moderator.user)
    for way in (CONFIRM, f"{FACTOR}confirm/"):
        page = text(client.get(way, {"next": ACCOUNT}, follow=True))
        assert 'type="password"' not in page
    assert f'href="{CONFIRM}' not in text(client.get(f"{FACTOR}confirm/"))
    client.post(f"{FACTOR}confirm/", {"code": new_code()})
    assert client.get(f"{FACTOR}codes/new/").status_code == 200


def test_an_operator_with_a_factor_confirms_as_before(operator: User, settings: Settings) -> None:
    client = Client()
    with_app(operator)
    by_password(client, operator, settings)
    assert 'type="password"' in text(client.get(CONFIRM))
    client.post(CONFIRM, {"password": PASSWORD})
    assert not is_asked(client.get(f"{FACTOR}passkeys/add/"))


# Sessions


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
