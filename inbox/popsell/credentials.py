"""Which token a brand's calls carry: its own, the shared one, or one got for an API key.

A token got for a key (documented under POST /auth/token; no expiry is) is kept in the cache for all
workers, and renewed when Popsell refuses it: once per call, one renewal at a time.
"""

import hashlib
import json
from http import HTTPStatus
from threading import Lock
from time import monotonic

from django.conf import settings
from django.utils.crypto import salted_hmac

from inbox.caches import keeping, tolerant
from inbox.popsell import cache, errors, transport

_renewal = Lock()
_known: dict[str, str] = {}  # by site: what the cache would hold, for when it is broken


def token(brand_id: int) -> str:
    """Raises Unauthorized, naming the variable to set, for a brand without any."""
    own: str = settings.POPSELL_ACCESS_TOKENS.get(brand_id) or settings.POPSELL_ACCESS_TOKEN
    if own:
        return own
    if settings.POPSELL_API_KEY:
        return _kept() or _renewed("")
    raise errors.Unauthorized(
        f"no token: set POPSELL_ACCESS_TOKEN_{brand_id} or POPSELL_ACCESS_TOKEN"
    )


def fingerprint(brand_id: int) -> str:
    """Tells tokens apart without showing them."""
    return hashlib.sha256(token(brand_id).encode()).hexdigest()


def account(brand_id: int) -> str:
    """Tells whose calls count together, without showing the token: 16 hexadecimal digits.

    Brands with one token, or with one API key, share an account. It lies in our database, so our own
    key is mixed in: nobody who reads it can try tokens out. Raises Unauthorized, as `token`.
    """
    own = settings.POPSELL_ACCESS_TOKENS.get(brand_id) or settings.POPSELL_ACCESS_TOKEN
    key = settings.POPSELL_API_KEY and f"{settings.POPSELL_API_KEY} {settings.POPSELL_DOMAIN}"
    secret = own or key or token(brand_id)
    text = f"{cache.site()} {secret}"
    return salted_hmac("account", text, algorithm="sha256").hexdigest()[:16]


def renew(brand_id: int, refused: str) -> bool:
    """Replace the token of this fingerprint after a 401; False where nothing can replace it."""
    own = settings.POPSELL_ACCESS_TOKENS.get(brand_id) or settings.POPSELL_ACCESS_TOKEN
    if own or not settings.POPSELL_API_KEY:
        return False
    _renewed(refused)
    return True


def _renewed(refused: str) -> str:
    """A token other than the refused one: another thread's new one, else one asked for now."""
    with _renewal:
        known = _kept()
        if known and hashlib.sha256(known.encode()).hexdigest() != refused:
            return known
        fresh = _ask()
        _known[cache.site()] = fresh
        tolerant.put(_key(), fresh, keeping.longest())
        return fresh


def _ask() -> str:
    """POST /auth/token; raises Unauthorized where the key is refused or the answer has no token."""
    answer = transport.exchange(
        "POST",
        "/auth/token",
        ends=monotonic() + settings.POPSELL_DEADLINE,
        headers={"X-Popsell-Domain": settings.POPSELL_DOMAIN},
        json={"api_key": settings.POPSELL_API_KEY},
    )
    try:
        found = json.loads(answer.body)["token"] if answer.status == HTTPStatus.OK else None
    except (ValueError, TypeError, KeyError, RecursionError):
        found = None
    if not isinstance(found, str) or not found:
        raise errors.Unauthorized(
            "POPSELL_API_KEY was refused for POPSELL_DOMAIN", remote_status=answer.status
        )
    return found


def _kept() -> str:
    found = tolerant.get(_key())
    return found if isinstance(found, str) else _known.get(cache.site(), "")


def _key() -> str:
    return f"{cache.site()}:token"
