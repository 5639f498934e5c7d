"""What a brand's managers set: when a conversation needs attention."""

from django.db import models

from inbox.models.people import Brand


class BrandRules(models.Model):
    """A brand's rules, as `chatrooms.signals` applies them. A brand without a row has the defaults.

    `waits_after`, `left_after`: minutes. `low_stars`: the most stars of a low rating. `horizon`: days.
    `hours`: of each day of the week, Monday first, a list of openings, each from and to in minutes
    after midnight; None is always. `thanks`: how a thank-you begins, as typed; None are the given ways.

    `number` goes up with each change. While the rows are ranked by the newest rules, `ranked_to` is the
    chatroom that this has come to, `ranked` how many are done, and of how many: `to_rank`. Between two
    changes, `ranked_to` is None. `zone`: the brand's, by which this was done.
    """

    brand = models.OneToOneField(
        Brand, on_delete=models.CASCADE, primary_key=True, related_name="rules"
    )
    waits_after = models.PositiveIntegerField(default=60)
    left_after = models.PositiveIntegerField(default=240)
    low_stars = models.PositiveSmallIntegerField(default=2)
    horizon = models.PositiveSmallIntegerField(default=14)
    hours = models.JSONField(null=True)
    thanks = models.JSONField(null=True)
    number = models.PositiveIntegerField(default=0)
    zone = models.CharField(max_length=64, blank=True)
    ranked_to = models.BigIntegerField(null=True)
    ranked = models.PositiveIntegerField(default=0)
    to_rank = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"rules of {self.brand_id}"
