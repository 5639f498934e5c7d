"""Sweeps the folder of the cache: at the start, and each hour by the process that comes first.

Otherwise expired entries would stay on the disk until somebody asks for their key. With Redis there is
nothing to do.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

from django.core.cache import caches

from inbox.caches.file_cache import FileCache

log = logging.getLogger(__name__)

LEASE = "sweep"  # an entry of the cache: who adds it sweeps for all processes
EACH = 3600  # seconds
LOOK_EACH = 300  # seconds, for a process to see whether it is time
PAUSE = 0.001  # seconds after each file, so that pages get their turn

_looks_again = 0.0  # on the monotonic clock
_sweeper: Thread | None = None


def folder() -> Path | None:
    """Where the cache lies on the disk; None where it lies in Redis."""
    backend = _backend()
    return backend.folder if backend else None


def sweep(*, pause: float = 0.0, only_count: bool = False) -> int:
    """How many files were removed. Raises OSError where the folder can't be used."""
    backend = _backend()
    return backend.sweep(pause=pause, only_count=only_count) if backend else 0


def sweep_at_start() -> None:
    """Sweep before the site serves its first page, even if another process did within the hour."""
    if backend := _backend():
        with _failures_told():
            backend.set(LEASE, True, EACH)
            _log(backend.sweep())


def after_request(**_signal: Any) -> None:
    """Sweep in the background, in a thread that ends with the process."""
    global _looks_again, _sweeper  # noqa: PLW0603 - a race would only look twice
    if monotonic() < _looks_again:
        return
    _looks_again = monotonic() + LOOK_EACH
    if _backend():
        _sweeper = Thread(target=_sweep_if_due, name="sweeping", daemon=True)
        _sweeper.start()


def wait() -> None:
    """Wait for the sweep of this process, if one runs."""
    if _sweeper:
        _sweeper.join()


def _sweep_if_due() -> None:
    if backend := _backend():
        with _failures_told():
            if backend.add(LEASE, True, EACH):
                _log(backend.sweep(pause=PAUSE))


def _backend() -> FileCache | None:
    backend = caches["default"]
    return backend if isinstance(backend, FileCache) else None


def _log(removed: int) -> None:
    if removed:
        log.info("%s old files of the cache were removed.", removed)


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        message = "The folder of the cache can't be swept: %s"
        log.warning(message, type(failure).__name__)  # its message may hold a path
