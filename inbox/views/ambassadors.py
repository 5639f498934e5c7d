"""/brands/<brand>/ambassadors/ : whose inbox to open."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox import access, addresses
from inbox.context import render
from inbox.failures import of_popsell
from inbox.popsell import client, identities, kept
from inbox.popsell.resources import Ambassador, Page
from inbox.views import paging

LONGEST_NAME = 100


@require_safe
def ambassadors(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    name = request.GET.get("name", "").strip()[:LONGEST_NAME]
    number = addresses.page_number(request.GET.get("page"))
    reading = _directory(brand_id, number, name, bypass=addresses.asks_anew(request))
    if paging.has_seen(request, reading):
        return HttpResponse(status=204)
    context = {
        "member": member,
        "name": name,
        "pager": paging.pager(reading.page, {"name": name}),
        "reading": reading,
        "failure": of_popsell(reading.failure, request) if reading.failure else None,
    }
    return paging.to_last_page(request, reading.page, {"name": name}) or render(
        request, "ambassadors/page.html", context
    )


def _directory(brand_id: int, number: int, name: str, *, bypass: bool) -> kept.Reading[Ambassador]:
    def fetch() -> Page[Ambassador]:
        page = client.ambassadors(brand_id, page=number, name=name)
        identities.remember(brand_id, page.data)
        return page

    return kept.read(brand_id, f"ambassadors {number} {name}", fetch, bypass=bypass)
