"""The cache that the workers of one machine share: each that counts there is counted once"""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.caches import file_cache
from inbox.caches.file_cache import FileCache
from inbox.models import Membership
from tests.conftest import ClientOf, Later, is_redis
from tests.support.cast import PASSWORD
from tests.support.environment import ROOT
from tests.support.pages import INBOX, text
from tests.support.signing_in import enter
from tests.support.upstream import Upstream

PROCESSES, TIMES = 3, 150
COUNTING = """
import sys
import django
django.setup()
from inbox.caches import file_cache
from inbox.caches.file_cache import FileCache
cache = FileCache(sys.argv[1], {})
cache.add("both", 0, 60)
added = sum(cache.add(f"key-{number}", 1, 60) for number in range(int(sys.argv[2])))
for _ in range(int(sys.argv[2])):
    cache.incr("both")
print(added)
"""


@pytest.fixture
def files(tmp_path: Path) -> FileCache:
    return FileCache(str(tmp_path / "files"), {})


def test_threads_count_each_and_add_once(files: FileCache) -> None:
    files.add("both", 0, 60)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: files.incr("both"), range(400)))
        added = list(threads.map(lambda number: files.add(f"key-{number % 50}", 1, 60), range(400)))
    assert files.get("both") == 400
    assert sum(added) == 50


def test_processes_count_each_and_add_once(tmp_path: Path) -> None:
    folder = str(tmp_path / "files")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "inbox.settings"}
    command = [sys.executable, "-c", COUNTING, folder, str(TIMES)]
    running = [
        subprocess.Popen(  # noqa: S603 - our own Python
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    added = [int(process.communicate(timeout=120)[0]) for process in running]
    assert FileCache(folder, {}).get("both") == PROCESSES * TIMES
    assert sum(added) == TIMES


def test_a_count_ends_when_it_was_to_end(files: FileCache, later: Later) -> None:
    files.add("seconds", 1, 60)
    files.add("lasting", 1, None)
    later(50)
    assert (files.incr("seconds"), files.incr("lasting", 5)) == (2, 6)
    later(70)
    assert files.get("seconds") is None
    assert files.decr("lasting") == 5
    assert files.add("seconds", 7, 60)
    assert files.get("seconds") == 7


def test_what_was_not_counted_can_not_go_on(files: FileCache) -> None:
    with pytest.raises(ValueError, match="not found"):
        files.incr("nothing")


def entry_of(files: FileCache) -> Path:
    (one,) = Path(files.folder).glob("*.entry")
    return one


def test_a_count_is_written_into_its_file(files: FileCache) -> None:
    """Another file in its place takes five times as long."""
    files.add("tries", 0, 60)
    before = entry_of(files).stat().st_ino
    assert [files.incr("tries", 100) for _ in range(700)][-1] == 70_000
    assert [files.decr("tries") for _ in range(3)][-1] == 69_997
    assert files.get("tries") == 69_997
    assert entry_of(files).stat().st_ino == before


def test_what_needs_more_room_on_the_disk_takes_the_place_in_one_step(files: FileCache) -> None:
    files.set("page", "short", 60)
    with entry_of(files).open("rb") as kept:
        was = kept.read()
        files.set("page", os.urandom(50_000), 60)
        assert len(files.get("page")) == 50_000
        kept.seek(0)
        assert kept.read() == was
    files.set("page", "short", 60)
    assert files.get("page") == "short"


def test_a_small_entry_is_never_cut(files: FileCache) -> None:
    """Cutting is a step of its own, in which a process may be killed: tries are counted by such."""
    files.set("tries", [1.5] * 40, 60)
    before = entry_of(files).stat().st_ino
    files.set("tries", [1.5], 60)
    assert files.get("tries") == [1.5]
    assert entry_of(files).stat().st_ino != before


def test_what_others_may_read_is_not_written_into(files: FileCache) -> None:
    """They may have it open."""
    files.set("page", "old", 60)
    before = entry_of(files)
    before.chmod(0o644)
    inode = before.stat().st_ino
    files.set("page", "new", 60)
    assert files.get("page") == "new"
    assert entry_of(files).stat().st_mode & 0o777 == 0o600
    assert entry_of(files).stat().st_ino != inode


def test_what_another_name_leads_to_is_not_written_over(files: FileCache, tmp_path: Path) -> None:
    files.set("page", "old", 60)
    (tmp_path / "other").hardlink_to(entry_of(files))
    was = (tmp_path / "other").read_bytes()
    files.set("page", "new", 60)
    assert files.get("page") == "new"
    assert (tmp_path / "other").read_bytes() == was


@pytest.mark.parametrize("part", [1, 40, -1])
def test_a_reader_of_what_is_half_written_waits_for_the_rest(
    files: FileCache, part: int, caplog: pytest.LogCaptureFixture
) -> None:
    files.set("page", "value", 60)
    path = entry_of(files)
    whole = path.read_bytes()
    with ThreadPoolExecutor(1) as threads:
        with files._locked(path):
            path.write_bytes(whole[:part])
            reading = threads.submit(files.get, "page")
            with pytest.raises(TimeoutError):
                reading.result(0.2)
            path.write_bytes(whole)
        assert reading.result(30) == "value"
    assert not caplog.records


def test_readers_and_writers_of_one_page_meet_no_other_value(files: FileCache) -> None:
    pages = [[number] * (1_000 + 100 * number) for number in range(20)]
    files.set("page", pages[0], 60)

    def work(number: int) -> list[object]:
        return [
            files.get("page") if number % 2 else files.set("page", pages[turn % 20], 60)
            for turn in range(200)
        ]

    with ThreadPoolExecutor(4) as threads:
        found = [one for seen in threads.map(work, range(4)) for one in seen if one is not None]
    assert len(found) == 400
    assert all(one in pages for one in found)


def test_locks_stay_few(files: FileCache) -> None:
    for number in range(500):
        files.add(str(number), 0, 60)
        files.incr(str(number))
    others = [one for one in Path(files.folder).iterdir() if one.suffix != ".entry"]
    assert 0 < len(others) <= FileCache.LOCKS
    files.clear()
    assert not list(Path(files.folder).glob("*.entry"))


# A folder that can't be used: a full disk, one that is read only


@pytest.fixture
def no_folder(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "cache")
    settings.CACHES = {
        "default": {"BACKEND": "inbox.caches.file_cache.FileCache", "LOCATION": place}
    }


@pytest.mark.usefixtures("no_folder")
def test_nobody_signs_in_meanwhile(moderator: Membership, caplog: pytest.LogCaptureFixture) -> None:
    for password in ("wrong", PASSWORD):
        answer = enter(Client(), "nadia@example.com", password)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "5"
        assert "<h1>Nobody can sign in just now</h1>" in text(answer)
    told = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert told == ["The cache can't be used: NotADirectoryError"] * 2


@pytest.mark.skipif(is_redis(), reason="Redis has no disk of ours")
def test_a_full_disk_is_told_though_old_entries_can_be_written(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().get("/readyz").json()["cache"] == "ok"

    def fail(**_where: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_cache, "mkstemp", fail)
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["cache"]) == (503, "OSError")


@pytest.mark.usefixtures("no_folder")
def test_pages_go_on_meanwhile(
    api: Upstream,
    client_of: ClientOf,
    moderator: Membership,
    no_folder: None,
) -> None:
    client = client_of(moderator)
    assert client.get(INBOX).status_code == 200
    assert client.get(INBOX).status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["cache"]) == (503, "NotADirectoryError")
