"""The chain of seals over the trail, so that it shows where records were changed or taken away.

Writing a record waits for nobody: it gets its digest (`inbox.digests`), and another one with its
outcome. Every now and then, beside the requests and under a lease, such records are sealed in
batches. A seal holds the number, the time and a hash of each of its records, and the head of the seal
before it; its own head is signed. `inbox.seal_check` reads the chain.

What a seal says, by its kind:

    begin    {"through": 120}: records up to this number may have no digest; they came before digests
    begun    {}: all of those are sealed; it is left out where there were none
    records  {"records": [[121, 1764140000, "5f…"], …]}: number, second of `started`, hash
    key      {"of": "1a2b3c4d", "proven": true}: the key before, and whether it signed the seal before
    pruned   {"before": 1732604400, "through": 7, "head": "9c…"}: records that were begun before this
             second, and seals up to this number, whose head this was, may be gone
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Thread
from time import monotonic, sleep
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, connections, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from inbox import actions, collisions, digests, leases, outages
from inbox.digests import Fit
from inbox.leases import Held
from inbox.models import Activity, Outcome, Seal, SealKind

log = logging.getLogger(__name__)

LEASE = "seals"
BATCH = 500  # records of a seal
LOOK_EACH = 30.0  # seconds, for a process to see whether there is something to seal
SETTLED = timedelta(minutes=10)
"""After which nothing of a record's outcome changes any more, and every process of before has ended."""
TELL_EACH = 3600.0  # seconds between two lines about records that don't fit
WAIT = 30.0  # seconds for a command to wait until others have sealed

_looks_again = 0.0  # on the monotonic clock
_tells_again = 0.0
_sealer: Thread | None = None


class BeingSealedError(Exception):
    """Somebody else works on the chain, for longer than one waits."""


def after_request(**_signal: Any) -> None:
    """Beside the requests, in a thread that ends with the process."""
    global _looks_again, _sealer  # noqa: PLW0603 - a race would only look twice
    if monotonic() < _looks_again:
        return
    _looks_again = monotonic() + LOOK_EACH
    _sealer = Thread(target=_seal_if_due, name="seals", daemon=True)
    _sealer.start()


def wait() -> None:
    """Until what this process seals is sealed."""
    if _sealer:
        _sealer.join()


def _seal_if_due() -> None:
    try:
        if due().exists() or _left().exists():
            seal()
    except (DatabaseError, InterfaceError) as failure:
        outages.tell("database", failure)
    finally:
        connections.close_all()  # this thread's


def seal() -> int:
    """Seal all that can be sealed by now; how many records that are. 0 where somebody else does it."""
    held = leases.take(LEASE)
    if held is None:
        return 0
    try:
        return seal_under(held)
    finally:
        leases.give_back(held)


@contextmanager
def alone() -> Iterator[Held]:
    """Nobody else seals or prunes meanwhile. Raises BeingSealedError after WAIT seconds."""
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
    """As `seal`, for who holds the lease. It ends where the lease is lost."""
    for one in _left():
        actions.give_up(one)
    if not _has_begun():
        return 0
    sealed, after, unfit = 0, 0, 0
    through = without_digests()
    while leases.renew(held) and (batch := list(due().filter(pk__gt=after)[:BATCH])):
        after = batch[-1].pk
        good = [one for one in batch if is_trusted(one, through)]
        unfit += len(batch) - len(good)
        if good and not _add_records(good):
            return sealed
        sealed += len(good)
    if through is not None and not due().filter(pk__lte=through, digest="").exists():
        _append(SealKind.BEGUN, {})
    _tell_unfit(unfit)
    return sealed


def due() -> QuerySet[Activity]:
    """What can be sealed now, in the order of writing."""
    may_change = Q(outcome=Outcome.UNKNOWN, started__gte=timezone.now() - SETTLED)
    unsealed = Activity.objects.filter(sealed_in=None).exclude(outcome=Outcome.SENT)
    return unsealed.exclude(may_change).order_by("pk")


def _left() -> QuerySet[Activity]:
    """Acts whose process died before it could say what came of them."""
    return Activity.objects.filter(
        sealed_in=None, outcome=Outcome.SENT, started__lt=timezone.now() - SETTLED
    )


def is_trusted(record: Activity, through: int | None) -> bool:
    """Whether it is as we wrote it, or comes from before there were digests."""
    how = digests.fit(record)
    return how == Fit.FITS or (how == Fit.NONE and through is not None and record.pk <= through)


# The chain


