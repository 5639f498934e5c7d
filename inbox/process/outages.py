"""Outages of what we rely on: the database, or the cache where it throttles signing in.

An outage is no fault of the code. It gets one line in the log, without addresses. People are told what
it means for them, and the next request tries again.
"""

import logging
from typing import Literal

from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from inbox.caches.file_cache import FolderFailedError

Subject = Literal["database", "cache"]
RETRY_AFTER = 5  # seconds

log = logging.getLogger(__name__)


def subject_of(error: BaseException | None) -> Subject | None:
    """What is away where this was raised; None where it was anything else."""
    if isinstance(error, OperationalError | InterfaceError):
        return "database"
    return "cache" if isinstance(error, RedisError | FolderFailedError) else None


def log_outage(subject: Subject, error: BaseException) -> None:
    """One line with the kind of the failure."""
    log.error("The %s can't be used: %s", subject, kind(error))


def kind(error: BaseException) -> str:
    """A failure's name alone, since its message may hold addresses or values."""
    cause = error.__cause__ or error
    return getattr(cause, "sqlite_errorname", None) or type(cause).__name__
