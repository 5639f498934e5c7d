"""A brand's activity as a file: read in portions, two at once, and never cut without a sign"""

import csv
import gc
import logging
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import OperationalError, connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from inbox.activity import exports, report, report_form, spreadsheet
from inbox.activity.exports import BrokenOff
from inbox.models import Act, Activity, Lease, Membership, Outcome
from tests.conftest import ClientOf, Later
from tests.support import runs
from tests.support.at_once import at_once
from tests.support.pages import HTMX, text
from tests.support.runs import many
from tests.support.signing_in import confirm

FILE = "/brands/3/activity/activity.csv"
BUSY = "Two files are being downloaded already"
PORTION = spreadsheet.TOGETHER


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


@pytest.fixture(autouse=True)
def _all_end(db: None) -> Iterator[None]:
    """A partial read ends with its test, not by chance during a later query.

    It gives its place back as it goes: a query inside a query would wait for itself forever.
    """
    yield
    gc.collect()


def done(who: Membership, count: int, **more: Any) -> list[Activity]:
    """So many acts, ten of them at a moment, numbered by their reference."""
    now, have = timezone.now(), Activity.objects.count()
    told = {"member_name": "Camille Roy", "member_role": "manager", "brand": who.brand}
    about = {"ambassador": 100, "chatroom": 8, "act": Act.REVIEW, "outcome": Outcome.DONE}
    return Activity.objects.bulk_create(
        [
            Activity(
                member=who,
                request_id=f"act-{have + one}",
                **{"started": now - timedelta(seconds=one // 10), **told, **about, **more},
            )
            for one in range(count)
        ],
        batch_size=2000,
    )


def begin(client: Client, **asked: str) -> Any:
    response: Any = client.get(FILE, asked)
    assert response.status_code == 200
    return response


def parts(response: Any) -> Iterator[bytes]:
    return iter(response.streaming_content)


def go_away(response: Any) -> None:
    """As a server does when the reader has gone; without the end of the test's own connection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(request_finished, "send", lambda **_: [])
        response.close()


def read(response: Any) -> list[list[str]]:
    whole = b"".join(response.streaming_content).decode()
    return list(csv.reader(StringIO(whole.removeprefix("\ufeff"))))[1:]


def references(response: Any) -> list[str]:
    return [line[-1] for line in read(response)]


# In portions


def test_a_long_trail_is_read_in_portions_with_two_queries_each(
    client: Client, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 80_000 if runs.runs_all else 20_000
    for _ in range(count // 10_000):
        done(manager, 10_000)
    fetched: list[int] = []
    read_one = spreadsheet._written

    def counted(rows: Any, separator: str) -> str:
        rows = list(rows)
        fetched.append(len(rows))
        return read_one(rows, separator)

    monkeypatch.setattr(spreadsheet, "_written", counted)
    response = begin(client)
    with CaptureQueriesContext(connection) as queries:
        found = references(response)
    assert len(found) == len(set(found)) == count
    assert max(fetched) == PORTION
    portions = count // PORTION
    assert len(queries) <= 2 * portions + 6
    reads = [one["sql"] for one in queries if '"request_id"' in one["sql"]]
    assert all(f"LIMIT {PORTION}" in sql for sql in reads)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE inbox_activity")
    asked = report_form.ReportForm(QueryDict(""), manager)
    last = Activity.objects.order_by("started")[500]
    rest = report.after(report_form.acts(manager, asked), last).filter(pk__lte=10**9)[:PORTION]
    assert "activity_newest" in rest.explain()


@settings(
    max_examples=many(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    count=some.integers(0, 40),
    portion=some.integers(1, 12),
    meanwhile=some.lists(
        some.tuples(some.sampled_from(["add", "add before", "change", "delete"]), some.integers(0)),
        max_size=12,
    ),
)
def test_each_act_is_there_once_and_in_order_whatever_happens_meanwhile(
    client: Client, manager: Membership, count: int, portion: int, meanwhile: list[tuple[str, int]]
) -> None:
    Activity.objects.all().delete()
    known = done(manager, count)
    first = sorted(known, key=lambda one: (one.started, one.pk), reverse=True)
    deleted: set[str] = set()
    changes = iter(meanwhile)
    written = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spreadsheet, "TOGETHER", portion)
        for part in parts(begin(client)):
            written += part.decode()
            what, which = next(changes, ("", 0))
            one = known[which % count] if count else None
            if what == "add":
                done(manager, 3)
            elif what == "add before" and one:
                done(manager, 3, started=one.started)
            elif what == "change" and one:
                Activity.objects.filter(pk=one.pk).update(
                    outcome=Outcome.REFUSED, finished=timezone.now()
                )
            elif what == "delete" and one:
                Activity.objects.filter(pk=one.pk).delete()
                deleted.add(one.request_id)
    lines = list(csv.reader(StringIO(written.removeprefix("\ufeff"))))[1:]
    found = [line[-1] for line in lines]
    assert [one for one in found if one not in deleted] == [
        one.request_id for one in first if one.request_id not in deleted
    ]
    assert len(found) == len(set(found))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no pool")
def test_slow_readers_hold_no_connection(
    client: Client, client_of: ClientOf, manager: Membership, neighbour: Membership
) -> None:
    done(manager, 3 * PORTION)
    done(neighbour, 3 * PORTION)
    other = confirm(client_of(neighbour))
    slow = [begin(client), begin(client), other.get("/brands/8/activity/activity.csv")]
    reading = [parts(response) for response in slow]
    pool: Any = getattr(connection, "pool")  # noqa: B009 - PostgreSQL's alone
    for _ in range(3):
        for one in reading:
            next(one)
        told = pool.get_stats()
        assert told["pool_available"] == told["pool_size"]
    taken = [pool.getconn(timeout=5) for _ in range(8)]
    for one in taken:
        pool.putconn(one)
    for one in reading:
        assert list(one)


# On record


def downloads() -> list[tuple[int | None, int, str]]:
    found = Activity.objects.filter(act=Act.DOWNLOAD).order_by("pk")
    return [(one.member_id, one.brand_id, one.state) for one in found]


def test_it_stands_in_the_trail_before_its_first_line_and_not_in_itself(
    client: Client, manager: Membership, neighbour: Membership
) -> None:
    done(manager, 3)
    response = begin(client)
    assert downloads() == [(manager.pk, 3, "")]
    assert len(references(response)) == 3
    assert downloads() == [(manager.pk, 3, "")]
    again = read(begin(client, act="download"))
    assert [line[3] for line in again] == ["Download activity"]


@pytest.mark.parametrize(
    ("asked", "state", "words"),
    [
        ({"act": "flag"}, "act=flag", "Download activity: What: Flag"),
        ({"act": "all"}, "act=all", "Download activity: What: Everything"),
        ({"outcome": "done"}, "outcome=done", "Download activity: Outcome: Done"),
        ({"since": "2026-11-20"}, "since=2026-11-20", "Download activity: From: 2026-11-20"),
        ({"chatroom": "8"}, "chatroom=8", "Download activity: Conversation: 8"),
        ({"act": "flag", "chatroom": "30615"}, "", "Download activity"),
    ],
)
def test_it_tells_what_was_asked_for_where_that_is_short(
    client: Client, manager: Membership, asked: dict[str, str], state: str, words: str
) -> None:
    go_away(begin(client, **asked))
    assert downloads() == [(manager.pk, 3, state)]
    (line,) = read(begin(client, act="download"))
    assert line[3] == words


def test_a_look_at_the_head_and_an_address_that_is_wrong_are_no_download(
    client: Client, manager: Membership
) -> None:
    assert client.head(FILE).status_code == 200
    assert client.get(FILE, {"since": "x"}).status_code == 302
    assert downloads() == []


def test_what_can_not_be_recorded_is_not_sent_and_keeps_no_place(
    client: Client, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(exports, "record", fail)
        answer = client.get(FILE)
    assert (answer.status_code, answer.streaming) == (503, False)
    assert not Lease.objects.exists()
    assert downloads() == []


# Two at once


def test_the_third_of_a_brand_is_told_so_and_nothing_is_read(
    client: Client, client_of: ClientOf, manager: Membership, neighbour: Membership
) -> None:
    done(manager, 3)
    under_way = [begin(client), begin(client)]
    with CaptureQueriesContext(connection) as queries:
        third = client.get(FILE)
    assert (third.status_code, third["Retry-After"]) == (429, "30")
    assert f"<h1>{BUSY}</h1>" in text(third)
    assert f'href="{FILE}"' in text(third)  # Retry
    assert "attachment" not in third.get("Content-Disposition", "")
    assert not [one for one in queries if "inbox_activity" in one["sql"]]
    other = confirm(client_of(neighbour))
    assert other.get("/brands/8/activity/activity.csv").status_code == 200
    assert [len(references(one)) for one in under_way] == [3, 4]  # with the line of the first
    assert len(references(begin(client))) == 5  # and no refused one


def test_it_is_told_in_french_and_beside_the_page_too(client: Client) -> None:
    under_way = [begin(client), begin(client)]
    assert text(client.get(FILE, headers=HTMX)).startswith('<div class="alert">')
    told = text(client.get(FILE, headers={"Accept-Language": "fr"}))
    assert "<h1>Deux fichiers sont déjà en cours de téléchargement</h1>" in told
    for one in under_way:
        go_away(one)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_two_go_on(client_of: ClientOf, manager: Membership) -> None:
    clients = [confirm(client_of(manager)) for _ in range(8)]
    for one in clients:
        one.get("/brands/3/activity/")
    statuses = at_once(clients, lambda own: own.get(FILE).status_code)
    assert sorted(statuses) == [200] * 2 + [429] * 6


@pytest.mark.parametrize("begun", [0, 1, 2])
def test_a_reader_who_goes_away_gives_the_place_back(
    client: Client, manager: Membership, begun: int
) -> None:
    done(manager, 3 * PORTION)
    for _ in range(5):
        response = begin(client)
        reading = parts(response)
        for _ in range(begun):
            next(reading)
        go_away(response)
    assert not Lease.objects.exists()


def test_the_place_of_a_process_that_died_is_free_after_a_minute(
    client: Client, manager: Membership, later: Later
) -> None:
    for _ in range(2):
        begin(client)
    later(59)
    assert client.get(FILE).status_code == 429
    later(61)
    assert client.get(FILE).status_code == 200


def test_a_place_is_kept_with_each_portion(
    client: Client, manager: Membership, later: Later
) -> None:
    done(manager, 3 * PORTION)
    under_way = [begin(client), begin(client)]
    reading = [parts(one) for one in under_way]
    for seconds in (50, 100, 150):
        later(seconds)
        for one in reading:
            next(one)
        assert client.get(FILE).status_code == 429


def test_a_head_request_takes_no_place(client: Client, manager: Membership) -> None:
    for _ in range(3):
        assert client.head(FILE).status_code == 200
    assert not Lease.objects.exists()


# What can't be finished


def broken_off(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING]


def test_a_database_that_goes_away_breaks_the_file_off_and_is_told_in_one_line(
    client: Client, manager: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    done(manager, 3 * PORTION)
    reading = parts(begin(client))
    next(reading)
    next(reading)

    def away(*_arguments: object) -> None:
        raise OperationalError("at db.example:5432 as camille@example.com")

    with connection.execute_wrapper(away), pytest.raises(BrokenOff):
        next(reading)
    assert broken_off(caplog) == [
        "A download was broken off: the database can't be used, OperationalError"
    ]
    (line,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert line.exc_info is None
    assert vars(line)["brand"] == 3
    assert re.fullmatch(r"[0-9a-f]{32}", vars(line)["request_id"])


def test_a_file_that_takes_too_long_is_broken_off(
    client: Client,
    manager: Membership,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert exports.LONGEST == 600
    monkeypatch.setattr(exports, "LONGEST", 0.2)
    done(manager, 3 * PORTION)
    reading = parts(begin(client))
    next(reading)
    time.sleep(0.5)
    with pytest.raises(BrokenOff):
        next(reading)
    assert broken_off(caplog) == ["A download was broken off: it took too long"]
    assert not Lease.objects.exists()


def test_a_reader_who_stood_still_loses_the_place_to_the_next(
    client: Client, manager: Membership, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    done(manager, 3 * PORTION)
    slow = parts(begin(client))
    next(slow)
    later(61)
    quick = [begin(client), begin(client)]
    with pytest.raises(BrokenOff):
        next(slow)
    assert broken_off(caplog) == [
        "A download was broken off: its reader stood still, and another took its place"
    ]
    assert [len(references(one)) for one in quick] == [3 * PORTION + 1, 3 * PORTION + 2]


def test_a_reader_who_stood_still_goes_on_where_nobody_waits(
    client: Client, manager: Membership, later: Later
) -> None:
    done(manager, 3 * PORTION)
    response = begin(client)
    later(500)
    assert len(references(response)) == 3 * PORTION
