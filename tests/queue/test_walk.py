"""A walk through an ambassador's chatrooms, while they move from page to page"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from inbox.chatrooms import index
from inbox.models import Brand, IndexedAmbassador, IndexedChatroom
from inbox.queue import drift
from inbox.queue import walk as walking
from inbox.queue.walk import walk
from inbox.sandbox import records
from inbox.sandbox.records import Message
from tests.queue.small import once
from tests.support.index import LAST_MEMBER, assert_true
from tests.support.lists import BEGAN, LEA, Inbox, Room, at_once, indexed, lea, shuffle
from tests.support.runs import few
from tests.support.upstream import Sent, Upstream

HISTORIES = range(200)
SIZES = (0, 1, 24, 25, 26, 50, 200)


class History:
    """A list that changes between two calls, until so many were made if that is told.

    `known`: what stood in it before the last page was asked for. `gone`: what no longer did when the
    last walk began.
    """

    def __init__(self, seed: int, patch: pytest.MonkeyPatch, calm_after: int | None = None) -> None:
        self.rng = Random(seed)  # noqa: S311 - no secret
        self.inbox = Inbox(before=self._change)
        self.inbox.fill(SIZES[seed % len(SIZES)])
        self.inbox.answers(patch)
        self.often = self.rng.choice((0.1, 0.3, 0.7))
        self.calm_after = calm_after
        self.known: dict[int, int] = {}

    def _change(self, inbox: Inbox, kind: str) -> None:
        if kind == "page":
            self.known = inbox.state()
        is_calm = self.calm_after is not None and len(inbox.calls) >= self.calm_after
        if not is_calm and self.rng.random() < self.often:
            shuffle(inbox, self.rng)

    def missed(self) -> set[int]:
        """What stood in the list before and after the last page was asked for, and has no row."""
        return self.known.keys() & self.inbox.state().keys() - indexed().keys()


@pytest.mark.parametrize("first", few(range(0, 200, 50), of=2))
def test_no_chatroom_is_missed_whatever_moves_meanwhile(
    brand: Brand, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    for seed in HISTORIES[first : first + 50]:
        history = History(seed, monkeypatch)
        walk(lea(brand), at_once)
        assert not history.missed(), seed


def test_a_walk_by_page_numbers_misses_some_in_most_histories(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail."""
    monkeypatch.setattr(drift, "GOES_BACK", 0)
    monkeypatch.setattr(walking, "MOST_TRIES", 1)
    monkeypatch.setattr(walking, "_read_beginning", lambda *_all: None)
    long = [seed for seed in HISTORIES if SIZES[seed % len(SIZES)] == 200]
    missing = 0
    for seed in long:
        history = History(seed, monkeypatch)
        walk(lea(brand), at_once)
        missing += bool(history.missed())
    assert missing > len(long) / 2


