"""The odd shapes a client must survive, each put on a few chatrooms.

Documented: roles, `active`, `source`, `type_chatroom`. Inferred from the contradictions of the
reference pages: date shapes, nulls, the two forms of `source`, missing pivots, unknown codes.
A chatroom comes here with its member first and its counterpart second.
"""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import NamedTuple

from inbox.sandbox.records import Chatroom, Participant, Person, Rating


class Kit(NamedTuple):
    """What an oddity may draw from."""

    rng: Random
    new_visitor: Callable[[datetime], Person]
    free_members: list[Person]


Oddity = Callable[[Chatroom, Kit], None]


def room_has(**values: object) -> Oddity:
    """Set attributes of the chatroom."""
    return lambda room, kit: _set(room, values)


def message_has(**values: object) -> Oddity:
    """Set attributes of the last message."""
    return lambda room, kit: _set(room.last, values)


def summary_has(**values: object) -> Oddity:
    """Set attributes of the summary."""
    return lambda room, kit: _set(room.summary, values)


def member_seat_has(**values: object) -> Oddity:
    """Set attributes of the member's seat."""
    return lambda room, kit: _set(room.participants[0], values)


def visitor_has(**values: object) -> Oddity:
    """Set attributes of the counterpart."""
    return lambda room, kit: _set(room.participants[1].person, values)


def no_message(room: Chatroom, kit: Kit) -> None:
    """Leave a chatroom opened and never written in."""
    room.said.clear()
    room.size = 0
    room.established = room.rating = room.summary = None
    for seat in room.participants:
        seat.last_read = None


def bare_rating(room: Chatroom, kit: Kit) -> None:
    """Leave stars without a word."""
    room.rating = Rating(room.rating.value if room.rating else 4, None)


def between_members(room: Chatroom, kit: Kit) -> None:
    """Put another member on the counterpart's seat."""
    member, other = room.participants[0], room.participants[1]
    former = other.person
    others = [one for one in kit.free_members if one is not member.person]
    if not others:
        return
    other.person = kit.rng.choice(others)
    if room.last and room.last.author is former:
        room.last.author = other.person


def group_of(size: int) -> Oddity:
    """Make the room one-to-many, with that many people in it."""

    def widen(room: Chatroom, kit: Kit) -> None:
        room.type = 7
        for _ in range(size - len(room.participants)):
            room.participants.append(Participant(kit.new_visitor(room.inserted)))

    return widen


ANONYMOUS = {
    "firstname": None,
    "lastname": None,
    "username": None,
    "email": None,
    "email_tmp": None,
    "customer_id": None,
    "image": None,
    "anonymized": True,
}

ODDITIES: tuple[Oddity, ...] = (
    no_message,
    message_has(content=None),
    message_has(content=""),
    message_has(type=42),
    message_has(moderation=None),
    visitor_has(status=11),
    *(visitor_has(active=code) for code in (-1, 0, -2, -3, -4, -5)),
    visitor_has(**ANONYMOUS),
    visitor_has(last_action=None),
    *(visitor_has(dates=shape) for shape in ("offset", "micros", "space")),
    *(room_has(source=source) for source in ("2", "hot_list", "0", "waiting_list", "direct")),
    room_has(source=None),
    *(room_has(established=value) for value in (True, False)),
    *(room_has(dates=shape) for shape in ("zulu", "offset", "space")),
    *(summary_has(dates=shape) for shape in ("zulu", "offset", "space")),
    summary_has(date=None),
    summary_has(text=None),
    summary_has(anomaly=None, topic=None),
    summary_has(date=None, text=None, anomaly=None, topic=None),
    member_seat_has(pivot="empty"),
    member_seat_has(pivot="absent"),
    member_seat_has(last_read=None),
    member_seat_has(blocked=True),
    member_seat_has(archived=True),
    bare_rating,
    between_members,
    *(group_of(size) for size in (3, 12, 40)),
)


def _set(target: object, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(target, name, value)
