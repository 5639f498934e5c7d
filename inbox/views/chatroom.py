"""…/chatrooms/<chatroom>/?page=N&messages=M : one conversation, beside the inbox page it was on."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox.components.chatroom import show_conversation


@require_safe
def chatroom(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """The whole page; for htmx the conversation alone, or the messages before or after those shown."""
    return show_conversation(request, brand_id, ambassador_id, chatroom_id)
