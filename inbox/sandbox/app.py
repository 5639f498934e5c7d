"""The sandbox as a WSGI application: who may ask, then which operation answers."""

import logging
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from wsgiref.util import request_uri

from inbox.sandbox import answers
from inbox.sandbox.answers import Answer, RefusalError
from inbox.sandbox.data import build_brands
from inbox.sandbox.keys import TOKEN_PATH, token_for
from inbox.sandbox.operations import OPERATIONS, Request
from inbox.sandbox.records import Brand

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PREFIX = "/api/v2"
BRANDS = (3, 8)
LOG_SIZE = 10_000

logger = logging.getLogger(__name__.rpartition(".")[0])


@dataclass(frozen=True, slots=True)
class Call:
    """One answered request, as tests count them."""

    method: str
    path: str
    query: str
    status: int
    brand: str | None
    request_id: str | None


class Sandbox:
    """The application and its state; one lock guards the reading state and the log."""

    def __init__(
        self, brands: dict[int, Brand], token: str, api_key: str, now: Callable[[], datetime]
    ) -> None:
        self.brands = brands
        self._token = token
        self._api_key = api_key
        self._now = now
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=LOG_SIZE)

    @property
    def log(self) -> list[Call]:
        """A copy of the last calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def clear_log(self) -> None:
        """Forget the calls so far."""
        with self._lock:
            self._calls.clear()

    def change_token(self, token: str) -> None:
        """Refuse the old token from now on; the API key gets the new one."""
        with self._lock:
            self._token = token

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        # Serialising happens under the lock too: an answer never shows half a change.
        with self._lock:
            try:
                answer = self._answer(environ)
            except RefusalError as refusal:
                answer = refusal.answer
            body = answers.php_json(answer.body)
            call = _call(environ, answer.status)
            self._calls.append(call)
        logger.info("%s %s %s", call.method, call.path, call.status)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-cache, private"),
            *answer.headers,
        ]
        start_response(answers.status_line(answer.status), headers)
        return [] if call.method == "HEAD" else [body]

    def _answer(self, environ: "WSGIEnvironment") -> Answer:
        if environ.get("PATH_INFO") == PREFIX + TOKEN_PATH:
            return Answer(200, token_for(environ, self._api_key, self._token))
        operation, numbers = _route(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {self._token}":
            raise answers.unauthorized()
        request = Request(
            brand=self._brand(environ.get("HTTP_X_POPSELL_BRAND")),
            numbers=numbers,
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            url=request_uri(environ, include_query=False),
            now=self._now(),
        )
        return Answer(200, operation(request))

    def _brand(self, raw: str | None) -> Brand:
        if not raw:
            raise answers.invalid("X-Popsell-Brand", "The X-Popsell-Brand field is required.")
        if not re.fullmatch(r"-?[0-9]{1,18}", raw):
            raise answers.invalid("X-Popsell-Brand", "The X-Popsell-Brand must be an integer.")
        brand = self.brands.get(int(raw))
        if brand is None:
            raise answers.forbidden()
        return brand


def utcnow() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


def create_app(
    *,
    seed: int = 1,
    token: str = "sandbox-token",  # noqa: S107 - it opens invented data only
    api_key: str = "sandbox-key",
    brands: Sequence[int] = BRANDS,
    now: Callable[[], datetime] = utcnow,
) -> Sandbox:
    """Make a sandbox whose token opens the given brands, out of 3 and 8."""
    built = build_brands(seed, now())
    return Sandbox({number: built[number] for number in brands}, token, api_key, now)


def _route(method: str, path: str) -> tuple[Callable[[Request], object], tuple[int, ...]]:
    for allowed, pattern, operation in OPERATIONS:
        match = re.fullmatch(PREFIX + pattern, path)
        if match is None:
            continue
        if method not in allowed:
            raise answers.wrong_method(method, ", ".join(allowed))
        return operation, tuple(int(number) for number in match.groups())
    raise answers.not_found()


def _call(environ: "WSGIEnvironment", status: int) -> Call:
    return Call(
        environ["REQUEST_METHOD"],
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
        status,
        environ.get("HTTP_X_POPSELL_BRAND"),
        environ.get("HTTP_X_REQUEST_ID"),
    )
