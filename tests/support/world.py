"""A brand's life in fake time, and how long each change takes until the index shows it"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import accumulate, count
from math import ceil, inf
from random import Random
from typing import Any
from unittest import mock

from django.conf import settings
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import breaker
from inbox.queue import budget, ranking, slices
from inbox.queue.choice import Step, Turns
from inbox.sandbox import records
from inbox.sandbox.app import Sandbox
from inbox.sandbox.crowds import FIRST_ID, THEIR_VISITORS_FROM, Crowd
from inbox.sandbox.data import build_brand
from inbox.sandbox.server import running
from tests.support.upstream import Misfortune, Sent, Upstream

TICK = 15.0  # seconds
COST = 0.3  # seconds of a call
BURST = (3, 9)  # messages of a conversation
BETWEEN = 40.0  # seconds between two of its messages, on average
FAST = 100_000  # calls a minute, to fill the index beforehand
LAST_MEMBER = 6
MESSAGE, LATE, SILENT = "messages", "late facts", "silent changes"
MEASURED = (MESSAGE, LATE, SILENT)
Happening = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One change, `at` seconds of the world's clock. `shows` tells whether a row has it."""

    kind: str
    brand: int
    ambassador: int
    at: float
    shows: Callable[[IndexedChatroom], bool]


@dataclass
class Measures:
    """Seconds until changes were seen by kind and brand, infinite where they never were."""

    delays: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str, *brands: int) -> list[float]:
        found = self.delays.items()
        return sorted(
            one
            for (k, b), delays in found
            if k == kind and (not brands or b in brands)
            for one in delays
        )


def share(delays: Sequence[float], part: float) -> float:
    """The delay that this part of all, which are sorted, does not exceed."""
    return delays[max(ceil(len(delays) * part) - 1, 0)] if delays else inf


