"""The workers' signs of life: is one at work, and do several know nothing of each other?"""

import os
import re
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache as once
from pathlib import Path
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from inbox.leases import SKEW
from inbox.models import WorkerBeat
from inbox.prepared import Param
from inbox.process import folder_queue

SILENT = timedelta(seconds=60)
FORGOTTEN = timedelta(days=1)
NAME, NAMED = "name", re.compile(r"[0-9a-f]{32}")


def beat() -> None:
    """Note that this process is at work. Forgets processes that were silent for over a day."""
    now = timezone.now()
    name = _name(os.getpid())
    WorkerBeat.objects.bulk_create(
        [WorkerBeat(name=name, folder=_folder(), began=now, beat_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["folder", "beat_at"],
    )
    WorkerBeat.objects.filter(beat_at__lt=now - FORGOTTEN).delete()


def last_beat() -> datetime | None:
    """When a worker last gave a sign of life. One far in the future counts as none."""
    newest = newest_first().first()
    return newest.beat_at if newest else None


def newest_first(until: datetime | Param | None = None) -> QuerySet[WorkerBeat]:
    """The workers' last signs of life, but for those far in the future."""
    return _known(until).order_by("-beat_at")


def is_silent(last: datetime | None) -> bool:
    """Whether no worker gave a sign of life for a minute, or ever. `last`: as `last_beat` told it."""
    return last is None or last < timezone.now() - SILENT


def are_apart() -> bool:
    """Whether workers on several machines each have a folder of tasks, where they need one Redis."""
    recent = _known().filter(beat_at__gte=timezone.now() - SILENT).exclude(folder="")
    return recent.values("folder").distinct().count() > 1


def latest() -> datetime:
    """Until when a sign of life may be: clocks of machines differ."""
    return timezone.now() + SKEW


def _known(until: datetime | Param | None = None) -> QuerySet[WorkerBeat]:
    return WorkerBeat.objects.filter(beat_at__lte=until or latest())


@once
def _name(_pid: int) -> str:
    """A random name of this process; a fork has another."""
    return uuid4().hex


def _folder() -> str:
    """The random name of the folder that this process gets its tasks through; empty with Redis."""
    root = folder_queue.folder()
    if root is None:
        return ""
    file = root / NAME
    if name := _name_in(file):
        return name
    folder_queue.prepare()
    part = file.with_name(f"{NAME}-{uuid4().hex}")
    part.touch(0o600)
    part.write_text(uuid4().hex)
    part.replace(file)  # a whole name at once: others may read it at this moment
    return _name_in(file)


def _name_in(file: Path) -> str:
    """The name in this file; empty where there is none, or not the whole of it."""
    with suppress(OSError, UnicodeError):
        if NAMED.fullmatch(name := file.read_text()):
            return name
    return ""
