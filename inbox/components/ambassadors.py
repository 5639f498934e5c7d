"""Filters for a brand's ambassadors, and Popsell's list of them."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from inbox.components.filters import Option, Step
from inbox.components.paging import Keepable
from inbox.display.people import ROLES
from inbox.popsell import cache, client, identities
from inbox.popsell.codes import MEMBERS, Status
from inbox.popsell.resources import SIGN, Ambassador, Page

SORTS = (client.NEWEST_FIRST, client.OLDEST_FIRST)


@dataclass(frozen=True, slots=True)
class People:
    """Filters documented under GET /chat/ambassadors. Without a sort the order is Popsell's own."""

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


def without_sign(name: str) -> str:
    """A user name as Popsell has it: pages put the @ before it."""
    return name.lstrip(SIGN + " ")


def directory(
    brand_id: int, number: int, people: People, *, bypass: bool
) -> cache.Reading[Page[Ambassador]]:
    def fetch() -> Page[Ambassador]:
        page = client.ambassadors(
            brand_id, page=number, name=people.name, status=people.roles, sort=people.sort
        )
        identities.remember(brand_id, page.data)
        return page

    return cache.read_through(
        brand_id, f"ambassadors {number} {people.address}", fetch, bypass=bypass
    )
