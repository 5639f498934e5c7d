"""How a brand stands, by one query: its index, its rules, and whether a worker is at work."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Subquery

from inbox import workers
from inbox.models import Brand, BrandRules, IndexedBrand


@dataclass(frozen=True, slots=True)
class BrandState:
    """`index`: None for a brand without one. `rules`: as stored, None where nobody set any.

    `beat`: when a worker last gave a sign of life, None for never.
    """

    index: IndexedBrand | None = None
    rules: BrandRules | None = None
    beat: datetime | None = None


UNKNOWN = BrandState()
"""Of a brand that is not here."""


def find(brand_id: int) -> BrandState:
    beat = Subquery(workers.newest_first().values("beat_at")[:1])
    found = Brand.objects.select_related("index", "rules").annotate(beat=beat)
    brand = found.order_by().filter(pk=brand_id).first()
    if brand is None:
        return UNKNOWN
    return BrandState(getattr(brand, "index", None), getattr(brand, "rules", None), brand.beat)
