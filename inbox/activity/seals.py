"""The chain of seals over the trail, so that it shows where records were changed or taken away.

Writing a record waits for nobody: it gets its digest (`inbox.activity.digests`), and another one
with its outcome. `inbox.activity.sealer` seals such records in batches, `inbox.activity.seal_check`
compares them with the chain.
A seal holds the number, the time and a hash of each of its records. It also holds the head of the
seal before it; its own head is signed. What it says, by its kind:

    begin    {"through": 120}: records up to this number may have no digest; they came before digests
    begun    {}: all of those are sealed; it is left out where there were none
    records  {"records": [[121, 1764140000, "5f…"], …]}: number, second of `started`, hash
    key      {"of": "1a2b3c4d", "proven": true}: the key before, and whether it signed the seal before
    pruned   {"before": 1732604400, "through": 7, "head": "9c…"}: records begun before this
             second, and seals up to this number, may be gone; the last had this head

Anybody with write access to the database may have written any row. So a seal counts only once its
signature, or that of a later one, vouches for it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from inbox.activity import digests
from inbox.activity.row_reading import TOGETHER, UNREADABLE, read_each
from inbox.models import Seal, SealKind

LARGEST = 2**63 - 1  # of numbers in the database
LAST_SECOND = 250_000_000_000  # in the year 9892: dates end soon after


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a seal holds it. `started`: in seconds."""

    number: int
    started: int
    fingerprint: str


@dataclass(slots=True)
class Link:
    """A seal without its records. `signed`: None where its key is not here. `wrong`: sentences.

    `trusted`: signed by a key of ours, or followed by a seal that is, which vouches for it.
    """

    number: int
    wrong: list[str] = field(default_factory=list)
    kind: str = ""
    made: datetime | None = None
    key: str = ""
    head: str = ""
    before: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    signed: bool | None = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """All seals, by number. `wrong`: what is wrong with them, as sentences."""

    links: list[Link]
    wrong: list[str]

    def find(self, kind: SealKind) -> list[Link]:
        """The seals of this kind that are vouched for."""
        return [one for one in self.links if one.trusted and one.kind == kind]

    @property
    def start(self) -> tuple[int, str]:
        """The seal up to which they were removed in order, and its head."""
        pruned = self.find(SealKind.PRUNED)
        return (pruned[-1].said["through"], pruned[-1].said["head"]) if pruned else (0, "")

    @property
    def pruned_before(self) -> int:
        """Records that were begun before this second may be gone."""
        return max((one.said["before"] for one in self.find(SealKind.PRUNED)), default=0)

    @property
    def unproven(self) -> list[Link]:
        """Changes of key without the earlier key to prove the seals before."""
        return [one for one in self.find(SealKind.KEY) if not one.said["proven"]]

    def may_lack_digest(self, record: int, seal: int) -> bool:
        """Whether a record of this number in this seal is older than digests."""
        begin, begun = self.find(SealKind.BEGIN), self.find(SealKind.BEGUN)
        was_first = bool(begin) and record <= begin[0].said["through"]
        return was_first and all(seal < one.number for one in begun)


def read_chain() -> Chain:
    """The whole chain, with what is wrong with it."""
    links: list[Link] = []
    numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
    for number, seal in read_each(Seal.objects.all(), numbers, TOGETHER):
        link = _link(seal) if seal else Link(number, [f"seal {number} can't be read"])
        if links:
            link.wrong += _wrong_place(link, links[-1])
        links.append(link)
    _vouch(links)
    chain = Chain(links, [wrong for one in links for wrong in one.wrong])
    chain.wrong.extend(_wrong_start(chain))
    chain.wrong.extend(_wrong_end(links))
    return chain


def _link(seal: Seal) -> Link:
    link = Link(
        seal.number,
        kind=seal.kind,
        made=seal.made,
        key=seal.key,
        head=seal.head,
        before=seal.before,
        signed=is_signed(seal),
    )
    if head_of(seal) != seal.head:
        link.wrong.append(f"seal {seal.number} was changed")
    elif link.signed is False:
        link.wrong.append(f"seal {seal.number} is not signed by us")
    said = read_body(seal)
    if said is None:
        link.wrong.append(f"seal {seal.number} says nothing that can be read")
    elif seal.kind != SealKind.RECORDS:
        link.said = said
    return link


