"""Queries that are compiled once: Django builds and compiles one anew each time it is asked.

That costs three times what the database needs to answer, on a page that asks a dozen. Whatever differs
from one asking to the next is a `Param`. All else is Django's own, so that what comes out is the same.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from threading import local
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet

R = TypeVar("R")

Values = Mapping[str, Any]
Statement = tuple[str, Sequence[Any]]
"""A query, and the values of its places."""
Rows = list[tuple[Any, ...]]


class Param(Expression):
    """A value that is known when the query is asked, of a field's kind."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name
        self.kind = type(self), name, type(output_field)
        """The same for all that stand for the same value."""

    def as_sql(self, *_one: Any, **_more: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def take(self, values: Values, connection: BaseDatabaseWrapper) -> list[Any]:
        """As the database takes it."""
        field = self.output_field
        return [field.get_db_prep_value(values[self.name], connection)]


class Params(Param):
    """Any number of whole numbers, to the right of `__in`.

    PostgreSQL gets them as one array, so that it plans the statement once for any number. It reads an
    array from text: psycopg would look at each number for its size.
    """

    def take(self, values: Values, connection: BaseDatabaseWrapper) -> list[Any]:
        numbers = [int(one) for one in values[self.name]]
        if connection.vendor == "postgresql":
            return [f"{{{','.join(map(str, numbers))}}}"]
        return numbers


class Prepared(Generic[R]):
    """A query set in which values are a `Param`; `build` makes it, once a process."""

    def __init__(self, build: Callable[[], "QuerySet[Any, R]"]) -> None:
        self._build = build
        self._compiled: _Compiled[R] | None = None

    def ask(self, **values: Any) -> list[R]:
        """Ask it now; no query where one of the `Params` has no value."""
        statement = self.state(**values)
        return self.make(run(*statement)) if statement else []

    def state(self, **values: Any) -> Statement | None:
        """The statement with these values; None where one of the `Params` has none."""
        return self._compile().state(values)

    def make(self, rows: Rows) -> list[R]:
        """What Django makes of the rows that its statement found."""
        return self._compile().make(rows)

    def _compile(self) -> "_Compiled[R]":
        if self._compiled is None:  # two threads may each compile it, and one of the two stays
            self._compiled = _Compiled(self._build())
        return self._compiled


def run(query: str, params: Sequence[Any]) -> Rows:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, params)
        rows: Rows = cursor.fetchall()
    return rows


def forget_prepared(connection: Any) -> None:
    """Have psycopg forget what it prepared on this connection, which must be in no transaction.

    It does so after each that was rolled back. A connection that has ended knows nothing any more.
    """
    known = connection.connection
    if not known.closed:
        with connection.wrap_database_errors, known.transaction(force_rollback=True):
            pass


class _Compiled(Generic[R]):
    """What stands of a query. Threads share it, since each holds as much as a page of rows.

    Django makes objects of the rows: its compiler is told what this thread has just read.
    """

    def __init__(self, found: Any) -> None:
        self._found, self._asked = found, local()
        connection = connections[DEFAULT_DB_ALIAS]
        compiler = found.query.get_compiler(connection=connection)
        query, self._params = compiler.as_sql()
        self._parts = query.split("%s")
        if connection.vendor == "postgresql":
            self._take_arrays(connection)
        self._whole = "%s".join(self._parts)
        of_kind = {one.kind: one for one in self._params if isinstance(one, Param)}
        self._distinct = tuple(of_kind.values())
        self._several = {one.name for one in self._params if isinstance(one, Params)}
        # What only the order needs stands behind the rest.
        self._width = compiler.col_count if compiler.has_extra_select else None
        converters = compiler.get_converters([one[0] for one in compiler.select[: self._width]])
        compiler.get_converters = lambda _told: converters
        compiler.execute_sql = lambda *_one, **_more: [self._asked.rows]
        found.query.get_compiler = lambda *_one, **_more: compiler

    def _take_arrays(self, connection: BaseDatabaseWrapper) -> None:
        for place, param in enumerate(self._params):
            if isinstance(param, Params):
                kind = param.output_field.cast_db_type(connection)
                self._parts[place] = self._parts[place].removesuffix("IN (") + "= ANY ("
                self._parts[place + 1] = f"::{kind}[]{self._parts[place + 1]}"

    def state(self, values: Values) -> Statement | None:
        if not all(values[name] for name in self._several):
            return None
        return self._fill(values, connections[DEFAULT_DB_ALIAS])

    def make(self, rows: Rows) -> list[R]:
        self._asked.rows = [row[: self._width] for row in rows] if self._width else rows
        try:
            return list(self._found._iterable_class(self._found))
        finally:
            del self._asked.rows  # nothing stays of what was read

    def _fill(self, values: Values, connection: BaseDatabaseWrapper) -> Statement:
        taken = {one.kind: one.take(values, connection) for one in self._distinct}
        given = [taken[one.kind] if isinstance(one, Param) else (one,) for one in self._params]
        params = tuple(chain.from_iterable(given))
        if len(params) == len(self._params):
            return self._whole, params
        query = [self._parts[0]]
        for some, part in zip(given, self._parts[1:], strict=True):
            query += [", ".join(["%s"] * len(some)), part]
        return "".join(query), params
