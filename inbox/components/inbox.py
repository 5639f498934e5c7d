"""The context for the page of an inbox, also with a conversation open beside it."""

from django.http import HttpRequest

from inbox.chatrooms import scan
from inbox.chatrooms.inbox import Inbox
from inbox.chatrooms.scan import Scan
from inbox.components import filters, paging, rail
from inbox.components.rows import render_rows
from inbox.web.failures import of_popsell


def page_context(
    request: HttpRequest, shown: Inbox, current: int | None = None, scanned: Scan | None = None
) -> dict[str, object]:
    """The context for the page of an inbox; `current` is the chatroom open beside it."""
    reading, listing = shown.reading, shown.listing
    member, query = listing.member, listing.query
    if query.scans and scanned is None:
        scanned = scan.begin(shown, request.GET.get("stays"))
    return {
        "member": member,
        "inbox": shown,
        "listing": listing,
        "annotations": shown.annotations,
        "listed": None if scanned else render_rows(request, shown, current),
        "scan": scanned,
        "current": current,
        "bar": filters.bar(member, listing.ambassador.id, query, shown.annotations.names),
        "pager": paging.pager(reading.page, query.params()),
        "rail": rail.beside(request, member, listing.ambassador.id),
        "reading": reading,
        "mark": "" if scanned else shown.mark,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }
