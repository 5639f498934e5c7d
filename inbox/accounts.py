"""How people get an account: the operator makes it, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from inbox.models import User


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def verify_address(user: User) -> None:
    """Record the user's e-mail as verified: the operator vouches for it."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def password_link(user: User) -> str:
    """A link under `PUBLIC_URL` that sets the user's password; it works once."""
    key = default_token_generator.make_token(user)
    arguments = {"uidb36": user_pk_to_url_str(user), "key": key}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=arguments)


def end_sessions(user: User) -> None:
    """Sign the user out of every browser, now.

    Also of those that `purge_and_list` would forget and not end, as it does where the account is
    locked: they would be good again once it is not.
    """
    for session in UserSession.objects.filter(user=user):
        session.end()
