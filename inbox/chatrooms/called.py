"""What the conversations and ambassadors of some acts are called. The trail itself keeps ids alone.

Names come from what was read lately, else from a few first pages of inboxes that are read for them.
Who is anonymized has none, and where Popsell fails the numbers stand alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from inbox import context
from inbox.chatrooms.inbox import name_of
from inbox.chatrooms.query import EVERYTHING
from inbox.chatrooms.sides import sides
from inbox.display import visible
from inbox.display.people import name, names
from inbox.models import Activity, Membership
from inbox.popsell import cache, client, conversations, identities
from inbox.popsell.cache import Reading
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Page

READS = 3  # inboxes at most are asked for
SHARE = 0.4  # of the time for Popsell: the page can do without
PAUSE = 60  # seconds: for so long nobody asks for an inbox again
Rooms = dict[int, set[int]]  # chatrooms, by the ambassador in whose inbox they were open


@dataclass(slots=True)
class Called:
    """`rooms`: the counterparts by the chatroom's id. `failed`: whether Popsell was asked in vain."""

    people: dict[int, str] = field(default_factory=dict)
    rooms: dict[int, str] = field(default_factory=dict)
    failed: bool = False


def called(member: Membership, acts: Iterable[Activity], *, asks: bool = True) -> Called:
    """`asks`: whether Popsell may be asked for what is not known."""
    wanted: Rooms = defaultdict(set)
    for act in acts:
        if act.ambassador:
            wanted[act.ambassador] |= {act.chatroom} if act.chatroom else set()
    people = identities.recall_many(member.brand_id, wanted)
    found = Called()
    for id_, chatrooms in wanted.items():
        listing: Reading[Chatroom] | None = cache.recall(member.brand_id, _listing(member, id_))
        alone = [conversations.recall_chatroom(member.brand_id, room) for room in chatrooms]
        readings = [one for one in (listing, *alone) if one]
        for reading in sorted(readings, key=lambda one: one.read_at):
            found.rooms |= _names_in(reading, people[id_], chatrooms)
    if asks:
        _ask(member, wanted, people, found)
    found.people = {id_: told for id_, who in people.items() if (told := _known(who))}
    return found


def _ask(member: Membership, wanted: Rooms, people: dict[int, Ambassador], found: Called) -> None:
    """Read the inboxes that most of what is not known lies in."""
    lacking = {id_: rooms - found.rooms.keys() for id_, rooms in wanted.items()}
    most = sorted(lacking, key=lambda id_: -len(lacking[id_]))
    for id_ in [one for one in most if lacking[one]][:READS]:
        tried = f"{member.brand_id}:{cache.site()}:called:{id_}"
        told = cache.get(tried)
        if told is not None:
            found.failed = found.failed or not told
            continue
        cache.put(tried, False, PAUSE)
        try:
            with context.by_itself():
                reading = _read(member, id_)
        except PopsellError:
            found.failed = True
            return
        people[id_] = identities.of_listing(member.brand_id, id_, reading.page)
        found.rooms |= _names_in(reading, people[id_], lacking[id_])
        found.failed = found.failed or reading.failure is not None
        cache.put(tried, reading.failure is None, PAUSE)


def _read(member: Membership, ambassador_id: int) -> Reading[Chatroom]:
    brand_id = member.brand_id

    def fetch() -> Page[Chatroom]:
        page = client.chatrooms(brand_id, ambassador_id, share=SHARE)
        identities.remember(brand_id, [identities.of_listing(brand_id, ambassador_id, page)])
        return page

    name = _listing(member, ambassador_id)
    return cache.read(brand_id, name, fetch, version=None, fresh_for=PAUSE)


def _listing(member: Membership, ambassador_id: int) -> str:
    """What the first page of an inbox is kept under."""
    return name_of(member, ambassador_id, 1, EVERYTHING)


def _names_in(
    reading: Reading[Chatroom], person: Ambassador, wanted: Collection[int]
) -> dict[int, str]:
    """By chatroom; empty for those whose counterparts have no name any more."""
    found = {}
    for room in reading.page.data:
        if isinstance(room, Chatroom) and room.id in wanted:
            others = sides(room, person).others
            told = [one for one in others if not one.anonymized]
            found[room.id] = names(others) if told else ""
    return found


def _known(person: Ambassador) -> str:
    """The name of who was ever seen, and is not anonymized."""
    return "" if person.anonymized or not visible(person.full_name) else name(person)
