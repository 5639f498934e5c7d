"""Filters for a brand's ambassadors, and the list of them: the index's, or Popsell's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.caches import tolerant
from inbox.chatrooms.marks import checksum
from inbox.chatrooms.signals import Rules
from inbox.components.filters import Option, Step
from inbox.components.paging import Keepable
from inbox.display.people import ROLES
from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.popsell import cache, client, identities
from inbox.popsell.codes import MEMBERS, Status
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import SIGN, Ambassador, Page, Unnamed
from inbox.queue import ambassadors, board
from inbox.queue.board import Asked, Board, Column, Order, Tab
from inbox.queue.freshness import is_away

SORTS = (client.NEWEST_FIRST, client.OLDEST_FIRST)
UNSORTED = "popsell"
"""Popsell's own order, where another one is the usual."""
PER_PAGE = 50
MINUTE = 60
PRESENCE_SHARE = 0.2
"""Of the time for Popsell: the table tells all but who is online without it."""
ORDERS = {
    Column.NAME: Order(Column.NAME, descending=False),
    Column.RATING: Order(Column.RATING, descending=False),
} | {one: Order(one) for one in Column if one not in (Column.NAME, Column.RATING)}
"""How each column is sorted first: what to look at comes to the top."""


@dataclass(frozen=True, slots=True)
class People:
    """Filters documented under GET /chat/ambassadors, and our own tabs and orders.

    `is_indexed`: whether the index knows them all. Then the longest wait comes first unless there is a
    sort; else the order is Popsell's own. `rules`: the brand's.
    """

    name: str = ""
    roles: frozenset[Status] = frozenset()
    sort: str = ""
    tab: Tab = Tab.ALL
    is_indexed: bool = False
    rules: Rules = field(default_factory=Rules, compare=False)

    @property
    def by_index(self) -> bool:
        """Whether the index lists them, and not Popsell."""
        return self.is_sortable and self.sort not in (*SORTS, UNSORTED)

    @property
    def is_sortable(self) -> bool:
        """Whether the index could list them: it knows members alone."""
        return self.is_indexed and self.roles <= set(MEMBERS)

    @property
    def order(self) -> Order | None:
        """That of the index."""
        return order_of(self.sort) or ORDERS[Column.WAIT] if self.by_index else None

    @property
    def horizon(self) -> int:
        """In days: a longer wait is told apart."""
        return self.rules.horizon.days

    @property
    def codes(self) -> list[str]:
        return [str(int(role)) for role in sorted(self.roles)]

    def params(self) -> dict[str, Keepable]:
        """As an address has it, the same for the same question."""
        tab = "" if self.tab == Tab.ALL else str(self.tab)
        values: dict[str, Keepable] = {
            "tab": tab,
            "name": self.name,
            "role": self.codes,
            "sort": self.sort,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def address(self) -> str:
        return f"?{urlencode(self.params(), doseq=True)}"

    @property
    def at_popsell(self) -> str:
        """The same question to Popsell, which may know somebody new."""
        return replace(self, sort=UNSORTED, tab=Tab.ALL).address

    @property
    def chips(self) -> list[Step]:
        """Roles and an order of Popsell's, each with its way off. All else the page shows anyway."""
        roles = [
            Step(str(ROLES[role]), replace(self, roles=self.roles - {role}).address)
            for role in sorted(self.roles)
        ]
        if self.by_index or not self.sort:
            return roles
        chosen = next(option.label for option in self.sorts if option.chosen)
        return [*roles, Step(chosen, replace(self, sort="").address)]

    @property
    def ticks(self) -> list[Option]:
        offered = sorted({*MEMBERS, *self.roles})
        return [Option(str(int(one)), str(ROLES[one]), one in self.roles) for one in offered]

    @property
    def sorts(self) -> list[Option]:
        own = _("As Popsell lists them")
        first = {**_own_sorts(self.sort), UNSORTED: own} if self.is_indexed else {"": own}
        activity = (_("Latest activity first"), _("Oldest activity first"))
        labels = first | dict(zip(SORTS, activity, strict=True))
        return [Option(value, label, value == self.sort) for value, label in labels.items()]


def order_of(sort: str) -> Order | None:
    """The index's order of this name; None for another."""
    orders = (Order(one, descending=down) for one in Column for down in (True, False))
    return next((one for one in orders if sort_of(one) == sort), None)


def sort_of(order: Order) -> str:
    """How an address names an order of the index: the usual one not at all."""
    if order == ORDERS[Column.WAIT]:
        return ""
    return f"-{order.column}" if order.descending else str(order.column)


def _own_sorts(chosen: str) -> dict[str, str]:
    """The index's orders and their words: each column's first one, and the chosen one."""
    words = {
        Column.WAIT: _("Longest wait first"),
        Column.WAITING: _("Most waiting customers first"),
        Column.UNREAD: _("Most unread first"),
        Column.ANOMALIES: _("Most anomalies first"),
        Column.RATING: _("Ratings that fell most first"),
        Column.ANSWER: _("Slowest first answer first"),
        Column.ROOMS: _("Most conversations first"),
        Column.NAME: _("By name"),
    }
    offered = {sort_of(ORDERS[column]): label for column, label in words.items()}
    order = order_of(chosen)
    if order and chosen not in offered:
        offered[chosen] = _("%(order)s (reversed)") % {"order": words[order.column]}
    return offered


def without_sign(name: str) -> str:
    """A user name as Popsell has it: pages put the @ before it."""
    return name.lstrip(SIGN + " ")


def directory(
    brand_id: int, number: int, people: People, *, bypass: bool, share: float = 1.0
) -> cache.Reading[Page[Ambassador]]:
    """Popsell's list. `share`: of the time for it. Raises PopsellError."""

    def fetch() -> Page[Ambassador]:
        sort = people.sort if people.sort in SORTS else ""
        page = client.ambassadors(
            brand_id,
            page=number,
            name=people.name,
            status=people.roles,
            sort=sort,
            share=share,
        )
        identities.remember(brand_id, page.data)
        return page

    return cache.read_through(
        brand_id, f"ambassadors {number} {people.address}", fetch, bypass=bypass
    )


def find(
    brand: IndexedBrand, number: int, people: People
) -> tuple[cache.Reading[Page[Ambassador]], Board]:
    """The index's list, as a page of Popsell's would be, and how many stand under each tab.

    Popsell is asked for nothing but who is online: without its answer that is unknown. Nobody waits
    long for that, and nobody while Popsell is known to fail.
    """
    anybody = ambassadors.listed(brand, people.name, people.codes).exists()
    active = _active(brand.pk) if anybody and not is_away(brand) else {}
    seen = {id_: (bool(one.online), one.last_action_date) for id_, one in active.items()}
    order = people.order or ORDERS[Column.WAIT]
    asked = Asked(people.tab, order, people.name, people.codes)
    found = board.find(brand, asked, seen)
    page = _page(brand.pk, number, found.ids, active)
    people_here = (one for one in page.data if isinstance(one, Ambassador))
    told = [(one.id, one.online, one.last_action_date) for one in people_here]
    mark = checksum(page.total, told)
    return cache.Reading(page, timezone.now(), mark, version=""), found


def _page(
    brand_id: int, number: int, ids: list[int], active: Mapping[int, Ambassador]
) -> Page[Ambassador]:
    before = (number - 1) * PER_PAGE
    here = ids[before : before + PER_PAGE]
    found = IndexedAmbassador.objects.filter(brand=brand_id, ambassador__in=here)
    rows = {row.ambassador: row for row in found}
    known = identities.recall_many(brand_id, here)
    data = tuple(_told(rows[id_], known[id_], active.get(id_)) for id_ in here if id_ in rows)
    return Page(
        current_page=number,
        data=data,
        first_page_url=None,
        from_=before + 1 if data else None,
        last_page=max(-(-len(ids) // PER_PAGE), 1),
        last_page_url=None,
        links=(),
        next_page_url=None,
        path=None,
        per_page=PER_PAGE,
        prev_page_url=None,
        to=before + len(data) if data else None,
        total=len(ids),
    )


def _active(brand_id: int) -> dict[int, Ambassador]:
    """Who acted last, as Popsell lists them now: who is online is among them. Nobody while it fails.

    After a failure nobody asks for a minute: it takes others' time, and may be but this short patience.
    """
    latest = People(roles=frozenset(MEMBERS), sort=client.NEWEST_FIRST)
    failed = f"{brand_id}:{cache.site()}:presence:failed"
    if tolerant.get(failed):
        return {}
    try:
        reading = directory(brand_id, 1, latest, bypass=False, share=PRESENCE_SHARE)
    except PopsellError:
        tolerant.put(failed, True, MINUTE)
        return {}
    if reading.failure:
        tolerant.put(failed, True, MINUTE)
    people = reading.page.data if reading.failure is None else ()
    return {person.id: person for person in people if isinstance(person, Ambassador)}


def _told(row: IndexedAmbassador, known: Ambassador, active: Ambassador | None) -> Ambassador:
    """The person as last seen: the index tells neither a picture nor who is online."""
    online = active.online if active else None
    seen = (row.seen, active.last_action_date if active else None)
    at = max((one for one in seen if one), default=None)
    status = _status(row.status)
    if row.anonymized or known.anonymized:
        return Ambassador(row.ambassador, status=status, anonymized=True, last_action_date=at)
    named = replace(known, firstname=row.name, lastname=None) if row.name else known
    return replace(named, status=status, online=online, last_action_date=at)


def _status(code: str) -> Status | Unnamed | None:
    """From the index, where it stands as its digits or as the word that came."""
    return next((one for one in Status if str(int(one)) == code), code or None)
