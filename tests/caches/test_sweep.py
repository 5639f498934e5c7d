"""What the cache kept leaves the folder when its time is over, read or not"""

import os
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from inbox.caches import sweeping
from inbox.caches.file_cache import FileCache
from inbox.models import Membership
from inbox.popsell import credentials
from tests.conftest import ClientOf, Later, is_redis
from tests.support.pages import INBOX
from tests.support.raw_cache import RawCache, folder
from tests.support.signing_in import enter
from tests.support.upstream import Upstream
from tests.test_settings import run

DAY = 24 * 3600
PERSONAL = [b"Moreau", b"lea.m", b"sandbox-token"]

in_a_folder = pytest.mark.skipif(is_redis(), reason="Redis removes what ended itself")


@pytest.fixture(autouse=True)
def _never_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process that has just started."""
    monkeypatch.setattr(sweeping, "_looks_again", 0.0)


@pytest.fixture
def read(
    api: Upstream,
    client_of: ClientOf,
    moderator: Membership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody signs in, guesses, and reads: pages, names, identities and a token are kept."""
    settings.POPSELL_ACCESS_TOKEN = ""
    settings.POPSELL_API_KEY = "sandbox-key"
    settings.POPSELL_DOMAIN = "lumiere.example"
    monkeypatch.setattr(credentials, "_known", {})
    enter(Client(), "nadia@example.com", "wrong")
    client = client_of(moderator)
    for path in (INBOX, f"{INBOX}chatrooms/30494/?page=6", "/brands/3/ambassadors/", "/readyz"):
        assert client.get(path).status_code == 200
    sweeping.wait()


def told_by(path: Path) -> bytes:
    """The file's bytes, as they are and unpacked."""
    data = path.read_bytes()
    for start in range(min(len(data), 100)):
        try:
            return data + zlib.decompressobj().decompress(data[start:])
        except zlib.error:
            continue
    return data


def found(words: list[bytes]) -> set[bytes]:
    everything = b"".join(told_by(path) for path in folder().iterdir())
    return {word for word in words if word in everything}


def lie(name: str, age: float = 0, data: bytes = b"Sofia") -> Path:
    """A file in the folder, last written so many seconds ago."""
    path = folder() / name
    path.write_bytes(data)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def next_hour(later: Later, seconds: float) -> None:
    """A process serves a request then."""
    later(seconds)
    sweeping._looks_again = 0.0
    assert Client().get("/healthz").status_code == 200
    sweeping.wait()


@in_a_folder
def test_nothing_personal_lies_in_the_folder_after_a_day(read: None, later: Later) -> None:
    assert found(PERSONAL) == set(PERSONAL)
    next_hour(later, DAY - 60)
    assert found(PERSONAL) == set(PERSONAL)
    next_hour(later, DAY + 3601)
    assert found(PERSONAL) == set()
    assert {path.suffix for path in folder().iterdir()} == {".entry", ".lock"}
    assert len(list(folder().glob("*.entry"))) == 1  # that the hour has its sweep


def test_nothing_is_kept_longer_than_the_operator_says(
    settings: Settings, request: pytest.FixtureRequest, later: Later
) -> None:
    settings.INBOX_KEEP_HOURS = 2
    request.getfixturevalue("read")
    cache.set("for-good", 1, None)
    cache.set("for-long", 1, 10 * DAY)
    cache.set_many({"many": 1}, None)
    cache.get_or_set("or", 1, None)
    cache.touch("or", None)
    later(2 * 3600 + 1)
    if is_redis():
        raw = RawCache()
        assert not raw.all()
    else:
        backend: Any = cache
        backend.sweep()
        assert not RawCache().all()


@in_a_folder
def test_what_is_none_of_ours_goes_and_what_is_in_use_stays(read: None, later: Later) -> None:
    before = set(folder().iterdir())
    waste = [
        lie(f"{'0' * 32}.djcache", 3600),
        lie(f"{'0' * 64}.entry", 3600),
        lie("tmpx_7k2abc", 3600),
        lie("tmpx_7k2abd.draft", 3600),
    ]
    link = folder() / f"{'1' * 64}.entry"
    link.symlink_to("/etc/hostname")
    names = ["tmpx_7k2abe", "tmpx_7k2abf.draft", f"{'2' * 64}.entry", f"{'2' * 32}.djcache"]
    stay = [lie("note.txt", 3600), *(lie(name, -3600) for name in names)]
    next_hour(later, 3601)
    assert not any(path.exists() for path in [*waste, link] if not path.is_symlink())
    assert not link.is_symlink()
    assert Path("/etc/hostname").exists()
    assert all(path.exists() for path in stay)
    locks = {path for path in before if path.suffix == ".lock"}
    assert locks
    assert locks < set(folder().iterdir())


