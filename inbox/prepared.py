"""Queries that are compiled once: Django builds and compiles one anew each time it is asked.

That costs three times what the database needs to answer, on a page that asks a dozen. Whatever differs
from one asking to the next is a `Param`. All else is Django's own, so that what comes out is the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet

R = TypeVar("R")

Values = Mapping[str, Any]


class Param(Expression):
    """A value that is known when the query is asked, of a field's kind."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, *_one: Any, **_more: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def take(self, values: Values, connection: BaseDatabaseWrapper) -> list[Any]:
        """As the database takes it."""
        field = self.output_field
        return [field.get_db_prep_value(values[self.name], connection)]


class Params(Param):
    """Any number of values, to the right of `__in`."""

    def take(self, values: Values, connection: BaseDatabaseWrapper) -> list[Any]:
        field = self.output_field
        return [field.get_db_prep_value(one, connection) for one in values[self.name]]


class Prepared(Generic[R]):
    """A query set in which values are a `Param`; `build` makes it, once for each connection."""

    def __init__(self, build: Callable[[], "QuerySet[Any, R]"]) -> None:
        self._build = build

    def ask(self, **values: Any) -> list[R]:
        """Ask it now; no query where one of many values has none."""
        if any(isinstance(one, (list, tuple, set)) and not one for one in values.values()):
            return []
        return self._compiled().ask(values)

    def _compiled(self) -> "_Compiled[R]":
        connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        known: dict[Prepared[Any], _Compiled[Any]] = vars(connection).setdefault("prepared", {})
        if self not in known:
            known[self] = _Compiled(self._build(), connection)
        return known[self]


class _Compiled(Generic[R]):
    """What stands of the query for one connection, and so for one thread.

    Django makes what it finds into objects by the query's compiler. This one compiles no more.
    """

    def __init__(self, found: Any, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._found = found
        self._compiler = found.query.get_compiler(connection=connection)
        query, self._params = self._compiler.as_sql()
        self._parts = query.split("%s")
        told = [one[0] for one in self._compiler.select[: self._compiler.col_count]]
        converters = self._compiler.get_converters(told)
        self._compiler.get_converters = lambda _told: converters
        found.query.get_compiler = lambda *_one, **_more: self._compiler

    def ask(self, values: Values) -> list[R]:
        statement = self._fill(values)
        self._compiler.as_sql = lambda *_one, **_more: statement
        return list(self._found._iterable_class(self._found))

    def _fill(self, values: Values) -> tuple[str, tuple[Any, ...]]:
        """The statement with these values."""
        query, params = [self._parts[0]], []
        for param, part in zip(self._params, self._parts[1:], strict=True):
            taken = param.take(values, self._connection) if isinstance(param, Param) else [param]
            query += [", ".join(["%s"] * len(taken)), part]
            params += taken
        return "".join(query), tuple(params)
