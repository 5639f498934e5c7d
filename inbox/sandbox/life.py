"""Simulates a brand as time passes: messages arrive, members answer, people come and go.

All of it follows from the seed and the time passed, not from how often anyone looks. `advance` catches
up on what happened since. Nothing runs in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, cycle, islice
from random import Random

from inbox.sandbox.changes import Changes, rather_early
from inbox.sandbox.crowds import FIRST_ID, MOST
from inbox.sandbox.records import Brand, Chatroom, Person
from inbox.sandbox.rooms import FIRST_PAGE, LAST_MEMBER_ROLE
from inbox.sandbox.stage import is_open, newest_first, set_stage
from inbox.sandbox.talks import Talks, act
from inbox.sandbox.words import chance, dice

__all__ = ["Life", "newest_first"]

Gap = tuple[float, float]  # seconds, from and to
FIRST_AFTER: Gap = (3, 5)
MESSAGES: Gap = (6, 9)
MESSAGES_OF_FEW: Gap = (10, 14)
FEW = 6  # members
CHANGES: Gap = (4, 6)
COMINGS: Gap = (15, 25)
CROWD_PACE = 9 / 500
"""Messages a minute for each of a crowd, as a large shop was seen to have."""
SLOWEST = 20.0  # seconds between messages, however few a crowd is
STAR_BEATS = (True, True, False)
"""The first of the busy gets two beats out of three, so a minute's look shows something."""
ANSWER_BEATS = (False, False, True)
MOST_WAITING = 5
"""Customers of one member: more than that, and an answer comes next."""
CROWD_PAGE, CROWD_WAITING = 5, 3
"""In how many conversations one of a crowd is written to; a script is kept for each of these."""
LONGEST_FIRST = 0.2
"""So often the one who has waited longest is answered; else someone who wrote just now."""
ANSWER_AFTER = timedelta(seconds=45)
ABSENT_EVERY = 3
"""Of those who are not always there, one in so many never comes, and leaves customers waiting."""


@dataclass(slots=True)
class Rhythm:
    """Something that happens again and again."""

    happens: Callable[[datetime], object]
    gap: Gap
    rng: Random
    due: datetime

    def beat(self) -> None:
        """Let it happen when it is due, and find when that is again."""
        self.happens(self.due)
        self.due += timedelta(seconds=self.rng.uniform(*self.gap))


class Life:
    """One brand's life, from `born` on."""

    def __init__(self, brand: Brand, seed: int, born: datetime) -> None:
        set_stage(brand, born)
        self._brand = brand
        self._rng = dice(seed, brand.id, "life")
        self._talks = Talks(brand)
        members = [one for one in brand.people.values() if _may_be_met(one)]
        cast = [one for one in members if not _is_of_crowd(one)]
        self._star, *self._others = sorted(cast, key=lambda one: not one.busy)
        self._crowd = [one for one in members if _is_of_crowd(one)]
        self._rng.shuffle(self._crowd)
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(len(self._crowd))))
        quiet = [one for one in (*self._others, *self._crowd) if not one.busy]
        self._absent = {one.id for one in quiet[1::ABSENT_EVERY]}
        self._present = [one for one in quiet if one.id not in self._absent]
        self._is_for_the_star = cycle(STAR_BEATS)
        self._is_an_answer = {one.id: cycle(ANSWER_BEATS) for one in members}
        changes = Changes(brand, self._talks, born, self._changing)
        few = len(cast) < FEW
        self._rhythms = [
            self._rhythm(self._message, MESSAGES_OF_FEW if few else MESSAGES, born),
            self._rhythm(changes.go_on, CHANGES, born),
            self._rhythm(self._coming, COMINGS, born),
        ]
        if self._crowd:
            mean = min(60 / (CROWD_PACE * len(self._crowd)), SLOWEST)
            gap = (mean / 2, mean * 3 / 2)
            self._rhythms.append(self._rhythm(self._message_of_crowd, gap, born))

    def _rhythm(self, happens: Callable[[datetime], object], gap: Gap, born: datetime) -> Rhythm:
        first = born + timedelta(seconds=self._rng.uniform(*FIRST_AFTER))
        return Rhythm(happens, gap, self._rng, first)

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due by now, each at its own time."""
        while (first := min(self._rhythms, key=lambda one: one.due)).due <= now:
            first.beat()

    # Messages

    def _message(self, at: datetime) -> None:
        to_star = next(self._is_for_the_star) or not self._others
        whose = self._star if to_star else self._rng.choice(self._others)
        self._write(whose, FIRST_PAGE, MOST_WAITING, at)

    def _message_of_crowd(self, at: datetime) -> None:
        self._write(self._one_of_crowd(), CROWD_PAGE, CROWD_WAITING, at)

    def _write(self, whose: Person, page: int, most_waiting: int, at: datetime) -> None:
        """Let a customer of theirs write, or one of them be answered."""
        rooms = self._newest(whose, page)
        if rooms and chance(self._rng, 0.5):
            act(self._rng.choice(rooms).theirs.person, at)
        asked = [room for room in rooms if self._talks.is_answer_due(room)]
        quiet = [room for room in rooms if room not in asked]
        is_full = len(asked) > most_waiting
        answers = whose.id not in self._absent and (
            next(self._is_an_answer[whose.id]) or is_full or not quiet
        )
        waiting = [room for room in asked if room.last and at - room.last.date >= ANSWER_AFTER]
        if answers and waiting:
            is_last = chance(self._rng, LONGEST_FIRST)
            self._talks.go_on(waiting[-1 if is_last else 0], at)
        elif quiet and not is_full:
            self._talks.go_on(quiet[rather_early(len(quiet), self._rng)], at)

    def _newest(self, person: Person, page: int) -> list[Chatroom]:
        """The newest of the person's chatrooms that can go on, newest first."""
        rooms = [room for room in self._brand.rooms_of[person.id] if is_open(room)]
        return list(islice(newest_first(rooms), page))

    # What else changes

    def _changing(self) -> list[Chatroom]:
        """The newest conversations of somebody, in a crowd as often of it as of the others."""
        if self._crowd and chance(self._rng, 0.5):
            return self._newest(self._one_of_crowd(), CROWD_PAGE)
        star = chance(self._rng, 0.3) or not self._others
        return self._newest(self._star if star else self._rng.choice(self._others), FIRST_PAGE)

    def _coming(self, at: datetime) -> None:
        """Let somebody be there who was not, or still."""
        if self._present:
            act(self._rng.choice(self._present), at)

    def _one_of_crowd(self) -> Person:
        """Some have far more to do than most."""
        (drawn,) = self._rng.choices(self._crowd, cum_weights=self._weights)
        return drawn


def _may_be_met(person: Person) -> bool:
    """Tell whether it is a member with an open account."""
    return person.status <= LAST_MEMBER_ROLE and person.active == 1 and not person.anonymized


def _is_of_crowd(person: Person) -> bool:
    return FIRST_ID <= person.id < FIRST_ID + MOST
