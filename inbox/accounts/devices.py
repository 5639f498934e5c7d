"""Browsers where a person signed in before: failed tries there have their own count.

Nobody can lock a person out of their own browser by trying wrong passwords elsewhere. OWASP calls this
a device cookie. It signs nobody in. A completed sign-in sets it, as does a password set by a link.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from inbox.models import User


def known(request: HttpRequest, user: User | None) -> str:
    """The id of this browser if this person signed in with it before; otherwise empty.

    The work is the same for known and unknown people.
    """
    value = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        id_ = signing.loads(value, salt=_salt(user or User()), max_age=settings.DEVICE_COOKIE_AGE)
    except signing.BadSignature:
        return ""
    return f"device:{user.pk}:{id_}" if user else ""


def remember(response: HttpResponse, request: HttpRequest, user: User) -> None:
    """Make this browser a known one of this person, under its present id or a new one."""
    id_ = known(request, user).rpartition(":")[2] or secrets.token_urlsafe(12)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(id_, salt=_salt(user)),
        max_age=settings.DEVICE_COOKIE_AGE,
        secure=settings.DEVICE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_all(user: User) -> None:
    """Make every browser of this person an unknown one."""
    count = F("browsers_forgotten") + 1
    User.objects.filter(pk=user.pk).update(browsers_forgotten=count)
    user.refresh_from_db(fields=["browsers_forgotten"])


def _salt(user: User) -> str:
    """Changes with a new password or when all are forgotten, so older cookies lose their value."""
    return f"inbox.device.{user.pk}.{user.browsers_forgotten}.{user.password}"
