"""Seals the trail in the background, in one process at a time. See `inbox.activity.seals`."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, connections, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from inbox import leases
from inbox.activity import digests, recording, row_reading, seals
from inbox.activity.digests import Fit
from inbox.leases import Held
from inbox.models import Activity, Outcome, Seal, SealKind
from inbox.process import collisions, outages

log = logging.getLogger(__name__)

LEASE = "seals"
BATCH = 500  # records of a seal
SET_ASIDE = 0
"""In place of a seal's number: the record does not fit its digest, and is never sealed."""
LOOK_EACH = 30.0  # seconds, for a process to see whether there is something to seal
SETTLED = timedelta(minutes=10)
"""After this time outcomes no longer change, and processes of an earlier release have ended."""
LATE = timedelta(hours=1)
"""Records that should have been sealed this long ago are reported."""
TELL_EACH = 3600.0  # seconds between two lines of the same
WAIT = 30.0  # seconds for a command to wait until others have sealed

_looks_again = 0.0  # on the monotonic clock
_tells_again: dict[str, float] = {}
_looked_at_again = False
_sealer: Thread | None = None


class BeingSealedError(Exception):
    """Somebody else works on the chain, beyond the waiting time."""


class BrokenChainError(Exception):
    """The last seal is not ours: nothing can follow it."""


def after_request(**_signal: Any) -> None:
    """Seal in the background, in a thread that ends with the process."""
    global _looks_again, _sealer  # noqa: PLW0603 - a race would only look twice
    if monotonic() < _looks_again:
        return
    _looks_again = monotonic() + LOOK_EACH
    _sealer = Thread(target=_seal_if_due, name="seals", daemon=True)
    _sealer.start()


def wait() -> None:
    """Wait until this process has finished sealing."""
    if _sealer:
        _sealer.join()


def _seal_if_due() -> None:
    try:
        if due().exists() or _left().exists():
            seal()
        if due().filter(started__lt=timezone.now() - LATE).exists():
            tell("The trail has records that should be sealed for an hour: run check_activity.")
    except (DatabaseError, InterfaceError) as failure:
        outages.log_outage("database", failure)
    finally:
        connections.close_all()  # this thread's


def seal() -> int:
    """Seal all that can be sealed now; returns the number of records, 0 where somebody else does it."""
    held = leases.take(LEASE)
    if held is None:
        return 0
    try:
        return seal_under(held)
    except BrokenChainError:
        tell("The trail can't be sealed, since its last seal is not ours: run check_activity.")
        return 0
    finally:
        leases.give_back(held)


@contextmanager
def alone() -> Iterator[Held]:
    """Keep others from sealing and pruning meanwhile. Raises BeingSealedError after WAIT seconds."""
    ends = monotonic() + WAIT
    while (held := leases.take(LEASE)) is None:
        if monotonic() > ends:
            raise BeingSealedError
        sleep(0.2)
    try:
        yield held
    finally:
        leases.give_back(held)


def seal_under(held: Held) -> int:
    """As `seal`, under a held lease. Stops when the lease is lost. Raises BrokenChainError."""
    _look_again_at_what_was_set_aside()
    for _number, left in _read_records(_left()):
        if left:
            recording.give_up(left)
    if not _has_begun():
        return 0
    sealed, after, aside = 0, 0, 0
    through = without_digests()
    while leases.renew(held) and (batch := dict(_read_records(due().filter(pk__gt=after)[:BATCH]))):
        after = max(batch)
        good = [one for one in batch.values() if one and is_trusted(one, through)]
        aside += _set_aside(pk for pk, one in batch.items() if _is_foreign(one, through))
        if good and not _add_records(good):
            return sealed
        sealed += len(good)
    if through is not None and not due().filter(pk__lte=through, digest="").exists():
        append(SealKind.BEGUN, {})
    if aside:
        tell(f"{aside} records of the trail do not fit their digests: run check_activity.")
    return sealed


def due() -> QuerySet[Activity]:
    """The records that can be sealed now, in the order of writing."""
    may_change = Q(outcome=Outcome.UNKNOWN, started__gte=timezone.now() - SETTLED)
    unsealed = Activity.objects.filter(sealed_in=None).exclude(outcome=Outcome.SENT)
    return unsealed.exclude(may_change).order_by("pk")


def _left() -> QuerySet[Activity]:
    """Acts left without an outcome because their process died first."""
    sent = Activity.objects.filter(sealed_in=None, outcome=Outcome.SENT)
    return sent.filter(started__lt=timezone.now() - SETTLED).order_by("pk")


def _read_records(found: QuerySet[Activity]) -> Iterator[tuple[int, Activity | None]]:
    numbers = list(found.values_list("pk", flat=True))
    return row_reading.read_each(Activity.objects.all(), numbers, BATCH)


def is_trusted(record: Activity, through: int | None) -> bool:
    """Whether it is as we wrote it, or comes from before there were digests."""
    how = digests.fit(record)
    return how == Fit.FITS or (how == Fit.NONE and through is not None and record.pk <= through)


