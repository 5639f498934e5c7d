"""The product's own settings; only its folders and its collected files vanish with the run."""

import os
from pathlib import Path

from inbox.settings import *  # noqa: F403
from inbox.settings import CACHES

STATIC_ROOT = Path(os.environ["STACK_STATIC"])
if "CACHE_URL" not in os.environ:
    CACHES["default"]["LOCATION"] = os.environ["STACK_CACHE"]
if "BROKER_URL" not in os.environ and "CACHE_URL" not in os.environ:
    BROKER_FOLDER = str(Path(os.environ["STACK_CACHE"]).parent / "queue")
