"""What stands beside every page of a brand: its name, the member's other brands, and their pins."""

from dataclasses import dataclass

from django.http import HttpRequest

from inbox.components import pins as pinned
from inbox.components import views
from inbox.components.pins import Pinned
from inbox.components.views import Named
from inbox.models import Membership


@dataclass(frozen=True, slots=True)
class Rail:
    """The rail. `here`: the ambassador with the open inbox, None on other pages."""

    member: Membership
    brands: tuple[Membership, ...]
    pins: tuple[Pinned, ...]
    here: int | None
    views: tuple[Named, ...] = ()

    @property
    def is_pinned(self) -> bool:
        return any(pin.ambassador.id == self.here for pin in self.pins)


def beside(
    request: HttpRequest,
    member: Membership,
    here: int | None = None,
    found: tuple[Named, ...] | None = None,
) -> Rail:
    """The rail for a member that `access` let in. `found`: their views, where a page counted them."""
    brands: list[Membership] = vars(request)["memberships"]
    seen = views.find(member) if found is None else found
    return Rail(member, tuple(brands), pinned.of_member(member), here, seen)
