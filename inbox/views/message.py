"""…/chatrooms/<chatroom>/messages/<message>/ : the conversation, opened at one of its messages."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox.chatrooms import locating
from inbox.components.chatroom import show_conversation


@require_safe
def message(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int, message_id: int
) -> HttpResponse:
    """An address that holds for good: the page of the message is looked for each time."""
    return show_conversation(
        *(request, brand_id, ambassador_id, chatroom_id),
        look=lambda shown: locating.to_message(shown, message_id),
    )
