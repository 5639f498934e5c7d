"""Names that a brand's team gave to queries of what needs attention."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inbox.models.people import Brand, Membership
from inbox.models.remembered import RememberedQuerySet

NAME = 60  # characters


class Given(models.TextChoices):
    """The views that a brand has from the beginning, by what they are called in each language."""

    HELD = "held", pgettext_lazy("a view: conversations", "I have these")
    OVERNIGHT = "overnight", _("Left alone overnight")
    PAYMENT = "payment", _("Payment and contact")
    QUIET = "quiet", _("Unread, quiet for 30 days")


GIVEN = {
    Given.HELD: "held=me",
    Given.OVERNIGHT: "reason=waiting&held=nobody&waits=8",
    Given.PAYMENT: "reason=anomaly&named=payment,contact,paiement,coordonnées",
    Given.QUIET: "unread=1&quiet=30",
}
"""Their queries. Which anomalies are about payment or contact, the names tell that managers give."""


class SavedView(models.Model):
    """A name for a query of what needs attention.

    `member`: whose own it is, None for the team's. `query`: the end of its address. `given`: which of
    the given ones it began as, empty for none; `name` is empty while that still names it.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    name = models.CharField(max_length=NAME, blank=True)
    query = models.TextField()
    given = models.CharField(max_length=9, choices=Given, blank=True)

    VERSION: ClassVar = "views_version"
    objects: ClassVar[models.Manager["SavedView"]] = RememberedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "given"], name="one_given_view", condition=~Q(given="")
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_given_display())
