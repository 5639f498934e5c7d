"""What a run needs around it: the upstream, a filled database, and each contender's server."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.browser import Page, fetch, tell
from tests.bench.processes import BIN, Environment, Processes, free_port
from tests.bench.upstream import LISTING

INBOX = "/brands/3/ambassadors/100/"
DESK = "/admin/inbox/activity/"
CACHED = "10"  # INBOX_CACHE_SECONDS where the cache is on
GUNICORN = [str(BIN / "gunicorn")]
SHELL = [str(BIN / "python"), "manage.py", "shell", "--verbosity", "0", "--command"]


@dataclass(frozen=True)
class Server:
    """A contender's server and the page it is measured by."""

    page: Page
    process: subprocess.Popen[bytes]


class Stage:
    """Everything that runs, in one scratch folder."""

    def __init__(self, processes: Processes, scratch: Path, base: Environment) -> None:
        self.processes = processes
        self._scratch = scratch
        self._base = base
        self.api = free_port()
        command = [str(BIN / "python"), "-m", "tests.bench.upstream", str(self.api)]
        processes.serve(command, base, self.api)
        collect = [str(BIN / "python"), "manage.py", "collectstatic", "--noinput"]
        processes.ask([*collect, "--verbosity", "0"], self.environment(0))
        self.facts = self._shell("fill")

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api}{LISTING}?page=1&sort=-last_action_date"

    def environment(self, port: int, cache: str = "0", settings: str = "ours") -> Environment:
        """What the site is told, as on a platform."""
        return {
            **self._base,
            "DJANGO_SETTINGS_MODULE": f"tests.bench.{settings}",
            "ENV_FILE": "/dev/null",
            "SECRET_KEY": "for-the-benchmark-alone-0123456789-0123456789",
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": f"sqlite:///{self._scratch}/bench.sqlite3",
            "POPSELL_API_URL": f"http://127.0.0.1:{self.api}/api/v2",
            "POPSELL_ACCESS_TOKEN": "sandbox-token",
            "INBOX_CACHE_SECONDS": cache,
            "BENCH_CACHE": str(self._scratch / f"cache-{port}"),
        }

    def inbox(self, cache: str) -> Server:
        """Our page, served as the Procfile does."""
        return self._site(INBOX, self.facts["moderator"], cache=cache)

    def desk(self) -> Server:
        """The admin's change list, served alike."""
        return self._site(DESK, self.facts["operator"], settings="desk")

    def naive(self) -> Server:
        """The naive view, with the same numbers of workers and threads."""
        port, numbers = free_port(), self.facts["gunicorn"]
        command = [*GUNICORN, "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
        command += ["--worker-class", numbers["worker_class"], "--log-level", "warning"]
        for option in ("workers", "threads", "timeout"):
            command += [f"--{option}", str(numbers[option])]
        command += ["--keep-alive", str(numbers["keepalive"])]
        command.append("django.core.wsgi:get_wsgi_application()")
        environment = {
            **self._base,
            "DJANGO_SETTINGS_MODULE": "tests.bench.naive.settings",
            "POPSELL_API_URL": f"http://127.0.0.1:{self.api}/api/v2",
        }
        return self._checked(Page(port, "/"), command, environment)

    def queries(self) -> dict[str, list[int]]:
        """By number of rows asked for: the rows seen, and the queries they took."""
        extra = {"BENCH_SESSION": self.facts["moderator"], "BENCH_PAGE": INBOX}
        found: dict[str, list[int]] = self._shell("queries", extra)
        tell(self.api, "/rows/25")
        return found

    def _site(self, path: str, cookies: str, cache: str = "0", settings: str = "ours") -> Server:
        port = free_port()
        command = [*GUNICORN, "--config", "inbox/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
        return self._checked(
            Page(port, path, cookies), command, self.environment(port, cache, settings)
        )

    def _checked(self, page: Page, command: list[str], environment: Environment) -> Server:
        """The server, once it shows its 25 rows; later visits bring the cookies of the first."""
        process = self.processes.serve(command, environment, page.port)
        first = fetch(page)
        cookies = "; ".join(filter(None, [page.cookies, *first.cookies]))
        page = replace(page, cookies=cookies)
        rows = fetch(page).text.count(_row_mark(page.path))
        if rows != 25:
            log = (self._scratch / f"{page.port}.log").read_text()[-3000:]
            raise SystemExit(f"{page.path} answers {first.status}, {rows} rows, not 25:\n{log}")
        return Server(page, process)

    def _shell(self, module: str, extra: Environment | None = None) -> Any:
        code = f"from tests.bench.{module} import main; main()"
        said = self.processes.ask([*SHELL, code], {**self.environment(0), **(extra or {})})
        return json.loads(said.splitlines()[-1])  # the site's log lines come before


def _row_mark(path: str) -> str:
    return {INBOX: 'id="chatroom-', DESK: '<th class="field-started'}.get(
        path, "<tr>\n        <td>"
    )
