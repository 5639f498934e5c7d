"""The site's own refusals and faults, as pages or as fragments."""

import sys

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from inbox.access import NoInvitation
from inbox.components import sign_in
from inbox.web import typed
from inbox.web.failure_answers import answer
from inbox.web.failures import Failure, of_outage
from inbox.web.requests import is_htmx

RENEWED = "Inbox-Token"  # a header, which only a page of ours can read


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = (
        str(exception) if isinstance(exception, BadRequest) else _("The request can't be read.")
    )
    return answer(
        request,
        Failure(
            400,
            _("This request is not valid"),
            message,
            kept=_("Nothing was changed."),
            reload=True,
            fields=typed.words(request),
        ),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = str(exception) or _("Your role does not allow this.")
    return answer(request, Failure(403, _("Not allowed"), message, kept=_("Nothing was changed.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, NoInvitation):
        return answer(request, _no_invitation())
    message = _("The address may be mistyped, or the page is not one of yours.")
    return answer(request, Failure(404, _("There is no such page"), message))


def _no_invitation() -> Failure:
    message = _(
        "It was taken up or withdrawn, it is older than a week, or the address is incomplete."
    )
    kept = _("Ask who invited you for a new one. If you took it up yourself, sign in.")
    return Failure(404, _("This invitation does not work any more"), message, kept=kept)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Refuse requests from other sites. A page of ours that is older than the sign-in may go on.

    Its script sends the form once more, with the token of this answer; without one a person does.
    """
    is_stale = reason.startswith("CSRF ")  # Django has looked by then where the form comes from
    if is_stale and request.method == "POST" and (page := sign_in.again(request)):
        return page
    response = answer(request, _expired(_written(request) if is_stale else ()))
    if is_stale and is_htmx(request) and request.user.is_authenticated:
        response[RENEWED] = get_token(request)
    return response


def _expired(fields: typed.Fields) -> Failure:
    message = _(
        "The form was older than your sign-in, or cookies are blocked. Reload and try again."
    )
    if fields:
        message = _(
            "The form was older than your sign-in. What it held is kept: you can send it again."
        )
    kept = _("Nothing was changed.")
    return Failure(403, _("This form has expired"), message, kept=kept, reload=True, fields=fields)


def _written(request: HttpRequest) -> typed.Fields:
    """What the form held, where the browser says that a page of ours sent it: that was looked at.

    Nothing made up by another site is offered.
    """
    return typed.form(request) if "Origin" in request.headers else ()


def too_many(request: HttpRequest) -> HttpResponse:
    """The longest that the limits of an address may last: see ACCOUNT_RATE_LIMITS."""
    asked = request.resolver_match.url_name if request.resolver_match else ""
    message, wait = (
        _("That was tried too often in a short time. Wait a minute, then try again."),
        60,
    )
    if asked == "account_reset_password":
        message, wait = (
            _("Look for the last link in the mailbox, or try again in five minutes."),
            300,
        )
    elif asked == "account_change_password":
        message, wait = _("That was tried too often. Wait five minutes, then try again."), 300
    title = _("Too many tries")
    return answer(
        request, Failure(429, title, message, retryable=True, reload=True, retry_after=wait)
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or an outage that no view saw: who is signed in is asked before any of them."""
    if outage := of_outage(sys.exception(), request):
        return answer(request, outage)
    message = _("The fault is ours and has been logged. Try again in a moment.")
    return answer(request, Failure(500, _("Something went wrong here"), message, retryable=True))
