"""Finds rows of the index by words: of names, and of the texts that are kept. Asks our database alone.

Each word of the question must be there, in any order. A word of three letters is found anywhere in a
word, a shorter one at the beginning of a word and beside a longer one only. Two letters are enough in
a script that puts no blanks between words. A number also finds the conversation that has it.

No question reads all rows of a brand: one without a word that an index can find is refused. `page`
looks at no more than `MOST` of the rows that have all words, since a first name alone finds thousands.
"""

from enum import Enum
from typing import NamedTuple, TypeVar

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    Model,
    Q,
    QuerySet,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.queue import search_index
from inbox.queue.search_index import Means
from inbox.text import spelling

M = TypeVar("M", bound=Model)
Sql = tuple[str, tuple[object, ...]]

LONGEST = 200  # characters of a question; the rest is not looked at
LARGEST = 2**63 - 1  # number that a database takes
PAGE = 25  # rows
MOST = 1000
"""So many of the rows with all words are looked at."""
PRESSING = 2_000
"""So many rows that need attention are looked through for a single word: a common one is among them,
whatever the size of the index, where the index itself would have to name thousands of rows."""


class Refusal(Enum):
    """Why nothing was looked for."""

    TOO_SHORT = "too short"
    NO_INDEX = "no index"  # that knows these letters


ORDER = (
    *(F("rank").asc(nulls_last=True), F("since")),
    *(F("last_message_date").desc(nulls_last=True), F("id").desc()),
)


class Found(NamedTuple):
    """Some of the rows that were found: what needs attention first, then the newest.

    `total`: how many there are, and `is_more` whether there are more than these. Then others may be
    missing among the rows: they are the first of those that were looked at.
    """

    rows: list[IndexedChatroom]
    total: int
    is_more: bool = False


class _IsOneOf(Func):
    """Whether an id is one of a query's. PostgreSQL runs that first, then looks up what it found."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY(ARRAY"
    output_field = BooleanField()


def find_chatrooms(brand_id: int, words: str) -> QuerySet[IndexedChatroom] | Refusal:
    """The brand's rows with all of these words, in no order. The index finds them by their ids alone.

    Filter them by all but the brand: SQLite would then rather look through all of the brand's rows.
    """
    return _find(IndexedChatroom, "chatroom", brand_id, words)


def page(brand_id: int, words: str, start: int = 0, size: int = PAGE) -> Found | Refusal:
    """Some of the brand's rows with all of these words, after the first `start` of them."""
    found = _find(IndexedChatroom, "chatroom", brand_id, words, MOST + 1)
    if isinstance(found, Refusal):
        return found
    asked, end = _words(words), start + size
    pressing = _pressing(brand_id, asked[0], end + 1) if len(asked) == 1 else []
    keys = pressing[start:end]
    if len(pressing) > end:
        return Found(_in_order(keys), end, is_more=True)
    # Those of a common word that are most pressing come before all that the index finds.
    rest = found.exclude(pk__in=pressing).order_by(*ORDER).values_list("pk", Window(Count("*")))
    begin = max(start - len(pressing), 0)
    told = list(rest[begin : begin + size - len(keys) + 1])
    total = len(pressing) + (told[0][1] if told else 0)
    keys += [pk for pk, _total in told[: size - len(keys)]]
    return Found(_in_order(keys), min(total, MOST), is_more=total > MOST)


def _pressing(brand_id: int, word: str, most: int) -> list[int]:
    """The keys of rows with a word among those that need attention most, in the order of all."""
    ranked = IndexedChatroom.objects.filter(brand=brand_id, rank__isnull=False)
    looked_at = ranked.order_by("rank", "since", "id")[:PRESSING]
    holds = _holds(word, "chatroom", search_index.means())
    found = IndexedChatroom.objects.filter(holds, pk__in=looked_at.values("pk"))
    return list(found.order_by(*ORDER).values_list("pk", flat=True)[:most])


def _in_order(keys: list[int]) -> list[IndexedChatroom]:
    rows = IndexedChatroom.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def find_ambassadors(brand_id: int, words: str) -> QuerySet[IndexedAmbassador] | Refusal:
    """As `find_chatrooms`, of the brand's ambassadors."""
    return _find(IndexedAmbassador, "ambassador", brand_id, words)


