"""The rows of an inbox as HTML, made once for everyone who needs the same.

A second look at an unchanged inbox gets the rows as they were rendered. So does a refresh of an inbox
that changed only elsewhere. Where some rows changed, the others are as they were: drawing 25 takes half
of the page's time. Only the CSRF field is new. Relative times are right to the minute.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from time import time

from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from inbox.caches import memories
from inbox.caches.memories import Memory
from inbox.chatrooms.inbox import Inbox
from inbox.chatrooms.query import Query
from inbox.chatrooms.rows import Row
from inbox.context import measured
from inbox.popsell.resources import Ambassador, Chatroom, Unreadable
from inbox.web.rendering import csrf_field

CURRENT = 'aria-current="true"'
# Never in a row otherwise: what people wrote is escaped.
CSRF, END = mark_safe("<!-- csrf -->"), mark_safe("<!-- end -->")


@dataclass(frozen=True, slots=True)
class _Face:
    """All that the rows depend on; `inbox` is what to render where they are not there yet."""

    member: int
    may_act: bool
    zone: str
    language: str | None
    minute: int
    page: int
    query: Query
    mark: str
    ambassador: Ambassador
    inbox: Inbox = field(compare=False)


@dataclass(frozen=True, slots=True)
class RenderedRows:
    """The rows, how many of them are unread, and how many offer to be marked read."""

    html: SafeString
    unread: int
    markable: int


def render_rows(request: HttpRequest, inbox: Inbox, current: int | None = None) -> RenderedRows:
    """The rows as HTML; `current` is the chatroom that is open."""
    listing, member = inbox.listing, inbox.listing.member
    face = _Face(
        member.pk,
        member.may_act,
        member.brand.time_zone,
        get_language(),
        int(time() // 60),
        listing.page,
        listing.query,
        inbox.mark,
        listing.ambassador,
        inbox,
    )
    with measured("render"):
        html, unread, markable = (_render if inbox.reading.is_large else _rendered)(face)
        if current:
            html = html.replace(f'id="open-{current}"', f'id="open-{current}" {CURRENT}', 1)
        html = html.replace(CSRF, csrf_field(request))
        return RenderedRows(mark_safe(html), unread, markable)  # noqa: S308 - as above


def _render(face: _Face) -> tuple[str, int, int]:
    inbox = face.inbox
    return "".join(_draw(face)), inbox.unread, inbox.markable


def _draw(face: _Face) -> list[str]:
    """Each row as HTML, drawn once for all who need the same: most rows of a page with news are so."""
    inbox, items = face.inbox, face.inbox.reading.page.data
    if inbox.matches or inbox.changed or inbox.reading.is_large:
        return _draw_anew(inbox, inbox.rows)
    around = (inbox.face, face.language, face.zone, face.page, face.query)
    known = [_DRAWN.find((item, around)) for item in items]
    new = [row for row, html in zip(inbox.rows, known, strict=True) if html is None]
    drawn = iter(_draw_anew(inbox, new))
    return [
        _keep(item, around, next(drawn)) if html is None else html
        for item, html in zip(items, known, strict=True)
    ]


def _keep(item: Chatroom | Unreadable, around: Hashable, html: str) -> str:
    is_small = isinstance(item, Unreadable) or item.is_small
    return _DRAWN.put((item, around), html) if is_small else html


def _draw_anew(inbox: Inbox, rows: Sequence[Row | Unreadable]) -> list[str]:
    """These rows as HTML, in one go: that is faster than one after the other."""
    if not rows:
        return []
    context = {
        "rows": rows,
        "listing": inbox.listing,
        "annotations": inbox.annotations,
        "csrf_field": CSRF,
        "end": END,
    }
    return get_template("inbox/_rows.html").render(context).split(END)[:-1]


_rendered = lru_cache(16)(_render)  # a few whole pages: of known rows one is soon put together
memories.register(_rendered.cache_clear)
_DRAWN = Memory[str](2_048)
