"""Writing through to the index: what is read and done, once its page is answered"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inbox.chatrooms import index, index_batch
from inbox.models import (
    Brand,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    Review,
)
from inbox.web.logs import JsonFormatter
from tests.conftest import ClientOf
from tests.support import codes, undoing
from tests.support.chatrooms import chatroom, message, person
from tests.support.conversations import form, send
from tests.support.indexed import HOUR, keep, listed, row
from tests.support.pages import INBOX, press, text
from tests.support.pages import button as mark_read
from tests.support.pages import row as row_of
from tests.support.trail import acts
from tests.support.undoing import PAGE, act, two_rooms, undo
from tests.support.upstream import Upstream

FAILURE = 'Key (name)=(Sofia Duarte) already exists, also for "sofia@example.com"'


def rooms() -> list[int]:
    found = IndexedChatroom.objects.order_by("chatroom").values_list("chatroom", flat=True)
    return list(found)


# What is read


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (INBOX, range(1, 26)),
        (f"{INBOX}?page=2", range(26, 31)),
        (f"{INBOX}?archived=0&page=2", range(26, 31)),
        (f"{INBOX}?low=1", range(1, 26)),
    ],
)
def test_each_page_of_an_inbox_that_somebody_opens_is_in_the_index(
    client: Client, api: Upstream, brand: Brand, address: str, expected: range
) -> None:
    keep()
    api.inbox([chatroom(id_) for id_ in range(1, 31)])
    assert client.get(address).status_code == 200
    assert rooms() == list(expected)


def test_an_opened_conversation_brings_its_row_up_to_date(
    client: Client, api: Upstream, brand: Brand
) -> None:
    keep()
    api.listing(chatroom())
    client.get(INBOX)
    before = row()
    assert before.waits_longer
    first = message(15, date_insert="2026-11-20T08:00:00Z")
    newest = message(17, content="Is anybody there?", date_insert="2026-11-20T11:00:00Z")
    rated = chatroom(last_rating={"value": 1, "comment": None})
    api.conversation(rated, newest, message(16), first)
    client.get(PAGE)
    after = row()
    assert (after.rating, after.last_message, after.is_low) == (1, 17, True)
    assert after.waiting_since == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert not after.waits_longer
    assert after.pk == before.pk


def test_a_conversation_that_no_list_told_of_gets_no_row(
    client: Client, api: Upstream, brand: Brand
) -> None:
    keep()
    api.listing(chatroom(9))
    api.conversation(chatroom(), message(16))
    assert client.get(PAGE).status_code == 200
    assert rooms() == [9]


def test_who_is_not_in_the_directory_has_no_rows(
    client: Client, api: Upstream, brand: Brand
) -> None:
    """As for a client's id in the address, whose list Popsell gives as well."""
    keep()
    api.listing(chatroom(ambassadors=[person(555, anonymized=True)]))
    assert client.get("/brands/3/ambassadors/555/").status_code == 200
    assert rooms() == []


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[int]]]:
    """When the first job began: how many queries were made by then, and which rows there were."""
    begun: list[tuple[int, list[int]]] = []
    real = index._write

    def note(brand_id: int, job: Callable[[], object]) -> None:
        begun.append((len(connection.queries_log), rooms()))
        real(brand_id, job)

    monkeypatch.setattr(index, "_write", note)
    return begun


@pytest.mark.parametrize("address", [INBOX, f"{INBOX}?archived=0", PAGE])
def test_nobody_waits_for_the_index(
    client: Client,
    api: Upstream,
    brand: Brand,
    answered: list[tuple[int, list[int]]],
    address: str,
) -> None:
    two_rooms(api)
    for _first in "ab":  # what is only done at first is done
        client.get(address)
    counts = []
    for has_index in (False, True):
        if has_index:
            keep()
        answered.clear()
        connection.queries_log.clear()
        with CaptureQueriesContext(connection):
            client.get(address)
        queries, there = answered[0]
        counts.append(queries)
        assert there == []
    assert counts[0] == counts[1] > 0
    assert rooms() == [8, 9]


