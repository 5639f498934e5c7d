"""How connections become requests: gunicorn looks after processes, waitress after connections.

One thread of a process reads and writes all its connections. A thread of the site gets a request once
it is here as a whole, headers and body. So a slow client costs a socket and a buffer. It costs no
thread and no connection to the database. Every wait has an end.
"""

import logging
import os
import resource
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from socket import SO_LINGER, SO_SNDBUF, SOL_SOCKET
from struct import pack
from time import monotonic, time
from types import FrameType
from typing import Any

from django.conf import settings
from gunicorn.workers.base import Worker as GunicornWorker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask

from inbox.context import WHOLE
from inbox.web.parsing import IN_MEMORY, LARGEST_HEAD, Request

LOOK_EACH = 1.0  # seconds between two looks at the clients that take too long
SEND_WITHIN = 15.0  # seconds for a request to be here as a whole, from its first byte
BEGIN_WITHIN = 15.0  # seconds until the first byte of a new connection
READ_WITHIN = 30.0  # seconds until a client takes some more of its answer
LINGER = 1.0  # seconds for open connections to still ask while the process stops
CONNECTIONS = 1000  # of a process: beyond them the one that has waited longest makes room
FILES = 4096  # that a process may hold open: its connections, what they buffer, and its own calls
AT_ONCE = 64  # connections accepted in a row, so that those that are open get their turn
AHEAD = 4 * 1024 * 1024  # bytes that an answer may be ahead of its reader
UNTAKEN = (
    64 * 1024
)  # bytes that the system keeps of it: of more, a slow reader seems to take nothing


log = logging.getLogger(__name__)


