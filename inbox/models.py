"""What we own, and nothing that Popsell knows: members, their brands and roles, the acts' trail."""

import zoneinfo
from hashlib import sha256
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inbox.text import passwords
from inbox.text.isolates import alone
from inbox.text.spelling import has_visible


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Theme(models.TextChoices):
    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by an e-mail address that is unique without regard to case.

    `language`: the one they chose, empty until then. `shortcuts`: whether single keys act.
    `browsers_forgotten`: how often all browsers that they signed in with were forgotten.
    """

    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May use the admin.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    theme = models.CharField(max_length=8, choices=Theme, blank=True, default=Theme.SYSTEM)
    language = models.CharField(max_length=8, blank=True, default="")
    shortcuts = models.BooleanField(default=True)
    browsers_forgotten = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_without_case")
        ]

    def __str__(self) -> str:
        return self.name if has_visible(self.name) else self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and passwords.in_one_form(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """In the form that is kept now, then as it was typed; what is right is kept in that form."""
        kept, *typed = passwords.forms(raw_password or "")
        if super().check_password(kept):
            return True
        before = self.password
        if not (typed and super().check_password(*typed)):
            return False
        if self.password == before:  # else it was hashed anew already, which took that form
            self.set_password(kept)
            User.objects.filter(pk=self.pk, password=before).update(password=self.password)
        return True

    def clean(self) -> None:
        """As `Membership.clean`, for who can't sign in any more."""
        super().clean()
        if self.pk and not self.is_active:
            # By number, as all do who lock several: two who wait for each other would wait for good.
            for one in self.memberships.select_related("brand").order_by("brand_id"):
                Brand.lock(one.brand_id)
                if one.is_last_manager:
                    told = _("%(brand)s keeps one manager: make somebody else one first.")
                    raise ValidationError({"is_active": told % {"brand": alone(one.brand)}})


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone such as Europe/Paris.")


class Brand(models.Model):
    """A brand on Popsell. `id` is Popsell's own, sent as X-Popsell-Brand and shown in addresses.

    `last_erasure`: when somebody of it was last erased here, which all processes heed.
    """

    id = models.BigIntegerField("Popsell's brand id", primary_key=True)
    name = models.CharField(max_length=150)
    time_zone = models.CharField(
        max_length=64, default="Europe/Paris", validators=[check_time_zone]
    )
    last_erasure = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id__gt=0), name="brand_id_positive")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not has_visible(self.name):
            raise ValidationError({"name": _("Nothing of this name can be seen.")})

    @classmethod
    def lock(cls, brand_id: int) -> None:
        """Until the transaction ends, nobody else changes who the brand's members are."""
        with transaction.atomic():
            cls.objects.select_for_update(no_key=True).get(pk=brand_id)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")  # reads
    MODERATOR = "moderator", _("Moderator")  # reads and acts
    MANAGER = "manager", _("Manager")  # a moderator who also looks after the brand


