"""Everything else that JSON can hold: it is read or refused, and what is read is sound"""

from dataclasses import asdict
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.popsell import decode, envelope, values
from inbox.popsell.errors import Unexpected
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    Message,
    Unreadable,
)
from tests.popsell.documented import EXAMPLE, LARGEST, PRODUCT, RATING, read
from tests.popsell.values import ANY_JSON, ANY_TEXT, damaged, listing_of
from tests.support.chatrooms import chatroom, message, person


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


@given(st.lists(damaged(chatroom()) | damaged(EXAMPLE), max_size=5))
def test_a_page_of_what_came_before_is_decoded_as_any_other(rows: list[object]) -> None:
    """Also beside rows that only seem to be the same: 1 and true are equal in Python."""
    alone = [envelope.page({"data": [row]}, decode.chatroom).data for row in rows]
    for _ in range(2):
        assert repr([decode.chatrooms({"data": [row]}).data for row in rows]) == repr(alone)


@pytest.mark.parametrize("depth", [10, 1500, 100_000])
def test_a_chatroom_nested_too_deep_to_be_remembered_is_decoded(depth: int) -> None:
    deep: object = None
    for _ in range(depth):
        deep = [deep]
    (found,) = decode.chatrooms({"data": [chatroom() | {"unknown": deep}]}).data
    assert found == read()
