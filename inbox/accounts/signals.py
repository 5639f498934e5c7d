"""Reacts to signing out, and to factors and identities that come and go, on every page.

Our models know no request; these receivers do.
"""

from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest

from inbox.activity import account_acts
from inbox.chatrooms import notes
from inbox.models import Act, User

Kind = Authenticator.Type

# Unfinished notes


def after_sign_out(request: HttpRequest, user: User | None, **_signal: object) -> None:
    """Delete a person's unfinished notes when they sign out of their last browser.

    The session goes first, so a save under way can't come after this.
    """
    if user:
        request.session.delete()
        notes.forget_if_signed_out(user)


def after_new_password(user: User, **_signal: object) -> None:
    """End all sessions when a link sets the password."""
    notes.forget_drafts(user)


# Traces in the trail


def note_new_factor(instance: Authenticator, created: bool, **_signal: object) -> None:
    if created and instance.type == Kind.RECOVERY_CODES:
        _note(instance.user, Act.NEW_CODES)
    elif created:
        _note(instance.user, Act.ADD_FACTOR, instance.type)


def note_lost_factor(instance: Authenticator, **_signal: object) -> None:
    """Recovery codes go with the last factor, and before new ones: only the operator deletes them."""
    if instance.type != Kind.RECOVERY_CODES or _operator():
        _note(instance.user, Act.REMOVE_FACTOR, instance.type)


def note_new_identity(instance: SocialAccount, created: bool, **_signal: object) -> None:
    if created:
        _note(instance.user, Act.CONNECT)


def note_lost_identity(instance: SocialAccount, **_signal: object) -> None:
    _note(instance.user, Act.DISCONNECT)


def _note(user: User, act: Act, state: str = "") -> None:
    """Note the act. Outside a request a command did it, and notes it itself."""
    if operator := _operator():
        account_acts.by_operator(operator, user, act, state)
    elif allauth_context.request:
        account_acts.by_owner(user, act, state)


def _operator() -> str:
    """The operator at the desk in this request; empty anywhere else."""
    request: HttpRequest | None = allauth_context.request
    place = request.resolver_match if request else None
    return str(request.user) if request and place and place.app_name == "admin" else ""
