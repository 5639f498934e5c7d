"""A link for a forgotten password.

The request looks nobody up: neither its work nor its time reveals whether there is an account.
"""

from functools import partial
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from inbox import access, mail
from inbox.accounts import issuer
from inbox.accounts.one_time_links import password_link
from inbox.accounts.signing_in import ClosedAdapter
from inbox.models import User

RESET = "account/email/password_reset_key"


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]  # allauth carries no types
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **_named: Any) -> str:
        email: str = self.cleaned_data["email"]
        mail.write(partial(send_link, email, translation.get_language()))
        return email


def send_link(email: str, language: str) -> None:
    """Write to the person with this address, if any, in their chosen language if they have one.

    People who sign in at the issuer get no link; the mail tells them why.
    """
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return
    with translation.override(user.language or language):
        known = {
            "user": user,
            "email": email,
            "site": settings.PUBLIC_URL,
            **issuer.named(),
        }
        prefix = "account/email/signs_in_elsewhere"
        if access.may_sign_in_here(user):
            prefix, known["password_reset_url"] = RESET, password_link(user)
        message = ClosedAdapter().render_mail(prefix, email, known)
    mail.send(message)
