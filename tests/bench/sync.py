"""`bin/bench --sync`: how soon changes stand in the index, measured in fake time on SQLite."""

import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django


def main(quick: bool) -> None:
    """Exits with 1 where a target is missed."""
    with TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'sync.sqlite3'}"
        os.environ["ENV_FILE"] = "tests/test.env"
        os.environ["DJANGO_SETTINGS_MODULE"] = "inbox.settings"
        django.setup()
        logging.disable(logging.ERROR)
        from tests.bench import syncs  # noqa: PLC0415 - it needs the settings

        sys.exit(0 if syncs.measure(quick) else 1)
