"""What other rules would make of a brand's list at this moment. Nothing is saved."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import annotations, brand_rules, index_facts, signals
from inbox.chatrooms.signals import Names, Reason, Rules, Signals
from inbox.models import Brand, Fact, FactKind, IndexedAmbassador, IndexedChatroom
from inbox.models.index import OLDER
from inbox.queue.attention import Band, band

MOST = 3000
"""Of more rows than that, only some are looked at: it takes a second or two, whatever the size."""
DAY = timedelta(days=1)
UNUSED = ["name", "search", "comment", "summary", "proof"]


class What(NamedTuple):
    """Why conversations come or go. `stars`: of a low rating."""

    reason: Reason
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How many conversations the list has, by band, `before` and `after` the change.

    `gone`: why those were there that would not be any more, and `come` why others would be.
    `one_in`: of so many conversations one was looked at, and counts for all of them; 1 where all were.
    """

    before: Mapping[Band, int]
    after: Mapping[Band, int]
    gone: Mapping[What, int]
    come: Mapping[What, int]
    one_in: int


def rehearse(brand: Brand, rules: Rules) -> Rehearsal:
    """Compare the list by these rules with that by the brand's own."""
    own, now = brand_rules.find(brand), timezone.now()
    names = annotations.names(brand.pk)
    keepers = IndexedAmbassador.objects.filter(brand=brand.pk)
    seen = dict(keepers.values_list("ambassador", "seen"))
    before, after = Counter[Band](), Counter[Band]()
    gone, come = Counter[What](), Counter[What]()
    one_in = 1
    for rows in _candidates(brand.pk, own, rules, now):
        share = max(-(-rows.count() // MOST), 1)
        one_in = max(one_in, share)
        for row in _one_in(rows, share):
            was = _find(row, names, seen.get(row.ambassador), own, now)
            if rules.thanks != own.thanks:
                index_facts.take_thanks(row, rules.thanks)
            is_ = _find(row, names, seen.get(row.ambassador), rules, now)
            old, new = _band(was), _band(is_)
            if old:
                before[old] += share
            if new:
                after[new] += share
            if old and not new:
                gone[_what(row, was)] += share
            elif new and not old:
                come[_what(row, is_)] += share
    return Rehearsal(before, after, gone, come, one_in)


def _one_in(rows: QuerySet[IndexedChatroom], share: int) -> QuerySet[IndexedChatroom]:
    """One of so many, the same ones each time, and spread over all: an id says nothing of its row."""
    if share > 1:
        rows = rows.annotate(place=F("id") % share).filter(place=0)
    return rows


def _candidates(
    brand_id: int, own: Rules, rules: Rules, now: datetime
) -> Iterator[QuerySet[IndexedChatroom]]:
    """All rows that are in the list, or may come into it by these rules; none of them twice."""
    rows = IndexedChatroom.objects.filter(brand=brand_id, counts=True).defer(*UNUSED)
    older = Q(rank__gte=OLDER)
    yield rows.filter(rank__lt=OLDER)
    yield rows.filter(Q(rank=None) | older, changes_at__isnull=False)
    rest = rows.filter(changes_at__isnull=True)
    since = now - rules.horizon
    if rules.horizon > own.horizon:
        yield rest.filter(older, since__gt=since)
        older &= Q(since__lte=since)
    if rules.low_stars > own.low_stars:
        stars = range(own.low_stars + 1, rules.low_stars + 1)
        days = Fact.objects.filter(brand=brand_id, day__gte=(since - DAY).date())
        rated = days.filter(kind=FactKind.RATING, value__in=stars).values("chatroom")
        yield rest.filter(Q(rank=None) | older, chatroom__in=rated)


def _find(
    row: IndexedChatroom, names: Names, seen: datetime | None, rules: Rules, now: datetime
) -> Signals:
    """The reasons that are not older than the horizon."""
    found = signals.find(row, names, seen, rules, now)
    return replace(found, reasons=tuple(one for one in found.reasons if one.rank < OLDER))


def _band(found: Signals) -> Band | None:
    return band(found.reasons[0].rank) if found.reasons else None


def _what(row: IndexedChatroom, found: Signals) -> What:
    """A low rating where it is among the reasons: nobody may lose sight of it unseen."""
    if any(one.reason == Reason.LOW_RATING for one in found.reasons):
        return What(Reason.LOW_RATING, row.rating)
    return What(found.reasons[0].reason)
