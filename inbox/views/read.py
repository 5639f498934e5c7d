"""…/chatrooms/<chatroom>/read/ : mark the last message read for the ambassador's own side."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget, trigger_client_event

from inbox import access
from inbox.chatrooms import acts, tokens
from inbox.chatrooms.inbox import Inbox, read_again
from inbox.chatrooms.listing import Origin
from inbox.components import answers, pins, toasts
from inbox.components.telling import make_toast
from inbox.components.toasts import Toast
from inbox.context import by_itself
from inbox.models import Membership
from inbox.web import requests
from inbox.web.failure_answers import CONVERSATION, acted_in
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

SEVERAL = "Inbox-Several"  # one of several acts of a page, which says itself what came of them all


@require_POST
def read(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    if not target.participant:
        raise BadRequest(_("Nobody here is known to stand for this ambassador."))
    with by_itself(SEVERAL in request.headers):
        result = acts.mark_read(member, target)
    origin = requests.origin_of(request, ambassador_id)
    if requests.is_htmx(request) and origin.query.is_brand_wide:
        return _changed_conversation(request, member, target, origin, result)
    if requests.is_htmx(request):
        return _changed_row(request, member, target, origin, result)
    if result.failure:
        raise result.failure
    toasts.keep(request, make_toast(member, target, origin, _words(target, result)))
    return HttpResponseRedirect(f"{requests.nearest_page(request)}#chatroom-{chatroom_id}")


def _changed_conversation(
    request: HttpRequest,
    member: Membership,
    target: tokens.Target,
    origin: Origin,
    result: acts.Result,
) -> HttpResponse:
    """The conversation that is open beside the brand's list, and its row there."""
    if result.failure:
        raise result.failure
    toast = make_toast(member, target, origin, _words(target, result))
    toasts.keep(request, toast)
    template = "chatroom/_marked.html"
    response = answers.show_again(request, member, target, origin, toast, template)
    return trigger_client_event(response, "pins")


def _changed_row(
    request: HttpRequest,
    member: Membership,
    target: tokens.Target,
    origin: Origin,
    result: acts.Result,
) -> HttpResponse:
    """The row as Popsell shows it now, with the count and a status line for the page."""
    toast = make_toast(member, target, origin, _words(target, result))
    # Only what Popsell answered can bring a row up to date that is not listed any more.
    holding = target.chatroom if result.message else None
    inbox = read_again(member, origin, holding=holding)
    row = inbox.find(target.chatroom) if inbox else None
    if result.failure and (inbox is None or inbox.reading.failure or row is None):
        raise result.failure  # nothing here can say what became of it
    _keep(request, toast)
    if inbox is None or row is None:
        return _without_row(request, target, toast, popsell_answers=inbox is not None)
    if result.message:
        inbox = inbox.after_reading(row, result.message, target.message_shown)
    pins.remember(inbox)
    context = _answer(request, inbox, target.chatroom) | {"toast": toast}
    if result.failure is None:
        response = render(request, "inbox/_answer.html", context)
        return trigger_client_event(response, "pins")
    context |= {"unknown": of_popsell(result.failure, request)}
    response = render(request, "inbox/_answer.html", context, status=result.failure.status)
    pressed = "conversation-act" if context["in_conversation"] else f"chatroom-{target.chatroom}"
    return reswap(retarget(response, f"#{pressed}"), "outerHTML")


def _answer(request: HttpRequest, inbox: Inbox, chatroom_id: int) -> dict[str, object]:
    """The row, and whether its conversation is open beside it and must show the same."""
    row = inbox.find(chatroom_id)
    page = requests.came_from(request).partition("?")[0]
    return {
        "inbox": inbox,
        "listing": inbox.listing,
        "annotations": inbox.annotations,
        "row": row,
        "is_open": row is not None and page.startswith(row.address),
        "in_conversation": acted_in(request, chatroom_id) == CONVERSATION,
        "quiet": SEVERAL in request.headers,
    }


def _without_row(
    request: HttpRequest, target: tokens.Target, toast: Toast, *, popsell_answers: bool
) -> HttpResponse:
    """The row moved to another page, or Popsell can't be read: say what is known of the act."""
    if popsell_answers and SEVERAL not in request.headers:
        return HttpResponseClientRefresh()
    context = {"toast": toast, "lags": not popsell_answers}
    response = render(request, "inbox/_told.html", context)
    return reswap(retarget(response, f"#alert-{acted_in(request, target.chatroom)}"), "innerHTML")


def _keep(request: HttpRequest, toast: Toast) -> None:
    """Of several acts the page says itself what came of them."""
    if SEVERAL in request.headers:
        toasts.forget(request)
    else:
        toasts.keep(request, toast)


def _words(target: tokens.Target, result: acts.Result) -> str:
    """Which sentence is now true."""
    if result.failure:
        return "read unknown"
    if result.message is None:
        return "read already"
    is_newer = result.message.id is not None and result.message.id > target.message_shown
    return "read newer" if is_newer else "read"
