"""What the worker does beside the pages: the tasks, each a plain function, and their schedule.

The database's rows are the truth, and a task only rings: one that is lost or doubled costs nothing. So
two workers may keep the same schedule. Tasks carry ids alone.
"""

import logging
import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import CDLL
from functools import partial
from io import StringIO
from threading import Thread
from time import monotonic, time
from types import FrameType
from typing import Any

import django
from django.apps import apps
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inbox.settings")
if not apps.ready:
    django.setup()

from celery import Celery, bootsteps, signals
from celery.beat import Scheduler, SchedulingError
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.schedules import crontab
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from kombu.exceptions import OperationalError

from inbox import context, workers
from inbox.chatrooms import index_pruning
from inbox.environment import is_encrypted, stop
from inbox.process import folder_queue, outages
from inbox.process.ending import Ending
from inbox.queue import ranking, slices

TICK = 15  # seconds
LATE = TICK - 1  # seconds after which a task is dropped, since the next tick rings again
HOUR = 3600
THREADS = 4
ARENA_MAX = -8  # of glibc's mallopt

# It warns who is root in a container, for what other formats than JSON could do.
warnings.filterwarnings("ignore", category=SecurityWarning)

QUEUE_FAILURES = OperationalError, SchedulingError, OSError

log = logging.getLogger(__name__)
_stopping = Ending()
_warns_again = 0.0  # on the monotonic clock

app = Celery("inbox", fixups=[])
app.conf.update(
    broker_url=settings.BROKER_URL or folder_queue.URL,
    broker_use_ssl=settings.BROKER_TLS if is_encrypted(settings.BROKER_URL) else None,
    # A task of a worker that was killed comes back after that long. A slice is shorter.
    # Who rings tries twice: while Redis is away, the schedule says so at each tick.
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_throttle": 1,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.2,
    }
    if settings.BROKER_URL
    else {},
    task_publish_retry=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_pool="threads",
    worker_concurrency=THREADS,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_enable_remote_control=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_schedule={
        "tick": {"task": "tick", "schedule": TICK, "options": {"expires": LATE}},
        "blank": {"task": "blank", "schedule": HOUR, "options": {"expires": HOUR}},
        "prune": {"task": "prune", "schedule": crontab(hour="3", minute="17")},
    },
)


@app.task(name="tick")
def tick() -> None:
    """Show a sign of life, and ring for the brands of each account with Popsell.

    With two workers it may ring twice. Whoever comes second finds the lease of the slice taken.
    """
    with _job():
        workers.beat()
        _warn_apart()
        rank.apply_async(expires=LATE)
        for brand_ids in _in_turn(slices.accounts()):
            sync.apply_async([brand_ids], expires=LATE)


@app.task(name="sync")
def sync(brand_ids: list[int]) -> None:
    """Read what changed in these brands, for 50 seconds at most."""
    with _job():
        slices.run(brand_ids, _stopping.is_set)
        workers.beat()  # a tick waits while all threads are at work


@app.task(name="rank")
def rank() -> None:
    """Rank the rows again whose rank changes by itself. Popsell is not asked."""
    with _job():
        ranking.rank(_stopping.is_set)


@app.task(name="blank")
def blank() -> None:
    """Blank the names and texts that the index may keep no longer."""
    with _job():
        if rows := index_pruning.prune():
            log.info("Old names and texts of the index were blanked.", extra={"rows": rows})


@app.task(name="prune")
def prune() -> None:
    """Delete what is too old, as `manage.py prune_activity` does."""
    with _job():
        told = StringIO()
        call_command("prune_activity", stdout=told)
        for line in told.getvalue().splitlines():
            log.info("%s", line)


def _in_turn(groups: list[list[int]]) -> list[list[int]]:
    """Begins with another one each time, so that no account waits behind the others for good."""
    first = int(time()) // TICK % len(groups) if groups else 0
    return groups[first:] + groups[:first]


