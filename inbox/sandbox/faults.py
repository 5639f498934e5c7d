"""Faults in front of the sandbox: now and then, for a short spell, reads are slow, refused or dropped.

Acts always get through, so that what a demo shows is its doing.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import cycle
from threading import Lock
from typing import TYPE_CHECKING, Literal

from inbox.sandbox import answers
from inbox.sandbox.app import utcnow
from inbox.sandbox.words import dice

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Fault = Literal["slow", "busy", "drop"]

FAULTS: tuple[Fault, ...] = ("slow", "busy", "drop")
FIRST_AFTER = 150  # reads: a demo begins well, with an index that is whole
READS_BETWEEN = (45, 75)
SPELL = timedelta(seconds=3)
REST = timedelta(minutes=2)
"""Between two spells, however much is read: a large brand can be read as a whole too."""
SLOW = (3.0, 5.0)  # seconds

logger = logging.getLogger(__name__.rpartition(".")[0])


class AnswerDroppedError(ConnectionError):
    """Ends the connection without an answer: the server takes it for a client that hung up."""


class Faults:
    """A WSGI application that keeps another from answering, now and then."""

    def __init__(
        self,
        app: "WSGIApplication",
        seed: int = 1,
        now: Callable[[], datetime] = utcnow,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._app = app
        self._rng = dice(seed, "faults")
        self._now = now
        self._sleep = sleep
        self._lock = Lock()
        self._kinds = cycle(FAULTS)
        self._reads_left = FIRST_AFTER
        self._spell: tuple[Fault, datetime] | None = None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        fault = self._fault() if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        if fault:
            logger.info("fault: %s", fault)
        if fault == "busy":
            return _busy(environ, start_response)
        if fault == "drop":
            raise AnswerDroppedError
        if fault == "slow":
            self._sleep(self._rng.uniform(*SLOW))
        return self._app(environ, start_response)

    def _fault(self) -> Fault | None:
        """Count a read, and tell what befalls it."""
        with self._lock:
            now = self._now()
            if self._spell and now < self._spell[1]:
                return self._spell[0]
            self._reads_left -= 1
            if self._reads_left > 0 or (self._spell and now < self._spell[1] + REST):
                return None
            self._reads_left = self._rng.randint(*READS_BETWEEN)
            self._spell = next(self._kinds), now + SPELL
            return self._spell[0]


def _busy(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer 503 as Laravel does (inferred: no page documents a 5xx)."""
    body = answers.php_json({"message": "Service Unavailable."})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(answers.status_line(503), headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
