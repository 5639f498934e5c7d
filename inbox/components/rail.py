"""What stands beside every page of a brand: its name, the member's other brands, and their pins."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString

from inbox.components import kept, views
from inbox.components import pins as pinned
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


def draw(rail: Rail, request: HttpRequest, needs: object, csrf_field: object) -> SafeString:
    """The rail as HTML. `needs`: how many conversations need attention, where the page counts them."""
    at = request.resolver_match
    context = {"rail": rail, "request": request, "needs": needs}
    page = at and at.url_name, needs, rail.here
    told = (*page, _of_person(rail, request), _of_pins(rail), _of_views(rail))
    return kept.fill(kept.draw("components/_rail.html", told, context), csrf_field)


def _of_person(rail: Rail, request: HttpRequest) -> tuple[object, ...]:
    user = vars(request).get("_cached_user")  # as the templates know them
    brands = [(one.brand_id, one.brand.name, one.get_role_display()) for one in rail.brands]
    own = rail.member.brand_id, rail.member.brand.name, rail.member.get_role_display()
    chosen = getattr(user, "theme", None), getattr(user, "shortcuts", None)
    return str(rail.member.user), chosen, own, tuple(brands)


def _of_pins(rail: Rail) -> tuple[object, ...]:
    return tuple((one, one.is_due) for one in rail.pins)


def _of_views(rail: Rail) -> tuple[object, ...]:
    views_ = rail.views
    return tuple((one.label, one.address, one.count, one.is_here, one.is_own) for one in views_)
