"""The queue's indexes: made beside what goes on, and made whole after a run that was broken off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from inbox.models import Brand, IndexedChatroom
from tests.stack.worker import wait_for

ON_POSTGRES = connection.vendor == "postgresql"
LIVE = pytest.mark.django_db(transaction=True)  # in no transaction, as `migrate` runs
BEFORE, AFTER = "0020_archive_apart", "0021_queue_indexes"
LATER = {"index_unproven", "index_unread"}  # of other migrations
NAMES = {index.name for index in IndexedChatroom._meta.indexes if index.condition} - LATER
TABLE = IndexedChatroom._meta.db_table


@pytest.fixture(autouse=True)
def migrated(brand: Brand) -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def made() -> set[str]:
    """The partial indexes that the database has whole."""
    query = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s"
    if ON_POSTGRES:
        query = (
            "SELECT indexrelid::regclass::text FROM pg_index "
            "WHERE indrelid = %s::regclass AND indisvalid"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [TABLE])
        return {name for (name,) in cursor.fetchall()} & NAMES


@LIVE
def test_back_and_forth() -> None:
    assert made() == NAMES
    call_command("migrate", "inbox", BEFORE, verbosity=0)
    assert made() == {"index_rank"}
    call_command("migrate", "inbox", AFTER, verbosity=0)
    assert made() == NAMES


@LIVE
def test_what_was_broken_off_is_made_whole() -> None:
    """The first was there, the second half made, as PostgreSQL leaves it; the third was not."""
    call_command("migrate", "inbox", BEFORE, verbosity=0)
    with connection.cursor() as cursor:
        for name in ("index_waiting", "index_anomalous"):
            cursor.execute(f"CREATE INDEX {name} ON {TABLE} (brand_id)")
        if ON_POSTGRES:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false "
                "WHERE indexrelid = 'index_anomalous'::regclass"
            )
    call_command("migrate", "inbox", AFTER, verbosity=0)
    assert made() == NAMES
    if ON_POSTGRES:
        assert "WHERE is_anomalous" in definition("index_anomalous")
    call_command("migrate", "inbox", BEFORE, verbosity=0)


def definition(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
        return str(cursor.fetchone()[0])


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer at a time")
@LIVE
def test_nobody_waits_for_it() -> None:
    """While it waits for an older transaction to end, others write at once."""
    call_command("migrate", "inbox", BEFORE, verbosity=0)
    has_written, may_end = Event(), Event()
    with ThreadPoolExecutor() as threads:
        older = threads.submit(write, has_written, may_end)
        try:
            assert has_written.wait(20)
            assert not older.done(), older.result()
            migration = threads.submit(migrate)
            wait_for(is_waiting)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10s'")
                add(chatroom=1)
            assert not migration.done()
        finally:
            may_end.set()
        older.result()
        migration.result()
    assert made() == NAMES


def write(has_written: Event, may_end: Event) -> None:
    try:
        with transaction.atomic():
            add(chatroom=2)
            has_written.set()
            assert may_end.wait(60)
    finally:
        has_written.set()  # A failure is told at once, by its result.
        connection.close()


def migrate() -> None:
    try:
        call_command("migrate", "inbox", AFTER, verbosity=0)
    finally:
        connection.close()


def add(chatroom: int) -> None:
    """Write a row as the product of that day did: the table has no newer columns yet."""
    of_then = MigrationLoader(connection).project_state([("inbox", BEFORE)]).apps
    table = of_then.get_model("inbox", "IndexedChatroom")
    table.objects.create(brand_id=3, chatroom=chatroom, ambassador=1, facts_at=timezone.now())


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
