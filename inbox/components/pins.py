"""The ambassadors a member keeps at hand: in the rail of every page, each with what waits there.

Unread is counted on the first page of the inbox, as last read. The rail shows what is remembered. Each
pin refreshes by itself, at most once a minute.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone

from inbox import context
from inbox.caches import memories, tolerant
from inbox.chatrooms.inbox import Inbox, read_inbox
from inbox.chatrooms.query import EVERYTHING
from inbox.models import Membership
from inbox.popsell import cache, identities
from inbox.popsell.errors import OverBudget, PopsellError
from inbox.popsell.resources import Ambassador

MINUTE = 60
ANEW = 20
MOST = 1_024
"""Inboxes of which a process knows what it wrote last."""
DAY = 24 * 3600


_written: dict[str, tuple[int, bool, int]] = {}
memories.register(_written.clear)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in an inbox: `unread` on its first page, `more` where there are further pages."""

    unread: int
    more: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pinned ambassador; `waiting` is None where nothing was read in the last day."""

    ambassador: Ambassador
    waiting: Waiting | None

    @property
    def is_due(self) -> bool:
        if self.waiting is None:
            return True
        return timezone.now() - self.waiting.read_at > timedelta(seconds=MINUTE)


def of_member(member: Membership) -> tuple[Pinned, ...]:
    """All pins of a member, from what is remembered: Popsell is not asked."""
    return tuple(_remembered(member.brand_id, member.pins))


def remember(inbox: Inbox) -> None:
    """Keep what waits in an unfiltered inbox, from its first page.

    The same again is written anew only some seconds later: it is right as of then, too.
    """
    at = inbox.listing
    if at.page == 1 and inbox.reading.failure is None and at.query == EVERYTHING:
        counted = _Counted(inbox.reading.mark, at.ambassador, inbox)
        is_counted = not (inbox.changed or inbox.reading.is_large)
        unread = _unread(counted) if is_counted else inbox.unread
        waiting = Waiting(unread, inbox.reading.page.last_page > 1, inbox.reading.read_at)
        key = _key(at.member.brand_id, at.ambassador.id)
        told = unread, waiting.more, tolerant.turn(ANEW)
        if _written.get(key) != told and tolerant.put(key, waiting, DAY):
            if len(_written) >= MOST:
                _written.clear()
            _written[key] = told


@dataclass(frozen=True, slots=True)
class _Counted:
    """All that a count depends on; `inbox` is what to count where that was not done yet."""

    mark: str
    ambassador: Ambassador
    inbox: Inbox = field(compare=False)


@lru_cache(64)
def _unread(counted: _Counted) -> int:
    """Count unread once per unchanged inbox, since counting makes every row."""
    return counted.inbox.unread


memories.register(_unread.cache_clear)


def refresh(member: Membership, ambassador_id: int) -> Pinned:
    """The pin as Popsell has it, read at most once a minute."""
    brand_id = member.brand_id
    (known,) = _remembered(brand_id, [ambassador_id])
    tried = f"{_key(brand_id, ambassador_id)}:tried"
    if not known.is_due or tolerant.get(tried):
        return known
    tolerant.put(tried, True, MINUTE)
    try:
        with context.by_itself():
            remember(read_inbox(member, ambassador_id, 1, fresh_for=MINUTE))
    except OverBudget:
        tolerant.drop(tried)  # Popsell was not asked: another member may ask
        return known
    except PopsellError:
        return known
    (now,) = _remembered(brand_id, [ambassador_id])
    return now


def _remembered(brand_id: int, ids: list[int]) -> list[Pinned]:
    people = identities.recall_many(brand_id, ids)
    waiting = tolerant.get_many(_key(brand_id, id_) for id_ in ids)
    known = {id_: waiting.get(_key(brand_id, id_)) for id_ in ids}
    return [
        Pinned(people[id_], found if isinstance(found, Waiting) else None)
        for id_, found in known.items()
    ]


def _key(brand_id: int, ambassador_id: int) -> str:
    return f"{brand_id}:{cache.site()}:pin:{ambassador_id}"
