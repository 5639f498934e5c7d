"""How a brand stands, by one query: its index, its rules, and whether a worker is at work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, QuerySet, Subquery

from inbox import versions, workers
from inbox.models import Brand, BrandRules, IndexedBrand, Membership
from inbox.prepared import Param, Prepared
from inbox.trips import Answer, Trip


@dataclass(frozen=True, slots=True)
class BrandState:
    """`index`: None for a brand without one. `rules`: as stored, None where nobody set any.

    `beat`: when a worker last gave a sign of life, None for never. `team`: its version, as
    `inbox.versions` has it.
    """

    index: IndexedBrand | None = None
    rules: BrandRules | None = None
    beat: datetime | None = None
    team: str | None = None


UNKNOWN = BrandState()
"""Of a brand that is not here."""


def find(brand_id: int) -> BrandState:
    return find_on(Trip(), brand_id)()


def find_on(trip: Trip, brand_id: int) -> Answer[BrandState]:
    """As `find`, together with other questions."""
    found = trip.ask(_STATE, brand=brand_id, until=workers.latest())
    return lambda: _tell(found())


def _tell(found: list[Any]) -> BrandState:
    for brand in found:
        index, rules = getattr(brand, "index", None), getattr(brand, "rules", None)
        return BrandState(index, rules, brand.beat, brand.team_version)
    return UNKNOWN


def _state() -> QuerySet[Any]:
    beats = workers.newest_first(Param("until", DateTimeField()))
    found = Brand.objects.select_related("index", "rules").order_by()
    beat = Subquery(beats.values("beat_at")[:1])
    return found.annotate(
        beat=beat,
        team_version=versions.of_brand(
            Membership, "role", "user__name", "brand__name", "reader__at"
        ),
    ).filter(pk=Param("brand", BigIntegerField()))


_STATE = Prepared(_state)
