"""Finds rows of the index by words: of names, and of the texts that are kept. Asks our database alone.

Each word of the question must be there, in any order: in the conversation, or in the name of the
ambassador in whose inbox it stands. A word of three letters is found anywhere in a word, a shorter one
at the beginning of a word and beside a longer one only. Two letters are enough in a script that puts
no blanks between words. A number also finds the conversation that has it, and the counterpart's.

No question reads all rows of a brand: one without a word that an index can find is refused. `page`
looks at no more than `LOOKED_AT` of the rows that have all words: a first name alone finds thousands.
Names that begin with the words come first, then words that do, then what holds them within a word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import add, and_, or_
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Contains, Exact

from inbox.display import people
from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.models.index import OLDER
from inbox.queue import search_index
from inbox.queue.search_index import Means
from inbox.text import spelling

M = TypeVar("M", bound=Model)
Sql = tuple[str, tuple[object, ...]]

LONGEST = 200  # characters of a question; the rest is not looked at
LARGEST = 2**63 - 1  # number that a database takes
PAGE = 25  # rows
MOST = 1000
"""So many are told."""
LOOKED_AT = 4_000
"""So many of the rows with all words are put in order."""
PRESSING = 2_000
"""So many rows that need attention are looked through for a single word: a common one is among them,
whatever the size of the index, where the index itself would have to name thousands of rows."""


class Refusal(Enum):
    """Why nothing was looked for."""

    NO_WORDS = "no words"
    TOO_SHORT = "too short"
    NO_INDEX = "no index"  # that knows these letters


_IS_PRESSING = Q(rank__lt=OLDER)
ORDER = (
    Case(When(_IS_PRESSING, then=F("rank"))).asc(nulls_last=True),
    Case(When(_IS_PRESSING, then=F("since"))),
    *(F("last_message_date").desc(nulls_last=True), F("id").desc()),
)


class Found(NamedTuple):
    """Some of the rows that were found: the best first, of these what needs attention, then the newest.

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


class _Name(Func):
    """The line of names in what is searched of a row, with a blank before it."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *_one: Any, **_more: Any) -> Any:
        line = "(' ' || substr({0}, 1, instr({0} || char(10), char(10)) - 1))"
        return super().as_sql(compiler, connection, template=line.format("%(expressions)s"))

    def as_postgresql(self, compiler: Any, connection: Any, **_more: Any) -> Any:
        line = "(' ' || split_part(%(expressions)s, E'\\n', 1))"
        return super().as_sql(compiler, connection, template=line)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to hold a question's words: these in the row, all others in its ambassador's name.

    `ambassadors`: those who have the others, empty where all are in the row.
    """

    words: tuple[str, ...]
    ambassadors: tuple[int, ...] = ()

    @property
    def where(self) -> Q:
        return Q(ambassador__in=self.ambassadors) if self.ambassadors else Q()


CHATROOM, AMBASSADOR = ("chatroom", "other"), ("ambassador",)
"""The numbers by which a row of either kind is found."""
FEW = 5
"""Words that are tried alone."""
WAYS = 4
"""So many ways through ambassadors' names are tried: a question of many words has hundreds."""
HOLDERS = 200
"""Ambassadors whose names are looked at for them."""


def find_chatrooms(brand_id: int, words: str) -> QuerySet[IndexedChatroom] | Refusal:
    """The brand's rows with all of these words, in no order. The index finds them by their ids alone.

    Filter them by all but the brand: SQLite would then rather look through all of the brand's rows.
    """
    return _find_by(brand_id, _ways(brand_id, _words(words)))


