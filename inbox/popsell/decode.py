"""JSON to resources, one function per object; tolerant of every drift in section 4 of the contract.

A value of the wrong kind is unknown (None). A wrong object is unknown as a whole. A list loses an item
without a usable id, and nothing else. Only an answer that is no answer at all raises Unexpected. Values
beyond `bounds` are cut or unknown.
"""

import marshal
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from inbox.caches.memories import Memory
from inbox.popsell import bounds
from inbox.popsell.codes import Active, Source, Status, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.popsell.envelope import address, as_object, each_of, page, shape, unwrapped
from inbox.popsell.errors import Invalid, Unexpected
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    ChatTopic,
    Confirmation,
    LastRating,
    LastSummary,
    Message,
    Page,
    Pivot,
    Product,
    ProductImage,
    Rating,
    Waiting,
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

LARGEST_KNOWN = 6_000  # bytes of a chatroom that is remembered: most take a third of that
MARSHAL_ALIKE = 2
"""A version of marshal that writes what is equal in the same bytes: later ones write references."""

_CHATROOMS = Memory["Chatroom | None"](4_096)


def ambassadors(value: object) -> Page[Ambassador]:
    """The answer of GET /chat/ambassadors."""
    return page(value, ambassador)


def chatrooms(value: object) -> Page[Chatroom]:
    """The answer of GET /chat/ambassadors/{ambassador}/chatrooms and of GET /manager/chatrooms."""
    return page(value, _known_chatroom)


def messages(value: object) -> Page[Message]:
    """The answer of GET /chat/chatrooms/{chatroom}/messages."""
    return page(value, message)


def chat_topics(value: object) -> Page[ChatTopic]:
    """The answer of GET /manager/chat-topics."""
    return page(value, chat_topic)


def waiting_list(value: object) -> tuple[Waiting, ...]:
    """The answer of GET /chat/waiting-list: a bare array, and not a page.

    Without an entry that names nobody. Raises Unexpected where it is no array, or where endless many
    wait: who is not in it waits no longer, so a part of it must not count as the whole.
    """
    if not isinstance(value, list):
        raise Unexpected(f"no waiting list: {shape(value)}", remote_status=200)
    found = each_of(value, waiting)
    if (wait := sum(not one.is_over for one in found)) > bounds.WAITING:
        raise Unexpected(f"a waiting list of {wait} customers", remote_status=200)
    return found


def waiting(value: object) -> Waiting | None:
    data = as_object(value)
    user = identifier(data.get("id_user")) if data else None
    if data is None or user is None:
        return None
    ends = (data.get("date_handled"), data.get("date_delete"))
    return Waiting(
        user=user,
        ambassador=identifier(data.get("id_ambassador")),
        chatroom=identifier(data.get("id_chatroom")),
        topic=identifier(data.get("id_chat_topic")),
        content=text(data.get("content")),
        date_handled=date(data.get("date_handled")),
        date_update=date(data.get("date_update")),
        date_delete=date(data.get("date_delete")),
        is_over=any(ends),
    )


def one_chatroom(value: object) -> Chatroom:
    """The answer of GET /chat/chatrooms/{id}; raises Unexpected where it is no chatroom."""
    found = chatroom(unwrapped(value))
    if found is None:
        raise Unexpected(f"no chatroom: {shape(value)}", remote_status=200)
    return found


def _known_chatroom(value: object) -> Chatroom | None:
    """As `chatroom`, once for each that says the same: of an inbox with news, most rows do.

    Decoding a page of 25 takes 1.4 ms, and finding all but one of them here a fifth of that.
    """
    said = _written_out(value)
    if said is None or len(said) > LARGEST_KNOWN:
        return chatroom(value)
    return _CHATROOMS.keep(sha256(said).digest(), lambda: chatroom(value))


def _written_out(value: Any) -> bytes | None:
    """JSON in bytes, others for each other value; None where it is nested too deep for that."""
    try:
        return marshal.dumps(value, MARSHAL_ALIKE)
    except ValueError:
        return None


