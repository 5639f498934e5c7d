"""How busy a brand's team is: what each member has in hand, and what they reviewed today."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, DateTimeField, QuerySet, Value
from django.utils import timezone

from inbox.models import Hold, Review
from inbox.prepared import Param, Prepared
from inbox.trips import Answer, Trip


class Done(NamedTuple):
    """How many conversations a member has in hand, and reviewed today."""

    held: int = 0
    reviewed: int = 0


NOTHING = Done()


def count_done(trip: Trip, brand_id: int) -> Answer[dict[int, Done]]:
    """Of all who have or did something, by the keys of their memberships, in one query."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = trip.ask(_COUNTS, brand=brand_id, now=timezone.now(), since=midnight)
    return lambda: _by_key(found())


def _by_key(found: Iterable[tuple[bool, int, int]]) -> dict[int, Done]:
    counts = {(is_review, pk): count for is_review, pk, count in found}
    return {
        pk: Done(counts.get((False, pk), 0), counts.get((True, pk), 0)) for _is_review, pk in counts
    }


def _counts() -> Any:
    brand = Param("brand", BigIntegerField())
    held = Hold.objects.filter(Hold.standing(Param("now", DateTimeField())), brand=brand)
    since = Param("since", DateTimeField())
    reviewed = Review.objects.filter(brand=brand, undone=None, reviewed__gte=since)
    return _by_member(held, False).union(_by_member(reviewed, True), all=True)


def _by_member(found: QuerySet[Any], is_review: bool) -> Any:
    told: Any = found.order_by().annotate(is_review=Value(is_review)).values("is_review", "member")
    return told.annotate(count=Count("pk")).values_list("is_review", "member", "count")


_COUNTS: Prepared[Any] = Prepared(_counts)
