"""A brand's ambassadors as the index knows them: how long customers wait, what is unread, anomalies.

Waits without any reason that is newer than the brand's horizon are told apart, and do not count for the
order. Else what nobody will answer any more would stand above the waits of today. So each number is
that of a list of what needs attention.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from inbox.chatrooms.signals import Rules
from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.models.index import OLDER
from inbox.queue import search
from inbox.queue.search import Refusal
from inbox.text import spelling


@dataclass(frozen=True, slots=True)
class Figures:
    """How many conversations of an inbox wait, are unread, or have an anomaly that nobody looked at.

    `is_read`: whether anything is known; where not, no number says anything. `is_whole`: whether all of
    the inbox was read; where not, each number may still grow. `since`: the longest wait, in `chatroom`;
    it may be even longer where `waits_longer`, and is a long one from `left_at` on. `older`: how many
    wait beside `waiting`, and `old_anomalies` how many have an anomaly beside `anomalies`, where no
    reason is newer than the horizon. `rooms`: how many conversations there are. `failed_since`: since
    when Popsell refuses the inbox, so that all of this is as of then, and `failed_with` its status.
    """

    is_read: bool = False
    is_whole: bool = False
    waiting: int = 0
    older: int = 0
    since: datetime | None = None
    waits_longer: bool = False
    left_at: datetime | None = None
    chatroom: int | None = None
    unread: int = 0
    anomalies: int = 0
    old_anomalies: int = 0
    rooms: int = 0
    failed_since: datetime | None = None
    failed_with: int | None = None

    @property
    def is_long(self) -> bool:
        """Whether somebody waits for so long that they are left alone."""
        return self.left_at is not None and self.left_at <= timezone.now()


NOTHING = Figures()
"""Of somebody who is not in the index."""


def find_brand(brand_id: int) -> IndexedBrand | None:
    """How far its index has come; None where it has none. Its order needs `directory_read`."""
    return IndexedBrand.objects.filter(pk=brand_id).first()


def find(
    brand: IndexedBrand, words: str = "", statuses: Iterable[str] = ()
) -> QuerySet[IndexedAmbassador]:
    """The brand's ambassadors, the longest wait first; then by name, and last those never read.

    Those of whom nothing was read know no wait.
    """
    waits = waiting(_rooms(brand.pk)).order_by("waiting_since")
    found = listed(brand, words, statuses).annotate(
        since=Subquery(waits.values("waiting_since")[:1]),
        never_read=Case(
            When(read_at=None, then=Value(1)), default=Value(0), output_field=IntegerField()
        ),
    )
    return found.order_by(F("since").asc(nulls_last=True), "never_read", "search", "ambassador")


def listed(
    brand: IndexedBrand, words: str = "", statuses: Iterable[str] = ()
) -> QuerySet[IndexedAmbassador]:
    """The brand's ambassadors, in no order. Its directory was read.

    `words`: of their names. `statuses`: any of these, as digits; without, all. Who left the directory
    and can't be read any more is no longer listed.
    """
    found = _named(brand.pk, words) if words else _all(brand.pk)
    found = found.exclude(listed__lt=brand.directory_read, failed_since__isnull=False)
    chosen = list(statuses)
    return found.filter(status__in=chosen) if chosen else found


def count_all(brand_id: int, ambassadors: Iterable[int], rules: Rules) -> dict[int, Figures]:
    """The figures of these ambassadors, by one query; who is not in the index is left out."""
    rooms = _rooms(brand_id)
    waits = waiting(rooms)
    longest = waits.order_by("waiting_since", "chatroom")
    rows = _all(brand_id).filter(ambassador__in=list(ambassadors))
    rows = rows.annotate(
        waiting=_count(waits),
        older=_count(rooms.filter(is_waiting=True, rank__gte=OLDER)),
        since=Subquery(longest.values("waiting_since")[:1]),
        waits_longer=Subquery(longest.values("waits_longer")[:1]),
        chatroom=Subquery(longest.values("chatroom")[:1]),
        unread=_count(rooms.filter(unread=True)),
        anomalies=_count(rooms.filter(is_anomalous=True, rank__lt=OLDER)),
        old_anomalies=_count(rooms.filter(is_anomalous=True, rank__gte=OLDER)),
        rooms=_count(rooms),
    )
    return {row["ambassador"]: _figures(row, rules) for row in rows.values(*COLUMNS)}


COLUMNS = (
    *("ambassador", "read_at", "walked", "missing", "failed_since", "failed_with"),
    *("waiting", "older", "since", "waits_longer", "chatroom", "unread", "anomalies"),
    *("old_anomalies", "rooms"),
)


def _figures(row: Mapping[str, Any], rules: Rules) -> Figures:
    since = row["since"]
    return Figures(
        is_read=row["read_at"] is not None,
        is_whole=row["walked"] is not None and not row["missing"],
        waiting=row["waiting"],
        older=row["older"],
        since=since,
        waits_longer=bool(row["waits_longer"]),
        left_at=rules.hours.moment_after(since, rules.left_after) if since else None,
        chatroom=row["chatroom"],
        unread=row["unread"],
        anomalies=row["anomalies"],
        old_anomalies=row["old_anomalies"],
        rooms=row["rooms"],
        failed_since=row["failed_since"],
        failed_with=row["failed_with"],
    )


def waiting(rooms: QuerySet[IndexedChatroom]) -> QuerySet[IndexedChatroom]:
    """Those of these conversations in which somebody waits, unless all reasons there are old."""
    return rooms.filter(is_waiting=True, rank__lt=OLDER)


def _all(brand_id: int) -> QuerySet[IndexedAmbassador]:
    return IndexedAmbassador.objects.filter(brand=brand_id)


def _named(brand_id: int, words: str) -> QuerySet[IndexedAmbassador]:
    """Those who are called so. Where the search finds no beginning, it compares each name."""
    found = search.find_ambassadors(brand_id, words)
    if not isinstance(found, Refusal):
        return found
    asked = spelling.fold(words[: search.LONGEST]).split()
    begins = [Q(search__startswith=one) | Q(search__contains=f" {one}") for one in asked]
    return _all(brand_id).filter(*begins) if begins else _all(brand_id).none()


# Of one ambassador, within a query for some


def _rooms(brand_id: int) -> QuerySet[IndexedChatroom]:
    return IndexedChatroom.objects.filter(brand=brand_id, ambassador=OuterRef("ambassador"))


def _count(rows: QuerySet[IndexedChatroom]) -> Coalesce:
    counted = rows.order_by().values("ambassador").annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted), 0)
