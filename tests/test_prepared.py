"""A query that is compiled once finds what Django finds that compiles it anew."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import BigIntegerField, CharField, Count, DateTimeField, Exists, OuterRef, Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.models import Brand, CodeName, IndexedAmbassador, IndexedChatroom, WaitingCustomer
from inbox.prepared import Param, Params, Prepared

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NUMBER, MOMENT, WORDS = BigIntegerField(), DateTimeField(), CharField()
IDS = st.lists(st.integers(-2, 12), max_size=8)

ALL = Prepared(
    lambda: IndexedChatroom.objects.filter(
        Q(ambassador__in=Params("whose", NUMBER)) | Q(name=Param("name", WORDS)),
        brand=Param("brand", NUMBER),
        facts_at__gte=Param("since", MOMENT),
        chatroom__in=Params("rooms", NUMBER),
    ).order_by("-chatroom")[:5]
)
NAMED = Prepared(
    lambda: CodeName.objects.filter(brand=Param("brand", NUMBER)).select_related("brand")
)
SUMS = Prepared(
    lambda: (
        IndexedChatroom.objects.filter(brand=Param("brand", NUMBER))
        .order_by("ambassador")
        .values("ambassador")
        .annotate(many=Count("pk"), late=Count("pk", filter=Q(facts_at__gt=Param("since", MOMENT))))
    )
)
HELD = Prepared(
    lambda: IndexedAmbassador.objects.filter(
        Exists(
            IndexedChatroom.objects.filter(
                ambassador=OuterRef("ambassador"), name=Param("name", WORDS)
            )
        )
    ).values_list("ambassador", flat=True)
)


@pytest.fixture(autouse=True)
def _rooms(brand: Brand, other_brand: Brand) -> None:
    IndexedChatroom.objects.bulk_create(
        IndexedChatroom(
            brand=one,
            chatroom=number,
            ambassador=100 + number % 3,
            name="100 % Léa's" if number % 2 else "%s",
            facts_at=NOON - timedelta(minutes=number),
        )
        for one in (brand, other_brand)
        for number in range(10)
    )


@examples(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from([3, 8, 9]),
    IDS,
    IDS,
    st.integers(0, 12),
    st.sampled_from(["", "%s", "100 % Léa's", "'"]),
)
def test_it_finds_the_same(
    brand: int, whose: list[int], rooms: list[int], minutes: int, name: str
) -> None:
    since, ids = NOON - timedelta(minutes=minutes), [100 + one for one in whose]
    which = Q(ambassador__in=ids) | Q(name=name)
    found = IndexedChatroom.objects.filter(
        which, brand=brand, facts_at__gte=since, chatroom__in=rooms
    )
    told = list(found.order_by("-chatroom")[:5]) if ids and rooms else []
    asked = ALL.ask(brand=brand, whose=ids, rooms=rooms, since=since, name=name)
    assert asked == told
    assert [vars(one).keys() for one in asked] == [vars(one).keys() for one in told]
    assert [one.facts_at for one in asked] == [one.facts_at for one in told]


def test_sums_and_single_values_are_found_too() -> None:
    since = NOON - timedelta(minutes=5)
    assert SUMS.ask(brand=3, since=since) == [
        {"ambassador": 100, "many": 4, "late": 2},
        {"ambassador": 101, "many": 3, "late": 2},
        {"ambassador": 102, "many": 3, "late": 1},
    ]
    IndexedAmbassador.objects.create(brand_id=3, ambassador=100)
    assert HELD.ask(name="%s") == [100]
    assert HELD.ask(name="nobody") == []


def test_what_is_joined_comes_along() -> None:
    seen = {"first_seen": NOON, "last_seen": NOON}
    CodeName.objects.create(brand_id=3, kind="topic", code="1", name="Returns", **seen)
    with CaptureQueriesContext(connection) as told:
        (one,) = NAMED.ask(brand=3)
        assert one.brand.pk == 3
    assert len(told) == 1


def test_what_changed_is_found_anew() -> None:
    assert NAMED.ask(brand=3) == []
    seen = {"first_seen": NOON, "last_seen": NOON}
    CodeName.objects.create(brand_id=3, kind="topic", code="1", name="Returns", **seen)
    first, second = NAMED.ask(brand=3), NAMED.ask(brand=3)
    assert first == second
    assert first[0] is not second[0]


def test_nothing_is_asked_for_nothing() -> None:
    with CaptureQueriesContext(connection) as told:
        assert ALL.ask(brand=3, whose=[], rooms=[1], since=NOON, name="") == []
        assert ALL.ask(brand=3, whose=[100], rooms=frozenset(), since=NOON, name="") == []
        assert ALL.ask(brand=3, whose={}.keys(), rooms=[1], since=NOON, name="") == []
    assert not told.captured_queries


def test_a_value_that_is_missing_is_no_value() -> None:
    with pytest.raises(KeyError):
        NAMED.ask()


@pytest.mark.django_db(transaction=True)
def test_each_thread_gets_what_it_asked_for(brand: Brand) -> None:
    WaitingCustomer.objects.bulk_create(
        WaitingCustomer(brand=brand, user=user, since=NOON) for user in range(4)
    )
    waiting = Prepared(lambda: WaitingCustomer.objects.filter(user=Param("user", NUMBER)))
    found: dict[int, list[Any]] = {}

    def ask(user: int) -> None:
        try:
            found[user] = [[one.user for one in waiting.ask(user=user)] for _ in range(50)]
        finally:
            connections.close_all()

    threads = [Thread(target=ask, args=[user]) for user in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == {user: [[user]] * 50 for user in range(4)}


def test_it_is_compiled_once_a_process() -> None:
    made: list[int] = []

    def build() -> Any:
        made.append(1)
        return CodeName.objects.filter(brand=Param("brand", NUMBER))

    names = Prepared(build)
    assert [names.ask(brand=brand) for brand in (3, 8, 3)] == [[], [], []]
    assert made == [1]
