"""Facts about the request or job at work, for the code below that logs, waits or measures.

The middleware starts one object per request; a job's runner starts one per job. Outside both (a
command) each reader gets a fresh one of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.conf import settings

WHOLE = "inbox.whole"
"""In a request's environ: when the server had all of it, on the monotonic clock."""


@dataclass(slots=True)
class RequestContext:
    """Facts about one request or job.

    `started`: on the monotonic clock. `spent`: seconds by subject, `measured`: what these are spent on
    just now. `cache`: hit, miss or kept, of the last page that was read, for the log.

    `is_job`: whether this is work that nobody waits for, so no request's time limits it.

    `person`: the user who asks, in any brand. `by_itself`: whether a page loads this, and nobody waits
    for it.

    `request_id`: our own; clients can't choose it.

    `act`: the outcome of the act at Popsell, empty before one is sent. The outcome itself until it is
    noted; `noted` where it is done and noted; unknown where there were several.

    `ahead`: whether this is read before anybody asks for it; it has a budget of its own.

    `calls`: how many requests were sent to Popsell. `yields`: whether this keeps to a budget of calls,
    and so waits by itself where Popsell asks to slow down.
    """

    request_id: str = ""
    started: float = field(default_factory=monotonic)
    brand: int | None = None
    member: int | None = None
    person: int | None = None
    by_itself: bool = False
    ahead: bool = False
    cache: str | None = None
    act: str = ""
    calls: int = 0
    spent: dict[str, float] = field(default_factory=dict)
    measured: set[str] = field(default_factory=set)
    is_job: bool = False
    yields: bool = False


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current() -> RequestContext:
    return _current.get() or RequestContext()


def left() -> float | None:
    """Seconds until the request at work must be over; None outside a request."""
    now = _current.get()
    if now is None or now.is_job:
        return None
    return max(now.started + settings.REQUEST_DEADLINE - monotonic(), 0.0)


def deadline(share: float = 1.0) -> float:
    """When this share of the time for Popsell is over, on the monotonic clock.

    A request has one such time for all its calls. A job and a command have it afresh for each call.
    """
    now = current()
    begun = monotonic() if now.is_job else now.started
    return begun + float(settings.POPSELL_DEADLINE) * share


@contextmanager
def started(request_id: str, since: float | None = None) -> Iterator[RequestContext]:
    """The context of one request, for the time of a block. `since`: when it began, else now."""
    context = RequestContext(request_id)
    if since is not None:
        context.started = since
    mark = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(mark)


@contextmanager
def job() -> Iterator[RequestContext]:
    """The context of work in the background of a request, or without any request.

    The log still tells the request, its brand and its member. No person's calls are counted.
    """
    asked = current()
    begun = RequestContext(asked.request_id, brand=asked.brand, member=asked.member, is_job=True)
    mark = _current.set(begun)
    try:
        yield begun
    finally:
        _current.reset(mark)


@contextmanager
def sync() -> Iterator[RequestContext]:
    """The context of work that keeps the index true: a job that keeps to a budget of calls."""
    with job() as begun:
        begun.yields = True
        yield begun


@contextmanager
def by_itself(really: bool = True) -> Iterator[None]:
    """Mark the block's calls to Popsell as made by a page itself: nobody waits for them."""
    now = current()
    before = now.by_itself
    now.by_itself = before or really
    try:
        yield
    finally:
        now.by_itself = before


@contextmanager
def ahead() -> Iterator[None]:
    """Mark the block's calls to Popsell as made before anybody asks for what they read."""
    now = current()
    now.ahead = True
    try:
        yield
    finally:
        now.ahead = False


@contextmanager
def measured(subject: str) -> Iterator[None]:
    """Add the time of a block to what the request spent on `subject`; one within it adds nothing."""
    now = current()
    if subject in now.measured:
        yield
        return
    begun = monotonic()
    now.measured.add(subject)
    try:
        yield
    finally:
        now.measured.discard(subject)
        now.spent[subject] = now.spent.get(subject, 0.0) + monotonic() - begun


def measured_query(execute: Callable[..., Any], *arguments: Any) -> Any:
    """A wrapper of database queries, as `connection.execute_wrapper` takes."""
    if "db" in current().measured:
        return execute(*arguments)
    with measured("db"):
        return execute(*arguments)
