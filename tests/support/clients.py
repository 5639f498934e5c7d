"""Django's test client, taught that a cookie is not what the database keeps of it.

It takes the key of a session for its cookie, in two places.
"""

import time
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.test.client import ClientMixin

from inbox.accounts.session_engine import AT_ISSUER, Key, SessionStore
from inbox.models import User


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


def note_issuer(session: Any, user: User) -> None:
    """As if the person had signed in at the issuer, where they are known there."""
    known = SocialAccount.objects.filter(user=user).first()
    if known is None:
        return
    record = {"method": "socialaccount", "at": time.time(), "provider": "sso", "uid": known.uid}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = str(user.pk)
    end = "https://login.example.com/end"
    session[AT_ISSUER] = {"endpoint": end, "token": "a.b.c", "client": "inbox", "until": 0}


def list_session(session: Any, user: User) -> None:
    """As signing in does, by what browser is not known."""
    key = str(session.session_key)
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", user_agent="")


def cookie_of(session: Any) -> str:
    """The cookie of a session that was just made."""
    return str(session.session_key.cookie)
