"""The page of what needs attention: its tabs, what its address asks for, and its rows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import pgettext

from inbox import access
from inbox.chatrooms.marks import Item, checksum
from inbox.chatrooms.query import PLACE, TABS, Query
from inbox.components import digest, freshness, news, paging, queued, rail, untaken
from inbox.components.queued import Queued, Stretch, Terms
from inbox.components.untaken import Untaken
from inbox.display import known, times, visible
from inbox.models import CodeKind, Membership
from inbox.queue import attention, held, ranking
from inbox.queue.attention import MOST, Band, Counts, Part, Place, Tab
from inbox.queue.held import Held

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)
REASONS = dict(zip(Tab, TABS, strict=True))
"""How an address names each tab."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a tab, and the place after which its page begins.

    `held`: instead what the member has in hand, or what was handed to them, on one page.
    """

    tab: Tab = Tab.ALL
    after: Place | None = None
    held: Held | None = None

    @property
    def address(self) -> str:
        """The end of the address; without anything it is the first page of all."""
        told = {} if self.tab == Tab.ALL else {"reason": REASONS[self.tab]}
        told |= {"held": str(self.held)} if self.held else {}
        told |= {"after": _name(self.after)} if self.after else {}
        return f"?{urlencode(told)}" if told else ""

    @property
    def query(self) -> Query:
        """As a conversation beside it carries it."""
        after = _name(self.after) if self.after else ""
        return Query(reason=REASONS[self.tab], after=after, held=self.held or "")


@dataclass(frozen=True, slots=True)
class TabLink:
    """A tab with how many there are, as it is told."""

    label: str
    address: str
    count: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of what needs attention, by the brand's `terms`.

    `customers` of the waiting list come first. `end`: the place of its last row, None where none
    follow.
    """

    asked: Asked
    customers: list[Untaken]
    stretches: list[Stretch]
    counts: Counts
    end: Place | None
    terms: Terms

    @property
    def has_moderation(self) -> bool:
        """Whether any status has a name; without one nothing can stand under its tab."""
        codes = self.terms.names.values()
        return any(one.kind == CodeKind.MODERATION and visible(one.name) for one in codes)

    @property
    def older(self) -> str:
        """The end of the next page's address, empty on the last."""
        return Asked(self.asked.tab, self.end).address if self.end else ""

    @property
    def polled(self) -> str:
        """The end of the address that tells what is new where this page stands."""
        if self.end is None:
            return self.asked.address
        begin = f"{self.asked.address}&" if self.asked.address else "?"
        return f"{begin}until={_name(self.end)}"

    @property
    def mark(self) -> str:
        rooms = [one for stretch in self.stretches for one in stretch.rows]
        return _mark([one.item for one in self.customers], rooms)

    @property
    def mark_with_counts(self) -> str:
        """What a refresh compares: it brings new counts where the rows are the same."""
        counts = self.counts
        return checksum(self.mark, tuple(counts.tabs.values()), tuple(counts.held.values()))


def asked_by(query: Query) -> Asked:
    """What an address asks for; without a reason for all."""
    if query.held:
        return Asked(held=Held(query.held))
    tabs = {name: tab for tab, name in REASONS.items()}
    return Asked(tabs.get(query.reason, Tab.ALL), _place(query.after))


def find(member: Membership, asked: Asked) -> Shown:
    """Asks our database alone."""
    brand = member.brand
    terms = queued.find_terms(brand)
    counts = attention.counts(brand.pk, member.pk)
    if not access.sees_colleagues(member):
        asked = replace(asked, held=None)
    if asked.held:
        rooms = queued.show_held(member, held.rows(member, asked.held), asked.query, terms)
        return Shown(asked, [], [Stretch(None, rooms)] if rooms else [], counts, None, terms)
    waits = counts.bands[Band.UNTAKEN] > 0
    page = attention.page(brand.pk, asked.tab, asked.after, has_customers=waits)
    part = Part(page.customers, page.rows)
    customers, rooms = _show(member, part, asked, terms)
    return Shown(asked, customers, queued.in_bands(rooms), counts, page.end, terms)


def _show(
    member: Membership, part: Part, asked: Asked, terms: Terms
) -> tuple[list[Untaken], list[Queued]]:
    """The customers, and the other conversations: each stands once, where it is most pressing."""
    customers = untaken.show(member.brand, part.customers, asked.query, terms.names)
    rooms = queued.show(member, part.rows, asked.query, terms)
    also = {one.id: tuple(why.also for why in one.reasons) for one in rooms}
    open_ = {one.chatroom for one in customers if one.address}
    return (
        [replace(one, also=also.get(one.chatroom, ())) for one in customers],
        [one for one in rooms if one.id not in open_],
    )


