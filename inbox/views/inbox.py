"""/brands/<brand>/ambassadors/<ambassador>/ : the inbox, as Popsell pages it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from inbox import access, addresses
from inbox.popsell import client, identities
from inbox.views import paging
from inbox.views.rows import inbox_of


@require_safe
def inbox(request: HttpRequest, brand_id: int, ambassador_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    number = addresses.page_number(request.GET.get("page"))
    page = client.chatrooms(brand_id, ambassador_id, page=number)
    ambassador = identities.identity(brand_id, ambassador_id, page)
    context = {
        "member": member,
        "inbox": inbox_of(member, ambassador, page),
        "pager": paging.pager(page),
        "read_at": timezone.now(),
    }
    return paging.to_last_page(request, page) or render(request, "inbox/page.html", context)
