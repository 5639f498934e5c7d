"""The trail of acts, the seals that show whether it was changed, and leases of work."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inbox.models.people import Brand, Membership, Role


class Act(models.TextChoices):
    """What was done: on Popsell first, then what concerns this site alone, then people's accounts."""

    READ = "read", _("Mark read")
    ARCHIVE = "archive", _("Archive")
    BLOCK = "block", _("Block")
    FLAG = "flag", _("Flag")
    VIEW = "view", _("Open")
    REVEAL = "reveal", _("Reveal")
    REVIEW = "review", _("Review")
    UNDO_REVIEW = "undo_review", _("Undo review")
    NO_ANSWER = "no_answer", _("Needs no answer")
    UNDO_NO_ANSWER = "undo_no_answer", _("Undo needs no answer")
    JUDGE = "judge", _("Judge anomaly")
    UNDO_JUDGE = "undo_judge", _("Undo judgement")
    NOTE = "note", _("Write note")
    HOLD = "hold", _("Claim")
    TAKE_OVER = "take_over", _("Take over")
    HAND_OVER = "hand_over", _("Hand over")
    RELEASE = "release", _("Release")
    NAME_CODES = "name_codes", _("Name codes")
    SET_RULES = "set_rules", _("Change rules")
    SAVE_VIEW = "save_view", _("Save view of the team")
    DELETE_VIEW = "delete_view", _("Delete view of the team")
    INVITE = "invite", _("Invite")
    WITHDRAW = "withdraw", _("Withdraw invitation")
    JOIN = "join", _("Join")
    CHANGE_ROLE = "change_role", _("Change role")
    DEACTIVATE = "deactivate", _("Deactivate")
    REACTIVATE = "reactivate", _("Reactivate")
    DOWNLOAD = "download", _("Download activity")
    LOCK = "lock", _("Lock account")
    UNLOCK = "unlock", _("Unlock account")
    RENAME = "rename", _("Change name")
    CHANGE_ADDRESS = "change_address", _("Change address")
    GIVE_RIGHT = "give_right", _("Make operator")
    TAKE_RIGHT = "take_right", _("End operator's right")
    END_SESSIONS = "end_sessions", _("End sessions")
    FAILED_SIGN_IN = "failed_sign_in", _("Failed sign-in")
    BLOCKED_SIGN_IN = "blocked_sign_in", _("Blocked sign-in")
    CHANGE_PASSWORD = "change_password", _("Change password")
    SET_PASSWORD = "set_password", _("Set password")
    MAKE_LINK = "make_link", _("Make password link")
    ADD_FACTOR = "add_factor", _("Add second factor")
    REMOVE_FACTOR = "remove_factor", _("Remove second factor")
    RENAME_PASSKEY = "rename_passkey", _("Rename passkey")
    NEW_CODES = "new_codes", _("Make recovery codes")
    USE_CODE = "use_code", _("Use recovery code")
    CONNECT = "connect", _("Connect single sign-on")
    DISCONNECT = "disconnect", _("Disconnect single sign-on")
    ERASE = "erase", _("Erase")


ON_POPSELL = [Act.READ, Act.ARCHIVE, Act.BLOCK, Act.FLAG]
"""The acts that change something at Popsell."""


class Outcome(models.TextChoices):
    SENT = "sent", _("Sent")  # on its way: committed before the call
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")  # Popsell said no, or was never reached
    UNKNOWN = "unknown", _("Unknown")  # no answer came: it may have arrived


class Activity(models.Model):
    """One act of a member. On Popsell: written before the call, given its outcome after, then kept.

    Ids are Popsell's, None where the act is not about a chatroom; the member's name and role stand as
    they were at the time. What people wrote is never kept here. A viewing is one row a member,
    chatroom and hour: `state` is then the hour, such as 2026-11-25T04 (UTC). An operator is no member:
    `member` is None then, and `member_role` empty. A stranger has no `member_name` either.

    `digest`: keyed, of all that the record says; see `inbox.activity.digests`.
    `sealed_in`: the number of the seal that holds it, None until then; see `inbox.activity.seals`.
    """

    member = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="activities", null=True
    )
    member_name = models.CharField(max_length=254)
    member_role = models.CharField(max_length=16, choices=Role, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="activities")
    act = models.CharField(max_length=16, choices=Act)
    ambassador = models.BigIntegerField(null=True, blank=True, help_text="Whose inbox was open.")
    chatroom = models.BigIntegerField(null=True, blank=True)
    participant = models.BigIntegerField(
        null=True, blank=True, help_text="The ambassador's own side, or whose data were revealed."
    )
    about = models.CharField(
        max_length=254, blank=True, help_text="The member or the invited address it was done to."
    )
    message_shown = models.BigIntegerField(
        null=True, blank=True, help_text="The last message the member saw."
    )
    message_answered = models.BigIntegerField(null=True, blank=True)
    started = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.SENT)
    state = models.CharField(
        max_length=16, blank=True, help_text="What was asked for: on, off, 1, 2, none, a role …"
    )
    # While a release goes out, earlier code still writes records: the database fills in what it lacks.
    digest = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
    sealed_in = models.PositiveBigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "activities"
        ordering: ClassVar = ["-started", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["brand", "finished"], name="activity_brand"),
            models.Index(fields=["brand", "-started", "-id"], name="activity_newest"),
            models.Index(fields=["brand", "ambassador", "finished"], name="activity_ambassador"),
            models.Index(
                fields=["id"], condition=models.Q(sealed_in=None), name="activity_unsealed"
            ),
        ]
        constraints: ClassVar = [
            # Pressing twice, here or in two browsers, is one call: the database decides.
            models.UniqueConstraint(
                fields=["brand", "act", "chatroom", "participant", "message_shown"],
                condition=models.Q(act="read", outcome__in=["sent", "done"]),
                name="one_act_at_a_time",
            ),
            # What can be undone can be done again, but not while it is on its way.
            models.UniqueConstraint(
                fields=["brand", "act", "chatroom", "participant"],
                condition=models.Q(outcome="sent") & ~models.Q(act="read"),
                name="one_change_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["member", "chatroom", "state"],
                condition=models.Q(act="view"),
                name="one_viewing_an_hour",
            ),
        ]

    def __str__(self) -> str:
        about = f"chatroom {self.chatroom}" if self.chatroom else self.about
        return f"{self.member_name}: {self.get_act_display()}, {about}"


class SealKind(models.TextChoices):
    """What a link of the chain over the trail says."""

    BEGIN = "begin", "begin"  # records up to a number were written before there were digests
    BEGUN = "begun", "begun"  # all of those are sealed, as they were found
    RECORDS = "records", "records"
    KEY = "key", "key"  # from here on another key signs
    PRUNED = "pruned", "pruned"  # records from before a day, and seals up to a number, are deleted


class Seal(models.Model):
    """A link of the chain that shows whether records of the trail were changed or taken away.

    `body`: its content as JSON, by its kind: see `inbox.activity.seals`. `before`: the head of the link
    before it. `head`: a hash of all this. `signature`: of the head. `key`: the name of the signing key.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16, choices=SealKind)
    made = models.DateTimeField()
    body = models.TextField()
    before = models.CharField(max_length=64, blank=True)
    head = models.CharField(max_length=64)
    key = models.CharField(max_length=16)
    signature = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"seal {self.number}: {self.kind}"


class Lease(models.Model):
    """A place that one process at a time holds, until it gives it back or stops renewing it."""

    name = models.CharField(max_length=64, unique=True)
    holder = models.CharField(max_length=32)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} until {self.until}"
