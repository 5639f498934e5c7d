"""Pages of a list, from the envelope's numbers only: its addresses are never followed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from inbox.popsell.cache import Reading
from inbox.popsell.resources import Page
from inbox.web.requests import is_htmx

MARK = "sent_to_last_page"
Keepable = str | list[str]


@dataclass(frozen=True, slots=True)
class Pager:
    """`numbers`: the pages to link, with None for a gap. `query`: what links keep, as `&name=…`."""

    current: int
    last: int
    numbers: tuple[int | None, ...]
    first_item: int | None
    last_item: int | None
    total: int | None
    query: str

    @property
    def previous(self) -> int | None:
        return min(self.current - 1, self.last) if self.current > 1 else None

    @property
    def next(self) -> int | None:
        return self.current + 1 if self.current < self.last else None


def pager(page: Page[Any], keep: Mapping[str, Keepable] | None = None) -> Pager:
    kept = urlencode({name: value for name, value in (keep or {}).items() if value}, doseq=True)
    return Pager(
        current=page.current_page,
        last=page.last_page,
        numbers=_numbers(page.current_page, page.last_page),
        first_item=page.from_,
        last_item=page.to,
        total=page.total,
        query=f"&{kept}" if kept else "",
    )


def to_last_page(
    request: HttpRequest, page: Page[Any], keep: Mapping[str, Keepable] | None = None
) -> HttpResponse | None:
    """Redirect to the last page from beyond it, only once: moving numbers can't cause a loop."""
    sent_before = request.session.pop(MARK, False) if MARK in request.session else False
    if page.current_page <= page.last_page or sent_before:
        return None
    request.session[MARK] = True
    query = {"page": str(page.last_page), **{k: v for k, v in (keep or {}).items() if v}}
    return HttpResponseRedirect(f"{request.path}?{urlencode(query, doseq=True)}")


def has_empty_fields(request: HttpRequest, names: Iterable[str]) -> bool:
    """Whether an address comes from a form that left fields of these names empty."""
    return any(request.GET.get(name) == "" for name in names) and not is_htmx(request)


def has_seen(request: HttpRequest, reading: Reading[Any] | None, mark: str) -> bool:
    """Whether a refresh already shows this: it carries the mark of its content.

    `reading`: from Popsell, None where it was not asked.
    """
    shown = request.headers.get("Inbox-Mark")
    is_whole = reading is None or reading.failure is None
    return is_htmx(request) and is_whole and shown == mark


def _numbers(current: int, last: int) -> tuple[int | None, ...]:
    """First, neighbours and last, with None where pages are left out."""
    wanted = sorted({1, current - 1, current, current + 1, last} & set(_around(current, last)))
    numbers: list[int | None] = []
    for number in wanted:
        before = numbers[-1] if numbers else None
        if before is not None and number - before == 2:  # noqa: PLR2004 - one page is no gap
            numbers.append(number - 1)
        elif before is not None and number - before > 1:
            numbers.append(None)
        numbers.append(number)
    return tuple(numbers)


def _around(current: int, last: int) -> list[int]:
    return [
        number for number in (1, current - 1, current, current + 1, last) if 1 <= number <= last
    ]
