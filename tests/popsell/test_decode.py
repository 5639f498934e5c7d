"""Every documented drift of the contract's section 4, and everything else JSON can hold."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.popsell import decode, envelope, values
from inbox.popsell.codes import Active, Source, Status, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.popsell.errors import Unexpected
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
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
    Unreadable,
)
from tests.popsell.values import ANY_JSON, ANY_TEXT, damaged, listing_of
from tests.support.chatrooms import chatroom, lea, message, participant, person

LARAVEL = Path(__file__).parent.parent / "sandbox/laravel-pages"
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


def test_the_documented_example_is_read_whole() -> None:
    day = datetime(2023, 10, 6, 13, 41, 9, 123000, tzinfo=UTC)
    micro = Ambassador(
        id=42,
        image="string",
        firstname="string",
        lastname="string",
        username="string",
        email="string",
        email_tmp="string",
        active=42,
        status=42,
        online=True,
        last_action_date=datetime(2024, 5, 4, 9, 42, tzinfo=UTC),
        customer_id="string",
        anonymized=True,
    )
    written = datetime(2023, 10, 9, 12, 12, 40, 220000, tzinfo=UTC)
    found = decode.chatroom(EXAMPLE)
    assert found
    (member,) = found.ambassadors
    assert member.chatroom_pivot_data == (Pivot(42, 42, 42, is_blocked=True, archived=True),)
    assert found == Chatroom(
        id=8,
        ambassadors=(member,),
        date_insert=day,
        last_message_date=day,
        type_chatroom=TypeChatroom.ONE_TO_ONE,
        type_discussion=TypeDiscussion.MEMBERS_AND_EXTERNAL_USERS,
        source=Source.HOT_LIST,
        established_dialogue=day,
        last_rating=LastRating(5, "Great ambassador"),
        last_summary=LastSummary(None, "string", 42, 42),
        last_message=Message(16, written, micro, "super", TypeMessage.RATING, 0),
    )


# Numbers


def test_numbers_as_text_are_numbers() -> None:
    found = decode.chatroom(
        chatroom(
            "8",  # type: ignore[arg-type]
            ambassadors=[participant("100", "8", "15", active="-1", status="6")],  # type: ignore[arg-type]
            type_chatroom="7",
            type_discussion="1",
            last_rating={"value": "0", "comment": "late"},
            last_summary={"anomaly": "3", "topic": "42"},
            last_message=message("16", type_message="2", status_moderation="0"),  # type: ignore[arg-type]
        )
    )
    assert found
    (own,) = found.ambassadors
    assert (found.id, own.id) == (8, 100)
    assert own.chatroom_pivot_data == (Pivot(8, 100, 15, is_blocked=False, archived=False),)
    assert (own.active, own.status) == (Active.BLOCKED, Status.EXPERT)
    assert found.type_chatroom is TypeChatroom.ONE_TO_MANY
    assert found.type_discussion is TypeDiscussion.EXTERNAL_USERS
    assert found.last_rating == LastRating(0, "late")
    assert found.last_summary == LastSummary(None, None, 3, 42)
    assert found.last_message
    assert found.last_message.id == 16
    assert found.last_message.type_message is TypeMessage.RATING
    assert found.last_message.status_moderation == 0


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (42, 42),
        ("42", 42),
        (" 42 ", 42),
        ("-3", -3),
        (42.0, 42),
        (LARGEST, LARGEST),
        (str(LARGEST), LARGEST),
        (LARGEST + 1, None),
        (str(LARGEST + 1), None),
        (10**400, None),
        ("9" * 5000, None),
        (-(2**63), None),
        (1e308, None),
        (42.5, None),
        ("42.0", None),
        ("٤٢", None),
        ("4 2", None),
        ("--4", None),
        ("", None),
        ("-", None),
        ("\ud83d", None),
        (True, None),
        (False, None),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
        ([42], None),
        ({"value": 42}, None),
    ],
)
def test_a_number_is_whole_and_of_64_bits(value: object, number: int | None) -> None:
    assert values.integer(value) == number


@pytest.mark.parametrize("id_", [None, 0, -1, "", "x", 8.5, True, [], {}, LARGEST + 1])
def test_without_a_usable_id_the_whole_is_unknown(id_: object) -> None:
    assert decode.chatroom({**chatroom(), "id_chatroom": id_}) is None
    assert decode.ambassador({**person(5), "id_ambassador": id_}) is None
    assert read(last_message={**message(16), "id_message": id_}).last_message == read_message(
        id_message=None
    )


# Codes


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (2, Source.HOT_LIST),
        ("2", Source.HOT_LIST),
        ("hot_list", Source.HOT_LIST),
        ("direct", Source.DIRECT),
        ("waiting_list", Source.WAITING_LIST),
        (9, 9),
        ("9", 9),
        ("hook", "hook"),
        (None, None),
        ("", None),
        ([2], None),
    ],
)
def test_source_is_a_number_or_a_word(source: object, said: object) -> None:
    found = read(source=source).source
    assert found == said
    assert isinstance(found, Source) is isinstance(said, Source)


def test_codes_without_a_meaning_survive_as_themselves() -> None:
    found = read(
        type_chatroom=3,
        type_discussion="odd",
        last_summary={"anomaly": "spam", "topic": 0},
        last_message=message(16, type_message=42, status_moderation="held"),
    )
    assert (found.type_chatroom, found.type_discussion) == (3, "odd")
    assert found.last_summary == LastSummary(None, None, "spam", 0)
    assert found.last_message
    assert (found.last_message.type_message, found.last_message.status_moderation) == (42, "held")
    odd = read_person(active=-5, status=11)
    assert (odd.active, odd.status) == (-5, 11)


def test_null_is_unknown_and_zero_is_zero() -> None:
    assert read(last_rating={"value": 0}).last_rating == LastRating(0, None)
    assert read(last_rating=None).last_rating is None
    assert read(type_chatroom=0).type_chatroom is TypeChatroom.ONE_TO_ONE
    assert read(type_chatroom=None).type_chatroom is None
    assert read_person(status=0).status is Status.AMBASSADOR
    assert read_person(status=None).status is None
    assert read_message(status_moderation=None).status_moderation is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *((yes, True) for yes in (True, 1, 1.0, "1", "true", "TRUE ", "True")),
        *((no, False) for no in (False, 0, "0", "false", " False")),
        *((odd, None) for odd in (None, "", "yes", 2, -1, list[int](), [True], float("nan"))),
    ],
)
def test_booleans_come_as_numbers_and_words_too(value: object, *, said: bool | None) -> None:
    assert read_person(online=value).online is said
    assert read_person(anonymized=value).anonymized is said


# Dates


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2023-10-06T13:41:09.123000Z", datetime(2023, 10, 6, 13, 41, 9, 123000, tzinfo=UTC)),
        ("2024-05-04T09:42:00+00:00", datetime(2024, 5, 4, 9, 42, tzinfo=UTC)),
        ("2025-05-04T09:42:00Z", datetime(2025, 5, 4, 9, 42, tzinfo=UTC)),
        ("2023-10-06 13:41:09.123", datetime(2023, 10, 6, 13, 41, 9, 123000, tzinfo=UTC)),
        ("2024-05-04T11:42:00+02:00", datetime(2024, 5, 4, 9, 42, tzinfo=UTC)),
        (" 2024-05-04T09:42:00Z\n", datetime(2024, 5, 4, 9, 42, tzinfo=UTC)),
        ("string", None),
        ("", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2023-02-30T00:00:00Z", None),
        ("2023-10-06T25:00:00Z", None),
        ("\ud83d", None),
        (1696599669, None),
        (True, None),
        (None, None),
        ([], None),
        ({"date": "2023-10-06 13:41:09.123"}, None),
    ],
)
def test_dates_come_in_four_shapes(value: object, moment: datetime | None) -> None:
    found = read(date_insert=value, last_message_date=value)
    assert found.date_insert == found.last_message_date == moment
    assert read_person(last_action_date=value).last_action_date == moment
    assert read_message(date_insert=value).date_insert == moment
    summary = read(last_summary={"date_insert": value}).last_summary
    assert summary
    assert summary.date_insert == moment


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2023-10-06 13:41:09.123", datetime(2023, 10, 6, 13, 41, 9, 123000, tzinfo=UTC)),
        ("2023-10-06T13:41:09.123000Z", datetime(2023, 10, 6, 13, 41, 9, 123000, tzinfo=UTC)),
        (True, True),
        (False, False),
        (1, True),
        ("0", False),
        (None, None),
        ("string", None),
    ],
)
def test_established_dialogue_is_a_date_or_a_boolean(value: object, said: object) -> None:
    found = read(established_dialogue=value).established_dialogue
    assert found == said
    assert type(found) is type(said)


# Absent and more than absent


def test_a_chatroom_of_nothing_but_its_id_is_a_chatroom() -> None:
    bare = Chatroom(8, (), *[None] * 9)
    assert decode.chatroom({"id_chatroom": 8}) == bare
    assert decode.chatroom({**dict.fromkeys(EXAMPLE), "id_chatroom": "8"}) == bare


def test_a_person_of_nothing_but_an_id_is_a_person() -> None:
    assert decode.ambassador({"id_ambassador": 42}) == Ambassador(42)
    assert decode.ambassador({**dict.fromkeys(MICRO), "id_ambassador": 42}) == Ambassador(42)


def test_a_message_of_nothing_is_none() -> None:
    assert read(last_message={}).last_message is None
    assert read(last_message=[]).last_message is None
    assert decode.message({"id_message": 16}) == Message(16, None, None, None, None, None)


@pytest.mark.parametrize("value", ["text", 5, True, [], [{"value": 5}]])
def test_an_object_of_another_kind_is_unknown_as_a_whole(value: object) -> None:
    found = read(last_rating=value, last_summary=value, last_message=value)
    assert (found.last_rating, found.last_summary, found.last_message) == (None, None, None)
    assert read_message(author=value or 0).author is None


def test_attributes_that_no_page_documents_are_left_alone() -> None:
    more = {"flag": 1, "comment": {"a": [1]}, "purged": True, "id": 99, "": None}
    plain = [lea(8), participant(555, 8)]
    more_of_them = [{**who, **more} for who in plain]
    assert decode.chatroom({**chatroom(ambassadors=more_of_them), **more}) == read()
    assert decode.message({**message(16), **more}) == read_message()


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (None, ()),
        ([], ()),
        ("x", ()),
        ([PIVOT], (42,)),
        (PIVOT, (42,)),
        ([None, PIVOT, "x"], (42,)),
        ([{}], (None,)),
        ([{**PIVOT, "last_read_message": None}], (None,)),
    ],
)
def test_the_pivot_is_a_list_of_one_more_or_less(data: object, rows: tuple[object, ...]) -> None:
    found = read_person(chatroom_pivot_data=data).chatroom_pivot_data
    assert tuple(row.last_read_message for row in found) == rows


def test_a_person_without_pivot_attribute_has_none() -> None:
    found = decode.ambassador(person(5))
    assert found
    assert found.chatroom_pivot_data == ()


def test_a_room_of_forty_keeps_all_in_their_order() -> None:
    people = [participant(600 + number, 8) for number in range(40)]
    assert [who.id for who in read(ambassadors=people).ambassadors] == list(range(600, 640))


def test_an_unreadable_participant_costs_one_participant() -> None:
    people = [None, {}, lea(8), {"id_ambassador": "x"}, [participant(5, 8)], participant(555, 8)]
    assert [who.id for who in read(ambassadors=people).ambassadors] == [100, 555]


def test_texts_may_be_numbers_and_half_pairs() -> None:
    found = read_person(customer_id=1234, firstname="\ud83dA", lastname=["x"], username=True)
    assert (found.customer_id, found.firstname) == ("1234", "?A")
    assert (found.lastname, found.username) == (None, None)


# The envelope


@pytest.mark.parametrize("name", sorted(path.stem for path in LARAVEL.glob("*.json")))
def test_laravels_own_pages_are_read_whole(name: str) -> None:
    raw = json.loads((LARAVEL / f"{name}.json").read_text())
    page = envelope.page(raw, lambda item: item)
    expected = Page(
        current_page=raw["current_page"],
        data=tuple(raw["data"]),
        first_page_url=raw["first_page_url"],
        from_=raw["from"],
        last_page=raw["last_page"],
        last_page_url=raw["last_page_url"],
        links=tuple(Link(link["url"], link["label"], link["active"]) for link in raw["links"]),
        next_page_url=raw["next_page_url"],
        path=raw["path"],
        per_page=raw["per_page"],
        prev_page_url=raw["prev_page_url"],
        to=raw["to"],
        total=raw["total"],
    )
    assert vars(page) == vars(expected)


def test_laravels_pages_are_all_there() -> None:
    assert len(list(LARAVEL.glob("*.json"))) == 7


def test_an_envelope_of_data_alone_is_page_one_of_one() -> None:
    page = envelope.page({"data": [{}]}, decode.chatroom)
    assert page.data == (Unreadable(None),)
    assert (page.current_page, page.last_page) == (1, 1)
    assert (page.total, page.from_, page.to, page.links) == (None, None, None, ())


@pytest.mark.parametrize("value", [0, -5, None, "x", [], 10**400])
def test_pages_count_from_one_whatever_is_said(value: object) -> None:
    page = envelope.page({"data": [], "current_page": value, "last_page": value}, decode.chatroom)
    assert (page.current_page, page.last_page) == (1, 1)


def test_an_item_that_can_t_be_read_keeps_its_place_and_its_id() -> None:
    data = [chatroom(7), {"id_chatroom": "x", "id_ambassador": "9"}, None, chatroom(8)]
    page = envelope.page({"data": data}, decode.chatroom)
    assert [type(item) for item in page.data] == [Chatroom, Unreadable, Unreadable, Chatroom]
    assert [item.id for item in page.data] == [7, 9, None, 8]


LISTS = [
    (decode.chatrooms, chatroom),
    (decode.ambassadors, person),
    (decode.messages, message),
]


@pytest.mark.parametrize(("read_page", "item"), LISTS)
def test_what_is_twice_on_a_page_is_there_once(
    read_page: Callable[[object], Page[Any]], item: Callable[[int], Any]
) -> None:
    """Where it came first, as it was told first; what can't be told apart stays."""
    again = {**item(7), "date_insert": None, "firstname": "Other"}
    data = [item(8), item(7), None, {}, again, {**item(8), "id": 1}, item(9)]
    page = read_page({"data": data, "last_page": 1, "to": 7, "total": 7})
    assert [one.id for one in page.data] == [8, 7, None, None, 9]
    assert page.data[1] == read_page({"data": [item(7)]}).data[0]
    assert (page.to, page.total) == (5, 5)


