"""The cache that the workers of one machine share: each that counts there is counted once"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.caches.file_cache import FileCache
from inbox.models import Membership
from tests.conftest import ClientOf, Later
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
