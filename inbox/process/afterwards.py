"""Work that a request leaves for the time after its answer: nobody waits for it.

It runs in the request's own thread, so each person causes no more of it than they have requests. What
has no request does it at once.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import local
from typing import Any

from django.db import connection, transaction

from inbox.process import outages

Job = Callable[[], object]

log = logging.getLogger(__name__)
_thread = local()


def do(job: Job) -> None:
    """Do it once the request at work is answered; at once where there is none.

    It may be lost with the process. Raises nothing where it fails: one line of the log tells.
    """
    waiting: list[Job] | None = getattr(_thread, "waiting", None)
    if waiting is None:
        with _failures_told():
            job()
    else:
        waiting.append(job)


def begin(**_signal: Any) -> None:
    """A request has come to this thread."""
    _thread.waiting = []


def after_request(**_signal: Any) -> None:
    """Its answer is out."""
    waiting: list[Job] = getattr(_thread, "waiting", None) or []
    _thread.waiting = None
    for job in waiting:
        with _failures_told():
            job()


def catch_up() -> None:
    """Do now what waits in this request: its answer is to show that."""
    waiting: list[Job] = getattr(_thread, "waiting", None) or []
    while waiting:
        with _failures_told():
            waiting.pop(0)()


def try_to(job: Job) -> None:
    """Do it now. As `do`, it raises nothing, and leaves a transaction around it as it was."""
    with _failures_told(), transaction.atomic() if connection.in_atomic_block else nullcontext():
        job()


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except Exception as failure:
        if subject := outages.subject_of(failure):
            outages.log_outage(subject, failure)
        else:
            log.exception("What was left for after an answer failed.")
