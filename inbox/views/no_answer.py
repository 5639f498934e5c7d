"""…/chatrooms/<chatroom>/no-answer/ : the customer's last words need no answer."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import access
from inbox.chatrooms import settling, tokens
from inbox.components.answers import answer
from inbox.components.telling import make_toast
from inbox.web import requests


@require_POST
def no_answer(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    origin = requests.origin_of(request, ambassador_id)
    said = settling.settle(member, target)
    is_own = said.member_id == member.pk
    words = "no_answer" if is_own else "already"
    undoes = said.activity if is_own else None
    toast = make_toast(member, target, origin, words, undoes=undoes)
    return answer(request, member, target, origin, toast, is_ours=True)
