"""A lively brand as a whole: whatever happened, what is told of it holds together."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from inbox.sandbox import talks
from inbox.sandbox.app import PREFIX, Sandbox, create_app
from inbox.sandbox.crowds import NOBODY, Crowd
from inbox.sandbox.data import build_brand
from inbox.sandbox.life import Life
from inbox.sandbox.meanings import ANOMALIES
from inbox.sandbox.records import Brand, Chatroom, Message, Person
from inbox.sandbox.render import last_action
from inbox.sandbox.stage import is_open
from inbox.sandbox.transcripts import transcript
from tests.sandbox.census import every_seed
from tests.sandbox.conftest import NOON, Clock
from tests.support.runs import many

Row = dict[str, Any]
BRANDS = pytest.mark.parametrize("number", [3, 8])
CROWD = Crowd(ambassadors=60, chatrooms=8)
RATING = 2


def lively(number: int, seed: int = 1, crowd: Crowd = NOBODY) -> tuple[Brand, Life]:
    brand = build_brand(number, seed, NOON, crowd)
    return brand, Life(brand, seed, NOON)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# What holds after any time


@settings(max_examples=many(12), deadline=None, derandomize=True, database=None)
@given(
    number=st.sampled_from([3, 8]),
    seed=st.integers(1, 1000),
    steps=st.lists(st.floats(0, 900), max_size=4),
    is_crowded=st.booleans(),
)
def test_whatever_happened_holds_together(
    number: int, seed: int, steps: list[float], is_crowded: bool
) -> None:
    brand, life = lively(number, seed, CROWD if is_crowded and number == 3 else NOBODY)
    now = NOON
    for seconds in steps:
        now += timedelta(seconds=seconds)
        life.advance(now)
    ids: set[int] = set()
    for room in brand.rooms.values():
        said = transcript(room, seed)
        _is_in_order(room, said, now)
        _pointers_are_its_messages(room, said)
        _rating_was_given(room, said)
        if room.summary and room.summary.date:
            assert room.summary.date <= now
        assert not ids & {one.id for one in said}
        ids |= {one.id for one in said}
    for person in brand.people.values():
        acted = last_action(person, now)
        assert acted is None or acted <= now


def _is_in_order(room: Chatroom, said: list[Message], now: datetime) -> None:
    assert [one.id for one in said] == sorted({one.id for one in said})
    assert [one.date for one in said] == sorted(one.date for one in said)
    seated = {seat.person.id for seat in room.participants}
    assert {one.author.id for one in said} <= seated
    if said:
        assert room.inserted <= said[0].date
        assert said[-1] is room.last
        assert said[-1].date <= now


def _pointers_are_its_messages(room: Chatroom, said: list[Message]) -> None:
    """The writer of the last message has read it."""
    known = {None, *(one.id for one in said)}
    assert {seat.last_read for seat in room.participants} <= known
    if room.last and room.last.id > room.size and len(room.said) > 1:
        (author,) = [one for one in room.participants if one.person is room.last.author]
        assert author.last_read == room.last.id


def _rating_was_given(room: Chatroom, said: list[Message]) -> None:
    ratings = [one.rating for one in said if one.type == RATING and one.rating]
    if len(room.said) > 1 and ratings:
        assert room.rating is not None
        assert room.rating.value == ratings[-1].value


@BRANDS
def test_lists_and_totals_agree_over_http(number: int) -> None:
    """The newest first, each once, and the manager's list tells the same dates."""
    clock = Clock()
    app = create_app(now=clock, lively=True)
    clock.now += timedelta(minutes=20)
    managed = {
        row["id_chatroom"]: row for row in _all(app, number, "/manager/chatrooms", per_page="100")
    }
    assert len(managed) == len(app.brands[number].rooms)
    for member in _all(app, number, "/chat/ambassadors"):
        path = f"/chat/ambassadors/{member['id_ambassador']}/chatrooms"
        rows = _all(app, number, path, sort="-last_action_date")
        dates = [row["last_message"]["date_insert"] for row in rows if row["last_message"]]
        assert dates == sorted(dates, reverse=True)
        for row in rows:
            told = managed[row["id_chatroom"]]
            assert row["last_message_date"] == told["last_message_date"]
            assert row["last_rating"] == told["last_rating"]
            last = row["last_message"]
            if last:
                assert row["last_message_date"][:10] == last["date_insert"][:10]


