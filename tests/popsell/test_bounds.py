"""How much of an answer is taken: what is longer is cut, unknown, or no answer"""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inbox.chatrooms.sides import find_sides
from inbox.display import privacy
from inbox.display.people import first_name, handle, initials, name
from inbox.models import CodeName
from inbox.popsell import bounds, decode, envelope, values
from inbox.popsell.errors import Unexpected
from inbox.popsell.resources import Ambassador, Product, Unreadable
from inbox.text.isolates import plain
from tests.support.chatrooms import chatroom, lea, message, participant, person


def read_person(**changes: Any) -> Ambassador:
    found = decode.ambassador(person(555, **changes))
    assert found
    return found


def read_product(**attributes: Any) -> Product:
    found = decode.message(message(16, products=[{"id_product": 2, **attributes}]))
    assert found
    return found.products[0]


@pytest.mark.parametrize("field", ["firstname", "lastname", "username"])
def test_a_name_is_cut_where_it_gets_too_long(field: str) -> None:
    for sent, shown in [
        ("W" * 200, "W" * 200),
        ("W" * 201, "W" * 200 + "…"),
        ("W" * 199 + " " * 300 + "W", "W" * 199 + "…"),
        ("\ud83d" * 300, "?" * 200 + "…"),
        ("👩🏽\u200d🚀" * 100, "👩🏽\u200d🚀" * 50 + "…"),
    ]:
        told = getattr(read_person(**{field: sent}), field)
        assert told == shown
        told.encode()


@pytest.mark.parametrize(
    "sent",
    [
        "W" * 190 + " lea.moreau@example.com",
        "W" * 197 + " l@example.com",
        "W" * 198 + " l@example.com",
        "W" * 198 + "l@example.com",
        "W" * 190 + " l @ example.com",
        "W" * 190 + " l (at) example.com",
        "W" * 199 + "@example.com",
        "W" * 200 + "@example.com",
        "lea" * 300 + "@example.com",
        "W" * 198 + "l\x1f@example.com",
        "W" * 198 + "l\n" + "e" * 300 + "\n@example.com",
    ],
)
def test_an_address_within_which_a_name_is_cut_is_not_shown(sent: str) -> None:
    who = read_person(firstname=sent, lastname=None, username=sent)
    assert name(who) == first_name(who) == "Client 555"
    assert (handle(who), initials(who)) == ("", "–")


@given(st.text("la@. \n\x1f,", min_size=1, max_size=12), st.integers(185, 201))
@example("l\x1f@a", 150)
@example("@ aa,.", 196)
@example("@ aa.", 194)
@example("@ aa.", 195)
def test_of_an_address_at_the_cut_nothing_shows(words: str, before: int) -> None:
    """A cut name never shows part of an address, at any cut."""
    whole = "W" * before + " " + words + "x" * 200
    shown = name(read_person(firstname=whole, lastname=None)).removesuffix("…")
    begins = [found.start() for found in privacy.addresses(plain(whole))]
    assert shown == "Client 555" or plain(whole).startswith(shown)
    assert shown == "Client 555" or all(begin >= len(shown) for begin in begins)


def test_a_name_that_is_an_address_once_controls_are_left_out_is_not_shown() -> None:
    """They count as spaces where addresses are sought, and are not shown."""
    for odd in ("\n", "\t", "\x1f", "\x85"):
        who = read_person(
            firstname=f"lea{odd}@example.com", lastname=None, username=f"lea{odd}@b.c"
        )
        assert name(who) == first_name(who) == "Client 555"
        assert (handle(who), initials(who)) == ("", "–")


@pytest.mark.parametrize(
    ("field", "most"),
    [("email", 254), ("email_tmp", 254), ("customer_id", 255), ("image", 2048)],
)
def test_what_counts_as_a_whole_is_unknown_where_it_is_too_long(field: str, most: int) -> None:
    assert getattr(read_person(**{field: "a" * most}), field) == "a" * most
    assert getattr(read_person(**{field: "a" * (most + 1)}), field) is None


@pytest.mark.parametrize("field", ["email", "email_tmp", "customer_id"])
def test_two_that_are_too_long_are_not_the_same_person(field: str) -> None:
    """Compared by their beginnings they would be."""
    nothing: dict[str, Any] = {"email": None, "email_tmp": None, "customer_id": None}
    for length, candidates in [(200, 1), (300, 0)]:
        words = "a" * length
        room = decode.chatroom(
            chatroom(ambassadors=[participant(77, 8, **nothing | {field: words + "2"})])
        )
        asked = decode.ambassador(person(100, **nothing | {field: words + "2"}))
        assert room
        assert asked
        assert find_sides(room, asked).candidates == candidates


def test_a_product_keeps_its_name_and_loses_half_an_address() -> None:
    found = read_product(name="N" * 300, sku="S" * 300, url="https://a.example/" + "u" * 3000)
    assert (found.name, found.sku, found.url) == ("N" * 200 + "…", "S" * 200 + "…", None)
    found = read_product(
        url="https://a.example/", images=[{"content": "https://a.example/" + "i" * 3000}]
    )
    assert found.url == "https://a.example/"
    assert found.images[0].content is None


def test_a_long_code_stays_a_code_and_is_not_kept() -> None:
    assert values.unnamed("x" * 64) == "x" * 64
    assert values.unnamed("x" * 65) == "x" * 64 + "…"
    assert values.unnamed(" " * 5000) is None
    assert CodeName._meta.get_field("code").max_length == bounds.CODE


def test_texts_that_are_read_whole_stay_whole() -> None:
    long = "é" * 1_000_000
    found = decode.message(message(16, content=long, rating={"content": long}))
    assert found
    assert found.rating
    assert (found.content, found.rating.content) == (long, long)
    room = decode.chatroom(chatroom(last_rating={"comment": long}, last_summary={"summary": long}))
    assert room
    assert room.last_rating
    assert room.last_summary
    assert (room.last_rating.comment, room.last_summary.summary) == (long, long)


def test_a_refusal_tells_as_much_as_a_person_reads() -> None:
    fields = {f"field {n}": ["w" * 5000] * 100 for n in range(1000)}
    told = decode.invalid({"message": "m" * 5000, "errors": fields})
    assert told.message == "m" * 500 + "…"
    assert list(told.errors) == [f"field {n}" for n in range(20)]
    assert set(told.errors.values()) == {("w" * 500 + "…",) * 20}


def test_a_page_has_so_many_rows_and_no_more() -> None:
    assert len(envelope.page({"data": [0] * 200}, decode.chatroom).data) == 200
    assert envelope.page({"data": [0]}, decode.chatroom).data == (Unreadable(None),)
    with pytest.raises(Unexpected, match="201 items"):
        envelope.page({"data": [0] * 201}, decode.chatroom)
    links = [{"label": "1"}] * 1000
    assert len(envelope.page({"data": [], "links": links}, decode.chatroom).links) == 50


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ({}, 1),
        ([{}, {}], 2),
        ([0, "a", None], 3),
        ({"a": [0, {"b": [{}, 0]}], "c": 1}, 5),
        ([[[[]]]], 0),
        ("a", 0),
    ],
)
def test_objects_are_counted_wherever_they_are(value: object, count: int) -> None:
    envelope.check(value, count)
    if count:
        with pytest.raises(Unexpected):
            envelope.check(value, count - 1)


def test_the_contracts_objects_take_more_room_than_is_asked_of_them() -> None:
    assert lea(8)["chatroom_pivot_data"]
    for one in (chatroom(), lea(8), message(16)):
        size = len(str(one).replace(" ", ""))
        envelope.check(one, size // bounds.OBJECT)