def _has_begun() -> bool:
    """Begin the chain where there is none, once no process writes records without a digest."""
    if Seal.objects.exists():
        return True
    plain = Activity.objects.filter(sealed_in=None, digest="")
    if plain.filter(started__gte=timezone.now() - SETTLED).exists():
        return False
    last: int | None = plain.aggregate(last=Max("pk"))["last"]
    return _append(SealKind.BEGIN, {"through": last or 0})


def without_digests() -> int | None:
    """Up to which record they may lack a digest; None once all of those are sealed."""
    begin = Seal.objects.filter(kind=SealKind.BEGIN).first()
    if begin is None or Seal.objects.filter(kind=SealKind.BEGUN).exists():
        return None
    return int(json.loads(begin.body)["through"]) or None


def _add_records(batch: Sequence[Activity]) -> bool:
    """Seal these together; false where somebody else sealed meanwhile."""
    numbers = [one.pk for one in batch]
    entries = [[one.pk, int(one.started.timestamp()), digests.fingerprint(one)] for one in batch]

    def mark(seal: Seal) -> bool:
        found = Activity.objects.filter(pk__in=numbers, sealed_in=None)
        return found.update(sealed_in=seal.number) == len(numbers)

    return _append(SealKind.RECORDS, {"records": entries}, mark)


def _append(
    kind: SealKind, said: dict[str, Any], also: Callable[[Seal], bool] | None = None
) -> bool:
    """Add a seal, and do what belongs to it; neither where another was added meanwhile."""
    try:
        with transaction.atomic():
            last = Seal.objects.last()
            if last and last.key != digests.key_name():
                last = _put(last, SealKind.KEY, {"of": last.key, "proven": is_signed(last) is True})
            added = _put(last, kind, said)
            if also and not also(added):
                transaction.set_rollback(True)
                return False
    except IntegrityError as error:
        if not collisions.is_one(error):
            raise
        return False
    # Whoever keeps the log can show later that seals were taken off the end of the chain.
    log.info("The trail is sealed: seal %s, head %s", added.number, added.head)
    return True


def _put(last: Seal | None, kind: SealKind, said: dict[str, Any]) -> Seal:
    added = Seal(
        number=last.number + 1 if last else 1,
        kind=kind,
        made=timezone.now(),
        body=json.dumps(said, separators=(",", ":")),
        before=last.head if last else "",
        key=digests.key_name(),
    )
    added.head = head_of(added)
    added.signature = digests.sign_head(added.head)
    added.save(force_insert=True)
    return added


def head_of(seal: Seal) -> str:
    """A hash of all that the seal says, and of all before it."""
    made = seal.made.astimezone(UTC).isoformat(timespec="microseconds")
    said = [seal.number, seal.kind, made, seal.key, seal.before, seal.body]
    return sha256(json.dumps(said).encode()).hexdigest()


def is_signed(seal: Seal) -> bool | None:
    """Whether the key that it names signed it; None where that key is not here."""
    return digests.signed(seal.head, seal.key, seal.signature)


def _tell_unfit(count: int) -> None:
    """At most one line an hour and process, since such records stay."""
    global _tells_again  # noqa: PLW0603 - one for the process
    if not count or monotonic() < _tells_again:
        return
    _tells_again = monotonic() + TELL_EACH
    told = "%s records of the trail do not fit their digests: run check_activity to see which."
    log.error(told, count)


# Pruning


def prune(since: datetime, delete: Callable[[QuerySet[Any]], int]) -> int:
    """Delete the records that were begun before `since`, a whole second; how many there were.

    A signed seal says so first. Raises BeingSealedError. `delete`: deletes what a query finds.
    """
    old = Activity.objects.filter(started__lt=since)
    with alone() as held:
        seal_under(held)
        removable, head = _over(since)
        if not (removable or old.exists()):
            return 0
        through, head = (removable, head) if removable else _removed()
        said = {"before": int(since.timestamp()), "through": through, "head": head}
        if Seal.objects.exists() and not _append(SealKind.PRUNED, said):
            raise BeingSealedError
        deleted = delete(old)
        Seal.objects.filter(number__lte=through).delete()
    return deleted


def _over(since: datetime) -> tuple[int, str]:
    """The last of the first seals that say nothing of `since` and later, and its head; 0 for none."""
    over, head, limit = 0, "", since.timestamp()
    last = Seal.objects.last()
    for one in Seal.objects.exclude(pk=last.pk if last else 0).iterator(chunk_size=20):
        times = [entry[1] for entry in json.loads(one.body).get("records", [])]
        if max(times, default=one.made.timestamp()) >= limit:
            break
        over, head = one.number, one.head
    return over, head


def _removed() -> tuple[int, str]:
    """Up to which seal earlier prunings removed them, and its head."""
    first = Seal.objects.first()
    return (first.number - 1, first.before) if first else (0, "")
