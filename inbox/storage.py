"""Where files go: the bundles of static files, and the cache that the workers of a machine share."""

import pickle
import random
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, Any
from zlib import crc32

from django.core.cache.backends import redis as djangos
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks
from pipeline.storage import PipelineMixin
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStorage(PipelineMixin, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """One stylesheet and one script, hashed and compressed (the libraries carry no types)."""


class FileCache(FileBasedCache):
    """Django's, except that it does not count all its files each time it writes one, and that `add` and
    `incr` are one step for all threads and processes, as with Redis.

    They lock a file beside the entry, since a write puts another file in the entry's place. `set` and
    `delete` do not wait for them.
    """

    COUNT_ONE_IN = 100
    LOCKS = 64  # files, which entries share
    _dir: str  # these three are missing in the stubs
    _createdir: Callable[[], None]
    _key_to_file: Callable[[str, int | None], str]

    def add(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        with self._locked(key, version):
            return super().add(key, value, timeout, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """As Redis does, the entry ends when it would have."""
        with self._locked(key, version):
            value = self.get(key, version=version)
            if value is None:
                raise ValueError(f"Key '{key}' not found")
            counted = int(value) + delta
            self.set(key, counted, self._left(key, version), version)
            return counted

    @contextmanager
    def _locked(self, key: str, version: int | None) -> Iterator[None]:
        self._createdir()
        number = crc32(self.make_key(key, version).encode()) % self.LOCKS
        with Path(self._dir, f"{number}.lock").open("ab") as file:  # closing it lets go
            locks.lock(file, locks.LOCK_EX)
            yield

    def _left(self, key: str, version: int | None) -> float | None:
        """Seconds until the entry ends; None where it never does."""
        with Path(self._key_to_file(key, version)).open("rb") as file:
            ends: float | None = pickle.load(file)  # noqa: S301 - our own cache
        return None if ends is None else ends - time.time()

    def _write_content(self, file: IO[bytes], timeout: float | None, value: object) -> None:
        """As Django's, but packed for speed: a page is written each time it is read from Popsell."""
        file.write(pickle.dumps(self.get_backend_timeout(timeout), self.pickle_protocol))
        file.write(zlib.compress(pickle.dumps(value, self.pickle_protocol), level=1))

    def _cull(self) -> None:
        if random.randrange(self.COUNT_ONE_IN) == 0:  # noqa: S311 - no secret
            super()._cull()  # type: ignore[misc]  # missing in the stubs


class RedisCache(djangos.RedisCache):
    """Django's, but nobody waits long for a Redis that is away or hangs.

    It raises then: who can do without (`inbox.popsell.kept`) does, and who throttles must not.
    """

    PATIENCE = 0.5  # seconds to connect, and for an answer

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        quick = {"socket_connect_timeout": self.PATIENCE, "socket_timeout": self.PATIENCE}
        again = {"retry": Retry(NoBackoff(), 1)}  # a connection that was kept may have been cut
        super().__init__(
            server, {**params, "OPTIONS": {**quick, **again, **params.get("OPTIONS", {})}}
        )
        self._class = RestingClient


class RestingClient(djangos.RedisCacheClient):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._client = RestingRedis


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
