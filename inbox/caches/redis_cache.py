"""The cache that several machines share: a Redis that holds nothing for us but signed bytes.

Counters are the exception, since only Redis can count in one step for all. They are plain numbers under
keys that begin with `sealing.COUNTS`: a writer in Redis may set them back, and no more.
"""

import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any

from django.core.cache.backends import redis as djangos
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from inbox.caches import keeping, sealing

NUMBER = re.compile(rb"-?[0-9]{1,19}")
DROP_THE_SAME = (
    "if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) == ARGV[1] "
    "then return redis.call('DEL', KEYS[1]) else return 0 end"
)
# What Redis says where it can't count: the key holds a list, a text, or too large a number.
NO_NUMBER = ("WRONGTYPE", "value is not an integer", "increment or decrement would overflow")
NOTHING = object()
TOGETHER = 1000  # keys
# Of a key: what `make_key` puts before it, and what `kept` puts behind the brand.
MARK, HASH = re.compile(rb"[0-9a-f]{8}:"), re.compile(rb"[0-9a-f]{24}:")


class RedisCache(keeping.Bounded, djangos.RedisCache):
    """Django's, but nobody waits long for a Redis that is away or hangs.

    It raises then: `inbox.popsell.cache` can do without it; throttling must not.
    """

    PATIENCE = 0.5  # seconds to connect, and for an answer

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        quick = {"socket_connect_timeout": self.PATIENCE, "socket_timeout": self.PATIENCE}
        again = {"retry": Retry(NoBackoff(), 1)}  # a connection that was kept may have been cut
        super().__init__(
            server, {**params, "OPTIONS": {**quick, **again, **params.get("OPTIONS", {})}}
        )
        self._class = SealedClient

    def make_key(self, key: str, version: int | None = None) -> str:
        """Each SECRET_KEY has its own keys: processes with the old and the new one never meet."""
        ours = sealing.digest("redis")[:8]
        return f"{ours}:{super().make_key(key, version)}"

    def drop_brand(self, brand_id: int) -> int:
        """Remove all that is kept of the brand, under any SECRET_KEY; returns how many."""
        return self._sealed_client().drop(self._is_of(brand_id))

    def read_brand(self, brand_id: int) -> Iterator[Any]:
        """All values of the brand that can be read, with the SECRET_KEY of today."""
        return self._sealed_client().read(self._is_of(brand_id))

    def _is_of(self, brand_id: int) -> Callable[[bytes], bool]:
        return partial(_is_of_brand, super().make_key(f"{brand_id}:").encode())

    def _sealed_client(self) -> "SealedClient":
        client = self._cache
        assert isinstance(client, SealedClient)  # noqa: S101 - for the type checker
        return client


def _is_of_brand(begins: bytes, key: bytes) -> bool:
    """Whether it is our mark, the site's prefix and the version, then what `kept` begins with."""
    mark = MARK.match(key)
    if mark is None or not key.startswith(begins, mark.end()):
        return False
    return HASH.match(key, mark.end() + len(begins)) is not None


class AsItIs:
    """In place of Django's pickles: the client seals and unseals, since it knows the key."""

    def dumps(self, value: bytes | int) -> bytes | int:
        return value

    def loads(self, data: bytes) -> bytes:
        return data


