"""The issuer of single sign-on as people and links know it."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from inbox.text.isolates import alone


def name() -> str:
    """What people call it."""
    return settings.OIDC_NAME or _("single sign-on")


def named() -> dict[str, Any]:
    """For sentences that name it."""
    return {"name": alone(name())}