def chatroom(value: object) -> Chatroom | None:
    data = as_object(value)
    id_ = identifier(data.get("id_chatroom")) if data else None
    if data is None or id_ is None:
        return None
    people = each_of(data.get("ambassadors"), ambassador)
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
    data = as_object(value)
    id_ = identifier(data.get("id_ambassador")) if data else None
    if data is None or id_ is None:
        return None
    return Ambassador(
        id=id_,
        image=address(data.get("image")),
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
        chatroom_pivot_data=each_of(data.get("chatroom_pivot_data"), _pivot),
    )


def chat_topic(value: object) -> ChatTopic | None:
    data = as_object(value)
    id_ = identifier(data.get("id_chat_topic")) if data else None
    if data is None or id_ is None:
        return None
    return ChatTopic(id=id_, contents=each_of(data.get("contents"), _wording, bounds.WORDINGS))


def message(value: object) -> Message | None:
    data = as_object(value)
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
        products=each_of(data.get("products"), _product, bounds.PRODUCTS),
    )


def read_message(value: object) -> Message:
    """The answer of POST …/read; raises Unexpected where it is no message, though it arrived."""
    found = message(value)
    if found is None or found.id is None:
        raise Unexpected(f"no message: {shape(value)}", remote_status=200, may_have_arrived=True)
    return found


def confirmation(value: object) -> Confirmation:
    """The answer of PATCH …/archive, …/block and …/flag.

    The status says that it was accepted. Pages show an object, or an array of one or none, for PATCH. A
    body of another kind is no answer, though the act arrived.
    """
    if not isinstance(value, (dict, list)):
        raise Unexpected(f"no answer: {shape(value)}", remote_status=200, may_have_arrived=True)
    body = as_object(unwrapped(value)) or {}
    return Confirmation(message=short(body.get("message"), bounds.REFUSAL))


def invalid(value: object) -> Invalid:
    """`{"message": string, "errors": {"<field>": [string, ...]}}`, documented under 422."""
    body = as_object(value) or {}
    fields = as_object(body.get("errors")) or {}
    found = {
        text: _words(lines)
        for field, lines in islice(fields.items(), bounds.FIELDS)
        if isinstance(lines, list) and (text := short(field, bounds.REFUSAL)) is not None
    }
    return Invalid("not accepted", short(body.get("message"), bounds.REFUSAL) or "", found)


def _words(lines: list[object]) -> tuple[str, ...]:
    """What is said about a field."""
    texts = (line for line in lines[: bounds.FIELDS] if isinstance(line, str))
    return tuple(text for line in texts if (text := short(line, bounds.REFUSAL)) is not None)


def _wording(value: object) -> Wording | None:
    data = as_object(value)
    if data is None:
        return None
    return Wording(
        lang=whole(data.get("lang"), bounds.NUMBER),
        content=short(data.get("content"), bounds.NAME),
    )


def _pivot(value: object) -> Pivot | None:
    data = as_object(value)
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
    data = as_object(value)
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
    data = as_object(value)
    if not data:
        return None
    return Product(
        id=identifier(data.get("id_product")),
        name=short(data.get("name"), bounds.NAME),
        type=whole(data.get("type"), bounds.NUMBER),
        sku=short(data.get("sku"), bounds.NAME),
        youtube_id=whole(data.get("youtube_id"), bounds.NUMBER),
        url=address(data.get("url")),
        description=text(data.get("description")),
        discount_percentage=decimal(data.get("discount_percentage")),
        price_catalog=decimal(data.get("price_catalog")),
        reference_unit_price=decimal(data.get("reference_unit_price")),
        images=each_of(data.get("images"), _product_image, bounds.IMAGES),
        price=decimal(data.get("price")),
        stock=integer(data.get("stock")),
        stock_available=integer(data.get("stock_available")),
        old_image=address(data.get("old_image")),
    )


def _product_image(value: object) -> ProductImage | None:
    data = as_object(value)
    if not data:
        return None
    return ProductImage(
        id=identifier(data.get("id_i18n_content")),
        lang=whole(data.get("lang"), bounds.NUMBER),
        content=address(data.get("content")),
    )


def _last_rating(value: object) -> LastRating | None:
    data = as_object(value)
    if data is None:
        return None
    return LastRating(value=integer(data.get("value")), comment=text(data.get("comment")))


def _last_summary(value: object) -> LastSummary | None:
    data = as_object(value)
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
