"""Where files go: the bundles of static files, and the cache that the workers of a machine share."""

import pickle
import random
import zlib
from time import monotonic
from typing import IO, Any

from django.core.cache.backends import redis as djangos
from django.core.cache.backends.filebased import FileBasedCache
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
    """Django's, except that it does not count all its files each time it writes one."""

    COUNT_ONE_IN = 100

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
