"""Between the password and the code: what ends all sessions ends a sign-in that was begun as well"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from inbox.accounts.addresses import move_to
from inbox.accounts.one_time_links import password_link
from inbox.accounts.signing_in import end_sessions
from inbox.models import Membership, User
from tests.support.cast import PASSWORD
from tests.support.pages import text
from tests.support.passkey import Passkey, challenge
from tests.support.signing_in import CODE, LOGIN, SESSIONS, code_now, enter, is_signed_in, with_app

NEW = "rosier-du-matin"
CHANGE = "/accounts/password/change/"
TOLD = "Your account was changed meanwhile, so you are not signed in. Sign in again."

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(moderator: Membership) -> User:
    return with_app(moderator.user)


def begun(user: User) -> Client:
    client = Client()
    answer: Any = enter(client, user.email)
    assert answer["Location"] == CODE
    return client


def owner(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change_password(user: User) -> None:
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert owner(user).post(CHANGE, fields).status_code == 302


def set_by_link(user: User) -> None:
    client = Client()
    form: Any = client.get(password_link(user).removeprefix("http://localhost"), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def sign_out_everywhere(user: User) -> None:
    owner(user).post(SESSIONS, {"end": "everywhere"})


def change_address(user: User) -> None:
    before = user.email
    user.email = "n.benali@elsewhere.example"
    user.save()
    move_to(user, before)


ENDS: dict[str, Callable[[User], None]] = {
    "a new password": change_password,
    "a password set by a link": set_by_link,
    "signing out everywhere": sign_out_everywhere,
    "another address": change_address,
    "who is let go": end_sessions,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_right_code_finishes_nothing_that_was_begun_before(user: User, end: str) -> None:
    client = begun(user)
    ENDS[end](user)
    answer: Any = client.post(CODE, {"code": code_now()})
    assert answer["Location"] == LOGIN
    assert not is_signed_in(client)
    assert "device" not in {name for name, one in client.cookies.items() if one.value}
    assert TOLD in text(client.get(LOGIN))


def test_nor_does_a_passkey(user: User) -> None:
    passkey = Passkey(user)
    passkey.keep()
    client = begun(user)
    asked = challenge(client, CODE)
    sign_out_everywhere(user)
    client.post(CODE, {"credential": passkey.answer(asked)})
    assert not is_signed_in(client)


def test_what_ends_nothing_lets_it_be_finished(user: User) -> None:
    client = begun(user)
    enter(Client(), user.email, "wrong")
    user.theme = "dark"
    user.save()
    client.post(CODE, {"code": code_now()})
    assert is_signed_in(client)
