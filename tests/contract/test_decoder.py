"""Everything that the description allows is decoded, without changing its meaning."""

import re
from datetime import UTC, datetime
from enum import IntEnum
from itertools import islice
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from inbox.popsell import bounds, decode, envelope, values
from inbox.popsell.codes import Active, Source, Status, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    ChatTopic,
    LastRating,
    LastSummary,
    Link,
    Message,
    Page,
    Pivot,
    Product,
    ProductImage,
    Rating,
    Waiting,
)
from tests.contract import description
from tests.contract.description import Json
from tests.support.runs import many

BOUNDS = settings(
    max_examples=many(60),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

FEWER = settings(BOUNDS, max_examples=10, phases=[Phase.generate])
"""Whole pages are slow to make, and slower to shrink; their items are tested one by one too."""

DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{3}(?:\d{3})?))?(?:Z|\+00:00)?\s*"
)
"""All of the documented shapes are in UTC, or taken to be."""


def bodies(name: str) -> SearchStrategy[Any]:
    """What a schema allows, made as the body of an invented operation that takes it."""
    schema = {"$ref": f"#/components/schemas/{name}"}
    operation = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "Nothing is sent."}},
    }
    api = schemathesis.openapi.from_dict(
        {**description.load(), "paths": {"/": {"post": operation}}}
    )
    return api["/"]["POST"].as_strategy().map(lambda case: case.body)


@FEWER
@given(bodies("ChatroomPage"))
def test_a_page_of_chatrooms(body: Json) -> None:
    page = envelope.page(body, decode.chatroom)
    rows = once(body["data"], "id_chatroom")
    same_envelope(page, body, len(body["data"]) - len(rows))
    for decoded, sent in zip(page.data, rows, strict=True):
        assert isinstance(decoded, Chatroom)
        same_chatroom(decoded, sent)


IDS = {"ambassador": "id_ambassador", "chatroom": "id_chatroom", "topic": "id_chat_topic"}


@BOUNDS
@given(bodies("WaitingList"))
def test_a_waiting_list(body: list[Json]) -> None:
    found = decode.waiting_list(body)
    assert len(found) == len(body)
    for one, sent in zip(found, body, strict=True):
        assert isinstance(one, Waiting)
        assert one.user == int(sent["id_user"])
        for field, name in IDS.items():
            assert getattr(one, field) == number(sent.get(name))
        assert one.content == sent.get("content")
        for name in ("date_handled", "date_update", "date_delete"):
            assert getattr(one, name) == date(sent.get(name))
        assert one.is_over == bool(sent.get("date_handled") or sent.get("date_delete"))


@BOUNDS
@given(bodies("Chatroom"))
def test_a_chatroom(body: Json) -> None:
    decoded = decode.chatroom(body)
    assert decoded is not None
    same_chatroom(decoded, body)


@FEWER
@given(bodies("AmbassadorPage"))
def test_a_page_of_ambassadors(body: Json) -> None:
    page = envelope.page(body, decode.ambassador)
    rows = once(body["data"], "id_ambassador")
    same_envelope(page, body, len(body["data"]) - len(rows))
    for decoded, sent in zip(page.data, rows, strict=True):
        assert isinstance(decoded, Ambassador)
        same_ambassador(decoded, sent)


@BOUNDS
@given(bodies("Chatroom"))
def test_one_chatroom_alone_or_in_an_array(body: Json) -> None:
    same_chatroom(decode.one_chatroom(body), body)
    same_chatroom(decode.one_chatroom([body]), body)


@FEWER
@given(bodies("MessagePage"))
def test_a_page_of_messages(body: Json) -> None:
    page = decode.messages(body)
    rows = once(body["data"], "id_message")
    same_envelope(page, body, len(body["data"]) - len(rows))
    for decoded, sent in zip(page.data, rows, strict=True):
        assert isinstance(decoded, Message)
        same_message(decoded, sent)


