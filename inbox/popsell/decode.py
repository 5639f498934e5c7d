"""JSON to resources, one function per object; tolerant of every drift in section 4 of the contract.

A value of the wrong kind is unknown (None), a wrong object is unknown as a whole, and an item of a
list without a usable id costs that item. Only an answer that is no answer at all raises Unexpected.
What is longer than `bounds` has it is cut or unknown.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from inbox.popsell import bounds
from inbox.popsell.errors import Invalid, Unexpected
from inbox.popsell.resources import (
    Active,
    Ambassador,
    Chatroom,
    ChatTopic,
    Confirmation,
    LastRating,
    LastSummary,
    Link,
    Message,
    Page,
    Pivot,
    Product,
    ProductImage,
    Rating,
    Source,
    Status,
    TypeChatroom,
    TypeDiscussion,
    TypeMessage,
    Unreadable,
    Wording,
)
from inbox.popsell.values import (
    boolean,
    code,
    date,
    decimal,
    identifier,
    integer,
    person_name,
    short,
    text,
    unnamed,
    whole,
)

log = logging.getLogger(__name__)

Json = dict[str, object]
T = TypeVar("T")


def page(value: object, item: Callable[[object], T | None]) -> Page[T]:
    """The envelope; raises Unexpected where there is no list of data in it, or an endless one."""
    envelope = _object(value)
    rows = _listed(envelope.get("data")) if envelope else None
    if envelope is None or rows is None:
        raise Unexpected(f"no envelope: {shape(value)}", remote_status=200)
    if len(rows) > bounds.ROWS:
        raise Unexpected(f"a page of {len(rows)} items", remote_status=200)
    data = _once([item(row) or _unreadable(row) for row in rows])
    last = max(integer(envelope.get("last_page")) or 1, 1)
    again = len(rows) - len(data) if last == 1 else 0  # of several pages nobody knows
    return Page(
        current_page=max(integer(envelope.get("current_page")) or 1, 1),
        data=data,
        first_page_url=_address(envelope.get("first_page_url")),
        from_=integer(envelope.get("from")),
        last_page=last,
        last_page_url=_address(envelope.get("last_page_url")),
        links=tuple(_link(link) for link in (_listed(envelope.get("links")) or ())[: bounds.LINKS]),
        next_page_url=_address(envelope.get("next_page_url")),
        path=_address(envelope.get("path")),
        per_page=integer(envelope.get("per_page")),
        prev_page_url=_address(envelope.get("prev_page_url")),
        to=_without(integer(envelope.get("to")), again),
        total=_without(integer(envelope.get("total")), again),
    )


def _listed(value: object) -> list[object] | None:
    """The items of a list, in their order; None for what is none.

    PHP writes a list as an object with numbers for keys where some were taken out of it.
    """
    if isinstance(value, dict) and value and all(map(_is_number, value)):
        return list(value.values())
    return value if isinstance(value, list) else None


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit()


def _once(items: list[T | Unreadable]) -> tuple[T | Unreadable, ...]:
    """Each item once, where it stands first: that is its place in the order that was asked for."""
    found: dict[object, T | Unreadable] = {}
    for place, one in enumerate(items):
        id_ = None if isinstance(one, Unreadable) else getattr(one, "id", None)
        found.setdefault(("place", place) if id_ is None else id_, one)
    return tuple(found.values())


def _without(count: int | None, again: int) -> int | None:
    """How many there are, where Popsell counts some of them twice."""
    return None if count is None else max(count - again, 0)


def ambassadors(value: object) -> Page[Ambassador]:
    """The answer of GET /chat/ambassadors."""
    return page(value, ambassador)


def chatrooms(value: object) -> Page[Chatroom]:
    """The answer of GET /chat/ambassadors/{ambassador}/chatrooms."""
    return page(value, chatroom)


def messages(value: object) -> Page[Message]:
    """The answer of GET /chat/chatrooms/{chatroom}/messages."""
    return page(value, message)


def chat_topics(value: object) -> Page[ChatTopic]:
    """The answer of GET /manager/chat-topics."""
    return page(value, chat_topic)


def one_chatroom(value: object) -> Chatroom:
    """The answer of GET /chat/chatrooms/{id}; raises Unexpected where it is no chatroom."""
    found = chatroom(_alone(value))
    if found is None:
        raise Unexpected(f"no chatroom: {shape(value)}", remote_status=200)
    return found


def chatroom(value: object) -> Chatroom | None:
    data = _object(value)
    id_ = identifier(data.get("id_chatroom")) if data else None
    if data is None or id_ is None:
        return None
    people = _all(data.get("ambassadors"), ambassador)
    newest = message(data.get("last_message"))
    named = [*people, *([newest.author] if newest and newest.author else [])]
    hidden = {one.id for one in named if one.anonymized}
    return Chatroom(
        id=id_,
        ambassadors=_each_once(one.hidden_among(hidden) for one in people),
        date_insert=date(data.get("date_insert")),
        last_message_date=date(data.get("last_message_date")),
        type_chatroom=code(data.get("type_chatroom"), TypeChatroom),
        type_discussion=code(data.get("type_discussion"), TypeDiscussion),
        source=code(data.get("source"), Source),
        established_dialogue=_date_or_boolean(data.get("established_dialogue")),
        last_rating=_last_rating(data.get("last_rating")),
        last_summary=_last_summary(data.get("last_summary")),
        last_message=newest and newest.hidden_among(hidden),
    )


def _each_once(people: Iterable[Ambassador]) -> tuple[Ambassador, ...]:
    """Each participant once, with all that is told of their place in the chatroom."""
    found: dict[int, Ambassador] = {}
    for one in people:
        known = found.setdefault(one.id, one)
        if known is not one:
            pivots = known.chatroom_pivot_data + one.chatroom_pivot_data
            found[one.id] = replace(known, chatroom_pivot_data=pivots)
    return tuple(found.values())


def ambassador(value: object) -> Ambassador | None:
    data = _object(value)
    id_ = identifier(data.get("id_ambassador")) if data else None
    if data is None or id_ is None:
        return None
    return Ambassador(
        id=id_,
        image=_address(data.get("image")),
        firstname=person_name(data.get("firstname")),
        lastname=person_name(data.get("lastname")),
        username=person_name(data.get("username")),
        email=whole(data.get("email"), bounds.E_MAIL),
        email_tmp=whole(data.get("email_tmp"), bounds.E_MAIL),
        active=code(data.get("active"), Active),
        status=code(data.get("status"), Status),
        online=boolean(data.get("online")),
        last_action_date=date(data.get("last_action_date")),
        customer_id=whole(data.get("customer_id"), bounds.NUMBER),
        anonymized=boolean(data.get("anonymized")),
        chatroom_pivot_data=_all(data.get("chatroom_pivot_data"), _pivot),
    )


def chat_topic(value: object) -> ChatTopic | None:
    data = _object(value)
    id_ = identifier(data.get("id_chat_topic")) if data else None
    if data is None or id_ is None:
        return None
    return ChatTopic(id=id_, contents=_all(data.get("contents"), _wording, bounds.WORDINGS))


def message(value: object) -> Message | None:
    data = _object(value)
    if not data:
        return None
    return Message(
        id=identifier(data.get("id_message")),
        date_insert=date(data.get("date_insert")),
        author=ambassador(data.get("author")),
        content=text(data.get("content")),
        type_message=code(data.get("type_message"), TypeMessage),
        status_moderation=unnamed(data.get("status_moderation")),
        rating=_rating(data.get("rating")),
        products=_all(data.get("products"), _product, bounds.PRODUCTS),
    )


def read_message(value: object) -> Message:
    """The answer of POST …/read; raises Unexpected where it is no message, though it arrived."""
    found = message(value)
    if found is None or found.id is None:
        raise Unexpected(f"no message: {shape(value)}", remote_status=200, may_have_arrived=True)
    return found


def confirmation(value: object) -> Confirmation:
    """The answer of PATCH …/archive, …/block and …/flag.

    That it was accepted is said by the status; a body of another kind than those that pages show for
    PATCH, an object or an array of one or none, is no answer, though the act arrived.
    """
    if not isinstance(value, (dict, list)):
        raise Unexpected(f"no answer: {shape(value)}", remote_status=200, may_have_arrived=True)
    body = _object(_alone(value)) or {}
    return Confirmation(message=short(body.get("message"), bounds.REFUSAL))


def invalid(value: object) -> Invalid:
    """`{"message": string, "errors": {"<field>": [string, ...]}}`, documented under 422."""
    body = _object(value) or {}
    fields = _object(body.get("errors")) or {}
    found = {
        told: _words(lines)
        for field, lines in islice(fields.items(), bounds.FIELDS)
        if isinstance(lines, list) and (told := short(field, bounds.REFUSAL)) is not None
    }
    return Invalid("not accepted", short(body.get("message"), bounds.REFUSAL) or "", found)


def _words(lines: list[object]) -> tuple[str, ...]:
    """What is said about a field."""
    texts = (line for line in lines[: bounds.FIELDS] if isinstance(line, str))
    return tuple(told for line in texts if (told := short(line, bounds.REFUSAL)) is not None)


def check(value: object, most: int) -> None:
    """Raise Unexpected where the answer holds more objects, or plain items of lists, than `most`."""
    waiting, count = [value], 0
    while waiting:
        one = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        deeper = [two for two in inner if isinstance(two, (dict, list))]
        count += 1 if isinstance(one, dict) else len(inner) - len(deeper)
        if count > most:
            raise Unexpected(f"more than {most} objects", remote_status=200, may_have_arrived=True)
        waiting += deeper


def shape(value: object) -> str:
    """What kind of value it is, for the log: kinds and counts, never content."""
    if isinstance(value, dict):
        return f"object of {len(value)}"
    if isinstance(value, list):
        return f"array of {len(value)}"
    return type(value).__name__


def _object(value: object) -> Json | None:
    return value if isinstance(value, dict) else None


def _alone(value: object) -> object:
    """What an array of one holds: a page that shows an object may come as such an array."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _all(
    values: object, item: Callable[[object], T | None], most: int | None = None
) -> tuple[T, ...]:
    """The readable among the first items of a list; a lone object counts as a list of one."""
    listed = _listed(values)
    if listed is None:
        listed = [values] if isinstance(values, dict) else []
    return tuple(found for value in listed[:most] if (found := item(value)) is not None)


