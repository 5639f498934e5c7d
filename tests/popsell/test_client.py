"""The client against the sandbox over real HTTP: what is asked, and what comes of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

import pytest

from inbox.popsell import client
from inbox.popsell.codes import Commented, Flag, Status, TypeChatroom, TypeMessage
from inbox.popsell.errors import Forbidden, Invalid, NotFound, Unexpected
from inbox.popsell.filters import ALL, ChatroomFilters
from inbox.popsell.order import is_oldest_first
from inbox.popsell.resources import Chatroom, Confirmation, LastSummary, Message, Page
from tests.support.chatrooms import message
from tests.support.upstream import Upstream, page

LONG = 30670
"""Léa's longest, of 2,000 messages."""


def asked(api: Upstream) -> dict[str, str]:
    """The query of the last request, without what each list is asked."""
    query = dict(parse_qsl(api.sent[-1].query, keep_blank_values=True))
    return {name: value for name, value in query.items() if name not in ("page", "sort")}


def ids(page: Page[Any]) -> list[int]:
    found: list[Any] = [one.id for one in page.data]
    return found


# Filters


def test_filters_that_are_not_set_send_nothing(api: Upstream) -> None:
    client.chatrooms(3, 100)
    client.chatrooms(3, 100, filters=ChatroomFilters())
    assert {call.query for call in api.sent} == {"page=1&sort=-last_action_date"}


@pytest.mark.parametrize(
    ("filters", "sent"),
    [
        (ChatroomFilters(archived=True), {"filter[archived]": "1"}),
        (ChatroomFilters(archived=False), {"filter[archived]": "0"}),
        (ChatroomFilters(flag=Flag.TO_DO), {"filter[flag]": "1"}),
        (ChatroomFilters(flag=Flag.DONE), {"filter[flag]": "2"}),
        (
            ChatroomFilters(commented=Commented.NOT_COMMENTED),
            {"filter[commented]": "not_commented"},
        ),
        (ChatroomFilters(type_chatroom=TypeChatroom.ONE_TO_ONE), {"filter[type_chatroom]": "0"}),
        (ChatroomFilters(type_chatroom=TypeChatroom.ONE_TO_MANY), {"filter[type_chatroom]": "7"}),
        (
            ChatroomFilters(
                last_action_date_before=datetime(
                    2026, 3, 10, 13, 30, 5, 999, tzinfo=timezone(timedelta(hours=1))
                )
            ),
            {"filter[last_action_date_before]": "2026-03-10 12:30:05"},
        ),
        (
            ChatroomFilters(archived=False, flag=Flag.DONE),
            {"filter[archived]": "0", "filter[flag]": "2"},
        ),
    ],
)
def test_filters_that_are_set_are_sent(
    api: Upstream, filters: ChatroomFilters, sent: dict[str, str]
) -> None:
    api.listing()
    client.chatrooms(3, 100, filters=filters)
    assert asked(api) == sent


def test_filters_can_be_keys() -> None:
    known = {ChatroomFilters(flag=Flag.TO_DO): "to do", ALL: "all"}
    assert known[ChatroomFilters(flag=Flag.TO_DO)] == "to do"
    assert known[ChatroomFilters()] == "all"
    assert ChatroomFilters(archived=False) not in known


def test_filters_narrow_the_list_down(api: Upstream) -> None:
    whole = client.chatrooms(3, 100).total
    assert whole
    parts = [client.chatrooms(3, 100, filters=ChatroomFilters(archived=it)) for it in (True, False)]
    assert sum(part.total or 0 for part in parts) == whole
    many = client.chatrooms(3, 101, filters=ChatroomFilters(type_chatroom=TypeChatroom.ONE_TO_MANY))
    assert many.data
    for room in many.data:
        assert isinstance(room, Chatroom)
        assert room.type_chatroom is TypeChatroom.ONE_TO_MANY
    long_ago = datetime.now(UTC) - timedelta(days=1)
    older = client.chatrooms(3, 100, filters=ChatroomFilters(last_action_date_before=long_ago))
    assert 0 < (older.total or 0) < whole
    for room in older.data:
        assert isinstance(room, Chatroom)
        assert room.last_message
        assert room.last_message.date_insert
        assert room.last_message.date_insert < long_ago


def test_the_oldest_come_first_when_asked(api: Upstream) -> None:
    newest = client.chatrooms(3, 102, page=2)
    oldest = client.chatrooms(3, 102, sort=client.OLDEST_FIRST)
    assert ids(oldest)[: len(newest.data)] == ids(newest)[::-1]


