"""Versions of rows, by which a process remembers what it read until that is changed.

PostgreSQL knows each version of a row by the transaction that wrote it and by its place. While a
memory lasts, which is minutes, the two do not come together again. So what was read of a version is
true for as long as that stands, and who writes need not tell anybody. SQLite knows none: there all is
read anew.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    Aggregate,
    BigAutoField,
    Func,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
)

from inbox.caches.memories import Memory
from inbox.prepared import Params, Prepared
from inbox.trips import Answer, Trip

M = TypeVar("M", bound=Model)
V = TypeVar("V")


class Version(Func):
    """That of a row, as text; NULL where the database knows none.

    It takes a column of each table that counts, but no key: a join for that alone would be left out.
    """

    output_field = TextField()

    def as_sql(self, *_one: Any, **_more: Any) -> tuple[str, tuple[()]]:
        return "NULL", ()

    def as_postgresql(
        self, compiler: Any, _connection: BaseDatabaseWrapper, **_more: Any
    ) -> tuple[str, tuple[()]]:
        columns = self.get_source_expressions()
        tables = [compiler.quote_name_unless_alias(column.alias) for column in columns]
        told = [f"{one}.xmin::text || {one}.ctid::text" for one in tables]
        return told[0] if len(told) == 1 else f"concat({', '.join(told)})", ()  # some may be NULL


class _Together(Aggregate):
    """A digest of all versions, as text; NULL of no row."""

    function = "string_agg"
    template = "encode(sha256(convert_to(%(function)s(%(expressions)s, ' '), 'UTF8')), 'hex')"
    output_field = TextField()


class _OfBrand(Func):
    """A version that is empty where there is no row; NULL where the database knows none."""

    output_field = TextField()

    def as_sql(self, *_one: Any, **_more: Any) -> tuple[str, Any]:
        return "NULL", ()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, template="coalesce(%(expressions)s, '')")


def of_brand(model: type[Model], *columns: str) -> Func:
    """The version of all rows of a model of one brand, beside that brand.

    `columns`: as `Version` takes them.
    """
    theirs = model._default_manager.filter(brand=OuterRef("pk")).order_by().values("brand")
    versions = theirs.annotate(together=_Together(Version(*columns)))
    return _OfBrand(Subquery(versions.values("together")))


def remember(memory: Memory[V], key: Hashable, version: str | None, find: Callable[[], V]) -> V:
    """What was found while this version stood, else what `find` finds now; anew without a version.

    `find` must read nothing that a transaction still holds back: it is told to others, too.
    """
    return find() if version is None else memory.keep((key, version), find)


@cache
def _memory(model: type[M]) -> Memory[M]:
    """The rows of this model, by their keys and versions."""
    return Memory(1_024)


class Remembered(Generic[M]):
    """As `Prepared`, for rows of one model of which most are the same as when they were last read."""

    def __init__(self, model: type[M], column: str, build: Callable[[], QuerySet[M]]) -> None:
        """`column`: any of the model but its key."""

        def of_ids() -> Any:
            rows = model._default_manager.annotate(version=Version(column))
            return rows.filter(pk__in=Params("ids", BigAutoField()))

        self._rows, self._of_ids = Prepared(build), Prepared(of_ids)
        self._versions: Prepared[Any] = Prepared(lambda: build().values_list("pk", Version(column)))
        self._memory = _memory(model)

    def ask_on(self, trip: Trip, **values: Any) -> Answer[list[M]]:
        """The versions are asked for on this trip; what is not remembered is asked for after it."""
        if connection.vendor != "postgresql":
            return trip.ask(self._rows, **values)
        asked = trip.ask(self._versions, **values)
        return lambda: self._find(asked(), values)

    def _find(self, found: list[Any], values: Mapping[str, Any]) -> list[M]:
        memory = self._memory
        known = {key: row for key in found if (row := memory.find(key))}
        unknown = [key[0] for key in found if key not in known]
        for row in self._of_ids.ask(ids=unknown):
            key = row.pk, vars(row)["version"]
            known[key] = memory.put(key, row)
        if any(key not in known for key in found):  # one changed between the two questions
            return self._rows.ask(**values)
        return [known[key] for key in found]
