"""What is known of the request at work, for whoever logs, waits or measures below it.

One object per request, started by the middleware; outside a request (a command) each reader gets a
fresh one of its own.
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
    """`started`: on the monotonic clock. `spent`: seconds by subject. `cache`: hit, miss or kept.

    `person`: the user who asks, in whichever brand. `by_itself`: whether a page loads this, and nobody
    waits for it.

    `request_id`: ours, which nobody else chose.

    `act`: what came of the act at Popsell, empty before one is sent: its outcome where that is not
    noted yet, `noted` where it is done and noted; unknown where there were several.
    """

    request_id: str = ""
    started: float = field(default_factory=monotonic)
    brand: int | None = None
    member: int | None = None
    person: int | None = None
    by_itself: bool = False
    cache: str | None = None
    act: str = ""
    spent: dict[str, float] = field(default_factory=dict)


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current() -> RequestContext:
    return _current.get() or RequestContext()


def left() -> float | None:
    """Seconds until the request at work must be over; None outside a request."""
    now = _current.get()
    return None if now is None else max(now.started + settings.REQUEST_DEADLINE - monotonic(), 0.0)


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
def by_itself(really: bool = True) -> Iterator[None]:
    """What the block asks of Popsell is loaded by a page, for nobody who waits."""
    now = current()
    before = now.by_itself
    now.by_itself = before or really
    try:
        yield
    finally:
        now.by_itself = before


@contextmanager
def measured(subject: str) -> Iterator[None]:
    """Add the time of a block to what the request spent on `subject`."""
    begun = monotonic()
    try:
        yield
    finally:
        spent = current().spent
        spent[subject] = spent.get(subject, 0.0) + monotonic() - begun


def measured_query(execute: Callable[..., Any], *arguments: Any) -> Any:
    """A wrapper of database queries, as `connection.execute_wrapper` takes."""
    with measured("db"):
        return execute(*arguments)
