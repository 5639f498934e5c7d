"""`manage.py sandbox`, as someone trying the product runs it."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.core.management import CommandError, call_command

from inbox.sandbox.app import create_app
from inbox.sandbox.server import running
from tests.sandbox.conftest import Client

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("ctrl_c_is_heard")


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with running(create_app()) as url:
        port = urlsplit(url).port
        with pytest.raises(CommandError, match=f"^Port {port} cannot be used: .*in use") as failure:
            call_command("sandbox", port=port)
    assert "\n" not in str(failure.value)
    assert failure.value.returncode == 1


@pytest.mark.parametrize("port", [-1, 70000])
def test_an_impossible_port_is_told_too(port: int) -> None:
    with pytest.raises(CommandError, match=f"^Port {port} cannot be used"):
        call_command("sandbox", port=port)


@pytest.fixture
def options() -> list[str]:
    return []


@pytest.fixture
def process(options: list[str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-u", "manage.py", "sandbox", "--port", "0", "--token", "t0k"]
    command += options
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_announces_itself_logs_and_ends_cleanly(
    process: "subprocess.Popen[str]", stop: signal.Signals
) -> None:
    told = announced(process)
    assert [line.strip() for line in told[1:3]] == ["brand 3: Maison Lumière", "brand 8: Nordsport"]
    assert "t0k" in told[3]
    with requests.Session() as session:
        headers = {"Authorization": "Bearer t0k"}
        client = Client(address(told), session)
        assert client.call("/chat/ambassadors", headers=headers).status_code == 200
        # The client's connection is still open when the end comes.
        process.send_signal(stop)
        rest, _ = process.communicate(timeout=10)
    assert rest == "GET /api/v2/chat/ambassadors 200\n"
    assert process.returncode == 0


def announced(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout
    return [process.stdout.readline() for _ in range(4)]


def address(told: list[str]) -> str:
    url = re.search(r"http://127\.0\.0\.1:\d+/api/v2", told[0])
    assert url, told
    return url[0]


@pytest.mark.parametrize(
    ("options", "lives"), [([], False), (["--lively"], True)], ids=["by itself", "lively"]
)
def test_it_is_lively_when_asked(process: "subprocess.Popen[str]", *, lives: bool) -> None:
    url = address(announced(process))
    end = time.monotonic() + (20 if lives else 6)
    with requests.Session() as session:
        first = newest(Client(url, session))
        while time.monotonic() < end and newest(Client(url, session)) == first:
            time.sleep(0.2)
        assert (newest(Client(url, session)) > first) is lives


def newest(client: Client) -> int:
    path = "/chat/ambassadors/100/chatrooms?sort=-last_action_date"
    rows = client.json(path, headers={"Authorization": "Bearer t0k"})["data"]
    return int(rows[0]["last_message"]["id_message"])


@pytest.mark.parametrize(
    ("options", "fails"),
    [
        ([], False),
        (["--faults"], True),
        (["--lively", "--faults"], True),
        (["--lively", "--no-faults"], False),
    ],
    ids=["by itself", "with", "lively with", "lively without"],
)
def test_it_has_faults_when_asked(process: "subprocess.Popen[str]", *, fails: bool) -> None:
    url = address(announced(process))
    for _ in range(160):
        # The first fault is a slow answer, which nobody need wait for.
        with suppress(requests.Timeout), requests.Session() as session:
            session.get(f"{url}/nowhere", timeout=1)
    process.terminate()
    rest, _ = process.communicate(timeout=10)
    assert ("fault: slow" in rest) is fails
    assert "Traceback" not in rest


@pytest.mark.parametrize("options", [["--ambassadors", "7", "--chatrooms", "0"]], ids=["7"])
def test_so_many_join_when_asked(process: "subprocess.Popen[str]") -> None:
    url = address(announced(process))
    with requests.Session() as session:
        headers = {"Authorization": "Bearer t0k"}
        client = Client(url, session)
        assert client.json("/chat/ambassadors", headers=headers)["total"] == 12 + 7
        assert client.json("/chat/ambassadors/1006/chatrooms", headers=headers)["total"] == 0


def test_an_impossible_number_of_them_is_told() -> None:
    with pytest.raises(CommandError, match="--ambassadors: a number from 0 to 2000, not 2001"):
        call_command("sandbox", "--ambassadors", "2001")