@FEWER
@given(bodies("ChatTopicPage"))
def test_a_page_of_topics(body: Json) -> None:
    page = decode.chat_topics(body)
    rows = once(body["data"], "id_chat_topic")
    same_envelope(page, body, len(body["data"]) - len(rows))
    for decoded, sent in zip(page.data, rows, strict=True):
        assert isinstance(decoded, ChatTopic)
        assert decoded.id == int(sent["id_chat_topic"])
        contents = sent.get("contents", [])[: bounds.WORDINGS]
        assert len(decoded.contents) == len(contents)
        for one, told in zip(decoded.contents, contents, strict=True):
            assert one.lang == values.whole(told.get("lang"), bounds.NUMBER)
            assert one.content == values.short(told.get("content"), bounds.NAME)


@BOUNDS
@given(bodies("Message"))
def test_the_answer_of_read(body: Json) -> None:
    same_message(decode.read_message(body), body)


@BOUNDS
@given(bodies("Rating"))
def test_the_rating_of_a_message(body: Json) -> None:
    same_message_rating(decode.read_message({"id_message": 1, "rating": body}).rating, body)


@BOUNDS
@given(bodies("Product"))
def test_the_product_of_a_message(body: Json) -> None:
    (found,) = decode.read_message({"id_message": 1, "products": [body, {}]}).products or (None,)
    same_product(found, body)


@BOUNDS
@given(bodies("Confirmation"))
def test_what_was_done(body: Json) -> None:
    for sent in (body, [body]):
        assert decode.confirmation(sent).message == body.get("message")


@BOUNDS
@given(bodies("Invalid"))
def test_what_was_not_accepted(body: Json) -> None:
    refused = decode.invalid(body)
    assert refused.message == body["message"]
    told = islice(body["errors"].items(), bounds.FIELDS)
    assert refused.errors == {field: tuple(lines[: bounds.FIELDS]) for field, lines in told}


SHAPES = {
    "DateOfMicroseconds": ["%Y-%m-%dT%H:%M:%S.%fZ"],
    "DateOfSeconds": ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00"],
    "DateWithoutZone": ["%Y-%m-%d %H:%M:%S."],
}


@pytest.mark.parametrize("name", SHAPES)
@BOUNDS
@given(when=st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)))  # noqa: DTZ001
def test_a_date_of_each_described_shape(name: str, when: datetime) -> None:
    """Bodies made from patterns have few dates of these centuries."""
    millis = when.microsecond // 1000
    expected = {
        "DateOfMicroseconds": when,
        "DateOfSeconds": when.replace(microsecond=0),
        "DateWithoutZone": when.replace(microsecond=millis * 1000),
    }[name].replace(tzinfo=UTC)
    for shape in SHAPES[name]:
        text = when.strftime(shape) + (f"{millis:03}" if name == "DateWithoutZone" else "")
        assert description.validator(name).is_valid(text)
        assert values.date(text) == expected
        assert date(text) == expected


@pytest.mark.parametrize("name", SHAPES)
def test_the_examples_of_a_date_are_dates(name: str) -> None:
    found = description.RAW["components"]["schemas"][name]
    assert len(found["examples"]) == len(SHAPES[name])
    for example in found["examples"]:
        assert description.validator("Date").is_valid(example)
        assert values.date(example) == date(example)
        assert values.date(example) is not None


# What was sent and what was decoded, object by object


def once(sent: list[Json], name: str) -> list[Json]:
    """Each value once, at its first place."""
    found: dict[object, Json] = {}
    for place, one in enumerate(sent):
        id_ = one.get(name)
        found.setdefault(("place", place) if id_ is None else int(id_), one)
    return list(found.values())


def same_envelope(page: Page[Any], sent: Json, again: int) -> None:
    assert (page.from_, page.path) == (sent["from"], sent["path"])
    for name in (
        "current_page",
        "first_page_url",
        "last_page",
        "last_page_url",
        "next_page_url",
        "per_page",
        "prev_page_url",
    ):
        assert getattr(page, name) == sent[name], name
    again = again if sent["last_page"] == 1 else 0
    for name in ("to", "total"):
        assert getattr(page, name) == (sent[name] and max(sent[name] - again, 0)), name
    assert page.links == tuple(
        Link(one["url"], one["label"], one["active"]) for one in sent["links"]
    )


