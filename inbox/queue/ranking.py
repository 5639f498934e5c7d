"""Ranks rows again: those whose rank changes by itself, and all of a brand whose rules were changed.

A wait grows long, an opening hour begins. Asks nothing of Popsell, so it goes on while that is away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep

from django.db.models import QuerySet

from inbox import leases
from inbox.chatrooms import index
from inbox.models import BrandRules, IndexedBrand
from inbox.queue import brand_state
from inbox.queue.brand_state import BrandState
from inbox.queue.pages import never

LASTS = 45.0  # seconds
PAUSE = 0.05  # seconds between two batches of a whole brand, so that others get on


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a brand's conversations are ranked by its newest rules."""

    done: int
    total: int


def rank(is_stopping: Callable[[], bool] = never) -> int:
    """Rank all rows that are due, in small batches, for less than a minute; returns how many.

    Then the rows of brands with new rules, brand by brand in turn.
    """
    held = leases.take("rank")
    if held is None:
        return 0
    ends, ranked = monotonic() + LASTS, 0

    def goes_on() -> bool:
        return not is_stopping() and leases.renew(held)

    try:
        for brand_id in IndexedBrand.objects.order_by("pk").values_list("pk", flat=True):
            while (rows := index.rank_due(brand_id)) and monotonic() < ends:
                ranked += rows
                if not goes_on():
                    return ranked
        index.rank_moved()
        brands = list(_ranked_anew().order_by("pk").values_list("pk", flat=True))
        while brands and monotonic() < ends and goes_on():
            brands = [brand_id for brand_id in brands if index.rank_next(brand_id)]
            sleep(PAUSE if brands else 0)
    finally:
        leases.give_back(held)
    return ranked


def progress(brand_id: int) -> Progress | None:
    """How far the ranking by new rules has come; None where none is under way."""
    return progress_of(brand_state.find(brand_id))


def progress_of(brand: BrandState) -> Progress | None:
    """As `progress`, of a brand of which it is known how it stands."""
    rules = brand.rules
    if rules is None or rules.ranked_to is None or brand.index is None:
        return None
    total = max(rules.to_rank, rules.ranked)  # rows may have come since
    return Progress(rules.ranked, total)


def is_ranking(brand_id: int) -> bool:
    """Whether rows of the brand may still be ranked by its rules of before."""
    return _ranked_anew().filter(pk=brand_id).exists()


def _ranked_anew() -> QuerySet[BrandRules]:
    """Rules that not all rows of their brand are ranked by yet."""
    return BrandRules.objects.filter(ranked_to__isnull=False, brand__index__isnull=False)
