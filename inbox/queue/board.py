"""Which of a brand's ambassadors stand under a tab of their table, and in which order.

The order is made here of one sum per ambassador, each figure's by one statement. So it needs as many
statements for thousands of ambassadors as for one. What is not known comes last in each direction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Min, Q, QuerySet
from django.utils import timezone

from inbox.models import Brand, IndexedBrand, IndexedChatroom
from inbox.models.index import OLDER
from inbox.queue import ambassadors, past
from inbox.queue.past import Rating


class Tab(StrEnum):
    """Ambassadors with what in common. `AWAY`: not seen since somebody began to wait for them."""

    ALL = "all"
    WAITING = "waiting"
    AWAY = "away"
    FALLING = "falling"


class Column(StrEnum):
    """What the table is sorted by, as an address names it."""

    NAME = "name"
    WAITING = "waiting"
    WAIT = "wait"
    UNREAD = "unread"
    ANOMALIES = "anomalies"
    RATING = "rating"
    ANSWER = "answer"
    ROOMS = "conversations"


@dataclass(frozen=True, slots=True)
class Order:
    """By what, and whether the greatest comes first.

    A rating is sorted by how it changed; those of which that is not known come after, by what it is.
    """

    column: Column = Column.WAIT
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Waits:
    """The customers who wait for an ambassador, and since when: the first and the last of them."""

    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """An ambassador, and what decides under which tabs they stand. `seen`: last, as far as known."""

    ambassador: int
    name: str
    is_read: bool
    is_whole: bool
    seen: datetime | None
    is_online: bool
    waits: Waits | None
    rating: Rating

    def stands(self, tab: Tab) -> bool:
        if tab == Tab.FALLING:
            return self.rating.has_fallen
        return tab == Tab.ALL or (self.waits is not None and (tab == Tab.WAITING or self.is_away))

    @property
    def is_away(self) -> bool:
        """Whether they are known not to have been here since somebody began to wait."""
        if self.is_online or self.seen is None or self.waits is None:
            return False
        return self.seen < self.waits.last


@dataclass(frozen=True, slots=True)
class Board:
    """The ambassadors of a tab in their order, and how many stand under each.

    `is_whole`: whether all were read as a whole; where not, more may come to stand under each tab.
    """

    ids: list[int]
    counts: Mapping[Tab, int]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: `words` of names, and `statuses` as digits; without, all."""

    tab: Tab = Tab.ALL
    order: Order = Order()
    words: str = ""
    statuses: Collection[str] = ()


def find(
    index: IndexedBrand,
    asked: Asked,
    seen: Mapping[int, tuple[bool, datetime | None]],
) -> Board:
    """The board as it is now. `seen`: who is known to be online, and when they were last seen."""
    lines = _lines(index, asked, seen)
    here = [one for one in lines if one.stands(asked.tab)]
    column = asked.order.column
    keys = _keys(index.brand, column, here)
    then = {one.ambassador: one.rating.now for one in here} if column == Column.RATING else {}
    return Board(
        ids=[
            one.ambassador for one in in_order(here, keys, then, descending=asked.order.descending)
        ],
        counts={tab: sum(one.stands(tab) for one in lines) for tab in Tab},
        is_whole=all(one.is_whole for one in lines),
    )


def in_order(
    lines: Iterable[Line],
    keys: Mapping[int, Any],
    then: Mapping[int, Any] | None = None,
    *,
    descending: bool,
) -> list[Line]:
    """The lines by their keys, those without one by the other, and those never read last; by name."""
    named = sorted(lines, key=lambda one: (not one.name, one.name, one.ambassador))
    known, left = _by(keys, named, descending=descending)
    others, unknown = _by(then or {}, left, descending=descending)
    return known + others + sorted(unknown, key=lambda one: not one.is_read)


def _by(
    keys: Mapping[int, Any], lines: list[Line], *, descending: bool
) -> tuple[list[Line], list[Line]]:
    """The lines that have a key, in its order, and the others as they stand."""
    known = [one for one in lines if keys.get(one.ambassador) is not None]
    known.sort(key=lambda one: keys[one.ambassador], reverse=descending)
    return known, [one for one in lines if keys.get(one.ambassador) is None]


def _lines(
    index: IndexedBrand,
    asked: Asked,
    seen: Mapping[int, tuple[bool, datetime | None]],
) -> list[Line]:
    waits, ratings = _waits(index.pk), past.find_ratings(index.brand)
    found = ambassadors.listed(index, asked.words, asked.statuses).order_by()
    lines = []
    for id_, name, at, is_read, is_walked, missing in found.values_list(
        "ambassador", "search", "seen", _is_known("read_at"), _is_known("walked"), "missing"
    ):
        is_online, acted = seen.get(id_, (False, None))
        line = Line(
            ambassador=id_,
            name=name,
            is_read=is_read,
            is_whole=is_walked and not missing,
            seen=max((one for one in (at, acted) if one), default=None),
            is_online=is_online,
            waits=waits.get(id_),
            rating=ratings.get(id_, past.UNRATED),
        )
        lines.append(line)
    return lines


def _is_known(field: str) -> "ExpressionWrapper[Q]":
    """Whether a date stands there: that costs less than the dates of thousands."""
    return ExpressionWrapper(Q(**{f"{field}__isnull": False}), BooleanField())


def _waits(brand_id: int) -> dict[int, Waits]:
    """Of all ambassadors of the brand; those do not count whose reasons all are old."""
    rooms = ambassadors.waiting(IndexedChatroom.objects.filter(brand=brand_id))
    found = rooms.order_by().values_list("ambassador")
    sums = found.annotate(count=Count("*"), first=Min("waiting_since"), last=Max("waiting_since"))
    return {id_: Waits(*told) for id_, *told in sums}


def _keys(brand: Brand, column: Column, lines: list[Line]) -> dict[int, Any]:
    """By what each line is sorted; None for what is not known."""
    if column == Column.NAME:
        return {one.ambassador: one.name or None for one in lines}
    if column == Column.RATING:
        return {one.ambassador: one.rating.change for one in lines}
    if column == Column.ANSWER:
        return past.find_usual(brand, [one.ambassador for one in lines])
    if column == Column.WAIT:
        now = timezone.now()
        return {one.ambassador: _longest(one, now) for one in lines}
    if column == Column.WAITING:
        counts = {one.ambassador: one.waits.count for one in lines if one.waits}
    else:
        counts = _count(COUNTED[column](IndexedChatroom.objects.filter(brand=brand.pk)))
    return {one.ambassador: counts.get(one.ambassador, 0) for one in lines if one.is_read}


def _longest(line: Line, now: datetime) -> timedelta | None:
    """How long somebody waits; who was not read as a whole may have a wait that nobody knows."""
    if line.waits:
        return now - line.waits.first
    return timedelta(0) if line.is_read and line.is_whole else None


COUNTED = {
    Column.UNREAD: lambda rooms: rooms.filter(unread=True),
    Column.ANOMALIES: lambda rooms: rooms.filter(is_anomalous=True, rank__lt=OLDER),
    Column.ROOMS: lambda rooms: rooms,
}


def _count(rooms: QuerySet[IndexedChatroom]) -> dict[int, int]:
    return dict(rooms.order_by().values_list("ambassador").annotate(count=Count("*")))
