"""Who an ambassador is: the newest identity seen in any answer, kept for a day per brand.

No operation returns one ambassador (the contract looked for it), but directory and listing name them
in passing; a listing of guest accounts alone needs that name, customer id and address.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.conf import settings
from django.core.cache import cache

from inbox.popsell.resources import Ambassador, Chatroom, Page

KEPT = 24 * 3600  # seconds


def remember(brand_id: int, people: Iterable[Ambassador | object]) -> None:
    seen = {_key(brand_id, who.id): who for who in people if isinstance(who, Ambassador)}
    if seen:
        cache.set_many(seen, KEPT)


def identity(brand_id: int, ambassador_id: int, listing: Page[Chatroom]) -> Ambassador:
    """The ambassador as this listing names them, else as last seen, else nothing but their id."""
    for person in _people(listing):
        if person.id == ambassador_id:
            known = replace(person, chatroom_pivot_data=())
            remember(brand_id, [known])
            return known
    return recall(brand_id, ambassador_id)


def recall(brand_id: int, ambassador_id: int) -> Ambassador:
    """The ambassador as last seen, else nothing but their id."""
    kept = cache.get(_key(brand_id, ambassador_id))
    return kept if isinstance(kept, Ambassador) else Ambassador(id=ambassador_id)


def _people(listing: Page[Chatroom]) -> Iterator[Ambassador]:
    for room in listing.data:
        if isinstance(room, Chatroom):
            yield from room.ambassadors
            if room.last_message and room.last_message.author:
                yield room.last_message.author


def _key(brand_id: int, ambassador_id: int) -> str:
    """Begins with the brand and the site, so that brands, a demo and a site never mix."""
    site = hashlib.sha256(f"{settings.POPSELL_API_URL}\n{settings.SECRET_KEY}".encode()).hexdigest()
    return f"{brand_id}:{site[:16]}:identity:{ambassador_id}"
