"""/brands/<brand>/codes/<code>/ : all conversations in which a code stands now, newest first.

Of the index alone: Popsell is not asked. `?before=…` or `?after=…`: from this place on.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox.components import coded, freshness, rail
from inbox.queue.coded import MOST, find_page
from inbox.web.rendering import render


@require_safe
def code(request: HttpRequest, brand_id: int, code_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    shown = access.code_of(member, code_id)
    part = find_page(shown, request.GET.get("before", ""), request.GET.get("after", ""))
    if request.GET and not part.rows:
        return HttpResponseRedirect(request.path)
    fresh = freshness.find(member)
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "code": shown,
        "part": part,
        "conversations": coded.show(shown, part.rows),
        "count": coded.count_all(shown, fresh),
        "fresh": fresh,
        "texts": settings.INDEX_TEXTS,
        "most": MOST,
    }
    return render(request, "codes/conversations.html", context)
