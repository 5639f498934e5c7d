"""Chatrooms as Popsell sends them, for tests that need a certain one."""

from typing import Any

Json = dict[str, Any]


def person(id_: int, **changes: Any) -> Json:
    return {
        "id_ambassador": id_,
        "image": None,
        "firstname": "Sofia",
        "lastname": "Duarte",
        "username": None,
        "email": f"person{id_}@example.com",
        "email_tmp": None,
        "active": 1,
        "status": 7,
        "online": False,
        "last_action_date": "2026-11-20T09:42:00+00:00",
        "customer_id": None,
        "anonymized": False,
        **changes,
    }


def participant(id_: int, chatroom: int, last_read: int | None = None, **changes: Any) -> Json:
    pivot = {
        "id_chatroom": chatroom,
        "id_ambassador": id_,
        "last_read_message": last_read,
        "is_blocked": False,
        "archived": False,
    }
    return person(id_, **{"chatroom_pivot_data": [pivot], **changes})


def lea(chatroom: int, last_read: int | None = None, **changes: Any) -> Json:
    """The ambassador, under her own id."""
    names = {"firstname": "Léa", "lastname": "Moreau", "username": "lea.m", "status": 6}
    account = {"customer_id": "C-100", "email": "lea@example.com", "online": True}
    return participant(100, chatroom, last_read, **{**names, **account, **changes})


def message(id_: int, author: Json | None = None, **changes: Any) -> Json:
    return {
        "id_message": id_,
        "date_insert": "2026-11-20T09:40:00.220000Z",
        "author": person(555) if author is None else author,
        "content": "Hello!",
        "type_message": 0,
        "status_moderation": 0,
        **changes,
    }


def chatroom(id_: int = 8, *, last_read: int | None = None, **changes: Any) -> Json:
    """A conversation of Léa (100) with Sofia Duarte (555); its last message is 16."""
    return {
        "id_chatroom": id_,
        "ambassadors": [lea(id_, last_read), participant(555, id_)],
        "date_insert": "2023-10-06T13:41:09.123000Z",
        "last_message_date": "2026-11-20T09:40:00.220000Z",
        "type_chatroom": 0,
        "type_discussion": 2,
        "source": 2,
        "established_dialogue": "2023-10-06 13:41:09.123",
        "last_rating": None,
        "last_summary": None,
        "last_message": message(16),
        **changes,
    }