@pytest.mark.parametrize(("read_page", "item"), LISTS)
def test_counts_of_several_pages_stay_as_they_are_told(
    read_page: Callable[[object], Page[Any]], item: Callable[[int], Any]
) -> None:
    page = read_page({"data": [item(8), item(8)], "last_page": 2, "to": 2, "total": 3})
    assert len(page.data) == 1
    assert (page.to, page.total) == (2, 3)


def test_messages_without_a_number_are_all_there() -> None:
    data = [{**message(1, content=word), "id_message": None} for word in "aab"]
    assert len(decode.messages({"data": data}).data) == 3


@pytest.mark.parametrize(("read_page", "item"), LISTS)
@given(ids=st.lists(st.integers(1, 20), min_size=1, unique=True), keys=st.data())
def test_numbers_for_keys_make_a_list_in_its_order(
    read_page: Callable[[object], Page[Any]], item: Callable[[int], Any], ids: list[int], keys: Any
) -> None:
    """As PHP writes a list after removing some entries, or after sorting the rest."""
    numbers = st.lists(st.integers(0, 99), min_size=len(ids), max_size=len(ids), unique=True)
    data = {str(key): item(id_) for key, id_ in zip(keys.draw(numbers), ids, strict=True)}
    page = read_page(json.loads(json.dumps({"data": data, "last_page": 1, "total": len(ids)})))
    assert [one.id for one in page.data] == ids
    assert page.total == len(ids)


