"""One short function per operation used: typed objects in and out.

All raise PopsellError. `page` counts from 1 and is never sent below it.
"""

from inbox.popsell import decode
from inbox.popsell.calls import call
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page

NEWEST_FIRST = "-last_action_date"
"""`last_action_date` is documented; the minus is inferred from the manager's lists."""

ACT_SHARE = 0.75  # of the time for Popsell, so that some is left to read the list again


def ambassadors(brand_id: int, *, page: int = 1, name: str = "") -> Page[Ambassador]:
    """The brand's ambassadors. Documented under GET /chat/ambassadors; `page` there is not."""
    return call(
        "list ambassadors",
        "GET",
        "/chat/ambassadors",
        brand_id,
        decode.ambassadors,
        params={"page": str(max(page, 1))} | ({"filter[name]": name} if name else {}),
    )


def chatrooms(
    brand_id: int, ambassador_id: int, *, page: int = 1, sort: str = NEWEST_FIRST
) -> Page[Chatroom]:
    """The chatrooms of an ambassador and of their guest accounts.

    Documented under GET /chat/ambassadors/{ambassador}/chatrooms; `page` there is not, so the
    envelope's `current_page` says what came.
    """
    return call(
        "list chatrooms",
        "GET",
        f"/chat/ambassadors/{ambassador_id}/chatrooms",
        brand_id,
        decode.chatrooms,
        params={"page": str(max(page, 1)), "sort": sort},
    )


def mark_read(brand_id: int, chatroom_id: int, ambassador_id: int) -> Message:
    """Mark the chatroom's last message as read by this participant; returns that message.

    Documented under POST /chat/chatrooms/{chatroom}/ambassadors/{ambassador}/read.
    """
    return call(
        "mark read",
        "POST",
        f"/chat/chatrooms/{chatroom_id}/ambassadors/{ambassador_id}/read",
        brand_id,
        decode.read_message,
        share=ACT_SHARE,
    )
