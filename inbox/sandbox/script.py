"""What is said next in a chatroom: the answer that is due, what is added to it, then a new scene."""

from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import NamedTuple

from inbox.sandbox.records import Chatroom
from inbox.sandbox.rooms import CONNECTION, MISSED, PICTURE, REQUEST, TEXT, UNAVAILABLE, VIDEO
from inbox.sandbox.words import Scene, Talk, chance, details, followups, lines

OPENINGS = {CONNECTION, REQUEST, MISSED}
"""Types that bring a visitor in, before anything is said."""
ANSWER_DUE = {PICTURE, VIDEO, UNAVAILABLE}


class Line(NamedTuple):
    """One line; the answer to a scene carries the talk, which can be summed up from then on."""

    from_visitor: bool
    content: str
    answered: Talk | None = None


def script(room: Chatroom, rng: Random) -> Iterator[Line]:
    """Go on from the room's last message, without end."""
    talk = room.talk
    said = room.last.content if room.last else None
    yield from chain(_rest(room), more_lines(talk, rng, said))
    yield from scenes(another(talk, rng), rng)


def scenes(talk: Talk, rng: Random) -> Iterator[Line]:
    """Begin with this talk, and go on with others of the same people, without end."""
    while True:
        yield from chain(scene_lines(talk), more_lines(talk, rng))
        talk = another(talk, rng)


def is_answer_due(room: Chatroom) -> bool:
    """Tell whether what is said next in the room is an answer to the last message."""
    rest = _rest(room)
    return bool(rest) and not rest[0].from_visitor


def scene_lines(talk: Talk) -> tuple[Line, Line]:
    """The question of a talk, and its answer."""
    return Line(True, talk.scene.customer), Line(False, talk.scene.reply, talk)


def _rest(room: Chatroom) -> tuple[Line, ...]:
    """What is left of the exchange that the last message belongs to."""
    last, (question, answer) = room.last, scene_lines(room.talk)
    if last is None or last.type in OPENINGS:
        return () if room.summary else (question, answer)
    if last.type in ANSWER_DUE or last.content == question.content:
        return (answer,)
    if last.type == TEXT and last.author is room.theirs.person:
        due = (one.reply for one in followups(room.talk) if one.customer == last.content)
        return tuple(Line(False, reply) for reply in due)
    return ()


def more_lines(talk: Talk, rng: Random, said: str | None = None) -> Iterator[Line]:
    """What may follow the answer, each once, without what was just said."""
    fitting = [one for one in followups(talk) if one.customer != said]
    for one in rng.sample(fitting, len(fitting)):
        yield Line(True, one.customer)
        # Thanks may be the last word.
        if one.customer.endswith("?") or chance(rng, 0.3):
            yield Line(False, one.reply)


def another(talk: Talk, rng: Random) -> Talk:
    """Another subject of the same people, in the same language."""
    filled = details(talk.language, talk.theme, rng)
    drawn = rng.choice(lines(talk.language).scenes[talk.theme])
    scene = Scene(drawn.code, *(text.format_map(filled) for text in drawn[1:]))
    return Talk(talk.language, talk.theme, scene, None, scene.code, filled)


def anomalous(talk: Talk, rng: Random) -> Talk:
    """A subject with an anomaly, of the same people and in the same language."""
    filled = details(talk.language, talk.theme, rng)
    drawn = rng.choice(lines(talk.language).anomalies)
    scene = Scene(drawn.code, *(text.format_map(filled) for text in drawn[1:]))
    return Talk(talk.language, talk.theme, scene, drawn.code, talk.topic, filled)