@pytest.mark.parametrize("key", ["a", "", "-1", "1.0", "\u0661", "id_chatroom"])
def test_an_object_of_other_keys_is_no_list(key: str) -> None:
    with pytest.raises(Unexpected):
        decode.chatrooms({"data": {"0": chatroom(8), key: chatroom(9)}})


def test_an_endless_object_is_no_page_either() -> None:
    with pytest.raises(Unexpected):
        decode.chatrooms({"data": {str(number): {} for number in range(201)}})


def test_lists_within_an_item_may_have_numbers_for_keys_too() -> None:
    room = chatroom(8, last_read=5)
    numbered = {str(place + 1): one for place, one in enumerate(room["ambassadors"])}
    assert decode.chatroom({**room, "ambassadors": numbered}) == decode.chatroom(room)


def test_a_participant_told_twice_is_one_with_all_that_is_told() -> None:
    bare = {**lea(8), "chatroom_pivot_data": None}
    found = read(ambassadors=[bare, participant(555, 8), lea(8, 12), person(555, anonymized=True)])
    assert [one.id for one in found.ambassadors] == [100, 555]
    assert [one.last_read_message for one in found.ambassadors[0].chatroom_pivot_data] == [12]
    assert found.ambassadors[1].anonymized


@pytest.mark.parametrize(
    "value", [None, [], [{}], {}, "x", 5, {"data": None}, {"data": {}}, {"meta": {"data": []}}]
)
def test_without_a_list_of_data_there_is_no_page(value: object) -> None:
    with pytest.raises(Unexpected):
        envelope.page(value, decode.chatroom)


