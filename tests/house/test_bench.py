"""The commands that measure still work: a small run of what takes long"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import kept
from tests.bench.upstream import Changing
from tests.stack.processes import ROOT
from tests.stack.services import missing

SMALL = """
import os
os.environ |= {"ENV_FILE": "tests/test.env", "DJANGO_SETTINGS_MODULE": "inbox.settings"}
import django
django.setup()
from django.core.management import call_command
from tests.bench import syncs
call_command("migrate", verbosity=0)
for bell in (True, False):
    syncs.measure_steady(syncs.Scenario(4, 4, 60, bell=bell, warm=1), 1)
"""


def run(code: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("found", "is_fine"), [(1.0, True), (1.09, True), (1.11, False), (0.5, True)]
)
def test_a_run_is_compared_with_the_kept_one(tmp_path: Path, found: float, is_fine: bool) -> None:
    file = tmp_path / "kept.json"
    kept.write(file, {"p50 of (e) / (c)": 1.0, "instructions of (d)": 30e6, "only then": 1.0})
    told = list(kept.compare(file, {"p50 of (e) / (c)": found, "instructions of (d)": 30e6}))
    assert [fine for fine, _line in told] == [is_fine, True]


@pytest.mark.parametrize(
    ("found", "is_fine"), [(1.0, True), (0.91, True), (0.89, False), (2, True)]
)
def test_of_pages_a_second_more_are_better(tmp_path: Path, found: float, is_fine: bool) -> None:
    file = tmp_path / "kept.json"
    kept.write(file, {"pages/s of (d) / (b)": 1.0})
    ((fine, line),) = kept.compare(file, {"pages/s of (d) / (b)": found})
    assert fine is is_fine
    assert "pages/s of (d) / (b)" in line


def test_the_sync_is_measured_scenario_by_scenario(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/bench.sqlite3"
    ran = run(SMALL, {"PATH": "", "DATABASE_URL": database})
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("first reading:") == 2
    assert ran.stdout.count("s a simulated hour") == 2


@pytest.mark.skipif(bool(missing()), reason="there is no PostgreSQL")
def test_home_is_measured_beside_the_admin_and_as_a_brand_grows() -> None:
    code = "from tests.bench import queue; queue.main((800, 1_200), 1)"
    ran = run(code, {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ})
    assert ran.returncode == 0, ran.stderr
    for told in ("Home / admin", "1,080 chatrooms / 720 chatrooms", "bytes of 25 rows"):
        assert told in ran.stdout


def test_of_an_inbox_that_changes_one_row_differs_at_each_reading() -> None:
    listing = {"data": [{"last_message": {"id_message": n}} for n in range(5)], "total": 5}
    inboxes = Changing(listing)
    before = json.loads(inboxes.read("1000"))
    for _ in range(12):
        inboxes.read("1001")
        now = json.loads(inboxes.read("1000"))
        rows = zip(before.pop("data"), now["data"], strict=True)
        assert sum(one != two for one, two in rows) == 1
        before = now