def _all(app: Sandbox, brand: int, path: str, **query: str) -> list[Row]:
    client, rows, number = Client(app), list[Row](), 1
    headers = {"Authorization": "Bearer sandbox-token", "X-Popsell-Brand": str(brand)}
    while True:
        answer = client.get(
            PREFIX + path, query_string={**query, "page": str(number)}, headers=headers
        )
        body: Row = answer.get_json()
        rows += body["data"]
        assert len(body["data"]) <= body["per_page"]
        if body["next_page_url"] is None:
            break
        number += 1
    assert len(rows) == body["total"] == len({str(row) for row in rows})
    return rows


# As it is born


@every_seed
@BRANDS
def test_customers_wait_when_it_begins(number: int, seed: int) -> None:
    """For minutes, hours and days; seen since or not; never answered; or they only say thanks."""
    brand, _life = lively(number, seed)
    waits = [room for room in brand.rooms.values() if is_open(room) and _is_waiting(room)]
    hours = [_waited(room) for room in waits]
    for least, most in ((0, 1), (1, 4), (4, 24), (24, 24 * 14)):
        assert any(least <= one < most for one in hours), (least, most)
    recent = [room for room in waits if _waited(room) < 24 * 14]
    assert {_was_seen_since(room) for room in recent} == {True, False}
    assert {bool(room.established) for room in recent} == {True, False}
    assert any(_thanks(room.last) for room in recent)
    assert any(room.last and room.last.moderation for room in recent)
    assert len(recent) <= 60


@every_seed
@BRANDS
def test_most_were_answered_when_it_begins(number: int, seed: int) -> None:
    brand, _life = lively(number, seed)
    rooms = [room for room in brand.rooms.values() if is_open(room)]
    assert sum(_is_waiting(room) for room in rooms) < len(rooms) / 4


def _is_waiting(room: Chatroom) -> bool:
    last = room.last
    return last is not None and last.author is room.theirs.person and last.type != RATING


def _waited(room: Chatroom) -> float:
    """Hours."""
    return (NOON - room.last.date).total_seconds() / 3600 if room.last else 0


def _was_seen_since(room: Chatroom) -> bool:
    acted = last_action(room.mine.person, NOON)
    return bool(acted and room.last and acted > room.last.date)


def _thanks(message: Message | None) -> bool:
    return bool(message and message.content and message.content.startswith(("Merci", "Thanks")))


# What happens


def told(brand: Brand) -> dict[str, set[object]]:
    """What may change, by kind."""
    rooms = brand.rooms.values()
    return {
        "asked": {room.last.id for room in rooms if _is_waiting(room) and room.last},
        "answered": {(room.id, room.last.id) for room in rooms if _is_answered(room) and room.last},
        "anomaly": {
            (room.id, room.summary.date, room.summary.anomaly)
            for room in rooms
            if room.summary and room.summary.anomaly is not None
        },
        "calm": {
            (room.id, room.summary.date)
            for room in rooms
            if room.summary and room.summary.anomaly is None
        },
        "low": {
            (room.id, room.rating.comment, room.last.id)
            for room in rooms
            if room.rating and room.rating.value <= 2 and room.last and room.last.type == RATING
        },
        "moderated": {
            (room.id, room.last.id, room.last.moderation)
            for room in rooms
            if room.last and room.last.moderation
        },
        "archived": {room.id for room in rooms if room.mine.archived},
        "there": {(one.id, one.last_action) for one in brand.people.values() if one.status <= 6},
    }


def _is_answered(room: Chatroom) -> bool:
    return room.last is not None and room.last.author is room.mine.person


@every_seed
@BRANDS
def test_everything_comes_within_a_minute(number: int, seed: int) -> None:
    brand, life = lively(number, seed)
    came: set[str] = set()
    went: set[str] = set()
    before = told(brand)
    for second in range(60):
        life.advance(at(second))
        after = told(brand)
        came |= {kind for kind, found in after.items() if found - before[kind]}
        went |= {kind for kind, found in before.items() if found - after[kind]}
        before = after
    assert came == set(before)
    assert {"asked", "anomaly", "archived"} <= went  # waits end, and so do anomalies


@every_seed
def test_something_happens_every_two_to_four_seconds(seed: int) -> None:
    brand, life = lively(3, seed)
    changes, before = 0, told(brand)
    for second in range(300):
        life.advance(at(second))
        after = told(brand)
        changes += after != before
        before = after
    assert 300 / 4 <= changes <= 300 / 2


def test_a_low_rating_has_a_comment_and_an_anomaly_a_name() -> None:
    brand, life = lively(3)
    known = {one.code for one in ANOMALIES}
    for minute in range(30):
        before = {room.id: room.summary for room in brand.rooms.values()}
        life.advance(at(60 * (minute + 1)))
        for room in brand.rooms.values():
            if room.summary is not before[room.id] and room.summary:
                assert room.summary.text
                assert room.summary.anomaly in {None, *known}
            for one in room.said[1:]:
                assert one.type != RATING or (one.rating and one.rating.comment == one.content)


