"""Signing out at the issuer of single sign-on too, after signing out here.

No form of ours may lead to another site, so a page offers a link. The issuer wants its identity token
back, which is a secret: it stays in the session, with encrypted data. After signing out it stays there
for ten minutes, and is used once.

This makes no call to the issuer: the address for ending sessions was read at sign-in.
"""

import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string

from inbox import environment
from inbox.accounts import proofs
from inbox.accounts.session_engine import AT_ISSUER, LEAVING, LEAVING_FOR
from inbox.process import clocks

STATE = "left_issuer"  # in the session: what the issuer brings back
LONGEST, LONGEST_TOKEN = 2000, 5000  # characters: servers take heads of some 8 kB
UNSAFE = set(' "<>\\^`{|}#')


@dataclass(frozen=True, slots=True)
class Kept:
    """The data to sign somebody out at their issuer. `until`: for people not signed in here."""

    endpoint: str
    token: str = field(repr=False)
    client: str
    until: float


def endpoint(given: object, issuer: str) -> str:
    """The address to lead to, as the issuer at `issuer` tells it; empty where it is unfit.

    It must be https, or on this machine where the issuer is too.
    """
    if not isinstance(given, str) or len(given) > LONGEST or UNSAFE & set(given):
        return ""
    parts = environment.parsed(given) if given.isascii() and given.isprintable() else None
    if parts is None or not parts.hostname or "@" in parts.netloc:
        return ""
    is_here = environment.is_loopback(given) and environment.is_loopback(issuer)
    return given if parts.scheme == "https" or is_here else ""


def of_sign_in(given: object, token: object, app: Any) -> Kept | None:
    """The data kept from a sign-in at the issuer; None where it offers no usable way to sign out."""
    address_ = endpoint(given, app.settings["server_url"])
    if not address_ or not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        return None
    return Kept(address_, token, app.client_id, time.time() + app_settings.LOGIN_TIMEOUT)


def keep(session: SessionBase, kept: Kept | None) -> None:
    """Note how this sign-in can end, replacing what was noted of another."""
    forget(session)
    if kept:
        session[AT_ISSUER] = asdict(kept)


def forget(session: SessionBase) -> None:
    for name in (AT_ISSUER, LEAVING, STATE):
        session.pop(name, None)


def of_person(request: HttpRequest) -> Kept | None:
    """The data to sign the person out there, also while they are asked for a code."""
    held = request.session.get(AT_ISSUER)
    return Kept(**held) if held else None


def offer(request: HttpRequest, kept: Kept | None) -> HttpResponse | None:
    """After signing out here, lead to the page that offers the rest; None where there is none."""
    if kept is None:
        return None
    forget(request.session)
    request.session[LEAVING] = asdict(replace(kept, until=time.time() + LEAVING_FOR))
    page = reverse("sso_signed_out")
    return redirect(proofs.with_next(page, get_next_redirect_url(request) or ""))


def offered(session: SessionBase) -> Kept | None:
    """The offer to this browser, while it holds."""
    held = session.get(LEAVING)
    return Kept(**held) if held and clocks.is_ahead(held["until"], LEAVING_FOR) else None


def take(session: SessionBase) -> Kept | None:
    """Use up the offer: only one of several requests at once gets it."""
    kept = offered(session)
    was_there, _of = Session.objects.filter(session_key=session.session_key).delete()
    session.flush()
    return kept if was_there else None


def lead(session: SessionBase, kept: Kept) -> str:
    """The issuer's sign-out page, with a state that we recognise when it leads back."""
    session[STATE] = get_random_string(32)
    return address(kept, session[STATE])


def address(kept: Kept, state: str) -> str:
    asked = {
        "id_token_hint": kept.token,
        "client_id": kept.client,
        "post_logout_redirect_uri": settings.PUBLIC_URL + reverse("account_login"),
        "state": state,
    }
    parts = urlsplit(kept.endpoint)
    query = "&".join(filter(None, [parts.query, urlencode(asked)]))
    return parts._replace(query=query).geturl()


def is_back(request: HttpRequest) -> bool:
    """Whether somebody comes back from the issuer after signing out there; true once."""
    given, asked = request.GET.get("state", ""), request.session.get(STATE, "")
    if not (asked and constant_time_compare(given, asked)):
        return False
    del request.session[STATE]
    return True
