"""Rows of a brand that processes remember by a version, which stands on the brand itself.

Whoever asks learns the version with their membership, so that a page needs no query for such rows.
Each writing changes it, within its transaction where there is one. It is drawn by lot: no number comes
again after a transaction that was rolled back.
"""

from collections.abc import Iterable
from secrets import randbits
from typing import Any, TypeVar

from django.db import models, transaction

from inbox.models.people import Brand

M = TypeVar("M", bound=models.Model)


class RememberedQuerySet(models.QuerySet[M]):
    """Writings of several rows at once, of which Django sends no signal."""

    def update(self, **values: Any) -> int:
        brands = set(self.order_by().values_list("brand", flat=True))
        with transaction.atomic():
            changed = super().update(**values)
            _renew(self.model, brands)
        return changed

    def bulk_create(self, objs: Iterable[M], *arguments: Any, **named: Any) -> list[M]:
        with transaction.atomic():
            made = super().bulk_create(objs, *arguments, **named)
            _renew(self.model, {vars(one)["brand_id"] for one in made})
        return made


def note_written(sender: type[models.Model], instance: models.Model, **_signal: object) -> None:
    """One row was saved or deleted."""
    _renew(sender, {vars(instance)["brand_id"]})


def _renew(model: type[models.Model], brands: set[int]) -> None:
    """Change the version of a model, which names its column, for these brands."""
    if brands:
        version = {vars(model)["VERSION"]: randbits(62)}
        Brand.objects.filter(pk__in=brands).update(**version)
