"""One slice of work that keeps the index true: some seconds of calls for the brands of one token.

A slice knows nothing that the next one needs. All that it found lies in the database, with leases that
keep two workers from the same brand. So a slice that is lost, doubled or killed costs nothing.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import monotonic, sleep
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from inbox import context, leases
from inbox.chatrooms import index
from inbox.leases import Held
from inbox.models import Brand, IndexedAmbassador, IndexedBrand, SyncFailure
from inbox.popsell import breaker
from inbox.popsell.errors import PopsellError, RateLimited, Unauthorized
from inbox.queue import budget, directory, doorbell, heads, proof, waiting_list
from inbox.queue.choice import Kind, Step, Turns, choose
from inbox.queue.pages import Ask, never, note_failure
from inbox.queue.walk import walk

T = TypeVar("T")

LASTS = 43.0  # seconds: over when the tick rings that the next one begins with
KEEP_EACH = 10.0  # seconds, for the lease of the slice
NAP = 1.0  # seconds, so that a stopping worker is heard
BUSY_FOR = 10.0  # seconds until a brand that another process reads is tried again
SOON, RETRY = timedelta(seconds=30), timedelta(minutes=5)
"""When an ambassador's page that failed is tried again: the first failure may be a passing one."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)

log = logging.getLogger(__name__)


class OverError(Exception):
    """The slice is over: its time, or its leases, or the worker stops."""


def accounts() -> list[list[int]]:
    """The ids of all brands, those that share a token together. Who has none stand together too."""
    found: dict[str, list[int]] = defaultdict(list)
    for brand_id in Brand.objects.order_by("pk").values_list("pk", flat=True):
        found[budget.account(brand_id)].append(brand_id)
    return list(found.values())


def run(brand_ids: Sequence[int], is_stopping: Callable[[], bool] = never) -> None:
    """Do what is most pressing for these brands of one token, for less than a minute.

    Returns at once where another process is at it, and early where nothing is left to do.
    """
    held = leases.take(f"sync account {budget.account(brand_ids[0])}") if brand_ids else None
    if held is None:
        return
    work = Slice(held, is_stopping, monotonic() + LASTS, kept=monotonic())
    try:
        with context.sync():
            work.go_on(brand_ids)
    except OverError:
        pass
    finally:
        leases.give_back(held)


def _begin(brand_id: int) -> None:
    _row, made = IndexedBrand.objects.get_or_create(brand_id=brand_id)
    if made:
        index.note_begun(brand_id)


@dataclass(slots=True)
class Slice:
    """What a slice holds, and until when it goes on, on the monotonic clock.

    `busy`: until when brands are left to other processes. `has_call`: whether the budget gave a call
    that was not made yet.
    """

    held: Held
    is_stopping: Callable[[], bool]
    ends: float
    kept: float
    turns: Turns = field(default_factory=Turns)
    busy: dict[int, float] = field(default_factory=dict)
    has_call: bool = False

    def go_on(self, brand_ids: Sequence[int]) -> None:
        """Until its time is over or nothing is left to do."""
        found = Brand.objects.filter(pk__in=brand_ids).values_list("pk", flat=True)
        there = list(found)  # one may have been removed since the tick
        for brand_id in there:
            _begin(brand_id)
        while not self.is_over() and (step := self.choose(there)):
            try:
                self.do(step)
            except Unauthorized as failure:  # a brand without a token has no budget either
                _back_off(step.brand_id, failure)

    def is_over(self) -> bool:
        return self.is_stopping() or monotonic() >= self.ends

    def choose(self, brand_ids: Sequence[int]) -> Step | None:
        now = monotonic()
        free = [one for one in brand_ids if self.busy.get(one, 0.0) <= now]
        return choose(free, self.turns, settings.POPSELL_SYNC_RATE)

    def do(self, step: Step) -> None:
        """Take a step while no other process works for its brand, which is asked for only then."""
        self.turns.note(step)
        self.wait(step)
        held = leases.take(f"sync {step.brand_id}")
        if held is None:
            budget.charge(step.brand_id, -1)
            self.busy[step.brand_id] = monotonic() + BUSY_FOR
            return
        self.has_call = True
        before = context.current().calls
        try:
            _take(step, partial(self.ask, step, held))
        finally:
            leases.give_back(held)
            budget.count(step.brand_id, context.current().calls - before)

    def ask(self, step: Step, held: Held, call: Callable[[], T], /) -> T:
        """Call when the budget has a call left, and keep the leases meanwhile. Raises OverError."""
        if not self.has_call:
            self.wait(step)
        self.has_call = False
        before = context.current().calls
        try:
            return call()
        except RateLimited as busy:
            budget.slow_down(step.brand_id, busy.retry_after)
            raise
        finally:
            if (more := context.current().calls - before - 1) > 0:
                budget.charge(step.brand_id, more)
            self.keep(held)  # what failed is written down too

    def wait(self, step: Step) -> None:
        """Until the budget gave a call. Where the slice ends before, it raises OverError."""
        while left := budget.take(step.brand_id, step.urgency):
            if self.is_over() or monotonic() + left > self.ends:
                raise OverError
            sleep(min(left, NAP))
            self.keep()

    def keep(self, *others: Held) -> None:
        """Hold the leases for another while. Where one was lost, nothing may be written any more."""
        if not all(leases.renew(one) for one in others):
            raise OverError
        if monotonic() - self.kept >= KEEP_EACH:
            self.kept = monotonic()
            if not leases.renew(self.held):
                raise OverError