def test_a_brand_without_an_index_costs_a_query_a_minute(
    client: Client, api: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_rooms(api)
    index._unindexed.clear()
    now = [1000.0]
    monkeypatch.setattr(index, "monotonic", lambda: now[0])

    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            for address in (INBOX, PAGE, INBOX):
                client.get(address)
        return sum("inbox_indexed" in query["sql"] for query in told.captured_queries)

    assert (asked(), asked()) == (1, 0)
    now[0] += 60
    assert (asked(), asked()) == (1, 0)
    IndexedBrand.objects.create(brand=brand)
    IndexedAmbassador.objects.create(brand=brand, ambassador=100)
    assert (asked(), rooms()) == (0, [])
    now[0] += 60
    assert asked() > 1
    assert rooms() == [8, 9]


def test_a_page_costs_the_same_few_queries_however_many_conversations_it_has(
    brand: Brand, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    keep()
    listed(chatroom(99, last_message=message(15)))  # a code met for the first time is noted, once
    for count in (2, 25):
        # New, unchanged, changed: what happened is counted in four more.
        for newest, most in ((16, 17), (16, 13), (17, 17)):
            told = [chatroom(id_, last_message=message(newest)) for id_ in range(1, count + 1)]
            with django_assert_max_num_queries(most):
                listed(*told, at=timezone.now())


# What is done


@pytest.fixture
def opened(client: Client, api: Upstream, brand: Brand) -> Client:
    """Léa's inbox with two conversations is in the index."""
    keep()
    two_rooms(api)
    client.get(INBOX)
    return client


def facts(*names: str) -> list[list[Any]]:
    """Of both conversations."""
    return [[getattr(row(id_), name) for name in names] for id_ in (8, 9)]


@pytest.mark.parametrize(
    ("kind", "pressed", "field", "before", "after"),
    [
        ("archive", "on", "archived", False, True),
        ("block", "on", "is_blocked", False, True),
        ("flag", "1", "flag", None, 1),
        ("flag", "1", "is_to_do", False, True),
    ],
)
def test_an_act_and_its_undo_are_in_the_index(
    opened: Client, api: Upstream, kind: str, pressed: str, field: str, before: Any, after: Any
) -> None:
    """Also where Popsell can't be asked what came of it."""
    found = form(text(opened.get(PAGE)), f"{kind}-conversation")
    api.answer("GET", 500)
    send(opened, found, state=pressed)
    assert facts(field) == [[after], [before]]
    undo(opened, undoing.last().pk)
    assert facts(field) == [[before], [before]]


def test_mark_read_is_in_the_index(opened: Client, api: Upstream) -> None:
    assert facts("unread", "last_read_message") == [[True, None]] * 2
    found = mark_read(row_of(text(opened.get(INBOX)), 8))
    api.answer("GET", 500)
    press(opened, found)
    assert facts("unread", "last_read_message") == [[False, 16], [True, None]]


def test_a_review_and_its_undo_are_in_the_index(opened: Client) -> None:
    assert facts("reviewed_message", "is_waiting") == [[None, True]] * 2
    act(opened, "review")
    assert facts("reviewed_message", "is_waiting") == [[16, True], [None, True]]
    undo(opened, undoing.last().pk)
    assert facts("reviewed_message", "is_waiting") == [[None, True]] * 2


def test_that_no_answer_is_needed_and_its_undo_are_in_the_index(opened: Client) -> None:
    assert facts("settled_message", "is_waiting") == [[None, True]] * 2
    act(opened, "no-answer")
    assert facts("settled_message", "is_waiting") == [[16, False], [None, True]]
    assert row().rank is None
    undo(opened, undoing.last().pk)
    assert facts("settled_message", "is_waiting") == [[None, True]] * 2


def test_a_code_s_new_name_ranks_its_rows_again(
    client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    keep()
    client = client_of(manager)
    codes.read(client, api, anomaly=3)
    assert not row().is_anomalous
    codes.name(client, "anomaly", "3", name="Payment outside", tone="bad")
    assert CodeName.objects.get(kind="anomaly").name
    assert index.rank_due(3) == 1
    assert (row().rank, row().is_anomalous) == (10, True)
    assert index.rank_due(3) == 0


def test_what_time_changes_is_ranked_again_when_it_is_due(
    opened: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = row().changes_at
    assert due
    assert due > timezone.now()
    assert index.rank_due(3) == 0
    monkeypatch.setattr(timezone, "now", lambda: due + HOUR)
    ranks = facts("rank")
    assert index.rank_due(3) == 2
    assert facts("rank") != ranks
    assert index.rank_due(3) == 0


# Where the index fails


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database refuses what is written to the index, and quotes it."""

    def refuse(*_rows: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO inbox_indexedbrand (brand_id) VALUES (NULL)")

    monkeypatch.setattr(index_batch.Batch, "save", refuse)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of failures, as production writes it."""
    formatter = JsonFormatter(json_ensure_ascii=False)
    found = [one for one in caplog.records if one.levelno >= logging.WARNING]
    return [formatter.format(one) for one in found]


@pytest.mark.usefixtures("broken")
def test_a_failing_index_fails_no_page(
    client: Client, api: Upstream, brand: Brand, caplog: pytest.LogCaptureFixture
) -> None:
    keep()
    two_rooms(api)
    assert "Sofia" in text(client.get(INBOX))
    (line,) = told(caplog)
    assert "What was left for after an answer failed." in line
    assert "\n" not in line
    assert rooms() == []


@pytest.mark.parametrize(
    ("kind", "pressed"),
    [("archive", "on"), ("flag", "1"), ("review", "review"), ("no-answer", "")],
)
def test_a_failing_index_fails_no_act(
    opened: Client,
    broken: None,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    pressed: str,
) -> None:
    found = form(text(opened.get(PAGE)), f"{kind}-conversation")
    caplog.clear()
    assert send(opened, found, state=pressed).status_code == 200
    assert undoing.last().outcome == "done"
    assert Review.objects.filter(chatroom=8).exists() == (kind == "review")
    assert len(told(caplog)) >= 1
    undo(opened, undoing.last().pk)
    assert acts().count() == 2


@pytest.mark.usefixtures("broken")
def test_a_failing_index_fails_no_name_of_a_code(
    client_of: ClientOf,
    manager: Membership,
    api: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = client_of(manager)
    codes.read(client, api, anomaly=3)
    keep()
    index._unindexed.clear()

    def refuse(_brand: int) -> IndexedBrand:
        raise IntegrityError(FAILURE)

    monkeypatch.setattr(index, "lock", refuse)
    codes.name(client, "anomaly", "3", name="Payment outside")
    assert CodeName.objects.get(kind="anomaly").name == "Payment outside"
    assert all("Sofia" not in line and "example.com" not in line for line in told(caplog))
    assert any("IntegrityError" in line for line in told(caplog))
