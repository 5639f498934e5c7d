"""What to ask Popsell next: the most pressing step among some brands that share a token.

News come first: the doorbell, the ambassadors whose news it told, and who waits for anybody to take
them. Then pages that are worth another look take turns with what fills the index and sweeps it, and
with what shows anomalies, so that none starves. Brands take turns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.queue import doorbell, freshness, looks, waiting_list
from inbox.queue.budget import Urgency
from inbox.queue.pages import AHEAD

BELL_EACH = timedelta(seconds=12)
"""A little less than the tick, so that each tick finds it due."""
BELLS = 0.25  # of all calls, at most, where many brands share a token
AGAIN = timedelta(seconds=10)  # before the same page is read again
DIRECTORY_EACH = timedelta(minutes=30)
SWEEP_EACH = timedelta(minutes=10)
LONGEST_LOOK = max(looks.AFTER)
LONGEST_RETRY = timedelta(days=1, minutes=1)
LONGEST_OUTAGE = timedelta(minutes=6)
"""A longer wait than these was set by a clock that went ahead."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
SHARE, SHARE_FILLING = 8, 2
"""Each so manieth call that is no news fills or sweeps."""
SHARE_PROOF, TURN_PROOF = 8, 5
"""Each so manieth reads what shows an anomaly: this one of them, which fills nothing."""


Way = Callable[[list[IndexedBrand], "Turns", datetime], "Step | None"]


class Kind(Enum):
    """What a step does."""

    BELL = "bell"
    HEAD = "head"
    DIRECTORY = "directory"
    TRY_OUT = "try out"
    WAITING = "waiting list"
    WALK = "walk"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do for a brand. `ambassador`: the key of the row of the one that it is about.

    `chatroom`: the key of the index's row of a chatroom.
    """

    kind: Kind
    brand_id: int
    urgency: Urgency
    ambassador: int | None = None
    chatroom: int | None = None


@dataclass(slots=True)
class Turns:
    """Which brand was served when, and how many calls were no news."""

    served: dict[tuple[Urgency, int], int] = field(default_factory=dict)
    steps: int = 0
    quiet: int = 0

    def note(self, step: Step) -> None:
        self.steps += 1
        self.quiet += step.urgency is not Urgency.NEWS
        self.served[step.urgency, step.brand_id] = self.steps

    def first(self, brands: Iterable[int], urgency: Urgency) -> int | None:
        """The brand that was served longest ago."""
        return min(brands, key=lambda one: (self.served.get((urgency, one), 0), one), default=None)


def choose(brand_ids: Iterable[int], turns: Turns, rate: float) -> Step | None:
    """The next step for one of these brands; None where nothing is due. `rate`: calls a minute."""
    now = timezone.now()
    brands = [one for one in IndexedBrand.objects.filter(pk__in=brand_ids) if _may_ask(one, now)]
    late = _bell(brands, rate, now) or _waiting(brands, rate, now, late=True)
    if news := late or _rung(brands, turns, now) or _waiting(brands, rate, now):
        return news
    ways = _ways(turns.quiet, is_filling=_is_filling(brands))
    return next((step for way in ways if (step := way(brands, turns, now))), None)


def _ways(quiet: int, *, is_filling: bool) -> list[Way]:
    """In which order to look for what is no news, after so many calls for such."""
    if quiet % SHARE_PROOF == TURN_PROOF:
        return [_proof, _again, _rest]
    if not quiet % (SHARE_FILLING if is_filling else SHARE):
        return [_rest, _again, _proof]
    return [_again, _rest, _proof] if is_filling or quiet % 2 else [_again, _proof, _rest]


def _may_ask(brand: IndexedBrand, now: datetime) -> bool:
    wait = brand.retry_at
    return wait is None or not now < wait <= now + LONGEST_OUTAGE


def _is_over(moment: str, age: timedelta, now: datetime) -> Q:
    """Whether this moment was so long ago, or never. One that lies ahead was another clock's."""
    never, ahead = Q(**{moment: None}), Q(**{f"{moment}__gt": now + AHEAD})
    return never | ahead | Q(**{f"{moment}__lte": now - age})


def _is_old(moment: datetime | None, age: timedelta, now: datetime) -> bool:
    return moment is None or not now - age < moment <= now + AHEAD


def _may_be_read(brands: Iterable[int], now: datetime) -> QuerySet[IndexedAmbassador]:
    """Finds these brands' ambassadors, but for those that Popsell is known to refuse."""
    refused = Q(retry_at__gt=now, retry_at__lte=now + LONGEST_RETRY)
    return IndexedAmbassador.objects.filter(~refused | Q(retry_at=None), brand__in=brands)


# News


def _bell(brands: list[IndexedBrand], rate: float, now: datetime) -> Step | None:
    ringing = [one for one in brands if one.bell]
    each = max(BELL_EACH, timedelta(minutes=len(ringing) / (rate * BELLS)))
    due = [one for one in ringing if _is_old(one.bell_at, each, now)]
    oldest = min(due, key=lambda one: one.bell_at or LONG_AGO, default=None)
    return Step(Kind.BELL, oldest.pk, Urgency.NEWS) if oldest else None


