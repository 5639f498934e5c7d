"""The page of what needs attention: its tabs, what its address asks for, and its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import pgettext

from inbox import access
from inbox.chatrooms.marks import Item, checksum
from inbox.components import (
    digest,
    drawn,
    filtering,
    freshness,
    news,
    paging,
    queued,
    rail,
    untaken,
    views,
)
from inbox.components.asked import Asked, lists_of, name_of, narrowing_of, place_of
from inbox.components.digest import Digest, Sums
from inbox.components.freshness import Fresh
from inbox.components.queued import NO_CAST, Cast, Queued, Stretch, Terms
from inbox.components.untaken import Untaken
from inbox.components.views import Handed, Named
from inbox.display import known, times, visible
from inbox.models import CodeKind, IndexedChatroom, Membership
from inbox.queue import attention, brand_state, held, ranking, team, unread
from inbox.queue.ambassadors import Figures
from inbox.queue.attention import MOST, Counts, Page, Part, Place, Tab
from inbox.queue.brand_state import UNKNOWN, BrandState
from inbox.queue.held import Held
from inbox.queue.narrowing import NOTHING, Narrowing
from inbox.queue.team import Done
from inbox.trips import Answer, Trip

HELD = {which: Asked().with_changes(held=str(which)) for which in Held}


@dataclass(frozen=True, slots=True)
class TabLink:
    """A tab with how many there are, as it is told."""

    label: str
    address: str
    count: str
    is_here: bool


@dataclass(frozen=True)
class Shown:
    """A page of what needs attention, by the brand's `terms`.

    `customers` of the waiting list come first. `counts`: of all that needs attention, `tabs`: of what
    this list is narrowed to. `views`: those of the member. `end`: the place of its last row, None where
    none follow. `fresh`: how fresh the index is. `to`: what the list is narrowed to. `state`: how the
    brand stands, `cast` who is named, and `sums` what is told beside it, None where a conversation
    stands there; `longest`: whose customers wait longest, `done` by the team.
    """

    asked: Asked
    customers: list[Untaken]
    stretches: list[Stretch]
    counts: Counts
    tabs: Mapping[Tab, int]
    views: tuple[Named, ...]
    end: Place | None
    terms: Terms
    fresh: Fresh
    to: Narrowing = NOTHING
    state: BrandState = UNKNOWN
    cast: Cast = NO_CAST
    sums: Sums | None = None
    longest: Mapping[int, Figures] = field(default_factory=dict)
    done: Mapping[int, Done] = field(default_factory=dict)

    @property
    def has_moderation(self) -> bool:
        """Whether any status has a name; without one nothing can stand under its tab."""
        codes = self.terms.names.values()
        return any(one.kind == CodeKind.MODERATION and visible(one.name) for one in codes)

    @property
    def older(self) -> str:
        """The end of the next page's address, empty on the last."""
        return self.asked.beyond(self.end).address if self.end else ""

    @property
    def polled(self) -> str:
        """The end of the address that tells what is new where this page stands."""
        if self.end is None:
            return self.asked.address
        begin = f"{self.asked.address}&" if self.asked.address else "?"
        return f"{begin}until={name_of(self.end)}"

    @property
    def view(self) -> Named | None:
        """The view that has this list."""
        return next((one for one in self.views if one.is_here), None)

    @property
    def for_me(self) -> int:
        """How many conversations colleagues handed to the member."""
        return self.counts.held[Held.FOR_ME]

    @cached_property
    def mark(self) -> str:
        rooms = [one for stretch in self.stretches for one in stretch.rows]
        return _mark([one.item for one in self.customers], rooms)

    @cached_property
    def mark_with_counts(self) -> str:
        """What a refresh compares: it brings new counts where the rows are the same."""
        views = [(one.label, one.address, one.number) for one in self.views]
        tabs = (self.counts.tabs, self.tabs)
        return checksum(self.mark, [tuple(one.values()) for one in tabs], views)


def find(member: Membership, asked: Asked, *, with_digest: bool = True) -> Shown:
    """Asks our database alone, in two trips. `with_digest`: whether nothing is open beside the list."""
    brand, asked = member.brand, _as_seen(member, asked)
    trip = Trip()
    standing = brand_state.find_on(trip, brand.pk)
    done = team.count_done(trip, brand.pk) if with_digest else dict[int, Done]
    is_plain = not (asked.held or asked.narrows)
    plain = attention.page_on(trip, brand.pk, asked.tab, asked.after) if is_plain else None
    state = standing()
    terms = queued.find_terms(brand, state)
    to = narrowing_of(asked, brand, terms)
    sums = digest.find_sums(brand.pk, terms) if with_digest else None
    longest = sums.waits if sums else digest.find_longest(brand.pk, terms)
    page = plain() if plain else _find_page(member, asked, to)
    part = Part(page.customers, page.rows)
    trip = Trip()
    fresh = freshness.find_on(trip, member, state)
    look_beside = _find_beside(trip, member, part, state, longest)
    counted = _count(trip, member, asked, to, terms)
    beside = look_beside()
    customers, rooms = _show(member, part, asked, terms, beside)
    whole = [Stretch(None, rooms)] if rooms else []
    stretches = whole if asked.held or asked.is_unread else queued.in_bands(rooms)
    return Shown(
        asked,
        customers,
        stretches,
        *counted,
        page.end,
        terms,
        fresh(),
        to,
        state=state,
        cast=beside.cast,
        sums=sums,
        longest=longest,
        done=done(),
    )


