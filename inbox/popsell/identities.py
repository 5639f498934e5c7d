"""Remembers ambassadors: the newest identity seen in any answer, kept per brand.

No operation returns one ambassador (the contract looked for it), but directory and listing name them in
passing; a listing of guest accounts alone needs that name, customer id and address.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from time import monotonic

from inbox.caches import keeping, memories, tolerant
from inbox.popsell import cache
from inbox.popsell.resources import Ambassador, Chatroom, Unreadable

HOUR = 3600  # seconds
MOST_WRITTEN = 10_000


def remember(brand_id: int, people: Iterable[object]) -> None:
    """Keep these identities; writes each at most once an hour and process."""
    now, breaks = monotonic(), tolerant.breaks()
    for who in people:
        if isinstance(who, Ambassador):
            key, mark = _key(brand_id, who.id), hash((who, breaks))
            before, at = _written.get(key, (None, 0.0))
            known = before == mark and now - at < HOUR
            if not known and tolerant.put(key, who, keeping.longest()):
                _note_written(key, mark, now)


_written: dict[str, tuple[int, float]] = {}  # by key: a mark and no name, and when
memories.register(_written.clear)


def _note_written(key: str, mark: int, now: float) -> None:
    """Note the write. Clears the memory when full: at worst some are written once more."""
    if len(_written) >= MOST_WRITTEN:
        _written.clear()
    _written[key] = mark, now


def find_in(
    brand_id: int, ambassador_id: int, chatrooms: Iterable[Chatroom | Unreadable]
) -> Ambassador:
    """The ambassador as these name them, else as last seen, else nothing but their id."""
    for person in _people(chatrooms):
        if person.id == ambassador_id:
            return replace(person, chatroom_pivot_data=())
    return recall(brand_id, ambassador_id)


def recall(brand_id: int, ambassador_id: int) -> Ambassador:
    """The ambassador as last seen, else nothing but their id."""
    seen = tolerant.get(_key(brand_id, ambassador_id))
    return seen if isinstance(seen, Ambassador) else Ambassador(id=ambassador_id)


def recall_many(brand_id: int, ambassador_ids: Iterable[int]) -> dict[int, Ambassador]:
    """As `recall`, for several at once."""
    keys = {_key(brand_id, id_): id_ for id_ in ambassador_ids}
    seen = tolerant.get_many(keys)
    return {
        id_: who if isinstance(who := seen.get(key), Ambassador) else Ambassador(id=id_)
        for key, id_ in keys.items()
    }


def _people(chatrooms: Iterable[Chatroom | Unreadable]) -> Iterator[Ambassador]:
    for room in chatrooms:
        if isinstance(room, Chatroom):
            yield from room.ambassadors
            if room.last_message and room.last_message.author:
                yield room.last_message.author


def _key(brand_id: int, ambassador_id: int) -> str:
    return f"{brand_id}:{cache.site()}:identity:{ambassador_id}"
