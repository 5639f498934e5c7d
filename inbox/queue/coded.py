"""The conversations of the index in which a code stands now: how many, the newest, page by page.

Each conversation counts once, in however many inboxes it stands. Popsell is never asked.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, F, IntegerField, OuterRef, Q, QuerySet, Subquery

from inbox.chatrooms import index_facts
from inbox.models import CodeKind, CodeName, IndexedAmbassador, IndexedChatroom
from inbox.prepared import Param, Params, Prepared
from inbox.text import numbers
from inbox.trips import Answer, Trip

MOST = 999
"""Conversations that are counted of a code: more are told as more."""
NEWEST = 3
PAGE = 25

# The column of each kind's code, and the moment since when it stands there.
COLUMNS = {
    CodeKind.ANOMALY: ("anomaly", "summarized"),
    CodeKind.TOPIC: ("topic", "summarized"),
    CodeKind.MODERATION: ("status_moderation", "last_message_date"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)
PLACE = re.compile(r"(-?[0-9]{1,17})\.([0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class Uses:
    """`count`: conversations with the code, `MOST` + 1 where there are more. `newest`: some of them.

    `oldest`: since when it stands in the oldest.
    """

    count: int = 0
    newest: tuple[IndexedChatroom, ...] = ()
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A page of conversations, newest first. `newer`, `older`: places to go on from, or nothing.

    `before`: how many newer ones there are, `MOST` + 1 for more than that.
    """

    rows: list[IndexedChatroom]
    before: int = 0
    newer: str = ""
    older: str = ""


