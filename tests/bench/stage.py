"""What a run needs around it: the upstream, a filled database, and each contender's server."""

import subprocess
from dataclasses import dataclass, replace

from tests.bench.browser import Page, fetch, tell
from tests.bench.upstream import LISTING
from tests.stack.processes import BIN, Environment, Processes, free_port
from tests.stack.site import GUNICORN, Site, bare_environment

INBOX = "/brands/3/ambassadors/100/"
DESK = "/admin/inbox/activity/"
MINIMAL = "/minimal/"
CACHED = "10"  # INBOX_CACHE_SECONDS where the cache is on


@dataclass(frozen=True)
class Server:
    """A contender's server and the page it is measured by."""

    page: Page
    process: subprocess.Popen[bytes]


class Stage:
    """Everything that runs, in one scratch folder."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.api = free_port()
        command = [str(BIN / "python"), "-m", "tests.bench.upstream", str(self.api)]
        processes.serve(command, bare_environment(), self.api)
        self._our_site = Site(processes, f"http://127.0.0.1:{self.api}/api/v2")
        self.facts = self._our_site.shell("tests.bench.fill")

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api}{LISTING}?page=1&sort=-last_action_date"

    def environment(self, cache: str, settings: str) -> Environment:
        """Of a process of our site without a server."""
        return self._our_site.environment(free_port(), cache, settings)

    def inbox(self, cache: str) -> Server:
        """Our page, served as the Procfile does."""
        port = free_port()
        environment = self._our_site.environment(port, cache)
        process = self._our_site.serve(port, environment)
        return self._checked(Page(port, INBOX, self.facts["moderator"]), process)

    def desk(self) -> Server:
        """The admin's change list, served alike."""
        port = free_port()
        environment = self._our_site.environment(port, settings="tests.bench.desk")
        process = self._our_site.serve(port, environment)
        return self._checked(Page(port, DESK, self.facts["operator"]), process)

    def minimal(self) -> Server:
        """A page of hardly anything behind our own middlewares, served alike."""
        port = free_port()
        environment = self._our_site.environment(port, settings="tests.bench.minimal")
        process = self._our_site.serve(port, environment)
        return self._checked(Page(port, MINIMAL, self.facts["moderator"]), process, 1)

    def naive(self) -> Server:
        """The naive view, with the same numbers of workers and threads."""
        port, numbers = free_port(), self.facts["gunicorn"]
        command = [*GUNICORN, "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
        command += ["--worker-class", "gthread", "--log-level", "warning"]
        for option in ("workers", "threads", "timeout"):
            command += [f"--{option}", str(numbers[option])]
        command += ["--keep-alive", str(numbers["keepalive"])]
        command.append("django.core.wsgi:get_wsgi_application()")
        environment = {
            **bare_environment(),
            "DJANGO_SETTINGS_MODULE": "tests.bench.naive.settings",
            "POPSELL_API_URL": f"http://127.0.0.1:{self.api}/api/v2",
        }
        process = self.processes.serve(command, environment, port)
        return self._checked(Page(port, "/"), process)

    def queries(self) -> dict[str, list[int]]:
        """By number of rows asked for: the rows seen, and the queries they took."""
        extra = {"BENCH_SESSION": self.facts["moderator"], "BENCH_PAGE": INBOX}
        found: dict[str, list[int]] = self._our_site.shell("tests.bench.queries", extra)
        tell(self.api, "/rows/25")
        return found

    def _checked(self, page: Page, process: subprocess.Popen[bytes], most: int = 25) -> Server:
        """The server, once it shows its rows; later visits bring the cookies of the first."""
        first = fetch(page)
        cookies = "; ".join(filter(None, [page.cookies, *first.cookies]))
        page = replace(page, cookies=cookies)
        rows = fetch(page).text.count(_row_mark(page.path))
        if rows != most:
            log = (self.processes.scratch / f"{page.port}.log").read_text()[-3000:]
            raise SystemExit(f"{page.path} answers {first.status}, {rows} rows, not {most}:\n{log}")
        return Server(page, process)


def _row_mark(path: str) -> str:
    marks = {INBOX: 'id="chatroom-', DESK: '<th class="field-started', MINIMAL: "<h1>"}
    return marks.get(path, "<tr>\n        <td>")
