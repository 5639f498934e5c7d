"""The worker's own app in a hurry: it ticks, reads the same page, and tries again each moment."""

from datetime import timedelta

from inbox import background
from inbox.background import app  # noqa: F401 - Celery looks for it here
from inbox.queue import choice, slices

background.app.conf.beat_schedule["tick"]["schedule"] = 0.5
choice.AGAIN = timedelta(seconds=0.2)
slices.SOON = slices.RETRY = timedelta(seconds=1)