def page(brand_id: int, words: str, start: int = 0, size: int = PAGE) -> Found | Refusal:
    """Some of the brand's rows with all of these words, after the first `start` of them."""
    asked, end = _words(words), start + size
    ways = _ways(brand_id, asked)
    found = _find_by(brand_id, ways, LOOKED_AT)
    if isinstance(found, Refusal):
        return found
    how = _how(ways)
    leads = len(asked) == 1 and _leads(asked[0])
    pressing = _pressing(brand_id, asked[0], how, end + 1) if leads else []
    best = [pk for pk, place in pressing if place == NAMED]
    if len(best) > end:
        return Found(_in_order(best[start:end]), end, is_more=True)
    # Those of a common word that are most pressing come before all that the index finds.
    told = _rest(found, [pk for pk, _place in pressing], how, end + 1)
    both = [*((place, 0, pk) for pk, place in pressing), *((place, 1, pk) for pk, place, _ in told)]
    ordered = [pk for _place, _which, pk in sorted(both, key=lambda one: one[:2])]
    total = len(pressing) + (told[0][2] if told else 0)
    if not (total or any(map(_leads, asked))):
        return Refusal.TOO_SHORT  # no conversation has this number
    return Found(_in_order(ordered[start:end]), min(total, MOST), is_more=total > MOST)


def find_alone(brand_id: int, words: str) -> tuple[str, ...]:
    """Of several words those that find conversations by themselves, as they were typed."""
    typed = {tuple(_words(word)): word for word in words[:LONGEST].split()}
    each = list(typed.items())[:FEW] if len(typed) > 1 else []
    return tuple(word for asked, word in each if _finds(brand_id, list(asked)))


def _finds(brand_id: int, asked: list[str]) -> bool:
    rows = _find(IndexedChatroom, CHATROOM, brand_id, asked, 1)
    return isinstance(rows, QuerySet) and rows.exists()


def _rest(
    found: QuerySet[IndexedChatroom], but: list[int], how: Case, most: int
) -> list[tuple[int, int, int]]:
    """The keys of rows that were found, how they hold the words, and how many rows there are."""
    rows = found.exclude(pk__in=but).annotate(how=how).order_by("how", *ORDER)
    return list(rows.values_list("pk", "how", Window(Count("*")))[:most])


def _pressing(brand_id: int, word: str, how: Case, most: int) -> list[tuple[int, int]]:
    """The keys of rows with a word among those that need attention most, and how they hold it."""
    ranked = IndexedChatroom.objects.filter(_IS_PRESSING, brand=brand_id)
    looked_at = ranked.order_by("rank", "since", "id")[:PRESSING]
    holds = _holds(word, CHATROOM, search_index.means())
    found = IndexedChatroom.objects.filter(holds, pk__in=looked_at.values("pk"))
    return list(found.annotate(how=how).order_by("how", *ORDER).values_list("pk", "how")[:most])


def _in_order(keys: list[int]) -> list[IndexedChatroom]:
    rows = IndexedChatroom.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def find_ambassadors(brand_id: int, words: str) -> QuerySet[IndexedAmbassador] | Refusal:
    """As `find_chatrooms`, of the brand's ambassadors."""
    return _find(IndexedAmbassador, AMBASSADOR, brand_id, _words(words))


def _find_by(
    brand_id: int, ways: list[_Way], most: int | None = None
) -> QuerySet[IndexedChatroom] | Refusal:
    """By any of these ways; refused where the first one is. `most`: as `_find` has it, of each way."""
    first, *others = ways
    found = _find(IndexedChatroom, CHATROOM, brand_id, list(first.words), most)
    if isinstance(found, Refusal):
        return found
    for way in others:
        rows = _find(IndexedChatroom, CHATROOM, brand_id, list(way.words), most, way.where)
        found = found if isinstance(rows, Refusal) else found | rows
    return found


def _ways(brand_id: int, asked: list[str]) -> list[_Way]:
    """All words in the row, and some in the names of ambassadors, those with the most there first."""
    holders: dict[tuple[str, ...], list[int]] = {}
    if len(asked) > 1:
        held = [Case(When(_begins(word), then=1), default=0) for word in asked]
        named = IndexedAmbassador.objects.annotate(held=reduce(add, held)).order_by("-held", "pk")
        named = named.filter(reduce(or_, map(_begins, asked)), brand=brand_id)
        for id_, name in named.values_list("ambassador", "search")[:HOLDERS]:
            left = tuple(word for word in asked if f" {word}" not in f" {name}")
            if left:
                holders.setdefault(left, []).append(id_)
    found = sorted(holders.items(), key=lambda one: len(one[0]))
    return [_Way(tuple(asked)), *(_Way(left, tuple(ids)) for left, ids in found[:WAYS])]


