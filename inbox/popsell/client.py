"""One short function per operation used: typed objects in and out, one log line each.

All raise PopsellError. `page` counts from 1 and is never sent below it.
"""

import logging
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from inbox.popsell import decode, transport
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page

T = TypeVar("T")
log = logging.getLogger(__name__)

NEWEST_FIRST = "-last_action_date"
"""`last_action_date` is documented; the minus is inferred from the manager's lists."""


def ambassadors(brand_id: int, *, page: int = 1, name: str = "") -> Page[Ambassador]:
    """The brand's ambassadors. Documented under GET /chat/ambassadors; `page` there is not."""
    params = {"page": str(max(page, 1))}
    if name:
        params["filter[name]"] = name
    return _call(
        "list ambassadors",
        lambda: decode.page(
            transport.send("GET", "/chat/ambassadors", brand_id, params), decode.ambassador
        ),
        brand_id,
    )


def chatrooms(
    brand_id: int, ambassador_id: int, *, page: int = 1, sort: str = NEWEST_FIRST
) -> Page[Chatroom]:
    """The chatrooms of an ambassador and of their guest accounts.

    Documented under GET /chat/ambassadors/{ambassador}/chatrooms; `page` there is not, so the
    envelope's `current_page` says what came.
    """
    path = f"/chat/ambassadors/{ambassador_id}/chatrooms"
    params = {"page": str(max(page, 1)), "sort": sort}
    return _call(
        "list chatrooms",
        lambda: decode.page(transport.send("GET", path, brand_id, params), decode.chatroom),
        brand_id,
    )


def chatrooms_or_none(brand_id: int, ambassador_id: int, *, page: int) -> Page[Chatroom] | None:
    """As `chatrooms`; None where Popsell fails, for a read that only follows up on an act."""
    try:
        return chatrooms(brand_id, ambassador_id, page=page)
    except PopsellError:
        return None


def mark_read(brand_id: int, chatroom_id: int, ambassador_id: int) -> Message:
    """Mark the chatroom's last message as read by this participant; returns that message.

    Documented under POST /chat/chatrooms/{chatroom}/ambassadors/{ambassador}/read.
    """
    path = f"/chat/chatrooms/{chatroom_id}/ambassadors/{ambassador_id}/read"
    return _call(
        "mark read",
        lambda: decode.read_message(transport.send("POST", path, brand_id)),
        brand_id,
    )


def _call(operation: str, call: Callable[[], T], brand_id: int) -> T:
    """Run `call` and write its one log line: ids and numbers, never content."""
    started = monotonic()
    extra: dict[str, object] = {"operation": operation, "brand": brand_id}
    try:
        answer = call()
    except PopsellError as failure:
        extra["failure"] = type(failure).__name__
        extra["status"] = failure.remote_status
        extra["ms"] = round((monotonic() - started) * 1000)
        log.log(failure.log_level, "Popsell: %s", failure.detail, extra=extra)
        raise
    extra["ms"] = round((monotonic() - started) * 1000)
    log.info("Popsell answered", extra=extra)
    return answer
