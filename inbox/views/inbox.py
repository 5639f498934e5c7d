"""/brands/<brand>/ambassadors/<ambassador>/ : the inbox, as Popsell pages it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox import access, addresses
from inbox.context import render
from inbox.failures import of_popsell
from inbox.views import paging
from inbox.views.listed import listed
from inbox.views.rows import read_inbox


@require_safe
def inbox(request: HttpRequest, brand_id: int, ambassador_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    number = addresses.page_number(request.GET.get("page"))
    shown = read_inbox(member, ambassador_id, number, bypass=addresses.asks_anew(request))
    reading = shown.reading
    if paging.has_seen(request, reading):
        return HttpResponse(status=204)
    rows, unread = listed(request, shown)
    context = {
        "member": member,
        "rows": rows,
        "unread": unread,
        "inbox": shown,
        "pager": paging.pager(reading.page),
        "reading": reading,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }
    return paging.to_last_page(request, reading.page) or render(request, "inbox/page.html", context)
