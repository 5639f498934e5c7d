"""How fresh a brand's index is, and what it lacks: the first thing that pages tell of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.queue.pages import AHEAD


@dataclass(frozen=True, slots=True)
class Freshness:
    """What was read of a brand, and when.

    `known`: its ambassadors; `read`: how many were read at least once, and `whole`: how many inboxes as
    a whole. `oldest`: the oldest reading of those who can be read. Who had no news by the doorbell
    counts as read then. `oldest_walk`: when the oldest whole reading of an inbox began; changes that
    come in silence are known as of then. `newest_change`: the newest message's date. `unreadable`: the
    ids of ambassadors who can't be read.

    `failing_since`: since when all of it fails, `failure` and `failed_with` why, `retry_at` when it is
    tried again.
    """

    known: int = 0
    read: int = 0
    whole: int = 0
    oldest: datetime | None = None
    oldest_walk: datetime | None = None
    newest_change: datetime | None = None
    unreadable: tuple[int, ...] = ()
    failing_since: datetime | None = None
    failure: str = ""
    failed_with: int | None = None
    retry_at: datetime | None = None


def find(brand_id: int) -> Freshness:
    """How fresh it is now; all is nothing for a brand without an index."""
    brand = IndexedBrand.objects.filter(pk=brand_id).first()
    if brand is None:
        return Freshness()
    ambassadors = IndexedAmbassador.objects.filter(brand=brand_id)
    failing = ambassadors.filter(failed_since__isnull=False).order_by("ambassador")
    readable = ambassadors.filter(failed_since=None)
    counted = ambassadors.aggregate(known=Count("pk"), read=Count("read_at"), whole=Count("walked"))
    return Freshness(
        **counted,
        oldest=_oldest(brand, readable),
        oldest_walk=_first(readable, "walked"),
        newest_change=_newest_change(ambassadors),
        unreadable=tuple(failing.values_list("ambassador", flat=True)),
        failing_since=brand.failing_since,
        failure=brand.failure,
        failed_with=brand.failed_with,
        retry_at=brand.retry_at,
    )


def _oldest(brand: IndexedBrand, readable: QuerySet[IndexedAmbassador]) -> datetime | None:
    """Finds the oldest reading. An ambassador without news counts as read at the last bell."""
    if not (brand.bell and brand.bell_at and brand.bell_from) or brand.bell_doubted:
        return _first(readable, "read_at")
    quiet = Q(rung_at=None, read_at__gte=brand.bell_from)
    others = _first(readable.exclude(quiet), "read_at")
    has_quiet = readable.filter(quiet).exists()
    moments = [one for one in (others, brand.bell_at if has_quiet else None) if one]
    return min(moments, default=None)


def _newest_change(ambassadors: QuerySet[IndexedAmbassador]) -> datetime | None:
    """A date that lies ahead of all clocks tells nothing."""
    dated = ambassadors.filter(newest__lte=timezone.now() + AHEAD)
    return dated.order_by("-newest").values_list("newest", flat=True).first()


def _first(ambassadors: QuerySet[IndexedAmbassador], moment: str) -> datetime | None:
    """The earliest of these moments."""
    told = ambassadors.filter(**{f"{moment}__isnull": False})
    return told.order_by(moment).values_list(moment, flat=True).first()
