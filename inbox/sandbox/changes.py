"""What changes in a lively brand beside what is said: summaries, ratings, moderation, what is put away.

What begins also ends, a while later: so a brand that is left alone stays about as calm as it was.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from inbox.sandbox.records import Brand, Chatroom, Rating, Summary
from inbox.sandbox.rooms import RATING
from inbox.sandbox.script import anomalous
from inbox.sandbox.stage import HELD, is_open, newest_first
from inbox.sandbox.talks import Talks
from inbox.sandbox.words import Talk, dice, lines

RECENT = timedelta(days=14)
LOW = (1, 2, 0)
GOOD = (5, 4, 5)
DECIDED = (2, 3, 2)
KEPT = 5
"""Conversations of each kind that are left as they are, so that there is always something to do."""
Rooms = Callable[[], Iterable[Chatroom]]
"""Gives conversations of one ambassador in which something may change, newest first."""


class Changes:
    """One brand's changes, one kind after the other."""

    def __init__(self, brand: Brand, talks: Talks, born: datetime, rooms: Rooms) -> None:
        self._talks = talks
        self._rooms = rooms
        self._rng = dice(brand.seed, brand.id, "changes")
        oldest_first = newest_first(room for room in brand.rooms.values() if room.last)[::-1]
        recent = [one for one in oldest_first if one.last and born - one.last.date < RECENT]
        self._anomalous = deque(room for room in recent if _is_anomalous(room))
        self._low = deque(room for room in recent if _is_rated_low(room))
        self._held = deque(room for room in recent if _is_held(room))
        self._archived = deque(room for room in oldest_first if room.mine.archived)
        self._told: deque[tuple[Chatroom, Talk]] = deque(maxlen=9)
        self._stars, self._praise, self._decided = cycle(LOW), cycle(GOOD), cycle(DECIDED)
        self._kinds = cycle(
            (
                self._something_is_wrong,
                self._rate_low,
                self._sum_up,
                self._hold,
                self._archive,
                self._settle,
                self._rate_well,
                self._unarchive,
                self._decide,
            )
        )

    def go_on(self, at: datetime) -> None:
        """Let the next kind of change happen."""
        next(self._kinds)(at)

    # Anomalies

    def _something_is_wrong(self, at: datetime) -> None:
        """A customer writes what a summary will call an anomaly."""
        room = self._some(lambda one: not self._talks.is_answer_due(one))
        if room:
            talk = anomalous(room.talk, self._rng)
            self._talks.begin(room, talk, at)
            self._told.append((room, talk))

    def _sum_up(self, at: datetime) -> None:
        """The summary follows, whether or not there was an answer meanwhile."""
        if self._told:
            room, talk = self._told.popleft()
            room.summary = Summary(at, talk.scene.summary, talk.anomaly, talk.topic)
            self._anomalous.append(room)

    def _settle(self, at: datetime) -> None:
        """What was wrong longest is answered, and summed up anew."""
        room = _take(self._anomalous, lambda one: _is_anomalous(one) and is_open(one))
        if room is None or room.summary is None:
            return
        if self._talks.is_answer_due(room):
            self._talks.go_on(room, at)
        said = self._rng.choice(lines(room.talk.language).asides["settled"])
        text = said.format(summary=room.summary.text or room.talk.scene.summary)
        room.summary = Summary(at, text, None, room.summary.topic)

    # Ratings

    def _rate_low(self, at: datetime) -> None:
        room = self._some(lambda one: bool(one.established) and not _is_rating(one))
        if room:
            comment = self._rng.choice(lines(room.talk.language).asides["complaints"])
            self._talks.rate(room, at, Rating(next(self._stars), comment))
            self._low.append(room)

    def _rate_well(self, at: datetime) -> None:
        """Who was disappointed longest ago thinks better of it."""
        room = _take(self._low, lambda one: _is_rated_low(one) and is_open(one))
        if room:
            comment = self._rng.choice(lines(room.talk.language).ratings["good"])
            self._talks.rate(room, at, Rating(next(self._praise), comment))

    # Moderation

    def _hold(self, at: datetime) -> None:
        """What a customer wrote last is held back."""
        room = self._some(lambda one: _is_by_visitor(one) and not _is_held(one))
        if room and room.last:
            room.last.moderation = HELD
            self._held.append(room)

    def _decide(self, at: datetime) -> None:
        room = _take(self._held, _is_held)
        if room and room.last:
            room.last.moderation = next(self._decided)

    # What is put away

    def _archive(self, at: datetime) -> None:
        """The member puts away what rests."""
        room = self._some(lambda one: not self._talks.is_answer_due(one), oldest=True)
        if room:
            room.mine.archived = True
            self._archived.append(room)

    def _unarchive(self, at: datetime) -> None:
        archived = [room for room in self._archived if room.mine.archived]
        self._archived = deque(archived[1:])
        for room in archived[:1]:
            room.mine.archived = False

    def _some(self, fits: Callable[[Chatroom], bool], *, oldest: bool = False) -> Chatroom | None:
        """Some conversation of this kind, if a few ambassadors have one; rather a new one."""
        for _ in range(5):
            rooms = [room for room in self._rooms() if fits(room)]
            if rooms:
                return rooms[-1] if oldest else rooms[rather_early(len(rooms), self._rng)]
        return None


def rather_early(length: int, rng: Random) -> int:
    """Draw a place in a list, more often near its beginning."""
    return min(int(rng.expovariate(1 / 3)), length - 1)


def _take(rooms: deque[Chatroom], still: Callable[[Chatroom], bool]) -> Chatroom | None:
    """Take the first of which it still holds, if there are more than a few such."""
    held = [room for room in rooms if still(room)]
    first = held.pop(0) if len(held) > KEPT else None
    rooms.clear()
    rooms.extend(held)
    return first


def _is_anomalous(room: Chatroom) -> bool:
    return room.summary is not None and room.summary.anomaly is not None


def _is_rated_low(room: Chatroom) -> bool:
    return room.rating is not None and room.rating.value <= max(LOW)


def _is_held(room: Chatroom) -> bool:
    return room.last is not None and room.last.moderation == HELD


def _is_rating(room: Chatroom) -> bool:
    return room.last is not None and room.last.type == RATING


def _is_by_visitor(room: Chatroom) -> bool:
    return room.last is not None and room.last.author is room.theirs.person
