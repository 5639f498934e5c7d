"""…/chatrooms/<chatroom>/hold/, hand-over/ : who of the team has a conversation in hand.

A hold takes what to do as `hand`: "claim", "release", or "take over 7" from the member of that number.
"""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access
from inbox.chatrooms import holding, notes, tokens
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.tokens import Target
from inbox.components.answers import answer
from inbox.components.telling import make_toast
from inbox.components.toasts import Toast
from inbox.display import colleague
from inbox.models import Membership
from inbox.text import numbers
from inbox.web import requests


@require_POST
def hold(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    origin = requests.origin_of(request, ambassador_id)
    match request.POST.get("hand", "").rpartition(" "):
        case ["", _, "claim"]:
            toast = _claim(member, target, origin)
        case ["take over", _, holder]:
            toast = _claim(member, target, origin, numbers.record_number(holder))
        case ["", _, "release"]:
            words = "release" if holding.release(member, target) else "already"
            toast = make_toast(member, target, origin, words)
        case _:
            raise BadRequest(_("There is no such change."))
    return answer(request, member, target, origin, toast, is_ours=True)


def _claim(member: Membership, target: Target, origin: Origin, holder: int = 0) -> Toast:
    claimed = holding.claim(member, target, taken_from=holder)
    if claimed.taken_from:
        by = colleague(claimed.taken_from)
        return make_toast(member, target, origin, "take_over", by=by)
    return make_toast(member, target, origin, "hold", undoes=claimed.hold.activity)


@require_POST
def hand_over(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    origin = requests.origin_of(request, ambassador_id)
    to = _colleague(member, request.POST.get("to", ""))
    note = notes.clean(request.POST.get("note", ""))
    hold = holding.hand_over(member, target, to, note)
    toast = make_toast(member, target, origin, "hand_over", by=colleague(hold.member_name))
    return answer(request, member, target, origin, toast, is_ours=True)


def _colleague(member: Membership, number: str) -> Membership:
    """Raises BadRequest for those who can't take it: it must be a colleague who may act."""
    found = numbers.record_number(number)
    team = {one.pk: one for one in access.team_of(member) if one.pk != member.pk}
    if found not in team:
        raise BadRequest(_("Choose a colleague who may act."))
    return team[found]
