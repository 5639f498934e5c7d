"""The worker: it ticks, rings, ends when told, and finds its way after a crash"""

import json
import os
import re
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import Settings

from inbox import background, workers
from inbox.models import WorkerBeat
from inbox.queue import slices
from tests.stack.processes import tell_over_and_over
from tests.stack.worker import START, Place, wait_for

FOLDER = 0o700


@pytest.fixture(scope="module")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("worker"))


@pytest.fixture
def place(_migrated: Place) -> Place:
    """Empty, but for the database's tables."""
    for name in ("told", "log"):
        (_migrated.folder / name).unlink(missing_ok=True)
    return _migrated


def test_it_rings_shows_signs_of_life_and_ends_when_told(place: Place) -> None:
    place.environment["STACK_LASTS"] = "50"
    with place.worker() as worker:
        wait_for(lambda: place.told)
        assert place.rows("SELECT count(*) FROM inbox_workerbeat") == [(1,)]
        asked = time.monotonic()
        assert worker.end() == 0
        assert time.monotonic() - asked < 25  # of the 50 seconds that a slice may take
    del place.environment["STACK_LASTS"]
    assert set(place.told) == {"begin [3, 8]", "told to stop"}
    said = [line["message"] for line in place.lines()]
    assert said == ["The worker begins.", "The worker ends."]
    assert "Traceback" not in place.log


def test_it_ends_when_told_over_and_over(place: Place) -> None:
    """Ctrl-C tells it through the terminal, the keeper and the server's master, at the same moment."""
    with place.worker() as worker:
        wait_for(lambda: place.told)
        tell_over_and_over(worker.process.pid, signal.SIGINT, signal.SIGTERM)
        assert worker.end() == 0
    assert place.lines()[-1]["message"] == "The worker ends."


def test_the_folder_is_for_its_own_user_alone_and_holds_whole_tasks(place: Place) -> None:
    with place.worker() as worker:
        wait_for(lambda: "end" in place.told)
        worker.end()
    found = [place.queue, *place.queue.rglob("*")]
    modes = {stat.S_IMODE(one.stat().st_mode) for one in found if not one.is_dir()}
    assert modes == {0o600}
    assert {stat.S_IMODE(one.stat().st_mode) for one in found if one.is_dir()} == {FOLDER}


def test_it_finds_its_way_after_a_crash(place: Place) -> None:
    """What an earlier process, or a full disk, may have left."""
    with place.worker() as killed:
        wait_for(lambda: place.told)
        killed.process.kill()
        killed.process.wait()
    tasks = place.queue / "tasks"
    old = time.time() - 3600
    for name, text in {
        "0-a.celery.msg": b'{"body": "W1s',
        "0-b.celery.msg": b"",
        "0-c.celery.msg": b"\xff\xfe\x00",
        "0-d.celery.msg": b"[]",
        "0-e.celery.msg": b"[" * 100_000,
        "0-f.celery.msg": b'{"body": 1, "headers": null, "properties": {}}',
        "0-g.celery.msg.part": b'{"body"',
        "0-h.celery.msg.taken": b"{}",
        "../name": b"half",
    }.items():
        (tasks / name).write_bytes(text)
        os.utime(tasks / name, (old, old))
    before = len(place.told)
    with place.worker() as worker:
        wait_for(lambda: place.told[before:].count("end") > 1)
        assert worker.end() == 0
    assert not [*tasks.glob("0-*")]
    assert re.fullmatch("[0-9a-f]{32}", (place.queue / "name").read_text())
    assert "Traceback" not in place.log


def test_two_beside_each_other_share_the_folder(place: Place) -> None:
    before = len(place.rows("SELECT 1 FROM inbox_workerbeat"))
    with place.worker() as one, place.worker() as another:
        count = "SELECT count(*), count(DISTINCT folder) FROM inbox_workerbeat"
        wait_for(lambda: place.rows(count)[0][0] == before + 2)
        assert one.end() == another.end() == 0
    newest = (
        "SELECT DISTINCT folder FROM (SELECT * FROM inbox_workerbeat ORDER BY began DESC LIMIT 2)"
    )
    assert place.rows(newest) == [((place.queue / "name").read_text(),)]


