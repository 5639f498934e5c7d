"""The cache's own store, as somebody sees it who can write it: a folder, or Redis."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache

from tests.conftest import is_redis

Change = bytes | Callable[[Any], None]


class RawCache:
    """Each entry's bytes, by the name of its file or its key in Redis."""

    def all(self) -> dict[Any, bytes]:
        if is_redis():
            return {key: self._redis().get(key) for key in self._redis().scan_iter()}
        return {path: path.read_bytes() for path in entries()}

    def put(self, data: dict[Any, bytes]) -> None:
        for where, what in data.items():
            if is_redis():
                self._redis().set(where, what, keepttl=True)
            else:
                where.write_bytes(what)

    def put_all(self, what: bytes) -> None:
        self.put(dict.fromkeys(self.all(), what))

    def change_all(self, change: Change) -> None:
        for where in self.all():
            if isinstance(change, bytes):
                self.put({where: change})
            else:
                change(where)

    def cut(self, where: Any) -> None:
        self.put({where: self.all()[where][:-1]})

    def turn_last_bit(self, where: Any) -> None:
        data = self.all()[where]
        self.put({where: data[:-1] + bytes([data[-1] ^ 1])})

    def make_another_kind(self, where: Any) -> None:
        """A list in Redis, a link in the folder."""
        if is_redis():
            self._redis().delete(where)
            self._redis().rpush(where, "a", "b")
        else:
            where.unlink()
            where.symlink_to("/etc/hostname")

    def swap(self) -> None:
        before = self.all()
        self.put(dict(zip(before, reversed(before.values()), strict=True)))

    def put_beside(self, what: bytes) -> None:
        """Where the earlier version of the cache kept its entries."""
        if not is_redis():
            (folder() / f"{'0' * 32}.djcache").write_bytes(what)

    def make_room(self) -> None:
        """Removes entries by itself, on caches that do so."""
        if not is_redis():
            backend: Any = cache
            for number in range(40):
                cache.set(f"more-{number}", 1, 60)
            backend._max_entries, backend.COUNT_ONE_IN = 5, 1
            cache.set("last", 1, 60)
            getattr(backend, "sweep", int)()

    def _redis(self) -> Any:
        backend: Any = cache
        return backend._cache.get_client(write=True)


def folder() -> Path:
    return Path(settings.CACHES["default"]["LOCATION"])


def entries() -> list[Path]:
    return [*folder().glob("*.entry"), *folder().glob("*.djcache")]
