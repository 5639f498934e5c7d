"""How busy a brand's team is: what each member has in hand, and what they reviewed today."""

from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, DateTimeField, QuerySet
from django.utils import timezone

from inbox.models import Hold, Review
from inbox.prepared import Param, Prepared


class Done(NamedTuple):
    """How many conversations a member has in hand, and reviewed today."""

    held: int = 0
    reviewed: int = 0


NOTHING = Done()


def count_done(brand_id: int) -> dict[int, Done]:
    """Of all who have or did something, by the keys of their memberships, in two queries."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    held = dict(_HELD.ask(brand=brand_id, now=timezone.now()))
    reviewed = dict(_REVIEWED.ask(brand=brand_id, since=midnight))
    return {pk: Done(held.get(pk, 0), reviewed.get(pk, 0)) for pk in held.keys() | reviewed}


_BRAND = Param("brand", BigIntegerField())


def _held() -> Any:
    standing = Hold.standing(Param("now", DateTimeField()))
    return _by_member(Hold.objects.filter(standing, brand=_BRAND))


def _reviewed() -> Any:
    since = Param("since", DateTimeField())
    return _by_member(Review.objects.filter(brand=_BRAND, undone=None, reviewed__gte=since))


def _by_member(found: QuerySet[Any]) -> Any:
    by_member: Any = found.order_by().values_list("member")
    return by_member.annotate(count=Count("pk"))


_HELD, _REVIEWED = Prepared(_held), Prepared(_reviewed)
