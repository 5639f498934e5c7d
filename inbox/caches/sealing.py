"""Signatures for what lies in the cache, so that only what we wrote there is read.

Entries are pickles, and reading a pickle runs what it says. A signature ties the bytes to the place
that they lie in. Its key is made of SECRET_KEY alone: under another one, entries are not found.
"""

import hmac
import logging
import pickle
import struct
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

log = logging.getLogger(__name__)

COUNTS = "count:"  # how the key of a number begins that is counted up in one step
SIGNATURE = 32  # bytes
TELL_EACH = 3600  # seconds
PROTOCOL = pickle.HIGHEST_PROTOCOL


class BrokenEntryError(Exception):
    """These bytes were changed, cut, moved from elsewhere, or never ours."""


def seal(place: str, body: bytes) -> bytes:
    """The body behind its signature for this place."""
    return _signature(place, body) + body


def unseal(place: str, sealed: bytes) -> memoryview:
    """The body that was sealed for this place. Raises BrokenEntryError for anything else."""
    signature, body = sealed[:SIGNATURE], memoryview(sealed)[SIGNATURE:]
    if not constant_time_compare(signature, _signature(place, body)):
        raise BrokenEntryError
    return body


def digest(key: str) -> str:
    """A name for this key that only we can make, and that tells nothing of the key."""
    return hmac.digest(_secret(settings.SECRET_KEY, "names"), key.encode(), "sha256").hex()


def _signature(place: str, body: bytes | memoryview) -> bytes:
    where = place.encode()
    signing = hmac.new(_secret(settings.SECRET_KEY, "entries"), digestmod="sha256")
    signing.update(struct.pack(">I", len(where)) + where)
    signing.update(body)
    return signing.digest()


@lru_cache(8)
def _secret(secret_key: str | bytes, purpose: str) -> bytes:
    return salted_hmac("inbox.sealing", purpose, secret=secret_key, algorithm="sha256").digest()


def unpickle(body: bytes | memoryview, nothing: Any = None) -> Any:
    """What we pickled; `nothing` where the code knows its kind no longer. Unseal the bytes first."""
    try:
        return pickle.loads(body)  # noqa: S301 - its signature was checked
    except Exception:  # noqa: BLE001 - a kind of an earlier version may fail in any way
        return nothing


_lock = Lock()
_last_told = -float(TELL_EACH)


def tell_broken() -> None:
    """One line an hour and process: there may be as many broken entries as there are entries."""
    global _last_told  # noqa: PLW0603 - one for the process
    with _lock:
        now = monotonic()
        if now - _last_told < TELL_EACH:
            return
        _last_told = now
    log.warning("An entry of the cache was changed, cut or not written by us. It is not read.")
