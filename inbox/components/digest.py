"""What stands beside the list while no conversation is open: where it stands, in words that lead on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Sum,
)
from django.utils import timezone
from django.utils.safestring import SafeString

from inbox.caches import tolerant
from inbox.caches.memories import Memory
from inbox.chatrooms import figures
from inbox.chatrooms.annotations import Names
from inbox.chatrooms.query import Query, build
from inbox.chatrooms.signals import Rules
from inbox.components import kept
from inbox.components.freshness import Fresh, person_of
from inbox.components.queued import Cast, Terms
from inbox.display import known
from inbox.display.addresses import path_to
from inbox.models import (
    CodeKind,
    CodeName,
    DailyFigure,
    Fact,
    FactKind,
    IndexedAmbassador,
    Membership,
)
from inbox.popsell.resources import Ambassador
from inbox.queue import ambassadors, coded
from inbox.queue.ambassadors import Figures
from inbox.queue.team import NOTHING, Done

MOST = 5
"""The page names so many ambassadors with waiting customers, and so many codes without a name."""
KEPT_FOR = 30
"""Seconds for which figures may be behind."""
RANKED = (CodeKind.ANOMALY, CodeKind.MODERATION)
"""The kinds of code that can't be ranked without a name."""


@dataclass(frozen=True, slots=True)
class Waits:
    """An ambassador whose customers wait. `address`: of the longest wait, beside the same list."""

    person: Ambassador
    figures: Figures
    address: str


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A code without a name, and in how many conversations it stands, as it is told."""

    code: CodeName
    count: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of the team who acts: how many conversations they have, and reviewed today."""

    member: Membership
    held: int
    reviewed: int
    is_self: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """Today's `messages` of customers, conversations `reviewed` and `low` ratings; then who waits."""

    messages: int
    reviewed: int
    low: int
    waits: list[Waits]
    team: list[Colleague]
    unnamed: list[Unnamed]


def find(
    member: Membership,
    fresh: Fresh,
    terms: Terms,
    query: Query,
    cast: Cast,
    sums: "Sums",
    done: Mapping[int, Done],
) -> Digest:
    """Of the member's brand. `query`: that of the list beside it. `done`: by the team."""
    return Digest(
        messages=sums.messages,
        reviewed=sum(one.reviewed for one in done.values()),
        low=sums.low,
        waits=waits(member.brand_id, sums.waits, query, cast.keepers),
        team=_team(member, cast.team, done),
        unnamed=_unnamed(_find_unnamed(terms.names), sums.uses, fresh),
    )


def draw(digest: Digest, fresh: Fresh) -> SafeString:
    """The digest as HTML."""
    told = (
        kept.minute(),
        (fresh.member.brand_id, fresh.member.get_role_display(), fresh.is_partial),
        (fresh.index.waiting_failed_since, fresh.index.waiting_failed_with),
        (digest.messages, digest.reviewed, digest.low),
        tuple((one.person, one.figures, one.address) for one in digest.waits),
        tuple((str(one.member.user), one.held, one.reviewed, one.is_self) for one in digest.team),
        tuple((one.code.kind, one.code.code, one.count) for one in digest.unnamed),
    )
    return kept.draw("attention/_digest.html", told, {"digest": digest, "fresh": fresh})


def _find_unnamed(names: Names) -> list[CodeName]:
    return [one for one in names.values() if one.kind in RANKED and not one.name]


@dataclass(frozen=True, slots=True)
class Sums:
    """What is the same for everybody of a brand, without names. `uses`: of codes, by their keys."""

    messages: int
    low: int
    waits: dict[int, Figures]
    uses: dict[int, int]


def find_sums(brand_id: int, terms: Terms) -> Sums:
    """Kept for half a minute at most: they cost more than all else, and nobody counts along."""
    key = f"{brand_id}:sums:{timezone.localdate()}:{tolerant.turn(KEPT_FOR)}"
    return _SUMS.keep(key, lambda: _find_kept(key, brand_id, terms))


def find_longest(brand_id: int, terms: Terms) -> dict[int, Figures]:
    """Whose customers wait longest, alone; kept as long."""
    key = f"{brand_id}:{tolerant.turn(KEPT_FOR)}"
    return _LONGEST.keep(key, lambda: _longest(brand_id, terms.rules))


_SUMS = Memory[Sums](64)
_LONGEST = Memory[dict[int, Figures]](64)


def _find_kept(key: str, brand_id: int, terms: Terms) -> Sums:
    kept = tolerant.get(key)
    if isinstance(kept, Sums):
        return kept
    day, rules = timezone.localdate(), terms.rules
    uses = {pk: one.count for pk, one in coded.find_uses(_find_unnamed(terms.names)).items()}
    low, longest = _low_ratings(brand_id, day, rules), _longest(brand_id, rules)
    found = Sums(_messages(brand_id, day), low, longest, uses)
    tolerant.put(key, found, KEPT_FOR)
    return found


def _messages(brand_id: int, day: date) -> int:
    told = DailyFigure.objects.filter(
        brand=brand_id,
        ambassador=figures.BRAND,
        day=day,
        kind=FactKind.MESSAGE,
    )
    return told.aggregate(all=Sum("count"))["all"] or 0


def _low_ratings(brand_id: int, day: date, rules: Rules) -> int:
    facts = Fact.objects.filter(brand=brand_id, day=day, kind=FactKind.RATING)
    return facts.filter(value__lte=rules.low_stars).count()


def _longest(brand_id: int, rules: Rules) -> dict[int, Figures]:
    """Returns figures by the ambassador's id. Whoever keeps a customer waiting longest comes first."""
    brand = ambassadors.find_brand(brand_id)
    if brand is None or brand.directory_read is None:
        return {}
    ids = list(ambassadors.find(brand).values_list("ambassador", flat=True)[:MOST])
    found = ambassadors.count_all(brand_id, ids, rules)
    return {id_: found[id_] for id_ in ids if id_ in found and found[id_].waiting}


def waits(
    brand_id: int,
    longest: Mapping[int, Figures],
    query: Query,
    people: Mapping[int, IndexedAmbassador],
) -> list[Waits]:
    beside = build(1, query)
    return [
        Waits(
            person_of(people[id_]), one, path_to("chatroom", brand_id, id_, one.chatroom) + beside
        )
        for id_, one in longest.items()
        if id_ in people
    ]


def _team(
    member: Membership, colleagues: Iterable[Membership], done: Mapping[int, Done]
) -> list[Colleague]:
    shown = [Colleague(one, *done.get(one.pk, NOTHING), one.pk == member.pk) for one in colleagues]
    return sorted(shown, key=lambda one: (-one.reviewed, str(one.member.user)))[: MOST + 1]


def _unnamed(codes: list[CodeName], uses: Mapping[int, int], fresh: Fresh) -> list[Unnamed]:
    """The most frequent first."""
    often = sorted((one for one in codes if uses.get(one.pk)), key=lambda one: -uses[one.pk])
    more = "+" if fresh.is_partial else ""
    return [Unnamed(one, f"{known(min(uses[one.pk], coded.MOST))}{more}") for one in often[:MOST]]
