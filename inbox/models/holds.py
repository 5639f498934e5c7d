"""Who of a brand's team has a conversation in hand, and who reads one right now. Ours alone."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inbox.models.activity import Activity
from inbox.models.chatrooms import Note
from inbox.models.people import Brand, Membership
from inbox.prepared import Param

LASTS = timedelta(hours=2)
"""A hold runs out so long after the holder's last act."""


class Hold(models.Model):
    """A member has a chatroom in hand: the last one who had it. Popsell is not told.

    One row a chatroom, so the database decides between two who claim it at once. `ambassador`: in
    whose inbox. `activity`: the record of the claim. `until`: when it runs out. Names stand as they
    were then.

    `given_by`: who handed it over, empty where it was claimed, and `note`: with which words.

    `ended`: when it was released or done, `ended_with`: the act that did it, None for a release.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    chatroom = models.BigIntegerField()
    ambassador = models.BigIntegerField()
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="holds")
    member_name = models.CharField(max_length=254)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    given_by = models.CharField(max_length=254, blank=True)
    note = models.ForeignKey(
        Note, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # None once the record is older than the trail is kept.
    activity = models.ForeignKey(
        Activity, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    ended = models.DateTimeField(null=True, blank=True)
    ended_with = models.ForeignKey(
        Activity, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "chatroom"], name="one_holder_a_chatroom")
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "member"], name="hold_open", condition=Q(ended=None))
        ]

    def __str__(self) -> str:
        return f"{self.member_name}: chatroom {self.chatroom} until {self.until}"

    @property
    def stands(self) -> bool:
        """Whether the member has it now."""
        return self.ended is None and self.until > timezone.now()

    @staticmethod
    def standing(now: datetime | Param | None = None) -> Q:
        """What `stands`."""
        return Q(ended=None, until__gt=now or timezone.now())

    @staticmethod
    def waiting() -> Q:
        """What was handed over and is not done, also where it ran out: nobody else has taken it."""
        return Q(ended=None) & ~Q(given_by="")


class Reader(models.Model):
    """The conversation that a member looked at last, and when their page last told so."""

    member = models.OneToOneField(
        Membership, on_delete=models.CASCADE, primary_key=True, related_name="reader"
    )
    chatroom = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"member {self.member_id} reads chatroom {self.chatroom}"