def _find(
    model: type[M], key: str, brand_id: int, words: str, most: int | None = None
) -> QuerySet[M] | Refusal:
    """`most`: how many rows are looked at, those that the index finds first."""
    asked = _words(words)
    leading = [word for word in asked if _leads(word)]
    means = search_index.means(model)
    is_searched = bool(leading) and _is_known(leading, means)
    numbers = [number for word in asked if (number := _number(word)) is not None]
    if not (is_searched or numbers):
        return Refusal.NO_INDEX if leading else Refusal.TOO_SHORT
    others = [_holds(word, key, means) for word in asked if word not in leading]
    rows = model._default_manager.filter(*others, brand=brand_id)
    found = []
    if is_searched:
        found.append(_said(rows, leading, means))
    if numbers:
        numbered = rows.filter(**{f"{key}__in": numbers})
        found.append(_ids(numbered.filter(*(_holds(word, key, means) for word in leading))))
    if connection.vendor == "postgresql":
        return model._default_manager.filter(_IsOneOf(F("pk"), _union(found, most)))
    # No index has this sum: SQLite can but look at the rows that were found.
    brand = ExpressionWrapper(F("brand_id") + 0, BigIntegerField())
    rows = model._default_manager.filter(Exact(brand, brand_id), *others, pk__in=_union(found))
    return model._default_manager.filter(pk__in=rows.values("pk")[:most]) if most else rows


def _words(words: str) -> list[str]:
    return list(dict.fromkeys(spelling.fold(words[:LONGEST]).split()))


def _leads(word: str) -> bool:
    """Whether it says enough to be looked for by itself."""
    return len(word) >= spelling.PART or spelling.is_spaceless(word)


def _number(word: str) -> int | None:
    number = int(word) if word.isdecimal() else None
    return number if number is not None and number <= LARGEST else None


def _is_known(leading: list[str], means: Means) -> bool:
    """Whether the index can find one of these words. PostgreSQL's knows the letters of its locale."""
    if means == Means.NUMBERS:
        return False
    if means == Means.BEGINNINGS or connection.vendor != "postgresql":
        return True
    if any(word.isascii() for word in leading):
        return True
    with connection.cursor() as cursor:
        query = "SELECT bool_or(word ~ '^[[:alnum:]]+$') FROM unnest(%s::text[]) AS word"
        cursor.execute(query, [leading])
        return bool(cursor.fetchone()[0])


# A word in a row


def _holds(word: str, key: str, means: Means) -> Q:
    """Rows that hold it, or are of this number. Compares each row: some must be chosen first."""
    number = _number(word)
    return _says(word, means) if number is None else _says(word, means) | Q(**{key: number})


def _says(word: str, means: Means) -> Q:
    if means != Means.BEGINNINGS and len(word) >= spelling.PART:
        return Q(search__contains=word)
    return (
        Q(search__startswith=word)
        | Q(search__contains=f" {word}")
        | Q(search__contains=f"\n{word}")
    )


# Ids of rows


def _said(rows: QuerySet[M], leading: list[str], means: Means) -> Sql:
    """Of those rows that have all of these words, by the index; on SQLite of all rows that do."""
    if connection.vendor == "postgresql":
        rows = rows.filter(*(_says(word, means) for word in leading))
        return _ids(rows.filter(_begin(leading)) if means == Means.BEGINNINGS else rows)
    terms = " AND ".join(_term(word, means) for word in leading)
    table = search_index.name(rows.model, means)
    return f"SELECT rowid FROM {table} WHERE words MATCH %s", (terms,)  # noqa: S608 - a name of ours


def _begin(leading: list[str]) -> RawSQL:
    """Whether words begin so, as PostgreSQL's index of words knows it."""
    query = " & ".join(f"'{word[: search_index.LONGEST]}':*" for word in leading)
    return RawSQL(f"{search_index.VECTOR} @@ %s::tsquery", [query], BooleanField())  # noqa: S611 - ours


def _term(word: str, means: Means) -> str:
    """A word in FTS5's language: nothing is special between quotes, and a word holds none."""
    if means == Means.BEGINNINGS:
        return f'"{word}"*'
    return f'"{word}"' if len(word) >= spelling.PART else f'" {word}"'


def _ids(rows: QuerySet[M]) -> Sql:
    return rows.values("pk").query.sql_with_params()


def _union(found: list[Sql], most: int | None = None) -> RawSQL:
    """All of their ids, of each no more than `most`."""
    params = [value for _query, values in found for value in values]
    queries = [query for query, _values in found]
    if most:
        # Planned for all rows, since PostgreSQL would rather look through the table for a few.
        every = "WITH every AS MATERIALIZED ({}) SELECT * FROM every LIMIT {}"
        queries = [f"SELECT * FROM ({every.format(query, most)}) AS few" for query in queries]  # noqa: S608 - ours
    return RawSQL(" UNION ".join(queries), params)  # noqa: S611 - ours
