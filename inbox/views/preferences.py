"""/preferences/ : theme, language, and whether single keys act; remembered for the person."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from inbox.models import Theme, User
from inbox.web import leading, requests

SWITCH = {"on": True, "off": False}
PERSONAL = {"theme", "shortcuts"}  # only a page of somebody offers these


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Save the choices and leave the rest; without sign-in, a cookie keeps the language."""
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        language = None
    if not isinstance(request.user, User) and PERSONAL & set(request.POST):
        return leading.to_sign_in(request)
    if isinstance(request.user, User):
        _remember(request.user, language, request.POST.get("theme"), request.POST.get("shortcuts"))
    back = requests.came_from(request)
    response = (
        HttpResponseClientRefresh() if requests.is_htmx(request) else HttpResponseRedirect(back)
    )
    if language:
        _set_cookie(response, language)
    return response


def _remember(person: User, language: str | None, theme: str | None, shortcuts: str | None) -> None:
    if language:
        person.language = language
    if theme in Theme.values:
        person.theme = theme
    person.shortcuts = SWITCH.get(shortcuts or "", person.shortcuts)
    person.save(update_fields=["language", "theme", "shortcuts"])


def _set_cookie(response: HttpResponse, language: str) -> None:
    """As Django's own `set_language` does: the sign-in page speaks it too."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
