"""Whether a time that was kept is recent, also after a clock was set back.

A time that lies ahead says nothing of how long ago it was. Taken for recent, it would stay so until
the clock has caught up, be that a year.
"""

import time

SKEW = 60  # seconds that the clocks of two machines may differ


def is_recent(at: float, seconds: float) -> bool:
    """Whether this was less than so many seconds ago, and is not to come."""
    return is_past(at) and time.time() - at < seconds


def is_past(at: float) -> bool:
    return at <= time.time() + SKEW


def is_ahead(until: float, seconds: float) -> bool:
    """Whether a term of so many seconds, which ends then, has begun and is not over."""
    return time.time() < until and is_past(until - seconds)
