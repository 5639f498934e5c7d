"""Limits how long the cache keeps anything to INBOX_KEEP_HOURS, even if asked for longer."""

from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache


def longest() -> int:
    """Seconds."""
    return int(settings.INBOX_KEEP_HOURS * 3600)


class Bounded(BaseCache):
    """A cache that shortens "for good" and longer times to the longest time allowed."""

    def get_backend_timeout(self, timeout: float | None = DEFAULT_TIMEOUT) -> Any:
        given = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        kept = longest() if given is None else min(given, longest())
        return super().get_backend_timeout(kept)
