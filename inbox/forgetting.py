"""How each process learns that somebody was erased, and forgets them too.

`manage.py erase_person` runs in a process of its own, maybe on another machine. It leaves the moment
with the brand, which each page of the brand reads anyway.
"""

import logging
from datetime import datetime, timedelta
from threading import Thread

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from inbox.caches import keeping, memories
from inbox.caches.file_cache import FileCache
from inbox.models import Brand
from inbox.process import outages

log = logging.getLogger(__name__)

PAUSE = 0.001  # seconds after each file, so that pages get their turn
AFTER = timedelta(hours=1)  # clocks of machines may differ

_heeded: dict[int, datetime] = {}  # by brand: when its last erasure was heeded
_dropper: Thread | None = None


def settled_after() -> timedelta:
    """How long an earlier answer may still be on its way into the cache."""
    return timedelta(seconds=settings.POPSELL_DEADLINE + 2)


def heed(brand: Brand) -> None:
    """Clear the memories where somebody of the brand was erased since this process last did.

    Clears once at first sight, and again once no older answer is on its way any more. The folder of the
    cache goes too: the command may have run where it is another one.
    """
    if brand.last_erasure is None or not _is_due(brand.pk, brand.last_erasure, timezone.now()):
        return
    _heeded[brand.pk] = timezone.now()
    memories.forget()
    if isinstance(caches["default"], FileCache):
        _drop_beside()


def _is_due(brand_id: int, erased: datetime, now: datetime) -> bool:
    if now - erased > timedelta(seconds=keeping.longest()) + AFTER:
        return False  # nothing from before is kept any more
    settled = erased + settled_after()
    heeded = _heeded.get(brand_id)
    return heeded is None or heeded < erased or heeded < settled <= now


def _drop_beside() -> None:
    """Clear the folder in a thread that ends with the process, so nobody waits."""
    global _dropper  # noqa: PLW0603 - the last one, to wait for
    _dropper = Thread(target=_drop, name="forgetting", daemon=True)
    _dropper.start()


def _drop() -> None:
    backend = caches["default"]
    assert isinstance(backend, FileCache)  # noqa: S101 - for the type checker
    try:
        backend.drop_pages(pause=PAUSE)
    except OSError as failure:
        message = "The folder of the cache can't be cleared: %s"
        log.warning(message, outages.kind(failure))


def wait() -> None:
    """Wait until the folder is cleared, if that is under way."""
    if _dropper:
        _dropper.join()
