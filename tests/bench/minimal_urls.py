"""A page that makes one query, to find who asks: what all pages cost at least."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html

from inbox.urls import urlpatterns as ours


def minimal(request: HttpRequest) -> HttpResponse:
    page = "<!doctype html><title>Minimal</title><h1>{}</h1>"
    return HttpResponse(format_html(page, request.user))


urlpatterns = [path("minimal/", minimal), *ours]
