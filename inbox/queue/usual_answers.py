"""How soon a brand answers, by its own last weeks, and what that proposes for its rules."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from inbox.models import Brand, Fact, FactKind

DAYS = 30
FEW = 30
"""With fewer answers nothing is proposed."""
STEPS = (
    *(15, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720),
    *(1440, 2880, 4320, 5760, 7200, 10080),
)
"""In minutes: what is proposed is one of these."""
LONGEST = 1440
"""Nobody is proposed to be left for longer than a day before they count as waiting."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Of so many first answers, in minutes: within what time half of them came, and nine of ten.

    By the clock on the wall: opening hours do not count here.
    """

    count: int
    half: int = 0
    most: int = 0

    @property
    def is_enough(self) -> bool:
        return self.count >= FEW


@dataclass(frozen=True, slots=True)
class Proposal:
    """In minutes, as the fields of these names are filled."""

    waits_after: int
    left_after: int


def find(brand: Brand) -> Usual:
    """The times to the first answer whose beginning is known."""
    since = timezone.localdate(timezone=brand.zone) - timedelta(days=DAYS)
    facts = Fact.objects.filter(brand=brand.pk, day__gt=since, kind=FactKind.ANSWER)
    found = facts.filter(value__isnull=False).order_by("value").values_list("value", flat=True)
    count = found.count()
    if count < FEW:
        return Usual(count)
    half, most = (found[-(-count * share // 10) - 1] or 0 for share in (5, 9))
    return Usual(count, _minutes(half), _minutes(most))


def propose(usual: Usual, left_after: int) -> Proposal | None:
    """A wait longer than nine of ten is one to look at. `left_after`: as it is; it never grows less."""
    if not usual.is_enough:
        return None
    able = (step for step in STEPS if step <= LONGEST)
    waits = min(able, key=lambda step: (abs(step - usual.most), step))
    longer = (step for step in STEPS if step > waits)
    return Proposal(waits, left_after if left_after >= waits else next(longer, waits))


def _minutes(seconds: int) -> int:
    """Rounded up: an answer within a second came within a minute."""
    return max(-(-seconds // 60), 1)
