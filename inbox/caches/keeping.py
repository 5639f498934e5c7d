"""How long the cache keeps anything: never longer than INBOX_KEEP_HOURS, whatever is asked of it."""

from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache


def longest() -> int:
    """Seconds."""
    return int(settings.INBOX_KEEP_HOURS * 3600)


class Bounded(BaseCache):
    """A cache to which "for good" and longer times mean the longest that anything is kept."""

    def get_backend_timeout(self, timeout: float | None = DEFAULT_TIMEOUT) -> Any:
        given = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        kept = longest() if given is None else min(given, longest())
        return super().get_backend_timeout(kept)
