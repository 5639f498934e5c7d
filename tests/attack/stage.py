"""The site as in production, on PostgreSQL, without a proxy, and with an API of 100 ms."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from time import monotonic

from tests.attack.crowds import ATTACKED, HOST, Target
from tests.bench.browser import tell
from tests.bench.stage import INBOX
from tests.stack import services
from tests.stack.processes import BIN, Processes, free_port, resident, workers
from tests.stack.site import Site, bare_environment, processes
from tests.support.markup import attribute, first

API = 100  # milliseconds
PATIENCE = 10  # seconds for a page, then it counts as one that failed


@dataclass(frozen=True)
class Seen:
    """One request of somebody who looks on. `status`: 0 where no answer came."""

    status: int
    seconds: float


@dataclass(frozen=True)
class Stage:
    port: int
    master: int
    looker: str
    target: Target

    def page(self) -> Seen:
        """A member's inbox, over a new connection."""
        return ask(self.port, INBOX, self.looker)

    def probe(self) -> Seen:
        return ask(self.port, "/healthz")

    def memory(self) -> list[int]:
        """The bytes in use, by worker."""
        return [resident(pid) for pid in workers(self.master)]


@contextmanager
def staged(database: services.Postgres) -> Iterator[Stage]:
    with processes() as running:
        api = free_port()
        command = [str(BIN / "python"), "-m", "tests.bench.upstream", str(api)]
        running.serve(command, bare_environment(), api)
        tell(api, f"/delay/{API}")
        yield _serve(running, api, database)


def _serve(running: Processes, api: int, database: services.Postgres) -> Stage:
    more = {
        "DATABASE_URL": database.url(),
        "ALLOWED_HOSTS": ATTACKED,
        "PUBLIC_URL": f"https://{ATTACKED}",
        "EMAIL_URL": "smtp://127.0.0.1:9",
    }
    site, port = Site(running, f"http://{HOST}:{api}/api/v2", more), free_port()
    facts = site.shell("tests.attack.fill")
    server = site.serve(port, site.environment(port, "0"))
    cookies, token = _form(port)
    target = Target(port, cookies, token, tuple(facts["downloaders"]))
    return Stage(port, server.pid, facts["looker"], target)


def ask(port: int, path: str, cookies: str = "") -> Seen:
    begun = monotonic()
    try:
        status = _fetch(port, path, cookies)[0]
    except (OSError, HTTPException):
        status = 0
    return Seen(status, monotonic() - begun)


def _form(port: int) -> tuple[str, str]:
    """The cookie and the token with which the sign-in form may be posted."""
    _, cookies, text = _fetch(port, "/accounts/login/")
    token = attribute(first(text, "[name=csrfmiddlewaretoken]"), "value")
    return "; ".join(cookie.partition(";")[0] for cookie in cookies), token


def _fetch(port: int, path: str, cookies: str = "") -> tuple[int, list[str], str]:
    connection = HTTPConnection(HOST, port, timeout=PATIENCE)
    headers = {"Host": ATTACKED, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    try:
        connection.request("GET", path, headers=headers | ({"Cookie": cookies} if cookies else {}))
        response = connection.getresponse()
        text = response.read().decode()
        return response.status, response.headers.get_all("Set-Cookie", []), text
    finally:
        connection.close()
