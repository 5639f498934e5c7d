"""The product's own settings; only its cache folder is one that vanishes with the run."""

import os

from inbox.settings import *  # noqa: F403
from inbox.settings import CACHES

if "CACHE_URL" not in os.environ:
    CACHES["default"]["LOCATION"] = os.environ["STACK_CACHE"]
