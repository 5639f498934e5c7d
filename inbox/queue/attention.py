"""What needs attention in a brand, page by page, and how much there is of each kind.

First come the customers of the waiting list, then conversations in the order of the ranking: the most
pressing first, then the oldest. A page begins where the one before ended, so nothing is missed or shown
twice while rows come and go. All is answered from the index, whose size does not matter. A chatroom
that stands in two inboxes is one of them once, since only one of its rows has reasons.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    F,
    Func,
    QuerySet,
    SmallIntegerField,
    Value,
)
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from inbox.caches import tolerant
from inbox.caches.memories import Memory
from inbox.models import Hold, IndexedChatroom, WaitingCustomer
from inbox.models.index import OLDER
from inbox.prepared import Param, Prepared
from inbox.queue import waiting_list
from inbox.queue.held import Held
from inbox.queue.narrowing import NOTHING, Narrowing, narrow, narrow_customers
from inbox.trips import Answer, Trip
from inbox.versions import Remembered

PAGE = 25  # rows
MOST = 999
"""More than these are not told: `MOST + 1` stands for any number of them."""
MANY, MANY_FOR = MOST + 101, 30
"""Where so many were counted, they are hardly fewer than are told within a moment. For so many seconds
at most a process does not count them again, even if a manager's new rule ended them all: a large
brand's tabs would cost more than its page."""


class Tab(StrEnum):
    """What of the queue is looked at. All but the last leave out what is older than the horizon."""

    ALL = "all"
    WAITING = "waiting"
    ANOMALIES = "anomalies"
    LOW_RATINGS = "low ratings"
    MODERATION = "moderation"
    NEWS = "news"
    OLDER = "older"


class Band(StrEnum):
    """How soon to look. `UNTAKEN` are customers of the waiting list, the others are conversations."""

    UNTAKEN = "untaken"
    NOW = "now"
    TODAY = "today"
    LATER = "later"


COLUMNS = {
    Tab.WAITING: "is_waiting",
    Tab.ANOMALIES: "is_anomalous",
    Tab.LOW_RATINGS: "is_low",
    Tab.MODERATION: "is_moderated",
    Tab.NEWS: "is_news",
}
"""What says that a conversation stands under a tab. Each has an index of its own."""

ORDER = ("rank", "since", "id")
BANDS = {Band.NOW: (0, 40), Band.TODAY: (40, 90), Band.LATER: (90, OLDER)}
"""From which rank on, and before which, conversations stand in each."""
OF_CUSTOMERS = (Tab.ALL, Tab.WAITING)
"""The tabs under which customers of the waiting list stand."""


class Place(NamedTuple):
    """A row's place in the order of the queue."""

    rank: int
    since: datetime
    id: int


OLDER_FROM = Place(OLDER, datetime.min.replace(tzinfo=UTC), 0)


class Part(NamedTuple):
    """A stretch of the queue: the customers come before the conversations."""

    customers: list[WaitingCustomer]
    rows: list[IndexedChatroom]


class Page(NamedTuple):
    """Some of the queue, in its order. `end`: the place of the last, None where none follow."""

    customers: list[WaitingCustomer]
    rows: list[IndexedChatroom]
    end: Place | None


class Counts(NamedTuple):
    """How much there is, `MOST + 1` for more than that. Tabs overlap, bands don't.

    `held`: what a member has in hand, and what was handed to them. `others`: of the lists that were
    also asked for.
    """

    tabs: Mapping[Tab, int]
    bands: Mapping[Band, int]
    held: Mapping[Held, int] = dict.fromkeys(Held, 0)
    others: tuple[int, ...] = ()


