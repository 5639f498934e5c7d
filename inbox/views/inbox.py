"""/brands/<brand>/ambassadors/<ambassador>/ : an inbox, or a part of it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox import context as request_context
from inbox.chatrooms.inbox import read_inbox
from inbox.chatrooms.listing import inbox_address
from inbox.chatrooms.query import READERS, parse_inbox
from inbox.components import news, paging, pins
from inbox.components.inbox import page_context
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
    anew = requests.asks_anew(request)
    stays = numbers.record_number(request.GET.get("stays", "")) or None
    with request_context.by_itself(news.asks_for_news(request)):
        shown = read_inbox(member, ambassador_id, number, query, bypass=anew, also=stays)
    if shown.reading.is_new:
        pins.remember(shown)
    if paging.has_seen(request, shown.reading, shown.mark):
        return news.with_read_at(HttpResponse(status=204), shown.reading)
    if news.asks_for_news(request):
        return news.answer(request, shown.items, shown.reading)
    beyond = None if shown.matches else shown.reading.page
    return (beyond and paging.to_last_page(request, beyond, query.params())) or render(
        request, "inbox/page.html", page_context(request, shown)
    )
