"""Give the database back while waiting for something else.

The pool has fewer connections than there are threads. A connection is taken again, unasked, by the
next query.
"""

from collections.abc import Callable
from select import POLLIN, poll
from typing import Any

from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection
from psycopg_pool import ConnectionPool

from inbox.prepared import forget_prepared


def lend_database() -> None:
    """Give back this thread's pooled connections, save where a transaction is open."""
    for connection in connections.all(initialized_only=True):
        pooled = connection.settings_dict.get("OPTIONS", {}).get("pool")
        if pooled and not connection.in_atomic_block:
            connection.close()


def after_request(**_signal: Any) -> None:
    """Give back what was taken after the answer, when Django had given back the request's own."""
    lend_database()


def look_before_lending() -> None:
    """Have pools find the connections that ended meanwhile without a trip to the database each time.

    Whatever ends one, a restart, an operator or a proxy, tells this side so. Only where there is
    something to read the pool asks, as it does by itself. One that vanished without a word would hang
    in both.
    """
    ask = ConnectionPool.check_connection

    def look(connection: "Connection[Any]") -> None:
        if _has_news(connection.fileno()):
            ask(connection)

    # Django names this function itself when it makes a pool, and takes no other.
    ConnectionPool.check_connection = staticmethod(look)  # type: ignore[assignment]


def _has_news(file: int) -> bool:
    news = poll()  # `select` knows no file beyond the thousandth
    news.register(file, POLLIN)
    return bool(news.poll(0))


def expect_migrations(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Let this connection serve on while a migration alters what it prepared."""
    if connection.vendor == "postgresql" and _prepare_anew not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _prepare_anew)  # others are taken from the end


def _prepare_anew(execute: Callable[..., Any], *asked: Any) -> Any:
    """A wrapper of database queries, as `connection.execute_wrapper` takes.

    Where a migration altered a column, PostgreSQL refuses what a connection prepared before. It is then
    asked once more. In a transaction that comes too late; but the next one is not refused. A trip asks
    all its questions again by itself.
    """
    try:
        return execute(*asked)
    except NotSupportedError:
        connection = asked[-1]["connection"]
        if connection.in_atomic_block or connection.connection.info.pipeline_status:
            raise
        forget_prepared(connection)
        return execute(*asked)
