"""Up to where the team says that no answer is needed, and what the index makes of it"""

from collections.abc import Iterator
from typing import Any

import pytest

from inbox.chatrooms import settling
from inbox.chatrooms.tokens import Target
from inbox.models import IndexedChatroom, Membership, NoAnswerNeeded
from tests.support.indexed import (
    HOUR,
    MINUTE,
    NOON,
    ago,
    clock,
    keep,
    listed,
    of_lea,
    of_sofia,
    room,
    row,
    said,
)


@pytest.fixture(autouse=True)
def _indexed(moderator: Membership) -> Iterator[None]:
    """Sofia has been waiting for two hours by message 16, exactly: Léa's answer was message 15."""
    keep()
    with clock(NOON):
        listed(room(of_sofia(16, 120)), at=ago(118))
        said(of_lea(15, 180), of_sofia(16, 120), at=ago(118))
        assert wait() == (ago(120), False, 30)
        yield


def wait(made: IndexedChatroom | None = None) -> tuple[Any, bool, int | None]:
    """Since when somebody waits, whether it may be longer, and the rank."""
    found = made or row()
    return found.waiting_since, found.waits_longer, found.rank


def settle(member: Membership, upto: int = 16) -> NoAnswerNeeded:
    return settling.settle(member, Target(3, 100, 8, 100, upto))


def take_back(member: Membership, word: NoAnswerNeeded) -> None:
    assert settling.take_back(member, Target(3, 100, 8, 100, word.message), word)


def test_it_ends_the_wait_and_taken_back_it_is_as_it_was(moderator: Membership) -> None:
    before = vars(row())
    word = settle(moderator)
    assert (row().rank, row().is_waiting, row().changes_at) == (None, False, None)
    take_back(moderator, word)
    assert {**vars(row()), "_state": None} == {**before, "_state": None}


def test_reading_the_same_again_does_not_bring_it_back(moderator: Membership) -> None:
    word = settle(moderator)
    listed(room(of_sofia(16, 120)), at=NOON)
    said(of_lea(15, 180), of_sofia(16, 120), at=NOON)
    assert row().rank is None
    take_back(moderator, word)
    assert wait() == (ago(120), False, 30)


def test_newer_words_are_a_new_wait(moderator: Membership) -> None:
    word = settle(moderator)
    listed(room(of_sofia(16, 120)), at=NOON - MINUTE)
    listed(room(of_sofia(17, 0)), at=NOON)
    assert (row().waiting_since, row().waits_longer) == (NOON, False)
    with clock(NOON + HOUR):
        listed(room(of_sofia(17, 0)), at=NOON + HOUR)
        assert wait() == (NOON, False, 30)
        take_back(moderator, word)
        assert wait() == (NOON, True, 30)  # the older wait is not known any more
        said(of_lea(15, 180), of_sofia(16, 120), of_sofia(17, 0), at=NOON + HOUR)
        assert wait() == (ago(120), False, 30)


def test_the_messages_tell_where_the_new_wait_begins(moderator: Membership) -> None:
    settle(moderator)
    listed(room(of_sofia(18, 70)), at=NOON)
    assert row().waits_longer
    told = of_lea(15, 180), of_sofia(16, 120), of_sofia(17, 80), of_sofia(18, 70)
    said(*told, at=NOON)
    assert wait() == (ago(80), False, 30)
    said(*told[1:], at=NOON + MINUTE, last_page=2)  # without the answer before
    assert wait() == (ago(80), False, 30)


@pytest.mark.parametrize(("by", "kind"), [(of_lea, 2), (of_sofia, 2), (of_lea, 8)])
def test_what_is_no_question_leaves_it_ended(moderator: Membership, by: Any, kind: int) -> None:
    settle(moderator)
    told = by(17, 90, type_message=kind)
    listed(room(told), at=NOON)
    assert row().rank is None
    said(of_lea(15, 180), of_sofia(16, 120), told, at=NOON)
    assert row().rank is None


def test_an_answer_and_new_words_are_a_wait_of_its_own(moderator: Membership) -> None:
    settle(moderator)
    listed(room(of_lea(17, 100)), at=NOON)
    assert (row().waiting_since, row().waiting_message) == (None, None)
    listed(room(of_sofia(18, 90)), at=NOON + MINUTE)
    assert wait()[0] == ago(90)
    assert row().rank == 30


def test_words_that_came_before_it_was_said_wait_all_the_same(moderator: Membership) -> None:
    """The member's page was older than the index."""
    listed(room(of_sofia(17, 90)), at=NOON)
    settle(moderator, 16)
    assert wait() == (ago(90), True, 30)


def test_words_that_the_index_meets_later_are_covered(moderator: Membership) -> None:
    """The member's page was newer than the index."""
    settle(moderator, 17)
    listed(room(of_sofia(17, 90)), at=NOON)
    assert row().rank is None


def test_a_row_that_is_made_anew_heeds_it(moderator: Membership) -> None:
    settle(moderator)
    IndexedChatroom.objects.all().delete()
    listed(room(of_sofia(16, 120)), at=NOON)
    assert row().rank is None
    assert row().settled_message == 16
    IndexedChatroom.objects.all().delete()
    listed(room(of_sofia(17, 90)), at=NOON)
    assert wait() == (ago(90), True, 30)


def test_the_newest_that_holds_counts(moderator: Membership) -> None:
    settle(moderator)
    listed(room(of_sofia(17, 90)), at=NOON)
    word = settle(moderator, 17)
    assert row().rank is None
    take_back(moderator, word)
    assert row().settled_message == 16
    assert wait()[0] == ago(90)
    assert row().rank == 30


def test_a_row_from_before_this_release_ends_by_its_last_message(moderator: Membership) -> None:
    IndexedChatroom.objects.update(waiting_message=None)
    settle(moderator)
    assert row().rank is None
