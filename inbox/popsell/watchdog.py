"""Cuts the connection of an exchange that outlives its deadline.

A socket's timeout limits each wait for a byte, not the whole. A server that drips one byte a second, in
headers or body, would hold a thread for ever. One thread per process looks ten times a second and shuts
overdue sockets. Their readers get an error at once.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread, local
from time import monotonic, sleep
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

TICK = 0.1  # seconds


class Watch:
    """One exchange: when it ends at the latest, and the connection that it uses now."""

    __slots__ = ("connection", "cut", "ends")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.connection: HTTPConnection | None = None
        self.cut = False


_watches: set[Watch] = set()
_lock = Lock()
_wanted = Event()
_thread: Thread | None = None
_mine = local()


@contextmanager
def watched(seconds: float) -> Iterator[Watch]:
    """Bound everything that the calling thread exchanges in the block; `cut` says that it was."""
    watch, outer = Watch(monotonic() + seconds), getattr(_mine, "watch", None)
    _mine.watch = watch
    with _lock:
        _watches.add(watch)
        _start()
    _wanted.set()
    try:
        yield watch
    finally:
        _mine.watch = outer
        with _lock:  # after this the connection may serve another exchange
            _watches.discard(watch)


def _start() -> None:
    """Start the thread in the process that needs it: a fork leaves threads behind."""
    global _thread  # noqa: PLW0603 - one per process
    if _thread is None or not _thread.is_alive():
        _thread = Thread(target=_run, name="popsell-watchdog", daemon=True)
        _thread.start()


def _run() -> None:
    while True:
        _wanted.wait()
        sleep(TICK)
        now = monotonic()
        with _lock:
            for watch in _watches:
                if watch.ends <= now:
                    _cut(watch)
            if not _watches:
                _wanted.clear()


def _cut(watch: Watch) -> None:
    watch.cut = True
    sock = watch.connection.sock if watch.connection else None
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


class _Announced:
    """A connection that says which exchange uses it."""

    def request(self, *arguments: Any, **options: Any) -> None:
        watch = getattr(_mine, "watch", None)
        if watch is not None:
            watch.connection = self
        super().request(*arguments, **options)  # type: ignore[misc]  # a mixin of HTTPConnection


class AnnouncedHTTPConnection(_Announced, HTTPConnection):
    pass


class AnnouncedHTTPSConnection(_Announced, HTTPSConnection):
    pass


class WatchedHTTPPool(HTTPConnectionPool):
    ConnectionCls = AnnouncedHTTPConnection


class WatchedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = AnnouncedHTTPSConnection


POOLS = {"http": WatchedHTTPPool, "https": WatchedHTTPSPool}