# Messages and what they carry

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


def test_the_documented_rating_is_read_whole() -> None:
    day = datetime(2023, 10, 9, 12, 12, 40, 220000, tzinfo=UTC)
    found = read_message(type_message=2, rating=RATING)
    assert found.rating == Rating(1, day, day, None, 5, "bien", 1, 2)
    assert found.products == ()


def test_a_product_is_read_whole() -> None:
    found = read_message(type_message=3, products=[PRODUCT])
    assert found.rating is None
    assert found.products == (
        Product(
            id=2,
            name="Aurora Serum",
            type="simple",
            sku="CO-0002",
            youtube_id=None,
            url="https://www.example.com/aurora",
            description=None,
            discount_percentage=12.5,
            price_catalog=25.0,
            reference_unit_price=8.3,
            images=(ProductImage(7, "fr_FR", "https://img.example/7.jpg"),),
            price=21.9,
            stock=4,
            stock_available=3,
            old_image=None,
        ),
    )


@pytest.mark.parametrize("value", [None, {}, [], "5", 5, True, [RATING]])
def test_a_rating_of_another_kind_is_no_rating(value: object) -> None:
    assert read_message(rating=value).rating is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, []),
        ({}, []),
        ([], []),
        ("x", []),
        (PRODUCT, ["Aurora Serum"]),
        ([PRODUCT, {}, None, 5, {"name": "Satin Balm"}], ["Aurora Serum", "Satin Balm"]),
        ([{"id_product": 2}], [None]),
    ],
)
def test_products_are_a_list_of_any_length(value: object, names: list[str | None]) -> None:
    assert [one.name for one in read_message(products=value).products] == names


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (19.9, 19.9),
        (20, 20.0),
        ("19.90", 19.9),
        (" 20 ", 20.0),
        ("-0.5", -0.5),
        (0, 0.0),
        ("", None),
        ("19,90", None),
        ("1e5", None),
        ("nan", None),
        ("٤٢", None),
        ("9" * 5000, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ([19.9], None),
    ],
)
def test_an_amount_has_a_fraction_or_not(value: object, number: float | None) -> None:
    assert values.decimal(value) == number


