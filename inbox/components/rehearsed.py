"""A rehearsal of other rules in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inbox.chatrooms.signals import Reason
from inbox.queue.attention import Band
from inbox.queue.rehearsal import Rehearsal, What

BANDS = {
    Band.NOW: gettext_lazy("Now"),
    Band.TODAY: gettext_lazy("Today"),
    Band.LATER: gettext_lazy("When you can"),
}
REASONS = {
    Reason.BAD_ANOMALY: gettext_lazy("Anomaly"),
    Reason.ANOMALY: gettext_lazy("Anomaly"),
    Reason.BAD_MODERATION: gettext_lazy("Moderation"),
    Reason.WAITING_MODERATION: gettext_lazy("Moderation"),
    Reason.LEFT_WAITING: gettext_lazy("Left waiting"),
    Reason.NEVER_ANSWERED: gettext_lazy("Never answered"),
    Reason.WAITING: gettext_lazy("Waiting"),
    Reason.LOW_RATING: gettext_lazy("Low rating"),
    Reason.TO_DO: gettext_lazy("To do"),
    Reason.TOPIC: gettext_lazy("Topic"),
    Reason.NEWS: gettext_lazy("New since the review"),
    Reason.THANKS: gettext_lazy("A thank-you"),
}

Pair = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """A rehearsal as the page shows it.

    `bands`: each with its number before and after. `gone`, `come`: reasons, the most frequent first.
    `one_in`: of so many conversations one was looked at, so that the numbers are estimates where it is
    more than one.
    """

    before: int
    after: int
    bands: list[tuple[str, int, int]]
    gone: list[Pair]
    come: list[Pair]
    one_in: int

    @property
    def gone_count(self) -> int:
        return sum(count for _label, count in self.gone)

    @property
    def come_count(self) -> int:
        return sum(count for _label, count in self.come)

    @property
    def differs(self) -> bool:
        moved = any(before != after for _label, before, after in self.bands)
        return moved or bool(self.gone or self.come)


def tell(found: Rehearsal) -> Told:
    return Told(
        before=sum(found.before.values()),
        after=sum(found.after.values()),
        bands=[
            (str(label), found.before.get(one, 0), found.after.get(one, 0))
            for one, label in BANDS.items()
        ],
        gone=_by_label(found.gone),
        come=_by_label(found.come),
        one_in=found.one_in,
    )


def _by_label(counted: Mapping[What, int]) -> list[Pair]:
    """Ratings first, the fewest stars first; then the most frequent reason."""
    stars = sorted((one.stars, count) for one, count in counted.items() if one.stars is not None)
    rated = [(_stars(one), count) for one, count in stars]
    others = Counter[str]()
    for one, count in counted.items():
        if one.stars is None:
            others[str(REASONS[one.reason])] += count
    return [*rated, *others.most_common()]


def _stars(stars: int) -> str:
    told = ngettext("%(count)s star", "%(count)s stars", stars) % {"count": stars}
    return _("Rated %(stars)s") % {"stars": told}
