"""The page envelope of `/chat/*` lists: Laravel's length-aware paginator.

The keys are documented under "Pagination envelope"; the exact values (labels, window of links,
nulls) follow what Laravel 12 itself prints.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

ON_EACH_SIDE = 3
WINDOW = ON_EACH_SIDE + 4
PHP_INT_MAX = 2**63 - 1


def page_number(raw: str | None) -> int:
    """Read `page` as Laravel does: anything but a positive integer is page 1."""
    return _positive(raw) or 1


def items_a_page(raw: str | None, usual: int, most: int) -> int:
    """Read `per_page`: anything but a positive integer is the usual number (inferred)."""
    return min(_positive(raw) or usual, most)


def _positive(raw: str | None) -> int | None:
    text = (raw or "").strip(" \t\n\r\v")
    if not re.fullmatch(r"\+?[1-9][0-9]{0,18}", text):
        return None
    number = int(text)
    return number if number <= PHP_INT_MAX else None


def page_slice(items: Sequence[T], page: int, per_page: int) -> Sequence[T]:
    """Give the items of one page; beyond the end there are none."""
    start = (page - 1) * per_page
    return items[start : start + per_page]


def envelope(
    data: Sequence[object], *, total: int, page: int, per_page: int, path: str
) -> dict[str, object]:
    """Wrap one page of data, in Laravel's order of keys.

    The URLs carry `page` alone: Laravel drops the query string unless told to keep it.
    """
    last_page = max(1, -(-total // per_page))
    first_item = (page - 1) * per_page + 1 if data else None
    return {
        "current_page": page,
        "data": data,
        "first_page_url": _url(path, 1),
        "from": first_item,
        "last_page": last_page,
        "last_page_url": _url(path, last_page),
        "links": _links(page, last_page, path),
        "next_page_url": _url(path, page + 1) if page < last_page else None,
        "path": path,
        "per_page": per_page,
        "prev_page_url": _url(path, page - 1) if page > 1 else None,
        "to": first_item + len(data) - 1 if first_item is not None else None,
        "total": total,
    }


def _url(path: str, page: int) -> str:
    return f"{path}?page={page}"


def _links(page: int, last_page: int, path: str) -> list[dict[str, object]]:
    previous = page - 1 if page > 1 else None
    following = page + 1 if page < last_page else None
    links = [_arrow("&laquo; Previous", previous, path)]
    for number, block in enumerate(_blocks(page, last_page)):
        if number:
            # Laravel gives its dots no `page` key at all, unlike a disabled arrow.
            links.append({"url": None, "label": "...", "active": False})
        links.extend(_number(shown, page, path) for shown in block)
    return [*links, _arrow("Next &raquo;", following, path)]


def _blocks(page: int, last_page: int) -> list[Iterable[int]]:
    """Choose the page numbers shown, as blocks with dots between them."""
    if last_page < ON_EACH_SIDE * 2 + 8:
        return [range(1, last_page + 1)]
    first_two, last_two = (1, 2), (last_page - 1, last_page)
    if page <= WINDOW:
        return [range(1, WINDOW + ON_EACH_SIDE + 1), last_two]
    if page > last_page - WINDOW:
        return [first_two, range(last_page - WINDOW - ON_EACH_SIDE + 1, last_page + 1)]
    return [first_two, range(page - ON_EACH_SIDE, page + ON_EACH_SIDE + 1), last_two]


def _arrow(label: str, target: int | None, path: str) -> dict[str, object]:
    url = None if target is None else _url(path, target)
    return {"url": url, "label": label, "page": target, "active": False}


def _number(shown: int, page: int, path: str) -> dict[str, object]:
    return {"url": _url(path, shown), "label": str(shown), "page": shown, "active": shown == page}