def _warn_apart() -> None:
    """Once an hour where machines work beside each other without a Redis."""
    global _warns_again  # noqa: PLW0603 - a race would only warn twice
    if monotonic() >= _warns_again and workers.are_apart():
        _warns_again = monotonic() + HOUR
        log.warning(
            "Workers on several machines each have their own folder of tasks: set CACHE_URL or "
            "BROKER_URL to one Redis for all of them."
        )


@contextmanager
def _job() -> Iterator[None]:
    """What every task needs around it. Its failure is told here alone. The next round tries anew."""
    try:
        with context.job(), translation.override(None):
            yield
    except Exception as failure:  # noqa: BLE001 - nobody else tells it
        _tell(failure)


def _tell(failure: Exception) -> None:
    """One line for an outage. A fault of ours gets its traceback."""
    if subject := outages.subject_of(failure):
        outages.log_outage(subject, failure)
    elif isinstance(failure, QUEUE_FAILURES):
        log.error("The queue of tasks can't be used: %s", outages.kind(failure))
    else:
        log.error("A task failed.", exc_info=failure)


class Schedule(Scheduler):
    """Celery's own, which would print a traceback for each task that can't be rung."""

    producer = None  # of its own: it would wait for its broker for good, instead of saying so

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as failure:  # noqa: BLE001 - the schedule goes on, whatever it was
            _tell(failure)


class Ringing(bootsteps.StartStopStep):
    """The schedule, in a thread of the worker: it ends with it, however that ends.

    It has no file, so a start after a crash finds nothing broken.
    """

    requires = ("celery.worker.components:Pool",)

    def start(self, _worker: Any) -> None:
        _hear_the_first()
        Thread(target=_ring, name="ringing", daemon=True).start()


def _hear_the_first() -> None:
    """Take every signal to end as SIGTERM, and heed the first alone.

    Celery's handler takes a lock, and would wait there for itself, for good. Its others end tasks in
    the midst: no thread can be ended so.
    """
    end = partial(_end_once, signal.getsignal(signal.SIGTERM))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, end)


def _end_once(handle: Any, number: int, frame: FrameType | None) -> None:
    if _stopping.is_set():
        return
    _stopping.set()
    handle(number, frame)


def _ring() -> None:
    app.set_current()
    schedule = Schedule(app, max_interval=1)
    while not _stopping.is_set():
        try:
            _stopping.wait(schedule.tick())
        except Exception as failure:  # noqa: BLE001 - without the schedule nothing would be done
            _tell(failure)
            _stopping.wait(TICK)


app.steps["worker"].add(Ringing)


@signals.setup_logging.connect
def _keep_logging(**_signal: Any) -> None:
    """Django set it up by now. Where somebody listens to this, Celery leaves it alone."""


@signals.worker_init.connect
def _prepare(**_signal: Any) -> None:
    if not settings.POPSELL_API_URL:
        stop("POPSELL_API_URL", "is missing: set Popsell's address, up to and including /api/v2.")
    folder_queue.prepare()
    _share_memory()


def _share_memory() -> None:
    """Let the threads take memory from two places instead of one each: 5 MB less beside a million rows.

    Where the C library knows no such thing, all stays as it is.
    """
    with suppress(OSError, AttributeError, TypeError):
        CDLL(None).mallopt(ARENA_MAX, 2)


@signals.worker_ready.connect
def _begin(**_signal: Any) -> None:
    # At each loss of a connection: a setting that stands above will have another default.
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
    log.info("The worker begins.", extra={"queue": "redis" if settings.BROKER_URL else "folder"})
    tick.apply_async(expires=LATE)


@signals.worker_shutdown.connect
def _end(**_signal: Any) -> None:
    log.info("The worker ends.")


@signals.task_postrun.connect
def _give_back(**_signal: Any) -> None:
    connections.close_all()  # this thread's
