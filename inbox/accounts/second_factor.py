"""The second factor: its secrets at rest, its picture, and the site that passkeys are good for."""

import logging
from typing import ClassVar
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.models import User
from inbox.process.encryption import box

log = logging.getLogger(__name__)

PURPOSE = "inbox.second_factor"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This code is wrong, or was used already. An app shows another one every 30 seconds."
        ),
        "unknown_passkey": gettext_lazy(
            "This passkey does not fit: it was removed, or is another account's."
        ),
    }

    def encrypt(self, text: str) -> str:
        return box(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt the secret; refuses the code, like a wrong one, where no key opens it."""
        try:
            return box(PURPOSE).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            message = "A second factor was kept under another SECRET_KEY: see SECRET_KEY_FALLBACKS."
            log.error(message)  # noqa: TRY400 - a traceback says no more
            raise self.validation_error("incorrect_code") from None

    def build_totp_svg(self, url: str) -> SafeString:
        """The picture as part of a page: without the declaration that begins a file."""
        drawn = str(super().build_totp_svg(url))
        return mark_safe(drawn[drawn.index("<svg") :])  # noqa: S308 - drawn by qrcode

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of `PUBLIC_URL`; an address of numbers can't have any."""
        host = "localhost" if settings.ON_LOOPBACK else str(urlsplit(settings.PUBLIC_URL).hostname)
        return {"id": host, "name": "Ambassador Inbox"}
