"""Every documented drift of the contract's section 4"""

from datetime import UTC, datetime

import pytest

from inbox.popsell import decode, values
from inbox.popsell.codes import Active, Source, Status, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    LastRating,
    LastSummary,
    Message,
    Pivot,
)
from tests.popsell.documented import EXAMPLE, LARGEST, MICRO, PIVOT, read, read_message, read_person
from tests.support.chatrooms import chatroom, lea, message, participant, person


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