def _unreadable(row: object) -> Unreadable:
    """Costs this row and no more; logged once, since the same body is not decoded again."""
    data = _object(row) or {}
    names = ("id_chatroom", "id_message", "id_ambassador", "id_chat_topic")
    id_ = next((found for name in names if (found := identifier(data.get(name)))), None)
    log.warning("Popsell sent an item that can't be read: %s", shape(row), extra={"item": id_})
    return Unreadable(id_)


def _wording(value: object) -> Wording | None:
    data = _object(value)
    if data is None:
        return None
    return Wording(
        lang=whole(data.get("lang"), bounds.NUMBER),
        content=short(data.get("content"), bounds.NAME),
    )


def _pivot(value: object) -> Pivot | None:
    data = _object(value)
    if data is None:
        return None
    return Pivot(
        id_chatroom=identifier(data.get("id_chatroom")),
        id_ambassador=identifier(data.get("id_ambassador")),
        last_read_message=integer(data.get("last_read_message")),
        is_blocked=boolean(data.get("is_blocked")),
        archived=boolean(data.get("archived")),
    )


def _rating(value: object) -> Rating | None:
    data = _object(value)
    if not data:
        return None
    return Rating(
        id=identifier(data.get("id_rating")),
        date_insert=date(data.get("date_insert")),
        date_update=date(data.get("date_update")),
        date_delete=date(data.get("date_delete")),
        value=integer(data.get("value")),
        content=text(data.get("content")),
        id_user_rater=identifier(data.get("id_user_rater")),
        id_user_rated=identifier(data.get("id_user_rated")),
    )


