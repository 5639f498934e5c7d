"""The site's own refusals and faults, as pages or as fragments."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from inbox.failures import Failure, answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    told = str(exception) if isinstance(exception, BadRequest) else "The request can't be read."
    return answer(
        request,
        Failure(400, "This request is not valid", told, kept="Nothing was changed.", reload=True),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    told = str(exception) or "Your role does not allow this."
    return answer(request, Failure(403, "Not allowed", told, kept="Nothing was changed."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    told = "The address may be mistyped, or the page is not one of yours."
    return answer(request, Failure(404, "There is no such page", told))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    told = "The form was older than your sign-in, or cookies are blocked. Reload and try again."
    return answer(
        request,
        Failure(403, "This form has expired", told, kept="Nothing was changed.", reload=True),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    told = "The fault is ours and has been logged. Try again in a moment."
    return answer(request, Failure(500, "Something went wrong here", told, retryable=True))
