"""The worker that ranks alone, a row each transaction and slowly: so that it can be met half-way"""

from collections.abc import Callable
from time import sleep

from inbox.chatrooms import index
from inbox.queue import ranking, slices
from tests.stack.quick import app

__all__ = ["app"]

slices.accounts = list
index.BATCH = 1


def slowly(rank_due: Callable[[int], int]) -> Callable[[int], int]:
    def rank(brand_id: int) -> int:
        sleep(0.1)
        return rank_due(brand_id)

    return rank


ranking.index.rank_due = slowly(index.rank_due)
