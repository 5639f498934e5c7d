"""manage.py sync, as somebody sees it at a terminal or in a log"""

import logging
import os
import pty
import signal
import subprocess
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from inbox.management.commands import sync as command_
from inbox.models import Brand, IndexedAmbassador, Lease
from inbox.popsell import client
from inbox.queue.sync import sync_once
from tests.queue.conftest import Clock
from tests.queue.small import command
from tests.support.index import assert_true
from tests.support.upstream import Sent, Upstream, page

SAID = "Brand 3: 3 ambassadors read, 8 calls to Popsell.\n"


def run(**options: Any) -> tuple[str, str]:
    """What it writes to its output and to its errors."""
    out, err = StringIO(), StringIO()
    call_command("sync", brand=3, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between passes; Ctrl-C is pressed in the second."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(command_, "sleep", sleep)
    return waits


def test_a_file_gets_the_result_alone(small: Upstream, brand: Brand) -> None:
    assert run(once=True) == (SAID, "")


def test_a_terminal_gets_a_bar(small: Upstream, brand: Brand) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        call_command("sync", brand=3, once=True, stdout=terminal)
    shown = b""
    while not shown.endswith(b"calls to Popsell.\r\n"):
        shown += os.read(ours, 10_000)
    os.close(ours)
    text = shown.decode()
    assert "Ambassadors" in text
    places = [text.index(place) for place in ("0/3", "1/3", "2/3", "3/3", "Brand 3: 3 ambassadors")]
    assert places == sorted(places)


def test_without_once_it_begins_again_after_a_minute(
    small: Upstream, brand: Brand, waits: list[float]
) -> None:
    out, err = run()
    assert (out, err) == (SAID * 2, "")
    assert waits == [60, 60]


def test_it_goes_on_after_an_outage(small: Upstream, brand: Brand, waits: list[float]) -> None:
    small.once("GET", 401)
    out, err = run()
    assert "access to Popsell was refused" in err
    assert out == SAID


def test_it_goes_on_after_the_database_was_away(
    small: Upstream, brand: Brand, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It connects anew for each pass, as a request does."""
    connected: list[int] = []
    monkeypatch.setattr(command_, "connect_anew", lambda: connected.append(len(waits)))

    def fails_once(*args: Any) -> Any:
        if not waits:
            raise OperationalError("connection to 10.0.0.1 of inbox was lost")
        return sync_once(*args)

    monkeypatch.setattr(command_, "sync_once", fails_once)
    out, err = run()
    assert err == (
        "The database can't be used (OperationalError). What was read stays: run it again.\n"
    )
    assert out == SAID
    assert connected == [0, 1]


def test_a_fault_of_ours_ends_it(
    small: Upstream, brand: Brand, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any) -> Any:
        raise ValueError

    monkeypatch.setattr(command_, "sync_once", fails)
    with pytest.raises(ValueError):  # noqa: PT011 - this one
        run()
    assert not waits


@pytest.mark.parametrize("where", ["brand", "pass"])
def test_a_database_that_is_away_is_told(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def away(*_args: Any, **_options: Any) -> Any:
        raise OperationalError("connection to 10.0.0.1 of inbox was lost")

    if where == "brand":
        monkeypatch.setattr(Brand.objects, "filter", away)
    else:
        monkeypatch.setattr(command_, "sync_once", away)
    with pytest.raises(CommandError) as told:
        run(once=True)
    assert str(told.value).startswith("The database can't be used (OperationalError).")
    assert told.value.returncode == 1


def test_ctrl_c_in_a_pass_ends_it_quietly(
    small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_args: Any, **_options: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(client, "chatrooms", interrupt)
        assert run() == ("", "")
    assert not Lease.objects.exists()
    with monkeypatch.context() as patch:
        patch.setattr(client, "chatrooms", interrupt)
        with pytest.raises(CommandError, match=r"^Broken off\. What was read stays") as told:
            run(once=True)
    assert told.value.returncode == 130


def test_who_is_refused_and_what_lacks_is_told_in_numbers(
    small: Upstream, brand: Brand, clock: Clock
) -> None:
    small.answer("GET", 403, path="/chat/ambassadors/104/")
    small.answer("GET", 200, page(total=7), path="/chat/ambassadors/111/")
    out, _err = run(once=True)
    since = f"{IndexedAmbassador.objects.get(ambassador=104).failed_since:%Y-%m-%d %H:%M} UTC"
    assert out.splitlines() == [
        "Brand 3: 2 ambassadors read, 7 calls to Popsell.",
        f"Ambassador 104: can't be read since {since} (403).",
        "Ambassador 111: Popsell counts 7 conversations more than it lists.",
    ]


def test_nothing_names_a_person(
    small: Upstream,
    brand: Brand,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither the output nor the log, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    small.once("GET", 500)
    small.answer("GET", 422, {"message": "Sofia Duarte"}, path="/chat/ambassadors/104/")
    small.answer("GET", 200, {"data": [{"firstname": "Léa"}]}, path="/chat/ambassadors/111/")
    out, err = run(once=True)
    small.answer("GET", 500, b"Nadia Benali")
    with pytest.raises(CommandError) as failure:
        run(once=True)
    written = "\n".join((out, err, str(failure.value), caplog.text, *capfd.readouterr()))
    assert "ambassadors read" in written
    people = small.sandbox.brands[3].people.values()
    names = {name for who in people for name in (who.firstname, who.lastname, who.email) if name}
    assert not {name for name in names | {"Sofia", "Duarte"} if name in written}


# In a process of its own


@pytest.fixture
def process(
    transactional_db: None, small: Upstream, tmp_path: Path, ctrl_c_is_heard: None
) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    Brand.objects.create(id=3, name="Maison Lumière")
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> "subprocess.Popen[bytes]":
        started.append(command(tmp_path, small.url, *options))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--once",), 130)])
def test_ctrl_c_ends_the_process_quietly(
    process: Callable[..., "subprocess.Popen[bytes]"],
    small: Upstream,
    options: tuple[str, ...],
    code: int,
) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def interrupt(_sent: Sent) -> None:
        if len(small.sent) == 3:
            running[0].send_signal(signal.SIGINT)

    small.hook = interrupt
    running.append(process(*options))
    output, _ = running[0].communicate(timeout=60)
    assert running[0].returncode == code, output
    assert b"Traceback" not in output
    assert not Lease.objects.exists()
    small.hook = None
    again, _ = process("--once").communicate(timeout=60)
    assert b"Brand 3: 3 ambassadors read" in again
    assert_true(small.sandbox)