def test_a_page_of_messages_keeps_their_order_and_their_places() -> None:
    data = [message(18), {}, {"id_message": "17", "content": "x"}, None, message(16)]
    page = decode.messages({"data": data})
    assert [item.id for item in page.data] == [18, None, 17, None, 16]
    assert [isinstance(item, Unreadable) for item in page.data] == [False, True, False, True, False]


# Single answers


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: [body]], ids=["alone", "array"])
def test_one_chatroom_may_come_in_an_array(wrap: Callable[[object], object]) -> None:
    alone = {key: value for key, value in chatroom().items() if key != "last_message"}
    assert decode.one_chatroom(wrap(alone)) == replace(read(), last_message=None)


@pytest.mark.parametrize("value", [None, {}, [], [{}], "x", 5, {"data": [chatroom()]}])
def test_what_is_no_chatroom_is_unexpected(value: object) -> None:
    with pytest.raises(Unexpected) as failure:
        decode.one_chatroom(value)
    assert not failure.value.may_have_arrived


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"message": "Chatroom archived successfully"}, "Chatroom archived successfully"),
        ([{"message": "Chatroom archived successfully"}], "Chatroom archived successfully"),
        ({"message": None}, None),
        ({"message": ["x"]}, None),
        ({}, None),
        ([], None),
        ([{}], None),
        ([[]], None),
        ([{"message": "a"}, {"message": "b"}], None),
        (chatroom(), None),
    ],
)
def test_an_act_is_confirmed_in_words_or_without(value: object, said: str | None) -> None:
    assert decode.confirmation(value) == Confirmation(said)


