"""The context for the page of an inbox, also with a conversation open beside it."""

from django.http import HttpRequest

from inbox.chatrooms.inbox import Inbox
from inbox.components import filters, matched, paging, rail
from inbox.components.rows import render_rows
from inbox.web.failures import of_popsell


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
