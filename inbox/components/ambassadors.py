"""Filters for a brand's ambassadors, and the list of them: the index's, or Popsell's."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

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
from inbox.queue import ambassadors
from inbox.queue.freshness import is_away

SORTS = (client.NEWEST_FIRST, client.OLDEST_FIRST)
UNSORTED = "popsell"
"""Popsell's own order, where another one is the usual."""
PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class People:
    """Filters documented under GET /chat/ambassadors.

    `is_indexed`: whether the index knows them all. Then the longest wait comes first unless there is a
    sort; else the order is Popsell's own. `rules`: the brand's.
    """

    name: str = ""
    roles: frozenset[Status] = frozenset()
    sort: str = ""
    is_indexed: bool = False
    rules: Rules = field(default_factory=Rules, compare=False)

    @property
    def by_wait(self) -> bool:
        """Whether the index lists them, the longest wait first."""
        return self.is_indexed and not self.sort

    @property
    def horizon(self) -> int:
        """In days: a longer wait is told apart."""
        return self.rules.horizon.days

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
    def at_popsell(self) -> str:
        """The same question to Popsell, which may know somebody new."""
        return replace(self, sort=UNSORTED).address

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
        own = _("As Popsell lists them")
        first = {"": _("Longest wait first"), UNSORTED: own} if self.is_indexed else {"": own}
        activity = (_("Latest activity first"), _("Oldest activity first"))
        labels = first | dict(zip(SORTS, activity, strict=True))
        return [Option(value, label, value == self.sort) for value, label in labels.items()]


def without_sign(name: str) -> str:
    """A user name as Popsell has it: pages put the @ before it."""
    return name.lstrip(SIGN + " ")


def directory(
    brand_id: int, number: int, people: People, *, bypass: bool
) -> cache.Reading[Page[Ambassador]]:
    """Popsell's list. Raises PopsellError."""

    def fetch() -> Page[Ambassador]:
        sort = people.sort if people.sort in SORTS else ""
        page = client.ambassadors(
            brand_id, page=number, name=people.name, status=people.roles, sort=sort
        )
        identities.remember(brand_id, page.data)
        return page

    return cache.read_through(
        brand_id, f"ambassadors {number} {people.address}", fetch, bypass=bypass
    )


def by_wait(brand: IndexedBrand, number: int, people: People) -> cache.Reading[Page[Ambassador]]:
    """The index's list, the longest wait first, as a page of Popsell's would be.

    Popsell is asked for nothing but who is online: without its answer that is unknown. While it is
    known to fail, nobody waits for that.
    """
    found = ambassadors.find(brand, people.rules, people.name, people.codes)
    total, before = found.count(), (number - 1) * PER_PAGE
    rows = list(found[before : before + PER_PAGE])
    active = _active(brand.pk) if rows and not is_away(brand) else {}
    known = identities.recall_many(brand.pk, [row.ambassador for row in rows])
    data = tuple(_told(row, known[row.ambassador], active.get(row.ambassador)) for row in rows)
    page = Page(
        current_page=number,
        data=data,
        first_page_url=None,
        from_=before + 1 if rows else None,
        last_page=max(-(-total // PER_PAGE), 1),
        last_page_url=None,
        links=(),
        next_page_url=None,
        path=None,
        per_page=PER_PAGE,
        prev_page_url=None,
        to=before + len(rows) if rows else None,
        total=total,
    )
    seen = [(person.id, person.online, person.last_action_date) for person in data]
    return cache.Reading(page, timezone.now(), checksum(total, seen), version="")


def _active(brand_id: int) -> dict[int, Ambassador]:
    """Who acted last, as Popsell lists them now: who is online is among them. Nobody while it fails."""
    latest = People(roles=frozenset(MEMBERS), sort=client.NEWEST_FIRST)
    try:
        reading = directory(brand_id, 1, latest, bypass=False)
    except PopsellError:
        return {}
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
