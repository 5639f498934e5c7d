"""Lists as every operation answers them: in order, cut into pages."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from inbox.sandbox.answers import bad_request
from inbox.sandbox.envelope import envelope, items_a_page, page_number, page_slice
from inbox.sandbox.records import Chatroom, Message, Person
from inbox.sandbox.render import Json
from inbox.sandbox.requests import Request

PER_PAGE, MOST = 25, 100
"""Items a page, without and with `per_page`: no page documents either (inferred)."""
NEVER = datetime.min.replace(tzinfo=UTC)

T = TypeVar("T", Person, Chatroom, Message)


def page_of(items: list[T], request: Request, render: Callable[[T], Json]) -> Json:
    """Wrap the page asked for, of as many items as asked for."""
    page = page_number(request.query.get("page"))
    per_page = items_a_page(request.query.get("per_page"), PER_PAGE, MOST)
    shown = [render(item) for item in page_slice(items, page, per_page)]
    return envelope(shown, total=len(items), page=page, per_page=per_page, path=request.url)


def in_order(
    items: Iterable[T], request: Request, fields: Mapping[str, Callable[[T], Any]]
) -> list[T]:
    """Sort by the field asked for, and equals by their ids; refuse a field that is none of these."""
    sort = request.query.get("sort", "")
    by_number = sorted(items, key=lambda item: item.id)
    if not sort:
        return by_number
    field = fields.get(sort.removeprefix("-"))
    if field is None:
        raise bad_request(f"Requested sort(s) `{sort}` is not allowed.")
    return sorted(by_number, key=field, reverse=sort[0] == "-")


def last_date(room: Chatroom) -> datetime:
    """When the last message was written; what has no date sorts as the oldest, as in MySQL."""
    return room.last.date if room.last else NEVER
