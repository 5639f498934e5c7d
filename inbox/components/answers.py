"""What came of an act in the open conversation: the conversation and its row as they are now."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import reswap, retarget

from inbox.chatrooms import conversation, tokens
from inbox.chatrooms.inbox import read_again
from inbox.components import toasts
from inbox.components.toasts import Toast
from inbox.models import Membership
from inbox.popsell.errors import PopsellError
from inbox.text import numbers
from inbox.web import requests
from inbox.web.failures import CONVERSATION
from inbox.web.rendering import render


def answer(
    request: HttpRequest, member: Membership, claim: tokens.Claim, toast: Toast
) -> HttpResponse:
    """What came of an act in the open conversation, which the next pages say as well."""
    toasts.keep(request, toast)
    if requests.is_htmx(request):
        return changed(request, member, claim, toast)
    return HttpResponseRedirect(requests.nearest_page(request))


def changed(
    request: HttpRequest, member: Membership, claim: tokens.Claim, toast: Toast
) -> HttpResponse:
    """What the open conversation now offers, and its row, as Popsell and we know them now."""
    number, asked = numbers.page_number(request.POST.get("page")), requests.query_of(request)
    listing = read_again(member, claim.ambassador, number, asked, also=claim.chatroom)
    try:
        shown = conversation.read(
            member, claim.ambassador, claim.chatroom, number=number, asked=asked, listing=listing
        )
    except (PopsellError, Http404):  # what was done is done all the same
        response = render(request, "chatroom/_told.html", {"toast": toast})
        return reswap(retarget(response, f"#alert-{CONVERSATION}"), "innerHTML")
    listed = listing.find(claim.chatroom) if listing else None
    if listed is None and asked.narrows:  # it stays in the list that it no longer belongs to
        listed, listing = shown.row, shown.inbox
    context = {
        "member": member,
        "inbox": shown.inbox,
        "row": shown.row,
        "conversation": shown,
        "listing": listing,
        "listed": listed,
        "toast": toast,
    }
    return render(request, "chatroom/_changed.html", context)
