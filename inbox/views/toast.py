"""/toast/close/ : what came of the last act was seen, and the next pages do not say it again."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from inbox.components import toasts
from inbox.web import requests


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    toasts.forget(request)
    if requests.is_htmx(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponseRedirect(requests.came_from(request))
