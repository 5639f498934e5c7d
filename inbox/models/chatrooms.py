"""What a brand's team adds to chatrooms: reviews, ended waits, judgements, notes, flags, code names."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inbox.models.index import WORD
from inbox.models.people import Brand, Membership
from inbox.models.remembered import RememberedQuerySet

WORDS = 20
"""So many words a manager may write beside a code."""


class Review(models.Model):
    """A member has read a chatroom up to a message. Ours alone: Popsell is not told.

    The newest that is not undone counts. `message` is Popsell's id; the name stands as it was then.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="reviews")
    chatroom = models.BigIntegerField()
    message = models.BigIntegerField(help_text="The last message the member saw.")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="reviews")
    member_name = models.CharField(max_length=254)
    reviewed = models.DateTimeField(default=timezone.now)
    # None for reviews made before this field, and once the record is older than the trail is kept.
    activity = models.ForeignKey(
        "Activity", on_delete=models.SET_NULL, null=True, editable=False, related_name="reviews"
    )
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering: ClassVar = ["-reviewed", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["brand", "chatroom", "-id"], name="review_chatroom"),
            models.Index(fields=["brand", "reviewed"], name="review_day"),
        ]

    def __str__(self) -> str:
        return f"{self.member_name}: chatroom {self.chatroom} up to {self.message}"


class NoAnswerNeeded(models.Model):
    """A member says that a chatroom needs no answer up to a message. Ours alone: Popsell is not told.

    It ends a wait, and nothing else does here. The newest that is not undone counts. `message` is
    Popsell's id; the name stands as it was then.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    chatroom = models.BigIntegerField()
    message = models.BigIntegerField(help_text="The last message the member saw.")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    member_name = models.CharField(max_length=254)
    said = models.DateTimeField(default=timezone.now)
    # None once the record is older than the trail is kept.
    activity = models.ForeignKey(
        "Activity", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=254, blank=True)

    class Meta:
        verbose_name_plural = "no answer needed"
        ordering: ClassVar = ["-said", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["brand", "chatroom", "-id"], name="no_answer_chatroom")
        ]

    def __str__(self) -> str:
        return f"{self.member_name}: chatroom {self.chatroom} needs none up to {self.message}"


class Judgement(models.Model):
    """A member says whether the anomaly of a summary is so. Ours alone: Popsell is not told.

    `summary`: the mark of the summary, as `IndexedChatroom.summary_mark`. `anomaly`: its code then. One
    of a member and summary holds, neither `changed` to another answer nor `undone`. The name stands as
    it was then.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    chatroom = models.BigIntegerField()
    summary = models.CharField(max_length=8)
    anomaly = models.CharField(max_length=66)
    is_right = models.BooleanField()
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    member_name = models.CharField(max_length=254)
    judged = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(null=True, blank=True)
    # None once the record is older than the trail is kept.
    activity = models.ForeignKey(
        "Activity", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering: ClassVar = ["-judged", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["brand", "chatroom", "-id"], name="judgement_chatroom"),
            models.Index(fields=["brand", "anomaly", "judged"], name="judgement_anomaly"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "chatroom", "summary"],
                condition=models.Q(changed=None, undone=None),
                name="one_judgement_a_summary",
            )
        ]

    def __str__(self) -> str:
        word = "right" if self.is_right else "wrong"
        return f"{self.member_name}: anomaly {self.anomaly} of chatroom {self.chatroom} is {word}"


class Note(models.Model):
    """What a member wrote about a chatroom for the team. Ours alone: Popsell is not told.

    `review`: the one it came with, None where it came alone. `taken_back`: with that review, by the one
    who wrote it. `text` is empty where an operator deleted it.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="notes")
    chatroom = models.BigIntegerField()
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="notes")
    member_name = models.CharField(max_length=254)
    text = models.TextField(max_length=2000, blank=True)
    written = models.DateTimeField(default=timezone.now)
    review = models.ForeignKey(
        Review, on_delete=models.SET_NULL, related_name="notes", null=True, blank=True
    )
    taken_back = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-written", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["brand", "chatroom", "-id"], name="note_chatroom")
        ]

    def __str__(self) -> str:
        return f"{self.member_name}: note {self.pk} on chatroom {self.chatroom}"


class NoteDraft(models.Model):
    """A note that a member has not finished, seen by nobody else.

    `version` rises with each change, and a save names the one it knows. It outlives the text, so a late
    save can't bring back sent text.
    """

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="drafts")
    chatroom = models.BigIntegerField()
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    saved = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "chatroom"], name="one_draft_per_chatroom")
        ]

    def __str__(self) -> str:
        return f"draft {self.pk} on chatroom {self.chatroom}"


class ChatroomFlag(models.Model):
    """The flag of a chatroom as somebody last set it here; Popsell keeps it, and never tells.

    `flag`: the documented 1 (to do) or 2 (done), None where it was cleared.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="flags")
    chatroom = models.BigIntegerField()
    participant = models.BigIntegerField(help_text="The ambassador's own side of the chatroom.")
    flag = models.SmallIntegerField(null=True, blank=True)
    member_name = models.CharField(max_length=254)
    flagged = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "chatroom", "participant"], name="one_flag_per_side"
            )
        ]

    def __str__(self) -> str:
        return f"chatroom {self.chatroom}: {self.flag}"


class CodeKind(models.TextChoices):
    """The kinds of code that Popsell documents nowhere."""

    ANOMALY = "anomaly", _("Anomaly")
    TOPIC = "topic", _("Topic")
    MODERATION = "moderation", _("Moderation")


class Tone(models.TextChoices):
    NEUTRAL = "neutral", _("neutral")
    GOOD = "good", _("good")
    WAITING = "waiting", _("waiting")
    BAD = "bad", _("bad")


class CodeName(models.Model):
    """A code seen in a brand, and what the brand's manager says that it means; empty until then.

    `words`: of an anomaly, what stands in messages that show it, parted by commas. `seen_at`: when it
    was last seen, to the hour or so. None for those not seen since this is noted.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="code_names")
    kind = models.CharField(max_length=16, choices=CodeKind)
    code = models.CharField(max_length=64, help_text="As Popsell sends it.")
    name = models.CharField(max_length=60, blank=True)
    tone = models.CharField(max_length=16, choices=Tone, default=Tone.NEUTRAL)
    needs_attention = models.BooleanField(default=False)
    words = models.CharField(max_length=WORDS * (WORD + 2), blank=True, default="", db_default="")
    first_seen = models.DateField()
    last_seen = models.DateField()
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    VERSION: ClassVar = "codes_version"
    objects: ClassVar[models.Manager["CodeName"]] = RememberedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "kind", "code"], name="one_name_per_code")
        ]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.code}"

    def clean(self) -> None:
        if not self.name and (self.tone != Tone.NEUTRAL or self.needs_attention or self.words):
            raise ValidationError(
                {"name": _("Give it a name: until then it stays a number, neutral.")}
            )
