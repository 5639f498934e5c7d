"""…/chatrooms/<chatroom>/review/ : "I have read this up to here", for our own people alone."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access, actions, addresses, tokens
from inbox.models import Membership
from inbox.views.change import changed

LONGEST_NOTE = 500


@require_POST
def review(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    claim = tokens.read(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    told = _undone(member, claim) if "undo" in request.POST else _done(request, member, claim)
    if addresses.is_htmx(request):
        return changed(request, member, claim, told)
    messages.success(request, told)
    return HttpResponseRedirect(addresses.nearest_page(request))


def _done(request: HttpRequest, member: Membership, claim: tokens.Claim) -> str:
    note = request.POST.get("note", "").replace("\0", "").strip()  # PostgreSQL keeps no such letter
    if len(note) > LONGEST_NOTE:
        raise BadRequest(_("A note has at most 500 characters."))
    if not claim.message_shown:
        raise BadRequest(_("There is no message to review."))
    actions.review(member, claim, note)
    return _("Reviewed.")


def _undone(member: Membership, claim: tokens.Claim) -> str:
    undone = actions.undo_review(member, claim)
    return _("The review is taken back.") if undone else _("There was no review to take back.")