class SealedClient(djangos.RedisCacheClient):
    """Values go in sealed for their key. What comes out otherwise is dropped, and a miss."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "serializer": AsItIs})
        self._client = RestingRedis

    def get(self, key: Any, default: Any) -> Any:
        value = self._read(key)
        return default if value is NOTHING else value

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        wanted = list(keys)
        all_raw: list[Any] = self.get_client(None).mget(wanted)
        found = {
            key: self._opened(key, raw)
            for key, raw in zip(wanted, all_raw, strict=True)
            if raw is not None
        }
        return {key: value for key, value in found.items() if value is not NOTHING}

    def has_key(self, key: Any) -> bool:
        return self._read(key) is not NOTHING

    def set(self, key: Any, value: object, timeout: Any) -> None:
        super().set(key, _sealed(key, value), timeout)

    def set_many(self, data: Mapping[Any, Any], timeout: Any) -> None:
        super().set_many({key: _sealed(key, value) for key, value in data.items()}, timeout)

    def add(self, key: Any, value: object, timeout: Any) -> bool:
        """Try again after dropping a foreign value."""
        sealed = _sealed(key, value)
        return bool(super().add(key, sealed, timeout)) or (
            not self.has_key(key) and bool(super().add(key, sealed, timeout))
        )

    def touch(self, key: Any, timeout: Any) -> bool:
        return self.has_key(key) and bool(super().touch(key, timeout))

    def incr(self, key: Any, delta: int) -> int:
        if not _is_counter(key):
            raise NotImplementedError(f"Redis counts under keys that begin with {sealing.COUNTS}")
        try:
            return int(super().incr(key, delta))
        except ResponseError as failure:
            if not str(failure).startswith(NO_NUMBER):
                raise
            sealing.tell_broken()
            self._drop(key, self._raw(key) or b"")
            raise ValueError(f"Key '{key}' not found.") from None

    def drop(self, is_one: Callable[[bytes], bool]) -> int:
        """Remove the keys that `is_one` accepts; returns how many."""
        redis = self.get_client(None, write=True)
        found = (key for key in redis.scan_iter(count=TOGETHER) if is_one(key))
        dropped = 0
        while keys := list(islice(found, TOGETHER)):
            dropped += int(redis.delete(*keys))
        return dropped

    def read(self, is_one: Callable[[bytes], bool]) -> Iterator[Any]:
        """The values under keys that `is_one` accepts. What can't be read stays, and is left out."""
        for name in self.get_client(None).scan_iter(count=TOGETHER):
            if is_one(name):
                key = name.decode(errors="replace")
                try:
                    yield _unsealed(key, self._raw(key) or b"")
                except sealing.BrokenEntryError:
                    continue

    def _read(self, key: str) -> Any:
        raw = self._raw(key)
        return NOTHING if raw is None else self._opened(key, raw)

    def _raw(self, key: str) -> bytes | None:
        """The bytes under this key; none where it holds something else, as a list."""
        try:
            raw: Any = self.get_client(key).get(key)
        except ResponseError as failure:
            if not str(failure).startswith("WRONGTYPE"):
                raise
            return b""
        return None if raw is None else bytes(raw)

    def _opened(self, key: str, raw: bytes) -> Any:
        """What was sealed for this key, or a counter's number; NOTHING where it is neither."""
        try:
            value = _unsealed(key, raw)
        except sealing.BrokenEntryError:
            sealing.tell_broken()
            value = NOTHING
        if value is NOTHING:
            self._drop(key, raw)
        return value

    def _drop(self, key: str, raw: bytes) -> None:
        """Remove the key unless another has replaced it meanwhile."""
        self.get_client(key, write=True).eval(DROP_THE_SAME, 1, key, raw)


class RestingRedis(Redis):
    """After a failure this process leaves Redis alone for a few seconds."""

    PAUSE = 3.0  # seconds
    _rests_until = 0.0

    def execute_command(self, *words: Any, **options: Any) -> Any:
        if monotonic() < RestingRedis._rests_until:
            raise RedisConnectionError("left alone after a failure")
        try:
            return super().execute_command(*words, **options)  # type: ignore[no-untyped-call]
        except (RedisConnectionError, RedisTimeoutError):
            RestingRedis._rests_until = monotonic() + self.PAUSE
            raise


def _is_counter(key: str) -> bool:
    """The key as Redis has it: our mark, the site's prefix and the version stand before ours."""
    return f":{sealing.COUNTS}" in key


def _sealed(key: str, value: object) -> bytes | int:
    if _is_counter(key) and type(value) is int:
        return value
    return sealing.seal(key, pickle.dumps(value, sealing.PROTOCOL))


def _unsealed(key: str, raw: bytes) -> Any:
    if _is_counter(key) and NUMBER.fullmatch(raw):
        return int(raw)
    return sealing.unpickle(sealing.unseal(key, raw), NOTHING)
