"""Versions of rows, by which a process remembers what it read until that is changed.

PostgreSQL knows each version of a row by the transaction that wrote it and by its place. The two never
come again together. So what was read of a version is true for as long as that stands, and who writes
need not tell anybody. SQLite knows none: there all is read anew.
"""

from collections.abc import Callable, Hashable
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
        return f"concat({', '.join(f'{one}.xmin, {one}.ctid' for one in tables)})", ()


class _Together(Aggregate):
    """All versions, as text; NULL of no row."""

    function = "string_agg"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()


class _OfBrand(Func):
    """A version that is empty where there is no row; NULL where the database knows none."""

    output_field = TextField()

    def as_sql(self, *_one: Any, **_more: Any) -> tuple[str, Any]:
        return "NULL", ()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, template="coalesce(%(expressions)s, '')")


def of_brand(model: type[Model], *columns: str) -> Func:
    """The version of all rows of a model of one brand, beside a row of that.

    `columns`: as `Version` takes them.
    """
    theirs = model._default_manager.filter(brand=OuterRef("brand")).order_by().values("brand")
    versions = theirs.annotate(together=_Together(Version(*columns)))
    return _OfBrand(Subquery(versions.values("together")))


def remember(memory: Memory[V], key: Hashable, asked: Model, name: str, find: Callable[[], V]) -> V:
    """What was found while a version stood, else what `find` finds now.

    The version has a name in the `asked` row; without it, nothing is remembered.
    """
    version = vars(asked).get(name)
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

    def ask(self, **values: Any) -> list[M]:
        if connection.vendor != "postgresql":
            return self._rows.ask(**values)
        found, memory = self._versions.ask(**values), self._memory
        known = {pk: row for pk, version in found if (row := memory.find((pk, version)))}
        for row in self._of_ids.ask(ids=[pk for pk, _version in found if pk not in known]):
            known[row.pk] = memory.put((row.pk, vars(row)["version"]), row)
        return [known[pk] for pk, _version in found if pk in known]
