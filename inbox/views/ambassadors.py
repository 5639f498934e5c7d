"""/brands/<brand>/ambassadors/?name=…&role=…&sort=… : choose an inbox to open."""

from dataclasses import astuple, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import brand_rules, marks
from inbox.chatrooms.marks import checksum
from inbox.chatrooms.signals import Rules
from inbox.components import ambassadors as listing
from inbox.components import freshness, news, paging, rail
from inbox.components.ambassadors import People
from inbox.context import by_itself
from inbox.display import seeking
from inbox.popsell import cache
from inbox.popsell.codes import MEMBERS, Status
from inbox.popsell.resources import Ambassador, Page
from inbox.queue import ambassadors as indexed
from inbox.queue.ambassadors import NOTHING, Figures
from inbox.text import numbers
from inbox.web import requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

LONGEST_NAME = 100


@require_safe
def ambassadors(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    brand = indexed.find_brand(brand_id)
    rules = brand_rules.find(member.brand) if brand else Rules()
    is_indexed = brand is not None and brand.directory_read is not None
    people = replace(_parse(request.GET, is_indexed=is_indexed), rules=rules)
    number = numbers.page_number(request.GET.get("page"))
    if paging.has_empty_fields(request, ["sort"]):
        return HttpResponseRedirect(request.path + people.address.rstrip("?"))
    with by_itself(news.asks_for_news(request)):
        if brand and people.by_wait:
            reading = listing.by_wait(brand, number, people)
        else:
            anew = requests.asks_anew(request)
            reading = listing.directory(brand_id, number, people, bypass=anew)
    figures = _figures(brand_id, reading, rules) if brand else {}
    items = _items(reading, figures)
    mark = checksum(reading.mark, [(item.id, item.mark) for item in items])
    if paging.has_seen(request, reading, mark):
        return news.with_read_at(HttpResponse(status=204), reading)
    if news.asks_for_news(request):
        return news.answer(request, items, reading)
    beside = rail.beside(request, member)
    context = {
        "rail": beside,
        "mark": mark,
        "marks": {item.id: item.mark for item in items},
        "pinned": {pin.ambassador.id for pin in beside.pins},
        "member": member,
        "name": people.name,
        "people": people,
        "figures": figures,
        "fresh": freshness.find(member) if brand else None,
        "pager": paging.pager(reading.page, people.params()),
        "reading": reading,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }
    return paging.to_last_page(request, reading.page, people.params()) or render(
        request, "ambassadors/page.html", context
    )


def _parse(values: QueryDict, *, is_indexed: bool) -> People:
    """What these ask for; nonsense asks nothing. Roles may come one by one, or with commas."""
    known = {str(int(role)): role for role in Status}
    codes = ",".join(values.getlist("role")).split(",")
    roles = frozenset(known[code] for code in codes if code in known)
    sorts = (*listing.SORTS, *([listing.UNSORTED] if is_indexed else []))
    sort = values.get("sort", "")
    # The index knows members alone.
    usual = listing.UNSORTED if is_indexed and not roles <= set(MEMBERS) else ""
    return People(
        name=listing.without_sign(seeking.typed(values.get("name", ""), LONGEST_NAME)),
        roles=roles,
        sort=sort if sort in sorts else usual,
        is_indexed=is_indexed,
    )


def _figures(
    brand_id: int, reading: cache.Reading[Page[Ambassador]], rules: Rules
) -> dict[int, Figures]:
    """Of all people of the page."""
    ids = [person.id for person in reading.page.data if isinstance(person, Ambassador)]
    found = indexed.count_all(brand_id, ids, rules)
    return {id_: found.get(id_, NOTHING) for id_ in ids}


def _items(
    reading: cache.Reading[Page[Ambassador]], figures: dict[int, Figures]
) -> list[marks.Item]:
    people = [person for person in reading.page.data if isinstance(person, Ambassador)]
    return [
        marks.Item(person.id, _mark(person, figures.get(person.id)), person) for person in people
    ]


def _mark(person: Ambassador, figures: Figures | None) -> str:
    """Changes with who and what the person is and what waits for them, not with their presence."""
    told = (person.full_name, person.username, person.status, person.active)
    return checksum(*told, *([astuple(figures)] if figures else []))
