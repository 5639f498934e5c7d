"""One short function per operation used: typed objects in and out.

All raise PopsellError. `page` counts from 1 and is never sent below it.
"""

from collections.abc import Collection
from datetime import datetime

from inbox.popsell import decode
from inbox.popsell.calls import Json, call
from inbox.popsell.codes import Flag, Status
from inbox.popsell.filters import ALL, ChatroomFilters, as_date
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    ChatTopic,
    Confirmation,
    Message,
    Page,
    Waiting,
)

NEWEST_FIRST = "-last_action_date"
OLDEST_FIRST = "last_action_date"
NEWEST_MESSAGE_FIRST = "-date_insert"
"""The fields are documented; the minus is inferred from the manager's lists."""
NEWEST_FIRST_OF_ALL = "-last_message_date"
"""Field and minus are documented, for the brand's chatrooms alone."""

TOPICS = 200  # of one page: more than a brand has
TOPICS_SHARE = 0.5  # of the time for Popsell: they are but a help

ACT_SHARE = 0.75  # of the time for Popsell, so that some is left to read the list again


def ambassadors(
    brand_id: int,
    *,
    page: int = 1,
    name: str = "",
    status: Collection[Status] = (),
    sort: str = "",
    share: float = 1.0,
) -> Page[Ambassador]:
    """The brand's ambassadors, of these roles if any is given, in Popsell's order if no sort is.

    Documented under GET /chat/ambassadors; `page` there is not.
    """
    roles = ",".join(str(int(role)) for role in sorted(status))
    asked = {"filter[name]": name, "filter[status]": roles, "sort": sort}
    return call(
        "list ambassadors",
        "GET",
        "/chat/ambassadors",
        brand_id,
        decode.ambassadors,
        params=_page(page) | {key: value for key, value in asked.items() if value},
        share=share,
    )


def chatrooms(
    brand_id: int,
    ambassador_id: int,
    *,
    page: int = 1,
    per_page: int | None = None,
    sort: str = NEWEST_FIRST,
    filters: ChatroomFilters = ALL,
    share: float = 1.0,
) -> Page[Chatroom]:
    """The chatrooms of an ambassador and of their guest accounts.

    Documented under GET /chat/ambassadors/{ambassador}/chatrooms; `page` and `per_page` there are not,
    so the envelope says what came.
    """
    return call(
        "list chatrooms",
        "GET",
        f"/chat/ambassadors/{ambassador_id}/chatrooms",
        brand_id,
        decode.chatrooms,
        params=_page(page, per_page) | {"sort": sort} | filters.params(),
        share=share,
    )


def manager_chatrooms(
    brand_id: int,
    *,
    page: int = 1,
    per_page: int | None = None,
    sort: str = NEWEST_FIRST_OF_ALL,
    share: float = 1.0,
) -> Page[Chatroom]:
    """All chatrooms of the brand; not all tokens may read them.

    Documented under GET /manager/chatrooms, without the brand's header: which brand's they are is then
    the token's matter. No pivots and no last message come, and perhaps no summary.
    """
    return call(
        "list chatrooms of the brand",
        "GET",
        "/manager/chatrooms",
        brand_id,
        decode.chatrooms,
        params=_page(page, per_page) | {"sort": sort},
        share=share,
    )


def chatroom(brand_id: int, chatroom_id: int) -> Chatroom:
    """One chatroom, without its last message. Documented under GET /chat/chatrooms/{id}."""
    return call(
        "get chatroom",
        "GET",
        f"/chat/chatrooms/{chatroom_id}",
        brand_id,
        decode.one_chatroom,
    )


def messages(
    brand_id: int,
    chatroom_id: int,
    *,
    page: int = 1,
    sort: str = NEWEST_MESSAGE_FIRST,
    sent_before: datetime | None = None,
) -> Page[Message]:
    """What was said in a chatroom; `order.is_oldest_first` tells whether the sort was ignored.

    Documented under GET /chat/chatrooms/{chatroom}/messages; `page` there is not, nor the form of the
    date.
    """
    filters = {"filter[sent_before]": as_date(sent_before)} if sent_before else {}
    return call(
        "list messages",
        "GET",
        f"/chat/chatrooms/{chatroom_id}/messages",
        brand_id,
        decode.messages,
        params=_page(page) | {"sort": sort} | filters,
    )


def waiting_list(brand_id: int) -> tuple[Waiting, ...]:
    """The brand's customers who wait for somebody to take them, and those who were taken.

    Documented under GET /chat/waiting-list, as a bare array without pages.
    """
    return call(
        "list waiting customers",
        "GET",
        "/chat/waiting-list",
        brand_id,
        decode.waiting_list,
    )


def chat_topics(brand_id: int) -> Page[ChatTopic]:
    """The topics that the brand's manager has made, by their ids; not all tokens may read them.

    Documented under GET /manager/chat-topics, without the brand's header: which brand's they are is
    then the token's matter.
    """
    return call(
        "list topics",
        "GET",
        "/manager/chat-topics",
        brand_id,
        decode.chat_topics,
        params=_page(1) | {"per_page": str(TOPICS), "sort": "id_chat_topic"},
        share=TOPICS_SHARE,
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


def archive(brand_id: int, chatroom_id: int, ambassador_id: int, *, archive: bool) -> Confirmation:
    """Put the chatroom away for this participant, or take it back.

    Documented under PATCH /chat/chatrooms/{chatroom}/ambassadors/{ambassador}/archive. The pivot and
    the filter call the same thing `archived`.
    """
    return _change("archive", brand_id, chatroom_id, ambassador_id, {"archive": archive})


def block(brand_id: int, chatroom_id: int, ambassador_id: int, *, is_blocked: bool) -> Confirmation:
    """Block the chatroom for this participant, or unblock it.

    Documented under PATCH /chat/chatrooms/{chatroom}/ambassadors/{ambassador}/block.
    """
    return _change("block", brand_id, chatroom_id, ambassador_id, {"is_blocked": is_blocked})


def flag(brand_id: int, chatroom_id: int, ambassador_id: int, *, flag: Flag | None) -> Confirmation:
    """Flag the chatroom as to do or as done; None clears the flag (inferred).

    Documented under PATCH /chat/chatrooms/{chatroom}/ambassadors/{ambassador}/flag. No answer ever
    holds the flag: `ChatroomFilters(flag=…)` finds who has it.
    """
    value = None if flag is None else int(flag)
    return _change("flag", brand_id, chatroom_id, ambassador_id, {"flag": value})


def _change(
    act: str, brand_id: int, chatroom_id: int, ambassador_id: int, body: Json
) -> Confirmation:
    """Change a participant's state in a chatroom: sent again only if it can't have arrived."""
    return call(
        act,
        "PATCH",
        f"/chat/chatrooms/{chatroom_id}/ambassadors/{ambassador_id}/{act}",
        brand_id,
        decode.confirmation,
        json=body,
        share=ACT_SHARE,
    )


def _page(number: int, per_page: int | None = None) -> dict[str, str]:
    size = {} if per_page is None else {"per_page": str(per_page)}
    return {"page": str(max(number, 1))} | size