class Membership(models.Model):
    """A person's role in a brand. Members are deactivated, never deleted: the trail names them.

    `pins`: the ambassadors they keep at hand, by Popsell's ids, in the order of pinning.
    `last_seen`: to the minute or so, None until they open a page of the brand.
    `blocked_noted`: when the trail last had it that a sign-in to their account was blocked, and
    `passkey_noted`: that a passkey was refused, which anybody may send for them. `issuer_noted`: that
    their identity at the issuer was, and `confirm_noted`: that confirming was blocked.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    is_active = models.BooleanField(default=True)
    pins = models.JSONField(default=list, blank=True, editable=False)
    last_seen = models.DateTimeField(null=True, blank=True, editable=False)
    blocked_noted = models.DateTimeField(null=True, blank=True, editable=False)
    passkey_noted = models.DateTimeField(null=True, blank=True, editable=False)
    issuer_noted = models.DateTimeField(null=True, blank=True, editable=False)
    confirm_noted = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["brand__name", "user__email"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "brand"], name="one_membership_per_brand")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.brand}"

    @classmethod
    def managers(cls, brand_id: int) -> models.QuerySet["Membership"]:
        """Who looks after a brand now."""
        able = cls.objects.filter(is_active=True, user__is_active=True)
        return able.filter(brand=brand_id, role=Role.MANAGER)

    @property
    def is_last_manager(self) -> bool:
        """Whether nobody would look after the brand without them, as the database has it now."""
        return [one.pk for one in Membership.managers(self.brand_id)[:2]] == [self.pk]

    def clean(self) -> None:
        """The operator, too, leaves no brand without a manager."""
        before = Membership.objects.filter(pk=self.pk).first()
        if before:
            Brand.lock(before.brand_id)
        if before and before.is_last_manager and not self.goes_on_as(before):
            raise ValidationError(_("A brand keeps one manager: make somebody else one first."))

    def goes_on_as(self, before: "Membership") -> bool:
        """Whether this, as changed, still has the same person look after the same brand."""
        same = (before.brand_id, before.user_id) == (self.brand_id, self.user_id)
        return same and self.may_manage and self.is_active

    @property
    def may_act(self) -> bool:
        return self.role in {Role.MODERATOR, Role.MANAGER}

    @property
    def may_manage(self) -> bool:
        return self.role == Role.MANAGER


def digest_of(key: str) -> str:
    """What is kept of the key in an invitation's link."""
    return sha256(key.encode()).hexdigest()


class Invitation(models.Model):
    """A place in a brand offered to an e-mail address, taken up once by the link that was sent.

    Only a digest of the link's key is kept: who reads the database can't use it.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="invitations")
    invited = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-invited", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                "brand",
                condition=models.Q(accepted=None, withdrawn=None),
                name="one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.brand}"

    @classmethod
    def usable(cls) -> models.QuerySet["Invitation"]:
        """Those that let somebody in now: open, and from somebody who still looks after the brand."""
        return cls.objects.filter(
            accepted=None,
            withdrawn=None,
            expires__gt=timezone.now(),
            invited_by__brand=models.F("brand"),
            invited_by__role=Role.MANAGER,
            invited_by__is_active=True,
            invited_by__user__is_active=True,
        )

    @property
    def has_expired(self) -> bool:
        return self.expires <= timezone.now()

    @property
    def is_open(self) -> bool:
        return self.accepted is None and self.withdrawn is None and not self.has_expired


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
    # None for those from before it was noted, and once the record is older than the trail is kept.
    activity = models.ForeignKey(
        "Activity", on_delete=models.SET_NULL, null=True, editable=False, related_name="reviews"
    )
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering: ClassVar = ["-reviewed", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["brand", "chatroom", "-id"], name="review_chatroom")
        ]

    def __str__(self) -> str:
        return f"{self.member_name}: chatroom {self.chatroom} up to {self.message}"


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

    `version` rises with each change: who saves says which one they know. It outlives the text, so that
    a late save does not bring back what was sent.
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

    `seen_at`: when it was last seen, to the hour or so. None for those not seen since this is noted.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="code_names")
    kind = models.CharField(max_length=16, choices=CodeKind)
    code = models.CharField(max_length=64, help_text="As Popsell sends it.")
    name = models.CharField(max_length=60, blank=True)
    tone = models.CharField(max_length=16, choices=Tone, default=Tone.NEUTRAL)
    needs_attention = models.BooleanField(default=False)
    first_seen = models.DateField()
    last_seen = models.DateField()
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["kind", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "kind", "code"], name="one_name_per_code")
        ]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.code}"

    def clean(self) -> None:
        if not self.name and (self.tone != Tone.NEUTRAL or self.needs_attention):
            raise ValidationError(
                {"name": _("Give it a name: until then it stays a number, neutral.")}
            )


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
    NOTE = "note", _("Write note")
    NAME_CODES = "name_codes", _("Name codes")
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

    `digest`: keyed, of all that the record says; see `inbox.digests`.
    `sealed_in`: the number of the seal that holds it, None until then; see `inbox.seals`.
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

    `body`: what it says, as JSON, by its kind: see `inbox.seals`. `before`: the head of the link before
    it. `head`: a hash of all this. `signature`: of the head, with the key of which `key` is the name.
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
