"""Tasks in a folder that only the site's own user can use, for the processes of one machine.

The folder broker of kombu moves a task through the machine's common temporary folder, shows half a task
to who looks at that moment, and stops at a file that a killed process left half-written.
"""

import os
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import time, time_ns
from typing import Any
from uuid import uuid4

from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

from inbox.environment import stop
from inbox.process import private_files

URL = "folder://localhost"
TASKS = "tasks"
ENDING, PART, TAKEN = ".msg", ".part", ".taken"
LEFT = 60  # seconds after which nobody writes or reads such a file any more


def folder() -> Path | None:
    """Where the tasks lie on the disk; None where they lie in Redis."""
    return Path(settings.BROKER_FOLDER) if settings.BROKER_FOLDER else None


def prepare() -> None:
    """Make the folder for this user alone; stop the start where others can write there.

    What earlier processes left half-written or half-taken goes.
    """
    if (root := folder()) is None:
        return
    for one in (root, root / TASKS):
        if why := private_files.why_open(one):
            stop("BROKER_URL", f"is missing, and the folder {one} that is used instead {why}.")
    for file in (root / TASKS).iterdir():
        if file.suffix in {PART, TAKEN}:
            with suppress(OSError):
                if time() > file.stat().st_mtime + LEFT:
                    file.unlink()


class Channel(virtual.Channel):
    """Puts and takes whole tasks alone. What can't be read goes, since the next round rings again."""

    supports_fanout = False

    def _put(self, queue: str, message: dict[str, Any], **_options: Any) -> None:
        name = f"{time_ns():020}-{uuid4().hex}.{queue}{ENDING}"
        part = self._tasks / f"{name}{PART}"
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w") as out:
            out.write(dumps(message))
        part.rename(self._tasks / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for name in sorted(self._names(queue)):
            if (payload := _payload(self._take(name))) is not None:
                return payload
        raise Empty

    def _take(self, name: str) -> str:
        """The text of this file; nothing where another process was quicker, or it is no text."""
        taken = self._tasks / f"{name}{TAKEN}"
        with suppress(OSError, UnicodeError):
            (self._tasks / name).rename(taken)
            try:
                return taken.read_text()
            finally:
                taken.unlink()
        return ""

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        return sum(bool(self._take(name)) for name in self._names(queue))

    def _names(self, queue: str) -> list[str]:
        names = [file.name for file in self._tasks.iterdir()]
        return [name for name in names if name.partition(".")[2] == f"{queue}{ENDING}"]

    @property
    def _tasks(self) -> Path:
        return Path(settings.BROKER_FOLDER) / TASKS


def _payload(text: str) -> dict[str, Any] | None:
    """The task in this text; None where it is none, since what can't be read is lost anyway."""
    try:
        payload = loads(text)
        payload["properties"]["delivery_info"]["exchange"]
        payload["properties"]["delivery_tag"]
        payload["headers"]["id"]
        payload["content-type"]
        payload["content-encoding"]
        payload["body"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


class Transport(virtual.Transport):
    Channel = Channel
    driver_type = driver_name = "folder"
    polling_interval = 0.2  # seconds
    global_state = virtual.BrokerState()

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        self.state = self.global_state

    def establish_connection(self) -> Any:
        """Makes the folder anew, where somebody removed it meanwhile."""
        prepare()
        return super().establish_connection()


TRANSPORT_ALIASES["folder"] = f"{__name__}:Transport"