NAMED, BEGUN, WITHIN = range(3)


def _how(ways: list[_Way]) -> Case:
    """How a row holds the words: in names that begin so, in words that do, or within words."""

    def any_way(says: Any) -> Q:
        each = (reduce(and_, map(says, way.words), way.where) for way in ways)
        return reduce(or_, each)

    named = any_way(_is_named)
    begun = any_way(lambda word: _holds(word, CHATROOM, Means.BEGINNINGS))
    whens = (When(named, then=Value(NAMED)), When(begun, then=Value(BEGUN)))
    return Case(*whens, default=Value(WITHIN), output_field=IntegerField())


def _is_named(word: str) -> Q:
    """Whether a name begins so, or this is the number of the conversation or the counterpart."""
    found = Q(Contains(_Name(F("search")), f" {word}"))
    number = _number(word)
    return found if number is None else found | _is_number(number, CHATROOM)


def _find(
    model: type[M],
    keys: Iterable[str],
    brand_id: int,
    asked: list[str],
    most: int | None = None,
    where: Q | None = None,
) -> QuerySet[M] | Refusal:
    """`most`: how many rows are looked at, those that the index finds first.

    `where`: a condition of the rows.
    """
    if not asked:
        return Refusal.NO_WORDS
    leading = [word for word in asked if _leads(word)]
    means = search_index.means(model)
    is_searched = bool(leading) and _is_known(leading, means)
    numbers = [number for word in asked if (number := _number(word)) is not None]
    if not (is_searched or numbers):
        return Refusal.NO_INDEX if leading else Refusal.TOO_SHORT
    others = [where] if where else []
    others += [_holds(word, keys, means) for word in asked if word not in leading]
    rows = model._default_manager.filter(*others, brand=brand_id)
    found = []
    if is_searched:
        found.append(_said(rows, leading, means))
    if numbers:
        held = [_holds(word, keys, means) for word in leading]
        for key in keys:  # each has an index
            found.append(_ids(rows.filter(*held, **{f"{key}__in": numbers})))
    if connection.vendor == "postgresql":
        return model._default_manager.filter(_IsOneOf(F("pk"), _union(found, most)))
    # No index has this sum: SQLite can but look at the rows that were found.
    brand = ExpressionWrapper(F("brand_id") + 0, BigIntegerField())
    rows = model._default_manager.filter(Exact(brand, brand_id), *others, pk__in=_union(found))
    return model._default_manager.filter(pk__in=rows.values("pk")[:most]) if most else rows


def _words(words: str) -> list[str]:
    """Each once. A number with what pages call people without a name means the person's number."""
    found = list(dict.fromkeys(spelling.fold(words[:LONGEST]).split()))
    if any(word.isdecimal() for word in found):
        called = {spelling.fold(str(one)) for one in people.NAMELESS.values()}
        found = [word for word in found if word not in called]
    return found


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


def _holds(word: str, keys: Iterable[str], means: Means) -> Q:
    """Rows that hold it, or are of this number. Compares each row: some must be chosen first."""
    number = _number(word)
    said = _says(word, means)
    return said if number is None else said | _is_number(number, keys)


def _is_number(number: int, keys: Iterable[str]) -> Q:
    return reduce(or_, (Q(**{key: number}) for key in keys))


def _says(word: str, means: Means) -> Q:
    if means != Means.BEGINNINGS and len(word) >= spelling.PART:
        return Q(search__contains=word)
    return _begins(word)


def _begins(word: str) -> Q:
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
