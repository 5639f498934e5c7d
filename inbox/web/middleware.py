"""What happens around every request: its id and log line, sign-in, and failures of Popsell."""

import logging
import re
from collections.abc import Callable
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFieldsSent
from django.db import connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    QueryDict,
)
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from inbox import context
from inbox.chatrooms.tokens import TokenExpired
from inbox.popsell.errors import PopsellError
from inbox.process import outages
from inbox.process.busy import Busy
from inbox.process.lending import lend_database
from inbox.web import failure_answers, failures, typed
from inbox.web.masking import masked

log = logging.getLogger("inbox.access")

GetResponse = Callable[[HttpRequest], HttpResponse]
GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
WITHOUT_BODY = {204, 304}
HEALTH = {"/healthz", "/readyz"}


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id of ours and one line in the log, with the router's id too.

    The trail and Popsell get ours alone: clients can send any id, even that of another's act.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        id_ = uuid4().hex
        timezone.deactivate()  # the last request of this thread may have been of another brand
        with context.started(id_, request.META.get(context.WHOLE)) as now:
            response = get_response(request) if context.left() else _too_late(request)
            response["X-Request-ID"] = id_
            _measure(response)
            _write_access_line(request, response, now)
        return response

    return middleware


def _measure(response: HttpResponseBase) -> None:
    """Tell the length where no middleware did, so that the connection can serve another request."""
    if isinstance(response, HttpResponse) and response.status_code not in WITHOUT_BODY:
        response.headers.setdefault("Content-Length", str(len(response.content)))


def _too_late(request: HttpRequest) -> HttpResponse:
    """The answer where this request's time was over before its turn came.

    In words alone: a site that can't keep up must do nothing else.
    """
    with translation.override(translation.get_language_from_request(request)):
        text = _("Too many requests are waiting just now. Nothing was done: try again in a moment.")
    headers = {"Retry-After": str(outages.RETRY_AFTER), "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=503, headers=headers)


def database_lent(get_response: GetResponse) -> GetResponse:
    """Lend the database connection before the answer is sent, so a slow reader does not hold it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        finally:
            lend_database()

    return middleware


def browser_rules(get_response: GetResponse) -> GetResponse:
    """Forbid browser features that no answer of ours needs, for pages, files and failures alike."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in settings.BROWSER_RULES.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def server_timing(get_response: GetResponse) -> GetResponse:
    """Tell a signed-in member's browser where the time of a page went, in milliseconds."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with connection.execute_wrapper(context.measured_query):
            response = get_response(request)
        user = vars(request).get("_cached_user")  # known already: telling must not ask
        if user is not None and user.is_authenticated:
            response["Server-Timing"] = _timing(context.current())
        return response

    return middleware


def health(get_response: GetResponse) -> GetResponse:
    """Answer the platform's probes before anything asks for https or a known host."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info in HEALTH:
            response: HttpResponse = resolve(request.path_info).func(request)
            return response
        return get_response(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Forbid copies of a page; page and fragment may share an address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["HX-Request"])
        return response

    return middleware


def readable_request(get_response: GetResponse) -> GetResponse:
    """Refuse an address or a form that can't be read once: the page that says so reads them too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            _check_letters(request.GET)  # it is read when it is asked for
        except (TooManyFieldsSent, UnicodeError):
            request.GET = QueryDict()
            raise BadRequest(_("The request can't be read.")) from None
        try:
            _check_letters(request.POST)
        except (BadRequest, UnicodeError, LookupError):  # of another charset, or of none
            request.POST = QueryDict()
            raise BadRequest(_("The request can't be read.")) from None
        except Exception:
            request.POST = QueryDict()
            raise
        return get_response(request)

    return middleware


def _check_letters(fields: QueryDict) -> None:
    """Raises UnicodeError for half a letter, which no database keeps: some charsets can name one."""
    for name, values in fields.lists():
        "".join((name, *values)).encode()


def refused_method(get_response: GetResponse) -> GetResponse:
    """Say in words that an address is not asked in this way: Django's own refusal is an empty page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        told = failure_answers.answer(request, _not_in_this_way(request))
        told["Allow"] = response["Allow"]
        return told

    return middleware


def _not_in_this_way(request: HttpRequest) -> failures.Failure:
    if request.method in {"GET", "HEAD"}:
        title = _("This address is no page")
        message = _("It takes only what a button of the dashboard sends.")
    else:
        title = _("This page takes no form")
        message = _("It can only be looked at.")
    return failures.Failure(405, title, message, kept=_("Nothing was changed."))


class PopsellFailureMiddleware:
    """Turns what the views let pass into what a person sees; its one log line is written by then.

    Also outages of our own database and Redis; those that no view sees come to `handler500`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, PopsellError):
            return failure_answers.answer(request, failures.of_popsell(error, request))
        if isinstance(error, Busy):
            return failure_answers.answer(request, failures.of_busy(error, request))
        if isinstance(error, TokenExpired):
            return failure_answers.answer(request, _expired(request, error))
        failure = failures.of_collision(error) or failures.of_outage(error, request)
        return failure_answers.answer(request, failure) if failure else None


def _expired(request: HttpRequest, error: TokenExpired) -> failures.Failure:
    """Keep the typed text, so the person can still send it after reading that the page is old."""
    return failures.Failure(
        status=409,
        title=_("This page is more than a day old"),
        message=_("Its buttons no longer work. Reload it to see what Popsell says now."),
        kept=_("Nothing was changed."),
        reload=True,
        fields=typed.renewed(typed.words(request), error.renewed),
    )


def _write_access_line(
    request: HttpRequest, response: HttpResponse, now: context.RequestContext
) -> None:
    """The path without its query, and without the one-time key that a link of ours carries."""
    extra: dict[str, object] = {
        "status": response.status_code,
        "ms": round((monotonic() - now.started) * 1000),
    }
    if now.cache:
        extra["cache"] = now.cache
    given = request.headers.get("X-Request-ID", "")
    if GOOD_REQUEST_ID.fullmatch(given):
        extra["router_request_id"] = given
    log.info("%s %s", request.method, masked(request.path), extra=extra)


def _timing(now: context.RequestContext) -> str:
    def spent(subject: str) -> str:
        return f"{now.spent.get(subject, 0.0) * 1000:.1f}"

    text = f';desc="{now.cache}"' if now.cache else ""
    total = (monotonic() - now.started) * 1000
    return (
        f"popsell;dur={spent('popsell')}{text}, db;dur={spent('db')}, "
        f"render;dur={spent('render')}, total;dur={total:.1f}"
    )
