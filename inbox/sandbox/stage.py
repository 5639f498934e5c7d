"""How things stand as a lively brand is born: some customers wait, most were answered.

A chatroom's last message is told anew, under its own number and date. So nothing of the order changes.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import cycle

from inbox.sandbox.data import SHORTEST
from inbox.sandbox.people import CLIENT
from inbox.sandbox.records import Brand, Chatroom, Summary
from inbox.sandbox.rooms import MISSED, RATING, TEXT
from inbox.sandbox.words import followups

ONE_TO_ONE = 0
HELD = 1
THANKS = ("Merci", "Thanks")
WAITS = (
    (timedelta(hours=1), 2),
    (timedelta(hours=4), 2),
    (timedelta(hours=24), 5),
    (timedelta(days=14), 14),
    (timedelta.max, 40),
)
"""Of the conversations that rest for less than so long, one in so many has a customer who waits."""
PUT_AWAY = 2
AT_REST = timedelta(days=2)
RECENT, KNOWN_FOR = timedelta(days=14), timedelta(days=180)
TALKATIVE = 8
"""Messages from which on a conversation has some scenes."""
REGULARS = 3
"""Customers who came back: with more of them, too few answers of the last weeks would be left."""
KNOWN = ("Sofia", "Duarte")
"""A customer to look for by name: they wait, and not for the first ambassador."""


def set_stage(brand: Brand, born: datetime) -> None:
    """Decide who waits, and put some of the others away."""
    ways, met, put_away = cycle(WAYS), Counter[int](), 0
    for room in newest_first(room for room in brand.rooms.values() if is_open(room)):
        if not _is_plain(room):
            continue
        age = born - room.last.date if room.last else timedelta.max
        bucket, one_in = next(
            (number, many) for number, (rests, many) in enumerate(WAITS) if age <= rests
        )
        met[bucket] += 1
        if met[bucket] % one_in == 0:
            next(ways)(room)
        elif room.last and room.last.author is room.theirs.person and room.last.type != RATING:
            _answer(room)
        elif age > AT_REST and put_away < PUT_AWAY:
            put_away += 1
            room.mine.archived = True
    _call_one(brand)
    _let_one_be_known_for_long(brand, born)


def _let_one_be_known_for_long(brand: Brand, born: datetime) -> None:
    """Let a few customers of one member have come back for months, the last time with an anomaly.

    Conversations with an anomaly are looked through. So there are earlier answers to compare with.
    """
    found: dict[int, list[Chatroom]] = {}
    for room in newest_first(room for room in brand.rooms.values() if is_open(room)):
        is_recent = room.last is not None and born - room.last.date < RECENT
        is_odd = room.summary is not None and room.summary.anomaly is not None
        if is_recent and is_odd and room.established and room.size >= TALKATIVE:
            found.setdefault(room.mine.person.id, []).append(room)
    for room in max(found.values(), key=len, default=[])[:REGULARS]:
        begun = born - KNOWN_FOR
        room.inserted, room.established = begun, begun + timedelta(minutes=5)


def _call_one(brand: Brand) -> None:
    """Give one customer the known name, for each search of a demo to find somebody."""
    first = min(brand.people)
    for room in newest_first(room for room in brand.rooms.values() if is_open(room)):
        person = room.theirs.person
        waits = room.last is not None and room.last.author is person
        if waits and person.status == CLIENT and room.mine.person.id != first:
            person.firstname, person.lastname = KNOWN
            person.email = f"{'.'.join(KNOWN).lower()}@mail.example"
            person.username, person.email_tmp = None, None
            return


def newest_first(rooms: Iterable[Chatroom]) -> list[Chatroom]:
    """Sort chatrooms by the date of their last message, which they must have."""
    return sorted(rooms, key=lambda room: room.last.date if room.last else room.inserted)[::-1]


def is_open(room: Chatroom) -> bool:
    """Tell whether a talk can go on: two people who are there, neither shutting the other out."""
    shut = any(seat.blocked or seat.archived for seat in room.participants)
    gone = any(seat.person.anonymized for seat in room.participants)
    return room.type == ONE_TO_ONE and room.last is not None and not (shut or gone)


def _is_plain(room: Chatroom) -> bool:
    """Tell whether the last message is none of the odd ones, which stay as they are."""
    last = room.last
    if last is None or last.type not in range(MISSED + 1) or last.moderation is None:
        return False
    return bool(last.content) or last.type != TEXT


# Who waits


def _ask(room: Chatroom) -> None:
    """The customer has asked, and the member has read it."""
    _tell(room, room.talk.scene.customer, from_visitor=True)
    if room.talk.anomaly is None:
        room.summary = None


def _ask_unread(room: Chatroom) -> None:
    _ask(room)
    if room.last:
        room.mine.last_read = room.last.id - 1 if room.size > 1 else None


def _ask_in_vain(room: Chatroom) -> None:
    """The customer wrote once, and nobody ever answered."""
    room.size, room.established, room.rating, room.summary = 1, None, None, None
    _tell(room, room.talk.scene.customer, from_visitor=True)
    room.mine.last_read = None


def _ask_and_be_held(room: Chatroom) -> None:
    _ask_unread(room)
    if room.last:
        room.last.moderation = HELD


def _thank(room: Chatroom) -> None:
    """The customer was answered, and said thank you."""
    _was_answered(room)
    said = next(one.customer for one in followups(room.talk) if one.customer.startswith(THANKS))
    _tell(room, said, from_visitor=True)
    talk = room.talk
    date = room.last.date if room.last else None
    room.summary = Summary(date, talk.scene.summary, talk.anomaly, talk.topic)


WAYS: tuple[Callable[[Chatroom], None], ...] = (
    _ask_unread,
    _ask,
    _ask_in_vain,
    _thank,
    _ask_unread,
    _ask_and_be_held,
)


# What was answered


def _answer(room: Chatroom) -> None:
    _was_answered(room)
    _tell(room, room.talk.scene.reply, from_visitor=False)


def _was_answered(room: Chatroom) -> None:
    """Let both sides have written, for which a room has numbers enough."""
    if room.last and not room.established:
        room.size = max(room.size, SHORTEST)
        room.established = min(room.last.date, room.inserted + timedelta(minutes=5))


def _tell(room: Chatroom, content: str, *, from_visitor: bool) -> None:
    """Let this have been the last message: who wrote it has read it, and the other too."""
    if room.last is None:
        return
    author = room.theirs if from_visitor else room.mine
    room.last.author, room.last.content = author.person, content
    room.last.type, room.last.moderation, room.last.rating = TEXT, 0, None
    for seat in (room.mine, room.theirs):
        seat.last_read = room.last.id