@pytest.mark.parametrize("value", [None, "ok", 5, True, 1.5])
def test_an_act_without_an_answer_may_have_arrived(value: object) -> None:
    with pytest.raises(Unexpected) as failure:
        decode.confirmation(value)
    assert failure.value.may_have_arrived


# Anything at all


def is_sound(found: object) -> None:
    """Texts can be written as UTF-8, numbers stored in 64 bits, moments moved between zones."""
    if isinstance(found, dict):
        for inner in found.values():
            is_sound(inner)
    elif isinstance(found, list | tuple):
        for inner in found:
            is_sound(inner)
    elif isinstance(found, str):
        found.encode()
    elif isinstance(found, datetime):
        assert found.tzinfo is UTC
    elif isinstance(found, int):
        assert -LARGEST <= found <= LARGEST
    elif isinstance(found, float):
        assert isfinite(found)
    else:
        assert found is None


def has_good_ids(found: dict[str, Any]) -> None:
    people = [*found["ambassadors"], (found["last_message"] or {}).get("author")]
    ids = [found["id"], *(who["id"] for who in people if who)]
    assert all(0 < id_ <= LARGEST for id_ in ids)


@given(damaged(chatroom()) | damaged(EXAMPLE))
def test_a_chatroom_damaged_anywhere_is_a_chatroom_or_none(value: object) -> None:
    found = decode.chatroom(value)
    if found is None:
        id_ = value.get("id_chatroom") if isinstance(value, dict) else None
        assert values.identifier(id_) is None
        return
    is_sound(asdict(found))
    has_good_ids(asdict(found))


