"""Keyed digests of the trail's records: they show that a record is as we wrote it.

Write access to the database is not enough to make one; it takes a key. The keys are made of SECRET_KEY
and its fallbacks; a digest says which one it was made with.
"""

import hmac
import json
import secrets
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from inbox.models import Activity

NAME = 8  # characters of a key's name
NONCE = 8  # random bytes, so that no two records have the same digest
FIELDS = (
    *("brand_id", "member_id", "member_name", "member_role", "act", "about", "state", "outcome"),
    *("ambassador", "chatroom", "participant", "message_shown", "message_answered"),
    *("started", "finished", "request_id"),
)
"""The fields of a record. Empty ones are left out, so a new field keeps old digests valid."""


class Fit(Enum):
    """How a record and its digest go together."""

    FITS = "fits"
    BROKEN = "broken"
    NO_KEY = "its digest was made with a key that is not here"
    NONE = "it has no digest"


def content(record: Activity) -> str:
    """The record's content, always in the same form."""
    values = {name: _plain(getattr(record, name)) for name in FIELDS}
    said = {name: value for name, value in values.items() if value not in (None, "")}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def fingerprint(record: Activity) -> str:
    """A hash of the record with its digest. It needs no key: a seal that holds it is signed."""
    return sha256(f"{content(record)}{record.digest}".encode()).hexdigest()


def sign(record: Activity) -> str:
    """The digest of a record as it is now, made with the key of today."""
    nonce = secrets.token_hex(NONCE)
    return ".".join((key_name(), nonce, _mac(keys()[key_name()], nonce + content(record))))


def fit(record: Activity) -> Fit:
    """Whether the record is unchanged since its digest was made."""
    if not record.digest:
        return Fit.NONE
    name, _, rest = record.digest.partition(".")
    nonce, _, mac = rest.partition(".")
    key = keys().get(name)
    if key is None:
        return Fit.NO_KEY
    is_ours = constant_time_compare(mac, _mac(key, nonce + content(record)))
    return Fit.FITS if is_ours else Fit.BROKEN


def sign_head(head: str) -> str:
    """The signature of a seal's head, with the key of today."""
    return _mac(keys()[key_name()], head)


def signed(head: str, key: str, signature: str) -> bool | None:
    """Whether the key of this name made the signature; None where the key is not here."""
    known = keys().get(key)
    return None if known is None else constant_time_compare(signature, _mac(known, head))


def key_name() -> str:
    """The present key's name in digests and seals. It reveals nothing of the key."""
    return _name(_made_of(settings.SECRET_KEY))


def names() -> list[str]:
    """The names of the known keys."""
    return list(keys())


def keys() -> dict[str, bytes]:
    """The keys by name: the present one, then the earlier ones."""
    made = [_made_of(one) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return {_name(key): key for key in made}


@lru_cache(32)
def _made_of(secret: str | bytes) -> bytes:
    return salted_hmac("inbox.trail", b"key", secret=secret, algorithm="sha256").digest()


@lru_cache(32)
def _name(key: bytes) -> str:
    return sha256(b"name" + key).hexdigest()[:NAME]


def _mac(key: bytes, words: str) -> str:
    return hmac.digest(key, words.encode(), "sha256").hex()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, str) else value
