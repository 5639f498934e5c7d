"""The waiting list: whatever comes is read as a whole, or refused as a whole"""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.popsell import bounds, decode, values
from inbox.popsell.errors import Unexpected
from tests.popsell.test_decode_anything import is_sound
from tests.popsell.values import ANY_JSON, damaged
from tests.support.waiters import entry

LARGEST = 2**63 - 1


@given(damaged(entry()))
def test_an_entry_damaged_anywhere_is_an_entry_or_none(value: object) -> None:
    found = decode.waiting(value)
    if found is None:
        id_ = value.get("id_user") if isinstance(value, dict) else None
        assert values.identifier(id_) is None
        return
    is_sound({name: told for name, told in asdict(found).items() if name != "is_over"})
    for id_ in (found.user, found.ambassador, found.chatroom):
        assert id_ is None or 0 < id_ <= LARGEST


@given(ANY_JSON | st.lists(damaged(entry())))
def test_a_list_is_read_or_unexpected(value: object) -> None:
    try:
        found = decode.waiting_list(value)
    except Unexpected as failure:
        str(failure).encode()
        assert not isinstance(value, list)
        return
    assert isinstance(value, list)
    assert len(found) <= len(value)


@pytest.mark.parametrize("told", ["2026-11-20T12:00:00Z", "when?", 1, True])
@pytest.mark.parametrize("name", ["date_handled", "date_delete"])
def test_an_entry_is_over_by_a_date_that_nobody_can_read_too(name: str, told: Any) -> None:
    found = decode.waiting(entry(**{name: told}))
    assert found
    assert found.is_over


def test_an_endless_list_is_refused_and_not_cut() -> None:
    """Who is missing in it would count as gone."""
    with pytest.raises(Unexpected):
        decode.waiting_list([entry()] * (bounds.WAITING + 1))
    assert len(decode.waiting_list([entry()] * bounds.WAITING)) == bounds.WAITING


def test_those_that_are_over_may_be_many() -> None:
    over = entry(date_handled="2026-11-20T12:00:00Z")
    found = decode.waiting_list([over] * (bounds.WAITING + 1) + [entry()])
    assert sum(not one.is_over for one in found) == 1