def test_a_folder_that_others_can_write_stops_the_start(place: Place, tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue").chmod(0o777)
    place.environment["STACK_CACHE"], earlier = (
        str(tmp_path / "cache"),
        place.environment["STACK_CACHE"],
    )
    try:
        with place.worker() as worker:
            assert worker.process.wait(START) != 0
    finally:
        place.environment["STACK_CACHE"] = earlier
    assert len(place.log.strip().splitlines()) == 1
    assert place.log.startswith("BROKER_URL is missing, and the folder ")
    assert "can be written by other users" in place.log


# Within this process


@pytest.fixture
def queue(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Takes the messages that wait, from a folder or a Redis of the test's own."""

    def take() -> list[dict[str, Any]]:
        taken = []
        while message := channel.basic_get("celery", no_ack=True):
            taken.append(message)
        return taken

    if not settings.BROKER_URL:
        settings.BROKER_FOLDER = str(tmp_path / "queue")
    with background.app.connection_for_read() as connection:
        channel = connection.default_channel
        channel.queue_declare("celery")
        channel.queue_purge("celery")
        yield take
        channel.queue_purge("celery")


@pytest.mark.django_db
def test_tasks_carry_ids_alone(
    queue: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "accounts", lambda: [[3, 8], [11]])
    background.tick()
    rung = [json.loads(message.body) for message in queue()]
    assert sorted(arguments for arguments, _named, _more in rung) == [[], [[3, 8]], [[11]]]
    assert {str(named) for _arguments, named, _more in rung} == {"{}"}
    assert WorkerBeat.objects.count() == 1


@pytest.mark.django_db
def test_no_account_waits_behind_the_others_for_good(
    queue: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "accounts", lambda: [[1], [2], [3]])
    first = set()
    for turn in range(3):
        monkeypatch.setattr(background, "time", lambda now=turn * background.TICK: now)
        background.tick()
        _rank, sync, *_others = queue()
        first.add(json.loads(sync.body)[0][0][0])
    assert first == {1, 2, 3}


@pytest.mark.django_db
def test_an_outage_of_the_database_is_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("password of inbox at 10.0.0.7 refused")

    monkeypatch.setattr(slices, "run", refuse)
    background.sync([3])
    (record,) = caplog.records
    assert record.getMessage() == "The database can't be used: OperationalError"
    assert record.exc_info is None
    monkeypatch.setattr(slices, "run", lambda *_: None)
    background.sync([3])
    assert len(caplog.records) == 1


@pytest.mark.django_db
def test_a_fault_of_ours_is_told_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(slices, "run", fail)
    background.sync([3])
    (record,) = caplog.records
    assert (record.getMessage(), record.levelname) == ("A task failed.", "ERROR")
    assert record.exc_info


@pytest.mark.django_db
def test_what_is_too_old_goes_without_an_operator(caplog: pytest.LogCaptureFixture) -> None:
    background.prune()
    background.blank()
    said = [record.getMessage() for record in caplog.records]
    assert "Sessions that ended: 0 deleted." in said
    assert "Old names and texts of the index: 0 deleted." in said


@pytest.mark.django_db
def test_machines_without_a_redis_are_warned_of_once_an_hour(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "_warns_again", 0.0)
    monkeypatch.setattr(workers, "are_apart", lambda: True)
    for _ in range(3):
        background.tick()
    assert [record.getMessage()[:28] for record in caplog.records] == [
        "Workers on several machines "
    ]
    monkeypatch.setattr(background, "monotonic", lambda: time.monotonic() + background.HOUR)
    background.tick()
    assert len(caplog.records) == 2
