"""The worker's calls to Popsell: so many a minute for each token, shared by all workers.

A bucket in the database fills up with calls as time passes. Less urgent callers leave some in it, so a
more urgent one never stands behind them. People come first: the bucket fills more slowly while they ask
much. Where Popsell asks to slow down, it pauses, and then fills at half the rate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from inbox.models import Brand, CallBudget, IndexedBrand
from inbox.popsell import budget as people
from inbox.popsell import credentials
from inbox.popsell.errors import Unauthorized
from inbox.process import clocks

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BURST = 15.0  # seconds for which an idle worker saves calls up
LEAST_BURST = 5.0  # calls
SHARE = 0.25  # of the rate, however much people ask
LEAST_RATE = 1.0  # calls a minute
USUAL_PAUSE = 60.0  # seconds, where Popsell names none
LONGEST_PAUSE = timedelta(hours=1)
AHEAD = timedelta(seconds=clocks.SKEW)
LONGEST_WAIT = 60.0  # seconds until it is worth asking again


class Urgency(IntEnum):
    """What calls are for, most urgent first. Each leaves as many calls in the bucket."""

    NEWS = 0
    JOB = 1
    EVIDENCE = 2
    REST = 3


@dataclass(frozen=True, slots=True)
class State:
    """Calls a minute now, and as configured; `paused_until` where Popsell asked for a pause."""

    rate: float
    configured: float
    paused_until: datetime | None


def account(brand_id: int) -> str:
    """Whose calls this brand's are, without showing the token; empty for a brand without one."""
    try:
        return credentials.account(brand_id)
    except Unauthorized:
        return ""


def sharing(brand_id: int) -> list[int]:
    """All brands whose calls count together with this one's."""
    mine = account(brand_id)
    brands = Brand.objects.order_by("pk").values_list("pk", flat=True)
    return [one for one in brands if account(one) == mine]


def take(brand_id: int, urgency: Urgency) -> float:
    """Take a call: 0 where there was one, else the seconds after which it is worth asking again.

    Raises Unauthorized for a brand without a token.
    """
    payer, now = credentials.account(brand_id), timezone.now()
    by_people = people.people_calls(payer)
    with transaction.atomic():
        kept = _locked(payer, now)
        if _is_paused(kept, now) and kept.paused_until:
            return _bounded((kept.paused_until - now).total_seconds())
        each = 60.0 / _yielding(_rate(kept, now), by_people)  # seconds for a call
        kept.left = min(kept.left + _seconds(kept, now) / each, _most())
        kept.counted_at = now
        short = 1 + urgency - kept.left
        kept.left -= short <= 0
        kept.save(update_fields=["left", "counted_at"])
    return 0.0 if short <= 0 else _bounded(short * each)


def charge(brand_id: int, calls: int) -> None:
    """Count calls that were made beyond the one that was taken: they are missing next."""
    with transaction.atomic():
        kept = _locked(credentials.account(brand_id), timezone.now())
        kept.left = max(kept.left - calls, -_most())
        kept.save(update_fields=["left"])


def slow_down(brand_id: int, seconds: float | None) -> None:
    """Make no call for so many seconds, and then half as many; one more each quiet minute."""
    payer, now = credentials.account(brand_id), timezone.now()
    pause = timedelta(seconds=USUAL_PAUSE if seconds is None else seconds)
    with transaction.atomic():
        kept = _locked(payer, now)
        kept.rate = max(_rate(kept, now) / 2, LEAST_RATE)
        kept.slowed_at, kept.left = now, 0.0
        kept.paused_until = kept.counted_at = now + min(pause, LONGEST_PAUSE)
        kept.save()


def count(brand_id: int, calls: int) -> None:
    """Count calls to Popsell by the hour, for people to see."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    brand = IndexedBrand.objects.filter(pk=brand_id)
    if not brand.filter(hour=hour).update(calls=F("calls") + calls):
        brand.filter(hour=hour - HOUR).update(calls_before=F("calls"), calls=calls, hour=hour)
        brand.exclude(hour=hour).update(calls_before=0, calls=calls, hour=hour)


def calls_in_last_hour(brand: IndexedBrand) -> int:
    """About how many there were: of the hour before, the part that is left of the last 60 minutes."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    here = brand.calls if brand.hour == hour else 0
    before = {hour: brand.calls_before, hour - HOUR: brand.calls}
    left = 1 - (now - hour) / HOUR
    return here + round(before.get(brand.hour or now, 0) * left)


def state(brand_id: int) -> State:
    """Raises Unauthorized for a brand without a token."""
    now, configured = timezone.now(), float(settings.POPSELL_SYNC_RATE)
    kept = CallBudget.objects.filter(pk=credentials.account(brand_id)).first()
    if kept is None:
        return State(configured, configured, None)
    until = kept.paused_until if _is_paused(kept, now) else None
    return State(_rate(kept, now), configured, until)


def _locked(payer: str, now: datetime) -> CallBudget:
    """The row, locked until the transaction ends. A new bucket is full."""
    rows = CallBudget.objects.select_for_update()
    if (found := rows.filter(pk=payer).first()) is None:
        fresh = CallBudget(account=payer, left=_most(), counted_at=now)
        CallBudget.objects.bulk_create([fresh], ignore_conflicts=True)
        found = rows.get(pk=payer)
    return found


def _most() -> float:
    """How many calls the bucket holds: also the least urgent find one in it."""
    return max(settings.POPSELL_SYNC_RATE * BURST / 60, LEAST_BURST)


def _rate(kept: CallBudget, now: datetime) -> float:
    """Calls a minute: what is left of the rate after Popsell asked to slow down, and regained since."""
    configured = float(settings.POPSELL_SYNC_RATE)
    if kept.rate is None or kept.slowed_at is None or kept.slowed_at > now + AHEAD:
        return configured
    quiet = max(now - max(kept.slowed_at, kept.paused_until or kept.slowed_at), timedelta())
    return min(kept.rate + quiet // MINUTE, configured)


def _yielding(rate: float, by_people: float) -> float:
    return max(rate - by_people, rate * SHARE)


def _is_paused(kept: CallBudget, now: datetime) -> bool:
    """A longer pause than there is was set by a clock that went ahead."""
    return kept.paused_until is not None and now < kept.paused_until <= now + LONGEST_PAUSE + AHEAD


def _seconds(kept: CallBudget, now: datetime) -> float:
    """Since the calls were counted; none where the clock was set back meanwhile."""
    return max((now - kept.counted_at).total_seconds(), 0.0)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.01), LONGEST_WAIT)