class Several(Func):
    """Several values that are compared as one, as both databases answer it from an index."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def page(
    brand_id: int,
    tab: Tab,
    after: Place | None = None,
    size: int = PAGE,
    *,
    to: Narrowing = NOTHING,
) -> Page:
    """The first of a tab, or what stands after a place. `to`: what it is narrowed to."""
    return _cut(_find(Trip(), brand_id, tab, after, size + 1, to=to)(), size)


def page_on(trip: Trip, brand_id: int, tab: Tab, after: Place | None) -> Answer[Page]:
    """As `page` of what is not narrowed, together with other questions."""
    part = _find(trip, brand_id, tab, after, PAGE + 1, to=NOTHING)
    return lambda: _cut(part(), PAGE)


def _cut(part: Part, size: int) -> Page:
    if len(part.customers) + len(part.rows) <= size:
        return Page(*part, None)
    customers, rows = part.customers[:size], part.rows[: max(size - len(part.customers), 0)]
    return Page(customers, rows, place(rows[-1]) if rows else place_of_customer(customers[-1]))


def find_between(
    brand_id: int, tab: Tab, after: Place | None, until: Place | None, to: Narrowing = NOTHING
) -> Part:
    """What stands now where a page stood: after one place and up to another, twice a page at most."""
    part = _find(Trip(), brand_id, tab, after, 2 * PAGE, until, to=to)()
    if until is None:
        return part
    return Part([one for one in part.customers if place_of_customer(one) <= until], part.rows)


def _find(
    trip: Trip,
    brand_id: int,
    tab: Tab,
    after: Place | None,
    size: int,
    until: Place | None = None,
    *,
    to: Narrowing,
) -> Answer[Part]:
    """So many at most, and no conversation beyond `until`."""
    is_first = after is None or after.rank <= waiting_list.RANK
    customers: Answer[list[WaitingCustomer]] = list
    if is_first and tab in OF_CUSTOMERS:
        customers = _customers(trip, brand_id, after, size, to)
    begin = None if is_first else after
    if tab == Tab.OLDER:
        begin = max(begin or OLDER_FROM, OLDER_FROM)
    rows = _rows(trip, brand_id, tab, begin, size, until, to)

    def part() -> Part:
        first = customers()
        return Part(first, rows()[: size - len(first)])

    return part


def _rows(
    trip: Trip,
    brand_id: int,
    tab: Tab,
    after: Place | None,
    size: int,
    until: Place | None,
    to: Narrowing,
) -> Answer[list[IndexedChatroom]]:
    if to != NOTHING:
        return lambda: list(_ordered(brand_id, tab, after, until, to)[:size])
    places = _told("after", after) | _told("until", until)
    plain = _plain(tab, size, after is not None, until is not None)
    return plain.ask_on(trip, brand=brand_id, **places)


def _customers(
    trip: Trip, brand_id: int, after: Place | None, size: int, to: Narrowing
) -> Answer[list[WaitingCustomer]]:
    if after is None and to == NOTHING:
        first = trip.ask(_FIRST_CUSTOMERS, brand=brand_id)
        return lambda: first()[:size]
    waiting = waiting_list.find(brand_id, after and (after.since, after.id))
    return lambda: list(narrow_customers(waiting, to)[:size])


_FIRST_CUSTOMERS = Prepared(
    lambda: waiting_list.find(Param("brand", BigIntegerField()))[: 2 * PAGE]
)


@cache
def _plain(tab: Tab, size: int, has_after: bool, has_until: bool) -> Remembered[IndexedChatroom]:
    """The rows of a tab that is not narrowed, between two places."""
    after, until = (_asked(name) for name in ("after", "until"))
    places = after if has_after else None, until if has_until else None
    brand = Param("brand", BigIntegerField())
    return Remembered(
        IndexedChatroom, "rank", lambda: _ordered(brand, tab, *places, NOTHING)[:size]
    )


def _asked(name: str) -> Place:
    kinds: list[Any] = [SmallIntegerField(), DateTimeField(), BigIntegerField()]
    parts: Any = [Param(f"{name}_{part}", kind) for part, kind in zip(ORDER, kinds, strict=True)]
    return Place(*parts)


def _told(name: str, place: Place | None) -> dict[str, Any]:
    return {f"{name}_{part}": value for part, value in zip(ORDER, place or (), strict=False)}


def _ordered(
    brand: int | Param, tab: Tab, after: Place | None, until: Place | None, to: Narrowing
) -> QuerySet[IndexedChatroom]:
    found = narrow(rows(brand, tab, after), to)
    found = found.exclude(_is_after(until)) if until else found
    return found.order_by(*ORDER)


def rows(brand: int | Param, tab: Tab, after: Place | None = None) -> QuerySet[IndexedChatroom]:
    """All conversations under a tab, or those after a place, in no order."""
    found = IndexedChatroom.objects.filter(brand=brand)
    if tab == Tab.OLDER:
        # One condition alone: with two of them SQLite would begin at the tab's first row.
        return found.filter(_is_after(after or OLDER_FROM), rank__isnull=False)
    if tab in COLUMNS:
        found = found.filter(**{COLUMNS[tab]: True})
    if after:
        found = found.filter(_is_after(after))
    return found.filter(rank__lt=OLDER)


def place(row: IndexedChatroom) -> Place:
    """Where a row of the queue stands. Raises ValueError for one that needs no attention."""
    if row.rank is None or row.since is None:
        raise ValueError(f"chatroom {row.chatroom} needs no attention")
    return Place(row.rank, row.since, row.pk)


def place_of_customer(one: WaitingCustomer) -> Place:
    return Place(waiting_list.RANK, *waiting_list.place(one))


def band(rank: int) -> Band | None:
    """That of a row with this rank; None for one that is older than the horizon."""
    return next((one for one, (least, end) in BANDS.items() if least <= rank < end), None)


def counts(
    trip: Trip, brand_id: int, member_id: int = 0, others: Sequence[QuerySet[Any]] = ()
) -> Answer[Counts]:
    """Those of all tabs and bands, of what a member has in hand, and of other lists: one statement."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    turn = brand_id, tolerant.turn(MANY_FOR)
    known = frozenset(one for one in COUNTED if _MANY.find((turn, one)))
    own = [brand_id, member_id]
    values = [*own, now, *own, *[brand_id] * (len(COUNTED) + 1 - len(known))]
    more = [_few_of(one) for one in others]
    query = ", ".join([_state_counts(known), *(query for query, _values in more)])
    asked = trip.run(query, [*values, *(one for _query, own in more for one in own)])

    def tell() -> Counts:
        first, numbers = asked()[0][:3], asked()[0][3:]
        for one, number in zip(COUNTED, numbers, strict=False):
            if number >= MANY:
                _MANY.put((turn, one), True)
        return _tell(*first, *numbers)

    return tell


