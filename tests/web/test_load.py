"""The site as the Procfile starts it, while Popsell hangs and everybody presses reload."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from threading import Event, Thread

import pytest

from tests.bench.browser import Page, fetch, tell
from tests.bench.stage import INBOX, Server, Stage
from tests.stack.site import processes

MEMBERS = 50
SECONDS = 4.0


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with processes() as running:
        yield Stage(running)


def reload_until(stop: Event, server: Server, path: str, statuses: Counter[int]) -> None:
    while not stop.is_set():
        statuses[fetch(Page(server.page.port, path, server.page.cookies)).status] += 1


def took(server: Server, path: str) -> float:
    begun = time.monotonic()
    assert fetch(Page(server.page.port, path)).status == 200
    return time.monotonic() - begun


def test_a_hanging_popsell_holds_up_nobody_else(stage: Stage) -> None:
    server = stage.inbox("0")
    tell(stage.api, "/delay/60000")
    stop, statuses = Event(), Counter[int]()
    paths = [INBOX, *(f"{INBOX}?page={number}" for number in range(2, MEMBERS + 1))]
    members = [Thread(target=reload_until, args=[stop, server, path, statuses]) for path in paths]
    for member in members:
        member.start()
    seconds: dict[str, list[float]] = {"/healthz": [], "/accounts/login/": []}
    begun = time.monotonic()
    while time.monotonic() - begun < SECONDS:
        for path, times in seconds.items():
            times.append(took(server, path))
        time.sleep(0.05)
    tell(stage.api, "/delay/0")
    stop.set()
    for member in members:
        member.join(30)
    assert set(statuses) <= {200, 504}
    for path, times in seconds.items():
        assert median(times) < 0.1, f"{path}: {sorted(times)[-5:]}"


@pytest.mark.nightly
def test_no_more_connections_than_threads(stage: Stage) -> None:
    """1,000 page views over keep-alive connections, counted from the system's own table."""
    server = stage.inbox("0")
    stop, statuses = Event(), Counter[int]()
    members = [Thread(target=reload_until, args=[stop, server, INBOX, statuses]) for _ in range(8)]
    for member in members:
        member.start()
    while statuses.total() < 1000:
        time.sleep(0.05)
    open_now = established(stage.api)
    stop.set()
    for member in members:
        member.join(30)
    assert set(statuses) == {200}
    assert 1 <= open_now <= 2 * 128


def established(port: int) -> int:
    """Connections to this port of this machine, from the client's side."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    wanted = f"0100007F:{port:04X}"
    return sum(1 for line in lines if line.split()[2] == wanted and line.split()[3] == "01")


@pytest.mark.nightly
@pytest.mark.parametrize("contender", ["desk", "naive"])
def test_what_the_site_is_measured_against_shows_its_rows(stage: Stage, contender: str) -> None:
    server: Server = getattr(stage, contender)()  # which looks at its page
    assert server.process.poll() is None
