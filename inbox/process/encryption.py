"""What the database keeps encrypted: read with keys made of `SECRET_KEY` and its predecessors."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def box(purpose: str) -> MultiFernet:
    """Closes with the key of today, opens with the earlier ones as well. Each purpose has its own.

    What can't be opened raises cryptography's `InvalidToken`.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_made_of(secret, purpose) for secret in secrets])


@lru_cache(32)
def _made_of(secret: str | bytes, purpose: str) -> Fernet:
    made = salted_hmac(purpose, b"key", secret=secret, algorithm="sha256")
    return Fernet(urlsafe_b64encode(made.digest()))
