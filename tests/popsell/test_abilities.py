"""What the API allows an index, told from a few pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inbox.popsell import client, decode
from inbox.popsell.abilities import Abilities, Answer, find, heeds_before, heeds_per_page
from inbox.popsell.errors import Invalid, Unexpected, Unreachable
from inbox.popsell.filters import ChatroomFilters
from inbox.popsell.resources import Chatroom, Page
from tests.support.upstream import Upstream
from tests.support.upstream import page as page_of

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OUTAGE = Unreachable("the connection was dropped")
REFUSAL = Invalid("not accepted", "", {})


def rooms(count: int, **envelope: Any) -> Page[Chatroom]:
    return dated({number: NOON - number * MINUTE for number in range(1, count + 1)}, **envelope)


def dated(dates: dict[int, datetime | None], **envelope: Any) -> Page[Chatroom]:
    items = [
        {"id_chatroom": number, "last_message_date": date and date.isoformat()}
        for number, date in dates.items()
    ]
    return decode.chatrooms({**page_of(*items, **envelope), "data": items})


# per_page


@pytest.mark.parametrize(
    ("few", "many", "answer"),
    [
        (rooms(5, per_page=5), rooms(100, per_page=100), "yes"),
        (rooms(5), rooms(100), "yes"),
        (rooms(5, per_page="5"), rooms(50, per_page=50, total=130), "yes"),  # a maximum
        (rooms(5, per_page=5), rooms(6, per_page=100), "yes"),
        (rooms(25, per_page=25), rooms(25, per_page=25), "no"),
        (rooms(25, per_page=5), rooms(25, per_page=100), "no"),
        (rooms(5, per_page=25), rooms(25, per_page=25), "no"),
        (rooms(5, per_page=5), rooms(5, per_page=5, total=130), "no"),
        (rooms(5, per_page=5), rooms(5, per_page=100), "unknown"),
        (rooms(0, per_page=5), rooms(0, per_page=100), "unknown"),
        (rooms(2, per_page=25), rooms(2, per_page=25), "unknown"),
        (OUTAGE, rooms(100, per_page=100), "unknown"),
        (rooms(5, per_page=5), OUTAGE, "unknown"),
        (REFUSAL, rooms(25), "no"),
        (rooms(5, per_page=5), REFUSAL, "no"),
        (Unexpected("status 400", remote_status=400), rooms(25), "no"),
        (Unexpected("status 500", remote_status=500), rooms(25), "unknown"),
    ],
)
def test_per_page_is_told_from_two_sizes(few: Any, many: Any, answer: str) -> None:
    assert heeds_per_page(few, many).answer == answer


# The filter by date


LIMIT = NOON - 3 * MINUTE
PLAIN = rooms(5)


@pytest.mark.parametrize(
    ("older", "answer"),
    [
        ([4, 5], "yes"),
        ([4, 5, 6, 7], "yes"),
        ([3, 4, 5], "yes"),  # the moment itself, where before means until
        ([1, 2, 3, 4, 5], "no"),
        ([2, 4, 5], "no"),
        ([5], "no"),  # as in a time zone that lies behind
        ([], "no"),
    ],
)
def test_what_is_older_must_come_and_nothing_else(older: list[int], answer: str) -> None:
    came = dated({number: NOON - number * MINUTE for number in older})
    assert heeds_before(PLAIN, came, LIMIT).answer == answer


def test_an_ignored_date_is_noticed_where_nothing_is_newer() -> None:
    plain = dated({1: LIMIT, 2: LIMIT - MINUTE})
    assert heeds_before(plain, plain, LIMIT).answer is Answer.NO


def test_what_has_no_date_does_not_count() -> None:
    came = dated({4: NOON - 4 * MINUTE, 9: None, 5: NOON - 5 * MINUTE})
    assert heeds_before(PLAIN, came, LIMIT).answer is Answer.YES


@pytest.mark.parametrize(("failure", "answer"), [(OUTAGE, "unknown"), (REFUSAL, "no")])
def test_a_failure_is_no_answer_and_a_refusal_is_one(failure: Any, answer: str) -> None:
    assert heeds_before(PLAIN, failure, LIMIT).answer == answer


# All of it, against the sandbox


@pytest.mark.parametrize("hours", [-5, -1, 1, 9])
def test_a_date_that_is_read_in_another_zone_is_noticed(
    api: Upstream, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """As an API would that takes what is sent in UTC for its own time."""
    asked = client.chatrooms

    def shifted(*args: Any, **kwargs: Any) -> Page[Chatroom]:
        filters = kwargs["filters"]
        if filters.last_action_date_before:
            moved = filters.last_action_date_before + timedelta(hours=hours)
            kwargs["filters"] = ChatroomFilters(last_action_date_before=moved)
        return asked(*args, **kwargs)

    monkeypatch.setattr(client, "chatrooms", shifted)
    assert find(3).before.answer is Answer.NO


@pytest.mark.parametrize("refusal", [REFUSAL, Unexpected("status 400", remote_status=400)])
def test_where_per_page_is_refused_the_rest_is_found_without_it(
    api: Upstream, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    refuses_per_page(monkeypatch, "chatrooms", refusal)
    refuses_per_page(monkeypatch, "manager_chatrooms", refusal)
    found = find(3)
    assert (found.per_page.answer, found.before.answer) == (Answer.NO, Answer.YES)
    assert found.archived.answer is Answer.YES
    assert (found.has_doorbell, found.manager_per_page.answer) == (True, Answer.NO)
    assert len(api.sent) <= 10


def refuses_per_page(monkeypatch: pytest.MonkeyPatch, name: str, refusal: Exception) -> None:
    asked: Callable[..., Page[Chatroom]] = getattr(client, name)

    def refusing(*args: Any, **kwargs: Any) -> Page[Chatroom]:
        if kwargs.get("per_page") is not None:
            raise refusal
        return asked(*args, **kwargs)

    monkeypatch.setattr(client, name, refusing)


def test_known_ambassadors_spare_the_directory(api: Upstream) -> None:
    assert find(3, known=range(100, 112)).own_brand.answer is Answer.YES
    assert find(3, known=[100]).own_brand.answer is Answer.NO
    directories = [call for call in api.sent if call.path.endswith("/chat/ambassadors")]
    assert len(directories) == 2  # for an inbox to look into


def test_it_is_a_doorbell_where_it_is_allowed_and_of_this_brand(api: Upstream) -> None:
    assert find(3).has_doorbell
    assert not find(3, known=[100]).has_doorbell
    api.forbid("manager chatrooms")
    assert not find(3).has_doorbell


def test_when_popsell_is_away_nothing_is_known_after_few_calls(api: Upstream) -> None:
    api.drop("GET")
    found = find(3)
    assert all_of(found) == {Answer.UNKNOWN}
    assert len(api.sent) <= 2 * 3  # calls, and tries of each


def all_of(found: Abilities) -> set[Answer]:
    return {one.answer for one in vars(found).values()}
