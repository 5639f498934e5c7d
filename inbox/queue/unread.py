"""What an ambassador has not read, page by page: also conversations that need nobody's attention.

The latest comes first. What was archived or blocked is left out. A chatroom that stands in several
inboxes is told of the one in which it counts.
"""

from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.lookups import GreaterThan

from inbox.models import IndexedChatroom
from inbox.queue.attention import PAGE, Page, Part, Place, Several
from inbox.queue.narrowing import Narrowing, narrow

RANK = 999
"""That of their places: the order is not the ranking's."""
ORDER = ("-last_message_date", "-id")


def page(brand_id: int, after: Place | None, to: Narrowing, size: int = PAGE) -> Page:
    """The first of them, or what stands after a place."""
    found = list(rows(brand_id, to, after)[: size + 1])
    end = place(found[size - 1]) if len(found) > size else None
    return Page([], found[:size], end)


def find_between(brand_id: int, after: Place | None, until: Place | None, to: Narrowing) -> Part:
    """What stands now where a page stood, twice a page at most."""
    found = rows(brand_id, to, after)
    if until:
        found = found.exclude(_is_after(until))
    return Part([], list(found[: 2 * PAGE]))


def rows(brand_id: int, to: Narrowing, after: Place | None = None) -> QuerySet[IndexedChatroom]:
    """All of them, or those after a place, in order."""
    found = IndexedChatroom.objects.filter(brand=brand_id, counts=True, unread=True)
    found = found.filter(last_message_date__isnull=False)
    found = found.exclude(archived=True).exclude(is_blocked=True)
    if after:
        found = found.filter(_is_after(after))
    return narrow(found, to).order_by(*ORDER)


def place(row: IndexedChatroom) -> Place:
    """Where a row stands. Raises ValueError for one without a message."""
    if row.last_message_date is None:
        raise ValueError(f"nobody wrote in chatroom {row.chatroom}")
    return Place(RANK, row.last_message_date, row.pk)


def _is_after(place: Place) -> GreaterThan:
    here = Several(F("last_message_date"), F("id"))
    return GreaterThan(Several(Value(place.since, DateTimeField()), place.id), here)
