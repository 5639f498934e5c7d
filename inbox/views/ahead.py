"""…/chatrooms/<chatroom>/ahead/ : read a conversation before it is opened; nothing is shown."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import ahead as reading_ahead
from inbox.web import requests


@require_safe
def ahead(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """204, whatever came of it: who opens the conversation learns of a failure."""
    member = access.member_of(request, brand_id)
    if not requests.is_htmx(request):
        return HttpResponseRedirect(
            reverse("chatroom", args=[brand_id, ambassador_id, chatroom_id])
        )
    reading_ahead.read(member, ambassador_id, chatroom_id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
