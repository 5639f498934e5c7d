"""The person's sessions: their browsers, when they began and when they were last used."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.accounts.session_engine import BEGAN, USED

EACH = 60  # seconds between two notes

# Browsers and systems by words that only their user agents have; the first match counts.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class Session:
    """`here`: the one that asks."""

    id: int
    browser: str
    address: str
    since: datetime
    seen: datetime
    here: bool


def of_person(request: HttpRequest) -> list[Session]:
    """All sessions of the person who asks, this one first, then as they were last seen."""
    key = request.session.session_key
    if not UserSession.objects.filter(session_key=key).exists():
        UserSession.objects.create_from_request(request)
    known = UserSession.objects.purge_and_list(request.user)
    return sorted((_session(one, key) for one in known), key=_order)


def _session(known: Any, key: str | None) -> Session:
    here = known.session_key == key
    return Session(
        id=known.pk,
        browser=browser(known.user_agent),
        address=known.ip,
        since=known.created_at,
        seen=timezone.now() if here else known.last_seen_at,
        here=here,
    )


def _order(session: Session) -> tuple[bool, float]:
    return not session.here, -session.seen.timestamp()


def end(request: HttpRequest, ids: list[int]) -> int:
    """End the person's sessions with these ids; returns how many there were."""
    ended = UserSession.objects.filter(user=request.user.pk, pk__in=ids)
    for session in ended:
        session.end()
    return len(ended)


def browser(user_agent: str) -> str:
    """What the browser is, in words."""
    name = next((told for sign, told in BROWSERS.items() if sign in user_agent), "")
    system = next((told for sign, told in SYSTEMS.items() if sign in user_agent), "")
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or _("Unknown browser")


def note_sign_in(request: HttpRequest, **_signal: object) -> None:
    """Note the start of the session at sign-in, and its use."""
    request.session[BEGAN] = request.session[USED] = time.time()


def note_use(request: HttpRequest) -> None:
    """Note the session's use, at most once a minute; otherwise reads and writes nothing."""
    now = time.time()
    if SIGNED_IN in request.session and now - request.session.get(USED, 0) > EACH:
        request.session[USED] = now
        key = request.session.session_key
        known = UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now())
        if not known:
            UserSession.objects.create_from_request(request)
