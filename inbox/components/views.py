"""Views in the rail: names for lists of what needs attention. Home tells how many stand in each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import get_language, pgettext

from inbox import access
from inbox.caches.memories import Memory
from inbox.components.asked import Asked, asked_by_view
from inbox.models import Membership, SavedView
from inbox.queue import saved_views
from inbox.queue.held import Held

HANDED = Asked().with_changes(held=str(Held.FOR_ME))


@dataclass(frozen=True, slots=True)
class Named:
    """A view as the rail has it. `saved`: None for what was handed over, which everybody has who acts.

    `number`: how many stand in it, and `count` as it is told: empty where that was not asked for.
    """

    label: str
    asked: Asked
    saved: SavedView | None = None
    number: int = 0
    count: str = ""
    is_here: bool = False

    @property
    def address(self) -> str:
        return self.asked.address

    @property
    def is_own(self) -> bool:
        return self.saved is not None and self.saved.member_id is not None


@dataclass(frozen=True, slots=True)
class Handed:
    """How many conversations colleagues handed to the `member`, for a page that stands open.

    `count`: as the rail tells it. `view`: the one whose list the page shows.
    """

    member: Membership
    for_me: int
    count: str
    view: Named | None = None


_FOUND = Memory[tuple[Named, ...]](256)


def find(member: Membership) -> tuple[Named, ...]:
    """Those that the member sees. What was handed to them comes first.

    They are remembered for as long as the brand's views have the version that the member's brand tells.
    """
    sees, version = access.sees_colleagues(member), member.brand.views_version
    key = member.pk, sees, version, get_language()
    return _FOUND.keep(key, lambda: _find(member))


def _find(member: Membership) -> tuple[Named, ...]:
    handed = [Named(pgettext("a view: conversations", "For me"), HANDED)]
    saved = [Named(str(one), asked_by_view(one), one) for one in saved_views.find(member)]
    return (*(handed if access.sees_colleagues(member) else []), *saved)


def count(found: Iterable[Named], here: Asked, numbers: Mapping[Asked, int]) -> tuple[Named, ...]:
    """With how many stand in each. `here`: what the page shows."""
    return tuple(
        replace(one, number=numbers[one.asked], is_here=one.asked == here.first) for one in found
    )
