"""The Procfile's processes, as a platform starts them with what `app.json` asks for"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from inbox.sandbox.app import create_app
from inbox.sandbox.server import running as serving
from tests.house.test_manifest import manifest
from tests.stack import services
from tests.stack.processes import BIN, ROOT, Environment, free_port
from tests.stack.site import Site, processes

START, END = 120, 60  # seconds, on a machine that is busy
WHOLE = "SELECT count(*) FROM inbox_indexedambassador WHERE walked IS NOT NULL"


@dataclass(frozen=True)
class Platform:
    """What a platform has: its add-ons, and the environment that they and the manifest make."""

    environment: Environment
    database: services.Postgres
    port: int
    log: Path

    @contextmanager
    def started(self, *names: str) -> Iterator[subprocess.Popen[bytes]]:
        """The Procfile's processes of these names, gone when the block ends."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [str(BIN / "honcho"), "start", *names],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(END)

    def ready(self) -> dict[str, Any]:
        try:
            answer = requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
        except requests.RequestException:
            return {}
        told: dict[str, Any] = answer.json()
        return told

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.database.url()) as connection:
            return (connection.execute(query).fetchone() or [None])[0]

    def lines(self, process: str) -> list[str]:
        """What this process said, without what honcho puts before it."""
        heads = [line.partition(" | ") for line in self.log.read_text().splitlines()]
        return [said for head, _, said in heads if f" {process}.1" in head]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    if lacking := services.missing():
        pytest.skip(f"There is no {' and no '.join(lacking)}.")
    with ExitStack() as stack:
        database = stack.enter_context(services.postgres())
        cache = stack.enter_context(services.redis(encrypts=True))
        popsell = stack.enter_context(serving(create_app()))
        scratch = stack.enter_context(processes())
        preset = {n: one["value"] for n, one in manifest()["env"].items() if "value" in one}
        more = {"DATABASE_URL": database.url(), "REDIS_URL": cache.server, **preset}
        port = free_port()
        environment = Site(scratch, popsell, more).environment(port)
        for ours in ("WORKER_BESIDE_WEB", "STACK_CACHE"):
            del environment[ours]
        environment |= {"PORT": str(port), "PATH": f"{BIN}:{os.environ['PATH']}"}
        environment |= {"POPSELL_SYNC_RATE": "6000", "WEB_CONCURRENCY": "1"}
        yield Platform(environment, database, port, scratch.scratch / "honcho.log")


def wait_for(is_so: Callable[[], object], platform: Platform) -> None:
    until = time.monotonic() + START
    while not is_so():
        assert time.monotonic() < until, platform.log.read_text()
        time.sleep(0.1)


def test_it_is_released_serves_works_and_ends(platform: Platform) -> None:
    with platform.started("release") as release:
        assert release.wait(START) == 0
    assert "Applying inbox.0001_initial... OK" in "".join(platform.lines("release"))
    platform.ask("INSERT INTO inbox_brand (id, name, time_zone) VALUES (3, 'A', 'UTC') RETURNING 1")

    with platform.started("web", "worker") as both:
        wait_for(lambda: platform.ready().get("worker") == "ok", platform)
        ready = platform.ready()
        assert {ready[name] for name in ("database", "cache", "migrations", "worker")} == {"ok"}
        wait_for(lambda: platform.ask(WHOLE) == 12, platform)
        both.send_signal(signal.SIGTERM)
        both.wait(END)

    assert platform.lines("worker")[-1].endswith(" INFO    The worker ends.")
    told = platform.log.read_text()
    for trouble in (" WARNING ", " ERROR ", "Traceback"):
        assert trouble not in told
    for secret in (services.Redis.PASSWORD, "a-secret-of-the-database", "sandbox-token"):
        assert secret not in told


def test_a_certificate_that_nobody_signed_is_refused_elsewhere(platform: Platform) -> None:
    """Neither the cache nor the worker takes it, unless they are told to."""
    strict = {**platform.environment, "REDIS_VERIFY": "on"}
    cache = "from django.core.cache import cache; cache.set('a', 1)"
    broker = "from inbox.background import app; app.connection().ensure_connection(max_retries=1)"
    for code in (cache, broker):
        for environment in (strict, platform.environment):
            ended = subprocess.run(  # noqa: S603 - our own command
                [str(BIN / "python"), "manage.py", "shell", "--command", code],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ("CERTIFICATE_VERIFY_FAILED" in ended.stderr) == (environment is strict)
            assert (ended.returncode == 0) == (environment is not strict)