def _take(step: Step, ask: Ask) -> None:
    one = _ambassador(step)
    try:
        _do(step, one, ask)
    except RateLimited:
        return  # the budget pauses all of this token's brands
    except Unauthorized as failure:
        _back_off(step.brand_id, failure)
    except PopsellError as failure:
        if step.kind is Kind.WAITING:  # the rest may be read all the same
            waiting_list.note_failure(step.brand_id, failure)
            return
        if one:
            _put_off(one, failure)
        if breaker.is_outage(failure) or not one:
            _back_off(step.brand_id, failure)
    else:
        _note_answer(step.brand_id)


def _put_off(one: IndexedAmbassador, failure: PopsellError) -> None:
    """Let others come first. In an outage it is Popsell that fails, and not this page."""
    if IndexedBrand.objects.filter(pk=one.brand_id, failing_since=None).exists():
        note_failure(one, failure, RETRY if one.failed_since else SOON)
    else:
        IndexedAmbassador.objects.filter(pk=one.pk).update(retry_at=timezone.now() + RETRY)


def _ambassador(step: Step) -> IndexedAmbassador | None:
    return IndexedAmbassador.objects.filter(pk=step.ambassador).first() if step.ambassador else None


def _do(step: Step, one: IndexedAmbassador | None, ask: Ask) -> None:
    """Raises PopsellError; what was read stays."""
    match step.kind:
        case Kind.BELL:
            doorbell.ring(step.brand_id, ask)
        case Kind.DIRECTORY:
            directory.read(step.brand_id, ask, stop=lambda: True)
        case Kind.WAITING:
            waiting_list.read(step.brand_id, ask)
        case Kind.TRY_OUT:
            ask(partial(doorbell.try_out, step.brand_id))
        case Kind.HEAD if one:
            heads.read(one, ask)
        case Kind.WALK if one:
            walk(one, ask, stop=lambda: True)
        case Kind.PROOF if step.chatroom:
            proof.read(step.chatroom, ask)


# How a brand fares


def _back_off(brand_id: int, failure: PopsellError) -> None:
    """Leave the brand alone for a while, and for longer each time in a row."""
    brand, now = IndexedBrand.objects.get(pk=brand_id), timezone.now()
    if brand.failing_since is None:
        brand.failing_since = now
        log.warning("The index of brand %d can't be read: %s", brand_id, failure.detail)
    brand.failure, brand.failed_with = _why(failure), failure.remote_status
    brand.retry_at = now + min(FIRST_PAUSE * 2 ** min(brand.tries, 10), LONGEST_PAUSE)
    brand.tries = min(brand.tries + 1, 1000)
    brand.save(update_fields=["failing_since", "failure", "failed_with", "retry_at", "tries"])


def _why(failure: PopsellError) -> SyncFailure:
    if not isinstance(failure, Unauthorized):
        return SyncFailure.OUTAGE
    return SyncFailure.REFUSED if failure.remote_status else SyncFailure.NO_TOKEN


def _note_answer(brand_id: int) -> None:
    """Popsell answers for this brand."""
    failing = IndexedBrand.objects.filter(pk=brand_id, failing_since__isnull=False)
    columns = {
        "failing_since": None,
        "failure": "",
        "failed_with": None,
        "retry_at": None,
        "tries": 0,
    }
    if failing.update(**columns):
        log.warning("The index of brand %d is read again.", brand_id)
