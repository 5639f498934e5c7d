"""An API that fails one request in twenty, in every way that a network knows."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from inbox.sandbox.app import Sandbox, utcnow
from inbox.sandbox.faults import AnswerDroppedError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

SHARE = 0.05
KINDS = ("500", "429", "drop before", "drop after", "slow", "garbage")
SLOW = (0.5, 2.0)  # seconds


class Faulty:
    """A WSGI application in front of the sandbox; `drop after`, `slow`, `garbage`: the work is done."""

    def __init__(self, sandbox: Sandbox, share: float = SHARE) -> None:
        self.sandbox, self.share = sandbox, share
        self.asked, self.injected = 0, Counter[str]()
        self.faults: list[tuple[datetime, str]] = []  # when, and on which path
        self._rng, self._lock = random.Random(1), Lock()  # noqa: S311 - the same faults each time

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        kind, seconds = self._fault(environ["PATH_INFO"])
        match kind:
            case "500" | "429":
                return _canned(start_response, f"{kind} Injected", b'{"message": "Injected."}')
            case "drop before":
                raise AnswerDroppedError
            case "drop after":
                self.sandbox(environ, lambda *_: None)  # type: ignore[arg-type]
                raise AnswerDroppedError
            case "slow":
                time.sleep(seconds)
            case "garbage":
                self.sandbox(environ, lambda *_: None)  # type: ignore[arg-type]
                return _canned(start_response, "200 Injected", b"<html>Bad gateway</html>")
        return self.sandbox(environ, start_response)

    def _fault(self, path: str) -> tuple[str, float]:
        with self._lock:
            self.asked += 1
            if self._rng.random() >= self.share:
                return "", 0.0
            kind = self._rng.choice(KINDS)
            self.injected[kind] += 1
            self.faults.append((utcnow(), path))
            return kind, self._rng.uniform(*SLOW)


def _canned(start_response: "StartResponse", status: str, body: bytes) -> list[bytes]:
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
