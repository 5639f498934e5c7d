"""Sessions in the database, which keeps a digest of the cookie and never the cookie.

A copy of the database signs nobody in. A cookie has 32 random characters of 36, which is 165 bits.
Nobody can try so many. So a digest without a key is enough: 40 hexadecimal digits of it.

`session_key` is the digest, for Django and allauth alike: both list, find and end sessions by it. Only
the middleware below reads and sends cookies.

A session's data are sealed: they include keys of opened links and of apps being set up. A process opens
the same data once, and remembers them for some minutes.

One query finds a session together with who signed in by it, and their memberships. So a page of a brand
asks once who asks, and whoever's session has ended is refused at once: nothing of that is kept in a
cache. The session comes with each of the memberships, which are few. Where there is none, it is asked
for by itself.

A person stays signed in for `SESSION_DAYS`, and for `SESSION_IDLE_DAYS` without using the site. Both
are computed from the session's own data: other writes to the session don't extend them.
"""

import time
from copy import deepcopy
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self

from allauth.account import app_settings
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import base, db
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db.models import CharField, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.encoding import force_str

from inbox.caches.memories import Memory
from inbox.models import Membership, User
from inbox.prepared import Param, Prepared
from inbox.process import clocks
from inbox.process.encryption import box

BEGAN = "began"  # in the session of a person: when they signed in
USED = "seen"  # and when they last used the site, to the minute
AT_ISSUER = "at_issuer"  # and how they may sign out at the issuer of single sign-on
LEAVING = "leaving"  # the same, after they signed out here
LEAVING_FOR = 600  # seconds after that
PURPOSE = "inbox.sessions"
DAY = 24 * 3600
LENGTH = 40  # as wide as the columns of Django and allauth


def digest(cookie: str) -> str:
    """What the database keeps of a session's cookie."""
    return sha256(cookie.encode()).hexdigest()[:LENGTH]


class Key(str):
    """A session's digest that also knows its cookie, for the request that brought or made it.

    The cookie goes no further: writing, comparing or showing a key uses the digest.
    """

    cookie: str

    @classmethod
    def of(cls, cookie: str) -> Self:
        key = cls(digest(cookie))
        key.cookie = cookie
        return key


_KEY = Param("key", CharField())
_SESSION = Prepared(lambda: Session.objects.filter(session_key=_KEY))
_OPENED = Memory[dict[str, Any]](256)


def _signed_in() -> QuerySet[Any]:
    """The memberships of the person whose session it is, each beside the session's row."""
    session = Session.objects.filter(session_key=_KEY)
    whose = UserSession.objects.filter(session_key=_KEY).values("user")
    return Membership.of(Subquery(whose)).annotate(
        session_data=Subquery(session.values("session_data")),
        session_end=Subquery(session.values("expire_date")),
    )


_SIGNED_IN = Prepared(_signed_in)


