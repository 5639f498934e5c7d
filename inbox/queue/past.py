"""How ambassadors answer and are rated, each beside their own past and nobody else's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from inbox.caches import tolerant
from inbox.models import Brand, DailyFigure, Fact, FactKind

RECENT = timedelta(days=30)
EARLIER = timedelta(days=180)
"""What counts as the past of the ratings, before the recent ones."""
ENOUGH_ANSWERS, ENOUGH_RATINGS = 10, 5
"""Of fewer nothing is told: one more would turn it round."""
FALL = 3
"""Tenths of a star by which ratings must have fallen to be told."""
KEPT_FOR = 3600
"""Seconds for which it may be behind: it changes little in an hour, and costs more than a page."""


@dataclass(frozen=True, slots=True)
class Past:
    """Of an ambassador; None where too little is known.

    `usual`: within what time half of the first answers of the last 30 days came, by the clock on the
    wall. `rating`: the mean of the same days, in tenths of a star, and `rating_before` of half a year
    before them.
    """

    usual: timedelta | None = None
    rating: int | None = None
    rating_before: int | None = None

    @property
    def has_fallen(self) -> bool:
        """Whether the ratings are clearly worse than they were."""
        if self.rating is None or self.rating_before is None:
            return False
        return self.rating_before - self.rating >= FALL


UNKNOWN = Past()


def find(brand: Brand, ids: Collection[int]) -> dict[int, Past]:
    """Those of these ambassadors, by their ids."""
    if not ids:
        return {}
    hour = int(timezone.now().timestamp()) // KEPT_FOR  # what is added later is not kept for longer
    key = f"{brand.pk}:past:{hour}"
    kept = tolerant.get(key)
    known: dict[int, Past] = kept if isinstance(kept, dict) else {}
    if missing := [id_ for id_ in ids if id_ not in known]:
        known |= _find(brand, missing)
        tolerant.put(key, known, KEPT_FOR)
    return {id_: known[id_] for id_ in ids}


def _find(brand: Brand, ids: Collection[int]) -> dict[int, Past]:
    today = timezone.localdate(timezone=brand.zone)
    usual, ratings = _usual(brand.pk, ids, today), _ratings(brand.pk, ids, today)
    return {id_: Past(usual.get(id_), *ratings.get(id_, (None, None))) for id_ in ids}


def _usual(brand_id: int, ids: Iterable[int], today: date) -> dict[int, timedelta]:
    facts = Fact.objects.filter(
        brand=brand_id,
        kind=FactKind.ANSWER,
        ambassador__in=ids,
        day__gt=today - RECENT,
        value__isnull=False,
    )
    placed = facts.annotate(
        place=Window(RowNumber(), partition_by="ambassador", order_by="value"),
        count=Window(Count("pk"), partition_by="ambassador"),
    )
    middle = placed.filter(place=(F("count") + 1) / 2, count__gte=ENOUGH_ANSWERS)
    found = middle.order_by().values_list("ambassador", "value")
    return {
        ambassador: timedelta(seconds=value) for ambassador, value in found if value is not None
    }


def _ratings(
    brand_id: int, ids: Iterable[int], today: date
) -> dict[int, tuple[int | None, int | None]]:
    """The means of the last days, and of those before."""
    recent = Q(day__gt=today - RECENT)
    figures = DailyFigure.objects.filter(
        brand=brand_id,
        ambassador__in=ids,
        kind=FactKind.RATING,
        day__gt=today - RECENT - EARLIER,
    )
    sums = figures.order_by().values("ambassador")
    found = sums.annotate(
        stars=Sum("total", filter=recent),
        rated=Sum("known", filter=recent),
        stars_before=Sum("total", filter=~recent),
        rated_before=Sum("known", filter=~recent),
    )
    return {
        one["ambassador"]: (
            _mean(one["stars"], one["rated"]),
            _mean(one["stars_before"], one["rated_before"]),
        )
        for one in found
    }


def _mean(stars: int | None, rated: int | None) -> int | None:
    """In tenths of a star, rounded."""
    if stars is None or rated is None or rated < ENOUGH_RATINGS:
        return None
    return (20 * stars + rated) // (2 * rated)
