"""Chatrooms as a shop would have them: mostly calm, with every documented code among them.

The codes come round in turn by the number of the room, so that none is ever missing; who says
what, and when, is drawn.
"""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from inbox.sandbox.oddities import ODDITIES, Kit
from inbox.sandbox.people import Role
from inbox.sandbox.records import Chatroom, Message, Participant, Person, Rating, Summary
from inbox.sandbox.words import (
    Language,
    Scene,
    Talk,
    Theme,
    chance,
    details,
    dice,
    followups,
    lines,
)

TEXT, PICTURE, RATING, PRODUCT, CONNECTION, REQUEST, UNAVAILABLE, VIDEO, EMAIL, MISSED = range(10)
FROM_MEMBER = {PRODUCT, UNAVAILABLE}
ONE_SIDED = {REQUEST, UNAVAILABLE, MISSED}
ASIDES = {REQUEST: "requests", UNAVAILABLE: "unavailable", EMAIL: "emails"}
STARS = (5, 4, 5, 3, 5, 4, 0, 5, 2, 4, 1)
GUEST_TURNS = (0, 1, 0, 1, 2)
LAST_MEMBER_ROLE = 6
FIRST_PAGE = 25


class Slot(NamedTuple):
    """A chatroom's place: its owner, its rank from the newest, its dates, numbers and size."""

    role: Role
    rank: int
    inserted: datetime
    last: datetime
    room: int
    message: int
    size: int