def _wrong_place(link: Link, before: Link) -> Iterator[str]:
    """What is wrong with a seal that comes after another."""
    if link.number != before.number + 1:
        yield f"seals {before.number + 1} to {link.number - 1} are missing"
    elif link.before != before.head:
        yield f"seal {link.number} does not follow seal {before.number}"
    is_change = link.kind == SealKind.KEY and link.said.get("of") == before.key
    if link.key != before.key and not is_change:
        yield f"seal {link.number} names another key than the one before it"


def _vouch(links: Sequence[Link]) -> None:
    """Mark all seals before a good signature as trusted: they are unchanged since."""
    is_followed = False
    for link in reversed(links):
        link.trusted = not link.wrong and (
            link.signed is True or (link.signed is None and is_followed)
        )
        is_followed = link.trusted


def _wrong_start(chain: Chain) -> Iterator[str]:
    if not chain.links:
        return
    first, (through, head) = chain.links[0], chain.start
    if first.number == 1:
        if first.kind != SealKind.BEGIN or first.before:
            yield "seal 1 is not the beginning"
    elif first.number <= through:
        return  # a pruning that has not deleted them all
    elif (first.number - 1, first.before) != (through, head):
        yield f"seals before seal {first.number} are missing"


def _wrong_end(links: Sequence[Link]) -> Iterator[str]:
    """Seals of unknown keys, without a later seal that has taken over."""
    unknown = 0
    for link in reversed(links):
        if link.signed is not None or link.trusted:
            break
        unknown = link.number
    if unknown:
        yield f"seals {unknown} to {links[-1].number} are signed with no key that is here"


# One seal


def head_of(seal: Seal) -> str:
    """A hash of the seal's content, and of all before it."""
    made = seal.made.astimezone(UTC).isoformat(timespec="microseconds")
    said = [seal.number, seal.kind, made, seal.key, seal.before, seal.body]
    return sha256(json.dumps(said).encode()).hexdigest()


def is_signed(seal: Seal) -> bool | None:
    """Whether the key that it names signed it; None where that key is not here."""
    return digests.signed(seal.head, seal.key, seal.signature)


def is_ours(seal: Seal) -> bool:
    """Whether a key that is here signed it as it is."""
    return head_of(seal) == seal.head and is_signed(seal) is True


def read_body(seal: Seal) -> Mapping[str, Any] | None:
    """Its content; None where that does not fit a seal of its kind."""
    try:
        said = json.loads(seal.body, parse_constant=_refuse)
        return said if FORMS[SealKind(seal.kind)](said) else None
    except (RecursionError, *UNREADABLE, LookupError, AttributeError):
        return None


def entries(seal: Seal) -> list[Entry]:
    """Its records; none for another kind of seal, or where it can't be read."""
    said = read_body(seal) if seal.kind == SealKind.RECORDS else None
    return [Entry(*one) for one in said["records"]] if said else []


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_number(value: object, most: int = LARGEST) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _is_entry(value: object) -> bool:
    match value:
        case [number, started, str()]:
            return _is_number(number) and _is_number(started, LAST_SECOND)
    return False


FORMS: dict[SealKind, Callable[[Any], bool]] = {
    SealKind.BEGIN: lambda said: _is_number(said["through"]),
    SealKind.BEGUN: lambda said: said == {},
    SealKind.RECORDS: lambda said: all(_is_entry(one) for one in said["records"]),
    SealKind.KEY: lambda said: isinstance(said["of"], str) and isinstance(said["proven"], bool),
    SealKind.PRUNED: lambda said: (
        _is_number(said["before"]) and _is_number(said["through"]) and isinstance(said["head"], str)
    ),
}


# Rows that anybody may have written
