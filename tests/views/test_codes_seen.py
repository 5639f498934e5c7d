"""When a code was first and last seen, in whatever inbox"""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inbox.chatrooms import annotations, codes_seen
from inbox.models import Brand, CodeName, Membership
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom
from tests.support.codes import CODES, KINDS, line, name, read, room, writes
from tests.support.markup import attributes, one, words
from tests.support.pages import INBOX, rows, text
from tests.support.upstream import Upstream


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def seen_days() -> set[tuple[date, date]]:
    return {(code.first_seen, code.last_seen) for code in CodeName.objects.all()}


@pytest.mark.parametrize("code", [0, 3, "off_platform", -(2**62)])
def test_a_code_is_written_when_it_is_new_and_once_a_day(
    client: Client, api: Upstream, brand: Brand, code: Any
) -> None:
    today = datetime.now(brand.zone).date()
    with CaptureQueriesContext(connection) as first:
        read(client, api, anomaly=code, topic=code, moderation=code)
    assert writes(first) == ["INSERT"]
    kinds = {(one.kind, one.code) for one in CodeName.objects.all()}
    assert kinds == {(kind, str(code)) for kind in KINDS}
    assert seen_days() == {(today, today)}
    with CaptureQueriesContext(connection) as second:
        client.get(INBOX)
    assert writes(second) == []
    before = today - timedelta(days=2)
    CodeName.objects.update(first_seen=before, last_seen=before)
    with CaptureQueriesContext(connection) as next_day:
        client.get(INBOX)
    assert writes(next_day) == ["UPDATE"]
    assert seen_days() == {(before, today)}
    with CaptureQueriesContext(connection) as again:
        client.get(INBOX)
    assert writes(again) == []


def test_a_code_is_written_once_an_hour(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    first = CodeName.objects.get().seen_at
    assert first is not None
    for minutes, told in ((59, []), (61, ["UPDATE"])):
        before = datetime.now(UTC) - timedelta(minutes=minutes)
        CodeName.objects.update(seen_at=before)
        with CaptureQueriesContext(connection) as queries:
            client.get(INBOX)
        assert writes(queries) == told
    assert (CodeName.objects.get().seen_at or before) >= first


def test_when_it_was_last_seen_is_shown_to_the_hour_or_as_a_day(
    client: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    CodeName.objects.update(seen_at=datetime.now(UTC) - timedelta(hours=2))
    assert "Last seen 2 h ago" in words(line(text(client.get(CODES)), "Anomaly 3"))
    CodeName.objects.update(seen_at=None)
    (day,) = CodeName.objects.values_list("last_seen", flat=True)
    last = one(line(text(client.get(CODES)), "Anomaly 3"), ".code-last")
    assert words(last).startswith("Last seen ")
    assert attributes(last, "time.dated", "datetime") == [day.isoformat()]


def test_only_what_is_seen_today_is_seen_today(client: Client, api: Upstream, brand: Brand) -> None:
    read(client, api, anomaly=3)
    before = datetime.now(brand.zone).date() - timedelta(days=2)
    CodeName.objects.update(first_seen=before, last_seen=before, seen_at=None)
    read(client, api, topic=8)
    assert CodeName.objects.get(kind="anomaly").last_seen == before
    html = line(text(client.get(CODES)), "Anomaly 3")
    assert attributes(html, "time.dated", "datetime") == [before.isoformat()] * 2


def test_null_is_no_code(client: Client, api: Upstream) -> None:
    read(client, api)
    assert not CodeName.objects.exists()


def test_naming_a_code_is_no_seeing_it(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    before = date(2026, 11, 1)
    CodeName.objects.update(first_seen=before, last_seen=before)
    with CaptureQueriesContext(connection) as queries:
        name(client, "anomaly", "3", name="Spam")
    assert seen_days() == {(before, before)}
    ours = 'UPDATE "inbox_codename"'
    (update,) = [one["sql"] for one in queries.captured_queries if one["sql"].startswith(ours)]
    assert "last_seen" not in update  # or a view at the same moment would be unseen
    assert "tone" not in update


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_a_day_is_the_brands_own(client: Client, api: Upstream, brand: Brand, zone: str) -> None:
    brand.time_zone = zone
    brand.save()
    read(client, api, anomaly=3)
    today = datetime.now(ZoneInfo(zone)).date()
    assert seen_days() == {(today, today)}


@pytest.mark.django_db(transaction=True)
def test_two_workers_may_see_a_new_code_at_once(
    client_of: ClientOf,
    manager: Membership,
    api: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api.listing(room(anomaly=3, topic=0, moderation="held"))
    together, look_up = Barrier(2, timeout=10), annotations.names

    def both_look_first(brand_id: int) -> Any:
        found = look_up(brand_id)
        together.wait()
        return found

    monkeypatch.setattr(annotations, "names", both_look_first)
    clients = [client_of(manager) for _ in range(2)]
    statuses = at_once(clients, lambda own: own.get(INBOX).status_code)
    assert statuses == [200, 200]
    assert CodeName.objects.count() == 3


@pytest.mark.parametrize("code", ["x" * 65, "x\0y"], ids=["too long", "null"])
def test_what_the_database_can_not_take_stays_unseen(
    client: Client, api: Upstream, code: str
) -> None:
    html = read(client, api, anomaly=code, topic=8)
    assert "Anomaly x" in words(html)
    assert [(one.kind, one.code) for one in CodeName.objects.all()] == [("topic", "8")]


def test_free_words_in_a_codes_place_do_not_fill_the_page_for_ever(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_seen, "MOST_CODES", 4)
    api.listing(*(chatroom(n, last_summary={"anomaly": f"word {n}"}) for n in range(1, 10)))
    for _ in range(2):
        assert len(rows(text(client.get(INBOX)))) == 9
        assert CodeName.objects.count() == 4


def test_a_code_of_many_words_is_cut_in_its_chip(client: Client, api: Upstream) -> None:
    assert "x" * 161 not in read(client, api, anomaly="x" * 5000)
