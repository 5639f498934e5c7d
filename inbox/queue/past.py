"""How ambassadors answer and are rated, each beside their own past and nobody else's."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from inbox.caches import tolerant
from inbox.caches.memories import Memory
from inbox.models import Brand, DailyFigure, Fact, FactKind

V = TypeVar("V")

RECENT = timedelta(days=30)
EARLIER = timedelta(days=180)
"""What counts as the past of the ratings, before the recent ones."""
ENOUGH_ANSWERS, ENOUGH_RATINGS = 10, 5
"""Of fewer nothing is told: one more would turn it round."""
FALL = 3
"""Tenths of a star by which ratings must have fallen to be told."""
KEPT_FOR = 3600
"""Seconds for which it may be behind: it changes little in an hour, and costs more than a page."""
UNKNOWN_FOR = 60
"""Seconds for which what is not known yet may be behind: it comes all at once as an index is filled."""
FEW = 100
"""Of more ambassadors than this, what is not known is kept for the hour, too."""


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
        return Rating(0, self.rating, self.rating_before).has_fallen


UNKNOWN = Past()


@dataclass(frozen=True, slots=True)
class Rating:
    """Of an ambassador: how many ratings of the last 30 days are known, and their mean.

    `now`: the mean, in tenths of a star, and `before` that of half a year before these days. None of
    too few.
    """

    count: int = 0
    now: int | None = None
    before: int | None = None

    @property
    def change(self) -> int | None:
        """In tenths of a star; None where there is nothing to compare."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def has_fallen(self) -> bool:
        """Whether they are clearly worse than they were."""
        return self.change is not None and self.change <= -FALL


UNRATED = Rating()


def find(brand: Brand, ids: Collection[int]) -> dict[int, Past]:
    """Those of these ambassadors, by their ids."""
    return keep(brand, "past", ids, _find, lambda one: one.usual is not None)


def find_ratings(brand: Brand) -> dict[int, Rating]:
    """Those of all ambassadors of the brand who have any."""
    key = _key(brand, "ratings")
    kept = tolerant.get(key)
    if isinstance(kept, dict):
        return kept
    found = _ratings(brand.pk, None, timezone.localdate(timezone=brand.zone))
    tolerant.put(key, found, KEPT_FOR)
    return found


def find_usual(brand: Brand, ids: Collection[int]) -> dict[int, timedelta | None]:
    """Within what time half of the first answers of the last 30 days came; None for too few.

    Kept apart from `find`: a table of thousands would make Home read them all.
    """

    def fetch(brand: Brand, missing: list[int]) -> dict[int, timedelta | None]:
        today = timezone.localdate(timezone=brand.zone)
        found = medians(brand.pk, missing, today - RECENT, today)
        return {id_: found.get(id_) for id_ in missing}

    return keep(brand, "usual", ids, fetch, lambda one: one is not None)


def keep(
    brand: Brand,
    name: str,
    ids: Collection[int],
    fetch: Callable[[Brand, list[int]], dict[int, V]],
    is_known: Callable[[V], bool],
) -> dict[int, V]:
    """What is kept of these ambassadors by this name; the rest is fetched, and kept for the hour.

    Where nothing `is_known` of one, it is kept for a minute, if few are asked for. For as long this
    process remembers what it found.
    """
    if not ids:
        return {}
    keys = {seconds: _key(brand, name, seconds) for seconds in (UNKNOWN_FOR, KEPT_FOR)}
    asked = (*keys.values(), frozenset(ids))
    return _REMEMBERED.keep(asked, lambda: _find_kept(brand, keys, ids, fetch, is_known))


_REMEMBERED = Memory[dict[int, Any]](256)


def _find_kept(
    brand: Brand,
    keys: Mapping[int, str],
    ids: Collection[int],
    fetch: Callable[[Brand, list[int]], dict[int, V]],
    is_known: Callable[[V], bool],
) -> dict[int, V]:
    kept: dict[int, dict[int, V]] = {seconds: _kept(key) for seconds, key in keys.items()}
    known = kept[UNKNOWN_FOR] | kept[KEPT_FOR]
    if missing := [id_ for id_ in ids if id_ not in known]:
        found = fetch(brand, missing)
        known |= found
        is_kept = {id_: len(missing) > FEW or is_known(one) for id_, one in found.items()}
        for seconds, told in ((KEPT_FOR, True), (UNKNOWN_FOR, False)):
            if new := {id_: one for id_, one in found.items() if is_kept[id_] is told}:
                tolerant.put(keys[seconds], kept[seconds] | new, seconds)
    return {id_: known[id_] for id_ in ids}


def _kept(key: str) -> dict[int, V]:
    kept = tolerant.get(key)
    return kept if isinstance(kept, dict) else {}


def medians(brand_id: int, ids: Iterable[int], after: date, until: date) -> dict[int, timedelta]:
    """Within what time half of the first answers of the days came, up to and with `until`."""
    facts = Fact.objects.filter(
        brand=brand_id,
        kind=FactKind.ANSWER,
        ambassador__in=ids,
        day__gt=after,
        day__lte=until,
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


def _key(brand: Brand, name: str, seconds: int = KEPT_FOR) -> str:
    return f"{brand.pk}:{name}:{seconds}:{tolerant.turn(seconds)}"


def _find(brand: Brand, ids: list[int]) -> dict[int, Past]:
    today = timezone.localdate(timezone=brand.zone)
    usual = medians(brand.pk, ids, today - RECENT, today)
    ratings = _ratings(brand.pk, ids, today)
    rated = {id_: ratings.get(id_, UNRATED) for id_ in ids}
    return {id_: Past(usual.get(id_), one.now, one.before) for id_, one in rated.items()}


def _ratings(brand_id: int, ids: Iterable[int] | None, today: date) -> dict[int, Rating]:
    """Of the last days, and of those before. `ids`: None for all."""
    recent = Q(day__gt=today - RECENT)
    figures = DailyFigure.objects.filter(
        brand=brand_id, kind=FactKind.RATING, day__gt=today - RECENT - EARLIER
    )
    # The sums of the brand itself stand under 0.
    figures = (
        figures.filter(ambassador__gt=0) if ids is None else figures.filter(ambassador__in=ids)
    )
    sums = figures.order_by().values("ambassador")
    found = sums.annotate(
        stars=Sum("total", filter=recent),
        rated=Sum("known", filter=recent),
        stars_before=Sum("total", filter=~recent),
        rated_before=Sum("known", filter=~recent),
    )
    return {
        one["ambassador"]: Rating(
            one["rated"] or 0,
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
