"""/brands/<brand>/fresh/?mark=… : how fresh the index is, for pages that show it and go on to ask."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox.components import freshness
from inbox.web import requests
from inbox.web.rendering import render


@require_safe
def fresh(request: HttpRequest, brand_id: int) -> HttpResponse:
    """204 where the page shows it as it is: nothing is put anew, or read out again."""
    member = access.member_of(request, brand_id)
    if not requests.is_htmx(request):
        return redirect("ambassadors", brand_id)
    now = freshness.find(member)
    if now.mark == request.GET.get("mark"):
        return HttpResponse(status=204)
    return render(request, "components/_fresh_answer.html", {"fresh": now})
