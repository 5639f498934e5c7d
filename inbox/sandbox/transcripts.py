"""What was said in a chatroom from its first message on: made when asked for, the same each time.

The end is what its row tells: the last message, the scene that the summary sums up, the last rating.
Before that come other scenes of the same two people, with every documented type among them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, chain, islice, repeat
from random import Random
from typing import NamedTuple

from inbox.sandbox.records import Chatroom, Message, Person, Rating
from inbox.sandbox.rooms import (
    CONNECTION,
    EMAIL,
    MISSED,
    PICTURE,
    PRODUCT,
    RATING,
    REQUEST,
    STARS,
    TEXT,
    UNAVAILABLE,
    VIDEO,
    mood,
    upload,
)
from inbox.sandbox.script import ANSWER_DUE, OPENINGS, Line, another, more_lines
from inbox.sandbox.words import Talk, chance, dice, lines, links

BETWEEN_LINES = 90  # seconds, on average


class Said(NamedTuple):
    """One message before it has a number and a date."""

    from_visitor: bool
    content: str | None
    type: int = TEXT
    rating: Rating | None = None
    opens: bool = False  # a scene: it comes hours or days after what was said before


def transcript(room: Chatroom, seed: int) -> list[Message]:
    """Give every message of a chatroom, oldest first."""
    if room.earlier is None:
        room.earlier = list(_earlier(room, dice(seed, room.id, "transcript")))
    return room.earlier + room.said


def _earlier(room: Chatroom, rng: Random) -> Iterator[Message]:
    """Everything before the message that the sandbox began with."""
    if room.size <= 1:
        return
    first = room.said[0]
    said = _one_sided(room) if not room.established else _dialogue(room, rng)
    dates = _dates(room, said, rng)
    for number, (one, date) in enumerate(zip(said, dates, strict=True), first.id - len(said)):
        author = _author(room, rng) if one.from_visitor else room.mine.person
        moderation = rng.randint(1, 3) if one.from_visitor and chance(rng, 0.03) else 0
        yield Message(number, date, author, one.content, one.type, moderation, one.rating)


def _author(room: Chatroom, rng: Random) -> Person:
    """The author on the visitor's side: in a talk of many, any of them."""
    others = [seat.person for seat in room.participants if seat is not room.mine]
    return rng.choice(others)


def _one_sided(room: Chatroom) -> list[Said]:
    """The one message before a visitor's last, where nobody answered."""
    if room.rating and room.said[0].type != RATING:
        return [_rated(room.rating)]
    return [Said(True, lines(room.talk.language).asides["requests"][room.id % 3], REQUEST)]


def _dialogue(room: Chatroom, rng: Random) -> list[Said]:
    """Scenes while there is room, then the last rating, then the lead-up to the last message."""
    end = _lead(room)
    if room.rating and room.said[0].type != RATING:
        end = [_rated(room.rating), *end]
    scenes = chain.from_iterable(_scene(room, rng) for _ in repeat(None))
    return [*islice(scenes, room.size - 1 - len(end)), *end]


def _lead(room: Chatroom) -> list[Said]:
    """What of the last scene was said before the last message."""
    talk, last = room.talk, room.said[0]
    question = Said(True, talk.scene.customer, opens=True)
    answer = Said(False, talk.scene.reply)
    if last.content == question.content or (last.type in OPENINGS and not room.summary):
        return []
    if last.type in ANSWER_DUE or last.content == answer.content:
        return [question]
    return [question, answer]


def _scene(room: Chatroom, rng: Random) -> Iterator[Said]:
    """Some other scene of these people, in its own time."""
    talk = another(room.talk, rng)
    opening = list(islice(_opening(talk, rng), 1))
    yield from opening
    yield Said(True, talk.scene.customer, opens=not opening)
    if chance(rng, 0.15):
        kind = VIDEO if chance(rng, 0.25) else PICTURE
        yield Said(True, upload(kind, rng), kind)
    yield Said(False, talk.scene.reply)
    if chance(rng, 0.15):
        yield Said(False, talk.details["product"], PRODUCT)
    if chance(rng, 0.15):
        asked = rng.choice(links(talk))
        yield from (Said(True, asked.customer), Said(False, asked.reply))
    yield from _as_said(islice(more_lines(talk, rng), rng.randint(0, 5)))
    yield from islice(_closing(room, talk, rng), 1)


def _opening(talk: Talk, rng: Random) -> Iterator[Said]:
    """How a visitor may come in."""
    if chance(rng, 0.1):
        yield Said(True, rng.choice(lines(talk.language).asides["requests"]), REQUEST, opens=True)
    if chance(rng, 0.08):
        yield Said(True, rng.choice((None, "")), CONNECTION, opens=True)
    if chance(rng, 0.05):
        yield Said(True, rng.choice((None, "")), MISSED, opens=True)


def _closing(room: Chatroom, talk: Talk, rng: Random) -> Iterator[Said]:
    """How a scene may end; where nothing was ever rated, not with a rating."""
    spoken = lines(talk.language)
    if room.rating and chance(rng, 0.2):
        stars = rng.choice(STARS)
        yield _rated(Rating(stars, rng.choice(spoken.ratings[mood(stars)])))
    if chance(rng, 0.08):
        yield Said(True, rng.choice(spoken.asides["emails"]), EMAIL)
    if chance(rng, 0.06):
        away = rng.choice(spoken.asides["unavailable"]).format_map(talk.details)
        yield Said(False, away, UNAVAILABLE)


def _as_said(written: Iterable[Line]) -> Iterator[Said]:
    return (Said(line.from_visitor, line.content) for line in written)


def _rated(rating: Rating) -> Said:
    return Said(True, rating.comment, RATING, rating)


def _dates(room: Chatroom, said: Sequence[Said], rng: Random) -> list[datetime]:
    """When each was said: the first as the room was opened, close together within a scene.

    Both sides have written when the dialogue counts as established.
    """
    last = room.said[0]
    again = last.type in OPENINGS or last.content == room.talk.scene.customer
    steps = [Step(rng.expovariate(1), one) for one in (*(one.opens for one in said[1:]), again)]
    sides = [one.from_visitor for one in said]
    turn = sides.index(not sides[0]) if len(set(sides)) > 1 else 0
    meet = room.established
    if not turn or not isinstance(meet, datetime) or not room.inserted < meet < last.date:
        return _spread(steps, room.inserted, last.date)
    return [*_spread(steps[:turn], room.inserted, meet), *_spread(steps[turn:], meet, last.date)]


class Step(NamedTuple):
    """The time to the next message: how long, as drawn, and whether a scene begins with that."""

    drawn: float
    is_pause: bool

    @property
    def seconds(self) -> float:
        """Never nothing: dates are told in milliseconds."""
        return 5 + self.drawn * BETWEEN_LINES


def _spread(steps: Sequence[Step], begin: datetime, end: datetime) -> list[datetime]:
    """A date for the begin of each step; pauses take what time the talk leaves."""
    whole = (end - begin).total_seconds()
    talking = sum(one.seconds for one in steps if not one.is_pause)
    pausing = sum(one.seconds for one in steps if one.is_pause)
    if pausing and talking < whole / 2:
        stretched = [
            one.seconds * ((whole - talking) / pausing if one.is_pause else 1) for one in steps
        ]
    else:
        stretched = [one.seconds * whole / (talking + pausing) for one in steps]
    passed = accumulate(stretched[:-1], initial=0.0)
    return [begin + timedelta(seconds=at) for at in passed]
