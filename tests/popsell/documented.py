"""The examples of the contract, and one chatroom, person or message read with changes."""

from typing import Any

from inbox.popsell import decode
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    Message,
)
from tests.support.chatrooms import chatroom, message, participant

LARGEST = 2**63 - 1
MICRO: dict[str, Any] = {
    "id_ambassador": 42,
    "image": "string",
    "firstname": "string",
    "lastname": "string",
    "username": "string",
    "email": "string",
    "email_tmp": "string",
    "active": 42,
    "status": 42,
    "online": True,
    "last_action_date": "2024-05-04T09:42:00+00:00",
    "customer_id": "string",
    "anonymized": True,
}
PIVOT = {
    "id_chatroom": 42,
    "id_ambassador": 42,
    "last_read_message": 42,
    "is_blocked": True,
    "archived": True,
}
EXAMPLE: dict[str, Any] = {  # the example of GET …/chatrooms, expanded
    "id_chatroom": 8,
    "ambassadors": [{**MICRO, "chatroom_pivot_data": [PIVOT]}],
    "date_insert": "2023-10-06T13:41:09.123000Z",
    "last_message_date": "2023-10-06T13:41:09.123000Z",
    "type_chatroom": 0,
    "type_discussion": 2,
    "source": 2,
    "established_dialogue": "2023-10-06 13:41:09.123",
    "last_rating": {"value": 5, "comment": "Great ambassador"},
    "last_summary": {"date_insert": "string", "summary": "string", "anomaly": 42, "topic": 42},
    "last_message": {
        "id_message": 16,
        "date_insert": "2023-10-09T12:12:40.220000Z",
        "author": MICRO,
        "content": "super",
        "type_message": 2,
        "status_moderation": 0,
    },
}


def read(**changes: Any) -> Chatroom:
    """Chatroom 8 with these changes."""
    found = decode.chatroom(chatroom(**changes))
    assert found
    return found


def read_person(**changes: Any) -> Ambassador:
    found = decode.ambassador(participant(100, 8, **changes))
    assert found
    return found


def read_message(**changes: Any) -> Message:
    found = decode.message(message(16, **changes))
    assert found
    return found


RATING = {  # the example of POST …/ratings
    "id_rating": 1,
    "date_insert": "2023-10-09T12:12:40.220000Z",
    "date_update": "2023-10-09T12:12:40.220000Z",
    "date_delete": None,
    "value": 5,
    "content": "bien",
    "id_user_rater": 1,
    "id_user_rated": 2,
}
PRODUCT = {
    "id_product": 2,
    "name": "Aurora Serum",
    "type": "simple",
    "sku": "CO-0002",
    "youtube_id": None,
    "url": "https://www.example.com/aurora",
    "description": None,
    "discount_percentage": 12.5,
    "price_catalog": 25,
    "reference_unit_price": "8.30",
    "images": [{"id_i18n_content": 7, "lang": "fr_FR", "content": "https://img.example/7.jpg"}],
    "price": 21.9,
    "stock": 4,
    "stock_available": "3",
    "old_image": None,
}
