"""…/chatrooms/<chatroom>/review/ : "I have read this up to here", for our own people alone."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access, actions, addresses, tokens
from inbox.models import Membership
from inbox.views import note
from inbox.views.change import changed


@require_POST
def review(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    claim = tokens.read(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    if "undo" not in request.POST and note.is_too_long(request, member, claim):
        return HttpResponseRedirect(addresses.nearest_page(request))
    told = _undone(member, claim) if "undo" in request.POST else _done(request, member, claim)
    if addresses.is_htmx(request):
        return note.with_version(changed(request, member, claim, told), member, claim)
    messages.success(request, told)
    return HttpResponseRedirect(addresses.nearest_page(request))


def _done(request: HttpRequest, member: Membership, claim: tokens.Claim) -> str:
    text = note.sent(request)
    if not claim.message_shown:
        raise BadRequest(_("There is no message to review."))
    actions.review(member, claim, text, note.known(request))
    return _("Reviewed.")


def _undone(member: Membership, claim: tokens.Claim) -> str:
    undone = actions.undo_review(member, claim)
    return _("The review is taken back.") if undone else _("There was no review to take back.")
