"""What the database keeps of a session: nothing that signs anybody in"""

import re
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DjangosOwn
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from inbox.accounts.one_time_links import password_link
from inbox.accounts.session_engine import SessionMiddleware, SessionStore
from inbox.models import Membership
from tests.conftest import Later
from tests.support.pages import text
from tests.support.signing_in import SESSIONS, app_key, is_signed_in, signed_in

ACCOUNT = "/accounts/"
LOGOUT = "/accounts/logout/"


def texts() -> Iterator[str]:
    """Every text of every table, once."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found |= {value for row in cursor.fetchall() for value in row if isinstance(value, str)}
    yield from found


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return client


def test_nothing_that_a_copy_of_the_database_holds_opens_a_session(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    copied = list(texts())
    assert len(copied) > 50
    assert client.get(ACCOUNT).status_code == 200
    for value in copied:
        assert with_cookie(value).get(ACCOUNT).status_code == 302, f"{value} is in"
    assert client.get(ACCOUNT).status_code == 200


def test_the_cookie_stands_nowhere_in_the_database(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    client.get(SESSIONS)
    first = cookie_of(client)
    assert not [value for value in texts() if first in value]
    new = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
    client.post("/accounts/password/change/", {"oldpassword": "lumiere-et-parfum", **new})
    assert cookie_of(client) != first
    assert client.get(ACCOUNT).status_code == 200
    assert not [value for value in texts() if cookie_of(client) in value or first in value]


def test_a_digest_as_a_cookie_ends_nobodys_session(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    thief = with_cookie(Session.objects.get().session_key)
    thief.post(LOGOUT)
    thief.post(SESSIONS, {"end": "everywhere"})
    signed_in_too = with_cookie(Session.objects.get().session_key)
    signed_in_too.post("/accounts/login/", {"login": "nadia@example.com", "password": "wrong"})
    assert client.get(ACCOUNT).status_code == 200


def test_a_session_that_is_reloaded_while_it_begins_keeps_its_cookie(
    settings: Settings, db: None
) -> None:
    """allauth does so where single sign-on begins."""

    def view(request: Any) -> HttpResponse:
        request.session["begun"] = True
        request.session.save()
        request.session = type(request.session)(request.session.session_key)
        request.session["more"] = True
        return HttpResponse()

    answer: Any = SessionMiddleware(view)(RequestFactory().get("/"))
    later = with_cookie(answer.cookies[settings.SESSION_COOKIE_NAME].value)
    assert dict(later.session.items()) == {"begun": True, "more": True}


@pytest.mark.parametrize("cookie", ["x", "é" * 9, "a\\000b", '"', " ", "x" * 3000])
def test_a_cookie_of_nonsense_is_no_session(db: None, cookie: str) -> None:
    assert with_cookie(cookie).get(ACCOUNT).status_code == 302


# A key that changes


def test_the_list_follows_a_session_whose_key_changes(
    moderator: Membership, settings: Settings
) -> None:
    """As it does for everybody where the secret key was changed."""
    other, client = signed_in(moderator.user), signed_in(moderator.user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    began = {one.created_at for one in UserSession.objects.all()}
    before = cookie_of(other)
    assert other.get(ACCOUNT).status_code == 200
    assert cookie_of(other) != before
    assert {one.created_at for one in UserSession.objects.all()} == began
    assert client.get(ACCOUNT).status_code == 200
    client.post(SESSIONS, {"end": "everywhere"})
    assert not is_signed_in(other)


def test_a_session_that_no_list_knows_is_listed_once_it_is_used(
    moderator: Membership, later: Later
) -> None:
    other, client = signed_in(moderator.user), signed_in(moderator.user)
    UserSession.objects.all().delete()
    later(61)
    assert other.get("/").status_code == 302
    assert UserSession.objects.get().session_key == other.session.session_key
    client.post(SESSIONS, {"end": "everywhere"})
    assert not is_signed_in(other)


# From before


def test_who_was_signed_in_before_stays_so(
    moderator: Membership, viewer: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [signed_in(who.user) for who in (moderator, moderator, viewer)]
    keep_plainly(clients)
    UserSession.objects.create(session_key="of-a-session-gone", user=viewer.user, ip="192.0.2.1")
    assert not any(is_signed_in(one) for one in clients)
    migration = import_module("inbox.migrations.0006_session_digests")
    monkeypatch.setattr(migration, "BATCH", 2)
    for _again in range(2):
        migration.digest_keys(apps, None)
        assert [one.get(SESSIONS).status_code for one in clients] == [200, 200, 200]
        assert {one.pk for one in Session.objects.all()} == {
            one.session_key for one in UserSession.objects.all()
        } - {migration.digest("of-a-session-gone")}
    clients[0].post(SESSIONS, {"end": "everywhere"})
    assert [is_signed_in(one) for one in clients] == [False, False, True]
    assert not [value for value in texts() if value in map(cookie_of, clients)]


def keep_plainly(clients: list[Client]) -> None:
    """Let the database hold the cookies themselves, as it did once."""
    for client in clients:
        key, cookie = str(client.session.session_key), cookie_of(client)
        Session.objects.filter(pk=key).update(session_key=cookie)
        UserSession.objects.filter(session_key=key).update(session_key=cookie)


def test_what_sessions_held_before_is_sealed_or_gone(moderator: Membership) -> None:
    """One of nobody may hold the key of a link that was opened: it is asked for again."""
    client, opened = signed_in(moderator.user), Client()
    moderator.user.refresh_from_db()
    opened.get(password_link(moderator.user).removeprefix("http://localhost"), follow=True)
    keys = [str(one.session.session_key) for one in (client, opened)]
    for one in Session.objects.filter(pk__in=keys):
        held = SessionStore().decode(one.session_data)
        one.session_data = DjangosOwn.encode(SessionStore(), held)
        one.save()
    assert any("_password_reset_key" in readable(value) for value in texts())
    migration = import_module("inbox.migrations.0006_session_digests")
    migration.seal_data(apps, None)
    assert not [value for value in texts() if "_password_reset_key" in readable(value)]
    assert [one.pk for one in Session.objects.all()] == [keys[0]]
    assert client.get(SESSIONS).status_code == 200


# What a session holds


def readable(value: str) -> str:
    """What somebody without our key reads in a text: as it is, or packed as Django packs sessions."""
    found = value
    for part in re.split("[:.]", value):
        for unpack in (bytes, zlib.decompress):
            with suppress(ValueError, zlib.error):
                found += unpack(urlsafe_b64decode(part + "=" * (-len(part) % 4))).decode()
    return found


def assert_unreadable(secret: str) -> None:
    assert len(secret) > 8
    assert not [value for value in texts() if secret in readable(value)]


def test_the_key_of_a_link_that_was_opened_is_unreadable(
    client: Client, moderator: Membership
) -> None:
    link = urlsplit(password_link(moderator.user)).path
    page: Any = client.get(link, follow=True)
    key = link.rstrip("/").partition("key/")[2].partition("-")[2]
    assert_unreadable(key)
    new = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
    done = client.post(page.request["PATH_INFO"], new, follow=True)
    assert "<h1>Your password is set</h1>" in text(done)


def test_so_is_the_key_of_an_app_that_is_being_set_up(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    assert_unreadable(app_key(client).replace(" ", ""))


def test_what_was_readable_before_still_counts(moderator: Membership) -> None:
    client = signed_in(moderator.user)
    plain: Any = DjangosOwn()
    held = dict(client.session.items())
    Session.objects.update(session_data=plain.encode(held))
    assert "_auth_user_id" in readable(Session.objects.get().session_data)
    assert client.get(SESSIONS).status_code == 200
    client.post("/preferences/", {"theme": "dark"})
    assert is_signed_in(client)


def test_data_under_a_key_that_is_unknown_are_nobodys(
    moderator: Membership, settings: Settings
) -> None:
    client = signed_in(moderator.user)
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    assert client.get(ACCOUNT).status_code == 302
