"""Whether the trail is as it was sealed: what was changed, added or taken away, and where.

The site goes on meanwhile; only sealing and pruning wait. Read-only, but for the lease.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from inbox import digests, leases, seals
from inbox.digests import Fit
from inbox.leases import Held
from inbox.models import Activity, Outcome, Seal, SealKind

TOGETHER = 500  # records that are read at once
RENEW_EACH = 50  # seals
LARGEST = 2**63 - 1  # of the numbers of records


@dataclass(slots=True)
class Report:
    """What was found. `broken` and `unproven`: sentences. `head`: of the last seal, empty for none.

    `begins`: when the first seal was made that is there.

    `sealed`: records that are as they were sealed. `waiting`: records that are not sealed yet.
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
    broken: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a seal holds it. `started`: in seconds."""

    number: int
    started: int
    fingerprint: str


def check(held: Held, holds: str = "") -> Report:
    """Look through the whole chain and the whole trail. `holds`: a head that must be in the chain."""
    report, pruned, heads = Report(), _pruned_before(), set[str]()
    report.broken += _wrong_links(report, heads)
    fitting: dict[int, int] = {}
    for number, seal in enumerate(_seals()):
        if number % RENEW_EACH == 0:
            leases.renew(held)
        fitting[seal.number] = _check_records(seal, report, pruned)
    leases.renew(held)
    report.broken += _not_of_their_seal(fitting)
    _check_unsealed(report)
    report.broken += _copies()
    if holds and holds not in heads:
        report.broken.append(f"no seal has the head {holds}: seals were taken off the chain's end")
    return report


# The chain itself


def _wrong_links(report: Report, heads: set[str]) -> Iterator[str]:
    """What is wrong with the seals as such; fills in what the report and `heads` say of them."""
    before: Seal | None = None
    vouched = 0  # up to which seal a good signature stands for all before it
    for seal in _seals():
        report.seals, report.last, report.head = report.seals + 1, seal.made, seal.head
        report.begins = report.begins or seal.made
        heads.add(seal.head)
        if seal.kind == SealKind.PRUNED:
            heads.add(str(_said(seal).get("head", "")))
        yield from _wrong_link(seal, before)
        if seals.is_signed(seal):
            vouched = seal.number
        if seal.kind == SealKind.KEY and not _said(seal).get("proven"):
            report.unproven.append(
                f"at seal {seal.number}, {_day(seal.made)}, the key was changed and the one before was "
                "not there: what lies before it is known to be unchanged only since then"
            )
        before = seal
    if before and vouched < before.number:
        yield f"seals {vouched + 1} to {before.number} are signed with no key that is here"


def _wrong_link(seal: Seal, before: Seal | None) -> Iterator[str]:
    if before is None:
        if not _may_be_first(seal):
            yield f"seals before seal {seal.number} are missing"
    elif seal.number != before.number + 1:
        yield f"seals {before.number + 1} to {seal.number - 1} are missing"
    elif seal.before != before.head:
        yield f"seal {seal.number} does not follow seal {before.number}"
    if seals.head_of(seal) != seal.head:
        yield f"seal {seal.number} was changed"
    elif seals.is_signed(seal) is False:
        yield f"seal {seal.number} is not signed by us"


def _may_be_first(seal: Seal) -> bool:
    """Whether nothing came before it, or only what was pruned, as a later seal says."""
    if seal.number == 1:
        return seal.kind == SealKind.BEGIN and not seal.before
    first = {"through": seal.number - 1, "head": seal.before}
    pruned = Seal.objects.filter(kind=SealKind.PRUNED, number__gte=seal.number)
    # Until the seals of the newest pruning are deleted, the one before it still says where they begin.
    return any(first.items() <= _said(one).items() for one in pruned if _is_ours(one))


def _pruned_before() -> int:
    """Records that were begun before this second may be gone."""
    pruned = Seal.objects.filter(kind=SealKind.PRUNED)
    return max((int(_said(one)["before"]) for one in pruned if _is_ours(one)), default=0)


def _is_ours(seal: Seal) -> bool:
    """Whether it says what was signed; where its key is not here, its place in the chain proves it."""
    return seals.head_of(seal) == seal.head and seals.is_signed(seal) is not False


# Records


def _check_records(seal: Seal, report: Report, pruned: int) -> int:
    """How many records say rightly that this seal has them."""
    entries = _entries(seal)
    found = Activity.objects.in_bulk([one.number for one in entries])
    for entry in entries:
        record = found.get(entry.number)
        if record is None and entry.started < pruned:
            report.pruned += 1
        elif wrong := _wrong_record(entry, record, seal):
            report.broken.append(wrong)
        else:
            report.sealed += 1
    return sum(one.sealed_in == seal.number for one in found.values())


def _wrong_record(entry: Entry, record: Activity | None, seal: Seal) -> str:
    if record is None:
        when = _day(datetime.fromtimestamp(entry.started, UTC))
        return f"record {entry.number}, of {when}, is missing; seal {seal.number} has it"
    if digests.fingerprint(record) != entry.fingerprint:
        return f"{_named(record)} was changed since seal {seal.number}"
    if record.sealed_in != seal.number:
        return f"{_named(record)} says that another seal has it than seal {seal.number}"
    return ""


def _not_of_their_seal(fitting: Mapping[int, int]) -> Iterator[str]:
    """Records that say that a seal has them which has not. `fitting`: how many it has, by seal."""
    marked = Activity.objects.filter(sealed_in__isnull=False).order_by()
    counts = marked.values_list("sealed_in").annotate(n=Count("pk"))
    for number, count in counts:
        if count == fitting.get(number, 0):
            continue
        seal = Seal.objects.filter(number=number).first()
        known = {one.number for one in _entries(seal)} if seal else set()
        for record in marked.filter(sealed_in=number).exclude(pk__in=known):
            yield f"{_named(record)} says that seal {number} has it, which has not"


def _check_unsealed(report: Report) -> None:
    """What no seal has yet shows by its own digest whether it was changed."""
    through = seals.without_digests() if report.seals else LARGEST
    unsealed = Activity.objects.filter(sealed_in=None).order_by("pk")
    for record in unsealed.iterator(chunk_size=TOGETHER):
        if not seals.is_trusted(record, through):
            report.broken.append(_wrong_digest(record))
        elif record.outcome == Outcome.SENT:
            report.unsettled += 1
        else:
            report.waiting += 1


def _wrong_digest(record: Activity) -> str:
    how = digests.fit(record)
    if how == Fit.BROKEN:
        return f"{_named(record)} was changed before it was sealed"
    return f"{_named(record)} is not known to be ours: {how.value}"


def _copies() -> Iterator[str]:
    marked = Activity.objects.exclude(digest="").order_by()
    several = marked.values("digest").annotate(n=Count("pk")).filter(n__gt=1)
    for digest in several.values_list("digest", flat=True):
        first, *copies = marked.filter(digest=digest).order_by("pk")
        yield from (f"{_named(one)} is a copy of record {first.pk}" for one in copies)


# How seals are read, whatever became of them


def _seals() -> Iterator[Seal]:
    return Seal.objects.order_by("number").iterator(chunk_size=20)


def _said(seal: Seal) -> Mapping[str, Any]:
    """What its body says; nothing where it can't be read, which its head shows."""
    try:
        said = json.loads(seal.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _entries(seal: Seal) -> Sequence[Entry]:
    """The records that it has; none where it was changed, which is told as such."""
    if seal.kind != SealKind.RECORDS or seals.head_of(seal) != seal.head:
        return []
    return [Entry(*entry) for entry in _said(seal).get("records", [])]


def _named(record: Activity) -> str:
    return f"record {record.pk} ({record.act}, brand {record.brand_id}, {_day(record.started)})"


def _day(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d")
