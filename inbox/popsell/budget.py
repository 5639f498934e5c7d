"""Limits the calls to Popsell that one person may cause in a minute, across all workers.

It also counts them for each token, since the worker in the background yields to people.

Counted by windows of a minute: this one, and the part of the last that lies within sixty seconds. The
cache counts for all workers. Each process also counts for itself, for when the cache fails or loses
entries. A command has no person behind it, and no limit.
"""

import math
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

from inbox import context
from inbox.caches import sealing, tolerant
from inbox.popsell import cache
from inbox.popsell.errors import OverBudget

WINDOW = 60  # seconds
LOADS = 0.75  # of the calls, for what pages load by themselves: a person's own click gets through
AHEAD = 0.4  # as many calls more, of a count of their own, for what is read before it is opened
WORTH = 0.1  # of the calls: so many are free again when a refusal is over
_own: defaultdict[int, Counter[int | str]] = defaultdict(Counter)
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Used:
    """Calls of this window and of the last one. `over`: how much of this window is, from 0 to 1."""

    now: int
    last: int
    over: float

    @property
    def calls(self) -> float:
        return self.now + self.last * (1 - self.over)

    def wait(self, most: int) -> int:
        """Seconds until no more than `most` of them count, where none are added."""
        if self.now > most:  # they count until somewhere in the next window
            windows = 2 - self.over - most / self.now
        else:
            windows = 1 - self.over - (most - self.now) / max(self.last, 1)
        return max(math.ceil(windows * WINDOW), 1)


def spend() -> None:
    """Count a call before it is sent. Raises OverBudget where it is one too many; none counts then."""
    who = _who()
    if who is None:
        return
    used = _count(who, 1)
    if used.calls > _limit():
        raise _refusal(_count(who, -1), 1)


def note_people(account: str) -> None:
    """Count a call for its token, where a person causes it: the worker yields to people.

    It does not yield to what is read ahead: nobody may ever ask for that.
    """
    now = context.current()
    if now.person is None or now.ahead:
        return
    window = int(time.time() / WINDOW)
    tolerant.count(_key(account, window), 1, 3 * WINDOW)
    _count_own(account, window, 1)


def people_calls(account: str) -> float:
    """How many calls people caused with this token in the last minute."""
    return _count(account, 0).calls


def require(calls: int = 1) -> None:
    """Raise OverBudget unless so many calls are left; none is counted."""
    who = _who()
    if who is None:
        return
    used, calls = _count(who, 0), min(calls, _limit())
    if used.calls + calls > _limit():
        raise _refusal(used, calls)


def is_used_up() -> bool:
    try:
        require()
    except OverBudget:
        return True
    return False


def forget() -> None:
    """Drop what this process counted."""
    with _lock:
        _own.clear()


def _who() -> int | str | None:
    """Who pays for a call; None where nobody does."""
    now = context.current()
    return f"{now.person}:ahead" if now.person is not None and now.ahead else now.person


def _limit() -> int:
    most: int = settings.MEMBER_CALLS_PER_MINUTE
    now = context.current()
    share = AHEAD if now.ahead else LOADS if now.by_itself else 1
    return max(int(most * share), 1)


def _refusal(used: Used, calls: int) -> OverBudget:
    free = max(calls, int(_limit() * WORTH))
    return OverBudget(used.wait(_limit() - free))


def _count(whose: int | str, by: int) -> Used:
    window, over = divmod(time.time() / WINDOW, 1)
    now, last = (_key(whose, int(window) - ago) for ago in (0, 1))
    known = tolerant.get_many([last] if by else [now, last])
    if by:
        known[now] = tolerant.count(now, by, 3 * WINDOW)
    own_now, own_last = _count_own(whose, int(window), by)
    return Used(max(own_now, _whole(known.get(now))), max(own_last, _whole(known.get(last))), over)


def _count_own(whose: int | str, window: int, by: int) -> tuple[int, int]:
    """What this process alone counted in this window and in the last."""
    with _lock:
        for past in [one for one in _own if one < window - 1]:
            del _own[past]
        _own[window][whose] += by
        return _own[window][whose], _own[window - 1][whose]


def _key(whose: int | str, window: int) -> str:
    return f"{sealing.COUNTS}{cache.site()}:calls:{whose}:{window}"


def _whole(counted: object) -> int:
    return counted if isinstance(counted, int) else 0
