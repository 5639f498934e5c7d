"""What the address of "Needs attention" asks for, and what in the index answers it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from inbox.caches.memories import Memory
from inbox.chatrooms.query import PLACE, TABS, Query, parse_brand_wide
from inbox.components.queued import Terms
from inbox.models import Brand, SavedView, WaitingCustomer
from inbox.queue import attention, search, unread
from inbox.queue.attention import OF_CUSTOMERS, Place, Tab
from inbox.queue.held import Held
from inbox.queue.narrowing import Narrowing, find_anomalies, narrow, narrow_customers

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)
REASONS = dict(zip(Tab, TABS, strict=True))
"""How an address names each tab."""
TABS_BY_NAME = {name: tab for tab, name in REASONS.items()}
EVERYWHERE = Query(reason=REASONS[Tab.ALL])
"""All that needs attention in a brand."""


_ADDRESSES = Memory[str](1_024)
_ON_TAB = Memory["Asked"](1_024)


@dataclass(frozen=True, slots=True)
class Asked:
    """A tab and what it is narrowed to, or what a member has in hand.

    `query`: as a conversation beside the list carries it.
    """

    query: Query = EVERYWHERE

    @property
    def tab(self) -> Tab:
        return TABS_BY_NAME[self.query.reason]

    @property
    def after(self) -> Place | None:
        """The place after which its page begins."""
        return place_of(self.query.after)

    @property
    def held(self) -> Held | None:
        """What the member has in hand, or what was handed to them: all of it on one page."""
        return Held(self.query.held) if self.query.held in set(Held) else None

    @property
    def is_unread(self) -> bool:
        """Whether it is about what was not read, also where nothing else needs attention."""
        return self.query.unread and self.tab == Tab.ALL and not self.held

    @property
    def narrows(self) -> bool:
        """Whether a tab is narrowed."""
        return not self.held and self.on_tab(Tab.ALL).query != EVERYWHERE

    @property
    def address(self) -> str:
        """The end of the address; without anything it is the first page of all."""
        return _ADDRESSES.keep(self.query, self._tell)

    def _tell(self) -> str:
        told = self.query.params()
        if self.tab == Tab.ALL:
            del told["reason"]
        return f"?{urlencode(told, safe=',')}" if told else ""

    @property
    def first(self) -> "Asked":
        """Its first page."""
        return self.with_changes()

    def on_tab(self, tab: Tab) -> "Asked":
        """Its first page under a tab, narrowed as this one."""
        return _ON_TAB.keep((self.query, tab), lambda: self.with_changes(reason=REASONS[tab]))

    def with_changes(self, **values: Any) -> "Asked":
        """The first page with these parts of the query, None to clear one."""
        return Asked(self.query.with_changes(**{"after": None} | values))

    def beyond(self, end: Place) -> "Asked":
        """The page after this place."""
        return Asked(replace(self.query, after=name_of(end)))


def asked_by(query: Query) -> Asked:
    """What a query asks for: of an inbox, all of the brand's list."""
    return Asked(query if query.is_brand_wide else EVERYWHERE)


def asked_by_view(view: SavedView) -> Asked:
    return Asked(parse_brand_wide(QueryDict(view.query))).first


def narrowing_of(asked: Asked, brand: Brand, terms: Terms) -> Narrowing:
    query = asked.query
    return Narrowing(
        nobody=query.held == "nobody",
        ambassadors=tuple(ids_in(query)),
        waits=timedelta(hours=query.waits) if query.waits else None,
        quiet=timedelta(days=query.quiet) if query.quiet else None,
        before=datetime.combine(query.before, time(), brand.zone) if query.before else None,
        unread=query.unread,
        anomaly=query.anomaly,
        anomalies=find_anomalies(terms.names, words_in(query.named)) if query.named else None,
        having=search.find_chatrooms(brand.pk, query.q) if query.q else None,
    )


def words_in(typed: str) -> list[str]:
    """Words with commas or blanks between them."""
    return typed.replace(",", " ").split()


def ids_in(query: Query) -> Iterator[int]:
    """The ambassadors to whose inboxes it is narrowed."""
    return (int(one) for one in query.ambassador.split(",") if one)


def lists_of(asked: Asked, brand: Brand, to: Narrowing) -> list[QuerySet[Any]]:
    """What stands in its list, to be counted. Not of what a member has in hand."""
    if asked.is_unread:
        return [unread.rows(brand.pk, to)]
    lists: list[QuerySet[Any]] = [narrow(attention.rows(brand.pk, asked.tab), to)]
    if asked.tab in OF_CUSTOMERS and to.is_of_customers:
        lists.append(narrow_customers(WaitingCustomer.objects.filter(brand=brand.pk), to))
    return lists


def name_of(place: Place) -> str:
    """As an address has it."""
    return f"{place.rank}.{(place.since - EPOCH) // STEP}.{place.id}"


def place_of(name: str) -> Place | None:
    found = PLACE.fullmatch(name)
    if not (found and name.isascii()):
        return None
    try:
        return Place(int(found[1]), EPOCH + int(found[2]) * STEP, int(found[3]))
    except OverflowError:
        return None
