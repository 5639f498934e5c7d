"""/brands/<brand>/ambassadors/?name=…&role=…&sort=… : whose inbox to open."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import marks
from inbox.chatrooms.marks import checksum
from inbox.components import news, paging, rail
from inbox.components.filters import Option, Step
from inbox.components.paging import Keepable
from inbox.context import by_itself
from inbox.display import seeking
from inbox.display.people import ROLES
from inbox.popsell import cache, client, identities
from inbox.popsell.resources import SIGN, Ambassador, Page, Status
from inbox.text import numbers
from inbox.web import requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

LONGEST_NAME = 100
SORTS = (client.NEWEST_FIRST, client.OLDEST_FIRST)
MEMBERS = [role for role in Status if role not in {Status.CLIENT, Status.TEMP}]
"""The roles that are offered: those of people who have an inbox to look after."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is asked for, by the filters documented under GET /chat/ambassadors. Without a sort the
    order is Popsell's own.
    """

    name: str = ""
    roles: frozenset[Status] = frozenset()
    sort: str = ""

    @property
    def codes(self) -> list[str]:
        return [str(int(role)) for role in sorted(self.roles)]

    def params(self) -> dict[str, Keepable]:
        """As an address has it, the same for the same question."""
        values: dict[str, Keepable] = {"name": self.name, "role": self.codes, "sort": self.sort}
        return {name: value for name, value in values.items() if value}

    @property
    def address(self) -> str:
        return f"?{urlencode(self.params(), doseq=True)}"

    @property
    def chips(self) -> list[Step]:
        """Each filter but the name, which the search field shows, with its way off."""
        roles = [
            Step(str(ROLES[role]), replace(self, roles=self.roles - {role}).address)
            for role in sorted(self.roles)
        ]
        sorts = {option.value: option.label for option in self.sorts}
        order = Step(sorts[self.sort], replace(self, sort="").address)
        return [*roles, *([order] if self.sort else [])]

    @property
    def ticks(self) -> list[Option]:
        offered = sorted({*MEMBERS, *self.roles})
        return [Option(str(int(one)), str(ROLES[one]), one in self.roles) for one in offered]

    @property
    def sorts(self) -> list[Option]:
        labels = (
            _("As Popsell lists them"),
            _("Latest activity first"),
            _("Oldest activity first"),
        )
        values = ("", *SORTS)
        return [
            Option(value, label, value == self.sort)
            for value, label in zip(values, labels, strict=True)
        ]


@require_safe
def ambassadors(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    people = _asked(request.GET)
    number = numbers.page_number(request.GET.get("page"))
    if paging.has_empty_fields(request, ["sort"]):
        return HttpResponseRedirect(request.path + people.address.rstrip("?"))
    with by_itself(news.asked(request)):
        reading = directory(brand_id, number, people, bypass=requests.asks_anew(request))
    if paging.has_seen(request, reading, reading.mark):
        return news.told(HttpResponse(status=204), reading)
    if news.asked(request):
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


def without_sign(name: str) -> str:
    """A user name as Popsell has it: pages put the @ before it."""
    return name.lstrip(SIGN + " ")


def _asked(values: QueryDict) -> People:
    """What these ask for; nonsense asks nothing. Roles may come one by one, or with commas."""
    roles = {str(int(role)): role for role in Status}
    codes = ",".join(values.getlist("role")).split(",")
    sort = values.get("sort", "")
    return People(
        name=without_sign(seeking.typed(values.get("name", ""), LONGEST_NAME)),
        roles=frozenset(roles[code] for code in codes if code in roles),
        sort=sort if sort in SORTS else "",
    )


def _items(reading: cache.Reading[Ambassador]) -> list[marks.Item]:
    people = [person for person in reading.page.data if isinstance(person, Ambassador)]
    return [marks.Item(person.id, _mark(person), person) for person in people]


def _mark(person: Ambassador) -> str:
    """Changes with who and what the person is, not with their presence."""
    return checksum(person.full_name, person.username, person.status, person.active)


def directory(
    brand_id: int, number: int, people: People, *, bypass: bool
) -> cache.Reading[Ambassador]:
    def fetch() -> Page[Ambassador]:
        page = client.ambassadors(
            brand_id, page=number, name=people.name, status=people.roles, sort=people.sort
        )
        identities.remember(brand_id, page.data)
        return page

    return cache.read(brand_id, f"ambassadors {number} {people.address}", fetch, bypass=bypass)
