"""/brands/<brand>/ambassadors/?name=…&role=…&sort=… : choose an inbox to open."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import marks
from inbox.chatrooms.marks import checksum
from inbox.components import news, paging, rail
from inbox.components.ambassadors import SORTS, People, directory, without_sign
from inbox.context import by_itself
from inbox.display import seeking
from inbox.popsell import cache
from inbox.popsell.codes import Status
from inbox.popsell.resources import Ambassador, Page
from inbox.text import numbers
from inbox.web import requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

LONGEST_NAME = 100


@require_safe
def ambassadors(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    people = _parse(request.GET)
    number = numbers.page_number(request.GET.get("page"))
    if paging.has_empty_fields(request, ["sort"]):
        return HttpResponseRedirect(request.path + people.address.rstrip("?"))
    with by_itself(news.asks_for_news(request)):
        reading = directory(brand_id, number, people, bypass=requests.asks_anew(request))
    if paging.has_seen(request, reading, reading.mark):
        return news.with_read_at(HttpResponse(status=204), reading)
    if news.asks_for_news(request):
        return news.answer(request, _items(reading), reading)
    beside = rail.beside(request, member)
    context = {
        "rail": beside,
        "mark": reading.mark,
        "marks": {item.id: item.mark for item in _items(reading)},
        "pinned": {pin.ambassador.id for pin in beside.pins},
        "member": member,
        "name": people.name,
        "people": people,
        "pager": paging.pager(reading.page, people.params()),
        "reading": reading,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }
    return paging.to_last_page(request, reading.page, people.params()) or render(
        request, "ambassadors/page.html", context
    )


def _parse(values: QueryDict) -> People:
    """What these ask for; nonsense asks nothing. Roles may come one by one, or with commas."""
    roles = {str(int(role)): role for role in Status}
    codes = ",".join(values.getlist("role")).split(",")
    sort = values.get("sort", "")
    return People(
        name=without_sign(seeking.typed(values.get("name", ""), LONGEST_NAME)),
        roles=frozenset(roles[code] for code in codes if code in roles),
        sort=sort if sort in SORTS else "",
    )


def _items(reading: cache.Reading[Page[Ambassador]]) -> list[marks.Item]:
    people = [person for person in reading.page.data if isinstance(person, Ambassador)]
    return [marks.Item(person.id, _mark(person), person) for person in people]


def _mark(person: Ambassador) -> str:
    """Changes with who and what the person is, not with their presence."""
    return checksum(person.full_name, person.username, person.status, person.active)
