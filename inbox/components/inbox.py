"""The context for the page of an inbox, also with a conversation open beside it, and its list.

The list is drawn once for all who need the same. Its rows are drawn apart, as they change more often.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from jinja2 import pass_context
from jinja2.runtime import Context

from inbox.chatrooms.inbox import Inbox
from inbox.components import filters, kept, matched, paging, rail
from inbox.components.rows import render_rows
from inbox.display import times
from inbox.web.failures import of_popsell

# In place of what differs from one page to the next. They can't come otherwise: what people wrote is
# escaped.
ROWS, MARK = mark_safe("<!-- rows -->"), mark_safe("<!-- mark -->")
UPDATED = mark_safe("<!-- updated -->")


def page_context(
    request: HttpRequest, shown: Inbox, current: int | None = None
) -> dict[str, object]:
    """The context for the page of an inbox; `current` is the chatroom open beside it."""
    reading, listing = shown.reading, shown.listing
    member, query = listing.member, listing.query
    told = matched.tell(shown)
    return {
        "member": member,
        "inbox": shown,
        "listing": listing,
        "annotations": shown.annotations,
        "listed": render_rows(request, shown, current),
        "matched": told,
        "current": current,
        "bar": filters.bar(member, listing.ambassador.id, query, shown.annotations.names),
        "pager": None if told else paging.pager(reading.page, query.params()),
        "total": told.total if told else reading.page.total,
        "rail": rail.beside(request, member, listing.ambassador.id),
        "reading": reading,
        "mark": shown.mark,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }


@pass_context
def draw_list(context: Context, csrf_field: object) -> SafeString:
    """The list of this page, without what is told of it where the index answered or Popsell failed."""
    page = context.get_all()
    listed, is_plain = page["listed"], not (page["failure"] or page["matched"])
    shell = replace(listed, html=ROWS)
    html = kept.draw(
        "inbox/_list.html",
        _face(page) if is_plain else None,
        {**page, "listed": shell, "mark": MARK, "updated": UPDATED},
    )
    html = kept.put(kept.fill(html, csrf_field), MARK, page["mark"])
    html = kept.put(html, UPDATED, times.when(page["reading"].read_at, within=True))
    return kept.put(html, ROWS, listed.html)


def _face(page: Mapping[str, Any]) -> tuple[object, ...]:
    """All that the list around its rows depends on."""
    shown, member, bar, listed = page["inbox"], page["member"], page["bar"], page["listed"]
    listing = shown.listing
    return (
        (kept.minute(), member.pk, member.brand_id, member.brand.name),
        (listing.ambassador, listing.page, listing.query, page["rail"].is_pinned),
        (bar.html, bar.named, bar.on, bar.everything),
        (page["pager"], page["total"], listed.unread, listed.markable, shown.is_empty),
    )