def test_what_is_gone_is_deleted_once_the_list_is_calm(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what the same walk met before: a list that got shorter is walked again."""
    for seed in HISTORIES[::5]:
        history = History(seed, monkeypatch, calm_after=seed % 8)
        one = lea(brand)
        walk(one, at_once)
        wrong = set(indexed()) - {room.id for room in history.inbox.rooms if not room.is_gone}
        assert not wrong, seed


def test_every_chatroom_is_as_it_was_last_listed(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in HISTORIES[1::5]:
        history = History(seed, monkeypatch, calm_after=seed % 8)
        walk(lea(brand), at_once)
        listed, rows = history.inbox.answered, indexed()
        assert {id_: rows.get(id_) for id_ in listed} == listed, seed


def test_the_next_walk_makes_the_index_equal_to_the_list(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever one walk left, and beside what is put away but still known."""
    for seed in HISTORIES[2::5]:
        history = History(seed, monkeypatch, calm_after=40)
        one = lea(brand)
        walk(one, at_once)
        history.calm_after = 0
        walk(one, at_once)
        rows, inbox = indexed(), history.inbox
        put_away = {room.id for room in inbox.rooms if not (room.is_listed or room.is_gone)}
        left = {id_: message for id_, message in rows.items() if id_ not in put_away}
        assert left == inbox.state(), seed
        assert one.missing == 0


def test_a_chatroom_that_is_gone_before_the_walk_has_no_row_after_it(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox()
    inbox.fill(30)
    inbox.answers(monkeypatch)
    one = lea(brand)
    walk(one, at_once)
    gone, put_away = inbox.rooms[3], inbox.rooms[4]
    gone.is_gone, put_away.is_listed = True, False
    inbox.calls.clear()
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 1]
    assert set(inbox.calls[3:]) == {("room", gone.id), ("room", put_away.id)}
    assert set(indexed()) == {room.id for room in inbox.rooms} - {gone.id}


@pytest.mark.parametrize(
    ("size", "pages"),
    [
        (0, [1]),
        (1, [1]),
        (24, [1]),
        (25, [1]),
        (26, [1, 2, 1]),
        (50, [1, 2, 1]),
        (200, [*range(1, 9), 1]),
    ],
)
def test_a_calm_list_takes_a_call_a_page_and_one_more_for_the_beginning(
    brand: Brand, monkeypatch: pytest.MonkeyPatch, size: int, pages: list[int]
) -> None:
    inbox = Inbox()
    inbox.fill(size)
    inbox.answers(monkeypatch)
    walk(lea(brand), at_once)
    assert inbox.calls == [("page", number) for number in pages]
    assert indexed() == inbox.state()


def test_two_chatrooms_of_the_same_second_at_a_pages_end_are_both_met(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their order among themselves differs each time, and so does who stands on which page."""
    inbox = Inbox(per_page=5)
    inbox.fill(4)
    for _ in range(4):
        inbox.add(seconds=0)
    inbox.fill(4)
    turns = iter(range(100))
    monkeypatch.setattr(Inbox, "listed", lambda self: _turned(self, next(turns)))
    inbox.answers(monkeypatch)
    one = lea(brand)
    walk(one, at_once)
    assert set(indexed()) == {room.id for room in inbox.rooms}


def _turned(inbox: Inbox, turn: int) -> list[Room]:
    """Newest first; who is of the same second stands in another order at each call."""
    rooms = sorted(inbox.rooms, key=lambda room: room.id * (turn % 2 or -1))
    return sorted(rooms, key=lambda room: room.said or BEGAN, reverse=True)


def test_chatrooms_without_a_date_are_met_at_the_end(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(per_page=5)
    inbox.fill(12)
    for room in inbox.rooms[:7]:
        room.said, room.message = None, 0
    inbox.answers(monkeypatch)
    walk(lea(brand), at_once)
    assert inbox.pages() == [1, 2, 3, 1]
    assert set(indexed()) == {room.id for room in inbox.rooms}
    assert indexed()[inbox.rooms[0].id] is None


def test_a_list_without_any_date_ends(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(per_page=5)
    inbox.fill(12)
    for room in inbox.rooms:
        room.said = None
    inbox.answers(monkeypatch)
    walk(lea(brand), at_once)
    assert inbox.pages() == [1, 2, 3, 1]
    assert len(indexed()) == 12


def test_who_is_forgotten_in_the_middle_of_their_walk_stays_forgotten(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(inbox: Inbox, _kind: str) -> None:
        if len(inbox.calls) == 2:
            index.forget(brand.pk, LEA)

    inbox = Inbox(before=forget)
    inbox.fill(100)
    inbox.answers(monkeypatch)
    walk(lea(brand), at_once)
    assert inbox.pages() == [1, 2, 3]
    assert not indexed()
    assert not IndexedAmbassador.objects.exists()


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_missed_of_a_brand_that_lives_on_meanwhile(
    api: Upstream, brand: Brand, seed: int
) -> None:
    """Over real HTTP. What happens during a pass is in the index after the next."""
    rng = Random(seed)  # noqa: S311 - no secret
    api.changed = True
    popsell = api.sandbox.brands[3]
    members = [who for who in popsell.people.values() if who.status <= LAST_MEMBER]
    known: dict[int, set[int]] = {}

    def hook(sent: Sent) -> None:
        whose = re.fullmatch(r"/api/v2/chat/ambassadors/(\d+)/chatrooms", sent.path)
        if whose:
            id_ = int(whose[1])
            known[id_] = {room.id for room in popsell.rooms_of[id_]}
        if rng.random() < 0.5:
            live(popsell, rng)

    api.hook = hook
    once(brand)
    api.hook = None
    for who in members:
        rows = IndexedChatroom.objects.filter(ambassador=who.id)
        listed = {room.id for room in popsell.rooms_of[who.id]}
        assert listed & known[who.id] <= set(rows.values_list("chatroom", flat=True))
    once(brand)
    assert_true(api.sandbox)


def live(brand: records.Brand, rng: Random) -> None:
    """Some write, a chatroom is deleted, and one is opened anew, with somebody who has others."""
    number = max(room.last.id for room in brand.rooms.values() if room.last)
    for place in range(rng.randint(1, 4)):
        room = rng.choice(list(brand.rooms.values()))
        room.said.append(Message(number + place + 1, datetime.now(UTC), room.theirs.person, "Hi"))
    gone = rng.choice(list(brand.rooms.values()))
    del brand.rooms[gone.id]
    made = replace(rng.choice(list(brand.rooms.values())), id=max(brand.rooms) + 1)
    made.said = [Message(number + 5, datetime.now(UTC), made.theirs.person, "Hello")]
    brand.rooms[made.id] = made
    for who, listed in brand.rooms_of.items():
        if gone in listed:
            listed.remove(gone)
        if brand.accounts_of[who] & {seat.person.id for seat in made.participants}:
            listed.append(made)
