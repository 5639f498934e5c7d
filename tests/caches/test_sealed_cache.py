"""What lies in the cache is read where we wrote it, as we wrote it, and nowhere else"""

import logging
import os
import pickle
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.caches import sealing, tolerant
from inbox.models import Membership
from tests.conftest import Later, is_redis
from tests.support.pages import INBOX
from tests.support.raw_cache import RawCache, folder
from tests.support.runs import many
from tests.support.signing_in import LOGIN, enter, is_signed_in
from tests.support.upstream import Upstream

PAGE = {"name": "Sofia Duarte", "texts": ["Hello!"] * 50}
TOLD = "was changed, cut or not written by us"
COUNTER = f"{sealing.COUNTS}calls"


class Bomb:
    """What leaves a file behind where it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> Any:
        return os.open, (str(self.witness), os.O_CREAT | os.O_WRONLY, 0o600)


@pytest.fixture
def raw(settings: Settings) -> RawCache:
    return RawCache()


@pytest.fixture(autouse=True)
def _says_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_last_told", -1e9)


def counted(key: str) -> Any:
    try:
        return cache.incr(key)
    except (ValueError, NotImplementedError):  # Redis counts only what is meant for it
        return "not found"


# What reads an entry or writes over it, with what each finds where nothing is kept.
PATHS: dict[str, tuple[Callable[[str], Any], Any]] = {
    "get": (lambda key: cache.get(key, "nothing"), "nothing"),
    "get_many": (lambda key: cache.get_many([key, "another"]), {}),
    "has_key": (lambda key: key in cache, False),
    "touch": (lambda key: cache.touch(key, 60), False),
    "add": (lambda key: cache.add(key, "first", 60), True),
    "incr": (counted, "not found"),
    "get_or_set": (lambda key: cache.get_or_set(key, "new", 60), "new"),
    "set": (lambda key: cache.set(key, "new", 60), None),
    "set_many": (lambda key: cache.set_many({key: "new"}, 60), []),
    "delete": (lambda key: cache.delete(key, version=1), True),
}
each_path = pytest.mark.parametrize("path", list(PATHS))


def pickles(bomb: Bomb) -> dict[str, bytes]:
    """Everything that a reader might take for its own."""
    body = pickle.dumps(bomb)
    fine = pickle.dumps(time.time() + 60)
    return {
        "a pickle": body,
        "an end that is a pickle": body + zlib.compress(pickle.dumps(1)),
        "an entry of the earlier format": fine + zlib.compress(body),
        "a packed pickle": zlib.compress(body),
        "behind the length of a signature": bytes(32) + body,
        "behind the length of a head": bytes(40) + zlib.compress(body),
    }


@each_path
@pytest.mark.parametrize("key", ["page", COUNTER])
@pytest.mark.parametrize("kind", list(pickles(Bomb(Path("/nowhere")))))
def test_nothing_foreign_runs(
    raw: RawCache, tmp_path: Path, kind: str, key: str, path: str
) -> None:
    cache.set(key, 1, 60)
    raw.put_all(pickles(Bomb(tmp_path / "witness"))[kind])
    go, expected = PATHS[path]
    assert go(key) == expected
    assert not (tmp_path / "witness").exists()


@pytest.mark.parametrize("kind", list(pickles(Bomb(Path("/nowhere")))))
def test_making_room_runs_nothing_either(raw: RawCache, tmp_path: Path, kind: str) -> None:
    foreign = pickles(Bomb(tmp_path / "witness"))[kind]
    cache.set("page", 1, 60)
    raw.put_all(foreign)
    raw.put_beside(foreign)
    raw.make_room()
    assert not (tmp_path / "witness").exists()


@each_path
def test_each_takes_a_broken_entry_for_none(raw: RawCache, path: str) -> None:
    go, expected = PATHS[path]
    for broken in (b"", b"x", b"17", raw.cut, raw.turn_last_bit, raw.make_another_kind):
        cache.clear()
        cache.set("page", PAGE, 60)
        raw.change_all(broken)
        assert go("page") == expected, broken
        cache.set("page", PAGE, 60)
        assert cache.get("page") == PAGE


def test_a_broken_number_is_counted_anew(raw: RawCache) -> None:
    for broken in (b"", b"x", b"9" * 30, b"9223372036854775807", raw.make_another_kind):
        cache.clear()
        assert tolerant.count(COUNTER, 2, 60) == 2
        raw.change_all(broken)
        assert tolerant.count(COUNTER, 3, 60) == 3, broken
        assert tolerant.get(COUNTER) == 3


def test_an_entry_counts_under_its_own_key_alone(raw: RawCache) -> None:
    cache.set("mine", "mine", 60)
    cache.set("yours", "yours", 60)
    raw.swap()
    assert cache.get_many(["mine", "yours"]) == {}


@pytest.mark.skipif(is_redis(), reason="Redis ends its entries itself")
def test_an_entry_that_is_over_can_not_be_brought_back(raw: RawCache, later: Later) -> None:
    cache.set("page", PAGE, 60)
    before = raw.all()
    later(61)
    assert cache.get("page") is None
    raw.put(before)
    assert cache.get("page") is None
    cache.set("page", "new", 60)
    later(30)
    assert cache.touch("page", 10) is True
    later(45)
    assert cache.get("page") is None


CHANGES = st.one_of(
    st.tuples(st.just("flip"), st.floats(0, 1, exclude_max=True), st.integers(1, 255)),
    st.tuples(st.just("cut"), st.floats(0, 1, exclude_max=True), st.just(0)),
    st.tuples(st.just("longer"), st.just(0.0), st.integers(0, 255)),
)


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=many(300),
    deadline=None,
)
@given(change=CHANGES)
def test_no_change_of_any_byte_is_read(raw: RawCache, change: tuple[str, float, int]) -> None:
    kind, where, byte = change
    cache.clear()
    cache.set("page", PAGE, 60)
    assert cache.get("page") == PAGE
    (data,) = raw.all().values()
    at = int(where * len(data))
    changed = {
        "flip": data[:at] + bytes([data[at] ^ (byte or 1)]) + data[at + 1 :],
        "cut": data[:at],
        "longer": data + bytes([byte]),
    }[kind]
    raw.put_all(changed)
    assert cache.get("page") is None


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=many(300),
    deadline=None,
)
@given(data=st.binary(max_size=200))
def test_no_bytes_of_others_are_read(raw: RawCache, data: bytes) -> None:
    cache.clear()
    cache.set("page", PAGE, 60)
    raw.put_all(data)
    assert cache.get_many(["page"]) == {}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def test_it_is_said_once_without_what_it_is(
    raw: RawCache, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20):
        cache.set(f"page-{number}", PAGE, 60)
    raw.change_all(b"Sofia")
    for _ in range(3):
        assert cache.get_many([f"page-{number}" for number in range(20)]) == {}
    (line,) = warnings(caplog)
    assert TOLD in line
    assert "page" not in line
    assert "Sofia" not in line


def test_under_another_secret_key_nothing_is_found_and_nothing_said(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    cache.set("page", PAGE, 60)
    first = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789-0123456789"
    settings.SECRET_KEY_FALLBACKS = [first]
    assert cache.get("page") is None
    assert cache.add("page", "new", 60)
    settings.SECRET_KEY = first
    assert cache.get("page") == PAGE
    assert warnings(caplog) == []


@pytest.mark.parametrize("foreign", [b"", b"17", b"-1", b"garbage", pickle.dumps({"a": 1})])
def test_people_sign_in_and_read_whatever_lies_in_the_cache(
    raw: RawCache, api: Upstream, moderator: Membership, foreign: bytes
) -> None:
    client = Client()
    enter(client, "nadia@example.com", "wrong")
    raw.put_all(foreign)
    assert enter(client, "nadia@example.com", "wrong").status_code == 200
    raw.put_all(foreign)
    assert enter(client, "nadia@example.com").status_code == 302
    assert is_signed_in(client)
    for _ in range(2):
        assert client.get(INBOX).status_code == 200
        raw.put_all(foreign)
    assert client.get("/readyz").json()["cache"] == "ok"
    raw.change_all(raw.make_another_kind)
    assert client.get(INBOX).status_code == 200
    assert Client().get(LOGIN).status_code == 200


@pytest.mark.skipif(not is_redis(), reason="in files nothing is plain")
def test_redis_holds_plain_numbers_under_the_keys_of_counters_alone(raw: RawCache) -> None:
    cache.add(COUNTER, 0, 60)
    cache.incr(COUNTER, 41)
    assert list(raw.all().values()) == [b"41"]
    cache.clear()
    cache.set("number", 41, 60)
    assert b"41" not in raw.all().values()
    assert cache.get("number") == 41
    with pytest.raises(NotImplementedError):
        cache.incr("number")


def test_what_an_earlier_version_of_the_code_kept_is_a_miss(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sealing, "Gone", Gone, raising=False)
    monkeypatch.setattr(Gone, "__module__", "inbox.caches.sealing")
    cache.set("page", Gone(), 60)
    assert isinstance(cache.get("page"), Gone)
    monkeypatch.delattr(sealing, "Gone")
    assert cache.get("page", "nothing") == "nothing"
    assert cache.add("page", "new", 60)
    assert warnings(caplog) == []


class Gone:
    """A kind of thing that the next version does not know."""


def make_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "within").write_text("anything")


def make_huge(path: Path) -> None:
    """Sparse: it takes no room on the disk."""
    os.truncate(path, 8 * 10**12)


@pytest.mark.skipif(is_redis(), reason="in a folder")
@pytest.mark.parametrize("change", [make_folder, make_huge])
@each_path
def test_what_is_no_file_of_ours_is_dropped(
    raw: RawCache, path: str, change: Callable[[Path], None]
) -> None:
    act, nothing = PATHS[path]
    cache.set("key", PAGE, 60)
    raw.change_all(change)
    assert act("key") == nothing
    assert cache.add("key", "anew", 60) or path in {"add", "set", "set_many", "get_or_set"}
    assert cache.get("key")


@pytest.mark.skipif(is_redis(), reason="in a folder")
def test_folders_in_the_place_of_locks_are_dropped(moderator: Membership, raw: RawCache) -> None:
    cache.set("key", PAGE, 60)
    for number in range(64):
        make_folder(folder() / f"{number}.lock")
    client = Client()
    enter(client, moderator.user.email)
    assert is_signed_in(client)


@pytest.mark.skipif(is_redis(), reason="in a folder")
@pytest.mark.parametrize("change", [make_folder, make_huge])
def test_the_sweep_removes_them(
    raw: RawCache, later: Later, change: Callable[[Path], None]
) -> None:
    cache.set("key", PAGE, 60)
    raw.change_all(change)
    backend: Any = cache
    later(601)
    assert backend.sweep() == 1
    assert raw.all() == {}