@given(damaged(chatroom()))
def test_damage_costs_no_more_than_the_part_it_is_in(value: Any) -> None:
    found, whole = decode.chatroom(value), read()
    if not isinstance(value, dict) or found is None:
        return
    for key, kept in chatroom().items():
        if key != "id_chatroom" and repr(value.get(key)) == repr(kept):
            assert getattr(found, key) == getattr(whole, key)


@given(ANY_JSON | listing_of(damaged(chatroom())) | damaged({"data": [chatroom()], "total": 1}))
def test_a_page_is_a_page_or_unexpected(value: object) -> None:
    try:
        page = envelope.page(value, decode.chatroom)
    except Unexpected as failure:
        str(failure).encode()
        assert not isinstance(value, dict) or not isinstance(value.get("data"), list)
        return
    assert isinstance(value, dict)
    sent = value["data"] if isinstance(value["data"], list) else [*value["data"].values()]
    ids = [one.id for one in page.data if isinstance(one, Chatroom)]
    sent_ids = [one.id for one in map(decode.chatroom, sent) if one]
    assert ids == list(dict.fromkeys(sent_ids))
    assert len(page.data) - len(ids) == len(sent) - len(sent_ids)
    assert all(isinstance(item, Chatroom | Unreadable) for item in page.data)
    assert page.current_page >= 1
    assert page.last_page >= 1
    is_sound(asdict(page))


@given(ANY_JSON | damaged(person(5)))
def test_a_directory_of_anything_is_a_page_too(value: object) -> None:
    page = envelope.page({"data": [value]}, decode.ambassador)
    assert isinstance(page.data[0], Ambassador | Unreadable)
    is_sound(asdict(page))


@given(ANY_JSON | damaged(message(16, rating=RATING, products=[PRODUCT])))
def test_a_transcript_of_anything_is_a_page_too(value: object) -> None:
    page = decode.messages({"data": [value]})
    assert isinstance(page.data[0], Message | Unreadable)
    is_sound(asdict(page))


@given(ANY_JSON | damaged({"message": "Chatroom archived successfully"}))
def test_the_answer_to_a_change_is_a_confirmation_or_unexpected(value: object) -> None:
    if isinstance(value, dict | list):
        is_sound(asdict(decode.confirmation(value)))
    else:
        with pytest.raises(Unexpected):
            decode.confirmation(value)


@given(ANY_JSON | damaged(message(16)))
def test_the_answer_to_an_act_is_a_message_with_an_id_or_unexpected(value: object) -> None:
    whole = decode.message(value)
    if whole is None or whole.id is None:
        with pytest.raises(Unexpected) as failure:
            decode.read_message(value)
        assert failure.value.may_have_arrived
        return
    found = decode.read_message(value)
    assert found.id is not None
    assert 0 < found.id <= LARGEST
    is_sound(asdict(found))


@given(ANY_JSON | damaged({"message": "no", "errors": {"field": ["one", "two"]}}))
def test_anything_under_422_is_invalid(value: object) -> None:
    found = decode.invalid(value)
    is_sound(found.message)
    for field, lines in found.errors.items():
        is_sound([field, *lines])


@given(ANY_TEXT)
def test_clean_text_is_as_it_came_where_it_can_be_written(value: str) -> None:
    written = values.clean(value)
    assert len(written) == len(value)
    assert all(new in (old, "?") for new, old in zip(written, value, strict=True))


@given(st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2199, 1, 1)))  # noqa: DTZ001
def test_each_documented_shape_gives_the_same_moment(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    thousandths = moment.isoformat(" ", timespec="milliseconds")
    expected = moment.replace(tzinfo=UTC)
    assert values.date(thousandths) == expected
    assert values.date(moment.isoformat(timespec="microseconds") + "Z") == expected
    assert values.date(moment.isoformat() + "+00:00") == expected
