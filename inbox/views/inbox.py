"""/brands/<brand>/ambassadors/<ambassador>/ : an inbox, or a part of it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox import context as request_context
from inbox.chatrooms import scan
from inbox.chatrooms.inbox import read_inbox
from inbox.chatrooms.listing import inbox_address
from inbox.chatrooms.query import READERS, Query, parse_inbox
from inbox.components import filters, news, paging, pins
from inbox.components.inbox import page_context
from inbox.models import Membership
from inbox.text import numbers
from inbox.web import requests
from inbox.web.rendering import render


@require_safe
def inbox(request: HttpRequest, brand_id: int, ambassador_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    query = parse_inbox(request.GET)
    number = numbers.page_number(request.GET.get("page"))
    if paging.has_empty_fields(request, READERS):
        return HttpResponseRedirect(inbox_address(brand_id, ambassador_id, number, query))
    if query.scans and scan.is_under_way(request.GET):
        return _further(request, member, ambassador_id, query)
    anew = requests.asks_anew(request)
    with request_context.by_itself(news.asks_for_news(request)):
        shown = read_inbox(member, ambassador_id, number, query, bypass=anew)
    if shown.reading.is_new:
        pins.remember(shown)
    if not query.scans and paging.has_seen(request, shown.reading, shown.mark):
        return news.with_read_at(HttpResponse(status=204), shown.reading)
    if news.asks_for_news(request):
        return news.answer(request, shown.items, shown.reading)
    return paging.to_last_page(request, shown.reading.page, query.params()) or render(
        request, "inbox/page.html", page_context(request, shown)
    )


def _further(
    request: HttpRequest, member: Membership, ambassador_id: int, query: Query
) -> HttpResponse:
    """The next part of a list; for htmx its rows and the form that goes on."""
    found = scan.go_on(member, ambassador_id, query, request.GET)
    if requests.is_htmx(request):
        names = found.inbox.annotations.names if found.inbox else {}
        bar = filters.bar(member, ambassador_id, query, names)
        context = {"member": member, "scan": found, "bar": bar}
        return render(request, "inbox/_found.html", context)
    return render(
        request, "inbox/page.html", page_context(request, found.first_page(), scanned=found)
    )