def count_handed(trip: Trip, brand_id: int, member_id: int) -> Answer[int]:
    """How many conversations colleagues handed to a member, alone."""
    asked = trip.run(f"SELECT {_HANDED}", [brand_id, member_id])
    return lambda: int(asked()[0][0])


def _tell(mine: int, for_me: int, untaken: int, *numbers: int) -> Counts:
    found = dict(zip(COUNTED, numbers, strict=False)) | {Band.UNTAKEN: untaken}
    bands = {one: min(found[one], MOST + 1) for one in Band}
    found[Tab.ALL] = sum(bands.values())
    found[Tab.WAITING] += untaken
    held = {Held.MINE: mine, Held.FOR_ME: for_me}
    tabs = {one: min(found[one], MOST + 1) for one in Tab}
    return Counts(tabs, bands, held, numbers[len(COUNTED) :])


def _few_of(found: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """The statement that counts these, no more than are told, and its values."""
    try:
        query, values = found.values("pk")[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:
        return "0", ()
    return f"(SELECT count(*) FROM ({query}) AS few)", values  # noqa: S608 - of Django's making


def _is_after(place: Place) -> GreaterThan:
    here = Several(F("rank"), F("since"), F("id"))
    since = place.since
    moment = since if isinstance(since, Param) else Value(since, DateTimeField())
    return GreaterThan(here, Several(place.rank, moment, place.id))


COUNTED: Mapping[StrEnum, str] = {
    **{tab: f"{column} AND rank < {OLDER}" for tab, column in COLUMNS.items()},
    Tab.OLDER: f"rank >= {OLDER}",
    **{one: f"rank >= {least} AND rank < {end}" for one, (least, end) in BANDS.items()},
}
"""What is counted, and its condition. Constants stand in it: SQLite's choice of an index needs them.

It is counted in the queue's order, so that PostgreSQL chooses the queue's indexes too.
"""
_MANY = Memory[bool](2_048)
"""What of a brand was many in this turn of the clock."""
_FEW = "(SELECT count(*) FROM (SELECT 1 FROM {} WHERE brand_id = %s {} LIMIT {}) AS few)"
_CHATROOMS = IndexedChatroom._meta.db_table
_HOLDS = Hold._meta.db_table
_IN_INDEX = (
    "EXISTS (SELECT 1 FROM {0} WHERE {0}.brand_id = {1}.brand_id AND {0}.chatroom = {1}.chatroom)"
)
_OWN = f"AND member_id = %s AND ended IS NULL AND {_IN_INDEX.format(_CHATROOMS, _HOLDS)} AND"
_HANDED = _FEW.format(_HOLDS, f"{_OWN} given_by <> ''", MOST + 1)


@cache
def _state_counts(known: frozenset[StrEnum]) -> str:
    """The statement, for what is not known to be many."""
    return "SELECT " + ", ".join(
        (
            _FEW.format(_HOLDS, f"{_OWN} until > %s", MOST + 1),
            _HANDED,
            _FEW.format(WaitingCustomer._meta.db_table, "ORDER BY since, id", MOST + 1),
            *(
                str(MANY)
                if name in known
                else _FEW.format(_CHATROOMS, f"AND {one} ORDER BY rank, since, id", MANY)
                for name, one in COUNTED.items()
            ),
        )
    )
