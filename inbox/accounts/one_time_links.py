"""Links that set a password; each works once."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from inbox.models import User


def password_link(user: User) -> str:
    """A link under `PUBLIC_URL` that sets the user's password; it works once."""
    return _password_address(user_pk_to_url_str(user), default_token_generator.make_token(user))


def _password_address(uidb36: str, key: str) -> str:
    arguments = {"uidb36": uidb36, "key": key}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=arguments)