class World:
    """Some brands of one token over real HTTP, whose clock is moved by waits and by calls alone."""

    def __init__(self, brands: Sequence[int], crowd: Crowd, a_minute: float, seed: int = 1) -> None:
        """`a_minute`: messages of all brands together."""
        self.began = datetime(2026, 11, 2, 9, tzinfo=UTC)
        self.passed = 0.0
        self.cost = 0.0
        self.rng = Random(seed)  # noqa: S311 - invented traffic
        self.brands = {number: _brand(number, seed, self.began, crowd) for number in brands}
        self.upstream = Upstream(Sandbox(self.brands, "sandbox-token", "key", lambda: self.now))
        self.upstream.hook = self._called
        self.rate = a_minute
        self.measures = Measures()
        self._numbers = count(10**9)
        self._order = count()
        self._due: list[tuple[float, int, Happening]] = []
        self._pending: dict[tuple[int, int, int], list[Change]] = defaultdict(list)
        self._kind = ""
        self._is_measured = False
        self._rooms = {
            number: [rooms for who in brand.people if (rooms := _open_rooms(brand, who))]
            for number, brand in self.brands.items()
        }
        for inboxes in self._rooms.values():
            self.rng.shuffle(inboxes)

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.passed)

    def wait(self, seconds: float) -> None:
        """Let time pass, and what is due happen, each at its own time."""
        ends = self.passed + seconds
        while self._due and self._due[0][0] <= ends:
            at, _order, happen = heappop(self._due)
            self.passed = max(self.passed, at)
            happen(self.now)
        self.passed = ends

    def tick(self) -> None:
        """What the engine rings for, and the time until the next tick."""
        ends = self.passed + TICK
        for brand_ids in slices.accounts():
            slices.run(brand_ids)
        ranking.rank()
        self.wait(max(ends - self.passed, 0.0))

    def run(self, minutes: float) -> None:
        ends = self.passed + minutes * 60
        while self.passed < ends:
            self.tick()

    def fill(self, rate: int = FAST) -> None:
        """Until all inboxes were read as a whole, as fast as may be unless a rate is given."""
        usual, self.cost = settings.POPSELL_SYNC_RATE, 0.0 if rate == FAST else COST
        settings.POPSELL_SYNC_RATE = rate
        for _tick in range(10_000):
            self.tick()
            if self.is_whole():
                break
        else:
            raise AssertionError("the index is never whole")
        settings.POPSELL_SYNC_RATE, self.cost = usual, COST

    def is_whole(self) -> bool:
        ready = IndexedBrand.objects.exclude(tried_out=None).exclude(directory_read=None)
        unread = IndexedAmbassador.objects.filter(walked=None)
        return ready.count() == len(self.brands) and not unread.exists()

    def measure(self, minutes: float, warm: float, grace: float) -> Measures:
        """Measure what happens in these minutes, once it has gone on for a while."""
        self._later(0.0, self._converse)
        self._later(30.0, self._change_in_silence)
        self.run(warm)
        self._is_measured = True
        self.measures.calls.clear()
        self.run(minutes)
        self._is_measured = False
        calls = self.measures.calls.copy()
        self.run(grace)
        self.measures.calls = calls
        for changes in self._pending.values():
            for one in changes:
                self.measures.delays[one.kind, one.brand].append(inf)
        self._pending.clear()
        return self.measures

    # What happens

    def _later(self, seconds: float, happen: Happening) -> None:
        heappush(self._due, (self.passed + seconds, next(self._order), happen))

    def _converse(self, now: datetime) -> None:
        """A conversation begins: some messages, then its summary, and at times a rating."""
        mean = sum(BURST) / 2
        self._later(self.rng.expovariate(self.rate / mean / 60), self._converse)
        number, room = self._somewhere()
        at = 0.0
        for place in range(self.rng.randint(*BURST)):
            self._later(at, partial(self._say, number, room, bool(place % 2)))
            at += self.rng.expovariate(1 / BETWEEN)
        self._later(at + self.rng.uniform(60, 480), lambda now: self._sum_up(number, room, now))
        if self.rng.random() < 0.3:
            self._later(at + self.rng.uniform(60, 480), lambda now: self._rate(number, room))

    def _somewhere(self) -> tuple[int, records.Chatroom]:
        """Few ambassadors have most of the conversations, mostly in their newest chatrooms."""
        number = self.rng.choice(list(self._rooms))
        inboxes = self._rooms[number]
        weights = list(accumulate(1 / (place + 1) for place in range(len(inboxes))))
        rooms = self.rng.choices(inboxes, cum_weights=weights)[0]
        return number, self.rng.choice(rooms)

    def _say(self, number: int, room: records.Chatroom, own: bool, now: datetime) -> None:
        author = (room.mine if own else room.theirs).person
        said = records.Message(next(self._numbers), now, author, "Hello again")
        room.said.append(said)
        self._note(MESSAGE, number, room, lambda row: (row.last_message or 0) >= said.id)

    def _sum_up(self, number: int, room: records.Chatroom, now: datetime) -> None:
        before = room.summary.topic if room.summary else None
        topic = (before or 0) % 5 + 1
        anomaly = self.rng.randint(1, 6) if self.rng.random() < 0.2 else None
        room.summary = records.Summary(now, "Somebody asks for help.", anomaly, topic)

        def shows(row: IndexedChatroom) -> bool:
            told = room.summary
            return told is not None and (row.topic, row.anomaly) == (
                _code(told.topic),
                _code(told.anomaly),
            )

        self._note(LATE, number, room, shows)

    def _rate(self, number: int, room: records.Chatroom) -> None:
        stars = (room.rating.value if room.rating else 0) % 5 + 1
        room.rating = records.Rating(stars, None)
        self._note(
            LATE,
            number,
            room,
            lambda row: room.rating is not None and row.rating == room.rating.value,
        )

    def _change_in_silence(self, now: datetime) -> None:
        """Somebody reads a message, or archives a chatroom, elsewhere."""
        self._later(self.rng.expovariate(1 / 120), self._change_in_silence)
        number, room = self._somewhere()
        seat = room.mine
        if self.rng.random() < 0.5:
            seat.archived = not seat.archived
            self._note(SILENT, number, room, lambda row: row.archived == seat.archived)
        else:
            seat.last_read = next(self._numbers)
            self._note(SILENT, number, room, lambda row: row.last_read_message == seat.last_read)

    # What is seen of it

    def _note(
        self,
        kind: str,
        number: int,
        room: records.Chatroom,
        shows: Callable[[IndexedChatroom], bool],
    ) -> None:
        if self._is_measured:
            who = room.mine.person.id
            change = Change(kind, number, who, self.passed, shows)
            self._pending[number, who, room.id].append(change)

    def look(self, brand_id: int, ambassador: int) -> None:
        """See which changes in this inbox the index shows by now."""
        asked = [key for key in self._pending if key[:2] == (brand_id, ambassador)]
        rows = IndexedChatroom.objects.filter(brand=brand_id, ambassador=ambassador)
        for row in rows.filter(chatroom__in=[key[2] for key in asked]) if asked else ():
            key = brand_id, ambassador, row.chatroom
            for one in self._pending[key]:
                if one.shows(row):
                    self.measures.delays[one.kind, brand_id].append(self.passed - one.at)
            self._pending[key] = [one for one in self._pending[key] if not one.shows(row)]
            if not self._pending[key]:
                del self._pending[key]

    def _called(self, sent: Sent) -> None:
        self.upstream.sent.clear()
        self.measures.calls[self._kind] += 1
        self.wait(self.cost)

    def take(self, step: Step) -> None:
        self._kind = f"{step.kind.value} ({step.urgency.name.lower()})"