def _find_page(member: Membership, asked: Asked, to: Narrowing) -> Page:
    if asked.held:
        return Page([], held.rows(member, asked.held), None)
    if asked.is_unread:
        return unread.page(member.brand_id, asked.after, to)
    return attention.page(member.brand_id, asked.tab, asked.after, to=to)


class _Beside(NamedTuple):
    """What is read beside the rows of a page. `rooms`: of its customers."""

    cast: Cast
    rooms: list[IndexedChatroom]


def _find_beside(
    trip: Trip, member: Membership, part: Part, state: BrandState, waits: Iterable[int] = ()
) -> Answer[_Beside]:
    others = untaken.asked_for(part.customers)
    cast = queued.find_cast(trip, member, part.rows, *others, *waits, state=state)
    rooms = untaken.find_rooms(trip, member.brand_id, part.customers)
    return lambda: _Beside(cast(), rooms())


def _as_seen(member: Membership, asked: Asked) -> Asked:
    """What a member gets of it: who has a conversation is nothing for viewers."""
    hides = asked.query.held and not access.sees_colleagues(member)
    return asked.with_changes(held=None) if hides else asked


class _Counted(NamedTuple):
    counts: Counts
    tabs: Mapping[Tab, int]
    views: tuple[Named, ...]


def _count(trip: Trip, member: Membership, asked: Asked, to: Narrowing, terms: Terms) -> _Counted:
    """All that the page counts, by one statement: what is narrowed, and each view, is counted apart."""
    brand, found = member.brand, views.find(member)
    narrowed = [asked.on_tab(tab) for tab in Tab] if asked.narrows else []
    apart = dict.fromkeys(one for one in [*narrowed, *(one.asked for one in found)] if not one.held)
    lists = {
        one: lists_of(one, brand, to if one in narrowed else narrowing_of(one, brand, terms))
        for one in apart
    }
    others = [each for one in lists.values() for each in one]
    counts = attention.counts(trip, brand.pk, member.pk, others)()
    numbers = iter(counts.others)
    sums = {one: min(sum(islice(numbers, len(lists[one]))), MOST + 1) for one in apart}
    sums |= {HELD[which]: number for which, number in counts.held.items()}
    tabs = {tab: sums[asked.on_tab(tab)] for tab in Tab} if asked.narrows else counts.tabs
    return _Counted(counts, tabs, views.count(found, asked, sums))


def _show(
    member: Membership, part: Part, asked: Asked, terms: Terms, beside: _Beside
) -> tuple[list[Untaken], list[Queued]]:
    """The customers, and the other conversations: each stands once, where it is most pressing."""
    cast, query = beside.cast, asked.query
    customers = untaken.show(part.customers, query, terms.names, cast.keepers, beside.rooms)
    unread_or_all = queued.show_unread if asked.is_unread else queued.show
    show = queued.show_held if asked.held else unread_or_all
    rooms = show(member, part.rows, asked.query, terms, cast)
    also = {one.id: tuple(why.also for why in one.reasons) for one in rooms}
    open_ = {one.chatroom for one in customers if one.address}
    return (
        [replace(one, also=also.get(one.chatroom, ())) for one in customers],
        [one for one in rooms if one.id not in open_],
    )


def tell_news(request: HttpRequest, member: Membership, asked: Asked, until: str) -> HttpResponse:
    """What changed where a page stands whose last row had the place `until`, empty on the last page.

    What the page shows and no longer stands there was decided, or waits elsewhere: it changed, unless
    its row told so already. What was handed to the member is counted anew, wherever it stands.
    """
    trip = Trip()
    standing = brand_state.find_on(trip, member.brand_id)
    handed = _count_handed(trip, member, asked, news.shown_handed(request))
    state = standing()
    terms = queued.find_terms(member.brand, state)
    asked = _as_seen(member, asked)
    part = _find_between(member, asked, place_of(until), terms)
    is_empty = not (part.customers or part.rows)
    beside = _Beside(NO_CAST, []) if is_empty else _find_beside(Trip(), member, part, state)()
    customers, rooms = _show(member, part, asked, terms, beside)
    waiting = [one.item for one in customers]
    if handed() is None and paging.has_seen(request, None, _mark(waiting, rooms)):
        return HttpResponse(status=204)
    here = [*waiting, *(one.item for one in rooms)]
    known = set(news.shown_ids(request))
    left = known - {item.id for item in here}
    # What left them is news also where its row tells nothing new: somebody has it, or it was read.
    is_silent = asked.query.held or asked.query.unread
    gone = [] if is_silent else queued.items_of(member, left)
    items = [*here, *untaken.items_gone(left), *gone]
    hands = {one.id: one.hand for one in rooms if one.token and one.item.id in known}
    return news.answer(request, items, None, hands, handed())


