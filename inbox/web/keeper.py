"""Keeps a worker running beside the web server, where both share one machine and no Redis.

The server's master starts the keeper, once: a process of its own, since the master reaps all children
that end, and would take the worker's end away from us. The keeper starts the worker, again where it
died, and ends it with itself. It loads neither Django nor the site.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from threading import Thread
from time import monotonic
from types import FrameType
from typing import Any

from inbox.process.ending import Ending

LOOK_EACH = 0.5  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a worker that died is started again
RAN_WELL = 120.0  # seconds, after which the next pause is the first again
PATIENCE = 20.0  # seconds for a worker to end its calls before it is killed
ENDINGS = signal.SIGTERM, signal.SIGINT, signal.SIGQUIT
INHERITED = 1024  # file descriptors that may have been left open
PARENT_DIED = 1  # PR_SET_PDEATHSIG of Linux


# In the server's master


class Beside:
    """The keeper as the master sees it: a thread waits for its end, and starts another one then."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", __name__, str(os.getpid()), *command]
        self._ends = Ending()
        self._pid = 0
        self._thread = Thread(target=self._keep, name="keeper", daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._ends.is_set():
            self._pid = os.posix_spawn(sys.executable, self._command, os.environ)
            with suppress(ChildProcessError):  # the master has reaped it
                os.waitpid(self._pid, 0)
            self._ends.wait(LOOK_EACH)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Ask the keeper to end its worker and itself; returns at once."""
        self._ends.set()
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def end(self) -> None:
        """Wait until they are gone."""
        self.stop()
        self._thread.join(PATIENCE + 5)
        if self._thread.is_alive():
            self.stop(signal.SIGKILL)


_beside: Beside | None = None


def start(command: Sequence[str]) -> None:
    """Keep a worker running from now on beside this process, which must be the server's master.

    What asks the server to end is handed on at once: the worker has as long as the requests at work.
    """
    global _beside
    if _beside is not None:
        return
    _beside, master = Beside(command), os.getpid()
    for number in ENDINGS:
        signal.signal(number, partial(_hand_on, _beside, master, signal.getsignal(number)))


def _hand_on(
    beside: Beside, master: int, earlier: Any, number: int, frame: FrameType | None
) -> None:
    if os.getpid() == master:  # the server's workers inherit this
        beside.stop()
    if callable(earlier):
        earlier(number, frame)


def end() -> None:
    if _beside:
        _beside.end()


# In the keeper


def main(parent: int, command: Sequence[str]) -> None:
    """Run the worker until this process is asked to end, or its parent is gone."""
    ends = Ending()

    def stop(_number: int, _frame: FrameType | None) -> None:
        ends.set()

    os.closerange(3, INHERITED)  # the server's sockets are not ours to keep open
    for number in ENDINGS:
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the server reloads; its worker goes on
    pause = FIRST_PAUSE
    while not ends.is_set() and os.getppid() == parent:
        began = monotonic()
        _run(command, ends, parent)
        if monotonic() - began >= RAN_WELL:
            pause = FIRST_PAUSE
        _wait(pause, ends, parent)
        pause = min(2 * pause, LONGEST_PAUSE)


def _run(command: Sequence[str], ends: Ending, parent: int) -> None:
    """Start the worker, and end it where it is still there when all must end."""
    before = _end_with_parent if sys.platform == "linux" else None
    worker = subprocess.Popen(command, preexec_fn=before)  # noqa: S603, PLW1509 - no other thread is here
    while worker.poll() is None:
        if ends.wait(LOOK_EACH) or os.getppid() != parent:
            _end(worker)


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()


def _end_with_parent() -> None:
    """Ask the kernel to stop this process if the keeper dies, even killed."""
    ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGTERM)


def _wait(seconds: float, ends: Ending, parent: int) -> None:
    until = monotonic() + seconds
    while monotonic() < until and not ends.wait(LOOK_EACH) and os.getppid() == parent:
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
