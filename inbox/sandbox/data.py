"""The brands of the sandbox: lifelike, and the same for the same seed and clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, count
from random import Random
from typing import NamedTuple

from inbox.sandbox.crowds import NOBODY, Crowd, crowded
from inbox.sandbox.oddities import Kit
from inbox.sandbox.people import HOUSES, House, Role, guests, member, visitor
from inbox.sandbox.records import Brand, Chatroom, Person
from inbox.sandbox.rooms import Slot, make_room
from inbox.sandbox.words import dice

CROWDED = 3
"""The brand that a crowd joins."""
GUESTS_FROM = 10
LONGEST = {1: 2000, 8: 640, 20: 230}
"""Messages in some chatrooms of the first of the cast, by their rank from the newest."""
LONG_EVERY = 97
SHORTEST, LONG = 8, 100
TALKATIVE = timedelta(hours=5)
"""In a long chatroom, between two messages: it was opened long ago."""


class Household(NamedTuple):
    """The people of a house and their chatrooms, before they are looked up by id."""

    cast: dict[int, Person]
    kin: dict[int, list[Person]]
    rooms: list[Chatroom]


def build_brands(seed: int, now: datetime, crowd: Crowd = NOBODY) -> dict[int, Brand]:
    """Build every brand; all dates are counted back from `now`, so the demo looks alive."""
    return {
        number: build_brand(number, seed, now, crowd if number == CROWDED else NOBODY)
        for number in HOUSES
    }


def build_brand(number: int, seed: int, now: datetime, crowd: Crowd = NOBODY) -> Brand:
    """Build one brand: its cast, their guest accounts, the visitors and all chatrooms.

    A crowd joins them, and changes nothing of theirs.
    """
    house = HOUSES[number]
    cast, kin, rooms = _household(house, seed, dice(seed, number), now)
    if crowd.ambassadors:
        rng = dice(seed, number, "crowd")
        joined = _household(crowded(house, crowd, rng), seed, rng, now)
        cast, kin, rooms = cast | joined.cast, kin | joined.kin, rooms + joined.rooms
    return _index(Brand(number, house.label, seed), cast, kin, rooms)


def _household(house: House, seed: int, rng: Random, now: datetime) -> Household:
    numbers = count(house.first_id)
    cast = {role.id: member(role, house, rng, now) for role in house.cast}
    kin = {
        role.id: guests(cast[role.id], numbers) for role in house.cast if role.rooms >= GUESTS_FROM
    }
    kit = Kit(
        rng,
        lambda acted: visitor(next(numbers), rng, acted),
        [cast[role.id] for role in house.cast if role.free],
    )
    rooms = [
        make_room(index, slot, cast[slot.role.id], kin.get(slot.role.id, []), house.theme, kit)
        for index, slot in enumerate(plan(house, seed, rng, now))
    ]
    return Household(cast, kin, rooms)


def plan(house: House, seed: int, rng: Random, now: datetime) -> list[Slot]:
    """Lay out the chatrooms: room numbers follow their opening, message numbers their last date.

    Each chatroom has as many message numbers in a row as it may have messages.
    """
    drafts = []
    for role in house.cast:
        for rank, age in enumerate(ages(role, rng)):
            opened_before = timedelta(minutes=2 + rng.expovariate(1 / 9000))
            drafts.append((now - age - opened_before, now - age, rank, role))
    drafts.sort(key=lambda draft: draft[0])
    star = None if house.is_crowd else house.cast[0]
    sizes = [
        size_of(index, rank if role is star else None, dice(seed, house.first_id, index))
        for index, (_, _, rank, role) in enumerate(drafts)
    ]
    by_message = sorted(range(len(drafts)), key=lambda index: drafts[index][1])
    last_ids = dict(zip(by_message, accumulate(sizes[one] for one in by_message), strict=True))
    return [
        Slot(
            role,
            rank,
            last - sizes[index] * TALKATIVE if sizes[index] >= LONG else inserted,
            last,
            room=house.first_id * 10 + index,
            message=house.first_id * 100 + last_ids[index],
            size=sizes[index],
        )
        for index, (inserted, last, rank, role) in enumerate(drafts)
    ]


def size_of(number: int, rank_of_first: int | None, rng: Random) -> int:
    """Give a chatroom its number of messages: mostly some, in a few hundreds."""
    if rank_of_first in LONGEST:
        return LONGEST[rank_of_first]
    if number % LONG_EVERY == LONG_EVERY - 1:
        return rng.randint(LONG, 4 * LONG)
    return min(SHORTEST + int(rng.expovariate(1 / 8)), LONG - 1)


def ages(role: Role, rng: Random) -> Iterator[timedelta]:
    """Space a member's chatrooms: minutes apart at first, then hours, then days."""
    minutes = rng.uniform(1, 3) if role.busy else rng.uniform(5, 900)
    for rank in range(role.rooms):
        yield timedelta(minutes=minutes)
        minutes += rng.expovariate(1 / 15) * (rank + 1)


def _index(
    brand: Brand, cast: dict[int, Person], kin: dict[int, list[Person]], rooms: list[Chatroom]
) -> Brand:
    owner_of = {guest.id: owner for owner, accounts in kin.items() for guest in accounts}
    guest_accounts = (guest for accounts in kin.values() for guest in accounts)
    seated = (seat.person for room in rooms for seat in room.participants)
    for person in (*cast.values(), *guest_accounts, *seated):
        brand.people[person.id] = person
    brand.rooms = {room.id: room for room in rooms}
    brand.rooms_of = {person_id: [] for person_id in brand.people}
    brand.accounts_of = {person_id: {person_id} for person_id in brand.people}
    for guest_id, owner in owner_of.items():
        brand.accounts_of[owner].add(guest_id)
    for room in rooms:
        ids = {seat.person.id for seat in room.participants}
        for person_id in ids | {owner_of[one] for one in ids if one in owner_of}:
            brand.rooms_of[person_id].append(room)
    return brand
