"""Notes what must be noted, even if the database is away for a moment.

A database that is out of connections, restarts or is locked by another process is back soon. What was
known meanwhile is kept in memory, and written as soon as it can be.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import sleep

from django.db import connections
from django.utils import timezone

from inbox.process import jobs, outages

TRY_EACH = 0.5  # seconds

log = logging.getLogger(__name__)


def insist(note: Callable[[], None], until: datetime) -> None:
    """Note it; where the database is away, try again in the background until then.

    Still raises the database's error, since the person must learn that it was not noted. `note` may be
    called again after it half succeeded.
    """
    try:
        note()
    except Exception as failure:
        if outages.subject_of(failure) == "database":
            queue.hand_over(partial(_try_again, note, until))
        raise


def _try_again(note: Callable[[], None], until: datetime) -> None:
    while not _is_noted(note, last=timezone.now() >= until):
        sleep(TRY_EACH)


def _is_noted(note: Callable[[], None], *, last: bool) -> bool:
    """Raises what the database raises where this is the last try."""
    try:
        note()
    except Exception as failure:
        if last or outages.subject_of(failure) != "database":
            raise
        connections.close_all()  # this thread's: one that broke is of no use
        return False
    return True


def _log(failure: Exception) -> None:
    log.error("What came of an act could not be noted: %s", outages.kind(failure))


queue = jobs.Queue("outcomes", 2, _log)
