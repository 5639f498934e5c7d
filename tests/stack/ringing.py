"""The worker's own app, with slices that tell in a file what they were asked, and a quick clock."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from inbox import background
from inbox.background import app  # noqa: F401 - Celery looks for it here
from inbox.queue import slices
from inbox.queue.pages import never

TOLD = Path(os.environ["STACK_TOLD"])
LASTS = float(os.environ.get("STACK_LASTS", "0"))


def tell(line: str) -> None:
    with TOLD.open("a") as file:
        file.write(f"{line}\n")


def accounts() -> list[list[int]]:
    return [[3, 8]]


def run(brand_ids: Sequence[int], is_stopping: Callable[[], bool] = never) -> None:
    """As a slice does: at work until its time is over or the worker stops."""
    tell(f"begin {list(brand_ids)}")
    until = time.monotonic() + LASTS
    while time.monotonic() < until and not is_stopping():
        time.sleep(0.05)
    tell("told to stop" if is_stopping() else "end")


slices.accounts = accounts
slices.run = run
background.app.conf.beat_schedule["tick"]["schedule"] = 0.5