def test_per_page_is_sent_only_where_it_is_asked_for(api: Upstream) -> None:
    client.chatrooms(3, 100)
    assert asked(api) == {}
    assert len(client.chatrooms(3, 100, per_page=50).data) == 25  # as no page documents it
    assert asked(api) == {"per_page": "50"}
    api.heed_per_page()
    page = client.chatrooms(3, 100, per_page=50)
    assert (page.per_page, len(page.data)) == (50, 50)


def test_ambassadors_are_listed_by_role_and_last_action(api: Upstream) -> None:
    found = client.ambassadors(3, status=[Status.EXPERT, Status.SELLER], sort=client.NEWEST_FIRST)
    assert asked(api) == {"filter[status]": "3,6"}
    assert {100, 101} <= set(ids(found)) < set(ids(client.ambassadors(3)))
    assert asked(api) == {}


# The chatrooms of the brand


def test_the_brands_chatrooms_come_newest_first(api: Upstream) -> None:
    page = client.manager_chatrooms(3)
    assert api.sent[-1].path == "/api/v2/manager/chatrooms"
    assert api.sent[-1].query == "page=1&sort=-last_message_date"
    assert api.sent[-1].headers["X-Popsell-Brand"] == "3"
    rooms = [one for one in page.data if isinstance(one, Chatroom)]
    assert len(rooms) == len(page.data) == page.per_page == 25
    dates = [one.last_message_date for one in rooms if one.last_message_date]
    assert dates == sorted(dates, reverse=True)
    assert len({one.id for room in rooms for one in room.ambassadors} & {*range(100, 112)}) > 1
    rest = client.manager_chatrooms(3, page=2, per_page=100, sort="id_chatroom")
    assert (rest.current_page, rest.per_page, len(rest.data)) == (2, 100, 100)
    assert ids(rest) == sorted(ids(rest))


def test_what_the_brands_list_lacks_is_unknown(api: Upstream) -> None:
    for room in client.manager_chatrooms(3, per_page=100).data:
        assert isinstance(room, Chatroom)
        assert (room.last_message, room.last_summary) == (None, None)
        assert not any(one.chatroom_pivot_data for one in room.ambassadors)


def test_a_summary_of_the_brands_list_is_read_where_it_comes(api: Upstream) -> None:
    summary = {"summary": "Asks for a gift.", "anomaly": 2, "topic": 7}
    api.answer("GET", body=page({"id_chatroom": 8, "last_summary": summary}), path="/manager")
    (room,) = client.manager_chatrooms(3).data
    assert isinstance(room, Chatroom)
    assert room.last_summary == LastSummary(None, "Asks for a gift.", 2, 7)


# A chatroom and its messages


def test_a_chatroom_comes_without_its_last_message(api: Upstream) -> None:
    row = next(one for one in client.chatrooms(3, 100).data if one.id == LONG)
    found = client.chatroom(3, LONG)
    assert isinstance(row, Chatroom)
    assert found.last_message is None
    assert (found.last_summary, found.last_rating) == (row.last_summary, row.last_rating)
    assert [one.id for one in found.ambassadors] == [one.id for one in row.ambassadors]
    assert any(one.chatroom_pivot_data for one in found.ambassadors)


def test_messages_come_newest_first(api: Upstream) -> None:
    row = next(one for one in client.chatrooms(3, 100).data if one.id == LONG)
    page = client.messages(3, LONG)
    assert isinstance(row, Chatroom)
    assert page.data[0] == row.last_message
    assert (page.total, page.last_page) == (2000, 80)
    assert not is_oldest_first(page)
    assert ids(page) == sorted(ids(page), reverse=True)


def test_where_the_sort_is_ignored_the_order_shows_it_and_the_last_page_has_the_newest(
    api: Upstream,
) -> None:
    newest = client.messages(3, LONG)
    api.ignore_sort("messages")
    page = client.messages(3, LONG)
    assert is_oldest_first(page)
    last = client.messages(3, LONG, page=page.last_page)
    assert ids(last) == ids(newest)[::-1]


def test_every_type_is_told_with_what_it_carries(api: Upstream) -> None:
    said = [
        one
        for number in range(1, 81)
        for one in client.messages(3, LONG, page=number).data
        if isinstance(one, Message)
    ]
    assert {one.type_message for one in said} == set(TypeMessage)
    assert all(one.rating for one in said if one.type_message is TypeMessage.RATING)
    products = [one.products for one in said if one.type_message is TypeMessage.PRODUCT]
    assert products
    assert all(one.name for (one,) in products)
    assert {bool(one.images) for (one,) in products} == {True, False}


