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
from inbox.sandbox.acts import Done, done
from inbox.sandbox.answers import Answer, RefusalError
from inbox.sandbox.bodies import json_body
from inbox.sandbox.crowds import NOBODY, Crowd
from inbox.sandbox.data import build_brands
from inbox.sandbox.keys import TOKEN_PATH, token_for
from inbox.sandbox.life import Life
from inbox.sandbox.operations import OPERATIONS, Operation
from inbox.sandbox.records import Brand
from inbox.sandbox.requests import Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PREFIX = "/api/v2"
BRANDS = (3, 8)
LOG_SIZE = 10_000
ACTS_SIZE = 100_000
BY_NAME = {one.name: one for one in OPERATIONS}

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
        self,
        brands: dict[int, Brand],
        token: str,
        api_key: str,
        now: Callable[[], datetime],
        lives: Sequence[Life] = (),
    ) -> None:
        self.brands = brands
        self._lives = lives
        self._token = token
        self._api_key = api_key
        self._now = now
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=LOG_SIZE)
        self._done: deque[Done] = deque(maxlen=ACTS_SIZE)
        self._refused: dict[str, Answer] = {}
        self._ignored = {name: _unheeded(name) for name in BY_NAME}
        self._assumed: dict[str, dict[str, str]] = {}

    @property
    def log(self) -> list[Call]:
        """A copy of the last calls, oldest first."""
        with self._lock:
            return list(self._calls)

    @property
    def done(self) -> list[Done]:
        """A copy of the last acts that were carried out, even if their answers got lost."""
        with self._lock:
            return list(self._done)

    def clear_log(self) -> None:
        """Forget the calls so far."""
        with self._lock:
            self._calls.clear()

    def change_token(self, token: str) -> None:
        """Refuse the old token from now on; the API key gets the new one."""
        with self._lock:
            self._token = token

    def forbid(self, operation: str) -> None:
        """Let the token lack the right to an operation, by its name in OPERATIONS: 403."""
        self._refuse(operation, answers.forbidden())

    def hide(self, operation: str) -> None:
        """Answer an operation as if nothing it is asked about existed: 404."""
        self._refuse(operation, answers.not_found())

    def ignore_sort(self, operation: str) -> None:
        """Answer an operation as if it had not been asked to sort."""
        self.ignore(operation, "sort")

    def ignore(self, operation: str, parameter: str) -> None:
        """Answer an operation as if it had not been asked this."""
        with self._lock:
            self._ignored[_known(operation)].add(parameter)

    def heed_per_page(self) -> None:
        """Let the lists under /chat heed `per_page`, which no page documents there."""
        with self._lock:
            for ignored in self._ignored.values():
                ignored.discard("per_page")

    def hide_archived(self) -> None:
        """Leave archived chatrooms out of an ambassador's list that is not asked for them."""
        with self._lock:
            self._assumed["chatrooms"] = {"filter[archived]": "0"}

    def allow(self, operation: str) -> None:
        """Answer an operation as it is meant again."""
        with self._lock:
            self._refused.pop(_known(operation), None)
            self._assumed.pop(operation, None)
            self._ignored[operation] = _unheeded(operation)

    def _refuse(self, operation: str, refusal: RefusalError) -> None:
        with self._lock:
            self._refused[_known(operation)] = refusal.answer

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        # Serialising happens under the lock too: an answer never shows half a change.
        with self._lock:
            now = self._now()
            for life in self._lives:
                life.advance(now)
            try:
                answer = self._answer(environ, now)
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

    def _answer(self, environ: "WSGIEnvironment", now: datetime) -> Answer:
        if environ.get("PATH_INFO") == PREFIX + TOKEN_PATH:
            return Answer(200, token_for(environ, self._api_key, self._token))
        operation, numbers = _route(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {self._token}":
            raise answers.unauthorized()
        asked = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        ignored = self._ignored[operation.name]
        heard = {name: value for name, value in asked.items() if name not in ignored}
        query = self._assumed.get(operation.name, {}) | heard
        request = Request(
            brand=self._brand(environ.get("HTTP_X_POPSELL_BRAND")),
            numbers=numbers,
            query=query,
            body=json_body(environ),
            url=request_uri(environ, include_query=False),
            now=now,
        )
        if operation.name in self._refused:
            return self._refused[operation.name]
        answer = Answer(200, operation.answer(request))
        if "GET" not in operation.methods:
            self._done.append(done(operation.name, request, environ.get("HTTP_X_REQUEST_ID")))
        return answer

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
    lively: bool = False,
    crowd: Crowd = NOBODY,
) -> Sandbox:
    """Make a sandbox with a token that opens the given brands, out of 3 and 8.

    In a lively one messages arrive and people come and go as time passes. A crowd joins brand 3.
    """
    born = now()
    built = build_brands(seed, born, crowd)
    lives = [Life(brand, seed, born) for brand in built.values()] if lively else []
    return Sandbox({number: built[number] for number in brands}, token, api_key, now, lives)


def _known(operation: str) -> str:
    """Give the name back, if there is such an operation: a switch that does nothing helps nobody."""
    return BY_NAME[operation].name


def _unheeded(operation: str) -> set[str]:
    """What an operation is asked in vain: `per_page` is documented for lists under /manager alone."""
    return {"per_page"} if BY_NAME[operation].pattern.startswith("/chat/") else set()


def _route(method: str, path: str) -> tuple[Operation, tuple[int, ...]]:
    for operation in OPERATIONS:
        match = re.fullmatch(PREFIX + operation.pattern, path)
        if match is None:
            continue
        if method not in operation.methods:
            raise answers.wrong_method(method, ", ".join(operation.methods))
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
