"""Keeps typed text of a refused form: the page with the reason holds it.

With scripts a refusal leaves the form as it stands.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from inbox.web.requests import is_htmx

Fields = tuple[tuple[str, str], ...]


def form(request: HttpRequest) -> Fields:
    """All that a plain form of a brand held, whether something was typed or not."""
    if not _is_plain_form(request):
        return ()
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    return tuple((name, value) for name in names for value in request.POST.getlist(name))


def words(request: HttpRequest) -> Fields:
    """The same where something was typed, and a page of ours sent it; else empty.

    Nothing made up by another site is offered.
    """
    return form(request) if _has_words(request) and _is_from_here(request) else ()


def note(request: HttpRequest) -> str:
    """The note among the words, to be copied."""
    return dict(words(request)).get("note", "")


def renewed(fields: Fields, token: str) -> Fields:
    """The form with a token that is good."""
    return tuple((name, token if name == "act" else value) for name, value in fields)


def _is_plain_form(request: HttpRequest) -> bool:
    """No form of a brand holds a password."""
    is_of_brand = request.resolver_match and "brand_id" in request.resolver_match.kwargs
    return bool(is_of_brand) and request.method == "POST" and not is_htmx(request)


def _has_words(request: HttpRequest) -> bool:
    """Whether there is more in it than a press of a button."""
    if not _is_plain_form(request) or not request.resolver_match:
        return False
    return request.resolver_match.url_name == "codes" or bool(request.POST.get("note", "").strip())


def _is_from_here(request: HttpRequest) -> bool:
    """Whether its token was checked, else what the browser says of where it comes from."""
    if getattr(request, "csrf_processing_done", False):
        return True
    origin = request.headers.get("Origin")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    parts = urlsplit(origin or request.headers.get("Referer", ""))
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())