@BRANDS
def test_it_stays_about_as_calm_as_it_was(number: int) -> None:
    """What begins ends, so that no band of work to do fills up."""
    brand, life = lively(number)
    begin = _burden(brand, NOON)
    life.advance(at(5 * 3600))
    end = _burden(brand, at(5 * 3600))
    for kind, many_at_first in begin.items():
        assert end[kind] <= many_at_first + 25, (kind, begin, end)
    assert end["waiting"] > 0
    assert end["anomalies"] > 0


def _burden(brand: Brand, now: datetime) -> dict[str, int]:
    rooms = [
        room
        for room in brand.rooms.values()
        if is_open(room) and room.last and now - room.last.date < timedelta(days=14)
    ]
    return {
        "waiting": sum(_is_waiting(room) for room in rooms),
        "anomalies": sum(bool(room.summary and room.summary.anomaly is not None) for room in rooms),
        "low": sum(bool(room.rating and room.rating.value <= 2) for room in rooms),
        "held": sum(bool(room.last and room.last.moderation == 1) for room in rooms),
        "archived": sum(room.mine.archived for room in brand.rooms.values()),
    }


# In a crowd


def crowd_of(brand: Brand) -> list[Person]:
    return [one for id_, one in brand.people.items() if 1000 <= id_ < 3000]


def arrived(brand: Brand) -> dict[int, int]:
    """How many messages came since birth, by the member they came to."""
    return {
        one.id: sum(len(room.said) - 1 for room in brand.rooms_of[one.id] if room.said)
        for one in crowd_of(brand)
    }


def test_a_crowd_has_news_too_and_some_far_more_than_most() -> None:
    brand, life = lively(3, crowd=Crowd(ambassadors=500, chatrooms=6))
    life.advance(at(3600))
    counts = sorted(arrived(brand).values(), reverse=True)
    assert 9 * 60 * 0.7 <= sum(counts) <= 9 * 60 * 1.8  # nine a minute, and some with changes
    assert counts[0] >= 5 * counts[50]
    assert sum(count > 0 for count in counts) >= 100
    assert {one.last_action and one.last_action > NOON for one in crowd_of(brand)} == {True, False}


def test_the_cast_lives_beside_a_crowd() -> None:
    brand, life = lively(3, crowd=CROWD)
    before = {room.id: room.last for room in brand.rooms_of[100]}
    life.advance(at(60))
    assert any(room.last is not before[room.id] for room in brand.rooms_of[100])


# Left alone


def test_a_brand_left_alone_forgets_the_oldest_of_what_was_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(talks, "MOST_SAID", 50)
    brand, life = lively(8)
    for hour in range(1, 7):
        life.advance(at(hour * 3600))
        later = [one for room in brand.rooms.values() for one in room.said[1:]]
        assert len(later) <= 50 + len(brand.rooms)
        for room in brand.rooms.values():
            said = transcript(room, 1)
            _is_in_order(room, said, at(hour * 3600))
            _pointers_are_its_messages(room, said)


def test_what_is_kept_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of so many messages is bounded as an hour of fewer is."""
    monkeypatch.setattr(talks, "MOST_SAID", 500)
    brand, life = lively(8)
    sizes = []
    for hour in (3, 6, 9):
        life.advance(at(hour * 3600))
        sizes.append(_size_of(brand, life))
    assert sizes[0] < 3_000_000
    assert sizes[2] < sizes[1] * 1.05


def _size_of(*roots: object) -> int:
    """Bytes of all that is reached from these, each once."""
    seen: set[int] = set()
    left: list[object] = list(roots)
    total = 0
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        left.extend(_parts(one))
    return total


def _parts(one: object) -> Iterator[object]:
    if isinstance(one, dict):
        yield from (*one.keys(), *one.values())
    elif isinstance(one, (list, tuple, set)) or type(one).__name__ == "deque":
        yield from one  # type: ignore[misc]
    elif type(one).__module__.startswith("inbox."):
        yield from (getattr(one, name) for name in getattr(one, "__slots__", ()))
        yield from getattr(one, "__dict__", {}).values()


@BRANDS
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_customer_of_a_known_name_waits_for_another_than_the_first_ambassador(
    number: int, seed: int
) -> None:
    brand, _life = lively(number, seed)
    here = [one for one in brand.rooms.values() if one.theirs.person.lastname == "Duarte"]
    found = [one for one in here if one.theirs.person.firstname == "Sofia"]
    assert found
    assert any(one.last and one.last.author is one.theirs.person for one in found)
    assert all(one.mine.person.id != min(brand.people) for one in found)