def _brand(number: int, seed: int, now: datetime, crowd: Crowd) -> records.Brand:
    """A brand of the crowd alone."""
    brand = build_brand(3, seed + number, now, crowd)
    brand.id = number
    rooms = {id_: room for id_, room in brand.rooms.items() if id_ >= THEIR_VISITORS_FROM}
    for who in [one for one in brand.people.values() if one.status <= LAST_MEMBER]:
        if who.id < FIRST_ID:
            del brand.people[who.id]
    for person, listed in brand.rooms_of.items():
        brand.rooms_of[person] = [room for room in listed if room.id in rooms]
    brand.rooms = rooms
    return brand


def _open_rooms(brand: records.Brand, who: int) -> list[records.Chatroom]:
    """The member's own chatrooms that can go on and tell all of their state."""
    person = brand.people[who]
    if person.status > LAST_MEMBER or person.anonymized:
        return []
    return [
        room
        for room in brand.rooms_of[who]
        if room.mine.person is person
        and room.last
        and room.type == 0
        and len(room.participants) == 2
        and all(seat.pivot == "row" and not seat.person.anonymized for seat in room.participants)
    ]


def _code(code: int | None) -> str:
    return "" if code is None else str(code)


def forget(brand_id: int) -> None:
    """As if this brand's index had never been read."""
    for model in (IndexedChatroom, IndexedAmbassador, IndexedBrand):
        model.objects.filter(brand=brand_id).delete()


@contextmanager
def living(
    brands: Sequence[int], crowd: Crowd, a_minute: float, *, rate: int = 60, bell: bool = True
) -> Iterator[World]:
    """A world with its brands in the database, while all clocks of the engine are its own."""
    world = World(brands, crowd, a_minute)
    store, note = index.store_listing, Turns.note

    def stored(brand_id: int, ambassador: int, *rest: Any) -> Any:
        done = store(brand_id, ambassador, *rest)
        world.look(brand_id, ambassador)
        return done

    def noted(turns: Turns, step: Step) -> None:
        world.take(step)
        note(turns, step)

    def now() -> datetime:
        return world.now

    def monotonic() -> float:
        return world.passed

    if not bell:
        world.upstream.forbid("manager chatrooms")
    before = settings.POPSELL_API_URL, settings.POPSELL_SYNC_RATE
    with ExitStack() as stack:
        url = stack.enter_context(running(world.upstream, handler=Misfortune))
        stack.enter_context(mock.patch.object(timezone, "now", now))
        stack.enter_context(mock.patch.object(budget, "timezone", timezone))
        for module in (slices, breaker):
            patched = mock.patch.object(module, "monotonic", monotonic)
            stack.enter_context(patched)
        stack.enter_context(mock.patch.object(slices, "sleep", world.wait))
        stack.enter_context(mock.patch.object(index, "store_listing", stored))
        stack.enter_context(mock.patch.object(Turns, "note", noted))
        breaker.breaker.reset()
        Brand.objects.bulk_create([Brand(id=number, name=f"Brand {number}") for number in brands])
        settings.POPSELL_API_URL, settings.POPSELL_SYNC_RATE = url, rate
        try:
            yield world
        finally:
            settings.POPSELL_API_URL, settings.POPSELL_SYNC_RATE = before