def _product(value: object) -> Product | None:
    data = _object(value)
    if not data:
        return None
    return Product(
        id=identifier(data.get("id_product")),
        name=short(data.get("name"), bounds.NAME),
        type=whole(data.get("type"), bounds.NUMBER),
        sku=short(data.get("sku"), bounds.NAME),
        youtube_id=whole(data.get("youtube_id"), bounds.NUMBER),
        url=_address(data.get("url")),
        description=text(data.get("description")),
        discount_percentage=decimal(data.get("discount_percentage")),
        price_catalog=decimal(data.get("price_catalog")),
        reference_unit_price=decimal(data.get("reference_unit_price")),
        images=_all(data.get("images"), _product_image, bounds.IMAGES),
        price=decimal(data.get("price")),
        stock=integer(data.get("stock")),
        stock_available=integer(data.get("stock_available")),
        old_image=_address(data.get("old_image")),
    )


def _product_image(value: object) -> ProductImage | None:
    data = _object(value)
    if not data:
        return None
    return ProductImage(
        id=identifier(data.get("id_i18n_content")),
        lang=whole(data.get("lang"), bounds.NUMBER),
        content=_address(data.get("content")),
    )


def _last_rating(value: object) -> LastRating | None:
    data = _object(value)
    if data is None:
        return None
    return LastRating(value=integer(data.get("value")), comment=text(data.get("comment")))


def _last_summary(value: object) -> LastSummary | None:
    data = _object(value)
    if data is None:
        return None
    return LastSummary(
        date_insert=date(data.get("date_insert")),
        summary=text(data.get("summary")),
        anomaly=unnamed(data.get("anomaly")),
        topic=unnamed(data.get("topic")),
    )


def _date_or_boolean(value: object) -> datetime | bool | None:
    found = boolean(value)
    return date(value) if found is None else found


def _link(value: object) -> Link:
    data = _object(value) or {}
    return Link(
        url=_address(data.get("url")),
        label=short(data.get("label"), bounds.NAME),
        active=boolean(data.get("active")),
    )


def _address(value: object) -> str | None:
    return whole(value, bounds.ADDRESS)
