"""Makes each proof of a second factor work once: app codes, recovery codes, passkey answers.

The database remembers an app's last period, so losing the cache lets nobody use a code again.
"""

from contextlib import suppress

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from inbox.activity import account_acts
from inbox.models import Act, User

LAST = "last_period"  # in an app's data: the latest period with a used code
Kind = Authenticator.Type


def spend_code(user: User, code: str) -> Authenticator | None:
    """Use up a code of the user's app, or a recovery code; None where it is wrong or was used."""
    for kept in Authenticator.objects.filter(user=user).exclude(type=Kind.WEBAUTHN):
        with suppress(Authenticator.DoesNotExist):  # new recovery codes replaced it meanwhile
            is_good = spend_period(kept, code) if kept.type == Kind.TOTP else _spend(kept, code)
            if is_good:
                kept.user = user
                return kept
    return None


def spend_period(app: Authenticator, code: str) -> bool:
    """Use up the period of an app's code, and all before it: one step for all workers."""
    period = _period_of(decrypt(app.data["secret"]), code)
    if period is None:
        return False
    with transaction.atomic():
        locked = Authenticator.objects.select_for_update().get(pk=app.pk)
        if period <= locked.data.get(LAST, -1):
            return False
        locked.data[LAST] = period
        locked.save(update_fields=["data"])
    return True


def _period_of(secret: str, code: str) -> int | None:
    """The period that this code belongs to; None where no period that counts now has it."""
    for period in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, period))):
            return int(period)
    return None


def _spend(codes: Authenticator, code: str) -> bool:
    with transaction.atomic():
        used: bool = codes.wrap().validate_code(code)  # which locks the row
        if used:
            account_acts.by_owner(codes.user, Act.USE_CODE)
    return used


def spend_challenge(challenge: str) -> bool:
    """Use up a passkey's challenge; returns False where it was answered before.

    The session forgets it too, but a request that was under way may write it back.
    """
    return cache.add(f"passkey:{challenge}", 1, settings.SESSION_COOKIE_AGE)