def make_room(
    number: int, slot: Slot, owner: Person, guests: list[Person], theme: Theme, kit: Kit
) -> Chatroom:
    """Make one chatroom between a member, or one of his guest accounts, and a visitor."""
    talk = _talk(number, slot.role, theme, kit)
    as_guest = guests and _turn(number, 2, 12)
    mine = Participant(guests[GUEST_TURNS[number // 12 % 5]] if as_guest else owner)
    theirs = Participant(kit.new_visitor(slot.last))
    unread = _unread(slot, kit)
    kind = _kind(number, slot, unread)
    rating = _rating(number, kind, talk, kit)
    from_visitor = unread or (kind not in FROM_MEMBER and (kind > 0 or chance(kit.rng, 0.5)))
    author = theirs if from_visitor else mine
    content = _content(kind, talk, rating, from_visitor, kit)
    moderation = number // 12 % 3 + 1 if _turn(number, 4, 12) else 0
    message = Message(slot.message, slot.last, author.person, content, kind, moderation)
    for seat in (mine, theirs):
        behind = unread if seat is mine else not from_visitor and chance(kit.rng, 0.4)
        seat.last_read = slot.message - (kit.rng.randint(1, 4) if behind else 0)
    room = Chatroom(
        slot.room, [mine, theirs], slot.inserted, [message], mine, theirs, talk, slot.size
    )
    room.rating = rating
    room.source = (0, 0, 1, 2, 0, 1)[number % 6]
    room.commented = _turn(number, 2, 7)
    mine.flag = {4: 1, 7: 2}.get(number % 9)
    room.established = None if kind in ONE_SIDED else _established(slot, kit)
    room.summary = Summary(slot.last, talk.scene.summary, talk.anomaly, talk.topic)
    _finish(number, room, kit)
    _settle(number, room, slot)
    return room


def _settle(number: int, room: Chatroom, slot: Slot) -> None:
    """Let what was drawn hold together: the last words, the summary, who wrote, what was read."""
    if room.last is None:
        return
    if room.last.type == RATING:
        room.last.rating = room.rating
    from_visitor, is_text = room.last.author is room.theirs.person, room.last.type == TEXT
    answered = not from_visitor
    if room.summary and from_visitor and is_text and room.talk.anomaly is None:
        # The summary tells of the answer, so that it has been given.
        room.last.content = dice(number).choice(followups(room.talk)).customer
        answered = True
    rated = room.rating or (room.summary and not is_text) or room.last.type == EMAIL
    if room.established is None and (answered or rated):
        room.established = min(slot.last, slot.inserted + timedelta(minutes=5))
    if not room.established:
        room.size = 2 if from_visitor and (room.rating or _turn(number, 0, 2)) else 1
    for seat in room.participants:
        if seat.last_read is not None and seat.last_read <= room.last.id - room.size:
            seat.last_read = None


def _finish(number: int, room: Chatroom, kit: Kit) -> None:
    if _turn(number, 3, 8):
        ODDITIES[number // 8 % len(ODDITIES)](room, kit)
    elif _turn(number, 0, 3):
        room.summary = None
    insiders = {seat.person.status <= LAST_MEMBER_ROLE for seat in room.participants}
    room.discussion = 2 if len(insiders) > 1 else int(False in insiders)
    # No page says who comes first among the participants.
    kit.rng.shuffle(room.participants)


def _talk(number: int, role: Role, theme: Theme, kit: Kit) -> Talk:
    other: Language = "en" if role.language == "fr" else "fr"
    language = role.language if chance(kit.rng, 0.8) else other
    scene = kit.rng.choice(lines(language).scenes[theme])
    topic, anomaly = scene.code, None
    if _turn(number, 5, 6):
        scenes = lines(language).anomalies
        scene = scenes[number // 6 % len(scenes)]
        anomaly = scene.code
    filled = details(language, theme, kit.rng)
    scene = Scene(scene.code, *(text.format_map(filled) for text in scene[1:]))
    return Talk(language, theme, scene, anomaly, topic, filled)


def _unread(slot: Slot, kit: Kit) -> bool:
    if slot.rank < FIRST_PAGE:
        return _turn(slot.rank, 0, 3 if slot.role.busy else 5)
    return chance(kit.rng, 0.06)


def _kind(number: int, slot: Slot, unread: bool) -> int:
    kind = number // 5 % 9 + 1 if _turn(number, 4, 5) else TEXT
    # The newest opens on words, and what the member wrote cannot wait to be read by the member.
    return TEXT if slot.rank == 0 or (unread and kind in FROM_MEMBER) else kind


def _rating(number: int, kind: int, talk: Talk, kit: Kit) -> Rating | None:
    if kind != RATING and not _turn(number, 1, 3):
        return None
    stars = STARS[number // 3 % len(STARS)]
    return Rating(stars, kit.rng.choice(lines(talk.language).ratings[mood(stars)]))


def mood(stars: int) -> str:
    """Tell which comments go with so many stars."""
    return ("poor", "poor", "fair", "fair", "good", "good")[stars]


def _content(
    kind: int, talk: Talk, rating: Rating | None, from_visitor: bool, kit: Kit
) -> str | None:
    rng, words = kit.rng, lines(talk.language)
    if kind == RATING and rating:
        return rating.comment
    if kind in (PICTURE, VIDEO):
        return upload(kind, rng)
    if kind == PRODUCT:
        return talk.details["product"]
    if kind in (CONNECTION, MISSED):
        return rng.choice((None, ""))
    if kind in ASIDES:
        return rng.choice(words.asides[ASIDES[kind]]).format_map(talk.details)
    return talk.scene.customer if from_visitor else talk.scene.reply


def upload(kind: int, rng: Random) -> str:
    """Name a picture or a video: its file, or the address of it."""
    name = f"IMG_{rng.randint(1000, 9999)}.{'jpg' if kind == PICTURE else 'mp4'}"
    return name if chance(rng, 0.4) else f"https://images.popsell.example/chat/{name}"


def _established(slot: Slot, kit: Kit) -> datetime | None:
    if chance(kit.rng, 0.15):
        return None
    return min(slot.last, slot.inserted + timedelta(minutes=kit.rng.uniform(1, 20)))


def _turn(number: int, turn: int, every: int) -> bool:
    return number % every == turn
