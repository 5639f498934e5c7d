"""The conversations of a brand that need attention, page by page, and how many there are of each kind.

Their order is that of the ranking: the most pressing first, then the oldest. A page begins where the
one before ended, so nothing is missed or shown twice while rows come and go. All is answered from the
index, whose size does not matter. A chatroom that stands in two inboxes is one of them once, since
only one of its rows has reasons.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, DateTimeField, F, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan

from inbox.models import IndexedChatroom
from inbox.models.index import OLDER

PAGE = 25  # rows
MOST = 999
"""More than these are not counted: `MOST + 1` stands for any number of them."""


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
    """How soon to look at a conversation."""

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
"""From which rank on, and before which."""


class Place(NamedTuple):
    """A row's place in the order of the queue."""

    rank: int
    since: datetime
    id: int


OLDER_FROM = Place(OLDER, datetime.min.replace(tzinfo=UTC), 0)


class Page(NamedTuple):
    """Some rows in the order of the queue. `end`: the place of the last, None where none follow."""

    rows: list[IndexedChatroom]
    end: Place | None


class Counts(NamedTuple):
    """How many conversations there are, `MOST + 1` for more than that. Tabs overlap, bands don't."""

    tabs: Mapping[Tab, int]
    bands: Mapping[Band, int]


class _Row(Func):
    """Several values that are compared as one, as both databases answer it from an index."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def page(brand_id: int, tab: Tab, after: Place | None = None, size: int = PAGE) -> Page:
    """The first rows under a tab, or those after a place."""
    found = rows(brand_id, tab, after).order_by(*ORDER)
    some = list(found[: size + 1])
    return Page(some[:size], place(some[size - 1]) if len(some) > size else None)


def find_between(
    brand_id: int, tab: Tab, after: Place | None, until: Place | None
) -> list[IndexedChatroom]:
    """What stands now where a page stood: after one place and up to another, twice a page at most."""
    found = rows(brand_id, tab, after)
    return list((found.exclude(_is_after(until)) if until else found).order_by(*ORDER)[: 2 * PAGE])


def rows(brand_id: int, tab: Tab, after: Place | None = None) -> QuerySet[IndexedChatroom]:
    """All rows under a tab, or those after a place, in no order."""
    found = IndexedChatroom.objects.filter(brand=brand_id)
    if tab == Tab.OLDER:
        # One condition alone: with two of them SQLite would begin at the tab's first row.
        return found.filter(_is_after(max(after or OLDER_FROM, OLDER_FROM)), rank__isnull=False)
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


def band(rank: int) -> Band | None:
    """That of a row with this rank; None for one that is older than the horizon."""
    return next((one for one, (least, end) in BANDS.items() if least <= rank < end), None)


def counts(brand_id: int) -> Counts:
    """Those of all tabs and bands, by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [brand_id] * len(COUNTED))
        found = dict(zip(COUNTED, cursor.fetchone(), strict=True))
    bands = {one: found[one] for one in Band}
    all_ = min(sum(bands.values()), MOST + 1)
    return Counts({one: found.get(one, all_) for one in Tab}, bands)


def _is_after(place: Place) -> GreaterThan:
    here = _Row(F("rank"), F("since"), F("id"))
    since = Value(place.since, DateTimeField())
    return GreaterThan(here, _Row(place.rank, since, place.id))


COUNTED: Mapping[StrEnum, str] = {
    **{tab: f"{column} AND rank < {OLDER}" for tab, column in COLUMNS.items()},
    Tab.OLDER: f"rank >= {OLDER}",
    **{one: f"rank >= {least} AND rank < {end}" for one, (least, end) in BANDS.items()},
}
"""What is counted, and its condition. Constants stand in it: SQLite's choice of an index needs them.

It is counted in the queue's order, so that PostgreSQL chooses the queue's indexes too.
"""
_FEW = (
    "(SELECT count(*) FROM "
    "(SELECT 1 FROM {} WHERE brand_id = %s AND {} ORDER BY rank, since, id LIMIT {}) AS few)"
)
_TABLE = IndexedChatroom._meta.db_table
COUNTS = "SELECT " + ", ".join(_FEW.format(_TABLE, one, MOST + 1) for one in COUNTED.values())
