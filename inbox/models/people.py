"""People who sign in, the brands they belong to, their roles, and invitations."""

import zoneinfo
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
    `found_memberships`: as `Membership.of` tells, where the session that asks was found with them.
    """

    found_memberships: "list[Membership] | None" = None

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
        """Check the stored form, then the text as typed; a right one is kept in the stored form."""
        kept, *typed = passwords.forms(raw_password or "")
        if super().check_password(kept):
            return True
        before = self.password
        if not (typed and super().check_password(*typed)):
            return False
        if self.password == before:  # else it was rehashed already, which took that form
            self.set_password(kept)
            User.objects.filter(pk=self.pk, password=before).update(password=self.password)
        return True

    def clean(self) -> None:
        """As `Membership.clean`, for people who can't sign in any more."""
        super().clean()
        if self.pk and not self.is_active:
            # By number, as everywhere that locks several: otherwise two could wait for each other for
            # good.
            for one in self.memberships.select_related("brand").order_by("brand_id"):
                Brand.lock(one.brand_id)
                if one.is_last_manager:
                    message = _("%(brand)s keeps one manager: make somebody else one first.")
                    raise ValidationError({"is_active": message % {"brand": alone(one.brand)}})


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone such as Europe/Paris.")


class Brand(models.Model):
    """A brand on Popsell. `id` is Popsell's own, sent as X-Popsell-Brand and shown in addresses.

    `last_erasure`: when somebody of it was last erased here, which all processes heed.
    `codes_version`, `views_version`: others since anything of its codes or views was written.
    """

    id = models.BigIntegerField("Popsell's brand id", primary_key=True)
    name = models.CharField(max_length=150)
    time_zone = models.CharField(
        max_length=64, default="Europe/Paris", validators=[check_time_zone]
    )
    last_erasure = models.DateTimeField(null=True, blank=True, editable=False)
    codes_version = models.BigIntegerField(default=0, db_default=0, editable=False)
    views_version = models.BigIntegerField(default=0, db_default=0, editable=False)

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
        """Keep others from changing the brand's members until the transaction ends."""
        with transaction.atomic():
            cls.objects.select_for_update(no_key=True).get(pk=brand_id)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")  # reads
    MODERATOR = "moderator", _("Moderator")  # reads and acts
    MANAGER = "manager", _("Manager")  # a moderator who also looks after the brand


ROLES = dict(Role.choices)


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
    def of(cls, user: int | models.Subquery) -> models.QuerySet["Membership"]:
        """The brands where a person has a role now."""
        found = cls.objects.filter(user=user, user__is_active=True, is_active=True)
        return found.select_related("brand", "user")

    @classmethod
    def managers(cls, brand_id: int) -> models.QuerySet["Membership"]:
        """The present managers of a brand."""
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

    def get_role_display(self) -> str:  # type: ignore[no-redef]  # the stubs have it too
        """As Django's own, which goes through all choices each time."""
        return str(ROLES.get(self.role, self.role))

    @property
    def may_act(self) -> bool:
        return self.role in {Role.MODERATOR, Role.MANAGER}

    @property
    def may_manage(self) -> bool:
        return self.role == Role.MANAGER