@pytest.mark.parametrize(
    ("data", "oldest_first"),
    [
        ([], False),
        ([message(16)], False),
        ([None, {}], False),
        ([message(16), message(17)], True),  # of one moment: the ids tell
        ([message(17), message(16)], False),
        ([message(16, date_insert="2026-01-01T00:00:00Z"), message(15)], True),
        ([message(16), message(17, date_insert="2026-01-01T00:00:00Z")], False),
        ([message(16, date_insert=None), message(17, date_insert="x")], True),
        ([message(16, date_insert=None), None, message(15, date_insert=None)], False),
    ],
)
def test_the_order_is_told_by_dates_else_by_ids(
    api: Upstream, data: list[object], *, oldest_first: bool
) -> None:
    api.answer("GET", body=page(*data))
    assert is_oldest_first(client.messages(3, 8)) is oldest_first


# Acts


def test_acts_send_what_is_documented(api: Upstream) -> None:
    said = [
        client.archive(3, LONG, 100, archive=True),
        client.block(3, LONG, 100, is_blocked=False),
        client.flag(3, LONG, 100, flag=Flag.TO_DO),
        client.flag(3, LONG, 100, flag=None),
    ]
    prefix = f"/api/v2/chat/chatrooms/{LONG}/ambassadors/100"
    assert [(call.method, call.path, json.loads(call.body)) for call in api.sent] == [
        ("PATCH", f"{prefix}/archive", {"archive": True}),
        ("PATCH", f"{prefix}/block", {"is_blocked": False}),
        ("PATCH", f"{prefix}/flag", {"flag": 1}),
        ("PATCH", f"{prefix}/flag", {"flag": None}),
    ]
    assert {call.headers["Content-Type"] for call in api.sent} == {"application/json"}
    assert said == [
        Confirmation("Chatroom archived successfully"),
        Confirmation(f"chatroom {LONG} unblocked successfully for ambassador 100"),
        Confirmation("Chatroom flagged successfully"),
        Confirmation(None),
    ]


def test_what_was_done_shows_when_it_is_read_again(api: Upstream) -> None:
    client.archive(3, LONG, 100, archive=True)
    client.block(3, LONG, 100, is_blocked=True)
    found = next(one for one in client.chatroom(3, LONG).ambassadors if one.id == 100)
    (pivot,) = found.chatroom_pivot_data
    assert (pivot.archived, pivot.is_blocked) == (True, True)
    client.archive(3, LONG, 100, archive=False)
    assert LONG not in ids(client.chatrooms(3, 100, filters=ChatroomFilters(archived=True)))


def test_a_flag_shows_through_the_filter_only(api: Upstream) -> None:
    before = client.chatroom(3, LONG)
    for flag in Flag:
        client.flag(3, LONG, 100, flag=flag)
        assert client.chatroom(3, LONG) == before
        for one in Flag:
            found = ids(client.chatrooms(3, 100, filters=ChatroomFilters(flag=one)))
            assert (LONG in found) is (one is flag)


CALLS: dict[str, Callable[[], object]] = {
    "manager chatrooms": lambda: client.manager_chatrooms(3),
    "waiting list": lambda: client.waiting_list(3),
    "chatroom": lambda: client.chatroom(3, LONG),
    "messages": lambda: client.messages(3, LONG),
    "archive": lambda: client.archive(3, LONG, 100, archive=True),
    "block": lambda: client.block(3, LONG, 100, is_blocked=True),
    "flag": lambda: client.flag(3, LONG, 100, flag=None),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_right_that_the_token_lacks_costs_that_operation_only(api: Upstream, name: str) -> None:
    api.forbid(name)
    for other, call in CALLS.items():
        if other == name:
            with pytest.raises(Forbidden):
                call()
        else:
            call()
    api.hide(name)
    with pytest.raises(NotFound):
        CALLS[name]()


@pytest.mark.parametrize("name", CALLS)
def test_a_refusal_and_a_body_that_is_none_are_failures(api: Upstream, name: str) -> None:
    method = "PATCH" if name in ("archive", "block", "flag") else "GET"
    api.answer(method, 422, {"message": "no", "errors": {"flag": ["wrong"]}})
    with pytest.raises(Invalid) as refused:
        CALLS[name]()
    assert refused.value.errors == {"flag": ("wrong",)}
    for body in (b"<html>", b"", b"null", b'"ok"'):
        api.answer(method, 200, body)
        with pytest.raises(Unexpected):
            CALLS[name]()
