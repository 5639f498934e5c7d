"""/brands/<brand>/ambassadors/?tab=…&name=…&role=…&sort=… : ambassadors, and how they do."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import brand_rules, marks
from inbox.chatrooms.marks import checksum
from inbox.chatrooms.signals import Rules
from inbox.components import ambassador_table, freshness, news, paging, rail
from inbox.components import ambassadors as listing
from inbox.components.ambassadors import People
from inbox.context import by_itself
from inbox.display import seeking
from inbox.models import IndexedBrand, Membership
from inbox.popsell import cache
from inbox.popsell.codes import MEMBERS, Status
from inbox.popsell.resources import Ambassador, Page
from inbox.queue import ambassadors as indexed
from inbox.queue import trends
from inbox.queue.ambassadors import NOTHING, Figures
from inbox.queue.board import Board, Tab
from inbox.queue.trends import Trend
from inbox.text import numbers
from inbox.web import requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of ambassadors. `figures` and `trends`: of all who can be read, empty without an index.

    `board`: where the index lists them.
    """

    reading: cache.Reading[Page[Ambassador]]
    board: Board | None = None
    has_index: bool = False
    figures: Mapping[int, Figures] = field(default_factory=dict)
    trends: Mapping[int, Trend] = field(default_factory=dict)

    @property
    def people(self) -> list[Ambassador]:
        return [one for one in self.reading.page.data if isinstance(one, Ambassador)]

    @property
    def items(self) -> list[marks.Item]:
        return [marks.Item(one.id, self.mark_of(one), one) for one in self.people]

    @property
    def mark(self) -> str:
        return checksum(self.reading.mark, [(item.id, item.mark) for item in self.items])

    def mark_of(self, person: Ambassador) -> str:
        """Changes with who and what the person is and with their numbers, not with their presence."""
        told = (person.full_name, person.username, person.status, person.active)
        if person.id not in self.figures:
            return checksum(*told)
        return checksum(*told, self.figures[person.id], self.trends[person.id])


@require_safe
def ambassadors(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    index = indexed.find_brand(brand_id)
    rules = brand_rules.find(member.brand) if index else Rules()
    is_indexed = index is not None and index.directory_read is not None
    people = replace(_parse(request.GET, is_indexed=is_indexed), rules=rules)
    if paging.has_empty_fields(request, ["sort"]):
        return HttpResponseRedirect(request.path + people.address.rstrip("?"))
    with by_itself(news.asks_for_news(request)):
        shown = _find(request, member, index, people)
    reading = shown.reading
    if paging.has_seen(request, reading, shown.mark):
        return news.with_read_at(HttpResponse(status=204), reading)
    if news.asks_for_news(request):
        return news.answer(request, shown.items, reading)
    return paging.to_last_page(request, reading.page, people.params()) or render(
        request, "ambassadors/page.html", _context(request, member, people, shown)
    )


def _parse(values: QueryDict, *, is_indexed: bool) -> People:
    """What these ask for; nonsense asks nothing. Roles may come one by one, or with commas.

    An order of Popsell's has no tabs.
    """
    known = {str(int(role)): role for role in Status}
    codes = ",".join(values.getlist("role")).split(",")
    roles = frozenset(known[code] for code in codes if code in known)
    tabs = {str(tab): tab for tab in Tab}
    people = People(
        name=listing.without_sign(seeking.typed(values.get("name", ""), LONGEST_NAME)),
        roles=roles,
        sort=_sort(values.get("sort", ""), roles, is_indexed=is_indexed),
        is_indexed=is_indexed,
    )
    return replace(people, tab=tabs.get(values.get("tab", ""), Tab.ALL)) if people.order else people


def _sort(asked: str, roles: frozenset[Status], *, is_indexed: bool) -> str:
    if not is_indexed:
        return asked if asked in listing.SORTS else ""
    # The index knows members alone.
    if not roles <= set(MEMBERS):
        return asked if asked in listing.SORTS else listing.UNSORTED
    order = listing.order_of(asked)
    if order:
        return listing.sort_of(order)
    return asked if asked in (*listing.SORTS, listing.UNSORTED) else ""


def _find(
    request: HttpRequest, member: Membership, index: IndexedBrand | None, people: People
) -> Shown:
    """The page that is asked for. Raises PopsellError where Popsell lists them."""
    number = numbers.page_number(request.GET.get("page"))
    if index and people.by_index:
        reading, board = listing.find(index, number, people)
    else:
        anew = requests.asks_anew(request)
        reading, board = listing.directory(member.brand_id, number, people, bypass=anew), None
    shown = Shown(reading, board)
    if not index:
        return shown
    ids = [person.id for person in shown.people]
    found = indexed.count_all(member.brand_id, ids, people.rules)
    return replace(
        shown,
        has_index=True,
        figures={id_: found.get(id_, NOTHING) for id_ in ids},
        trends=trends.find(member.brand, ids),
    )


def _context(
    request: HttpRequest, member: Membership, people: People, shown: Shown
) -> dict[str, object]:
    beside, reading = rail.beside(request, member), shown.reading
    return {
        "rail": beside,
        "mark": shown.mark,
        "marks": {item.id: item.mark for item in shown.items},
        "pinned": {pin.ambassador.id for pin in beside.pins},
        "member": member,
        "name": people.name,
        "people": people,
        "changed": requests.changed_on_page(request),
        "headings": ambassador_table.headings(people),
        "tabs": ambassador_table.tabs(people, shown.board) if people.is_sortable else [],
        "may_grow": shown.board is not None and not shown.board.is_whole,
        "by": people.order.column if people.order else "",
        "figures": shown.figures,
        "trends": shown.trends,
        "fresh": freshness.find(member) if shown.has_index else None,
        "pager": paging.pager(reading.page, people.params()),
        "reading": reading,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }
