"""accounts/sessions/ : where a person is signed in, and how they sign out there"""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inbox.accounts import sessions
from inbox.accounts.signing_in import end_sessions
from inbox.models import Membership
from tests.conftest import ClientOf, Later
from tests.support.cast import PASSWORD
from tests.support.markup import words
from tests.support.pages import INBOX, text
from tests.support.signing_in import FIREFOX, SESSIONS, enter, is_signed_in, signed_in
from tests.support.upstream import Upstream

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (X11; Linux x86_64) {KHTML} Chrome/150.0.0.0 Safari/537.36"
EDGE = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/150.0.0.0 Safari/537.36 Edg/150.0"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) {KHTML} Version/19.0 Safari/604.1"
ANDROID = f"Mozilla/5.0 (Linux; Android 16; K) {KHTML} Chrome/150.0.0.0 Mobile Safari/537.36"


def browser(moderator: Membership, agent: str = FIREFOX) -> Client:
    return signed_in(moderator.user, headers={"User-Agent": agent})


def test_each_session_is_listed_with_its_browser(moderator: Membership) -> None:
    browser(moderator)
    page = words(text(browser(moderator, IPHONE).get(SESSIONS)))
    assert "Safari on iPhone this browser" in page
    assert "Firefox on Windows From 127.0.0.1, signed in just now Last seen just now" in page


def test_one_of_another_person_is_not(moderator: Membership, viewer: Membership) -> None:
    other = browser(viewer, CHROME)
    client = browser(moderator)
    assert "Chrome" not in text(client.get(SESSIONS))
    client.post(SESSIONS, {"end": UserSession.objects.get(user=viewer.user).pk})
    assert is_signed_in(other)


def test_one_is_ended(moderator: Membership) -> None:
    other, third, client = browser(moderator), browser(moderator), browser(moderator)
    ended = UserSession.objects.get(session_key=other.session.session_key)
    page = client.post(SESSIONS, {"end": ended.pk}, follow=True)
    assert "1 session was ended." in text(page)
    assert [is_signed_in(one) for one in (other, third, client)] == [False, True, True]


def test_all_others_are_ended(moderator: Membership) -> None:
    other, third, client = browser(moderator), browser(moderator), browser(moderator)
    page = client.post(SESSIONS, {"end": "others"}, follow=True)
    assert "2 sessions were ended." in text(page)
    assert [is_signed_in(one) for one in (other, third, client)] == [False, False, True]
    assert "End all others" not in text(client.get(SESSIONS))


def test_one_signs_out_everywhere(moderator: Membership) -> None:
    other, client = browser(moderator), browser(moderator)
    page: Any = client.post(SESSIONS, {"end": "everywhere"}, follow=True)
    assert page.request["PATH_INFO"] == "/accounts/login/"
    assert "You are signed out everywhere." in text(page)
    assert [is_signed_in(one) for one in (other, client)] == [False, False]


@pytest.mark.parametrize("nonsense", ["", "abc", "-1", "99999999999999999999", "²"])
def test_nonsense_ends_nothing(moderator: Membership, nonsense: str) -> None:
    other, client = browser(moderator), browser(moderator)
    assert client.post(SESSIONS, {"end": nonsense}).status_code == 302
    assert is_signed_in(other)
    assert is_signed_in(client)


def test_a_session_of_before_the_list_is_in_it(client_of: ClientOf, moderator: Membership) -> None:
    client = client_of(moderator)
    UserSession.objects.all().delete()
    assert "Unknown browser this browser" in words(text(client.get(SESSIONS)))


def test_ending_the_sessions_of_a_person_from_elsewhere(moderator: Membership) -> None:
    client = browser(moderator)
    end_sessions(moderator.user)
    assert not is_signed_in(client)


def test_a_changed_password_ends_all_others(moderator: Membership) -> None:
    other, client = browser(moderator), browser(moderator)
    before = client.session.session_key
    new = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert other.get("/accounts/").status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert client.session.session_key != before
    assert words(text(client.get(SESSIONS))).count("Firefox") == 1


def test_the_session_is_another_after_sign_in(client: Client, moderator: Membership) -> None:
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    enter(client, "nadia@example.com")
    assert client.session.session_key != session.session_key
    assert 0 <= 3 * 24 * 3600 - int(client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]) < 60
    assert client.cookies[settings.SESSION_COOKIE_NAME]["httponly"]


def test_a_page_is_answered_though_its_session_ends_meanwhile(
    moderator: Membership, api: Upstream, later: Later
) -> None:
    client = browser(moderator)
    later(61)  # so that its use is noted once the page is made
    left = [moderator.user]

    def end_meanwhile(execute: Callable[..., Any], sql: str, *more: object) -> Any:
        if "inbox_codename" in sql and left:
            end_sessions(left.pop())
        return execute(sql, *more)

    with connection.execute_wrapper(end_meanwhile):
        assert client.get(INBOX).status_code == 200
    assert client.get(INBOX).status_code == 302
    assert not is_signed_in(client)


def test_a_session_that_the_database_can_not_write_is_not_over(
    moderator: Membership, api: Upstream, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(moderator)
    later(61)
    with monkeypatch.context() as broken:
        broken.setattr(Session, "save", fail)
        assert client.get(INBOX).status_code == 400
    assert client.get(INBOX).status_code == 200


def fail(*_told: object, **_more: object) -> None:
    raise DatabaseError("could not be written")


def test_use_is_noted_once_a_minute(
    moderator: Membership,
    api: Upstream,
    later: Later,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = browser(moderator)
    began = UserSession.objects.get().last_seen_at
    for _first in "ab":  # which note the codes that they see, and read their names
        client.get(INBOX)
    with django_assert_num_queries(3):
        client.get(INBOX)
    assert UserSession.objects.get().last_seen_at == began
    later(61)
    client.get(INBOX)
    assert UserSession.objects.get().last_seen_at > began
    with django_assert_num_queries(3):
        client.get(INBOX)


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        (ANDROID, "Chrome on Android"),
        ("curl/8.0", "Unknown browser"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script> Linux", "Linux"),
    ],
)
def test_a_browser_in_words(agent: str, told: str) -> None:
    assert sessions.browser(agent) == told
