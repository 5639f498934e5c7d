"""Invitations to a brand; only a digest of the key is kept."""

from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from inbox.models.people import Brand, Membership, Role


def digest_of(key: str) -> str:
    """The digest that we keep of an invitation's key."""
    return sha256(key.encode()).hexdigest()


class Invitation(models.Model):
    """A place in a brand offered to an e-mail address; the mailed link takes it up once.

    Only a digest of the link's key is kept, so readers of the database can't use it.
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
        """Invitations that work now: open, and from somebody who still manages the brand."""
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
