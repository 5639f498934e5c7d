"""Known browsers: wrong passwords that somebody tries elsewhere lock nobody out of them"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as now
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.accounts import signing_in
from inbox.models import Membership, Role, User
from tests.accounts.test_single_sign_on import _issuer, issuer
from tests.accounts.test_single_sign_on import sign_in as by_issuer
from tests.conftest import Later
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD, invite
from tests.support.markup import words
from tests.support.pages import text
from tests.support.passkey import Passkey, challenge
from tests.support.passkey import sign_in as by_passkey
from tests.support.runs import many
from tests.support.signing_in import (
    CODE,
    CONFIRM,
    FORGOTTEN,
    LOGIN,
    SESSIONS,
    code_now,
    enter,
    is_signed_in,
    letter,
    with_app,
)

__all__ = ["_issuer", "issuer"]

NADIA = "nadia@example.com"
NAME = now.DEVICE_COOKIE_NAME
STOPPED = "Too many failed login attempts"
PAUSED = "Too many failed tries. Try again in five minutes."
LOGOUT = "/accounts/logout/"
CHANGE = "/accounts/password/change/"
NEW = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
DAY = 24 * 3600

came_by = iter(range(10**6))


@pytest.fixture(autouse=True)
def _router(settings: Settings) -> None:
    """Every try comes from another address, so that only accounts and browsers are counted."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def enter_from(client: Client, email: str = NADIA, password: str = PASSWORD) -> Any:
    number = next(came_by)
    came = {"X-Forwarded-For": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"}
    return client.post(LOGIN, {"login": email, "password": password}, headers=came)


def lock_out(email: str = NADIA) -> None:
    """As anybody can from anywhere."""
    for _ in range(5):
        enter_from(Client(), email, "wrong")
    assert STOPPED in text(enter_from(Client(), email))


def gets_in(client: Client, password: str = PASSWORD) -> bool:
    enter_from(client, password=password)
    return is_signed_in(client)


def known(user: User, password: str = PASSWORD) -> Client:
    """A browser where this person signed in, and out again."""
    client = Client()
    enter_from(client, user.email, password)
    assert is_signed_in(client)
    client.post(LOGOUT)
    return client


# Who gets through


def test_a_known_browser_gets_in_while_the_account_is_locked(moderator: Membership) -> None:
    client = known(moderator.user)
    lock_out()
    assert not gets_in(Client())
    assert gets_in(client)


def test_a_passkey_gets_in_while_the_account_is_locked(moderator: Membership) -> None:
    passkey, client = Passkey(moderator.user), Client()
    passkey.keep()
    lock_out()
    by_passkey(client, passkey)
    assert is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_the_link_of_a_mail_opens_the_account_and_makes_the_browser_known(
    moderator: Membership,
) -> None:
    lock_out()
    client = Client()
    client.post(FORGOTTEN, {"email": NADIA})
    (link,) = re.findall(r"http://localhost(\S+/key/\S+)", str(letter().body))
    form: Any = client.get(link)
    assert NAME not in client.cookies
    client.post(form["Location"], NEW)
    assert NAME in client.cookies
    lock_out()
    assert gets_in(client, NEW["password1"])


def test_an_apps_code_alone_does_not(moderator: Membership) -> None:
    """It would let anybody try passwords without end, and tell which is right."""
    with_app(moderator.user)
    lock_out()
    assert enter_from(Client()).status_code == 200


def test_a_known_browser_confirms_while_the_account_is_locked(moderator: Membership) -> None:
    client = Client()
    enter(client, NADIA)
    lock_out()
    assert client.post(f"{CONFIRM}?next=/", {"password": PASSWORD}).status_code == 302


# Its own limit


def test_a_known_browser_has_five_tries_of_its_own(moderator: Membership, later: Later) -> None:
    client = known(moderator.user)
    pages = [text(enter_from(client, password="wrong")) for _ in range(6)]
    assert [PAUSED in page for page in pages] == [False] * 5 + [True]
    assert STOPPED not in pages[-1]  # that notice advises such a browser
    assert not gets_in(client)
    assert gets_in(Client())
    later(301)
    assert gets_in(client)


def test_signing_in_again_gives_no_new_tries(moderator: Membership) -> None:
    client = known(moderator.user)
    for password in ("wrong", "wrong", "wrong", PASSWORD):
        enter_from(client, password=password)
    client.post(LOGOUT)
    pages = [text(enter_from(client, password="wrong")) for _ in range(3)]
    assert [PAUSED in page for page in pages] == [False, False, True]


def test_of_two_known_browsers_each_counts_for_itself(moderator: Membership) -> None:
    one, other = known(moderator.user), known(moderator.user)
    for _ in range(6):
        enter_from(one, password="wrong")
    assert gets_in(other)


def test_its_tries_at_other_accounts_count_as_anybodys(
    moderator: Membership, viewer: Membership
) -> None:
    client = known(moderator.user)
    for _ in range(5):
        enter_from(client, viewer.user.email, "wrong")
    assert STOPPED in text(enter_from(Client(), viewer.user.email))
    lock_out("unknown@example.com")
    assert STOPPED in text(enter_from(client, "unknown@example.com"))


# The second step


def test_a_browser_becomes_no_new_place_to_guess_codes(moderator: Membership) -> None:
    """The thief of a mailbox could set a password again and again, each time in a known browser."""
    known_ones = [known(moderator.user) for _ in range(6)]
    with_app(moderator.user)
    pages = list[str]()
    for client in known_ones:
        enter_from(client)
        pages.append(text(client.post(CODE, {"code": "000000"})))
    assert [PAUSED in page for page in pages] == [False] * 5 + [True]
    client.post(CODE, {"code": code_now()})
    assert not is_signed_in(client)


def test_wrong_passwords_keep_nobody_from_their_code(moderator: Membership) -> None:
    client = known(moderator.user)
    with_app(moderator.user)
    lock_out()
    enter_from(client)
    client.post(CODE, {"code": code_now()})
    assert is_signed_in(client)


def test_others_at_its_address_do_not_lock_a_known_browser(moderator: Membership) -> None:
    here = {"X-Forwarded-For": "192.0.2.88"}
    client = Client(headers=here)
    enter(client, moderator.user.email)
    client.post(LOGOUT)
    pages = [text(enter(Client(headers=here), f"y-{n}@example.com", "wrong")) for n in range(11)]
    assert STOPPED in pages[-1]
    enter(client, moderator.user.email)
    assert is_signed_in(client)


def test_a_passkey_is_the_second_step_while_codes_are_locked(moderator: Membership) -> None:
    with_app(moderator.user)
    passkey = Passkey(moderator.user)
    passkey.keep()
    client = Client()
    enter_from(client)
    for number in range(6):
        client.post(CODE, {"code": "000000"}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
    client.post(CODE, {"credential": passkey.answer(challenge(client, CODE))})
    assert is_signed_in(client)


def test_a_right_code_forgives_no_wrong_passwords_of_its_address(
    moderator: Membership, viewer: Membership
) -> None:
    """Otherwise anyone with an account of their own could go on guessing at others."""
    with_app(viewer.user)
    here = {"X-Forwarded-For": "192.0.2.77"}
    for number in range(9):
        fields = {"login": f"somebody-{number}@example.com", "password": "wrong"}
        Client().post(LOGIN, fields, headers=here)
    own = Client(headers=here)
    enter(own, viewer.user.email)
    own.post(CODE, {"code": code_now()})
    assert is_signed_in(own)
    pages = [text(enter(Client(headers=here), f"x-{n}@example.com", "wrong")) for n in range(2)]
    assert [STOPPED in page for page in pages] == [False, True]


# What is no known browser


def test_nobody_gets_the_cookie_who_has_not_signed_in(
    moderator: Membership, client: Client
) -> None:
    with_app(moderator.user)
    for path in ("/", LOGIN, FORGOTTEN):
        client.get(path)
    enter(client, NADIA, "wrong")
    enter(client, NADIA)
    client.get(CODE)
    client.post(CODE, {"code": "000000"})
    assert NAME not in client.cookies
    client.post(CODE, {"code": code_now()})
    assert NAME in client.cookies


def test_every_completed_way_in_gives_it(moderator: Membership, issuer: Issuer) -> None:
    passkey = Passkey(moderator.user)
    keyed = passkey.keep()
    ways: list[Callable[[Client], Any]] = [lambda client: by_passkey(client, passkey)]
    for way in ways:
        client = Client()
        way(client)
        assert NAME in client.cookies
    keyed.delete()
    client = Client()
    by_issuer(client)
    assert NAME in client.cookies


def test_an_invitation_gives_it(manager: Membership, client: Client) -> None:
    invite(manager, "ines@example.com", Role.VIEWER)
    form = {"name": "Inès", "password": PASSWORD}
    client.post("/invitations/ines@example.com/", form)
    assert NAME in client.cookies


def test_the_cookie_is_for_this_site_alone_and_lasts_half_a_year(
    moderator: Membership, settings: Settings
) -> None:
    settings.DEVICE_COOKIE_SECURE = True
    client = Client()
    cookie = enter(client, NADIA).cookies[NAME]
    assert (cookie["max-age"], cookie["path"], cookie["domain"]) == (180 * DAY, "/", "")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert "nadia" not in cookie.value


def test_somebody_elses_cookie_counts_for_nothing(
    moderator: Membership, viewer: Membership
) -> None:
    client = known(viewer.user)
    lock_out()
    assert not gets_in(client)


def test_it_ends_after_half_a_year(moderator: Membership, later: Later) -> None:
    client = known(moderator.user)
    later(179 * DAY)
    lock_out()
    assert gets_in(client)
    other = known_cookie(client)
    later(179 * DAY + 181 * DAY)
    lock_out()
    assert not gets_in(other)


def known_cookie(client: Client) -> Client:
    """Another browser with this one's cookie alone."""
    other = Client()
    other.cookies[NAME] = client.cookies[NAME].value
    return other


def change_password(user: User) -> None:
    user.set_password(PASSWORD)  # another salt, another hash
    user.save()


def leave_and_come_back(user: User) -> None:
    user.is_active = False
    user.save()
    signing_in.end_sessions(user)
    user.is_active = True
    user.save()


def sign_out_everywhere(user: User) -> None:
    client = known(user)
    enter_from(client)
    client.post(SESSIONS, {"end": "everywhere"})


def end_all_others(user: User) -> None:
    client = known(user)
    enter_from(client)
    client.post(SESSIONS, {"end": "others"})
    client.post(LOGOUT)
    lock_out()
    assert gets_in(client)


@pytest.mark.parametrize(
    "act", [change_password, leave_and_come_back, sign_out_everywhere, end_all_others]
)
def test_what_makes_it_useless(moderator: Membership, act: Callable[[User], None]) -> None:
    client = known(moderator.user)
    act(User.objects.get(pk=moderator.user.pk))
    lock_out()
    assert not gets_in(client)


def test_a_manager_who_deactivates_somebody_makes_it_useless(
    moderator: Membership, manager: Membership
) -> None:
    client, boss = known(moderator.user), Client()
    enter(boss, manager.user.email)
    members = "/brands/3/members/"
    boss.post(f"{members}{moderator.pk}/deactivate/")
    boss.post(f"{members}{moderator.pk}/reactivate/")
    lock_out()
    assert not gets_in(client)


def test_the_browser_in_which_a_password_is_changed_stays_known(moderator: Membership) -> None:
    client = Client()
    enter(client, NADIA)
    client.post(CHANGE, {"oldpassword": PASSWORD, **NEW})
    client.post(LOGOUT)
    lock_out()
    assert gets_in(client, NEW["password1"])


def test_it_outlives_a_change_of_the_key_that_names_its_predecessor(
    moderator: Membership, settings: Settings
) -> None:
    client = known(moderator.user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    lock_out()
    assert gets_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    settings.SECRET_KEY = "a-third-key-for-the-tests-0123456789-0123456789"
    lock_out()  # what was counted under another key counts no more
    assert not gets_in(known_cookie(client))


@given(value=st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
@how(
    max_examples=many(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_nonsense_counts_for_nothing(db: None, value: str) -> None:
    client = Client()
    client.cookies[NAME] = value
    assert enter_from(client, f"x-{next(came_by)}@example.com").status_code == 200


def test_a_forged_one_counts_for_nothing(moderator: Membership) -> None:
    client = known(moderator.user)
    value = client.cookies[NAME].value
    lock_out()
    for forged in (value[:-1] + ("A" if value[-1] != "A" else "B"), "x" + value[1:], ""):
        client.cookies[NAME] = forged
        assert not gets_in(client)


# The words


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("where you signed in before", "a passkey", "a mailed link", "five minutes")),
        ("fr", ("où vous vous êtes déjà connecté", "clé d’accès", "lien", "cinq minutes")),
    ],
)
def test_the_page_says_what_works_now_and_the_same_for_all(
    moderator: Membership, language: str, told: tuple[str, ...]
) -> None:
    lock_out()
    lock_out("unknown@example.com")
    fields, speaks = {"password": PASSWORD}, {"Accept-Language": language}
    pages = [
        words(text(Client().post(LOGIN, {"login": email, **fields}, headers=speaks)))
        for email in (NADIA, "unknown@example.com")
    ]
    assert pages[0] == pages[1]
    for phrase in told:
        assert phrase in pages[0]
