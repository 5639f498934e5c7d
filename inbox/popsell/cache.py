"""Answers of Popsell as last read: fresh for some seconds, kept for a day in case it fails.

Keys begin with brand and site, so brands, a demo, a test and a site never mix. Values are Popsell's
answers, decoded. A broken cache is a miss, logged.
"""

import hashlib
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache as once
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from inbox import context
from inbox.caches import keeping, memories, tolerant
from inbox.popsell import errors, resources
from inbox.popsell.flights import together

T = TypeVar("T")
U = TypeVar("U")

OUTAGES = (errors.Unreachable, errors.TimedOut, errors.RateLimited, errors.Unexpected)
REMEMBERED = 400_000  # bytes of a packed page; 64 endless ones would fill a worker's memory
GONE = (errors.Forbidden, errors.NotFound)


class ReadingSource(StrEnum):
    """The source of a page; each is a word of the log and of Server-Timing."""

    HIT = "hit"  # the cache, where it is fresh
    MISS = "miss"  # Popsell, now
    KEPT = "kept"  # the cache, since Popsell fails


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What Popsell answered, when it was read, and a mark that changes with it.

    `value`: a page of a list, or one thing alone. `failure`: why this is not what Popsell says now,
    None where it is. `is_large`: too large for a process to remember what it made of it.
    """

    value: T
    read_at: datetime
    mark: str
    version: str
    failure: errors.PopsellError | None = None
    is_large: bool = False
    source: ReadingSource = ReadingSource.HIT

    @property
    def page(self: "Reading[resources.Page[U]]") -> resources.Page[U]:
        """The value, where it is a page."""
        return self.value

    @property
    def is_new(self) -> bool:
        """Whether Popsell was asked for it just now, so that it may hold what nobody saw before."""
        return self.source == ReadingSource.MISS


def read_through(
    brand_id: int,
    name: str,
    fetch: Callable[[], T],
    *,
    version: str | None = "",
    fresh_for: float | None = None,
    bypass: bool = False,
) -> Reading[T]:
    """The value of `name`: from the cache while it is fresh, else fetched, else the last good one.

    `version` names the newest act that it must show: what was read before it is not fresh, unless any
    will do (None). `fresh_for`: seconds, by default as the operator set them. `bypass` asks Popsell in
    any case. Raises PopsellError where nothing was kept, or where Popsell said no, which is an answer
    and no outage.
    """
    key = _key(brand_id, name)
    entry = _find(key)
    suits = entry and not bypass and version in (None, entry.version)
    if entry and suits and _is_fresh(entry, fresh_for) and (known := _read(entry)):
        return _noted(known)
    try:
        value = fetch() if bypass else together(f"{key}:{version}", fetch)
    except GONE:
        tolerant.drop(key)
        raise
    except OUTAGES as failure:
        if entry is None or (known := _read(entry)) is None:
            raise
        return _noted(replace(known, failure=failure, source=ReadingSource.KEPT))
    mark, packed = _packed(value)
    found = Reading(
        value,
        timezone.now(),
        mark,
        version or "",
        is_large=len(packed) > REMEMBERED,
        source=ReadingSource.MISS,
    )
    kept = _Entry(found.read_at, mark, found.version, packed)
    tolerant.put(key, tuple(kept), keeping.longest())
    return _noted(found)


def _noted(reading: Reading[T]) -> Reading[T]:
    """The reading; the request's line in the log says where its last one came from."""
    context.current().cache = reading.source
    return reading


def recall(brand_id: int, name: str) -> Reading[Any] | None:
    """The value of `name` as last read, at any age; Popsell is not asked."""
    entry = _find(_key(brand_id, name))
    return entry and _read(entry)


def all_values(brand_id: int) -> Iterator[object]:
    """All that is kept of the brand, one after the other; in a folder of all brands.

    Those that can't be read any more are left out. Raises as the cache does where it can't be used.
    """
    backend: Any = cache
    for entry in backend.read_brand(brand_id):
        if (value := _value_in(entry)) is not None:
            yield value


def _value_in(entry: Any) -> object:
    """What was read; None for an entry of another kind, or of one that is not known any more."""
    try:
        value: object = pickle.loads(_Entry(*entry).packed)  # noqa: S301 - from a signed entry
    except Exception:  # noqa: BLE001 - see above
        return None
    return value


def _key(brand_id: int, name: str) -> str:
    return f"{brand_id}:{site()}:{hashlib.sha256(name.encode()).hexdigest()}"


@once
def _shape() -> str:
    """Changes when the resources do, so that what an older version kept is not read."""
    kinds = [kind for kind in vars(resources).values() if is_dataclass(kind)]
    return repr([[field.name for field in fields(kind)] for kind in [Reading, *kinds]])


def site() -> str:
    """Which Popsell, which dashboard, which version of our resources."""
    parts = f"{settings.POPSELL_API_URL}\n{settings.SECRET_KEY}\n{_shape()}"
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


# The cache, which may be broken


class _Entry(NamedTuple):
    """An entry of the cache: a reading whose value is packed, since it may not be needed."""

    read_at: datetime
    mark: str
    version: str
    packed: bytes


def _is_fresh(entry: _Entry, seconds: float | None) -> bool:
    age = timezone.now() - entry.read_at
    allowed = settings.INBOX_CACHE_SECONDS if seconds is None else seconds
    return timedelta(0) <= age < timedelta(seconds=allowed)


def _find(key: str) -> _Entry | None:
    """The cache's entry under this key; None where there is none of ours."""
    try:
        return _Entry(*tolerant.get(key))
    except TypeError:  # missing, or of another version: a miss
        return None


def _read(entry: _Entry) -> Reading[Any] | None:
    """What the entry says; None where it can't be unpacked."""
    read_at, mark, version, packed = entry
    try:
        is_large = len(packed) > REMEMBERED
        value = pickle.loads(packed) if is_large else _unpacked(mark, packed)  # noqa: S301 - from a signed entry
        return Reading(value, read_at, mark, version, is_large=is_large)
    except Exception:  # noqa: BLE001 - damaged, or of another version: a miss
        return None


_packs: "WeakKeyDictionary[resources.Page[Any], tuple[str, bytes]]" = WeakKeyDictionary()
memories.register(_packs.clear)


def _packed(value: object) -> tuple[str, bytes]:
    """What marks the value, and the value for the cache; of a page once for each that was decoded.

    It is forgotten with the page, which only small answers outlive: see `calls.LARGEST_KNOWN`.
    """
    if not isinstance(value, resources.Page):
        return _pack(value)
    known = _packs.get(value)
    if known is None:
        known = _packs[value] = _pack(value)
    return known


def _pack(value: object) -> tuple[str, bytes]:
    packed = pickle.dumps(value)
    return hashlib.sha256(packed).hexdigest()[:16], packed


@lru_cache(64)
def _unpacked(_mark: str, packed: bytes) -> Any:
    """The value, unpacked once per process: unpacking takes as long as rendering."""
    return pickle.loads(packed)  # noqa: S301 - from a signed entry


memories.register(_unpacked.cache_clear)


# One call for many equal requests at once