@in_a_folder
def test_it_is_swept_once_an_hour_in_all(later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[float] = []

    def note(*_: object, **__: object) -> int:
        swept.append(time.time())
        return 0

    monkeypatch.setattr(FileCache, "sweep", note)
    for seconds in (0, 10, 1800, 3590, 3610, 3700, 7000, 7230):  # each time another process
        next_hour(later, seconds)
    assert len(swept) == 3


@in_a_folder
def test_a_process_looks_seldom_and_no_page_waits(
    api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, started = Event(), []

    def slow(*_: object, **__: object) -> int:
        started.append(1)
        may_end.wait(60)
        return 0

    monkeypatch.setattr(FileCache, "sweep", slow)
    for _ in range(5):
        assert Client().get("/accounts/login/").status_code == 200
    may_end.set()
    sweeping.wait()
    assert started == [1]


@in_a_folder
def test_a_folder_that_can_not_be_swept_is_said_and_harms_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise PermissionError("/somewhere/private")

    monkeypatch.setattr(FileCache, "sweep", fail)
    assert Client().get("/accounts/login/").status_code == 200
    sweeping.wait()
    (line,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert line == "The folder of the cache can't be swept: PermissionError"


# What another process writes meanwhile


@in_a_folder
def test_a_process_with_another_secret_key_keeps_its_counters(
    settings: Settings, later: Later
) -> None:
    cache.set("tries", 5, 300)
    first = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    next_hour(later, 60)
    settings.SECRET_KEY = first
    assert cache.get("tries") == 5
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    next_hour(later, 3700)
    assert len(RawCache().all()) == 1


@in_a_folder
@pytest.mark.parametrize("by", ["a reader", "the sweep"])
def test_what_was_written_between_look_and_removal_stays(
    by: str, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = cache
    cache.set("tries", "old", 60)
    later(61)
    remove, other = FileCache._remove_bad, FileCache(str(folder()), {})

    def late(self: FileCache, path: Path) -> bool:
        other.set("tries", "new", 60)
        return remove(self, path)

    monkeypatch.setattr(FileCache, "_remove_bad", late)
    if by == "a reader":
        assert cache.get("tries") is None
    else:
        assert backend.sweep() == 0
    assert cache.get("tries") == "new"


@in_a_folder
def test_no_count_is_lost_while_the_folder_is_swept() -> None:
    files = FileCache(str(folder()), {})
    done = Event()

    def sweep() -> int:
        while not done.is_set():
            files.sweep()
            files.get("tries-0")
        return 0

    def count(number: int) -> list[int]:
        lost = []
        for turn in range(150):
            files.set(f"tries-{number}", "over", -1)
            files.add(f"tries-{number}", turn, 60)
            if files.get(f"tries-{number}") != turn:
                lost.append(turn)
        return lost

    with ThreadPoolExecutor(6) as threads:
        sweeps = [threads.submit(sweep) for _ in range(2)]
        lost = list(threads.map(count, range(3)))
        done.set()
    assert lost == [[], [], []]
    assert [one.result() for one in sweeps] == [0, 0]


@in_a_folder
@pytest.mark.parametrize("hours", [1, 24])
def test_making_room_drops_what_lasts_and_no_counter(settings: Settings, hours: int) -> None:
    settings.INBOX_KEEP_HOURS = hours
    files = FileCache(str(folder()), {"OPTIONS": {"MAX_ENTRIES": 100}})
    files.COUNT_ONE_IN = 1
    for number in range(50):
        files.add(f"tries-{number}", 1, 300)
    for number in range(200):
        files.set(f"page-{number}", 1, hours * 3600)
    assert all(files.get(f"tries-{number}") == 1 for number in range(50))
    assert len(list(folder().glob("*.entry"))) <= 100


# When


SERVE = "import inbox.wsgi"
OTHERS = [("manage.py", "migrate", "--plan"), ("manage.py", "check")]


@in_a_folder
def test_it_is_swept_at_the_start_of_the_site_and_not_by_commands(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.mkdir(mode=0o700)
    old = place / f"{'0' * 32}.djcache"
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.stack.settings",
        "STACK_CACHE": str(place),
        "STACK_STATIC": str(tmp_path / "static"),
        "CACHE_URL": None,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "PUBLIC_URL": "http://localhost:8000",
    }
    (tmp_path / "static").mkdir()
    old.write_bytes(b"Sofia")
    os.utime(old, (0, 0))
    for command in OTHERS:
        assert run(*command, **environment).returncode == 0
    assert old.exists()
    ended = run("-c", SERVE, **environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not old.exists()


@in_a_folder
def test_prune_says_how_many(read: None, later: Later, db: None) -> None:
    kept = len(list(folder().glob("*.entry")))
    assert kept > 3
    later(DAY + 1)
    lie("tmpx_7k2abc", 3600)
    assert pruned(dry_run=True) == f"Old files of the cache: {kept + 1} would be deleted."
    assert pruned() == f"Old files of the cache: {kept + 1} deleted."
    assert pruned() == "Old files of the cache: 0 deleted."


@pytest.mark.skipif(not is_redis(), reason="a folder is swept")
def test_with_redis_there_is_nothing_to_prune(db: None) -> None:
    cache.set("page", 1, 60)
    assert pruned() == "Old files of the cache: 0 deleted."
    assert cache.get("page") == 1


@in_a_folder
def test_prune_goes_on_where_the_folder_is_anothers(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("page", 1, 60)
    monkeypatch.setattr(os, "geteuid", lambda: folder().stat().st_uid + 1)
    assert pruned() == "Old files of the cache: can't be looked through (PermissionError)."
    assert not [path for path in folder().iterdir() if path.suffix not in {".entry", ".lock"}]


def pruned(**options: Any) -> str:
    out = StringIO()
    call_command("prune_activity", stdout=out, **options)
    return out.getvalue().splitlines()[-1]
