"""…/chatrooms/<chatroom>/read/ : mark the last message read for the ambassador's own side."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from inbox import access, actions, addresses, tokens
from inbox.context import render
from inbox.display import first_name
from inbox.failures import of_popsell
from inbox.models import Membership
from inbox.popsell import identities
from inbox.views.rows import after_reading, read_again


@require_POST
def read(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    claim = tokens.read(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    result = actions.mark_read(member, claim)
    if addresses.is_htmx(request):
        return _changed_row(request, member, claim, result)
    if result.failure:
        raise result.failure
    messages.success(request, _told(member, claim, result))
    return HttpResponseRedirect(f"{addresses.nearest_page(request)}#chatroom-{chatroom_id}")


def _changed_row(
    request: HttpRequest, member: Membership, claim: tokens.Claim, result: actions.Result
) -> HttpResponse:
    """The row as Popsell shows it now, with the count and a status line for the rest of the page."""
    told = _told(member, claim, result)
    number = addresses.page_number(request.POST.get("page"))
    inbox = read_again(member, claim.ambassador, number)
    row = inbox.find(claim.chatroom) if inbox else None
    if result.failure and (inbox is None or inbox.reading.failure or row is None):
        raise result.failure  # nothing here can say what became of it
    if inbox is None or row is None:
        return _without_row(request, claim, told, popsell_answers=inbox is not None)
    if result.message:
        inbox = after_reading(inbox, row, result.message, claim.message_shown)
    context: dict[str, object] = {"inbox": inbox, "row": inbox.find(claim.chatroom), "told": told}
    if result.failure is None:
        return render(request, "inbox/_answer.html", context)
    context |= {"unknown": of_popsell(result.failure, request)}
    response = render(request, "inbox/_answer.html", context, status=result.failure.status)
    return reswap(retarget(response, f"#chatroom-{claim.chatroom}"), "outerHTML")


def _without_row(
    request: HttpRequest, claim: tokens.Claim, told: str, *, popsell_answers: bool
) -> HttpResponse:
    """The row moved to another page, or Popsell can't be read: say what is known of the act."""
    if popsell_answers:
        messages.success(request, told)
        return HttpResponseClientRefresh()
    response = render(request, "inbox/_told.html", {"told": told})
    return reswap(retarget(response, f"#alert-{claim.chatroom}"), "innerHTML")


def _told(member: Membership, claim: tokens.Claim, result: actions.Result) -> str:
    """The status line: what is now true, for whom."""
    ambassador = first_name(identities.recall(member.brand_id, claim.ambassador))
    if result.failure:
        return f"{result.failure.title}. Whether it is marked read for {ambassador} is not known."
    if result.message is None:
        return f"This was marked read for {ambassador} already."
    if result.message.id is not None and result.message.id > claim.message_shown:
        return f"Marked read for {ambassador}, with a newer message that had come meanwhile."
    return f"Marked read for {ambassador}."
