"""Finds rows of the index by words: of names, and of the texts that are kept. Asks our database alone.

Each word of the question must be there, in any order. A word of three letters is found anywhere in a
word, a shorter one at the beginning of a word and beside a longer one only. Two letters are enough in
a script that puts no blanks between words. A number also finds the conversation that has it.

No question reads all rows of a brand: one without a word that an index can find is refused.
"""

from enum import Enum
from typing import TypeVar

from django.db import connection
from django.db.models import BooleanField, Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.queue import search_index
from inbox.queue.search_index import Means
from inbox.text import spelling

M = TypeVar("M", bound=Model)
Sql = tuple[str, tuple[object, ...]]

LONGEST = 200  # characters of a question; the rest is not looked at
LARGEST = 2**63 - 1  # number that a database takes


class Refusal(Enum):
    """Why nothing was looked for."""

    TOO_SHORT = "too short"
    NO_INDEX = "no index"  # that knows these letters


def find_chatrooms(brand_id: int, words: str) -> QuerySet[IndexedChatroom] | Refusal:
    """The brand's rows with all of these words, in no order."""
    return _find(IndexedChatroom, "chatroom", brand_id, words)


def find_ambassadors(brand_id: int, words: str) -> QuerySet[IndexedAmbassador] | Refusal:
    """As `find_chatrooms`, of the brand's ambassadors."""
    return _find(IndexedAmbassador, "ambassador", brand_id, words)


def _find(model: type[M], key: str, brand_id: int, words: str) -> QuerySet[M] | Refusal:
    asked = list(dict.fromkeys(spelling.fold(words[:LONGEST]).split()))
    leading = [word for word in asked if _leads(word)]
    means = search_index.means(model)
    is_searched = bool(leading) and _is_known(leading, means)
    numbers = [number for word in asked if (number := _number(word)) is not None]
    if not (is_searched or numbers):
        return Refusal.NO_INDEX if leading else Refusal.TOO_SHORT
    found = []
    if is_searched:
        others = [word for word in asked if word not in leading]
        found.append(_by_words(model, brand_id, leading, others, means))
    if numbers:
        rows = model._default_manager.filter(**{"brand": brand_id, f"{key}__in": numbers})
        found.append(_sql(rows.filter(*(_holds(word, key, means) for word in asked))))
    return _rows(model, found)


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


# The rows of a brand with all of some words


def _by_words(
    model: type[M], brand_id: int, leading: list[str], others: list[str], means: Means
) -> Sql:
    """`leading` are found by the index, `others` among what it finds."""
    if connection.vendor != "postgresql":
        return _by_fts(model, brand_id, leading, others, means)
    holds_all = [_says(word, means) for word in (*leading, *others)]
    rows = model._default_manager.filter(*holds_all, brand=brand_id)
    if means == Means.BEGINNINGS:
        query = " & ".join(f"'{word[: search_index.LONGEST]}':*" for word in leading)
        rows = rows.filter(
            RawSQL(f"{search_index.VECTOR} @@ %s::tsquery", [query], BooleanField())  # noqa: S611 - our SQL
        )
    return _sql(rows)


def _by_fts(
    model: type[Model], brand_id: int, leading: list[str], others: list[str], means: Means
) -> Sql:
    """SQLite's planner takes the tables of a CROSS JOIN in this order: found first, then looked at."""
    terms = [_term(word, means) for word in leading]
    sql = (
        f"SELECT found.rowid FROM {search_index.name(model, means)} AS found "  # noqa: S608 - names of ours
        f"CROSS JOIN {model._meta.db_table} AS it ON it.id = found.rowid "
        "WHERE found.words MATCH %s AND it.brand_id = %s"
    )
    sql += f" AND instr({search_index.spaced('it')}, %s) > 0" * len(others)
    return sql, (" AND ".join(terms), brand_id, *(f" {word}" for word in others))


def _term(word: str, means: Means) -> str:
    """A word in FTS5's language: nothing is special between quotes, and a word holds none."""
    if means == Means.BEGINNINGS:
        return f'"{word}"*'
    return f'"{word}"' if len(word) >= spelling.PART else f'" {word}"'


def _sql(rows: QuerySet[M]) -> Sql:
    """The query of their ids."""
    return rows.values("pk").query.sql_with_params()


def _rows(model: type[M], found: list[Sql]) -> QuerySet[M]:
    """Rows by their ids, which are looked up first whatever the caller filters and sorts by."""
    sql = " UNION ".join(query for query, _params in found)
    if connection.vendor == "postgresql":
        sql = f"SELECT unnest(ARRAY({sql}))"  # its planner looks into other subqueries
    params = [value for _query, values in found for value in values]
    return model._default_manager.filter(pk__in=RawSQL(sql, params))  # noqa: S611 - made above
