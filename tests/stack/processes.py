"""The servers of one run, each in its own process; all of them end with it, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
START = 20  # seconds until a server must answer
Environment = dict[str, str]


class Processes:
    """Starts servers and helpers; leaving the block stops all that still run."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *failure: object) -> None:
        for process in list(self._running):
            self.stop(process)

    def serve(
        self, command: Sequence[str], environment: Environment, port: int
    ) -> subprocess.Popen[bytes]:
        """A server that listens by the time this returns. What it says goes to a file, as to a log."""
        log = self.scratch / f"{port}.log"
        with log.open("wb") as out:
            process = self._start(command, environment, out.fileno())
        deadline = time.monotonic() + START
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                _give_up(command, log)
            time.sleep(0.05)
        return process

    def ask(self, command: Sequence[str], environment: Environment) -> str:
        """What a short-lived helper prints."""
        log = self.scratch / "helper.log"
        with log.open("wb") as err:
            process = self._start(command, environment, subprocess.PIPE, err.fileno())
        answer, _ = process.communicate()
        self._running.remove(process)
        if process.returncode:
            _give_up(command, log)
        return answer.decode()

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask it to end at once, since nothing is in flight; end its whole group if it does not."""
        self._running.remove(process)
        with suppress(ProcessLookupError):  # it may have been ended already
            process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(
        self, command: Sequence[str], environment: Environment, out: int, err: int | None = None
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own commands, on this machine
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if err is None else err,
            start_new_session=True,  # Ctrl-C reaches the command alone, which then stops them
        )
        self._running.append(process)
        return process


@contextmanager
def stoppable() -> Iterator[None]:
    """Being told to end is like Ctrl-C: what was started is stopped first, and nobody sees a trace."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def workers(master: int) -> list[int]:
    """The worker processes of a gunicorn."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text()
    return [int(child) for child in children.split()]


def resident(pid: int) -> int:
    """The memory in use by one process, in bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    line = next(line for line in rollup.splitlines() if line.startswith("Rss:"))
    return int(line.split()[1]) * 1024


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _give_up(command: Sequence[str], log: Path) -> NoReturn:
    raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text()[-3000:]}")


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def tell_over_and_over(pid: int, *numbers: int) -> None:
    """Send these signals for two seconds: some come while another one is handled."""
    until = time.monotonic() + 2
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            for number in numbers:
                os.kill(pid, number)
            time.sleep(0)
