"""A worker as the site starts it, in a process of its own."""

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.stack.processes import ROOT, Environment
from tests.stack.site import bare_environment
from tests.test_settings import PRODUCTION

START = 60  # seconds until a worker must have begun, however busy the machine is
END = 30


def wait_for(is_so: Callable[[], object], seconds: float = START) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "nothing of the kind happened"
        time.sleep(0.05)


class Place:
    """A folder with a database, the queue and the log; workers of one machine share it."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder, self.queue = folder, folder / "queue"
        self.environment: Environment = {
            **bare_environment(),
            **{name: value for name, value in PRODUCTION.items() if name != "CACHE_URL"},
            "ENV_FILE": os.devnull,
            "DJANGO_SETTINGS_MODULE": "tests.stack.settings",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "STACK_CACHE": str(folder / "cache"),
            "STACK_STATIC": str(folder / "static"),
            "STACK_TOLD": str(folder / "told"),
            **more,
        }
        self.migrate()

    def migrate(self) -> None:
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)  # noqa: S603

    @contextmanager
    def worker(self, app: str = "tests.stack.ringing") -> Iterator["Worker"]:
        with running(self.environment, self.folder / "log", app) as worker:
            yield worker

    @property
    def told(self) -> list[str]:
        told = self.folder / "told"
        return told.read_text().splitlines() if told.exists() else []

    def rows(self, query: str) -> list[Any]:
        """What the database answers to this; nothing for a change, which is committed."""
        with closing(self._connect()) as database, database:
            cursor = database.cursor()
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []

    def _connect(self) -> Any:
        url = self.environment["DATABASE_URL"]
        if url.startswith("postgres"):
            return psycopg.connect(url)
        return sqlite3.connect(self.folder / "db.sqlite3")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def lines(self) -> list[dict[str, Any]]:
        """What the log holds, but for what Celery says to a person at the terminal."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]


class Worker:
    def __init__(self, environment: Environment, log: Path, app: str) -> None:
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command(app), cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
            )

    def end(self) -> int:
        """As a platform does; returns with which code it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END)


def command(app: str) -> list[str]:
    """As the Procfile has it, with this app instead of the product's."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    line = next(line for line in lines if line.startswith("worker:"))
    words = shlex.split(line)[2:]
    return [sys.executable, *(app if one == "inbox.background" else one for one in words)]


@contextmanager
def running(environment: Environment, log: Path, app: str = "inbox.background") -> Iterator[Worker]:
    """A worker that says what it has to say at the end of this file; killed if it still runs."""
    worker = Worker(environment, log, app)
    try:
        yield worker
    finally:
        worker.process.kill()
        worker.process.wait()
