"""Finds names for the conversations and ambassadors of some acts. The trail itself keeps ids alone.

Names come from recent readings, else from a few first pages of inboxes read for them. Anonymized people
have none. Where Popsell fails the numbers stand alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter

from inbox import context
from inbox.caches import tolerant
from inbox.chatrooms import reading
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.sides import find_sides
from inbox.display import visible
from inbox.display.people import name, names
from inbox.models import Activity, Brand, Membership
from inbox.popsell import cache, identities
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Unreadable

READS = 3  # inboxes at most are asked for
SHARE = 0.4  # of the time for Popsell: the page works without the names
PAUSE = 60  # seconds before anybody asks for an inbox again
Kept = Sequence[Chatroom | Unreadable]
Rooms = dict[int, set[int]]  # chatrooms, by the ambassador in the inbox where they were open


@dataclass(slots=True)
class Names:
    """`rooms`: the counterparts by the chatroom's id. `failed`: whether Popsell was asked in vain."""

    people: dict[int, str] = field(default_factory=dict)
    rooms: dict[int, str] = field(default_factory=dict)
    failed: bool = False


def look_up_names(member: Membership, acts: Iterable[Activity], *, asks: bool = True) -> Names:
    """`asks`: whether Popsell may be asked for what is not known."""
    wanted: Rooms = defaultdict(set)
    for act in acts:
        if act.ambassador:
            wanted[act.ambassador] |= {act.chatroom} if act.chatroom else set()
    people = identities.recall_many(member.brand_id, wanted)
    found = Names()
    for id_, chatrooms in wanted.items():
        for rooms in _kept(member.brand, Origin(id_), chatrooms):
            found.rooms |= _names_in(rooms, people[id_], chatrooms)
    if asks:
        _ask(member, wanted, people, found)
    found.people = {id_: known for id_, who in people.items() if (known := _known(who))}
    return found


def recall_names(brand: Brand, origin: Origin, chatroom_id: int) -> str:
    """The counterpart's names as its row says them, as last read; empty where nothing is kept."""
    for rooms in reversed(_kept(brand, origin, [chatroom_id])):
        ambassador = identities.find_in(brand.pk, origin.ambassador, rooms)
        for room in rooms:
            if isinstance(room, Chatroom) and room.id == chatroom_id:
                others = find_sides(room, ambassador).others
                return names(others) if others else ""
    return ""


def _ask(member: Membership, wanted: Rooms, people: dict[int, Ambassador], found: Names) -> None:
    """Read the inboxes that contain most of the unknown chatrooms."""
    lacking = {id_: rooms - found.rooms.keys() for id_, rooms in wanted.items()}
    most = sorted(lacking, key=lambda id_: -len(lacking[id_]))
    for id_ in [one for one in most if lacking[one]][:READS]:
        tried = f"{member.brand_id}:{cache.site()}:called:{id_}"
        succeeded = tolerant.get(tried)
        if succeeded is not None:
            found.failed = found.failed or not succeeded
            continue
        tolerant.put(tried, False, PAUSE)
        try:
            with context.by_itself():
                listing = reading.read_listing(member.brand, id_, fresh_for=PAUSE, share=SHARE)
        except PopsellError:
            found.failed = True
            return
        people[id_] = identities.find_in(member.brand_id, id_, listing.page.data)
        found.rooms |= _names_in(listing.page.data, people[id_], lacking[id_])
        found.failed = found.failed or listing.failure is not None
        tolerant.put(tried, listing.failure is None, PAUSE)


def _kept(brand: Brand, origin: Origin, chatrooms: Iterable[int]) -> list[Kept]:
    """Cached readings of the list and of these chatrooms alone, the latest at the end."""
    listing = reading.recall_listing(brand, origin.ambassador, origin.page, origin.query)
    alone = [reading.recall_chatroom(brand.pk, room) for room in chatrooms]
    found: list[tuple[datetime, Kept]] = [(one.read_at, [one.value]) for one in alone if one]
    found += [(listing.read_at, listing.page.data)] if listing else []
    return [rooms for _at, rooms in sorted(found, key=itemgetter(0))]


def _names_in(rooms: Kept, person: Ambassador, wanted: Collection[int]) -> dict[int, str]:
    """By chatroom; empty where the counterparts have no name any more."""
    found = {}
    for room in rooms:
        if isinstance(room, Chatroom) and room.id in wanted:
            others = find_sides(room, person).others
            have_names = any(not one.anonymized for one in others)
            found[room.id] = names(others) if have_names else ""
    return found


def _known(person: Ambassador) -> str:
    """The name of a person who was seen before and is not anonymized."""
    return "" if person.anonymized or not visible(person.full_name) else name(person)
