"""How a list stands that the index answers: how much of the inbox it is of, and what it leaves out."""

from dataclasses import dataclass
from datetime import datetime

from inbox.chatrooms import matching
from inbox.chatrooms.inbox import Inbox
from inbox.chatrooms.listing import inbox_address
from inbox.chatrooms.matching import Counts
from inbox.chatrooms.query import LOOKED_FOR
from inbox.models import IndexedAmbassador


@dataclass(frozen=True, slots=True)
class Matched:
    """What is said of it. `keeper`: how far the inbox was read, None where the index does not have it.

    `total`: how many conversations there are, as far as known. `is_whole`: whether all are held that
    can be. `since`: all but the newest page are as of then or later, None where that is not known.
    `everything`: the inbox without filters. `first`, `next`: other pages, empty where there are none.
    `without`: the list without the filter that can't be answered, and `alone` with it alone.
    """

    keeper: IndexedAmbassador | None
    counts: Counts
    total: int | None
    is_whole: bool
    since: datetime | None
    everything: str
    first: str
    next: str
    without: str = ""
    alone: str = ""

    @property
    def held(self) -> int:
        """How many conversations are read; what is gone meanwhile does not count."""
        held = self.counts.held
        return held if self.total is None else min(held, self.total)


def tell(shown: Inbox) -> Matched | None:
    """None for a list that Popsell answered."""
    if shown.matches is None:
        return None
    at, keeper = shown.listing, shown.keeper
    brand_id, whose, query = at.member.brand_id, at.ambassador.id, at.query
    total = _total(shown)
    counts = matching.count(keeper, query) if keeper else Counts(0, 0, 0)
    is_answered = matching.is_answered(query)
    beginning, end = query.with_changes(after=None), shown.matches.end

    def address(**values: object) -> str:
        return inbox_address(brand_id, whose, query=beginning.with_changes(**values))

    return Matched(
        keeper=keeper,
        counts=counts,
        total=total,
        is_whole=keeper is not None and _is_whole(keeper, counts.held, total),
        since=keeper.walked if keeper else None,
        everything=inbox_address(brand_id, whose),
        first=address() if query.after else "",
        next=address(after=end) if end else "",
        without="" if is_answered else address(commented=None, flag=None),
        alone="" if is_answered else address(**dict.fromkeys(LOOKED_FOR)),
    )


def _total(shown: Inbox) -> int | None:
    """How many conversations the inbox has, by the newest page or as last counted."""
    keeper, total = shown.keeper, shown.reading.page.total
    if keeper and shown.reading.failure:
        total = keeper.total
    if keeper is None or total is None:
        return total
    is_apart = bool(keeper.brand.index.archive_apart)
    more = keeper.archive_total if is_apart and shown.listing.query.archived is not None else None
    return total + (more or 0)


def _is_whole(keeper: IndexedAmbassador, held: int, total: int | None) -> bool:
    """Whether nothing is missing but what nobody can read."""
    if keeper.walked is None or keeper.missing:
        return False
    return total is None or held + keeper.unreadable >= total
