"""What is said in the chatrooms of a lively brand: line by line, by the one whose turn it is."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from inbox.sandbox.records import Brand, Chatroom, Message, Participant, Person, Rating, Summary
from inbox.sandbox.rooms import RATING, TEXT
from inbox.sandbox.script import Line, is_answer_due, scenes, script
from inbox.sandbox.transcripts import transcript
from inbox.sandbox.words import Talk, dice

MOST_SAID = 20_000
"""Messages of a brand that are kept of those said since its birth; about a day and a half."""


class Talks:
    """All that goes on in one brand. A brand left alone for days forgets the oldest of it."""

    def __init__(self, brand: Brand) -> None:
        self._brand = brand
        self._ids = count(1 + max(room.last.id for room in brand.rooms.values() if room.last))
        self._scripts: dict[int, Iterator[Line]] = {}
        self._due: dict[int, Line] = {}
        self._said: deque[Chatroom] = deque()

    def is_answer_due(self, room: Chatroom) -> bool:
        """Tell whether the member is to speak next."""
        due = self._due.get(room.id)
        if due is None and room.id not in self._scripts:
            return is_answer_due(room)  # most rooms are never written in: no script for these
        return not (due or self._line(room)).from_visitor

    def go_on(self, room: Chatroom, at: datetime) -> None:
        """Say the next line."""
        line = self._line(room)
        del self._due[room.id]
        seat = room.theirs if line.from_visitor else room.mine
        self._say(room, seat, at, line.content)
        if not line.from_visitor:
            room.established = room.established or at
        if line.answered:
            talk = line.answered
            room.summary = Summary(at, talk.scene.summary, talk.anomaly, talk.topic)

    def begin(self, room: Chatroom, talk: Talk, at: datetime) -> None:
        """Let the visitor turn to another subject."""
        self._due.pop(room.id, None)
        self._scripts[room.id] = scenes(talk, dice(self._brand.seed, room.id, f"{at:%FT%T}"))
        self.go_on(room, at)

    def rate(self, room: Chatroom, at: datetime, rating: Rating) -> None:
        """Let the visitor rate; an answer that was due is still due."""
        self._line(room)
        self._say(room, room.theirs, at, rating.comment, rating)
        room.rating = rating

    def _line(self, room: Chatroom) -> Line:
        """What is said next in the room."""
        if room.id not in self._due:
            written = self._scripts.setdefault(
                room.id, script(room, dice(self._brand.seed, room.id, "life"))
            )
            self._due[room.id] = next(written)
        return self._due[room.id]

    def _say(
        self,
        room: Chatroom,
        seat: Participant,
        at: datetime,
        content: str | None,
        rating: Rating | None = None,
    ) -> None:
        """Add a message; its author has read all before it."""
        # What was before depends on how the room was: it must be made before that changes.
        transcript(room, self._brand.seed)
        kind = RATING if rating else TEXT
        message = Message(next(self._ids), at, seat.person, content, kind, rating=rating)
        room.said.append(message)
        seat.last_read = message.id
        act(seat.person, at)
        self._said.append(room)
        while len(self._said) > MOST_SAID:
            _forget_one(self._said.popleft())


def _forget_one(room: Chatroom) -> None:
    """Drop the oldest message that was said since birth, unless it is the last."""
    kept, *later = room.said
    if later[:-1]:
        for seat in room.participants:
            if seat.last_read == later[0].id:
                seat.last_read = kept.id
        del room.said[1]


def act(person: Person, at: datetime) -> None:
    """Note that someone is there; some never show when they acted."""
    if person.last_action is not None:
        person.last_action = max(person.last_action, at)
