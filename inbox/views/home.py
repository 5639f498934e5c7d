"""/ : redirect to the person's brand, a choice of brands, or a plain explanation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox.web.rendering import render


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    memberships = list(access.memberships(request))
    if len(memberships) == 1:
        return redirect("attention", memberships[0].brand_id)
    return render(request, "home/page.html", {"memberships": memberships})
