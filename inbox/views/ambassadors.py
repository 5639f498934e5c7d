"""/brands/<brand>/ambassadors/ : whose inbox to open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from inbox import access, addresses
from inbox.popsell import client, identities
from inbox.views import paging

LONGEST_NAME = 100


@require_safe
def ambassadors(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    name = request.GET.get("name", "").strip()[:LONGEST_NAME]
    page = client.ambassadors(
        brand_id, page=addresses.page_number(request.GET.get("page")), name=name
    )
    identities.remember(brand_id, page.data)
    context = {
        "member": member,
        "name": name,
        "page": page,
        "pager": paging.pager(page, {"name": name}),
        "read_at": timezone.now(),
    }
    return paging.to_last_page(request, page, {"name": name}) or render(
        request, "ambassadors/page.html", context
    )
