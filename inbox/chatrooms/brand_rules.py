"""A brand's rules as its managers set them, read from the database."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import BigIntegerField

from inbox.chatrooms.answers import GIVEN
from inbox.chatrooms.opening_hours import ALWAYS, OpeningHours
from inbox.chatrooms.signals import Rules
from inbox.models import Brand, BrandRules
from inbox.prepared import Param, Prepared
from inbox.text import spelling


def find(brand: Brand) -> Rules:
    """The brand's rules as they are now; the defaults where nobody set any."""
    stored = _STORED.ask(brand=brand.pk)
    return of(stored[0], brand) if stored else Rules()


def stored(brand_id: int) -> BrandRules:
    """The brand's rules as they stand in the database, not saved yet where nobody set any."""
    return BrandRules.objects.filter(pk=brand_id).first() or BrandRules(brand_id=brand_id)


def of(stored: BrandRules, brand: Brand) -> Rules:
    """What these columns mean in the brand's zone."""
    return Rules(
        waits_after=timedelta(minutes=stored.waits_after),
        left_after=timedelta(minutes=stored.left_after),
        low_stars=stored.low_stars,
        horizon=timedelta(days=stored.horizon),
        hours=_hours(stored, brand),
        thanks=GIVEN if stored.thanks is None else folded(stored.thanks),
    )


def folded(ways: Iterable[str]) -> frozenset[str]:
    """Ways to begin a thank-you as they are compared."""
    return frozenset(filter(None, map(spelling.fold, ways)))


def _hours(stored: BrandRules, brand: Brand) -> OpeningHours:
    if stored.hours is None:
        return ALWAYS
    days = tuple(tuple((opens, closes) for opens, closes in day) for day in stored.hours)
    return OpeningHours(brand.zone, days)


_STORED = Prepared(lambda: BrandRules.objects.filter(pk=Param("brand", BigIntegerField())))
