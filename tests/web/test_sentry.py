"""SENTRY_DSN: our own faults are reported, without what people wrote."""

import gzip
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

SCRIPT = """
import django, sentry_sdk
django.setup()
try:
    told = "what Sofia wrote"
    raise RuntimeError("a fault of ours")
except RuntimeError as fault:
    sentry_sdk.capture_exception(fault)

from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory
from inbox import access

def fails(key):
    raise RuntimeError("a fault of a page")

access.invitation = fails
asked = RequestFactory().get("/invitations/the-secret/?name=Moreau").environ
get_wsgi_application()(asked, lambda status, headers: None)
sentry_sdk.flush(5)
"""


def test_a_fault_is_reported_without_variables() -> None:
    got: list[str] = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            got.append((gzip.decompress(body) if packed else body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Sink)
    Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "inbox.settings",
        "DEBUG": "on",  # static files need not be collected
        "SENTRY_DSN": f"http://key@127.0.0.1:{server.server_port}/1",
    }
    subprocess.run([sys.executable, "-c", SCRIPT], env=environment, check=True, timeout=60)  # noqa: S603
    server.shutdown()
    server.server_close()
    report = "".join(got)
    assert "a fault of ours" in report
    assert "Sofia" not in report
    assert "sandbox-token" not in report
    assert "a fault of a page" in report
    assert "/invitations/-/" in report
    assert "the-secret" not in report
    assert "Moreau" not in report