def same_chatroom(decoded: Chatroom, sent: Json) -> None:
    assert decoded.id == int(sent["id_chatroom"])
    assert decoded.date_insert == date(sent.get("date_insert"))
    assert decoded.last_message_date == date(sent.get("last_message_date"))
    assert decoded.type_chatroom == code(sent.get("type_chatroom"), TypeChatroom)
    assert decoded.type_discussion == code(sent.get("type_discussion"), TypeDiscussion)
    assert decoded.source == code(sent.get("source"), Source)
    established = sent.get("established_dialogue")
    assert decoded.established_dialogue == (
        established if isinstance(established, bool) else date(established)
    )
    hidden = anonymized_in(sent)
    people = sent.get("ambassadors", [])
    known = once(people, "id_ambassador")
    for person, first in zip(decoded.ambassadors, known, strict=True):
        ids = int(first["id_ambassador"])
        told = [one for one in people if int(one["id_ambassador"]) == ids]
        pivots = [pivot for one in told for pivot in one.get("chatroom_pivot_data") or ()]
        whole = {**first, "chatroom_pivot_data": pivots} if len(told) > 1 else first
        same_ambassador(person, as_told(whole, hidden))
    same_rating(decoded.last_rating, sent.get("last_rating"))
    same_summary(decoded.last_summary, sent.get("last_summary"))
    if sent.get("last_message") is None:
        assert decoded.last_message is None
    else:
        assert decoded.last_message is not None
        author = as_told(sent["last_message"].get("author"), hidden)
        same_message(decoded.last_message, {**sent["last_message"], "author": author})


def anonymized_in(sent: Json) -> set[int]:
    """People marked as anonymized anywhere in a chatroom are so in all of it."""
    people = [*sent.get("ambassadors", []), (sent.get("last_message") or {}).get("author")]
    return {int(one["id_ambassador"]) for one in people if one and one.get("anonymized")}


def as_told(person: Json | None, hidden: set[int]) -> Any:
    if person and int(person["id_ambassador"]) in hidden:
        return {**person, "anonymized": True}
    return person


def same_ambassador(decoded: Ambassador, sent: Json) -> None:
    assert decoded.id == int(sent["id_ambassador"])
    for name in (
        "image",
        "firstname",
        "lastname",
        "username",
        "email",
        "email_tmp",
        "customer_id",
        "online",
        "anonymized",
    ):
        assert getattr(decoded, name) == bounded(name, sent.get(name)), name
    assert decoded.active == code(sent.get("active"), Active)
    assert decoded.status == code(sent.get("status"), Status)
    assert decoded.last_action_date == date(sent.get("last_action_date"))
    assert decoded.chatroom_pivot_data == tuple(
        Pivot(
            number(one.get("id_chatroom")),
            number(one.get("id_ambassador")),
            number(one.get("last_read_message")),
            one.get("is_blocked"),
            one.get("archived"),
        )
        for one in sent.get("chatroom_pivot_data", [])
    )


def same_message(decoded: Message, sent: Json) -> None:
    assert decoded.id == int(sent["id_message"])
    assert decoded.date_insert == date(sent.get("date_insert"))
    assert decoded.content == sent.get("content")
    assert decoded.type_message == code(sent.get("type_message"), TypeMessage)
    assert decoded.status_moderation == code(sent.get("status_moderation"))
    if sent.get("author") is None:
        assert decoded.author is None
    else:
        assert decoded.author is not None
        same_ambassador(decoded.author, sent["author"])

    same_message_rating(decoded.rating, sent.get("rating"))
    products = [one for one in sent.get("products", [])[: bounds.PRODUCTS] if one]
    for product, sent_product in zip(decoded.products, products, strict=True):
        same_product(product, sent_product)


