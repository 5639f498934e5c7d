"""What changes somebody's account stands in the trail of each brand they belong to.

Each is written in the transaction of the change itself, so that neither stands alone. Brands come in
the order of their numbers, as for all who write in several.
"""

from collections.abc import Iterable

from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest

from inbox.activity.recording import Operator, record
from inbox.models import Act, Membership, User

Kind = Authenticator.Type


def brands_of(user: User) -> Iterable[Membership]:
    """The active memberships of this person, by brand."""
    found = user.memberships.filter(is_active=True).select_related("brand", "user")
    return found.order_by("brand_id")


def by_owner(user: User, act: Act, state: str = "") -> None:
    """The person did it themselves."""
    for one in brands_of(user):
        record(one, act, state=state)


def by_operator(operator: str, user: User, act: Act, state: str = "", about: str = "") -> None:
    """An operator did it, or a command. `about`: the person as they were called, else as they are."""
    for one in brands_of(user):
        record(Operator(operator, one.brand), act, about=about or str(user), state=state)


def note_changes(operator: str, before: User, user: User) -> None:
    """What an operator or a command changed of the account. Addresses are told nowhere."""
    if before.name != user.name:
        by_operator(operator, user, Act.RENAME, about=str(before))
    if before.email != user.email:
        by_operator(operator, user, Act.CHANGE_ADDRESS)
    if before.is_active != user.is_active:
        by_operator(operator, user, Act.UNLOCK if user.is_active else Act.LOCK)
    if before.is_staff != user.is_staff:
        by_operator(operator, user, Act.GIVE_RIGHT if user.is_staff else Act.TAKE_RIGHT)
    if before.is_superuser != user.is_superuser:
        act = Act.GIVE_RIGHT if user.is_superuser else Act.TAKE_RIGHT
        by_operator(operator, user, act, "superuser")


# Written by signals: whichever page makes or deletes one


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
    """Outside a request it is a command's, which tells of itself."""
    if operator := _operator():
        by_operator(operator, user, act, state)
    elif allauth_context.request:
        by_owner(user, act, state)


def _operator() -> str:
    """Who is at the operator's desk in this request; empty anywhere else."""
    request: HttpRequest | None = allauth_context.request
    place = request.resolver_match if request else None
    return str(request.user) if request and place and place.app_name == "admin" else ""
