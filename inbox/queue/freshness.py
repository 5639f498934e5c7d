"""How fresh a brand's index is, and what it lacks: the first thing that pages tell of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Count,
    DateTimeField,
    F,
    FloatField,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Cast, Ceil, Coalesce
from django.utils import timezone

from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.prepared import Param, Prepared
from inbox.queue import budget
from inbox.queue.pages import AHEAD
from inbox.trips import Answer, Trip

FEW, MANY = 25, 100  # chatrooms a page, as Popsell gives by itself, and where it heeds more
FORGOTTEN = timedelta(minutes=1)
"""A try that is due for longer is no longer made: nobody knows whether Popsell still fails."""
READABLE = Q(failed_since=None)
FILLS = 2 / 3
"""How many of all calls fill, while others read news: measured by `bin/bench --sync`."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What was read of a brand, and when.

    `known`: its ambassadors; `read`: how many of those who can be read were so at least once, and
    `whole`: how many of their inboxes as a whole, since a manager last asked for that. `oldest`: the
    oldest reading of those who can be read. Who had no news by the doorbell counts as read then.
    `oldest_walk`: when the oldest whole reading of an inbox began; changes that come in silence are
    known as of then. `newest_change`: the newest message's date. `unreadable`: the ids of ambassadors
    who can't be read.

    `is_reading`: whether some who can be read are not whole yet, or the directory was never read; and
    `again_since` when a manager asked for everything again, if that is why.

    `failing_since`: since when all of it fails, `failure` and `failed_with` why, `retry_at` when it is
    tried again. `grows`: whether there may be more ambassadors, since their directory is being read.

    `waiting_read`: when the waiting list was last read; `waiting_failed_since`: since when it can't be,
    and `waiting_failed_with` Popsell's status.

    `confirmed`: since when all names were confirmed by a reading, those of refused inboxes too.
    """

    known: int = 0
    read: int = 0
    whole: int = 0
    oldest: datetime | None = None
    oldest_walk: datetime | None = None
    newest_change: datetime | None = None
    unreadable: tuple[int, ...] = ()
    is_reading: bool = True
    again_since: datetime | None = None
    failing_since: datetime | None = None
    failure: str = ""
    failed_with: int | None = None
    retry_at: datetime | None = None
    grows: bool = False
    waiting_read: datetime | None = None
    waiting_failed_since: datetime | None = None
    waiting_failed_with: int | None = None
    confirmed: datetime | None = None


def find(brand_id: int) -> Freshness:
    """How fresh it is now; all is nothing for a brand without an index."""
    return of(Trip(), IndexedBrand.objects.filter(pk=brand_id).first())()


def of(trip: Trip, brand: IndexedBrand | None) -> Answer[Freshness]:
    """As `find`, in one query. `brand`: how far its index has come, None for one without an index."""
    if brand is None:
        return Freshness
    counted = _count(trip, brand)
    return lambda: _tell(brand, counted())


def _tell(brand: IndexedBrand, counted: dict[str, Any]) -> Freshness:
    is_reading = counted.pop("left") > 0 or brand.directory_read is None
    oldest = [counted.pop("oldest"), brand.bell_at if counted.pop("quiet", 0) else None]
    unreadable = _unreadable(brand) if counted.pop("failing") else ()
    return Freshness(
        **counted,
        oldest=min((one for one in oldest if one), default=None),
        unreadable=unreadable,
        is_reading=is_reading,
        again_since=again_since(brand, timezone.now()) if is_reading else None,
        failing_since=brand.failing_since,
        failure=brand.failure,
        failed_with=brand.failed_with,
        retry_at=brand.retry_at,
        grows=brand.directory_read is None,
        waiting_read=brand.waiting_read,
        waiting_failed_since=brand.waiting_failed_since,
        waiting_failed_with=brand.waiting_failed_with,
    )


_FROM, _AT, _AGAIN, _NOW = (
    Param(name, DateTimeField()) for name in ("bell_from", "bell_at", "again", "now")
)


NOBODY = {
    **dict.fromkeys(("known", "read", "whole", "left", "failing", "quiet"), 0),
    **dict.fromkeys(("oldest_walk", "newest_change", "confirmed", "oldest")),
}
"""What is counted in a brand without ambassadors."""


def _count(trip: Trip, brand: IndexedBrand) -> Answer[dict[str, Any]]:
    now = timezone.now()
    again, rings = again_since(brand, now), _rings(brand)
    given = {"bell_from": brand.bell_from, "bell_at": brand.bell_at}
    counted = _counted(again is not None, rings)
    found = trip.ask(counted, brand=brand.pk, again=again, now=now + AHEAD, **given)

    def first() -> dict[str, Any]:
        sums = next(iter(found()), NOBODY)
        return {name: sum_ for name, sum_ in sums.items() if name != "brand"}

    return first


@cache
def _counted(is_again: bool, rings: bool) -> Prepared[dict[str, Any]]:
    """Counts a brand's ambassadors. `is_again`: whether all is read again, `rings`: by the bell too."""
    is_left = _is_unread(_AGAIN if is_again else None)

    def build() -> QuerySet[Any, Any]:
        every = IndexedAmbassador.objects.filter(brand=Param("brand", BigIntegerField()))
        return (
            every.order_by()
            .values("brand")
            .annotate(
                known=Count("pk"),
                read=Count("read_at", filter=READABLE),
                whole=Count("pk", filter=READABLE & ~is_left),
                left=Count("pk", filter=READABLE & is_left),
                failing=Count("pk", filter=~READABLE),
                oldest_walk=Min("walked", filter=READABLE),
                # A date that lies ahead of all clocks tells nothing.
                newest_change=Max("newest", filter=Q(newest__lte=_NOW)),
                confirmed=Min(Coalesce("walked", "walk_began", "read_at")),
                **_oldest(rings),
            )
        )

    return Prepared(build)


