"""One whole pass over a brand: its directory, then all chatrooms of each ambassador in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, sleep
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from inbox import context, leases
from inbox.chatrooms import index
from inbox.leases import Held
from inbox.models import Brand, IndexedAmbassador
from inbox.popsell.errors import PopsellError, RateLimited, Unauthorized
from inbox.queue import budget, directory
from inbox.queue.budget import Urgency
from inbox.queue.pages import REFUSED, note_failure
from inbox.queue.walk import walk

T = TypeVar("T")

WAITS = (5.0, 10.0, 20.0)
"""Seconds before a call that failed is made again; after the last, it is given up."""
IN_A_ROW = 3  # ambassadors who can't be read, before it is Popsell that fails
RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(days=1, minutes=1)
"""A longer wait was set by a clock that went ahead."""
RENEW_EACH = 10.0  # seconds


class BusyError(Exception):
    """Another process reads this brand."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass has come: `done` ambassadors of all `known`, and `calls` to Popsell so far.

    `failing`: how many of the done could not be read.
    """

    done: int
    known: int
    calls: int
    failing: int = 0


def sync_once(
    brand: Brand, tell: Callable[[Progress], object], only: int | None = None
) -> Progress:
    """Read a brand's directory, and all chatrooms of its ambassadors, or of `only` one of them.

    Who was never read comes first, then who was read longest ago. Where a process died, the next one
    goes on. Raises BusyError where another process is at it, PopsellError where Popsell fails for good;
    what was read stays.
    """
    held = leases.take(f"sync {brand.pk}")
    if held is None:
        raise BusyError
    pace = Pace(held, brand.pk)
    try:
        with context.sync():
            directory.read(brand.pk, pace)
            return _read_ambassadors(brand.pk, only, pace, tell)
    finally:
        leases.give_back(held)


class Pace:
    """Makes the calls of a pass: within the budget, counted, with patience. Keeps the pass's lease."""

    def __init__(self, held: Held, brand_id: int) -> None:
        self.calls = 0
        self._held = held
        self._brand_id = brand_id

    def __call__(self, call: Callable[[], T], /) -> T:
        """Call when its turn comes; again after a while where Popsell fails, which may be over soon.

        Raises BusyError where the lease was lost meanwhile: then nothing may be written any more.
        """
        for wait in WAITS:
            try:
                return self._in_turn(call)
            except (Unauthorized, *REFUSED):
                raise
            except RateLimited as busy:
                budget.slow_down(self._brand_id, busy.retry_after)  # its pause is the wait
            except PopsellError:
                self._sleep(wait)
        return self._in_turn(call)

    def _in_turn(self, call: Callable[[], T]) -> T:
        while wait := budget.take(self._brand_id, Urgency.JOB):
            self._sleep(wait)
        self.calls += 1
        before = context.current().calls
        try:
            return call()
        finally:  # what failed is written down too
            budget.count(self._brand_id, context.current().calls - before)
            self._keep()

    def _sleep(self, seconds: float) -> None:
        """Wait so long, and keep the lease meanwhile."""
        ends = monotonic() + seconds
        while (left := ends - monotonic()) > 0:
            sleep(min(left, RENEW_EACH))
            self._keep()

    def _keep(self) -> None:
        if not leases.renew(self._held):
            raise BusyError


def _read_ambassadors(
    brand_id: int, only: int | None, pace: Pace, tell: Callable[[Progress], object]
) -> Progress:
    ambassadors = _in_turn(brand_id, only)
    in_a_row, progress = 0, Progress(0, len(ambassadors), pace.calls)
    tell(progress)
    for done, one in enumerate(ambassadors, 1):
        try:
            walk(one, pace)
        except Unauthorized:
            raise
        except PopsellError as failure:
            note_failure(one, failure, RETRY)
            in_a_row += 1
            if in_a_row == IN_A_ROW:
                raise
        else:
            in_a_row = 0
        while index.rank_due(brand_id):
            pass
        failing = progress.failing + (one.failed_since is not None)
        progress = Progress(done, len(ambassadors), pace.calls, failing)
        tell(progress)
    return progress


def _in_turn(brand_id: int, only: int | None) -> list[IndexedAmbassador]:
    """The ambassadors to read. Refused ones are left out until it is time to try again."""
    found: QuerySet[IndexedAmbassador] = IndexedAmbassador.objects.filter(brand=brand_id)
    if only:
        found = found.filter(ambassador=only)
    else:
        now = timezone.now()
        is_time = Q(retry_at=None) | Q(retry_at__lte=now) | Q(retry_at__gt=now + LONGEST_RETRY)
        found = found.filter(is_time)
    return list(found.order_by(F("walked").asc(nulls_first=True), "ambassador"))
