"""…/chatrooms/<chatroom>/archive/, block/, flag/ : change the ambassador's side of a conversation.

Each takes the new `state`: on or off, for the flag 1 (to do), 2 (done) or none.
"""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access
from inbox.chatrooms import acts, tokens
from inbox.chatrooms.acts import Came
from inbox.components.answers import answer
from inbox.components.telling import tell
from inbox.models import Act
from inbox.web import requests


@require_POST
def archive(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    return _change(request, Act.ARCHIVE, brand_id, ambassador_id, chatroom_id)


@require_POST
def block(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    return _change(request, Act.BLOCK, brand_id, ambassador_id, chatroom_id)


@require_POST
def flag(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    return _change(request, Act.FLAG, brand_id, ambassador_id, chatroom_id)


def _change(
    request: HttpRequest, act: Act, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token, state = request.POST.get("act", ""), request.POST.get("state", "")
    target = tokens.read(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    if (act, state) not in acts.CHANGES or not target.participant:
        raise BadRequest(_("There is no such change."))
    ensured = acts.ensure(member, target, act, state)
    words = f"{act} {state}" if ensured.came == Came.CHANGED else ensured.came.value
    origin = requests.origin_of(request, ambassador_id)
    toast = tell(member, target, origin, words, undoes=ensured.undoes)
    return answer(request, member, target, origin, toast)
