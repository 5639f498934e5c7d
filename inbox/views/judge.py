"""…/chatrooms/<chatroom>/judge/ : whether the anomaly of its summary is so."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access
from inbox.chatrooms import judging, tokens
from inbox.components.answers import answer
from inbox.components.telling import make_toast
from inbox.web import requests

STATES = {"right": True, "wrong": False}


@require_POST
def judge(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token, state = request.POST.get("act", ""), request.POST.get("state", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    summary = judging.verify(member, request.POST.get("summary", ""), target)
    if state not in STATES:
        raise BadRequest(_("Say whether it is right or wrong."))
    origin = requests.origin_of(request, ambassador_id)
    said = judging.judge(member, target, summary, is_right=STATES[state])
    toast = make_toast(member, target, origin, f"judge {state}", undoes=said.activity)
    return answer(request, member, target, origin, toast, is_ours=True)