class Task(WSGITask):  # type: ignore[misc]
    """One request and its answer."""

    @property
    def has_body(self) -> bool:
        """As the status says, and the method: waitress leaves HEAD to the application."""
        return bool(super().has_body) and self.request.command != "HEAD"

    def start(self) -> None:
        super().start()
        self.logged_write_no_body = True  # nothing is wrong with an answer that is not sent to HEAD
        if self.channel.server.stops:
            self.set_close_on_finish()

    def execute(self) -> None:
        """Answer. What breaks off after its head never looks whole, to no version of HTTP."""
        try:
            super().execute()
        except BaseException:
            if self.wrote_header:
                self.channel.reset_at_its_end()
            raise

    def set_close_on_finish(self) -> None:
        """Close after the answer, but not only because it has no body: its end is known without one."""
        asked = self.request.headers.get("CONNECTION", "").lower()
        keeps = self.version == "1.1" and asked != "close" and not self.channel.server.stops
        if not (keeps and self.complete and not self.has_body):
            super().set_close_on_finish()

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ |= {WHOLE: self.request.whole, "SERVER_SOFTWARE": ""}
        return environ


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    parser_class = Request
    task_class = Task

    def __init__(self, server: "Server", *arguments: Any, **options: Any) -> None:
        super().__init__(server, *arguments, **options)
        self.turn = server.turn

    def reset_at_its_end(self) -> None:
        """Let closing it drop what is unsent, and tell the client so."""
        connection = self.socket  # none once it is closed, by another thread perhaps
        if connection is not None:
            with suppress(OSError):  # the client has gone
                connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))

    def cut(self) -> None:
        """Close it now; an answer that is under way never looks whole."""
        if self.total_outbufs_len:
            log.info("A connection was cut: its client takes nothing of the answer.")
        if not self.is_idle:
            self.reset_at_its_end()
        self.handle_close()

    @property
    def is_idle(self) -> bool:
        """Whether it has no request and no answer under way."""
        return not (self.requests or self.total_outbufs_len or self.request)

    @property
    def patience(self) -> float:
        """Seconds that its client may still take for the next step; below 0 it is late."""
        quiet = time() - self.last_activity  # waitress's clock
        if self.total_outbufs_len:
            return float(READ_WITHIN - quiet)
        if self.requests:
            return READ_WITHIN  # it waits for us
        if self.request is not None:
            return float(SEND_WITHIN - (monotonic() - self.request.begun))
        return float((BEGIN_WITHIN if self.is_new else self.server.keepalive) - quiet)

    @property
    def is_new(self) -> bool:
        """Whether nothing was read of it yet."""
        return bool(self.last_activity == self.creation_time)

    @property
    def waited(self) -> float:
        """Seconds since its client took a step; a request that comes in drops takes none."""
        if self.request is not None:
            return float(monotonic() - self.request.begun)
        return float(time() - self.last_activity)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """One listening socket of one process.

    `keepalive`: seconds until the next request. `turn`: how often its connections were tended.
    """

    channel_class = Channel
    keepalive = 0
    stops = False
    turn = 0
    _next_look = 0.0

    def handle_accept(self) -> None:
        """Accept what waits. One at a time, as waitress does, costs a look at all for each."""
        for _ in range(AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def set_socket_options(self, connection: Any) -> None:
        super().set_socket_options(connection)
        connection.setsockopt(SOL_SOCKET, SO_SNDBUF, UNTAKEN)

    def tend(self) -> None:
        """Close what has no place, and each second the connections with late clients.

        Runs between two looks at the connections. Within one, a new connection may already have a
        closed one's number. It would be closed for what the old one did.
        """
        beyond = len(self.active_channels) - CONNECTIONS
        if beyond > 0:
            known = [one for one in self.active_channels.values() if one.turn < self.turn]
            waiting = [one for one in known if not one.requests]
            for channel in sorted(waiting, key=lambda one: -one.waited)[:beyond]:
                channel.cut()
        self.turn += 1  # those that come now are read before they are judged
        if monotonic() >= self._next_look:
            self._next_look = monotonic() + LOOK_EACH
            for channel in list(self.active_channels.values()):
                if channel.patience < 0:
                    channel.cut()

    def maintenance(self, now: float) -> None:
        """Do nothing: waitress calls this within a look."""

    def close_idle(self) -> None:
        for channel in list(self.active_channels.values()):
            if channel.is_idle:
                channel.handle_close()

    def refuse(self) -> None:
        """Take no new connections, except those that wait already."""
        self.handle_accept()
        self.accepting = False
        self.stops = True
        self.del_channel()
        self.socket.close()


class Threads(ThreadPoolExecutor):
    """As many threads as are busy at once.

    Waitress starts all its own, and they take turns. That took a fifth more memory, and a fifth of the
    pages of 64 clients. Each thread has a connection to the database and caches of its own.
    """

    def add_task(self, channel: Channel) -> None:
        """Called by waitress when a request is here as a whole; its channel logs what fails."""
        self.submit(channel.service)


class Worker(GunicornWorker):  # type: ignore[misc]
    """A process of gunicorn's, with waitress's connections."""

    servers: Sequence[Server] = ()

    def run(self) -> None:
        """Serve until told to stop, or until the master is gone; then finish what is under way."""
        _allow_files()
        connections: dict[int, Any] = {}
        threads = Threads(self.cfg.threads, thread_name_prefix="request")
        self.servers = [self._server(one.sock, connections, threads) for one in self.sockets]
        while self.alive and self.ppid == os.getppid():
            self._turn(connections)
        for server in self.servers:
            server.refuse()
        self._finish(connections)
        threads.shutdown(wait=False)  # work under way is still done before the process ends

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear of SIGTERM at once, also while no client has anything to say."""
        super().handle_exit(sig, frame)
        for server in self.servers:
            server.pull_trigger()

    def _server(self, listener: Any, connections: dict[int, Any], threads: Threads) -> Server:
        adjustments = Adjustments(
            backlog=self.cfg.backlog,
            clear_untrusted_proxy_headers=False,  # Django decides which of them count
            connection_limit=2 * CONNECTIONS,  # where none could make room
            ident=None,
            inbuf_overflow=IN_MEMORY,
            log_socket_errors=False,  # clients come and go
            max_request_body_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            max_request_header_size=LARGEST_HEAD,
            outbuf_high_watermark=AHEAD,
        )
        info = (listener.family, listener.type, listener.proto, listener.getsockname())
        server = Server(
            self.wsgi,
            map=connections,
            _sock=listener,
            dispatcher=threads,
            adj=adjustments,
            sockinfo=info,
            bind_socket=False,
        )
        server.keepalive = self.cfg.keepalive
        return server

    def _turn(self, connections: dict[int, Any], seconds: float = LOOK_EACH) -> None:
        self.notify()
        for server in self.servers:
            server.tend()
        wasyncore.poll2(seconds, connections)

    def _finish(self, connections: dict[int, Any]) -> None:
        """Answer pending requests, within the time that a stop may take. Idle connections soon end."""
        begun = monotonic()
        while (passed := monotonic() - begun) < self.cfg.graceful_timeout:
            for server in self.servers:
                if passed > LINGER:
                    server.close_idle()
            if not any(server.active_channels for server in self.servers):
                return
            self._turn(connections, seconds=LINGER / 10)


def _allow_files() -> None:
    """Let this process hold as many files open as its connections may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
