"""The commands that measure still work: a small run of what takes long"""

import subprocess
import sys
from pathlib import Path

from tests.stack.processes import ROOT

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


def test_the_sync_is_measured_scenario_by_scenario(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/bench.sqlite3"
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", SMALL],
        cwd=ROOT,
        env={"PATH": "", "DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("first reading:") == 2
    assert ran.stdout.count("s a simulated hour") == 2
