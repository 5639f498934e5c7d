"""The worker beside the web server: started once, again where it dies, and never left behind"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from tests.stack.processes import tell_over_and_over

PATIENCE = 30  # seconds
KILLED = 15  # seconds: a process must end by itself before it is killed

MASTER = """
import signal, sys, time
from inbox.web.keeper import Beside
beside = Beside(sys.argv[1:])
def stop(*_signal):
    beside.end()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
while True:
    time.sleep(0.1)
"""
WORKER = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1], str(os.getpid())).write_text(str(os.getppid()))
time.sleep(600)
"""
SLOW_WORKER = (
    "import signal, time; signal.signal(signal.SIGTERM, lambda *_: time.sleep(3) or exit())\n"
    + WORKER
)


class Tree:
    """A master, its keeper and its worker. `folder`: a file for each worker, named by its pid."""

    def __init__(self, folder: Path, worker: str = WORKER) -> None:
        self.folder = folder
        self.master = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", MASTER, sys.executable, "-c", worker, str(folder)],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
        )

    def worker(self) -> int:
        """The pid of the worker that runs now."""
        return wait_for(lambda: next(iter(self.workers()), 0))

    def workers(self) -> list[int]:
        return [pid for file in self.folder.iterdir() if runs(pid := int(file.name))]

    def all(self) -> list[int]:
        """The workers and their keepers that run still, also one that is stuck."""
        keepers = [int(file.read_text() or "0") for file in self.folder.iterdir()]
        return [*self.workers(), *(pid for pid in keepers if pid and runs(pid))]

    def keeper(self) -> int:
        """The pid of the worker's keeper, which it writes once it runs."""
        file = self.folder / str(self.worker())
        return wait_for(lambda: int(file.read_text() or "0"))


def runs(pid: int) -> bool:
    """Whether this process is there, and no mere zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(find: Callable[[], int | bool], seconds: float = PATIENCE) -> int:
    ends = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return int(found)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    yield from grown(tmp_path)


def grown(folder: Path, worker: str = WORKER) -> Iterator[Tree]:
    tree = Tree(folder, worker)
    yield tree
    tree.master.kill()
    for pid in tree.all():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    tree.master.communicate()


def test_all_end_with_the_server(tree: Tree) -> None:
    worker, keeper = tree.worker(), tree.keeper()
    tree.master.terminate()
    assert tree.master.wait(PATIENCE) == 0
    assert not runs(worker)
    assert not runs(keeper)


@pytest.fixture
def slow_tree(tmp_path: Path) -> Iterator[Tree]:
    yield from grown(tmp_path, SLOW_WORKER)


def test_all_end_when_told_over_and_over(slow_tree: Tree) -> None:
    """Ctrl-C reaches the keeper from the terminal and from the master, at the same moment."""
    worker, keeper = slow_tree.worker(), slow_tree.keeper()
    tell_over_and_over(keeper, signal.SIGTERM, signal.SIGINT)
    wait_for(lambda: not runs(worker), seconds=KILLED)
    slow_tree.master.terminate()
    assert slow_tree.master.wait(KILLED) == 0
    assert not runs(keeper)


def test_a_worker_that_dies_is_started_again(tree: Tree) -> None:
    first, keeper = tree.worker(), tree.keeper()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: tree.workers() not in ([], [first]))
    assert tree.keeper() == keeper
    assert len(tree.workers()) == 1


def test_a_keeper_that_is_killed_takes_its_worker_along_and_another_comes(tree: Tree) -> None:
    first, keeper = tree.worker(), tree.keeper()
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: not runs(first))
    assert tree.keeper() != keeper
    assert len(tree.workers()) == 1


def test_nothing_is_left_of_a_server_that_is_killed(tree: Tree) -> None:
    worker, keeper = tree.worker(), tree.keeper()
    tree.master.kill()
    wait_for(lambda: not runs(worker) and not runs(keeper))


def test_a_reload_leaves_it_as_it_is(tree: Tree) -> None:
    worker, keeper = tree.worker(), tree.keeper()
    os.kill(keeper, signal.SIGHUP)
    time.sleep(1)
    assert (tree.worker(), tree.keeper()) == (worker, keeper)
