"""Nobody holds a connection of the database while waiting for somebody else"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from psycopg import Connection as PostgreSQLConnection

from inbox.models import IndexedChatroom, Membership, User
from tests.accounts.test_single_sign_on import _issuer, issuer, sign_in
from tests.conftest import ClientOf
from tests.stack.issuer import Issuer
from tests.support.indexed import keep
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

__all__ = ["_issuer", "issuer"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no pool"),
]


def held() -> int:
    """How many connections of the pool somebody holds."""
    pool: Any = getattr(connection, "pool")  # noqa: B009 - PostgreSQL's alone
    told = pool.get_stats()
    return int(told["pool_size"] - told["pool_available"])


@pytest.mark.parametrize("path", [INBOX, "/brands/3/activity/", "/brands/3/nothing/", "/admin/"])
def test_an_answer_that_is_ready_holds_none(
    client_of: ClientOf, moderator: Membership, api: Upstream, path: str
) -> None:
    client = client_of(moderator)
    assert held() == 1  # of this test itself
    client.get(path)
    assert held() == 0


def test_what_is_left_for_after_an_answer_holds_none(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    """What a page told goes into the index once it is out."""
    keep(3, 100)
    client = client_of(moderator)
    client.get(INBOX)
    assert held() == 0
    assert IndexedChatroom.objects.filter(ambassador=100).exists()


def test_a_fault_of_ours_holds_none(
    client_of: ClientOf, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise LookupError

    client = client_of(moderator)
    client.raise_request_exception = False
    monkeypatch.setattr("inbox.activity.report_form.acts", fail)
    assert client.get("/brands/3/activity/").status_code == 500
    assert held() == 0


def test_who_waits_for_the_mail_server_holds_none(
    client_of: ClientOf, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    client = client_of(manager)
    send = EmailBackend.send_messages

    def slowly(self: EmailBackend, messages: Any) -> int:
        seen.append(held())
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    client.post("/brands/3/members/", {"email": "ines@example.com", "role": "viewer"})
    assert seen == [0]


def test_who_waits_for_the_issuer_holds_none(
    anonymous: Client, moderator: Membership, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    answer = Issuer.__call__

    def slowly(self: Issuer, *arguments: Any) -> Any:
        seen.append(held())
        return answer(self, *arguments)

    monkeypatch.setattr(Issuer, "__call__", slowly)
    assert sign_in(anonymous).status_code == 302
    assert User.objects.get(pk=moderator.user.pk).last_login
    assert len(seen) >= 4  # its discovery, its page, its tokens, who it was
    assert set(seen) == {0}


@pytest.fixture
def pool() -> Any:
    """A new one with one connection: of several that ended, it tries one a second."""
    of_postgresql: Any = connection
    of_postgresql.close()
    of_postgresql.close_pool()
    of_postgresql.ensure_connection()
    of_postgresql.close()
    return of_postgresql.pool


@contextmanager
def elsewhere() -> Iterator[Any]:
    """A cursor on a connection of its own."""
    other: Any = connection.copy(alias="elsewhere")
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()
        other.close_pool()


def test_a_connection_that_ended_meanwhile_is_not_lent(
    client_of: ClientOf, moderator: Membership, pool: Any
) -> None:
    client = client_of(moderator)
    assert client.get("/brands/3/codes/").status_code == 200
    with elsewhere() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"
        )
        assert cursor.fetchone()[0] >= 1
    assert client.get("/brands/3/codes/").status_code == 200


def test_to_lend_one_costs_no_trip(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[Any]()
    execute = PostgreSQLConnection.execute

    def note(self: Any, query: Any, *more: Any, **options: Any) -> Any:
        asked.append(query)
        return execute(self, query, *more, **options)

    monkeypatch.setattr(PostgreSQLConnection, "execute", note)
    with pool.connection() as lent:
        assert not asked
        lent.execute("SELECT 1")
    assert asked == ["SELECT 1"]


def test_what_was_prepared_before_a_migration_is_prepared_anew(
    client_of: ClientOf, moderator: Membership
) -> None:
    """Old processes still serve while it runs."""
    client = client_of(moderator)
    for _each in range(30):
        assert client.get("/brands/3/codes/").status_code == 200
    alter = "ALTER TABLE inbox_brand ALTER COLUMN name TYPE varchar({})"
    found = list[int]()
    with elsewhere() as cursor:
        try:
            for width in (999, 998):
                cursor.execute(alter.format(width))
                found += [client.get("/brands/3/codes/").status_code for _each in range(20)]
        finally:
            cursor.execute(alter.format(150))
    assert set(found) == {200}
