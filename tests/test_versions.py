"""What a process remembers of the database is what stands there, however that was changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import BigIntegerField, F, Model
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox import access, versions
from inbox.caches.memories import Memory
from inbox.models import (
    Brand,
    IndexedChatroom,
    Membership,
    Reader,
    Role,
    User,
)
from inbox.prepared import Param, Prepared
from inbox.queue import brand_state
from inbox.trips import Trip
from inbox.versions import Remembered
from tests.support.cast import member

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEEN = {"first_seen": NOON, "last_seen": NOON}
KNOWS_VERSIONS = connection.vendor == "postgresql"


def in_order() -> Any:
    which = {"brand": Param("brand", BigIntegerField()), "name__gt": ""}
    return IndexedChatroom.objects.filter(**which).order_by("-facts_at", "pk")[:6]


@pytest.fixture
def rooms(brand: Brand, other_brand: Brand) -> Remembered[IndexedChatroom]:
    IndexedChatroom.objects.bulk_create(
        IndexedChatroom(
            brand=one, chatroom=number, ambassador=100, name=f"R {number}", facts_at=NOON
        )
        for one in (brand, other_brand)
        for number in range(8)
    )
    return Remembered(IndexedChatroom, "rank", in_order)


def ask(rooms: Remembered[IndexedChatroom], brand: int) -> list[IndexedChatroom]:
    return rooms.ask_on(Trip(), brand=brand)()


def told(one: Model) -> dict[str, Any]:
    return {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}


def save(number: int) -> None:
    room = IndexedChatroom.objects.filter(brand=3, chatroom=number).first()
    if room:
        room.excerpt += "!"
        room.save()


def update(number: int) -> None:
    IndexedChatroom.objects.filter(chatroom__lte=number).update(total=(F("chatroom") + number))


def hide(number: int) -> None:
    IndexedChatroom.objects.filter(brand=3, chatroom=number).update(name="")


def delete(number: int) -> None:
    IndexedChatroom.objects.filter(brand=3, chatroom=number).delete()


def add(number: int) -> None:
    IndexedChatroom.objects.get_or_create(
        brand_id=3, chatroom=number, ambassador=100, defaults={"name": "New", "facts_at": NOON}
    )


def write(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inbox_indexedchatroom SET total = %s", [number])


def move(number: int) -> None:
    late = NOON + timedelta(minutes=number)
    IndexedChatroom.objects.filter(brand=3, chatroom=number).update(facts_at=late)


CHANGES = (save, update, hide, delete, add, write, move)
STEPS = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 9), st.booleans()), max_size=8)


@examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_rows_are_as_they_stand(
    rooms: Remembered[IndexedChatroom],
    steps: list[tuple[Callable[[int], None], int, bool]],
) -> None:
    """Also while a change is not certain yet, and after it was taken back."""
    plain = Prepared(in_order)

    def compare() -> None:
        for brand in (3, 8):
            here, there = ask(rooms, brand), plain.ask(brand=brand)
            assert [told(one) for one in here] == [told(one) for one in there]

    with transaction.atomic():
        for change, number, is_kept in steps:
            with transaction.atomic():
                change(number)
                compare()
                transaction.set_rollback(not is_kept)
            compare()
        transaction.set_rollback(True)
    compare()


def test_only_what_changed_is_read_again(rooms: Remembered[IndexedChatroom]) -> None:
    first = ask(rooms, 3)
    with CaptureQueriesContext(connection) as asked:
        again = ask(rooms, 3)
    assert len(asked) == 1
    assert [one is two for one, two in zip(first, again, strict=True)] == [KNOWS_VERSIONS] * 6
    IndexedChatroom.objects.filter(pk=first[2].pk).update(total=5)
    with CaptureQueriesContext(connection) as asked:
        third = ask(rooms, 3)
    assert len(asked) == (2 if KNOWS_VERSIONS else 1)
    assert third[2].total == 5
    assert (third[1] is first[1]) is KNOWS_VERSIONS


@pytest.mark.skipif(not KNOWS_VERSIONS, reason="all is read by one query")
@pytest.mark.parametrize("change", [hide, delete, move, update])
def test_what_changes_between_the_two_questions_is_found_as_one(
    rooms: Remembered[IndexedChatroom],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[int], None],
) -> None:
    """The order, the limit and what stands there are of one moment."""
    make, changed = rooms._versions.make, list[int]()

    def make_and_change(rows: Any) -> Any:
        found = make(rows)
        change(5)
        changed.append(5)
        return found

    monkeypatch.setattr(rooms._versions, "make", make_and_change)
    here, there = ask(rooms, 3), Prepared(in_order).ask(brand=3)
    assert changed == [5]
    assert [told(one) for one in here] == [told(one) for one in there]


def test_rows_are_of_their_own_brand(rooms: Remembered[IndexedChatroom]) -> None:
    assert {one.brand_id for one in ask(rooms, 3)} == {3}
    assert {one.brand_id for one in ask(rooms, 8)} == {8}


# What stands of a whole brand


def read_again(asked: Membership) -> Callable[[], int]:
    """How often the team of the member's brand was read, with one more page."""
    memory, reads = Memory[int](8), list[int]()

    def read() -> int:
        reads.append(1)
        return len(reads)

    def look() -> int:
        version = brand_state.find(asked.brand_id).team
        return versions.remember(memory, asked.brand_id, version, read)

    return look


def test_what_is_remembered_is_read_again_once_it_changed(
    manager: Membership, other_brand: Brand
) -> None:
    look = read_again(manager)
    first = look()
    assert (look() == first) is KNOWS_VERSIONS
    before = look()
    member("noor@example.com", other_brand, Role.MODERATOR)
    assert (look() == before) is KNOWS_VERSIONS
    for change in (
        lambda: member("nils@example.com", manager.brand, Role.MODERATOR),
        lambda: User.objects.filter(email="nils@example.com").update(name="Nils"),
        lambda: Reader.objects.create(member=manager, chatroom=7),
        lambda: Reader.objects.filter(member=manager).update(chatroom=8),
    ):
        before = look()
        change()
        assert look() > before


def test_without_a_version_nothing_is_remembered() -> None:
    memory = Memory[object](8)
    first, second = (versions.remember(memory, 3, None, object) for _ in "ab")
    assert first is not second


def team_of(asked: Membership) -> dict[str, tuple[str, int]]:
    team = access.team_of(asked, brand_state.find(asked.brand_id).team)
    read = {one.pk: one.reader.chatroom for one in team if hasattr(one, "reader")}
    return {one.user.name: (one.role, read.get(one.pk, 0)) for one in team}


def test_the_team_is_as_it_stands(manager: Membership) -> None:
    colleague = member("noor@example.com", manager.brand, Role.MODERATOR)
    User.objects.filter(pk=colleague.user_id).update(name="Noor")
    assert team_of(manager)["Noor"] == (Role.MODERATOR, 0)
    Reader.objects.create(member=colleague, chatroom=7)
    assert team_of(manager)["Noor"] == (Role.MODERATOR, 7)
    Reader.objects.filter(member=colleague).update(chatroom=8)
    assert team_of(manager)["Noor"] == (Role.MODERATOR, 8)
    Membership.objects.filter(pk=colleague.pk).update(role=Role.MANAGER)
    assert team_of(manager)["Noor"] == (Role.MANAGER, 8)
    User.objects.filter(pk=colleague.user_id).update(is_active=False)
    assert "Noor" not in team_of(manager)
