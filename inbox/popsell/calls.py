"""How an operation is called: who may wait, when to try again, and the one log line it leaves."""

import logging
import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from json import loads
from time import monotonic, sleep
from typing import Any, NamedTuple, NoReturn, TypeVar

from django.conf import settings

from inbox import context
from inbox.caches import memories
from inbox.popsell import bounds, budget, credentials, decode, envelope, errors, transport
from inbox.popsell.breaker import breaker, take_place
from inbox.popsell.transport import Answer
from inbox.process.lending import lend_database

T = TypeVar("T")
Json = Mapping[str, object]
log = logging.getLogger("inbox.popsell.calls")  # as OPERATIONS.md names it

TRIES = 3
LONGEST_WAIT = 24 * 3600  # seconds, of a Retry-After
SUCCESS = 2  # the hundreds of a 2xx
LARGEST_KNOWN = 200_000  # bytes of a body that is remembered with what it says
RECENT = 0.2  # how much the last answer counts in the usual wait
_last_answer: dict[str, float] = {}
_waits: dict[str, float] = {}


def call(
    operation: str,
    method: str,
    path: str,
    brand_id: int,
    decoded: Callable[[object], T],
    *,
    params: dict[str, str] | None = None,
    json: Json | None = None,
    share: float = 1.0,
) -> T:
    """Call and decode, within `share` of the time that the request at work has for Popsell.

    Reads are tried up to three times, acts only where the first try can't have arrived. `json` is an
    act's body. Raises PopsellError; either way there is one log line of ids and numbers, never content.
    """
    begun = monotonic()
    ends = context.deadline(share)
    extra: dict[str, object] = {"operation": operation, "brand": brand_id}
    try:
        with take_place():
            if method == "GET":
                _may_ask(ends)
            sending = Sending(method, path, brand_id, params, json)
            value, extra["status"], extra["attempt"] = _tried(sending, decoded, ends)
    except errors.PopsellError as failure:
        extra |= {
            "failure": type(failure).__name__,
            "status": failure.remote_status,
            "attempt": failure.attempts,
            "ms": round((monotonic() - begun) * 1000),
        }
        log.log(failure.log_level, "Popsell: %s", failure.detail, extra=extra)
        raise
    extra["ms"] = round((monotonic() - begun) * 1000)
    log.info("Popsell answered", extra=extra)
    return value


def _may_ask(ends: float) -> None:
    """Raise where a read is not worth a try; asks the breaker last, to save its one try.

    What keeps to a budget has a patience of its own, and its tries are no crowd. Each try is counted
    before it is sent: here that is looked at only where a refusal would waste the breaker's try, and
    for what a page loads by itself, which is not to count beside a person's click even for a moment.
    """
    if context.current().by_itself or breaker.is_troubled():
        budget.require()
    if monotonic() >= ends:
        raise errors.NoTimeLeft
    if not (context.current().yields or breaker.allow()):
        raise errors.Paused


def last_heard() -> int | None:
    """Seconds since Popsell last answered this process anything; None before the first answer."""
    at = _last_answer.get(settings.POPSELL_API_URL)
    return None if at is None else round(monotonic() - at)


def usual_wait() -> float:
    """Seconds that Popsell took of late to answer this process; 0 before the first answer."""
    return _waits.get(settings.POPSELL_API_URL, 0.0)


class Sending(NamedTuple):
    """The request, the same for each try."""

    method: str
    path: str
    brand_id: int
    params: dict[str, str] | None
    json: Json | None


def _tried(sending: Sending, decoded: Callable[[object], T], ends: float) -> tuple[T, int, int]:
    """The value, the status and the number of tries."""
    for attempt in range(1, TRIES + 1):
        try:
            answer = _authorized(sending, ends)
            value = _value(answer, decoded)
        except errors.PopsellError as failure:
            failure.attempts = attempt
            pause = _pause(failure, sending.method, attempt)
            if attempt == TRIES or pause is None or _is_over(monotonic() + pause, ends):
                breaker.note(failure)
                raise
            with context.measured("popsell"):
                sleep(pause)
        else:
            breaker.note(None)
            return value, answer.status, attempt
    raise AssertionError("the last try returns or raises")


