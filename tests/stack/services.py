"""Throw-away PostgreSQL and Redis on loopback, each gone when its block ends.

`python -m tests.stack.services COMMAND…` runs a command beside both, for `bin/services`.
It sets TEST_DATABASE_URL, and TEST_CACHE_URL without the number of a database.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stack.certificates import make_certificate
from tests.stack.processes import Processes, free_port, stoppable

POSTGRES_USER = "postgres"  # who owns the server where we are root, as which it refuses to run
PORT_NAMES = "listen_addresses=127.0.0.1", "unix_socket_directories=''"
NO_CARE = (
    "fsync=off",
    "full_page_writes=off",
)  # it is thrown away; what is committed outlives `stop`


def missing() -> list[str]:
    """The servers that are not installed here."""
    has = {"PostgreSQL": _postgres_tool("initdb"), "Redis": shutil.which("redis-server")}
    return [name for name, found in has.items() if not found]


class Postgres:
    """A PostgreSQL in a folder of its own, which may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._data = folder / "data"
        if os.geteuid() == 0:
            shutil.chown(folder, POSTGRES_USER)
        self._run("initdb", "--auth=trust", f"--username={POSTGRES_USER}", "--no-sync")
        self.start()

    def url(self, name: str = "postgres") -> str:
        return f"postgres://{POSTGRES_USER}:a-secret-of-the-database@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Returns once it answers."""
        settings = [f"-c {setting}" for setting in (*PORT_NAMES, *NO_CARE, "max_connections=50")]
        options = " ".join(["-p", str(self.port), *settings])
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as if the machine failed: what was under way is lost."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, tool: str, *options: str) -> None:
        command = [str(_postgres_tool(tool)), "-D", str(self._data), *options]
        if os.geteuid() == 0:
            command = ["runuser", "-u", POSTGRES_USER, "--", *command]
        with (self._folder.parent / "pg.log").open("ab") as log:
            subprocess.run(command, cwd="/", stdout=log, stderr=log, check=True)  # noqa: S603 - see above


class Redis:
    """A Redis that keeps nothing, which may be killed and started again on its port.

    `encrypts`: with a certificate that it signed itself, and a password, as platforms' add-ons do.
    """

    PASSWORD = "a-secret-of-the-cache"

    def __init__(self, running: Processes, *, encrypts: bool = False) -> None:
        self.port = free_port()
        self._running = running
        self._encrypts = encrypts
        self.start()

    @property
    def server(self) -> str:
        """An address that wants the number of a database at its end."""
        if self._encrypts:
            return f"rediss://:{self.PASSWORD}@localhost:{self.port}/"
        return f"redis://127.0.0.1:{self.port}/"

    @property
    def url(self) -> str:
        return f"{self.server}0"

    def start(self) -> None:
        where = ["--bind", "127.0.0.1", "--dir", str(self._running.scratch)]
        keeps_nothing = ["--save", "", "--appendonly", "no"]
        command = ["redis-server", *where, *self._listening(), *keeps_nothing]
        self._process = self._running.serve(command, dict(os.environ), self.port)

    def _listening(self) -> list[str]:
        port = str(self.port)
        if not self._encrypts:
            return ["--port", port]
        certificate, key = make_certificate(self._running.scratch, "redis")
        files = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
        asks = ["--tls-auth-clients", "no", "--requirepass", self.PASSWORD]
        return ["--port", "0", "--tls-port", port, *files, *asks]

    def kill(self) -> None:
        self._running.stop(self._process)

    @property
    def pid(self) -> int:
        return self._process.pid


@contextmanager
def postgres() -> Iterator[Postgres]:
    with TemporaryDirectory(prefix="postgres-") as outer:
        Path(outer).chmod(0o755)  # the server's own user must get through
        folder = Path(outer) / "server"
        folder.mkdir(mode=0o700)
        server = Postgres(folder)
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test may have left it stopped
                server.stop()


@contextmanager
def redis(*, encrypts: bool = False) -> Iterator[Redis]:
    with TemporaryDirectory(prefix="redis-") as scratch, Processes(Path(scratch)) as running:
        yield Redis(running, encrypts=encrypts)


def main(command: Sequence[str]) -> int:
    with stoppable(), postgres() as database, redis() as cache:
        urls = {"TEST_DATABASE_URL": database.url(), "TEST_CACHE_URL": cache.server}
        return subprocess.run(command, env={**os.environ, **urls}, check=False).returncode  # noqa: S603 - the caller's own


def _postgres_tool(name: str) -> str | None:
    """The newest installed one; Debian keeps them beside PATH."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    return str(beside[-1]) if beside else shutil.which(name)


def _version(tool: Path) -> int:
    number = tool.parts[-3]
    return int(number) if number.isdigit() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
