"""Many that write to the index of one brand at the same moment"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from logging import WARNING
from typing import Any

import pytest
from django.utils import timezone

from inbox.chatrooms import codes, erasing, index, index_batch, index_pruning, reviewing
from inbox.chatrooms.erasing import Person
from inbox.chatrooms.tokens import Target
from inbox.models import Act, Brand, CodeName, IndexedChatroom, Membership
from tests.support.at_once import at_once, hold
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.indexed import keep, listed, said

pytestmark = pytest.mark.django_db(transaction=True)

ROOMS = range(1, 13)
ROUNDS = 4
BEGUN = timezone.now() - timedelta(minutes=10)
OTHER = 900  # the counterparts are from here on


def told(id_: int, newest: int, **more: Any) -> Json:
    people = [lea(id_), participant(101, id_, status=6), participant(OTHER + id_, id_)]
    last = message(newest, participant(OTHER + id_, id_))
    return chatroom(id_, **{"ambassadors": people, "last_message": last, **more})


def ago(seconds: float) -> datetime:
    return BEGUN - timedelta(seconds=seconds)


def together(*those: Callable[[], object]) -> None:
    at_once(those, lambda one: one())


def reads(seed: int) -> None:
    """A part of an inbox, in an order of its own, at moments of its own."""
    for turn in range(ROUNDS):
        rooms = sorted(ROOMS, key=lambda id_: id_ * (7 * seed + 2 * turn + 3) % 13)[:8]
        newest = 10 * turn + seed + 2  # Popsell numbers from 1 on, and the first readings are 1
        listed(*(told(id_, newest) for id_ in rooms), at=ago(-newest), whose=100 + seed % 2)


def acts() -> None:
    for id_ in ROOMS:
        index.after_change(3, id_, 100, Act.BLOCK, "on")
        index.after_read(3, id_, 100, 7)


def names() -> None:
    for _ in range(ROUNDS):
        index.note_named(3, [("anomaly", "3")])
        index.rank_due(3)


def hears() -> None:
    for _ in range(ROUNDS):
        said(message(99), at=ago(-99))


def prunes() -> None:
    for _ in range(ROUNDS):
        index_pruning.prune()


def test_whatever_is_written_at_once_nothing_is_lost_and_nobody_is_stuck(
    brand: Brand, moderator: Membership
) -> None:
    keep(3, 100, 101)
    for whose in (100, 101):
        listed(*(told(id_, 1) for id_ in ROOMS), at=ago(0), whose=whose)

    def reviews() -> None:
        for id_ in ROOMS:
            reviewing.review(moderator, Target(3, 100, id_, 100, 1))

    readers = [partial(reads, seed) for seed in range(4)]
    together(*readers, acts, reviews, names, hears, prunes)

    found = {(one.chatroom, one.ambassador): one for one in IndexedChatroom.objects.all()}
    assert set(found) == {(id_, whose) for id_ in ROOMS for whose in (100, 101)}
    for (id_, whose), one in found.items():
        is_lea = whose == 100
        assert (one.reviewed_message, one.counts) == (1, is_lea)
        assert (one.is_blocked, one.last_read_message) == ((True, 7) if is_lea else (False, None))
        newest = 99 if id_ == 8 else max((one.facts_at - ago(0)).total_seconds(), 1)
        assert one.last_message == newest


def test_who_is_erased_beside_it_all_is_gone(brand: Brand) -> None:
    keep(3, 100, 101)
    rooms = [told(id_, 5) for id_ in ROOMS]

    def inbox(whose: int) -> None:
        for _ in range(ROUNDS):
            listed(*rooms, at=timezone.now(), whose=whose)

    def late() -> None:
        """Was asked long before, and arrives now."""
        for _ in range(ROUNDS):
            listed(*rooms, at=ago(0))

    who = Person(brand, 101)
    erase = partial(erasing.begin, who, (), ())
    together(partial(inbox, 100), partial(inbox, 101), late, erase)
    erasing.finish(who, ())
    late()
    assert not index_batch.rows_of(3, [101]).exists()
    assert set(IndexedChatroom.objects.values_list("ambassador", flat=True)) == {100}
    assert all(IndexedChatroom.objects.values_list("counts", flat=True))


def test_a_page_that_two_meet_first_is_in_the_index_once(brand: Brand) -> None:
    keep()
    rooms = [told(id_, 5) for id_ in ROOMS]
    at = timezone.now()
    at_once([rooms, rooms[::-1], rooms, rooms[::-1]], lambda those: listed(*those, at=at))
    assert IndexedChatroom.objects.count() == len(ROOMS)


def test_codes_are_named_beside_a_reading_that_sees_them(
    brand: Brand,
    manager: Membership,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Both write to the index and to codes: neither may hold what the other waits for."""
    keep(3, 100)
    room = told(8, 5, last_summary={"anomaly": 3})
    listed(room, at=ago(0))
    code = CodeName.objects.get(kind="anomaly")
    CodeName.objects.update(seen_at=ago(2 * 3600))
    hold(monkeypatch, index_batch, "lock_known")

    def read() -> None:
        listed(room, at=ago(-1))

    def name() -> None:
        as_shown = codes.line(code).shown | {"name": "Transfer"}
        sent = {f"{code.pk}-{field}": value for field, value in as_shown.items()}
        assert not any(one.wrong for one in codes.save(manager, sent))

    together(read, name)
    code.refresh_from_db()
    assert code.name == "Transfer"
    assert code.seen_at is not None
    assert code.seen_at > ago(0)
    assert IndexedChatroom.objects.get().changes_at is not None
    assert [one for one in caplog.records if one.levelno >= WARNING] == []
