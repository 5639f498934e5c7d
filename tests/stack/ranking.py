"""The worker that ranks alone, a row each transaction and slowly: so that it can be met half-way"""

from time import sleep

from inbox.background import app  # noqa: F401 - Celery looks for it here
from inbox.chatrooms import index
from inbox.queue import slices
from tests.stack import quick  # noqa: F401 - ticks each moment

slices.accounts = list
index.BATCH = 1
rank_due = index.rank_due


def slowly(brand_id: int) -> int:
    sleep(0.1)
    return rank_due(brand_id)


index.rank_due = slowly