def tell_news(request: HttpRequest, member: Membership, asked: Asked, until: str) -> HttpResponse:
    """What changed where a page stands whose last row had the place `until`, empty on the last page.

    What the page shows and no longer stands there was decided, or waits elsewhere: it changed, unless
    its row told so already.
    """
    brand = member.brand
    terms = queued.find_terms(brand)
    if asked.held:
        customers: list[Untaken] = []
        rooms = queued.show_held(member, held.rows(member, asked.held), asked.query, terms)
    else:
        part = attention.find_between(brand.pk, asked.tab, asked.after, _place(until))
        customers, rooms = _show(member, part, asked, terms)
    waiting = [one.item for one in customers]
    if paging.has_seen(request, None, _mark(waiting, rooms)):
        return HttpResponse(status=204)
    here = [*waiting, *(one.item for one in rooms)]
    known = set(news.shown_ids(request))
    left = known - {item.id for item in here}
    # What left a view of one's own is news: a colleague has it by now.
    gone = [] if asked.held else queued.items_of(member, left)
    items = [*here, *untaken.items_gone(left), *gone]
    hands = {one.id: one.hand for one in rooms if one.token and one.item.id in known}
    return news.answer(request, items, None, hands)


def page_context(
    request: HttpRequest, member: Membership, shown: Shown, current: int | None = None
) -> dict[str, object]:
    """The context for the page; `current`: the chatroom open beside its list."""
    fresh = freshness.find(member)
    bands, rules = shown.counts.bands.items(), shown.terms.rules
    return {
        "member": member,
        "rail": rail.beside(request, member),
        "shown": shown,
        "current": current,
        "tabs": links(shown, is_partial=fresh.is_partial),
        "views": views(shown) if access.sees_colleagues(member) else [],
        "bands": {one: count(number, is_partial=fresh.is_partial) for one, number in bands},
        "fresh": fresh,
        "mark": shown.mark,
        "horizon": rules.horizon.days,
        "waits_after": times.span(timezone.now() - rules.waits_after),
        "ranking": ranking.progress(member.brand_id),
        "digest": None if current else digest.find(member, fresh, shown.terms, shown.asked.query),
    }


def links(shown: Shown, *, is_partial: bool) -> list[TabLink]:
    """All tabs that tell something. `is_partial`: whether more may come."""
    labels = {
        Tab.ALL: pgettext("conversations", "All"),
        Tab.WAITING: pgettext("a tab: customers", "Waiting"),
        Tab.ANOMALIES: pgettext("a tab", "Anomalies"),
        Tab.LOW_RATINGS: pgettext("a tab", "Low ratings"),
        Tab.MODERATION: pgettext("a tab", "Moderation"),
        Tab.NEWS: pgettext("a tab", "New since review"),
        Tab.OLDER: pgettext("a tab", "Older"),
    }
    if not shown.has_moderation and shown.asked.tab != Tab.MODERATION:
        del labels[Tab.MODERATION]
    counts = shown.counts.tabs
    return [
        TabLink(
            label,
            Asked(tab).address,
            count(counts[tab], is_partial),
            is_here=tab == shown.asked.tab,
        )
        for tab, label in labels.items()
    ]


def views(shown: Shown) -> list[TabLink]:
    """What the member has in hand, and what was handed to them."""
    labels = {
        Held.FOR_ME: pgettext("a view: conversations", "For me"),
        Held.MINE: pgettext("a view: conversations", "I have these"),
    }
    return [
        TabLink(
            label,
            Asked(held=which).address,
            count(shown.counts.held[which], is_partial=False),
            is_here=which == shown.asked.held,
        )
        for which, label in labels.items()
    ]


def count(number: int, is_partial: bool) -> str:
    """A number of conversations, with a + where there are more, or may be."""
    return f"{known(min(number, MOST))}{'+' if is_partial or number > MOST else ''}"


def _mark(items: list[Item], rooms: list[Queued]) -> str:
    held = [(one.item.id, one.item.mark, one.hand.mark) for one in rooms]
    return checksum([(item.id, item.mark) for item in items], held)


def _name(place: Place) -> str:
    return f"{place.rank}.{(place.since - EPOCH) // STEP}.{place.id}"


def _place(value: str) -> Place | None:
    found = PLACE.fullmatch(value)
    if not (found and value.isascii()):
        return None
    try:
        return Place(int(found[1]), EPOCH + int(found[2]) * STEP, int(found[3]))
    except OverflowError:
        return None
