"""When a session is over: some days after signing in, fewer after its last use"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.accounts.session_engine import BEGAN, USED
from inbox.models import Membership, User
from tests.conftest import Later
from tests.support.cast import PASSWORD
from tests.support.pages import INBOX, text
from tests.support.signing_in import CONFIRM, enter, is_signed_in, set_up_app, signed_in
from tests.support.upstream import Upstream

HOUR, DAY = 3600.0, 24 * 3600.0
HTMX = {"HX-Request": "true"}
NEWS = HTMX | {"Inbox-Mark": "x", "Inbox-Shown": "none"}
SIGN_IN = f"/accounts/login/?{urlencode({'next': INBOX})}"
PIN = f"{INBOX}pin/"
NEW = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
USES: dict[str, Callable[[Client], Any]] = {
    "reading": lambda client: client.get(INBOX),
    "a language": lambda client: client.post("/preferences/", {"language": "fr"}),
    "a theme": lambda client: client.post("/preferences/", {"theme": "dark"}),
    "the password again": lambda client: client.post(CONFIRM, {"password": PASSWORD}),
}


def end_of(client: Client) -> float:
    """In how many seconds the cookie that was just sent is over."""
    return float(client.cookies[settings.SESSION_COOKIE_NAME]["max-age"])


def rows_end() -> float:
    """In how many seconds the one row is over."""
    return (Session.objects.get().expire_date - timezone.now()).total_seconds()


def use_daily(client: Client, later: Later, use: Callable[[Client], Any], days: int = 14) -> None:
    for day in range(1, days):
        later(day * DAY)
        assert use(client).status_code in {200, 302}
        assert is_signed_in(client)


def test_a_session_ends_three_days_after_its_last_use(
    moderator: Membership, api: Upstream, later: Later
) -> None:
    client = signed_in(moderator.user)
    later(3 * DAY - 60)
    assert client.get(INBOX).status_code == 200
    later(6 * DAY - 240)
    assert client.get(INBOX).status_code == 200
    later(9 * DAY)
    assert client.get(INBOX)["Location"] == SIGN_IN
    assert not is_signed_in(client)
    assert not Session.objects.exclude(session_key=client.session.session_key).exists()


@pytest.mark.parametrize("use_later", [True, False])
def test_a_clock_that_is_set_back_prolongs_none(
    moderator: Membership, api: Upstream, later: Later, use_later: bool
) -> None:
    later(0 if use_later else HOUR)
    client = signed_in(moderator.user)
    later(HOUR)
    assert client.get(INBOX).status_code == 200
    later(0)
    assert client.get(INBOX)["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_clocks_may_differ_a_little(moderator: Membership, api: Upstream, later: Later) -> None:
    later(50)
    client = signed_in(moderator.user)
    later(0)
    assert client.get(INBOX).status_code == 200


@pytest.mark.parametrize("use", USES, ids=str)
def test_and_fourteen_days_after_signing_in_whatever_happens(
    moderator: Membership, api: Upstream, later: Later, use: str
) -> None:
    client = signed_in(moderator.user)
    use_daily(client, later, USES[use])
    later(14 * DAY - 60)
    assert USES[use](client).status_code in {200, 302}
    assert 0 < end_of(client) <= 60
    assert 0 < rows_end() <= 60
    later(14 * DAY + 1)
    answer = client.get(INBOX)
    assert answer["Location"] == SIGN_IN
    assert not Session.objects.exists()


def test_neither_a_new_password_nor_a_second_factor_moves_the_end(
    moderator: Membership, api: Upstream, later: Later, settings: Settings
) -> None:
    settings.REQUIRE_MFA = "everyone"
    client = signed_in(moderator.user)
    use_daily(client, later, lambda client: client.get("/accounts/"), 13)
    client.post(CONFIRM, {"password": PASSWORD})
    assert client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})
    set_up_app(client)
    assert client.get(INBOX).status_code == 200
    assert rows_end() <= 2 * DAY
    later(14 * DAY + 1)
    assert client.get(INBOX).status_code == 302


def test_signing_in_again_begins_anew(moderator: Membership, api: Upstream, later: Later) -> None:
    client = signed_in(moderator.user)
    use_daily(client, later, lambda client: client.get(INBOX))
    client.post("/accounts/logout/")
    enter(client, moderator.user.email)
    assert DAY < end_of(client) <= 3 * DAY
    later(15 * DAY)
    assert client.get(INBOX).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_fragment_says_so_and_where_to_sign_in(
    moderator: Membership, api: Upstream, later: Later, method: str
) -> None:
    client = signed_in(moderator.user)
    later(3 * DAY + 1)
    page = HTMX | {"HX-Current-URL": f"http://testserver{INBOX}?page=2"}
    answer = getattr(client, method)(f"{INBOX}chatrooms/8/read/", headers=page)
    assert answer.status_code == 401
    assert f'href="{SIGN_IN}%3Fpage%3D2"' in text(answer)


def test_the_admin_too_leads_to_sign_in(operator: User, later: Later) -> None:
    client = signed_in(operator)
    assert client.get("/admin/inbox/user/").status_code == 200
    later(3 * DAY + 1)
    answer: Any = client.get("/admin/inbox/user/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_what_is_over_is_pruned(moderator: Membership, later: Later) -> None:
    signed_in(moderator.user)
    later(3 * DAY + 1)
    call_command("prune_activity")
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


# What is no use


@pytest.mark.parametrize(
    ("path", "headers"),
    [(INBOX, NEWS), (f"{INBOX}chatrooms/30615/", NEWS), (PIN, HTMX | {"HX-Trigger": "pin-100"})],
    ids=["a list", "a conversation", "a pin"],
)
def test_a_page_that_is_left_open_keeps_nobody_signed_in(
    moderator: Membership, api: Upstream, later: Later, path: str, headers: dict[str, str]
) -> None:
    client = signed_in(moderator.user)
    seen = UserSession.objects.get().last_seen_at
    for hours in range(12, 72, 12):
        later(hours * HOUR)
        assert client.get(path, headers=headers).status_code in {200, 204}
    assert UserSession.objects.get().last_seen_at == seen
    later(3 * DAY + 1)
    assert client.get(path, headers=headers).status_code == 401


def test_nor_does_what_is_kept_in_the_session_meanwhile(
    moderator: Membership, api: Upstream, later: Later, settings: Settings
) -> None:
    """That a second factor is not lacking is noted each minute, by news too."""
    settings.REQUIRE_MFA = "managers"
    client = signed_in(moderator.user)
    later(2 * DAY)
    client.get(INBOX, headers=NEWS)
    assert end_of(client) <= DAY
    assert rows_end() <= DAY


# From before


def as_before(client: Client, began: timedelta, used: timedelta) -> None:
    """The client's session, as it was kept when it slid for ever."""
    session = client.session
    del session[BEGAN]
    session[USED] = time.time() - used.total_seconds()
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(days=14) - used)
    UserSession.objects.update(created_at=timezone.now() - began)


