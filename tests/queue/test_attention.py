"""The queue against a plain Python oracle, on whichever database runs, and what answers it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.chatrooms import index_batch, signals
from inbox.models import Brand, IndexedAmbassador, IndexedChatroom, WaitingCustomer
from inbox.models.index import OLDER
from inbox.queue import attention
from inbox.queue.attention import (
    BANDS,
    COLUMNS,
    COUNTED,
    MANY,
    MANY_FOR,
    MOST,
    Band,
    Counts,
    Place,
    Tab,
)
from inbox.trips import Trip
from tests.conftest import Later
from tests.support.runs import many

ON_POSTGRES = connection.vendor == "postgresql"
AT = datetime(2026, 11, 1, tzinfo=UTC)
RANKS = (*sorted(set(signals.RANKS.values())), *(OLDER + rank for rank in (10, 30, 90)))

numbers = count(70_001)


def a_row(rank: int | None, minutes: int = 0, **facts: Any) -> IndexedChatroom:
    since = None if rank is None else AT + timedelta(minutes=minutes)
    usual = {"brand_id": 3, "chatroom": next(numbers), "ambassador": 100, "facts_at": AT}
    return IndexedChatroom(rank=rank, since=since, **usual | facts)


def a_customer(user: int, minutes: int = 0, brand: int = 3) -> WaitingCustomer:
    return WaitingCustomer(brand_id=brand, user=user, since=AT + timedelta(minutes=minutes))


rows_of_queue = st.builds(
    a_row,
    st.sampled_from(RANKS),
    st.integers(0, 3),  # many stand at the same moment
    **{column: st.booleans() for column in COLUMNS.values()},
)
any_rows = st.lists(rows_of_queue | st.builds(a_row, st.none()), max_size=30)


def walk(tab: Tab, size: int) -> list[str]:
    """All under a tab, page by page, each of which is found again between its ends."""
    found: list[str] = []
    after = None
    while True:
        page = attention.page(3, tab, after, size)
        assert len(page.customers) + len(page.rows) <= size
        assert attention.find_between(3, tab, after, page.end) == (page.customers, page.rows)
        found += [*map(str, page.customers), *map(str, page.rows)]
        if page.end is None:
            return found
        after = page.end


def expected(rows: list[IndexedChatroom], customers: list[WaitingCustomer], tab: Tab) -> list[str]:
    chosen = [row for row in rows if row.rank is not None and stands(row, tab)]
    first = customers if tab in (Tab.ALL, Tab.WAITING) else []
    return [
        *map(str, sorted(first, key=lambda one: (one.since, one.pk))),
        *map(str, sorted(chosen, key=lambda row: (row.rank, row.since, row.pk))),
    ]


def stands(row: IndexedChatroom, tab: Tab) -> bool:
    is_older = (row.rank or 0) >= OLDER
    if tab == Tab.OLDER:
        return is_older
    return not is_older and (tab == Tab.ALL or getattr(row, COLUMNS[tab]))


@given(rows=any_rows, waits=st.lists(st.integers(0, 3), max_size=9), size=st.integers(1, 7))
@examples(
    max_examples=many(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_tab_has_its_rows_in_order(
    brand: Brand, other_brand: Brand, rows: list[IndexedChatroom], waits: list[int], size: int
) -> None:
    IndexedChatroom.objects.all().delete()
    WaitingCustomer.objects.all().delete()
    customers = [a_customer(900 + number, minutes) for number, minutes in enumerate(waits)]
    WaitingCustomer.objects.bulk_create([*customers, a_customer(1, brand=other_brand.pk)])
    for row in rows:
        row.pk, row.chatroom = None, next(numbers)
    IndexedChatroom.objects.bulk_create(rows)
    IndexedChatroom.objects.bulk_create([a_row(30, brand_id=other_brand.pk, is_waiting=True)])
    found = {tab: walk(tab, size) for tab in Tab}
    assert found == {tab: expected(rows, customers, tab) for tab in Tab}
    counts = count_all(3)
    assert counts.tabs == {tab: len(ids) for tab, ids in found.items()}
    ranks = [row.rank for row in rows if row.rank is not None]
    bands = {one: sum(attention.band(rank) == one for rank in ranks) for one in Band}
    assert counts.bands == bands | {Band.UNTAKEN: len(customers)}


def test_bands_hold_each_current_rank_once() -> None:
    assert [attention.band(rank) for rank in (10, 39, 40, 89, 90, 99)] == [
        *(Band.NOW, Band.NOW, Band.TODAY, Band.TODAY, Band.LATER, Band.LATER)
    ]
    assert attention.band(OLDER) is attention.band(OLDER + 10) is None
    assert all(sum(a <= rank < b for a, b in BANDS.values()) == 1 for rank in range(OLDER))


def count_all(brand: int) -> Counts:
    return attention.counts(Trip(), brand)()


def test_what_needs_no_attention_has_no_place() -> None:
    with pytest.raises(ValueError, match="needs no attention"):
        attention.place(a_row(None))


def test_more_than_a_thousand_are_not_counted(brand: Brand) -> None:
    IndexedChatroom.objects.bulk_create(a_row(30, is_waiting=True) for _ in range(MOST))
    assert count_all(3).tabs[Tab.WAITING] == count_all(3).tabs[Tab.ALL] == MOST
    IndexedChatroom.objects.bulk_create(a_row(90, is_waiting=True) for _ in range(20))
    counts = count_all(3)
    assert counts.tabs[Tab.WAITING] == counts.tabs[Tab.ALL] == MOST + 1
    assert counts.bands == {Band.UNTAKEN: 0, Band.NOW: MOST, Band.TODAY: 0, Band.LATER: 20}
    WaitingCustomer.objects.bulk_create(a_customer(user) for user in range(MOST + 3))
    assert count_all(3).bands[Band.UNTAKEN] == MOST + 1


def test_what_is_many_is_not_counted_again_for_half_a_minute(brand: Brand, later: Later) -> None:
    IndexedChatroom.objects.bulk_create(a_row(30, is_waiting=True) for _ in range(MANY + 5))
    IndexedChatroom.objects.bulk_create(a_row(50, is_low=True) for _ in range(7))
    first = count_all(3)
    assert first.bands == {Band.UNTAKEN: 0, Band.NOW: MOST + 1, Band.TODAY: 7, Band.LATER: 0}
    with CaptureQueriesContext(connection) as asked:
        assert count_all(3) == first
    assert asked[0]["sql"].count("FROM inbox_indexedchatroom WHERE brand_id") == len(COUNTED) - 2
    # What is few is counted as it is, and so is another brand.
    IndexedChatroom.objects.filter(is_low=True).delete()
    IndexedChatroom.objects.filter(rank=30).order_by("pk")[5].delete()
    assert count_all(3).bands[Band.TODAY] == 0
    assert count_all(3).tabs[Tab.WAITING] == MOST + 1
    assert count_all(8).bands[Band.NOW] == 0
    IndexedChatroom.objects.bulk_create(a_row(50, is_low=True) for _ in range(MANY))
    assert count_all(3).bands[Band.TODAY] == MOST + 1
    with CaptureQueriesContext(connection) as asked:
        count_all(3)
    assert asked[0]["sql"].count("FROM inbox_indexedchatroom WHERE brand_id") == len(COUNTED) - 4
    IndexedChatroom.objects.exclude(pk__in=IndexedChatroom.objects.values("pk")[:3]).delete()
    later(MANY_FOR + 1)
    assert count_all(3).tabs[Tab.WAITING] == 3


def test_what_may_soon_be_told_is_counted_each_time(brand: Brand) -> None:
    IndexedChatroom.objects.bulk_create(a_row(30, is_waiting=True) for _ in range(MANY - 1))
    assert count_all(3).tabs[Tab.WAITING] == MOST + 1
    IndexedChatroom.objects.exclude(pk__in=IndexedChatroom.objects.values("pk")[:9]).delete()
    assert count_all(3).tabs[Tab.WAITING] == 9


def test_a_chatroom_in_two_inboxes_stands_there_once(brand: Brand) -> None:
    """Whatever is known of it from both sides."""
    IndexedAmbassador.objects.bulk_create(
        IndexedAmbassador(brand=brand, ambassador=id_) for id_ in (100, 104)
    )
    facts: dict[str, Any] = {
        "chatroom": 7,
        "waiting_since": AT,
        "answered": True,
        "last_message_date": AT,
    }
    IndexedChatroom.objects.bulk_create(a_row(None, ambassador=id_, **facts) for id_ in (100, 104))
    index_batch.Batch.load(3, [7]).save()
    assert [row.chatroom for row in attention.page(3, Tab.OLDER).rows] == [7]
    assert count_all(3).tabs[Tab.OLDER] == 1


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_stays_is_missed_or_doubled_while_rows_change(brand: Brand, seed: int) -> None:
    """Rows leave, come and move between two pages, before and after the place where one ended."""
    dice = Random(seed)  # noqa: S311 - any rows do
    IndexedChatroom.objects.bulk_create(
        a_row(dice.choice(RANKS[:6]), dice.randrange(50)) for _ in range(120)
    )
    all_ = list(IndexedChatroom.objects.order_by("rank", "since", "id"))
    stay = {row.pk for row in dice.sample(all_, 60)}
    move = [row for row in all_ if row.pk not in stay]
    found: list[int] = []
    after: Place | None = None
    while True:
        page = attention.page(3, Tab.ALL, after, 10)
        found += [row.pk for row in page.rows]
        if page.end is None:
            break
        after = page.end
        for row in dice.sample(move, 10):
            row.rank = dice.choice([None, *RANKS])
            row.since = AT + timedelta(minutes=dice.randrange(50)) if row.rank else None
            row.save()
        IndexedChatroom.objects.bulk_create([a_row(dice.choice(RANKS), dice.randrange(50))])
    kept = [pk for pk in found if pk in stay]
    assert kept == [row.pk for row in all_ if row.pk in stay]


# What answers


def test_each_tab_is_answered_by_its_index_alone(brand: Brand) -> None:
    """Where all rows are of one brand, most need attention, and a page begins deep within."""
    add_many()
    for tab in Tab:
        index = f"index_{COLUMNS[tab].removeprefix('is_')}" if tab in COLUMNS else "index_rank"
        least = OLDER + 30 if tab == Tab.OLDER else 30
        for after in (None, Place(least, AT + timedelta(minutes=5), 1)):
            begins_within = after is not None or tab == Tab.OLDER
            rows = attention.rows(3, tab, after).order_by("rank", "since", "id")
            told = rows[:26].explain()
            if ON_POSTGRES:
                assert f"using {index} on" in told, told
                assert "Sort" not in told, told
                assert ("ROW(rank, since, id) > ROW(" in told) == begins_within
            else:
                assert f"INDEX {index} (brand_id=?" in told, told
                assert "TEMP B-TREE" not in told, told
                assert ("(rank,since)>(?,?)" in told) == begins_within


def test_the_counts_look_through_no_table(brand: Brand) -> None:
    add_many()
    with connection.cursor() as cursor:
        prefix = "EXPLAIN" if ON_POSTGRES else "EXPLAIN QUERY PLAN"
        held: list[str | int] = [3, 1, AT.isoformat(), 3, 1]
        brands = [3] * (len(attention.COUNTED) + 1)
        cursor.execute(f"{prefix} {attention._state_counts(frozenset())}", [*held, *brands])
        told = "\n".join(str(line) for line in cursor.fetchall())
    assert "Seq Scan" not in told
    assert "SCAN inbox_indexedchatroom" not in told
    for name in ("waiting", "anomalous", "low", "moderated", "news", "rank"):
        assert f"index_{name}" in told, told


def add_many() -> None:
    """As many rows as make PostgreSQL prefer an index, a few of them under each tab."""
    dice = Random(5)  # noqa: S311 - any rows do
    IndexedChatroom.objects.bulk_create(
        a_row(
            dice.choice(RANKS),
            dice.randrange(500),
            **{column: dice.random() < 0.2 for column in COLUMNS.values()},
        )
        for _ in range(3_000)
    )
    if ON_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {IndexedChatroom._meta.db_table}")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
