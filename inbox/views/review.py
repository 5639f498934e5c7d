"""…/chatrooms/<chatroom>/review/ : "I have read this up to here", for our own people alone."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access, actions, tokens
from inbox.models import Membership
from inbox.toasts import Toast
from inbox.views.change import answer
from inbox.views.telling import tell

LONGEST_NOTE = 500


@require_POST
def review(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    claim = tokens.read(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    act = _undone if "undo" in request.POST else _done
    return answer(request, member, claim, act(request, member, claim))


def _done(request: HttpRequest, member: Membership, claim: tokens.Claim) -> Toast:
    note = request.POST.get("note", "").replace("\0", "").strip()  # PostgreSQL keeps no such letter
    if len(note) > LONGEST_NOTE:
        raise BadRequest(_("A note has at most 500 characters."))
    if not claim.message_shown:
        raise BadRequest(_("There is no message to review."))
    review = actions.review(member, claim, note)
    return tell(request, member, claim, "review", undoes=review.activity)


def _undone(request: HttpRequest, member: Membership, claim: tokens.Claim) -> Toast:
    undone = actions.undo_review(member, claim)
    return tell(request, member, claim, "review undone" if undone else "no review")
