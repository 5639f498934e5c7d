"""Work in the background of the request that causes it.

Nobody waits for it, and the time of an answer does not reveal whether there was work.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore
from time import monotonic, sleep

from django.db import connections

from inbox import context

MOST_WAITING = 200  # of each queue
PAUSE = 0.5  # seconds

Job = Callable[[], object]
Tell = Callable[[Exception], object]


class Queue:
    """Jobs that are done one after the other, by a few threads.

    `tell`: logs what a job raised, since nobody else sees it.
    """

    def __init__(self, name: str, workers: int, tell: Tell) -> None:
        self.workers = workers
        self._tell = tell
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
        self._places = BoundedSemaphore(MOST_WAITING)

    def hand_over(self, job: Job) -> bool:
        """Do it soon; false where too many wait."""
        return self._submit(job, monotonic())

    def hand_over_unseen(self, job: Job) -> bool:
        """Do it once the answer is out; false where too many wait.

        Work of another thread makes an answer later, and would tell how much it is.
        """
        return self._submit(job, monotonic() + PAUSE)

    def _submit(self, job: Job, due: float) -> bool:
        if not self._places.acquire(blocking=False):
            return False
        self._threads.submit(copy_context().run, self._do, job, due)
        return True

    def _do(self, job: Job, due: float) -> None:
        try:
            sleep(max(due - monotonic(), 0))
            with context.job():
                job()
        except Exception as failure:  # noqa: BLE001 - nobody else sees it
            self._tell(failure)
        finally:
            connections.close_all()  # this thread's
            self._places.release()