def same_message_rating(decoded: Rating | None, sent: Json | None) -> None:
    if not sent:
        assert decoded is None
        return
    assert decoded == Rating(
        number(sent.get("id_rating")),
        date(sent.get("date_insert")),
        date(sent.get("date_update")),
        date(sent.get("date_delete")),
        number(sent.get("value")),
        sent.get("content"),
        number(sent.get("id_user_rater")),
        number(sent.get("id_user_rated")),
    )


def same_product(decoded: Product | None, sent: Json) -> None:
    if not sent:
        assert decoded is None
        return
    assert decoded is not None
    assert decoded.id == number(sent.get("id_product"))
    for name in ("name", "type", "sku", "youtube_id", "url", "description", "old_image"):
        assert getattr(decoded, name) == bounded(name, sent.get(name)), name
    for name in ("discount_percentage", "price_catalog", "reference_unit_price", "price"):
        amount = sent.get(name)
        assert getattr(decoded, name) == (None if amount is None else float(amount)), name
    assert (decoded.stock, decoded.stock_available) == (
        number(sent.get("stock")),
        number(sent.get("stock_available")),
    )
    assert decoded.images == tuple(
        ProductImage(number(one.get("id_i18n_content")), one.get("lang"), one.get("content"))
        for one in sent.get("images", [])[: bounds.IMAGES]
        if one
    )


def same_rating(decoded: LastRating | None, sent: Json | None) -> None:
    if sent is None:
        assert decoded is None
    else:
        assert decoded == LastRating(number(sent.get("value")), sent.get("comment"))


def same_summary(decoded: LastSummary | None, sent: Json | None) -> None:
    if sent is None:
        assert decoded is None
        return
    assert decoded is not None
    assert decoded.summary == sent.get("summary")
    assert decoded.anomaly == code(sent.get("anomaly"))
    assert decoded.topic == code(sent.get("topic"))
    if DATE.fullmatch(sent.get("date_insert") or ""):  # else it may be any text
        assert decoded.date_insert == date(sent["date_insert"])


# Single values, read another way than the decoder does

CUT = {"firstname", "lastname", "username", "name", "sku"}
WHOLE = {
    **dict.fromkeys(("image", "url", "old_image"), bounds.ADDRESS),
    **dict.fromkeys(("email", "email_tmp"), bounds.E_MAIL),
    **dict.fromkeys(("customer_id", "type", "youtube_id"), bounds.NUMBER),
}


def bounded(name: str, value: Any) -> Any:
    """The schema bounds no text; the decoder cuts some, and takes others as a whole or not at all."""
    if not isinstance(value, str) or len(value) <= WHOLE.get(name, bounds.NAME):
        return value
    if name not in CUT:
        return None if name in WHOLE else value
    goes_on = re.match("[^ ]*", value[bounds.NAME :])
    assert goes_on
    return None if "@" in goes_on[0] else value[: bounds.NAME].rstrip() + "…"


def number(value: int | str | None) -> int | None:
    return None if value is None else int(value)


def code(value: int | str | None, documented: type[IntEnum] | None = None) -> int | str | None:
    """A member equals its number, so numbers do for both."""
    if isinstance(value, str):
        word = value.strip()
        if word.lstrip("-").isdigit():
            return int(word)
        members = documented.__members__ if documented else {}
        return members[word.upper()].value if word.upper() in members else word
    return value


def date(value: str | None) -> datetime | None:
    """None too for a day in no calendar, or a year far from ours."""
    if value is None:
        return None
    found = DATE.fullmatch(value)
    assert found
    *parts, fraction = found.groups()
    try:
        year, month, day, hour, minute, second = map(int, parts)
        micros = int((fraction or "0").ljust(6, "0"))
        when = datetime(year, month, day, hour, minute, second, micros, UTC)
    except ValueError:
        return None
    return when if 1900 <= when.year < 2200 else None
