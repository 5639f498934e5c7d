"""Reads a conversation before it is opened, so that it opens at once.

Nobody has looked at it then, so no viewing is left; the index hears of it as of each reading. It is the
first to be given up where Popsell is slow or fails, and keeps to a budget of its own, so that it never
takes a call from a person's click, or from the worker.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings

from inbox import context
from inbox.caches import tolerant
from inbox.chatrooms import annotations, attempts, codes_seen, reading
from inbox.models import Membership
from inbox.popsell import cache, calls
from inbox.popsell.breaker import breaker
from inbox.popsell.errors import Forbidden, NotFound, OverBudget, PopsellError

SECONDS = 60.0
"""So long it serves what was read ahead; where that is old, its page asks for news at once."""
SLOW = 1.0  # seconds for an answer of Popsell, of late: a person's click needs its patience more
PAUSE = 60.0  # seconds after a failure
_places = BoundedSemaphore(max(settings.THREADS // 8, 1))


def read(member: Membership, ambassador_id: int, chatroom_id: int) -> bool:
    """Read the chatroom and its newest messages, where there is room for that; whether it was done."""
    failed = _key(member.brand_id, "failed")
    if breaker.is_troubled() or calls.usual_wait() > SLOW or tolerant.get(failed):
        return False
    try:
        with _place() as is_free:
            return is_free and _read(member, ambassador_id, chatroom_id)
    except (NotFound, OverBudget):  # no such conversation, or enough was read ahead
        return False
    except PopsellError:
        tolerant.put(failed, True, PAUSE)
        return False


def serves(member: Membership, chatroom_id: int) -> float | None:
    """The seconds for which a reading may be shown to the member; None: as the operator set them."""
    is_ahead = tolerant.get(_of(member, chatroom_id)) is not None
    return max(SECONDS, settings.INBOX_CACHE_SECONDS) if is_ahead else None


def _read(member: Membership, ambassador_id: int, chatroom_id: int) -> bool:
    brand_id = member.brand_id
    version = attempts.last_finished(brand_id, ambassador_id)
    with context.ahead():
        alone = reading.attempt(
            lambda: reading.read_chatroom(brand_id, chatroom_id, version=version)
        )
        if alone.failure and not isinstance(alone.failure, Forbidden):  # its list has it too
            raise alone.failure
        said = reading.read_transcript(brand_id, chatroom_id, 1)
    if failure := said.failure or (alone.reading and alone.reading.failure):
        raise failure
    if said.is_new:
        names = annotations.remember_names(member.brand)
        codes_seen.note_later(brand_id, codes_seen.in_transcript(said.page), names)
    return tolerant.put(_of(member, chatroom_id), True, SECONDS)


@contextmanager
def _place() -> Iterator[bool]:
    """Whether this process has a thread to spare: it is taken for the time of the block."""
    is_free = _places.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _places.release()


def _of(member: Membership, chatroom_id: int) -> str:
    return _key(member.brand_id, f"{member.pk}:{chatroom_id}")


def _key(brand_id: int, name: str) -> str:
    return f"{brand_id}:{cache.site()}:ahead:{name}"
