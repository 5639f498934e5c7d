"""The same password on another keyboard: composed or not, of full width or not, it signs in"""

from io import StringIO
from typing import Any
from unicodedata import normalize

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from inbox.accounts.one_time_links import password_link
from inbox.models import Membership, Role, User
from inbox.text import passwords
from inbox.text.passwords import in_one_form
from tests.support.cast import PASSWORD, invite
from tests.support.pages import text
from tests.support.passkey import Passkey
from tests.support.passkey import sign_in as by_passkey
from tests.support.signing_in import CONFIRM, LOGIN, enter, is_signed_in, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = "rosée du matin ½"
APART = normalize("NFD", TYPED)
KEPT = normalize("NFKC", TYPED)
WAYS = [TYPED, APART, KEPT, TYPED.replace(" ", "\u00a0")]  # the last as a Mac's Alt and blank
CHANGE = "/accounts/password/change/"


def is_let_in(email: str, password: str) -> bool:
    client = Client()
    enter(client, email, password)
    return is_signed_in(client)


def assert_all_let_in(user: User) -> None:
    """By every form of the password, and by its first form alone: no old one is kept beside it."""
    user.refresh_from_db()
    assert check_password(KEPT, user.password)
    assert not check_password(TYPED, user.password)
    assert [is_let_in(user.email, way) for way in WAYS] == [True] * len(WAYS)


def test_the_forms_differ() -> None:
    assert len({*WAYS}) == len(WAYS)
    assert {in_one_form(way) for way in WAYS} == {KEPT}


# Where it is set


@pytest.mark.parametrize("way", WAYS)
def test_by_code(moderator: Membership, way: str) -> None:
    moderator.user.set_password(way)
    moderator.user.save()
    assert_all_let_in(moderator.user)


def test_by_an_invitation(manager: Membership) -> None:
    invite(manager, "new@example.com", Role.VIEWER)
    Client().post("/invitations/new@example.com/", {"name": "Noé", "password": APART})
    assert_all_let_in(User.objects.get(email="new@example.com"))


def test_by_a_link(moderator: Membership) -> None:
    client = Client()
    page: Any = client.get(
        password_link(moderator.user).removeprefix("http://localhost"), follow=True
    )
    client.post(page.request["PATH_INFO"], {"password1": APART, "password2": TYPED})
    assert_all_let_in(moderator.user)


def test_by_who_changes_it(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    sent = {"oldpassword": PASSWORD, "password1": APART, "password2": TYPED}
    assert client.post(CHANGE, sent).status_code == 302
    assert_all_let_in(moderator.user)


def test_a_first_one(moderator: Membership) -> None:
    User.objects.update(password=make_password(None))
    moderator.user.refresh_from_db()
    client, key = Client(), Passkey(moderator.user)
    key.keep()
    by_passkey(client, key)
    session = client.session
    kept = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**one, "reauthenticated": True} for one in kept]
    session.save()
    sent = {"password1": APART, "password2": TYPED}
    assert client.post("/accounts/password/set/", sent).status_code == 302
    Authenticator.objects.all().delete()
    assert_all_let_in(moderator.user)


def test_by_the_operators_commands(moderator: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_PASSWORD", APART)
    call_command("add_member", "ada@example.com", brand=3, role="viewer", stdout=StringIO())
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", APART)
    named = {"email": "root@example.com", "interactive": False, "stdout": StringIO()}
    call_command("createsuperuser", **named)
    for email in ("ada@example.com", "root@example.com"):
        assert_all_let_in(User.objects.get(email=email))


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11\uff12\uff13", "common"),
        ("e\u0301" * 9, "10"),  # nine letters, as they are kept
        ("\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff13", "numeric"),
        ("ﬁ\uff4eadia.bx", "similar"),
    ],
)
def test_it_is_judged_as_it_is_kept(
    manager: Membership, password: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(manager, "finadia.bx@example.com", Role.VIEWER)
    answer = Client().post(
        "/invitations/finadia.bx@example.com/", {"name": "Noé", "password": password}
    )
    assert answer.status_code == 422
    assert told in text(answer)
    monkeypatch.setenv("INBOX_PASSWORD", password)
    with pytest.raises(CommandError, match=told):
        call_command("add_member", "finadia.bx@example.com", brand=3, role="viewer")


# Where it is checked


@pytest.fixture
def of_old(moderator: Membership) -> User:
    """Somebody with a password hashed as it was typed."""
    User.objects.filter(pk=moderator.user_id).update(password=make_password(APART))
    moderator.user.refresh_from_db()
    return moderator.user


def test_an_old_hash_still_signs_in_and_is_replaced(of_old: User) -> None:
    assert not is_let_in(of_old.email, TYPED)
    assert is_let_in(of_old.email, APART)
    assert_all_let_in(of_old)


@pytest.mark.parametrize("older", ["MD5PasswordHasher", "PBKDF2PasswordHasher"])
def test_who_signs_in_with_an_old_one_stays_signed_in(
    of_old: User, settings: Settings, older: str
) -> None:
    """Also with a password that Django hashes again for another reason."""
    hashers = ["MD5PasswordHasher", "PBKDF2PasswordHasher"]
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}" for name in hashers]
    made = make_password(APART, hasher={"MD5PasswordHasher": "md5"}.get(older, "pbkdf2_sha256"))
    User.objects.filter(pk=of_old.pk).update(password=made)
    client = Client()
    enter(client, of_old.email, APART)
    assert client.get("/accounts/").status_code == 200
    assert_all_let_in(of_old)


def test_a_wrong_one_replaces_nothing(of_old: User) -> None:
    for wrong in (PASSWORD, f"{APART}!", ""):
        assert not is_let_in(of_old.email, wrong)
    before = of_old.password
    of_old.refresh_from_db()
    assert of_old.password == before


def test_who_confirms_with_an_old_one_stays_signed_in(of_old: User) -> None:
    client = Client()
    client.force_login(of_old)
    assert client.post(CONFIRM, {"password": APART}).status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert_all_let_in(of_old)


def test_the_old_one_of_a_change_may_be_of_either_form(of_old: User) -> None:
    client = signed_in_with(of_old, APART)
    sent = {"oldpassword": TYPED, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(CHANGE, sent).status_code == 302
    assert is_let_in(of_old.email, PASSWORD)


def signed_in_with(user: User, password: str) -> Client:
    client = Client()
    enter(client, user.email, password)
    client.post(CONFIRM, {"password": password})
    return client


def test_one_that_nobody_types_takes_no_time(moderator: Membership) -> None:
    """To put many marks in order takes the square of their number: a minute for these."""
    endless = "a" + "\u0301\u0323" * 60_000
    assert passwords.forms(endless) == (endless,)
    assert (
        Client().post(LOGIN, {"login": moderator.user.email, "password": endless}).status_code
        == 200
    )


def test_validators_name_themselves_as_djangos_do() -> None:
    with pytest.raises(ValidationError) as told:
        passwords.MinimumLengthValidator(10).validate("short")
    assert told.value.code == "password_too_short"