def _count_handed(
    trip: Trip, member: Membership, asked: Asked, told: int | None
) -> Answer[Handed | None]:
    """What was handed to the member, None where it is as many as their page `told`."""
    if told is None:
        return lambda: None
    counted = attention.count_handed(trip, member.brand_id, member.pk)

    def tell() -> Handed | None:
        number = counted()
        view = next((one for one in views.find(member) if one.asked == asked.first), None)
        words = count(number, is_partial=False)
        return None if number == told else Handed(member, number, words, view)

    return tell


def _find_between(member: Membership, asked: Asked, until: Place | None, terms: Terms) -> Part:
    if asked.held:
        return Part([], held.rows(member, asked.held))
    brand = member.brand
    to = narrowing_of(asked, brand, terms)
    if asked.is_unread:
        return unread.find_between(brand.pk, asked.after, until, to)
    return attention.find_between(brand.pk, asked.tab, asked.after, until, to)


def page_context(
    request: HttpRequest, member: Membership, shown: Shown, current: int | None = None
) -> dict[str, object]:
    """The context for the page; `current`: the chatroom open beside its list."""
    fresh = shown.fresh
    bands, rules = shown.counts.bands.items(), shown.terms.rules
    in_rail = tuple(
        replace(one, count=count(one.number, fresh.is_partial and not one.asked.held))
        for one in shown.views
    )
    context = {
        "member": member,
        "rail": rail.beside(request, member, found=in_rail),
        "shown": shown,
        "bar": filtering.bar(member, shown.asked, shown.to),
        "all": count(shown.counts.tabs[Tab.ALL], fresh.is_partial),
        "current": current,
        "tabs": links(shown, is_partial=fresh.is_partial),
        "bands": {one: count(number, is_partial=fresh.is_partial) for one, number in bands},
        "fresh": fresh,
        "mark": shown.mark,
        "horizon": rules.horizon.days,
        "waits_after": times.span(timezone.now() - rules.waits_after),
        "ranking": ranking.progress_of(shown.state),
        "digest": _find_digest(member, shown),
        "longest": _longest(member, shown),
    }
    return context | {"face": drawn.face(context)}


def _find_digest(member: Membership, shown: Shown) -> Digest | None:
    if shown.sums is None:
        return None
    query, cast = shown.asked.query, shown.cast
    return digest.find(member, shown.fresh, shown.terms, query, cast, shown.sums, shown.done)


def _longest(member: Membership, shown: Shown) -> str:
    """The address of the longest wait, beside this list; empty where nobody waits."""
    found = digest.waits(member.brand_id, shown.longest, shown.asked.query, shown.cast.keepers)
    return found[0].address if found else ""


def labels() -> dict[Tab, str]:
    """What each tab is called."""
    return {
        Tab.ALL: pgettext("conversations", "All"),
        Tab.WAITING: pgettext("a tab: customers", "Waiting"),
        Tab.ANOMALIES: pgettext("a tab", "Anomalies"),
        Tab.LOW_RATINGS: pgettext("a tab", "Low ratings"),
        Tab.MODERATION: pgettext("a tab", "Moderation"),
        Tab.NEWS: pgettext("a tab", "New since review"),
        Tab.OLDER: pgettext("a tab", "Older"),
    }


def links(shown: Shown, *, is_partial: bool) -> list[TabLink]:
    """All tabs that tell something. `is_partial`: whether more may come."""
    told = labels()
    if not shown.has_moderation and shown.asked.tab != Tab.MODERATION:
        del told[Tab.MODERATION]
    return [
        TabLink(
            label,
            shown.asked.on_tab(tab).address,
            count(shown.tabs[tab], is_partial),
            is_here=tab == shown.asked.tab,
        )
        for tab, label in told.items()
    ]


def count(number: int, is_partial: bool) -> str:
    """A number of conversations, with a + where there are more, or may be."""
    return f"{known(min(number, MOST))}{'+' if is_partial or number > MOST else ''}"


def _mark(items: list[Item], rooms: list[Queued]) -> str:
    held = [(one.item.id, one.item.mark, one.hand.mark) for one in rooms]
    return checksum([(item.id, item.mark) for item in items], held)
