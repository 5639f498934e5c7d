"""/styleguide/ : every component in every state, from the files that the pages use. With DEBUG only."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox.components import samples
from inbox.web.rendering import render


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    return render(request, "styleguide/page.html", samples.all_of_them(request))
