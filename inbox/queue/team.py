"""How busy a brand's team is: what each member has in hand, and what they reviewed today."""

from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, DateTimeField, OuterRef, QuerySet, Subquery
from django.utils import timezone

from inbox.models import Hold, Membership, Review
from inbox.prepared import Param, Prepared


class Done(NamedTuple):
    """How many conversations a member has in hand, and reviewed today."""

    held: int = 0
    reviewed: int = 0


NOTHING = Done()


def count_done(brand_id: int) -> dict[int, Done]:
    """Of all who ever were members of the brand, by their keys, in one query."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = _DONE.ask(brand=brand_id, now=timezone.now(), midnight=midnight)
    return {pk: Done(held or 0, reviewed or 0) for pk, held, reviewed in rows}


def _done() -> QuerySet[Any, tuple[Any, ...]]:
    brand = Param("brand", BigIntegerField())
    now, midnight = Param("now", DateTimeField()), Param("midnight", DateTimeField())
    reviews = Review.objects.filter(brand=brand, undone=None, reviewed__gte=midnight)
    standing = Hold.objects.filter(Hold.standing(now), brand=brand)
    found = Membership.objects.filter(brand=brand).order_by()
    return found.values_list("pk", _count_of(standing), _count_of(reviews))


def _count_of(found: QuerySet[Any]) -> Subquery:
    """How many of these are a member's; None for none."""
    own = found.filter(member=OuterRef("pk")).order_by().values("member")
    return Subquery(own.annotate(count=Count("pk")).values("count"))


_DONE = Prepared(_done)
