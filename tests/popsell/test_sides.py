"""Which participant stands for the ambassador, and what that side has not read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.chatrooms import sides
from inbox.popsell.resources import Ambassador, Chatroom, Message, Pivot

EMPTY = [None, "", "  "]
NUMBERS = st.sampled_from([*EMPTY, "C-1", " C-1", "C-2", "c-1"])
ADDRESSES = st.sampled_from([*EMPTY, "a@x.example", " A@X.example", "b@x.example", "ß@x.example"])
MESSAGE_IDS = st.integers(1, 20)


def people(ids: st.SearchStrategy[int]) -> st.SearchStrategy[Ambassador]:
    return st.builds(
        Ambassador,
        id=ids,
        customer_id=NUMBERS,
        email=ADDRESSES,
        email_tmp=ADDRESSES,
        chatroom_pivot_data=st.just(()),
    )


LEA = people(st.just(1))
OTHERS = people(st.integers(2, 9))
PARTICIPANTS = st.lists(OTHERS, max_size=5, unique_by=lambda person: person.id)
PIVOTS = st.builds(
    Pivot,
    id_chatroom=st.sampled_from([8, 9, None]),
    id_ambassador=st.sampled_from([1, 2, None]),
    last_read_message=st.none() | st.integers(0, 20),
    is_blocked=st.none() | st.booleans(),
    archived=st.none() | st.booleans(),
)


def message(id_: int | None, author: Ambassador | None = None) -> Message:
    return Message(id_, None, author, "Hello!", None, None)


def room(*ambassadors: Ambassador, last: Message | None = None) -> Chatroom:
    return Chatroom(8, ambassadors, None, None, None, None, None, None, None, None, last)


def pivot(last_read: int | None = None, chatroom: int | None = 8, person: int | None = 1) -> Pivot:
    return Pivot(chatroom, person, last_read, None, None)


def unread(found: Chatroom, ambassador: Ambassador) -> bool | None:
    return sides.is_unread(found, sides.find_sides(found, ambassador), ambassador)


def addresses(person: Ambassador) -> set[str]:
    return {text.strip().casefold() for text in (person.email, person.email_tmp) if text} - {""}


def number(person: Ambassador) -> str:
    return (person.customer_id or "").strip()


# Matching


@given(LEA, LEA, PARTICIPANTS, st.integers(0, 5))
def test_the_ambassadors_own_id_wins_over_everything(
    lea: Ambassador, seated: Ambassador, others: list[Ambassador], seat: int
) -> None:
    everybody = [*others[:seat], seated, *others[seat:]]
    found = sides.find_sides(room(*everybody), lea)
    assert (found.own, found.candidates) == (seated, 1)
    assert found.others == tuple(others)


@given(LEA, PARTICIPANTS, st.integers(0, 5), st.sampled_from(["C-1", " C-1 "]))
def test_a_customer_id_wins_over_an_address(
    lea: Ambassador, others: list[Ambassador], seat: int, same_number: str
) -> None:
    lea = replace(lea, customer_id="C-1")
    everybody = [*others[:seat], Ambassador(10, customer_id=same_number), *others[seat:]]
    same = [person for person in everybody if number(person) == "C-1"]
    found = sides.find_sides(room(*everybody), lea)
    assert found.candidates == len(same)
    assert found.own == (same[0] if len(same) == 1 else None)


@given(LEA, PARTICIPANTS)
def test_an_address_matches_where_no_customer_id_does(
    lea: Ambassador, others: list[Ambassador]
) -> None:
    others = [replace(person, customer_id=None) for person in others]
    same = [person for person in others if addresses(person) & addresses(lea)]
    found = sides.find_sides(room(*others), lea)
    assert found.candidates == len(same)
    assert found.own == (same[0] if len(same) == 1 else None)


@given(LEA, PARTICIPANTS)
def test_whoever_shares_nothing_is_never_the_own_side(
    lea: Ambassador, others: list[Ambassador]
) -> None:
    own = sides.find_sides(room(*others), lea).own
    assert own is None or number(own) == number(lea) != "" or addresses(own) & addresses(lea)


@given(LEA, PARTICIPANTS)
def test_nobody_is_lost_and_nobody_is_on_both_sides(
    lea: Ambassador, others: list[Ambassador]
) -> None:
    found = sides.find_sides(room(*others), lea)
    own = [found.own] if found.own else []
    assert sorted(person.id for person in [*own, *found.others]) == sorted(p.id for p in others)
    assert (found.own is not None) is (found.candidates == 1)
    assert found.own is not None or found.pivot is None


@given(LEA, PARTICIPANTS, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(
    lea: Ambassador, others: list[Ambassador], chance: st.DataObject
) -> None:
    shuffled = others.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = (sides.find_sides(room(*found), lea) for found in (others, shuffled))
    assert (one.own, one.candidates) == (two.own, two.candidates)


@pytest.mark.parametrize("empty", EMPTY)
def test_an_ambassador_without_number_or_address_matches_nobody(empty: str | None) -> None:
    blank = [Ambassador(n, customer_id=empty, email=empty, email_tmp=empty) for n in (1, 2)]
    assert sides.find_sides(room(blank[1]), blank[0]).candidates == 0


@pytest.mark.parametrize("other", ["c-100", "C-1000", "C 100"])
def test_customer_ids_are_the_same_to_the_letter(other: str) -> None:
    lea = Ambassador(1, customer_id="C-100")
    assert sides.find_sides(room(Ambassador(2, customer_id=other)), lea).candidates == 0


def test_a_lasting_and_a_temporary_address_match_each_other() -> None:
    lea = Ambassador(1, email="lea@example.com")
    assert sides.find_sides(room(Ambassador(2, email_tmp="LEA@example.com ")), lea).own


def test_the_same_person_listed_twice_is_one_candidate() -> None:
    twice = Ambassador(2, customer_id="C-1")
    found = sides.find_sides(room(twice, twice, Ambassador(3)), Ambassador(1, customer_id="C-1"))
    assert (found.own, found.candidates, found.others) == (twice, 1, (Ambassador(3),))


def test_an_empty_room_has_no_sides() -> None:
    assert sides.find_sides(room(), Ambassador(1)) == sides.Sides(None, (), 0, None)


# The pivot


@pytest.mark.parametrize(
    ("rows", "last_read"),
    [
        ((), "no pivot"),
        ((pivot(5),), 5),
        ((pivot(5, chatroom=9),), 5),
        ((pivot(5, chatroom=None, person=None),), 5),
        ((pivot(4, chatroom=9), pivot(5)), 5),
        ((pivot(4, person=2), pivot(5)), 5),
        ((pivot(4, chatroom=9), pivot(5, chatroom=7)), "no pivot"),
        ((pivot(5), pivot(6)), 5),
    ],
)
def test_the_pivot_is_the_row_of_both_ids_else_the_only_one(
    rows: tuple[Pivot, ...], last_read: object
) -> None:
    lea = Ambassador(1, chatroom_pivot_data=rows)
    found = sides.find_sides(room(lea), lea).pivot
    assert (found.last_read_message if found else "no pivot") == last_read


# Unread


@pytest.mark.parametrize(
    ("last_read", "last", "said"),
    [
        (15, message(16), True),
        (16, message(16), False),
        (17, message(16), False),
        (None, message(16), True),
        (0, message(16), True),
        (15, None, False),
        (15, message(None), None),
        (15, message(16, Ambassador(1)), False),
        (15, message(16, Ambassador(2)), True),
        (15, message(None, Ambassador(1)), False),
    ],
)
def test_unread_is_a_last_message_of_another_after_the_pointer(
    last_read: int | None, last: Message | None, *, said: bool | None
) -> None:
    lea = Ambassador(1, chatroom_pivot_data=(pivot(last_read),))
    assert unread(room(lea, Ambassador(2), last=last), lea) is said


def test_unread_is_not_known_without_an_own_side_or_its_pivot() -> None:
    lea = Ambassador(1)
    assert unread(room(Ambassador(2), last=message(16)), lea) is None
    assert unread(room(lea, last=message(16)), lea) is None
    twins = [Ambassador(n, customer_id="C", chatroom_pivot_data=(pivot(1),)) for n in (2, 3)]
    assert unread(room(*twins, last=message(16)), Ambassador(1, customer_id="C")) is None


def test_own_words_under_either_id_are_never_unread() -> None:
    lea = Ambassador(1, customer_id="C")
    guest = Ambassador(2, customer_id="C", chatroom_pivot_data=(pivot(1, person=2),))
    for author, said in ((lea, False), (guest, False), (Ambassador(3), True), (None, True)):
        assert unread(room(guest, Ambassador(3), last=message(16, author)), lea) is said


def test_the_pointer_of_another_person_says_nothing() -> None:
    lea = Ambassador(1, chatroom_pivot_data=(pivot(3),))
    sofia = Ambassador(2, chatroom_pivot_data=(pivot(16, person=2),))
    assert unread(room(sofia, lea, last=message(16, sofia)), lea) is True


# After reading


READ = st.builds(
    lambda rows, last, others: room(Ambassador(1, chatroom_pivot_data=rows), *others, last=last),
    st.lists(PIVOTS, max_size=3).map(tuple),
    st.none() | st.builds(message, st.none() | MESSAGE_IDS),
    PARTICIPANTS,
)


@given(READ, MESSAGE_IDS)
def test_reading_moves_the_pointer_forward_only(before: Chatroom, answered: int) -> None:
    lea = Ambassador(1)
    shown = sides.find_sides(before, lea)
    after = sides.after_reading(before, shown, message(answered))
    pointer = sides.find_sides(after, lea).pivot
    assert pointer
    known = shown.pivot.last_read_message if shown.pivot else None
    assert pointer.last_read_message == max(answered, known or 0)


@given(READ, MESSAGE_IDS)
def test_reading_keeps_a_later_message_and_leaves_it_unread(
    before: Chatroom, answered: int
) -> None:
    lea = Ambassador(1)
    shown = sides.find_sides(before, lea)
    after = sides.after_reading(before, shown, message(answered))
    last = before.last_message
    if last is not None and last.id is not None and last.id > answered:
        assert after.last_message == last
        assert unread(after, lea) is unread(before, lea) or shown.pivot is None
    else:
        assert after.last_message == message(answered)
        assert unread(after, lea) is False


@given(READ, MESSAGE_IDS)
def test_reading_changes_nothing_else(before: Chatroom, answered: int) -> None:
    lea = Ambassador(1)
    shown = sides.find_sides(before, lea)
    after = sides.after_reading(before, shown, message(answered))
    assert sides.find_sides(after, lea).others == shown.others
    assert replace(after, ambassadors=(), last_message=None) == replace(
        before, ambassadors=(), last_message=None
    )
    pointer = sides.find_sides(after, lea).pivot
    assert pointer
    if shown.pivot:
        assert replace(pointer, last_read_message=None) == replace(
            shown.pivot, last_read_message=None
        )


@given(READ, MESSAGE_IDS)
def test_reading_twice_is_reading_once(before: Chatroom, answered: int) -> None:
    lea = Ambassador(1)
    once = sides.after_reading(before, sides.find_sides(before, lea), message(answered))
    assert sides.after_reading(once, sides.find_sides(once, lea), message(answered)) == once


def test_a_message_that_came_meanwhile_is_shown_and_read() -> None:
    lea = Ambassador(1, chatroom_pivot_data=(pivot(3),))
    before = room(lea, last=message(16))
    after = sides.after_reading(before, sides.find_sides(before, lea), message(17))
    assert after.last_message == message(17)
    assert unread(after, lea) is False


def test_without_an_own_side_or_a_message_id_reading_changes_nothing() -> None:
    before = room(Ambassador(2), last=message(16))
    assert (
        sides.after_reading(before, sides.find_sides(before, Ambassador(1)), message(16)) == before
    )
    lea = Ambassador(1, chatroom_pivot_data=(pivot(3),))
    before = room(lea, last=message(16))
    assert sides.after_reading(before, sides.find_sides(before, lea), message(None)) == before
