"""All messages of a conversation, from the newest to the oldest, a part in each request"""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from pytest_django import Settings

from inbox import context
from inbox.chatrooms import walking
from inbox.chatrooms.walking import Part, Place, place_in, walk
from inbox.models import Membership
from inbox.popsell.errors import OverBudget, PopsellError
from tests.support.chatrooms import Json, message
from tests.support.upstream import Upstream

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _asked(moderator: Membership) -> Iterator[None]:
    """In a request, which counts its calls."""
    with context.started("walk") as request:
        request.person = moderator.user.pk
        yield


@pytest.fixture
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has time for one page."""
    monkeypatch.setattr(walking, "monotonic", lambda: math.inf)


def one(number: int) -> Json:
    return message(number, date_insert=(BEGAN + timedelta(minutes=number)).isoformat())


def talk_of(count: int) -> list[Any]:
    """Messages from 1 to `count`, newest first."""
    return [one(number) for number in range(count, 0, -1)]


def ids(part: Part) -> list[int | None]:
    return [item.id for item in part.items]


def asked(api: Upstream) -> list[int]:
    return [int(dict(parse_qsl(call.query))["page"]) for call in api.calls("GET")]


def to_the_end(member: Membership, between: Callable[[], None] = lambda: None) -> Iterator[Part]:
    """Part after part, as a page goes on. `between`: what happens at Popsell after each."""
    part = walk(member, 8, Place())
    yield part
    while part.runs:
        between()
        part = walk(member, 8, part.place)
        yield part


def given(parts: Iterable[Part]) -> list[int | None]:
    """All that the parts hold, each above the one before it."""
    return [id_ for part in reversed(list(parts)) for id_ in ids(part)]


def test_all_is_read_and_stands_in_order(api: Upstream, moderator: Membership) -> None:
    api.said(talk_of(60))
    part = walk(moderator, 8, Place())
    assert ids(part) == list(range(1, 61))
    assert asked(api) == [1, 2, 3]
    assert part.is_done
    assert part.is_first
    assert (part.place.pages_read, part.place.last) == (3, 3)


def test_a_conversation_without_messages_is_all_read(api: Upstream, moderator: Membership) -> None:
    api.said([])
    part = walk(moderator, 8, Place())
    assert part.is_done
    assert part.items == ()


@pytest.mark.usefixtures("page_by_page")
def test_a_part_carries_where_the_next_goes_on(api: Upstream, moderator: Membership) -> None:
    api.said(talk_of(60))
    first, second, third = to_the_end(moderator)
    assert [ids(part)[0] for part in (first, second, third)] == [36, 11, 1]
    assert first.place.fields == {"at": 2, "of": 3, "below": 36}
    assert [part.is_done for part in (first, second, third)] == [False, False, True]
    assert [part.is_first for part in (first, second, third)] == [True, False, False]
    assert [part.place.pages_read for part in (first, second, third)] == [1, 2, 3]


@pytest.mark.usefixtures("page_by_page")
@pytest.mark.parametrize("many", [1, 7, 25, 30])
@pytest.mark.parametrize("in_order", [True, False], ids=["newest first", "sort ignored"])
def test_what_is_written_meanwhile_costs_and_doubles_nothing(
    api: Upstream, moderator: Membership, many: int, in_order: bool
) -> None:
    """New messages move what is older, by whole pages too, also where Popsell ignores the sort."""
    count = 100

    def arrange() -> None:
        pages.rooms = talk_of(count) if in_order else talk_of(count)[::-1]

    def write() -> None:
        nonlocal count
        count += many if count < 190 else 0
        arrange()

    pages = api.said([])
    arrange()
    found = given(to_the_end(moderator, write))
    assert found == list(range(1, 101))
    assert len(asked(api)) > 4


@pytest.mark.usefixtures("page_by_page")
def test_what_is_deleted_meanwhile_ends_no_walk(api: Upstream, moderator: Membership) -> None:
    pages = api.said(talk_of(200))

    def delete() -> None:
        pages.rooms = talk_of(200)[:60]

    assert given(to_the_end(moderator, delete)) == list(range(141, 201))


def test_what_can_not_be_read_is_given_in_its_place(api: Upstream, moderator: Membership) -> None:
    said = talk_of(60)
    said[40] = None
    api.said(said)
    part = walk(moderator, 8, Place())
    assert len(part.items) == 60
    assert part.unreadable == 1
    assert ids(part)[19] is None


@pytest.mark.usefixtures("page_by_page")
def test_a_failure_keeps_the_place(api: Upstream, moderator: Membership) -> None:
    pages = api.said(talk_of(100))
    pages.broken.add(3)
    *before, failed = to_the_end(moderator)
    assert [ids(part)[0] for part in before] == [76, 51]
    assert isinstance(failed.failure, PopsellError)
    assert (ids(failed), failed.place) == ([], before[-1].place)
    assert not failed.runs
    pages.broken.clear()
    assert ids(walk(moderator, 8, failed.place)) == list(range(26, 51))


def test_a_failure_in_a_part_keeps_what_came_before_it(
    api: Upstream, moderator: Membership
) -> None:
    api.said(talk_of(100)).broken.add(3)
    part = walk(moderator, 8, Place())
    assert ids(part) == list(range(51, 101))
    assert part.failure
    assert part.place == Place(at=3, last=4, below=51)


def test_a_page_as_it_was_kept_is_none_of_the_walk(api: Upstream, moderator: Membership) -> None:
    """New messages may have moved it: what it then lacks would be missing without a word."""
    pages = api.said(talk_of(100))
    walk(moderator, 8, Place())
    pages.broken.add(3)
    part = walk(moderator, 8, Place())
    assert ids(part) == list(range(51, 101))
    assert part.failure


def test_calls_that_are_used_up_are_a_pause(
    api: Upstream, moderator: Membership, settings: Settings
) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = 4  # three of them for what pages load by themselves
    api.said(talk_of(200))
    part = walk(moderator, 8, Place())
    assert ids(part) == list(range(126, 201))
    assert isinstance(part.pause, OverBudget)
    assert part.runs


def test_a_request_reads_for_half_of_its_time(
    api: Upstream, moderator: Membership, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.POPSELL_DEADLINE = 24
    api.said(talk_of(1000))
    begun = context.current().started
    monkeypatch.setattr(walking, "monotonic", lambda: begun + 5 * len(asked(api)))
    walk(moderator, 8, Place())
    assert asked(api) == [1, 2, 3]


def test_a_popsell_that_does_not_turn_the_page_is_told(
    api: Upstream, moderator: Membership
) -> None:
    api.answer("GET", body={"data": talk_of(25), "current_page": 1, "last_page": 3})
    part = walk(moderator, 8, Place())
    assert part.stuck
    assert not part.runs
    assert ids(part) == list(range(1, 26))
    assert len(asked(api)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        "at=0",
        "at=-4&of=x&below=x",
        f"at={10**30}&of={10**30}&below=1{'0' * 30}",
        "at=%D9%A3&of=%00&below=%D9%A3",
        "at=3&of=1&below=0",
    ],
)
def test_an_address_may_hold_anything(api: Upstream, moderator: Membership, query: str) -> None:
    api.said(talk_of(60))
    part = walk(moderator, 8, place_in(QueryDict(query)))
    assert part.is_done
    assert len(asked(api)) < 4
