"""Simulates a brand as time passes: messages arrive, members answer, people come and go.

All of it follows from the seed and the time passed, not from how often anyone looks. `advance` catches
up on what happened since. Nothing runs in between.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count, cycle, islice

from inbox.sandbox.records import Brand, Chatroom, Message, Person, Summary
from inbox.sandbox.rooms import FIRST_PAGE
from inbox.sandbox.script import Line, script
from inbox.sandbox.words import chance, dice

ONE_TO_ONE = 0
FIRST_AFTER = (3, 5)  # seconds
THEN_AFTER = (8, 12)
STAR_BEATS = (True, True, False)
"""The first of the busy gets two beats out of three, so a minute's look shows something."""
ANSWER_BEATS = (False, False, True)
MOST_WAITING = 15
"""Of a first page: more than that, and an answer comes next."""


class Life:
    """One brand's life, from `born` on."""

    def __init__(self, brand: Brand, seed: int, born: datetime) -> None:
        self._brand = brand
        self._seed = seed
        self._rng = dice(seed, brand.id, "life")
        self._ids = count(1 + max(room.last.id for room in brand.rooms.values() if room.last))
        self._star, *self._others = [one for one in brand.people.values() if one.busy]
        self._is_for_the_star = cycle(STAR_BEATS)
        self._is_an_answer = {one.id: cycle(ANSWER_BEATS) for one in (self._star, *self._others)}
        self._scripts: dict[int, Iterator[Line]] = {}
        self._due: dict[int, Line] = {}
        self._next = born + timedelta(seconds=self._rng.uniform(*FIRST_AFTER))

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due by now, each at its own time."""
        while self._next <= now:
            self._beat(self._next)
            self._next += timedelta(seconds=self._rng.uniform(*THEN_AFTER))

    def _beat(self, at: datetime) -> None:
        to_star = next(self._is_for_the_star) or not self._others
        whose = self._star if to_star else self._rng.choice(self._others)
        rooms = self._first_page(whose)
        if not rooms:
            return
        if chance(self._rng, 0.5):
            _act(self._rng.choice(rooms).theirs.person, at)
        asked = [room for room in rooms if not self._line(room).from_visitor]
        quiet = [room for room in rooms if room not in asked]
        answers = next(self._is_an_answer[whose.id]) or len(asked) > MOST_WAITING
        if quiet and not (answers and asked):
            self._write(self._rng.choice(quiet), at)
        else:
            # Who has waited longest comes first.
            self._write(asked[-1], at)

    def _first_page(self, person: Person) -> list[Chatroom]:
        """The newest of the person's chatrooms that can go on, newest first."""
        rooms = [room for room in self._brand.rooms_of[person.id] if _is_open(room)]
        return list(islice(newest_first(rooms), FIRST_PAGE))

    def _line(self, room: Chatroom) -> Line:
        """What is said next in the room."""
        if room.id not in self._due:
            written = self._scripts.setdefault(
                room.id, script(room, dice(self._seed, room.id, "life"))
            )
            self._due[room.id] = next(written)
        return self._due[room.id]

    def _write(self, room: Chatroom, at: datetime) -> None:
        """Say the next line; its author has read all before it."""
        line = self._line(room)
        del self._due[room.id]
        seat = room.theirs if line.from_visitor else room.mine
        message = Message(next(self._ids), at, seat.person, line.content)
        room.said.append(message)
        seat.last_read = message.id
        _act(seat.person, at)
        if not line.from_visitor:
            room.established = room.established or at
        if line.answered:
            talk = line.answered
            room.summary = Summary(at, talk.scene.summary, talk.anomaly, talk.topic)


def newest_first(rooms: Iterable[Chatroom]) -> list[Chatroom]:
    """Sort chatrooms by the date of their last message, which they must have."""
    return sorted(rooms, key=lambda room: room.last.date if room.last else room.inserted)[::-1]


def _is_open(room: Chatroom) -> bool:
    """Tell whether a talk can go on: two people who are there, neither shutting the other out."""
    shut = any(seat.blocked or seat.archived for seat in room.participants)
    gone = any(seat.person.anonymized for seat in room.participants)
    return room.type == ONE_TO_ONE and room.last is not None and not (shut or gone)


def _act(person: Person, at: datetime) -> None:
    """Note that someone is there; some never show when they acted."""
    if person.last_action is not None:
        person.last_action = max(person.last_action, at)