@pytest.mark.parametrize(
    ("began", "used", "lasts"),
    [(13, 0, True), (15, 0, False), (5, 2, True), (5, 4, False)],
    ids=str,
)
def test_a_session_from_before_began_when_it_was_listed(
    moderator: Membership, api: Upstream, began: int, used: int, lasts: bool
) -> None:
    client = signed_in(moderator.user)
    as_before(client, timedelta(days=began), timedelta(days=used))
    assert (client.get(INBOX).status_code == 200) == lasts
    assert Session.objects.exists() == lasts
    if lasts:
        assert end_of(client) <= min(14 - began, 3) * DAY


def test_one_that_no_list_knows_begins_now(
    moderator: Membership, api: Upstream, later: Later
) -> None:
    client = signed_in(moderator.user)
    as_before(client, timedelta(days=20), timedelta(0))
    UserSession.objects.all().delete()
    assert client.get(INBOX).status_code == 200
    use_daily(client, later, lambda client: client.get(INBOX))
    later(14 * DAY + 1)
    assert client.get(INBOX).status_code == 302


def test_shorter_days_count_at_once(
    moderator: Membership, api: Upstream, later: Later, settings: Settings
) -> None:
    client = signed_in(moderator.user)
    later(2 * DAY)
    settings.SESSION_IDLE_DAYS = 1
    assert client.get(INBOX).status_code == 302