def _waiting(
    brands: list[IndexedBrand], rate: float, now: datetime, *, late: bool = False
) -> Step | None:
    """Who waits for anybody: once it is late, before the news of conversations."""
    found = waiting_list.due(brands, rate, now, late=late)
    return Step(Kind.WAITING, found.pk, Urgency.NEWS) if found else None


def _rung(brands: list[IndexedBrand], turns: Turns, now: datetime) -> Step | None:
    found = _may_be_read([one.pk for one in brands if one.bell], now)
    found = found.filter(_is_over("read_at", AGAIN, now), rung_at__isnull=False)
    return _head(found, "rung_at", turns, Urgency.NEWS)


def _head(
    found: QuerySet[IndexedAmbassador], order: str, turns: Turns, urgency: Urgency
) -> Step | None:
    """Read the first of these in this order, of the brand whose turn it is."""
    brand = turns.first(found.order_by().values_list("brand", flat=True).distinct(), urgency)
    one = found.filter(brand=brand).order_by(order, "pk").first() if brand else None
    return Step(Kind.HEAD, one.brand_id, urgency, one.pk) if one else None


# Another look


def _again(brands: list[IndexedBrand], turns: Turns, now: datetime) -> Step | None:
    found = _may_be_read([one.pk for one in brands], now)
    found = found.filter(_is_over("read_at", AGAIN, now), read_at__isnull=False)
    due = Q(look_at__lte=now) | Q(look_at__gt=now + LONGEST_LOOK + AHEAD)
    return _head(found.filter(due), "look_at", turns, Urgency.EVIDENCE) or _most_urgent(
        found.filter(brand__in=[one.pk for one in brands if not one.bell]), turns, now
    )


def _most_urgent(found: QuerySet[IndexedAmbassador], turns: Turns, now: datetime) -> Step | None:
    """Without a doorbell: whose page it is most time to read again."""
    rows = list(found.values_list("brand", "pk", "read_at", "pace", "slow_pace"))
    brand = turns.first({row[0] for row in rows}, Urgency.EVIDENCE)
    read = {
        pk: (read_at, looks.expected_news(read_at, pace, slow_pace, now))
        for one, pk, read_at, pace, slow_pace in rows
        if one == brand and read_at
    }
    if brand is None or not read:
        return None
    least = looks.least_news([news for _read_at, news in read.values()])

    def urgency(pk: int) -> float:
        read_at, news = read[pk]
        return looks.urgency(read_at, news + least, now)

    return Step(Kind.HEAD, brand, Urgency.EVIDENCE, max(read, key=urgency))


# What shows anomalies


def _proof(brands: list[IndexedBrand], turns: Turns, now: datetime) -> Step | None:
    """The most pressing anomaly of the brand whose turn it is, among those to be asked for."""
    due = Q(proof_due__lte=now) | Q(proof_due__gt=now + LONGEST_RETRY)
    brand_ids = [one.pk for one in brands]
    rows = IndexedChatroom.objects.filter(due, brand__in=brand_ids, proof_due__isnull=False)
    whose = rows.order_by().values_list("brand", flat=True).distinct()
    brand = turns.first(whose, Urgency.EVIDENCE)
    if brand is None:
        return None
    one = rows.filter(brand=brand).order_by("rank", "since", "pk").first()
    return Step(Kind.PROOF, brand, Urgency.EVIDENCE, chatroom=one.pk) if one else None


# What fills the index, and sweeps it


def _is_filling(brands: list[IndexedBrand]) -> bool:
    """Whether some inbox that can be read was never read as a whole, or is to be read again."""
    return any(one.directory_read is None or freshness.unread(one).exists() for one in brands)


def _rest(brands: list[IndexedBrand], turns: Turns, now: datetime) -> Step | None:
    left = {one.pk: one for one in brands}
    while brand_id := turns.first(left, Urgency.REST):
        if step := _rest_of(left.pop(brand_id), now):
            return step
    return None


def _rest_of(brand: IndexedBrand, now: datetime) -> Step | None:
    if _is_directory_due(brand, now):
        return Step(Kind.DIRECTORY, brand.pk, Urgency.REST)
    if doorbell.is_untried(brand, now):
        return Step(Kind.TRY_OUT, brand.pk, Urgency.REST)
    found = _may_be_read([brand.pk], now)
    due = found.filter(_is_over("walked", SWEEP_EACH, now) | freshness.is_unread(brand))
    # Everybody's newest page first: those are soon enough to work with.
    unread = found.filter(read_at=None).order_by("pk").first()
    under_way = due.filter(page__isnull=False).order_by("walk_began", "pk").first()
    one = unread or under_way or due.order_by(F("walked").asc(nulls_first=True), "pk").first()
    return Step(Kind.WALK, brand.pk, Urgency.REST, one.pk) if one else None


def _is_directory_due(brand: IndexedBrand, now: datetime) -> bool:
    doubted = (
        brand.bell_doubted and brand.directory_read and brand.directory_read < brand.bell_doubted
    )
    is_under_way = brand.directory_page is not None
    is_old = _is_old(brand.directory_read, DIRECTORY_EACH, now)
    return bool(is_under_way or doubted) or is_old or _is_asked_again(brand, now)


def _is_asked_again(brand: IndexedBrand, now: datetime) -> bool:
    """Whether a manager asked for everything since the directory was read."""
    read, asked = brand.directory_read, freshness.again_since(brand, now)
    return bool(read and asked and read < asked)
