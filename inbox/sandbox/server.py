"""The sandbox over real HTTP/1.1, with connections kept alive as a client's pool expects."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from socketserver import TCPServer, ThreadingMixIn
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from inbox.sandbox.app import PREFIX

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment


class Handler(WSGIRequestHandler):
    """Answers the requests of one connection; tests override `send` to play misfortunes."""

    server: "SandboxServer"
    protocol_version = "HTTP/1.1"
    # Without it, a small answer may wait 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True
    # One answer leaves in one piece: `handle_one_request` flushes at its end.
    wbufsize = -1

    def handle(self) -> None:
        """Serve until the client leaves; the standard WSGI handler stops after one request."""
        with suppress(ConnectionError):
            BaseHTTPRequestHandler.handle(self)

    def answer(self) -> None:
        """Ask the application and send what it says."""
        head: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            head.append((status, headers))
            return self.wfile.write

        body = b"".join(self.server.app(self.environ(), start_response))
        self.send(*head[0], body)

    # The standard library finds the method by these names.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def environ(self) -> "WSGIEnvironment":
        """Describe the request as WSGI asks; its body is read, or it would pass for the next."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return {
            **self.get_environ(),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """Write one answer; what is written leaves at the end, or when `wfile` is flushed."""
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet: the application logs its calls itself."""


class SandboxServer(ThreadingMixIn, WSGIServer):
    """One thread a connection; closing ends the idle connections too."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type[Handler], app: "WSGIApplication"
    ) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        self._open_lock = Lock()
        super().__init__(address, handler)

    @property
    def url(self) -> str:
        """The address of the API, to be set as the base URL."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}{PREFIX}"

    def server_bind(self) -> None:
        """Bind without looking up the machine's name, which may take seconds."""
        TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), port
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its thread."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection once it ends."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and hang up on every client."""
        super().server_close()
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show a fault of the sandbox, but not a client that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(
    app: "WSGIApplication",
    port: int = 0,
    host: str = "127.0.0.1",
    handler: type[Handler] = Handler,
) -> SandboxServer:
    """Listen on a port (0 takes a free one); the caller then runs `serve_forever`.

    A taken port raises OSError.
    """
    return SandboxServer((host, port), handler, app)


@contextmanager
def running(
    app: "WSGIApplication",
    port: int = 0,
    host: str = "127.0.0.1",
    handler: type[Handler] = Handler,
) -> Iterator[str]:
    """Serve from a thread for the time of a block; gives the base URL, `/api/v2` included."""
    server = serve(app, port, host, handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
