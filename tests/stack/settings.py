"""The product's own settings; only its folders and its collected files vanish with the run."""

import os
from pathlib import Path

from inbox.settings import *  # noqa: F403
from inbox.settings import BROKER_URL, CACHES, REDIS

STATIC_ROOT = Path(os.environ["STACK_STATIC"])
if REDIS not in os.environ:
    CACHES["default"]["LOCATION"] = os.environ["STACK_CACHE"]
if not BROKER_URL:
    BROKER_FOLDER = str(Path(os.environ["STACK_CACHE"]).parent / "queue")
