"""Django's test client, taught that a cookie is not what the database keeps of it.

It takes the key of a session for its cookie, in two places.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.test.client import ClientMixin

from inbox.session_engine import Key, SessionStore


def teach_clients() -> None:
    """Let `Client.session` read the cookie's digest, and `force_login` set the cookie."""
    client: Any = ClientMixin
    client.session = property(_session)
    client._set_login_cookies = _set_login_cookies


def _session(client: Any) -> SessionStore:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie and cookie.value:
        return SessionStore(Key.of(cookie.value))
    session = SessionStore()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie_of(session)
    return session


def _set_login_cookies(client: Any, request: HttpRequest) -> None:
    name = settings.SESSION_COOKIE_NAME
    client.cookies[name] = cookie_of(request.session)
    client.cookies[name]["path"] = "/"
    client.cookies[name]["secure"] = settings.SESSION_COOKIE_SECURE or None


def cookie_of(session: Any) -> str:
    """The cookie of a session that was just made."""
    return str(session.session_key.cookie)
