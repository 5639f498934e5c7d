"""Pages of a list as Popsell wraps them, and the shapes that all answers are made of."""

import logging
from collections.abc import Callable
from typing import TypeVar

from inbox.popsell import bounds
from inbox.popsell.errors import Unexpected
from inbox.popsell.resources import (
    Link,
    Page,
    Unreadable,
)
from inbox.popsell.values import (
    boolean,
    identifier,
    integer,
    short,
    whole,
)

log = logging.getLogger(__name__)

Json = dict[str, object]
T = TypeVar("T")


def page(value: object, item: Callable[[object], T | None]) -> Page[T]:
    """The envelope; raises Unexpected where there is no list of data in it, or an endless one."""
    envelope = as_object(value)
    rows = _listed(envelope.get("data")) if envelope else None
    if envelope is None or rows is None:
        raise Unexpected(f"no envelope: {shape(value)}", remote_status=200)
    if len(rows) > bounds.ROWS:
        raise Unexpected(f"a page of {len(rows)} items", remote_status=200)
    data = _once([item(row) or _unreadable(row) for row in rows])
    last = max(integer(envelope.get("last_page")) or 1, 1)
    again = len(rows) - len(data) if last == 1 else 0  # of several pages nobody knows
    return Page(
        current_page=max(integer(envelope.get("current_page")) or 1, 1),
        data=data,
        first_page_url=address(envelope.get("first_page_url")),
        from_=integer(envelope.get("from")),
        last_page=last,
        last_page_url=address(envelope.get("last_page_url")),
        links=tuple(_link(link) for link in (_listed(envelope.get("links")) or ())[: bounds.LINKS]),
        next_page_url=address(envelope.get("next_page_url")),
        path=address(envelope.get("path")),
        per_page=integer(envelope.get("per_page")),
        prev_page_url=address(envelope.get("prev_page_url")),
        to=_without(integer(envelope.get("to")), again),
        total=_without(integer(envelope.get("total")), again),
    )


def _listed(value: object) -> list[object] | None:
    """The items of a list, in their order; None for anything else.

    PHP writes a list as an object with numbers for keys where some were taken out of it.
    """
    if isinstance(value, dict) and value and all(map(_is_number, value)):
        return list(value.values())
    return value if isinstance(value, list) else None


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit()


def _once(items: list[T | Unreadable]) -> tuple[T | Unreadable, ...]:
    """Each item once, where it stands first: that is its place in the order that was asked for."""
    found: dict[object, T | Unreadable] = {}
    for place, one in enumerate(items):
        id_ = None if isinstance(one, Unreadable) else getattr(one, "id", None)
        found.setdefault(("place", place) if id_ is None else id_, one)
    return tuple(found.values())


def _without(count: int | None, again: int) -> int | None:
    """How many there are, where Popsell counts some of them twice."""
    return None if count is None else max(count - again, 0)


def check(value: object, most: int) -> None:
    """Raise Unexpected where the answer holds more objects, or plain items of lists, than `most`."""
    waiting, count = [value], 0
    while waiting:
        one = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        deeper = [two for two in inner if isinstance(two, (dict, list))]
        count += 1 if isinstance(one, dict) else len(inner) - len(deeper)
        if count > most:
            raise Unexpected(f"more than {most} objects", remote_status=200, may_have_arrived=True)
        waiting += deeper


def shape(value: object) -> str:
    """What kind of value it is, for the log: kinds and counts, never content."""
    if isinstance(value, dict):
        return f"object of {len(value)}"
    if isinstance(value, list):
        return f"array of {len(value)}"
    return type(value).__name__


def as_object(value: object) -> Json | None:
    return value if isinstance(value, dict) else None


def unwrapped(value: object) -> object:
    """What an array of one holds: a page that shows an object may come as such an array."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def each_of(
    values: object, item: Callable[[object], T | None], most: int | None = None
) -> tuple[T, ...]:
    """The readable among the first items of a list; a lone object counts as a list of one."""
    listed = _listed(values)
    if listed is None:
        listed = [values] if isinstance(values, dict) else []
    return tuple(found for value in listed[:most] if (found := item(value)) is not None)


def _unreadable(row: object) -> Unreadable:
    """Costs this row and no more; logged once, since the same body is not decoded again."""
    data = as_object(row) or {}
    names = ("id_chatroom", "id_message", "id_ambassador", "id_chat_topic")
    id_ = next((found for name in names if (found := identifier(data.get(name)))), None)
    log.warning("Popsell sent an item that can't be read: %s", shape(row), extra={"item": id_})
    return Unreadable(id_)


def _link(value: object) -> Link:
    data = as_object(value) or {}
    return Link(
        url=address(data.get("url")),
        label=short(data.get("label"), bounds.NAME),
        active=boolean(data.get("active")),
    )


def address(value: object) -> str | None:
    return whole(value, bounds.ADDRESS)