def _is_foreign(record: Activity | None, through: int | None) -> bool:
    """Whether it is not ours. Its key may come with a release that is going out now."""
    if record is None:
        return True
    is_young = record.started >= timezone.now() - SETTLED
    may_come = digests.fit(record) == Fit.NO_KEY and is_young
    return not may_come and not is_trusted(record, through)


def _set_aside(numbers: Iterable[int]) -> int:
    """Set foreign records aside, so they are checked once and not each time."""
    found = Activity.objects.filter(pk__in=list(numbers), sealed_in=None)
    return found.update(sealed_in=SET_ASIDE)


def _look_again_at_what_was_set_aside() -> None:
    """Check them again once per process, since their key may be known by now."""
    global _looked_at_again  # noqa: PLW0603 - a race would only look twice
    if _looked_at_again:
        return
    _looked_at_again = True
    known = Q()
    for name in digests.names():
        known |= Q(digest__startswith=f"{name}.")
    Activity.objects.filter(known, sealed_in=SET_ASIDE).update(sealed_in=None)


# The chain


def _has_begun() -> bool:
    """Begin the chain where there is none, once no process writes records without a digest."""
    if Seal.objects.exists():
        return True
    plain = Activity.objects.filter(sealed_in=None, digest="")
    if plain.filter(started__gte=timezone.now() - SETTLED).exists():
        return False
    last: int | None = plain.aggregate(last=Max("pk"))["last"]
    return append(SealKind.BEGIN, {"through": last or 0})


def without_digests() -> int | None:
    """The last record that may lack a digest; None once all of those are sealed."""
    if Seal.objects.filter(kind=SealKind.BEGUN).exists():
        return None
    begin = dict(row_reading.read_each(Seal.objects.all(), [1], 1)).get(1)
    if begin is None or begin.kind != SealKind.BEGIN or not seals.is_ours(begin):
        return None
    return (seals.read_body(begin) or {}).get("through") or None


def _add_records(batch: Sequence[Activity]) -> bool:
    """Seal these together; false where somebody else sealed meanwhile."""
    numbers = [one.pk for one in batch]
    entries = [[one.pk, int(one.started.timestamp()), digests.fingerprint(one)] for one in batch]

    def mark(seal: Seal) -> bool:
        found = Activity.objects.filter(pk__in=numbers, sealed_in=None)
        return found.update(sealed_in=seal.number) == len(numbers)

    return append(SealKind.RECORDS, {"records": entries}, mark)


def append(
    kind: SealKind, said: dict[str, Any], also: Callable[[Seal], bool] | None = None
) -> bool:
    """Add a seal and do its extra step; neither where another was added meanwhile.

    Raises BrokenChainError.
    """
    try:
        with transaction.atomic():
            last = _last()
            if last and last.key != digests.key_name():
                if not _may_change_key(last):
                    return False
                last = _change_key(last)
            added = _put(last, kind, said)
            if also and not also(added):
                transaction.set_rollback(True)
                return False
    except IntegrityError as error:
        if not collisions.is_one(error):
            raise
        return False
    # The log then shows whether seals were taken off the end of the chain.
    log.info("The trail is sealed: seal %s, head %s", added.number, added.head)
    return True


def _last() -> Seal | None:
    number: int | None = Seal.objects.aggregate(last=Max("number"))["last"]
    if number is None:
        return None
    last = dict(row_reading.read_each(Seal.objects.all(), [number], 1)).get(number)
    is_usable = last and seals.head_of(last) == last.head and last.number < seals.LARGEST - 1
    if last is None or not is_usable or seals.is_signed(last) is False:
        raise BrokenChainError
    return last


def _may_change_key(last: Seal) -> bool:
    """While a release brings another key, processes without it leave the chain alone."""
    return seals.is_signed(last) is True or last.made < timezone.now() - SETTLED


def _change_key(last: Seal) -> Seal:
    proven = seals.is_signed(last) is True
    if not proven:
        log.error(
            "The trail's last seal names a key that is not here. Where SECRET_KEY was changed, put the "
            "one before into SECRET_KEY_FALLBACKS first; else run check_activity."
        )
    return _put(last, SealKind.KEY, {"of": last.key, "proven": proven})


def _put(last: Seal | None, kind: SealKind, said: dict[str, Any]) -> Seal:
    added = Seal(
        number=last.number + 1 if last else 1,
        kind=kind,
        made=timezone.now(),
        body=json.dumps(said, separators=(",", ":")),
        before=last.head if last else "",
        key=digests.key_name(),
    )
    added.head = seals.head_of(added)
    added.signature = digests.sign_head(added.head)
    added.save(force_insert=True)
    return added


def tell(message: str) -> None:
    """Log at most one such line an hour and process, since the problem stays."""
    kind = message.lstrip("0123456789 ")
    if monotonic() < _tells_again.get(kind, 0.0):
        return
    _tells_again[kind] = monotonic() + TELL_EACH
    log.error(message)
