"""/brands/<brand>/?reason=… : the conversations of a brand that need attention, and why.

Drawn from the index alone: Popsell is never asked. `?after=…`: from this place on.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms.query import parse
from inbox.components import attention, news, paging
from inbox.web.rendering import render


@require_safe
def home(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    asked = attention.asked_by(parse(request.GET))
    if news.asks_for_news(request):
        return attention.tell_news(request, member, asked, request.GET.get("until", ""))
    shown = attention.find(member, asked)
    if paging.has_seen(request, None, shown.mark_with_counts):
        return HttpResponse(status=204)
    return render(request, "attention/page.html", attention.page_context(request, member, shown))
