"""Renders a template for a request, with the time it takes noted."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from inbox.context import measured

CSRF_FIELD = "_csrf_field"


def render(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Django's `render`, with its time noted, and one CSRF field for all the forms of a page."""
    field = SimpleLazyObject(partial(csrf_field, request))
    with measured("render"):
        return django_render(request, template, {**context, "csrf_field": field}, status=status)


def csrf_field(request: HttpRequest) -> SafeString:
    """The field, the same for all parts of a page: masking a token takes as long as many rows."""
    known: tuple[object, SafeString] | None = vars(request).get(CSRF_FIELD)
    if known is None or known[0] != request.META.get("CSRF_COOKIE"):  # as after signing in
        field = csrf_input(request)
        known = request.META["CSRF_COOKIE"], field
        setattr(request, CSRF_FIELD, known)
    return known[1]
