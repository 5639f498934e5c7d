"""Shows a failure: as a page, or to htmx in place of the pressed control."""

from django.http import HttpRequest, HttpResponse

from inbox.web import typed
from inbox.web.failures import Failure
from inbox.web.rendering import render
from inbox.web.requests import came_from, form_page, keeps_its_page, nearest_page

# What a form posts, to post it again.
KEPT_FIELDS = (
    *(
        "act",
        "page",
        "query",
        "place",
        "state",
        "hand",
        "undo",
        "note",
        "draft",
        "participant",
        "summary",
        "to",
    ),
)
CONVERSATION = "conversation"  # the third region, as `acted_in` names it
ELSEWHERE = {"review": "review", "note": "review", "hand_over": "hand-over"}
"""The acts of a conversation with a place of their own for what went wrong."""


def answer(request: HttpRequest, failure: Failure) -> HttpResponse:
    """The failure as a page, or as a fragment beside the row where the act failed."""
    htmx = keeps_its_page(request)
    template = "failure/_alert.html" if htmx else "failure/page.html"
    chatroom_id = _row(request)
    place = acted_in(request, chatroom_id) if chatroom_id else None
    context = {
        "failure": failure,
        "chatroom_id": chatroom_id,
        "place": place,
        "retry": f"{_form(request)}-{place}",
        "by": request.path if _name(request) == "note" else "",
        "back": form_page(request) or failure.back or _page_of(request),
        "typed": "" if failure.fields else typed.note(request),
        "acts": {name: request.POST.get(name, "") for name in KEPT_FIELDS},
    }
    response = render(request, template, context, status=failure.status)
    if htmx and place:
        response["HX-Retarget"] = f"#alert-{_alert(request, place)}"
        response["HX-Reswap"] = "innerHTML"
    if failure.retry_after is not None:
        response["Retry-After"] = str(failure.retry_after)
    return response


def acted_in(request: HttpRequest, chatroom_id: int) -> str:
    """Where on the page an act was done: in the row of a chatroom, or beside the open conversation."""
    place = request.POST.get("place")
    return place if place == CONVERSATION else str(chatroom_id)


def _alert(request: HttpRequest, place: str) -> str:
    """The place for the message of a failed act: on a phone the head is far above the foot."""
    return ELSEWHERE.get(_name(request), place) if place == CONVERSATION else place


def _form(request: HttpRequest) -> str:
    """The form of an act, as its id begins: a row's and a conversation's Mark read are `mark-…`.

    A note without a review is sent by another button of the review's form.
    """
    if "undo" in request.POST:
        return "undo"
    forms = {"read": "mark", "note": "review"}
    return forms.get(_name(request), _name(request).replace("_", "-"))


def _page_of(request: HttpRequest) -> str:
    """The page that the request was about. The address of an Undo only tells its record."""
    return came_from(request) if _name(request) == "undo" else nearest_page(request)


def _name(request: HttpRequest) -> str:
    return str(request.resolver_match.url_name) if request.resolver_match else ""


def _row(request: HttpRequest) -> int | None:
    """The chatroom of the row that the act was about."""
    if request.method != "POST" or request.resolver_match is None:
        return None
    chatroom_id: int | None = request.resolver_match.kwargs.get("chatroom_id")
    return chatroom_id