class _Count(Subquery):
    """How many rows the query finds, where it stops at some."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS found)"
    output_field = IntegerField()


def find_uses(codes: Iterable[CodeName]) -> dict[int, Uses]:
    """How often codes of one brand stand there, by their keys: a query for each kind, and one more."""
    found = {kind: [one for one in codes if one.kind == kind and _is_told(one)] for kind in COLUMNS}
    told = [row for kind, some in found.items() if some for row in _count(kind, some)]
    ids = {pk for row in told for pk in row[3:] if pk}
    rows = IndexedChatroom.objects.in_bulk(ids) if ids else {}
    return {
        code: Uses(count, tuple(rows[pk] for pk in newest if pk in rows), oldest)
        for code, count, oldest, *newest in told
    }


def _is_told(code: CodeName) -> bool:
    """Whether the index has it as it is: empty stands for none there, and addresses are masked."""
    return bool(code.code) and index_facts.code(code.code) == code.code


def _count(kind: CodeKind, codes: list[CodeName]) -> list[tuple[Any, ...]]:
    """Of each code: its key, how many conversations, the oldest's moment, and the newest's keys."""
    _column, moment = COLUMNS[kind]
    rows = _rows(codes[0].brand_id, kind, OuterRef("code"))
    keys = rows.order_by(f"-{moment}", "-pk").values("pk")
    return list(
        CodeName.objects.filter(pk__in=[one.pk for one in codes])
        .order_by("pk")
        .values_list(
            "pk",
            _Count(keys[: MOST + 1]),  # ordered: else PostgreSQL may read the whole table
            Subquery(rows.order_by(moment, "pk").values(moment)[:1]),
            *(Subquery(keys[place : place + 1]) for place in range(NEWEST)),
        )
    )


def _rows(brand_id: int, kind: CodeKind, code: str | OuterRef) -> QuerySet[IndexedChatroom]:
    """The conversations with this code, as SQLite finds them by an index of those with a moment."""
    column, moment = COLUMNS[kind]
    there = {column: code, f"{moment}__isnull": False}
    return IndexedChatroom.objects.filter(brand=brand_id, counts=True, **there)


def name_ambassadors(
    brand_id: int, rows: Iterable[IndexedChatroom]
) -> Mapping[int, IndexedAmbassador]:
    """Whose inboxes these rows stand in, by their ids."""
    return find_ambassadors(brand_id, {row.ambassador for row in rows})


def find_ambassadors(brand_id: int, ids: Collection[int]) -> Mapping[int, IndexedAmbassador]:
    """These, by their ids, with what pages show of a person."""
    return find_ambassadors_on(Trip(), brand_id, ids)()


def find_ambassadors_on(
    trip: Trip, brand_id: int, ids: Collection[int]
) -> Answer[Mapping[int, IndexedAmbassador]]:
    """As `find_ambassadors`, together with other questions."""
    found = trip.ask(_AMBASSADORS, brand=brand_id, ids=list(ids))
    return lambda: {one.ambassador: one for one in found()}


def _ambassadors() -> QuerySet[IndexedAmbassador]:
    number = BigIntegerField()
    which = {"brand": Param("brand", number), "ambassador__in": Params("ids", number)}
    return IndexedAmbassador.objects.filter(**which).only(
        *("brand", "ambassador", "name", "status", "seen", "anonymized")
    )


_AMBASSADORS = Prepared(_ambassadors)


# Page by page


def find_page(code: CodeName, before: str = "", after: str = "") -> Part:
    """The page of older conversations than this place, or of newer ones; nonsense is the newest page.

    A place is a moment with a row's key, so that no row is lost or shown twice while others come.
    """
    rows, moment = _all(code), COLUMNS[CodeKind(code.kind)][1]
    if (place := _place(after)) and (found := _beside(rows, moment, place, is_newer=True)):
        shown = found[:PAGE][::-1]
        newer = _name(shown[0], moment) if len(found) > PAGE else ""
        return Part(
            shown, _count_newer(rows, moment, shown[0]), newer, older=_name(shown[-1], moment)
        )
    place = _place(before)
    found = _beside(rows, moment, place, is_newer=False)
    shown = found[:PAGE]
    return Part(
        shown,
        _count_newer(rows, moment, shown[0]) if place and shown else 0,
        newer=_name(shown[0], moment) if place and shown else "",
        older=_name(shown[-1], moment) if len(found) > PAGE else "",
    )


def _all(code: CodeName) -> QuerySet[IndexedChatroom]:
    if not _is_told(code):
        return IndexedChatroom.objects.none()
    return _rows(code.brand_id, CodeKind(code.kind), code.code)


def _beside(
    rows: QuerySet[IndexedChatroom],
    moment: str,
    place: tuple[datetime, int] | None,
    *,
    is_newer: bool,
) -> list[IndexedChatroom]:
    """The rows next to a place, the nearest first, and one more than a page to tell if it goes on."""
    if place:
        rows = _beyond(rows, moment, place, is_newer=is_newer)
    order = [F(moment), F("pk")] if is_newer else [F(moment).desc(), F("pk").desc()]
    return list(rows.order_by(*order)[: PAGE + 1])


def _beyond(
    rows: QuerySet[IndexedChatroom], moment: str, place: tuple[datetime, int], *, is_newer: bool
) -> QuerySet[IndexedChatroom]:
    at, key = place
    than = "gt" if is_newer else "lt"
    further = Q(**{f"{moment}__{than}": at}) | Q(**{f"pk__{than}": key})
    return rows.filter(further, **{f"{moment}__{than}e": at})  # which an index finds


def _count_newer(rows: QuerySet[IndexedChatroom], moment: str, first: IndexedChatroom) -> int:
    newer = _beyond(rows, moment, (getattr(first, moment), first.pk), is_newer=True)
    return newer.order_by(f"-{moment}", "-pk")[: MOST + 1].count()


def _name(row: IndexedChatroom, moment: str) -> str:
    """A row's place, as an address holds it."""
    return f"{(getattr(row, moment) - EPOCH) // STEP}.{row.pk}"


def _place(value: str) -> tuple[datetime, int] | None:
    found = PLACE.fullmatch(value)
    key = numbers.record_number(found[2]) if found else 0
    if not found or not key:
        return None
    try:
        return EPOCH + int(found[1]) * STEP, key
    except OverflowError:
        return None
