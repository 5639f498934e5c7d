"""bin/demo: the whole product on this machine, and nothing left of it afterwards"""

import fcntl
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests

from inbox.sandbox.crowds import MOST, MOST_ROOMS
from inbox.sandbox.meanings import of_codes
from tests.support.markup import attribute, first
from tests.support.pages import INBOX, button, row, rows, told

ROOT = Path(__file__).parents[2]
PASSWORD = "lumiere-et-parfum"
PATIENCE = 120  # seconds: .venv may have to be prepared first
WHOLE = 45  # seconds: on two cores of its own it takes a third of that
WALKED = (
    "SELECT brand_id, count(*), count(walked) FROM inbox_indexedambassador"
    " WHERE failed_since IS NULL GROUP BY brand_id ORDER BY brand_id"
)
ENDING = (
    60  # seconds on a busy machine; a worker that does not end by itself is killed after twenty
)

pytestmark = pytest.mark.usefixtures("ctrl_c_is_heard", "_one_at_a_time")


@pytest.fixture
def _one_at_a_time() -> Iterator[None]:
    """Each demo collects the checkout's static files, also while other tests run."""
    with (ROOT / "tests/output/demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Demo:
    """bin/demo in a process group of its own, as a terminal starts it."""

    def __init__(self, folder: Path, port: int, sandbox_port: int, **more: str) -> None:
        self.output = folder / "output"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        ports = {"PORT": str(port), "SANDBOX_PORT": str(sandbox_port)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["bin/demo"],  # noqa: S607 - of the checkout
                cwd=ROOT,
                env={**os.environ, **ports, **more, "TMPDIR": str(self.scratch)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, f"not said: {words}\n{self.said()}"
            time.sleep(0.05)

    def press_ctrl_c(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(ENDING)

    def is_running(self) -> bool:
        """Whether anything it started still runs."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def csrf(page: str) -> str:
    return attribute(first(page, "[name=csrfmiddlewaretoken]"), "value")


def test_the_demo_runs_the_whole_path_and_leaves_nothing(tmp_path: Path) -> None:
    port, sandbox_port = free_port(), free_port()
    demo = Demo(tmp_path, port, sandbox_port)
    try:
        demo.wait_for("Ctrl-C stops both.", PATIENCE)
        for said in (
            f"http://127.0.0.1:{port}/",
            f"http://127.0.0.1:{sandbox_port}/api/v2",
            PASSWORD,
            'The names of codes, such as "Held back", are the demo\'s: Popsell documents none.',
        ):
            assert said in demo.said()
        for email in ("camille@example.com", "nadia@example.com", "hugo@example.com"):
            assert email in demo.said()
        _becomes_whole(demo)
        _mark_one_read(f"http://127.0.0.1:{port}")
        demo.wait_for("/read 200", 10)
        _something_arrives(f"http://127.0.0.1:{sandbox_port}/api/v2")
        _read_often(sandbox_port)
        assert "fault: slow" in demo.said()
        status = demo.press_ctrl_c()
    finally:
        demo.kill()
    assert status == 130, demo.said()
    assert "The worker ends." in demo.said()
    assert "Traceback" not in demo.said()
    assert is_free(port)
    assert is_free(sandbox_port)
    assert list(demo.scratch.iterdir()) == []


def _becomes_whole(demo: Demo) -> None:
    """Look into its database until every ambassador's inbox of both brands was read as a whole."""
    (database,) = demo.scratch.glob("*/demo.sqlite3")
    end = time.monotonic() + WHOLE
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as index:
        while (found := index.execute(WALKED).fetchall()) != [(3, 12, 12), (8, 3, 3)]:
            assert time.monotonic() < end, f"{found}\n{demo.said()}"
            time.sleep(0.2)


def _mark_one_read(site: str) -> None:
    """Sign in, open an inbox, press a button: over HTTP, as a browser without scripts."""
    with requests.Session() as session:
        session.trust_env = False
        token = csrf(session.get(f"{site}/accounts/login/", timeout=10).text)
        fields = {"login": "nadia@example.com", "password": PASSWORD, "csrfmiddlewaretoken": token}
        home = session.post(f"{site}/accounts/login/", fields, timeout=10)
        assert home.url == f"{site}/brands/3/"
        assert "Léa Moreau" in home.text
        page = session.get(f"{site}{INBOX}", timeout=10).text
        assert len(rows(page)) == 25
        _says_names_of_codes(page)
        id_, found = next((id_, b) for id_ in rows(page) if (b := button(row(page, id_))))
        fields = {**found.fields, "csrfmiddlewaretoken": csrf(page)}
        answer = session.post(f"{site}{found.action}", fields, timeout=10)
        assert answer.status_code == 200
        assert "Marked read for Léa" in told(answer.text)
        assert button(row(answer.text, id_)) is None


def _says_names_of_codes(page: str) -> None:
    topics = {one.name for one in of_codes("cosmetics") if one.kind == "topic"}
    assert len({name for name in topics if f">{name}</span>" in page}) >= 3
    assert "Moderation 0</span>" not in page


def _something_arrives(api: str) -> None:
    """Look at Léa's inbox until its newest message is another."""
    headers = {"Authorization": "Bearer sandbox-token", "X-Popsell-Brand": "3"}
    path = f"{api}/chat/ambassadors/100/chatrooms?sort=-last_action_date"
    seen: set[int] = set()
    for _ in range(60):
        rows = requests.get(path, headers=headers, timeout=10).json()["data"]
        seen.add(rows[0]["last_message"]["id_message"])
        if len(seen) > 1:
            return
        time.sleep(1)
    raise AssertionError("a minute went by")


def _read_often(sandbox_port: int) -> None:
    """As often as it takes to meet a fault; the first is slow, and not waited for."""
    for _ in range(160):
        with suppress(requests.Timeout):
            requests.get(f"http://127.0.0.1:{sandbox_port}/", timeout=1)


def test_faults_can_be_switched_off_and_nothing_runs_on_after_ctrl_c(tmp_path: Path) -> None:
    sandbox_port = free_port()
    demo = Demo(tmp_path, free_port(), sandbox_port, SANDBOX_FAULTS="off")
    try:
        demo.wait_for("Popsell sandbox on", PATIENCE)
        _read_often(sandbox_port)
        assert "fault" not in demo.said()
        demo.press_ctrl_c()
        assert not demo.is_running(), demo.said()
    finally:
        demo.kill()
    assert list(demo.scratch.iterdir()) == []


@pytest.mark.parametrize("which", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path, which: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        other = free_port()
        ports = (other, port) if which == "SANDBOX_PORT" else (port, other)
        demo = Demo(tmp_path, *ports)
        try:
            status = demo.process.wait(PATIENCE)
        finally:
            demo.kill()
    assert status not in {0, None}
    assert demo.said().splitlines()[-1].startswith(f"Port {port} is taken")
    assert "Traceback" not in demo.said()


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("SANDBOX_FAULTS", "none", "on or off"),
        ("SANDBOX_AMBASSADORS", "2001", f"a number from 0 to {MOST}"),
        ("SANDBOX_AMBASSADORS", "many", f"a number from 0 to {MOST}"),
        ("SANDBOX_CHATROOMS", "-1", f"a number from 0 to {MOST_ROOMS}"),
        ("SANDBOX_CHATROOMS", "501", f"a number from 0 to {MOST_ROOMS}"),
    ],
)
def test_a_wrong_switch_is_said_in_one_sentence(
    tmp_path: Path, name: str, value: str, allowed: str
) -> None:
    demo = Demo(tmp_path, free_port(), free_port(), **{name: value})
    try:
        status = demo.process.wait(PATIENCE)
    finally:
        demo.kill()
    assert status not in {0, None}
    assert demo.said() == f"{name} is {value}: {allowed}.\n"


def test_two_equal_ports_are_said_in_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    demo = Demo(tmp_path, port, port)
    try:
        status = demo.process.wait(PATIENCE)
    finally:
        demo.kill()
    assert status not in {0, None}
    assert demo.said().splitlines()[-1] == f"PORT and SANDBOX_PORT are both {port}: choose two."