def is_away(one: IndexedBrand | Freshness) -> bool:
    """Whether Popsell is known to fail for the brand, so that nobody should wait for its answer.

    Not once a manager asked for a try, nor where no worker finds out when it is over.
    """
    return bool(one.failing_since and one.retry_at and timezone.now() - one.retry_at < FORGOTTEN)


# The whole


def again_since(brand: IndexedBrand, now: datetime) -> datetime | None:
    """When a manager asked for everything again; None where that lies ahead of all clocks."""
    asked = brand.again_since
    return asked if asked and asked <= now + AHEAD else None


def is_unread(brand: IndexedBrand) -> Q:
    """Whether an ambassador's inbox was not read as a whole, since that was last asked for."""
    return _is_unread(again_since(brand, timezone.now()))


def _is_unread(asked: datetime | Param | None) -> Q:
    never = Q(walked=None)
    return never | Q(walked__lt=asked) if asked else never


def unread(brand: IndexedBrand) -> QuerySet[IndexedAmbassador]:
    """Finds the ambassadors that can be read, and whose inboxes still have to be."""
    return IndexedAmbassador.objects.filter(is_unread(brand), brand=brand.pk, failed_since=None)


def time_left(brand_id: int) -> timedelta | None:
    """About how long until all is read that can be; None where that is not known yet.

    Raises Unauthorized for a brand without a token.
    """
    brand = IndexedBrand.objects.filter(pk=brand_id).first()
    if brand is None or (calls := _calls_left(brand)) is None:
        return None
    others = IndexedBrand.objects.filter(pk__in=budget.sharing(brand_id)).exclude(pk=brand_id)
    filling = 1 + sum(unread(one).exists() for one in others)
    state = budget.state(brand_id)
    pause = state.paused_until - timezone.now() if state.paused_until else timedelta()
    allowed = timedelta(minutes=calls * filling / (state.rate * FILLS)) + max(pause, timedelta())
    return max(allowed, _at_this_pace(brand))


def _at_this_pace(brand: IndexedBrand) -> timedelta:
    """How long the rest takes if it goes on as so far: calls may take longer than is allowed."""
    now = timezone.now()
    whole = IndexedAmbassador.objects.filter(~is_unread(brand), brand=brand.pk)
    done = whole.aggregate(count=Count("pk"), began=Min("walked"))
    began = again_since(brand, now) or done["began"]
    if not (done["count"] and began):
        return timedelta()
    share: float = unread(brand).count() / done["count"]
    return max(now - began, timedelta()) * share


def _calls_left(brand: IndexedBrand) -> float | None:
    """The pages that are left. An inbox that was never read is taken for an average one."""
    if brand.directory_read is None:
        return None
    size = float(MANY if brand.per_page else FEW)
    pages = Ceil(Cast("total", FloatField()) / size)
    left = unread(brand)
    told = left.aggregate(
        count=Count("pk"), known=Count("total"), pages=Sum(pages), done=Sum(F("page") - 1)
    )
    every = IndexedAmbassador.objects.filter(brand=brand.pk, total__isnull=False)
    average = every.aggregate(pages=Sum(pages), count=Count("pk"))
    if not average["count"]:
        return None
    each: float = max(average["pages"] / average["count"], 1.0)
    known: float = (told["pages"] or 0.0) - (told["done"] or 0)
    most: float = known + (told["count"] - told["known"]) * each
    return max(most, float(told["count"]))


# When


def _rings(brand: IndexedBrand) -> bool:
    """Whether the bell tells who has no news."""
    return bool(brand.bell and brand.bell_at and brand.bell_from) and not brand.bell_doubted


def _oldest(rings: bool) -> dict[str, Aggregate]:
    """The oldest reading, and how many had no news: these count as read at the last bell."""
    if not rings:
        return {"oldest": Min("read_at", filter=READABLE)}
    quiet = Q(rung_at=None, read_at__gte=_FROM, read_at__lt=_AT)
    return {
        "oldest": Min("read_at", filter=READABLE & ~quiet),
        "quiet": Count("pk", filter=READABLE & quiet),
    }


def _unreadable(brand: IndexedBrand) -> tuple[int, ...]:
    ambassadors = IndexedAmbassador.objects.filter(brand=brand.pk)
    failing = ambassadors.exclude(READABLE).order_by("ambassador")
    return tuple(failing.values_list("ambassador", flat=True))
