"""What a person sees when something fails: a page, or for htmx an alert where they acted."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from inbox.addresses import is_htmx, nearest_page
from inbox.context import render
from inbox.popsell.errors import Invalid, PopsellError


@dataclass(frozen=True, slots=True)
class Failure:
    """`message`: what happened. `kept`: what it means for what they did. `lines`: Popsell's words."""

    status: int
    title: str
    message: str
    kept: str = ""
    lines: tuple[str, ...] = ()
    retryable: bool = False
    reload: bool = False
    retry_after: int | None = None


def of_popsell(error: PopsellError, request: HttpRequest) -> Failure:
    return Failure(
        status=error.status,
        title=error.title,
        message=error.user_message,
        kept=_kept(error, request),
        lines=_lines(error) if isinstance(error, Invalid) else (),
        retryable=True,
        retry_after=error.wait,
    )


def answer(request: HttpRequest, failure: Failure) -> HttpResponse:
    """The failure as a page, or as a fragment beside the row whose act failed."""
    htmx = is_htmx(request)
    template = "failure/_alert.html" if htmx else "failure/page.html"
    chatroom_id = _row(request)
    context = {
        "failure": failure,
        "chatroom_id": chatroom_id,
        "back": nearest_page(request),
        "acts": {name: request.POST.get(name, "") for name in ("act", "page")},
    }
    response = render(request, template, context, status=failure.status)
    if htmx and chatroom_id:
        response["HX-Retarget"] = f"#alert-{chatroom_id}"
        response["HX-Reswap"] = "innerHTML"
    if failure.retry_after is not None:
        response["Retry-After"] = str(failure.retry_after)
    return response


def _row(request: HttpRequest) -> int | None:
    """The chatroom whose row was acted upon."""
    if request.method != "POST" or request.resolver_match is None:
        return None
    chatroom_id: int | None = request.resolver_match.kwargs.get("chatroom_id")
    return chatroom_id


def _kept(error: PopsellError, request: HttpRequest) -> str:
    if request.method != "POST":
        return ""
    if error.may_have_arrived:
        return "What you did may have arrived all the same: read the inbox again to see."
    return "Nothing was changed: the conversation is as it was."


def _lines(error: Invalid) -> tuple[str, ...]:
    """Popsell's message, then its messages field by field."""
    fields = (f"{field}: {text}" for field, texts in error.errors.items() for text in texts)
    return tuple(line for line in (error.message, *fields) if line)
