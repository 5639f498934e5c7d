"""Ranks rows again whose rank changes by itself: a wait grows long, an opening hour begins."""

from collections.abc import Callable
from time import monotonic

from inbox import leases
from inbox.chatrooms import index
from inbox.models import IndexedBrand
from inbox.queue.pages import never

LASTS = 45.0  # seconds


def rank(is_stopping: Callable[[], bool] = never) -> int:
    """Rank all rows that are due, in small batches, for less than a minute; returns how many.

    Asks nothing of Popsell, so it goes on while that is away.
    """
    held = leases.take("rank")
    if held is None:
        return 0
    ends, ranked = monotonic() + LASTS, 0
    try:
        for brand_id in IndexedBrand.objects.order_by("pk").values_list("pk", flat=True):
            while (rows := index.rank_due(brand_id)) and monotonic() < ends:
                ranked += rows
                if is_stopping() or not leases.renew(held):
                    return ranked
    finally:
        leases.give_back(held)
    return ranked
