"""Checks the trail against its seals: what was changed, added or removed, and where.

The site goes on meanwhile; only sealing and pruning wait. Read-only, but for the lease.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Count, Q, QuerySet

from inbox import leases
from inbox.activity import digests, row_reading, sealer, seals
from inbox.activity.digests import Fit
from inbox.activity.seals import LARGEST, Chain, Entry, Link
from inbox.leases import Held
from inbox.models import Activity, Outcome, Seal, SealKind

TOGETHER = 500  # records that are read at once
RENEW_EACH = 50  # seals


@dataclass(slots=True)
class Report:
    """What was found. `broken` and `unproven`: sentences. `head`: of the last seal, empty for none.

    `begins`: when the first seal was made that is there.
    `sealed`: records that are as they were sealed. `waiting`: records that are not sealed yet.
    `waits_since`: when the first of these was begun.
    `unsettled`: acts that have no outcome yet. `pruned`: sealed records that were deleted in order.
    """

    seals: int = 0
    sealed: int = 0
    pruned: int = 0
    waiting: int = 0
    unsettled: int = 0
    head: str = ""
    begins: datetime | None = None
    last: datetime | None = None
    waits_since: datetime | None = None
    broken: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


def check(held: Held, holds: str = "", accepted: Collection[int] = ()) -> Report:
    """Check the whole chain and the whole trail.

    `holds`: a head that must be in the chain. `accepted`: seals at which somebody knows that the key
    changed without proof.
    """
    chain = seals.read_chain()
    report = Report(seals=len(chain.links), broken=list(chain.wrong))
    if chain.links:
        first, last = chain.links[0], chain.links[-1]
        report.begins, report.last, report.head = first.made, last.made, last.head
    report.unproven += [_unproven(one) for one in chain.unproven if one.number not in accepted]
    fitting: dict[int, int] = {}
    for place, link in enumerate(chain.links):
        if place % RENEW_EACH == 0:
            leases.renew(held)
        if link.kind == SealKind.RECORDS and not link.wrong:
            fitting[link.number] = _check_records(link, report, chain)
    leases.renew(held)
    report.broken += _not_of_their_seal(fitting)
    _check_unsealed(report, chain)
    report.broken += _copies()
    if holds and holds not in _heads(chain):
        report.broken.append(f"no seal has the head {holds}: seals were taken off the chain's end")
    return report


def _unproven(link: Link) -> str:
    return (
        f"at seal {link.number}, {_day(link.made)}, the key was changed and the one before was not "
        "there: what lies before it is known to be unchanged only since then"
    )


def _heads(chain: Chain) -> set[str]:
    own = {one.head for one in chain.links if not one.wrong}
    return own | {one.said["head"] for one in chain.find(SealKind.PRUNED)}


# Records


def _check_records(link: Link, report: Report, chain: Chain) -> int:
    """The number of records that name this seal rightly."""
    entries = seals.entries(Seal.objects.get(number=link.number))
    found = dict(_read_records(one.number for one in entries))
    pruned = chain.pruned_before if link.trusted else 0
    for entry in entries:
        if entry.number not in found and entry.started < pruned:
            report.pruned += 1
        elif wrong := _wrong_record(entry, found, link, chain):
            report.broken.append(wrong)
        else:
            report.sealed += 1
    return sum(one is not None and one.sealed_in == link.number for one in found.values())


def _wrong_record(
    entry: Entry, found: Mapping[int, Activity | None], link: Link, chain: Chain
) -> str:
    if entry.number not in found:
        when = _day(datetime.fromtimestamp(entry.started, UTC))
        return f"record {entry.number}, of {when}, is missing; seal {link.number} has it"
    record = found[entry.number]
    if record is None:
        return f"record {entry.number} can't be read; seal {link.number} has it"
    if digests.fingerprint(record) != entry.fingerprint:
        return f"{_named(record)} was changed since seal {link.number}"
    if record.sealed_in != link.number:
        return f"{_named(record)} says that another seal has it than seal {link.number}"
    how = digests.fit(record)
    if how == Fit.BROKEN or (how == Fit.NONE and not _may_lack(record, link, chain)):
        return f"{_named(record)} was never ours, though seal {link.number} has it"
    return ""


def _may_lack(record: Activity, link: Link, chain: Chain) -> bool:
    return chain.may_lack_digest(record.pk, link.number)


def _not_of_their_seal(fitting: Mapping[int, int]) -> Iterator[str]:
    """Records that name a seal without them. `fitting`: the number it has, by seal."""
    marked = Activity.objects.exclude(sealed_in=None).exclude(sealed_in=sealer.SET_ASIDE)
    counts = marked.order_by().values_list("sealed_in").annotate(n=Count("pk"))
    for number, count in counts:
        if count == fitting.get(number, 0):
            continue
        known = _known_to(number)
        of_seal = marked.filter(sealed_in=number).order_by("pk")
        for pk, record in _read_records(of_seal.values_list("pk", flat=True)):
            if pk not in known:
                named = _named(record) if record else f"record {pk}"
                yield f"{named} says that seal {number} has it, which has not"


def _known_to(number: int) -> set[int]:
    seal = dict(row_reading.read_each(Seal.objects.all(), [number], 1)).get(number)
    return {one.number for one in seals.entries(seal)} if seal else set()


def _check_unsealed(report: Report, chain: Chain) -> None:
    """Check records without a seal by their own digests."""
    through = sealer.without_digests() if chain.links else LARGEST
    open_ones = Activity.objects.filter(Q(sealed_in=None) | Q(sealed_in=sealer.SET_ASIDE))
    for pk, record in _read_records(open_ones.order_by("pk").values_list("pk", flat=True)):
        if record is None:
            report.broken.append(f"record {pk} can't be read")
        elif not sealer.is_trusted(record, through):
            report.broken.append(_wrong_digest(record))
        elif record.sealed_in == sealer.SET_ASIDE:
            report.broken.append(f"{_named(record)} was kept from being sealed")
        elif record.outcome == Outcome.SENT:
            report.unsettled += 1
        else:
            report.waiting += 1
            report.waits_since = min(report.waits_since or record.started, record.started)


def _wrong_digest(record: Activity) -> str:
    how = digests.fit(record)
    if how == Fit.BROKEN:
        return f"{_named(record)} was changed before it was sealed"
    return f"{_named(record)} is not known to be ours: {how.value}"


def _copies() -> Iterator[str]:
    marked: QuerySet[Activity] = Activity.objects.exclude(digest="").order_by()
    several = marked.values("digest").annotate(n=Count("pk")).filter(n__gt=1)
    for digest in several.values_list("digest", flat=True):
        numbers = marked.filter(digest=digest).order_by("pk").values_list("pk", flat=True)
        first, *copies = numbers
        yield from (f"record {one} is a copy of record {first}" for one in copies)


def _read_records(numbers: Iterable[int]) -> Iterator[tuple[int, Activity | None]]:
    return row_reading.read_each(Activity.objects.all(), numbers, TOGETHER)


def _named(record: Activity) -> str:
    return f"record {record.pk} ({record.act}, brand {record.brand_id}, {_day(record.started)})"


def _day(when: datetime | None) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d") if when else "at no known time"
