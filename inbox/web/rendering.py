"""Renders a template for a request, with the time it takes noted."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject

from inbox.context import measured


def render(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Django's `render`, with its time noted, and one CSRF field for all the forms of a page."""
    csrf_field = SimpleLazyObject(partial(csrf_input, request))
    with measured("render"):
        return django_render(
            request, template, {**context, "csrf_field": csrf_field}, status=status
        )