class SessionStore(db.SessionStore):
    """As Django's, under the digest of a cookie. Its name is part of how the data are signed.

    `person`: who signed in by it, as they stand, with their memberships; None where that is not known.
    """

    person: User | None = None

    def load(self) -> dict[str, Any]:
        """Load the session's data. Deletes one that is over, and returns nothing for it."""
        kept, self.person = self._find()
        held = self.decode(kept.session_data) if kept else {}
        if SIGNED_IN in held and BEGAN not in held:
            held |= {BEGAN: self._listed_since(), USED: held.get(USED, time.time())}
            self.modified = True
        if kept and min(kept.expire_date, _end(held)) > timezone.now():
            return held
        if kept:
            kept.delete()
        self._session_key = None
        return {}

    def _find(self) -> tuple[Session | None, User | None]:
        """The row of the session, and who is listed with it; both None where it has ended."""
        found = _SIGNED_IN.ask(key=self.session_key)
        if not found:  # nobody signed in by it, or they belong to no brand
            return next(iter(_SESSION.ask(key=self.session_key)), None), None
        first = found[0]
        if first.session_data is None:
            return None, None
        key, data, end = str(self.session_key), first.session_data, first.session_end
        first.user.found_memberships = found
        return Session(session_key=key, session_data=data, expire_date=end), first.user

    def _listed_since(self) -> float:
        """When the session began, for one without a note of it, from before there was one."""
        known = UserSession.objects.filter(session_key=self.session_key).first()
        return known.created_at.timestamp() if known else time.time()

    def get_expiry_date(self, **_told: Any) -> datetime:
        """The time when it is over; ignores what allauth asks for."""
        return _end(dict(self.items()))

    def get_expiry_age(self, **_told: Any) -> int:
        """The seconds until then, for the cookie."""
        return max(int((self.get_expiry_date() - timezone.now()).total_seconds()), 0)

    # Asynchronous calls go through this class, not through the database backend's own methods.
    aload, asave, acreate = base.SessionBase.aload, base.SessionBase.asave, base.SessionBase.acreate

    def encode(self, session_dict: dict[str, Any]) -> str:
        return box(PURPOSE).encrypt(super().encode(session_dict).encode()).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The session's data; none where no key opens them. Old ones may be unsealed."""
        sealed = force_str(session_data)
        return deepcopy(_OPENED.keep(sealed, lambda: self._open(sealed)))

    def _open(self, signed: str) -> dict[str, Any]:
        if ":" not in signed:
            try:
                signed = box(PURPOSE).decrypt(signed).decode()
            except InvalidToken:
                return {}
        return super().decode(signed)

    def _get_new_session_key(self) -> Key:
        return Key.of(super()._get_new_session_key())  # type: ignore[misc]  # the stubs lack it

    def cycle_key(self) -> None:
        """Change the key, also in the list of the person's sessions.

        A session that is only looked up keeps its key: its browser would never learn another.
        """
        before = self.session_key
        if before and not isinstance(before, Key):
            return
        super().cycle_key()
        if before and SIGNED_IN in self:
            known = UserSession.objects.filter(session_key=before)
            known.update(session_key=self.session_key)


def _end(held: dict[str, Any]) -> datetime:
    """The time when a session with these data is over. An anonymous one lasts as long as an idle one.

    A session that could still sign somebody out elsewhere lasts minutes, as its secret does. One with a
    start or a use in the future is over: after a clock was set back it would last longer.
    """
    now = time.time()
    if not _has_begun(held):
        return datetime.fromtimestamp(0, UTC)
    until = held.get(USED, now) + settings.SESSION_IDLE_DAYS * DAY
    if SIGNED_IN in held:
        until = min(until, held.get(BEGAN, now) + settings.SESSION_DAYS * DAY)
    elif secret := held.get(LEAVING) or held.get(AT_ISSUER):
        until = min(until, secret["until"])
    return datetime.fromtimestamp(until, UTC)


def _has_begun(held: dict[str, Any]) -> bool:
    if SIGNED_IN in held:
        return all(clocks.is_past(held.get(name, 0)) for name in (BEGAN, USED))
    terms = {LEAVING: LEAVING_FOR, AT_ISSUER: app_settings.LOGIN_TIMEOUT}
    return all(
        clocks.is_past(held[name]["until"] - terms[name]) for name in terms if held.get(name)
    )


class SessionMiddleware(middleware.SessionMiddleware):
    """Finds the session by its cookie's digest. Sends the cookie where Django would send the key.

    Answers a request even if its session ended meanwhile, perhaps by its own act. The next request
    leads to sign-in.
    """

    def process_request(self, request: HttpRequest) -> None:
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = self.SessionStore(Key.of(cookie) if cookie else None)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            answer = super().process_response(request, response)
        except SessionInterrupted:
            if request.session.exists(str(request.session.session_key)):
                raise  # the database had another reason
            return response
        sent = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        key = request.session.session_key
        if sent and sent.value:
            answer.cookies[sent.key] = key.cookie if isinstance(key, Key) else ""
        return answer
