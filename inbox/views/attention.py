"""/brands/<brand>/?reason=… : the conversations of a brand that need attention, and why.

Drawn from the index alone: Popsell is never asked. `?after=…`: from this place on. What the list can
be narrowed to is in `chatrooms.query.Query`.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms.query import parse_brand_wide
from inbox.components import attention, news, paging
from inbox.components.asked import asked_by
from inbox.components.filtering import NARROWING
from inbox.web.rendering import render


@require_safe
def home(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    asked = asked_by(parse_brand_wide(request.GET))
    if paging.has_empty_fields(request, NARROWING):
        return HttpResponseRedirect(request.path + asked.address)
    if news.asks_for_news(request):
        return attention.tell_news(request, member, asked, request.GET.get("until", ""))
    shown = attention.find(member, asked)
    if paging.has_seen(request, None, shown.mark_with_counts):
        return HttpResponse(status=204)
    return render(request, "attention/page.html", attention.page_context(request, member, shown))
