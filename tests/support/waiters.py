"""Entries of the waiting list, as Popsell sends them."""

from typing import Any

from tests.support.chatrooms import Json


def entry(user: int = 900, **more: Any) -> Json:
    """Somebody waits in chatroom 8 for anybody."""
    usual = {
        "id_ambassador": None,
        "id_user": user,
        "id_brand": 3,
        "id_chat_topic": 4,
        "content": "Help me",
        "id_chatroom": 8,
        "date_handled": None,
        "date_update": "2026-11-20T11:00:00Z",
        "date_delete": None,
        "source": 1,
        "id_transferrer": None,
        "id_chatroom_transferred": None,
        "comment": None,
    }
    return usual | more
