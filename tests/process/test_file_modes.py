"""What we write to disk is for the site's own user alone, under any umask"""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.test_settings import PRODUCTION, ROOT, Ended, assert_stopped

UMASKS = [0o000, 0o002, 0o022, 0o077]
is_root = os.geteuid() == 0
each_umask = pytest.mark.parametrize("umask", UMASKS, ids=lambda umask: f"{umask:03o}")

CONNECT = """
import django; django.setup()
import json, logging, os, sys
from pathlib import Path
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS people (name text)")
    cursor.execute("INSERT INTO people VALUES ('Sofia')")
    folder = Path(sys.argv[1])
    print(json.dumps({one.name: oct(one.stat().st_mode & 0o777) for one in folder.iterdir()}))
"""
KEEP = """
import django; django.setup()
import json, sys
from pathlib import Path
from django.core.cache import cache
cache.set("page", "Sofia", 60)
cache.add("tries", 0, 60)
cache.incr("tries")
cache.touch("tries", 60)
folder = Path(sys.argv[1])
files = {oct(one.stat().st_mode & 0o777) for one in folder.iterdir()}
print(json.dumps([oct(folder.stat().st_mode & 0o777), sorted(files)]))
"""


def run(*arguments: str, umask: int = 0o022, **changes: str) -> Ended:
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **PRODUCTION}
    del environment["CACHE_URL"]
    environment["DJANGO_SETTINGS_MODULE"] = "tests.stack.settings"
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**environment, "STACK_STATIC": str(ROOT / "tests/output"), **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        umask=umask,
    )


def said_by(ended: Ended) -> Any:
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# The database


def connect(folder: Path, umask: int) -> Any:
    """The modes of all files beside the database, while it is in use."""
    database = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "STACK_CACHE": str(folder / "no")}
    return said_by(run("-c", CONNECT, str(folder), umask=umask, **database))


PRIVATE = dict.fromkeys(("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"), "0o600")


@each_umask
def test_a_new_database_is_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    assert connect(tmp_path, umask) == PRIVATE


def test_so_is_one_that_others_could_read_before(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite3"
    before = sqlite3.connect(file)
    before.execute("PRAGMA journal_mode=WAL")
    before.execute("CREATE TABLE things (name text)")
    before.commit()
    for name in PRIVATE:
        (tmp_path / name).chmod(0o644)
    assert connect(tmp_path, 0o022) == PRIVATE
    before.close()


def test_one_whose_mode_is_anothers_to_change_is_said_once_and_used(tmp_path: Path) -> None:
    """Its group may be ours."""
    refuse = """
from pathlib import Path
def refuse(self, mode):
    raise PermissionError
Path.chmod = refuse
"""
    address = f"sqlite:///{tmp_path}/db.sqlite3"
    code = f"{refuse}{CONNECT}\nconnection.close(); connection.connect()"
    ended = run("-c", code, str(tmp_path), DATABASE_URL=address, STACK_CACHE=str(tmp_path / "no"))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("Others can read the SQLite file") == 1


# The cache


@each_umask
def test_the_cache_is_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    folder = tmp_path / "cache"
    kept = said_by(run("-c", KEEP, str(folder), umask=umask, STACK_CACHE=str(folder)))
    assert kept == ["0o700", ["0o600"]]


def serve(folder: Path, umask: int = 0o022) -> Ended:
    return run("-c", "import inbox.wsgi", umask=umask, STACK_CACHE=str(folder))


def assert_serves(folder: Path, umask: int = 0o022) -> None:
    ended = serve(folder, umask)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert mode(folder) == 0o700


@each_umask
def test_the_start_makes_the_folder(tmp_path: Path, umask: int) -> None:
    assert_serves(tmp_path / "cache", umask)


def test_the_start_shuts_a_folder_that_others_could_read(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("3.lock", f"{'0' * 64}.entry"):
        (folder / name).touch(mode=0o644)
    assert_serves(folder)
    assert mode(folder / "3.lock") == 0o600


@pytest.mark.parametrize("others", [0o020, 0o002, 0o070, 0o007])
def test_the_start_refuses_a_folder_that_others_can_write(tmp_path: Path, others: int) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o700 | others)
    ended = serve(folder)
    assert_stopped(ended, "CACHE_URL")
    assert str(folder) in ended.stderr
    assert mode(folder) == 0o700 | others


@pytest.mark.skipif(not is_root, reason="only root can give a folder away")
def test_the_start_refuses_a_folder_of_another_user(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, -1)
    assert_stopped(serve(folder), "CACHE_URL")


def test_the_start_refuses_a_link_into_a_folder_that_others_can_write(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    (shared / "ours").mkdir(parents=True)
    (shared / "ours").chmod(0o700)
    link = tmp_path / "cache"
    link.symlink_to(shared / "ours")
    assert_serves(shared / "ours")
    assert_serves(link)
    shared.chmod(0o1777)  # where only the owner may move it, as in /tmp
    assert_serves(link)
    for open_mode in (0o777, 0o775):
        shared.chmod(open_mode)
        assert_stopped(serve(link), "CACHE_URL")
    link.unlink()
    link.symlink_to(shared)
    assert_stopped(serve(link), "CACHE_URL")


def test_the_start_says_where_there_can_be_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "cache"):
        assert_stopped(serve(folder), "CACHE_URL")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert_stopped(serve(tmp_path / "loop"), "CACHE_URL")


def test_commands_that_serve_nobody_do_not_care(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o777)
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--dry-run"]):
        ended = run("manage.py", *command, STACK_CACHE=str(folder), DATABASE_URL=database)
        assert ended.returncode == 0, ended.stderr
    assert list(folder.iterdir()) == []
