"""The envelope of a page with its list, and single answers"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.popsell import decode, envelope
from inbox.popsell.errors import Unexpected
from inbox.popsell.resources import (
    Chatroom,
    Confirmation,
    Link,
    Page,
    Unreadable,
)
from tests.popsell.documented import read
from tests.support.chatrooms import chatroom, lea, message, participant, person

LARAVEL = Path(__file__).parent.parent / "sandbox/laravel-pages"


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
