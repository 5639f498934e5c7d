"""How fresh and how whole the index is, as every page tells it that is drawn from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from django.utils import timezone

from inbox import workers
from inbox.chatrooms import index_pruning
from inbox.chatrooms.marks import checksum
from inbox.display import known
from inbox.models import IndexedAmbassador, Membership, SyncFailure
from inbox.popsell.codes import Status
from inbox.popsell.errors import Unauthorized
from inbox.popsell.resources import Ambassador
from inbox.queue import brand_state, budget, freshness
from inbox.queue.brand_state import BrandState
from inbox.trips import Answer, Trip

LAGS = timedelta(minutes=10)
"""An oldest reading older than this is told apart."""
MINUTE = timedelta(minutes=1)
TOLD_BEFORE = timedelta(days=3)
"""Managers hear so long beforehand that names may be blanked."""

TOLD_AFTER = timedelta(minutes=10)
"""Managers hear so long that an ambassador can be read again."""


class State(StrEnum):
    """What is to be said first."""

    LOCKED_OUT = "locked out"  # without a token
    SILENT = "silent"  # the worker
    FAILING = "failing"
    EMPTY = "empty"
    READING = "reading"
    NOBODY = "nobody"  # the brand has no ambassadors
    LAGGING = "lagging"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Refused:
    """An ambassador who can't be read: since when, and with which status of Popsell.

    `retry_at`: not before then, None where it is tried at the next turn.
    """

    person: Ambassador
    since: datetime
    status: int | None
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """An ambassador who could not be read, and was read again: when."""

    person: Ambassador
    at: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """Popsell counts more of this ambassador's conversations than it lists: `count` are missing."""

    person: Ambassador
    count: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """The state of a brand's index in words. `beat`: when a worker last gave a sign of life.

    `refused`: the first ambassador who can't be read. `left`: about how long a reading under way still
    takes, None where that is not known. `blanks_at`: when the first names may be blanked, since nothing
    confirmed them; None while that is days ahead.
    """

    member: Membership
    state: State
    index: freshness.Freshness
    beat: datetime | None
    refused: Refused | None
    left: timedelta | None
    blanks_at: datetime | None = None

    @property
    def is_bar(self) -> bool:
        """Whether it deserves more than a line."""
        return self.state not in {State.LAGGING, State.WHOLE, State.NOBODY}

    @property
    def is_stale(self) -> bool:
        """Whether nothing new comes into it now."""
        return self.state in {State.LOCKED_OUT, State.SILENT, State.FAILING}

    @property
    def is_partial(self) -> bool:
        """Whether counts may still grow."""
        return self.index.is_reading or bool(self.index.unreadable)

    @property
    def readable(self) -> int:
        return self.index.known - len(self.index.unreadable)

    @property
    def minutes(self) -> int:
        """The age of the oldest reading, in minutes begun."""
        oldest = self.index.oldest or timezone.now()
        return max(-((oldest - timezone.now()) // MINUTE), 1)

    @property
    def known(self) -> str:
        """How many ambassadors there are, with a + while their directory is being read."""
        return f"{known(self.index.known)}{'+' if self.index.grows else ''}"

    @property
    def minutes_left(self) -> int:
        """How long a reading still takes, rounded up."""
        return max(-(-(self.left or timedelta()) // MINUTE), 0)

    @property
    def hours_left(self) -> int:
        return round(self.minutes_left / 60)

    @property
    def retries_late(self) -> bool:
        """Whether Popsell is asked again only in more than a minute."""
        at = self.index.retry_at
        return at is not None and at - timezone.now() > MINUTE

    @property
    def is_due(self) -> bool:
        """Whether Popsell is asked again at the next turn, which comes within seconds."""
        at = self.index.retry_at
        return at is None or at <= timezone.now()

    @property
    def is_refused(self) -> bool:
        """Whether it is the brand that Popsell refuses, and no outage."""
        status = self.index.failed_with or 0
        return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def mark(self) -> str:
        """Changes with what is said of it, but for times that tick by themselves."""
        index = self.index
        minutes = self.minutes if self.state in {State.WHOLE, State.LAGGING} else 0
        retry = index.retry_at if self.retries_late else None
        is_due = bool(index.failing_since) and self.is_due
        numbers = (
            self.known,
            is_due,
            index.read,
            index.whole,
            index.unreadable,
            minutes,
            self.left_told,
        )
        moments = (index.newest_change, index.failing_since, retry, self.blanks_at)
        return checksum(self.state, index.failure, index.failed_with, numbers, moments)

    @property
    def left_told(self) -> tuple[bool, int]:
        """What is told of the time left."""
        return self.left is None, self.minutes_left


def find(member: Membership, of: BrandState | None = None) -> Fresh:
    """How it is with the index of the member's brand now. `of`: how the brand stands, where known."""
    return find_on(Trip(), member, of or brand_state.find(member.brand_id))()


def find_on(trip: Trip, member: Membership, of: BrandState) -> Answer[Fresh]:
    """As `find`, together with other questions."""
    found = freshness.of(trip, of.index)
    return lambda: _tell(member, found(), of.beat)


def _tell(member: Membership, index: freshness.Freshness, beat: datetime | None) -> Fresh:
    brand_id = member.brand_id
    state = _state(brand_id, index, beat)
    refused = next(iter(refused_of(brand_id, limit=1)), None) if index.unreadable else None
    left = _left(brand_id) if state is State.READING else None
    return Fresh(member, state, index, beat, refused, left, _blanks_at(index.confirmed))


def _state(brand_id: int, index: freshness.Freshness, beat: datetime | None) -> State:
    if not budget.account(brand_id):
        return State.LOCKED_OUT
    if workers.is_silent(beat):
        return State.SILENT
    if index.failing_since and index.failure != SyncFailure.NO_TOKEN:
        return State.FAILING
    if not index.known:
        return State.EMPTY if index.is_reading else State.NOBODY
    if index.is_reading:
        return State.READING
    is_old = index.oldest is not None and timezone.now() - index.oldest > LAGS
    return State.LAGGING if is_old else State.WHOLE


def _blanks_at(confirmed: datetime | None) -> datetime | None:
    """When it is due soon: a sweep that keeps up confirms all names long before."""
    blanks = confirmed + index_pruning.CONFIRMED_FOR if confirmed else None
    return blanks if blanks and blanks - timezone.now() < TOLD_BEFORE else None


def _left(brand_id: int) -> timedelta | None:
    try:
        return freshness.time_left(brand_id)
    except Unauthorized:  # it went this moment
        return None


def refused_of(brand_id: int, limit: int) -> list[Refused]:
    """The brand's ambassadors who can't be read, so many at most."""
    found = IndexedAmbassador.objects.filter(brand=brand_id, failed_since__isnull=False)
    return [
        Refused(person_of(one), one.failed_since, one.failed_with, one.retry_at)
        for one in found.order_by("name", "ambassador")[:limit]
        if one.failed_since
    ]


def recovered_of(brand_id: int, limit: int) -> list[Recovered]:
    """Those who can be read again for a short while, so many at most: the last first."""
    now = timezone.now()
    found = IndexedAmbassador.objects.filter(
        brand=brand_id, failed_since=None, recovered_at__gt=now - TOLD_AFTER, recovered_at__lte=now
    )
    return [
        Recovered(person_of(one), one.recovered_at)
        for one in found.order_by("-recovered_at", "ambassador")[:limit]
        if one.recovered_at
    ]


def person_of(row: IndexedAmbassador) -> Ambassador:
    """An ambassador of the index, as pages show people."""
    status = int(row.status) if row.status.isdecimal() else None
    return Ambassador(
        row.ambassador,
        firstname=row.name or None,
        status=Status(status) if status in set(Status) else None,
        last_action_date=row.seen,
        anonymized=row.anonymized,
    )
