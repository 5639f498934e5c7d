"""E-mail addresses of accounts: who proves one, and what follows where it changes."""

from functools import partial

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from inbox import mail
from inbox.accounts.signing_in import end_sessions
from inbox.display.privacy import mask_address
from inbox.models import User


def verify_address(user: User) -> None:
    """Record the user's e-mail as verified, and as theirs alone: the operator vouches for it.

    Any other address of the account would get its links, and sign it in.
    """
    with transaction.atomic():
        known = EmailAddress.objects.filter(Q(user=user) | Q(email__iexact=user.email))
        known.exclude(user=user, email=user.email).delete()
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


def move_to(user: User, before: str) -> None:
    """Leave nothing to the address that the user had before the one they have now.

    Links for a password die with it, since they hold the account's addresses. Single sign-on is
    connected anew by who proves the new address. Both addresses are told once all of it is kept.
    """
    with transaction.atomic():
        verify_address(user)
        SocialAccount.objects.filter(user=user).delete()
        end_sessions(user)
        transaction.on_commit(partial(_tell_both, user, before))


def _tell_both(user: User, before: str) -> None:
    """In all languages where the person chose none: the operator's own would tell nothing of theirs."""
    known = {"user": user, "hint": mask_address(user.email)}
    languages = [user.language] if user.language else [code for code, _name in settings.LANGUAGES]
    templates = {before: "account/email/address_left", user.email: "account/email/address_given"}
    for email, prefix in templates.items():
        letters = [get_adapter().write(prefix, email, known, code) for code in languages]
        letters[0].subject = " / ".join(one.subject for one in letters)
        letters[0].body = mail.BETWEEN.join(one.body for one in letters)
        mail.post(letters[0])
