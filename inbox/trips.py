"""Several questions to the database in one trip.

PostgreSQL answers most questions of a page sooner than they come to it and back. On SQLite, which lies
in the process, they are asked one after the other.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, NotSupportedError, connections

from inbox import context
from inbox.prepared import Prepared, Rows, Statement, forget_prepared, run

R = TypeVar("R")
Answer = Callable[[], R]
"""Gives what was asked for. The first that is called of a trip makes the trip."""


class Trip:
    """Questions that the database gets together, once the first answer is needed."""

    def __init__(self) -> None:
        self._statements: list[Statement] = []
        self._found: list[Rows] = []

    def ask(self, prepared: Prepared[R], **values: Any) -> Answer[list[R]]:
        """As `Prepared.ask`."""
        statement = prepared.state(**values)
        if statement is None:
            return list
        rows = self.run(*statement)
        return lambda: prepared.make(rows())

    def run(self, query: str, params: Sequence[Any]) -> Answer[Rows]:
        """The rows that a statement finds. Raises RuntimeError once the trip was made."""
        if self._found:
            raise RuntimeError("this trip was made already")
        place = len(self._statements)
        self._statements.append((query, params))
        return lambda: self._go()[place]

    def _go(self) -> list[Rows]:
        if not self._found:
            self._found = _ask_all(self._statements)
        return self._found


def _ask_all(statements: Sequence[Statement]) -> list[Rows]:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or len(statements) == 1:
        return [run(*one) for one in statements]
    try:
        return _ask_at_once(statements)
    except DatabaseError as failure:
        if connection.in_atomic_block:
            raise
        forget_prepared(connection)  # one that failed may have kept others from being prepared
        if isinstance(failure, NotSupportedError):  # prepared before a migration
            return [run(*one) for one in statements]
        raise


def _ask_at_once(statements: Sequence[Statement]) -> list[Rows]:
    """By PostgreSQL's pipeline, in which one that fails fails all."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        with context.measured("db"), connection.connection.pipeline():
            cursors = [connection.cursor() for _ in statements]
            for cursor, one in zip(cursors, statements, strict=True):
                cursor.execute(*one)
        return [cursor.fetchall() for cursor in cursors]  # all is here at the pipeline's end