def _is_over(next_try: float, ends: float) -> bool:
    """Whether time or the person's calls are used up before the next try."""
    return next_try >= ends or budget.is_used_up()


def _authorized(sending: Sending, ends: float) -> Answer:
    """One exchange; a refused token that can be renewed is, once."""
    brand_id = sending.brand_id
    used = credentials.fingerprint(brand_id)
    lend_database()
    for renewed in (False, True):
        budget.spend()
        budget.note_people(credentials.account(brand_id))
        context.current().calls += 1
        asked = monotonic()
        with context.measured("popsell"):
            answer = transport.exchange(
                sending.method,
                sending.path,
                ends=ends,
                headers={"X-Popsell-Brand": str(brand_id)},
                token=lambda: credentials.token(brand_id),
                params=sending.params,
                json=sending.json,
            )
        _note_answer(asked)
        refused = answer.status == HTTPStatus.UNAUTHORIZED
        if not refused or renewed or not credentials.renew(brand_id, used):
            break
    return answer


def _note_answer(asked: float) -> None:
    """Threads may overwrite each other's figure: it is about right all the same."""
    url, now = settings.POPSELL_API_URL, monotonic()
    _last_answer[url] = now
    _waits[url] = usual_wait() * (1 - RECENT) + (now - asked) * RECENT


def _value(answer: Answer, decoded: Callable[[object], T]) -> T:
    """What the body of a 2xx says; raises what any other status stands for."""
    if answer.status // 100 != SUCCESS:
        _refuse(answer)
    if len(answer.body) > LARGEST_KNOWN:
        said = _json(answer.body)
        envelope.check(said, len(answer.body) // bounds.OBJECT)
        return decoded(said)
    value: T = _known(answer.body, decoded)
    return value


@lru_cache(64)
def _known(body: bytes, decoded: Callable[[object], Any]) -> Any:
    """Decode each body once: an unchanged inbox is not decoded again."""
    return decoded(_json(body))


memories.register(_known.cache_clear)


def _json(body: bytes) -> object:
    try:
        return loads(body)
    except (ValueError, RecursionError):
        raise errors.Unexpected(
            "the body is not JSON", remote_status=HTTPStatus.OK, may_have_arrived=True
        ) from None


def _refuse(answer: Answer) -> NoReturn:
    """Raise what this status stands for in the contract, section 1.6."""
    status = answer.status
    match status:
        case 401:
            raise errors.Unauthorized("the token was refused", remote_status=status)
        case 403:
            raise errors.Forbidden("not allowed", remote_status=status)
        case 404:
            raise errors.NotFound("not found", remote_status=status)
        case 422:
            raise _invalid(answer)
        case 429:
            wait = _seconds(answer.retry_after)
            raise errors.RateLimited("slow down", remote_status=status, retry_after=wait)
        case _:
            wait = _seconds(answer.retry_after)
            raise errors.Unexpected(f"status {status}", remote_status=status, retry_after=wait)


def _invalid(answer: Answer) -> errors.Invalid:
    try:
        return decode.invalid(_json(answer.body))
    except errors.Unexpected:
        return decode.invalid(None)


def _pause(failure: errors.PopsellError, method: str, attempt: int) -> float | None:
    """Seconds until the next try; None where trying again is wrong."""
    wanted = failure.retry_after
    if method != "GET":
        never_left = isinstance(failure, errors.Unreachable) and not failure.may_have_arrived
        busy = failure.remote_status == HTTPStatus.SERVICE_UNAVAILABLE
        again = never_left or (busy and wanted is not None)
    elif isinstance(failure, errors.RateLimited):
        again = wanted is not None and not context.current().yields
    else:
        busy = failure.remote_status in {502, 503, 504}
        again = isinstance(failure, errors.Unreachable) or busy
    if not again:
        return None
    jitter: float = random.uniform(0.05, 0.15) * 2**attempt  # noqa: S311 - no secret
    return jitter if wanted is None else wanted + jitter


def _seconds(retry_after: str | None) -> int | None:
    """Retry-After as seconds; its date form is not worth a clock that may differ from ours."""
    value = (retry_after or "").strip()
    if not (value.isascii() and value.isdigit()):
        return None
    return min(int(value[:9]), LONGEST_WAIT)
