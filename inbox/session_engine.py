"""Sessions in the database, which keeps a digest of what the cookie holds and never the cookie.

A copy of the database signs nobody in. A cookie has 32 random characters of 36, which is 165 bits.
Nobody can try so many, so a digest without a key is enough, and 40 hexadecimal digits of it.

`session_key` is the digest, for Django and allauth alike: what they list, look for and end. The
middleware below alone reads a cookie and sends one.
"""

from hashlib import sha256
from typing import Self

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import base, db
from django.http import HttpRequest, HttpResponse

LENGTH = 40  # as wide as the columns of Django and allauth


def digest(cookie: str) -> str:
    """What the database keeps of a session's cookie."""
    return sha256(cookie.encode()).hexdigest()[:LENGTH]


class Key(str):
    """A session's digest that also knows its cookie, for the request that brought or made it.

    The cookie goes no further: written, compared or shown, a key is the digest.
    """

    cookie: str

    @classmethod
    def of(cls, cookie: str) -> Self:
        key = cls(digest(cookie))
        key.cookie = cookie
        return key


class SessionStore(db.SessionStore):
    """As Django's, under the digest of a cookie. Its name is part of how the data are signed."""

    # What is asked asynchronously goes the ways of this class, not those of the database's own.
    aload, asave, acreate = base.SessionBase.aload, base.SessionBase.asave, base.SessionBase.acreate

    def _get_new_session_key(self) -> Key:
        return Key.of(super()._get_new_session_key())  # type: ignore[misc]  # the stubs lack it

    def cycle_key(self) -> None:
        """Take another key. The list of the person's sessions knows it from then on.

        A session that is merely looked up keeps its key: nobody would tell its browser another.
        """
        before = self.session_key
        if before and not isinstance(before, Key):
            return
        super().cycle_key()
        if before and SIGNED_IN in self:
            known = UserSession.objects.filter(session_key=before)
            known.update(session_key=self.session_key)


class SessionMiddleware(middleware.SessionMiddleware):
    """Finds the session by its cookie's digest. Sends the cookie where Django would send the key."""

    def process_request(self, request: HttpRequest) -> None:
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = self.SessionStore(Key.of(cookie) if cookie else None)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answer = super().process_response(request, response)
        sent = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        key = request.session.session_key
        if sent and sent.value:
            answer.cookies[sent.key] = key.cookie if isinstance(key, Key) else ""
        return answer
