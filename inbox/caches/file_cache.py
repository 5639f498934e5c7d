"""The cache that the workers of one machine share: a folder that only they can use."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import mkstemp
from typing import Any, TypeVar
from zlib import crc32

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.files import locks

from inbox.caches import entries, keeping, sealing

ENTRY, DRAFT, LOCK = ".entry", ".draft", ".lock"
EARLIER = ".djcache"  # entries of Django's format, which are unsigned pickles

T = TypeVar("T")


class FolderFailedError(OSError):
    """The folder can't be read or written, as on a full disk. Its cause says why.

    Callers that can do without the cache do; throttling must not: see `inbox.process.outages`.
    """


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise FolderFailedError from failure


class FileCache(keeping.Bounded, BaseCache):
    """A cache in files: every step that writes or removes a file holds the lock of its entry.

    Locks are files of their own, since a write may put another file in the entry's place. So `add` and
    `incr` are one step for all threads and processes. No removal hits a newer write. Reading holds no
    lock, unless an entry is over, or seems broken: it may be half written.
    """

    COUNT_ONE_IN = 100  # writes, to see whether there are too many entries
    LOCKS = 64  # files, which entries share
    ABANDONED = 600.0  # seconds; counters end sooner
    DRAFT_ENDS = 5.0  # seconds
    SOON = 1800.0  # seconds: counters end within them, and are not dropped to make room

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.folder = Path(folder).absolute()

    # Django's interface

    @_failures_named()
    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        entry = self._read(self._path(key, version))
        return default if entry is None else entry.value

    @_failures_named()
    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._read(self._path(key, version)) is not None

    @_failures_named()
    def set(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        path = self._path(key, version)
        self._make_room()
        packed = entries.pack(path, value, self._end(timeout))
        with self._locked(path):
            if entries.overwrite(path, packed):
                return
        # It is made before the lock is taken, so that no count waits for that.
        with self._draft(packed) as draft, self._locked(path):
            _replace(path, draft)

    @_failures_named()
    def add(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        path = self._path(key, version)
        self._make_room()
        with self._locked(path):
            if entries.find(path) is not None:
                return False
            self._put(path, entries.pack(path, value, self._end(timeout)))
            return True

    @_failures_named()
    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count up; as with Redis, the entry keeps its time of ending."""
        path = self._path(key, version)
        with self._locked(path):
            entry = entries.find(path)
            if entry is None:
                raise ValueError(f"Key '{key}' not found")
            counted = int(entry.value) + delta
            self._put(path, entries.pack(path, counted, entry.ends))
            return counted

    @_failures_named()
    def touch(
        self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        path = self._path(key, version)
        with self._locked(path):
            entry = entries.find(path)
            if entry is None:
                return False
            self._put(path, entries.pack(path, entry.value, self._end(timeout)))
            return True

    @_failures_named()
    def delete(self, key: str, version: int | None = None) -> bool:
        path = self._path(key, version)
        with self._locked(path):
            return _removed(path)

    @_failures_named()
    def clear(self) -> None:
        for path in self._files(ENTRY, EARLIER):
            _removed(path)

    # Reading

    def _path(self, key: str, version: int | None) -> Path:
        name = sealing.digest(self.make_and_validate_key(key, version=version))
        return self.folder / f"{name}{ENTRY}"

    def _read(self, path: Path) -> entries.Entry | None:
        """The entry; None where there is none. Removes an unusable one."""
        sealed = entries.read_bytes(path)
        if sealed is None:
            return None
        try:
            entry = entries.unpack(path, sealed)
        except sealing.BrokenEntryError:
            return self._look_again(path)
        if entry is None:
            self._remove_bad(path)
        return entry

    def _look_again(self, path: Path) -> entries.Entry | None:
        """What seemed broken: it may have been half written."""
        if self._remove_bad(path):
            sealing.tell_broken()
            return None
        with self._locked(path):
            return entries.find(path)

    # Writing

    def _end(self, timeout: float | None) -> float:
        ends: float = self.get_backend_timeout(timeout)
        return ends

    def _put(self, path: Path, packed: bytes) -> None:
        """Write the entry; the caller holds its lock."""
        if not entries.overwrite(path, packed):
            with self._draft(packed) as draft:
                _replace(path, draft)

    @contextmanager
    def _draft(self, packed: bytes) -> Iterator[Path]:
        """A file ready to be put in an entry's place; removed afterwards unless it was put there."""
        descriptor, name = self._in_folder(lambda: mkstemp(suffix=DRAFT, dir=self.folder))
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(packed)
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _in_folder(self, make: Callable[[], T]) -> T:
        """Make a file, and the folder if it is missing, which may happen at any time."""
        try:
            return make()
        except FileNotFoundError:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return make()

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        lock = self.folder / f"{crc32(path.name.encode()) % self.LOCKS}{LOCK}"
        how = os.O_RDWR | os.O_CREAT | entries.PLAIN_FILE
        try:
            file = self._in_folder(lambda: os.open(lock, how, 0o600))
        except IsADirectoryError:  # which somebody put there
            _removed(lock)
            file = os.open(lock, how, 0o600)
        try:
            locks.lock(file, locks.LOCK_EX)
            yield
        finally:
            os.close(file)  # which lets go

    # Removing

    def _remove_bad(self, path: Path) -> bool:
        """Whether it was removed. Checks it once more, as another may have replaced it."""
        with self._locked(path):
            return entries.state(path) in {"over", "broken"} and _removed(path)

    def sweep(self, *, pause: float = 0.0, only_count: bool = False) -> int:
        """Remove expired entries, and files that are not ours unless they are only minutes old.

        Those may be drafts of writes under way, or of processes with another SECRET_KEY. Returns how
        many. `pause`: seconds to wait after each file, so that pages get served meanwhile. Raises
        PermissionError where the folder is another user's: locks made here would shut that user out.
        """
        if not self._is_ours():
            return 0
        removed = 0
        for path in self._files(ENTRY, EARLIER, DRAFT, ""):
            if self._is_waste(path):
                removed += only_count or self._swept(path)
            if pause:
                time.sleep(pause)
        for lock in self._files(LOCK):
            with suppress(OSError):
                lock.chmod(0o600)  # an earlier version left that to the umask
        return removed

    def read_brand(self, brand_id: int) -> Iterator[Any]:
        """All readable values, of all brands: a file does not tell its brand."""
        with _failures_named():
            for path in self._files(ENTRY) if self._is_ours() else ():
                entry = self._read(path)
                if entry is not None:
                    yield entry.value

    def drop_brand(self, brand_id: int) -> int:
        """Remove the pages of all brands: a file does not tell its brand. Returns how many."""
        return self.drop_pages()

    @_failures_named()
    def drop_pages(self, *, pause: float = 0.0) -> int:
        """Remove all that may tell of people, and what can't be read; returns how many.

        Counters stay, and so do marks of things that are used once. `pause`: as for `sweep`.
        """
        if not self._is_ours():
            return 0
        dropped = 0
        for path in self._files(ENTRY, EARLIER, DRAFT, ""):
            dropped += self._dropped(path)
            if pause:
                time.sleep(pause)
        return dropped

    def _dropped(self, path: Path) -> bool:
        if path.suffix != ENTRY:
            return (path.suffix == EARLIER or self._is_draft_left(path)) and _removed(path)
        with self._locked(path):
            entry = entries.find(path)
            return not (entry and _is_plain(entry.value)) and _removed(path)

    def _is_draft_left(self, path: Path) -> bool:
        """Whether no write needs it any more: a write takes no time."""
        return self._is_abandoned(path, self.DRAFT_ENDS)

    def _is_ours(self) -> bool:
        """Whether there is a folder.

        Raises PermissionError where it is another user's: locks made here would shut that user out.
        """
        if not self.folder.exists():
            return False
        if self.folder.stat().st_uid != os.geteuid():
            raise PermissionError("the folder of the cache belongs to another user")
        return True

    def _is_waste(self, path: Path) -> bool:
        state = entries.state(path) if path.suffix == ENTRY else "broken"
        return state == "over" or (state == "broken" and self._is_abandoned(path))

    def _swept(self, path: Path) -> bool:
        return self._remove_bad(path) if path.suffix == ENTRY else _removed(path)

    def _is_abandoned(self, path: Path, seconds: float = ABANDONED) -> bool:
        """Whether nobody wrote it in the last minutes. Drafts without a suffix are Django's, `tmp…`."""
        if not path.suffix and not path.name.startswith("tmp"):
            return False
        try:
            return time.time() - path.lstat().st_mtime > seconds
        except FileNotFoundError:
            return False

    def _make_room(self) -> None:
        """Drop some of the lasting entries at random where there are too many."""
        if random.randrange(self.COUNT_ONE_IN):  # noqa: S311 - no secret
            return
        found = self._files(ENTRY)
        if len(found) < self._max_entries:
            return
        random.shuffle(found)
        soon = time.time() + self.SOON
        lasting = (path for path in found if not time.time() <= entries.says_it_ends(path) < soon)
        for path in islice(lasting, len(found) // max(self._cull_frequency, 1)):
            with self._locked(path):
                _removed(path)

    def _files(self, *suffixes: str) -> list[Path]:
        try:
            with os.scandir(self.folder) as found:
                paths = [Path(one.path) for one in found]
        except FileNotFoundError:
            return []
        return [path for path in paths if path.suffix in suffixes]


def _is_plain(value: object) -> bool:
    """Whether it reveals nobody: a number, a mark, the times of tries."""
    if isinstance(value, list | tuple):
        return all(isinstance(one, int | float) for one in value)
    return isinstance(value, int | float | str)


def _replace(path: Path, draft: Path) -> None:
    try:
        draft.replace(path)
    except IsADirectoryError:  # which somebody put there
        _removed(path)
        draft.replace(path)


def _removed(path: Path) -> bool:
    """Whether it is gone by this: a file, a link, or a folder that somebody put there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except IsADirectoryError:
        rmtree(path)
    return True
