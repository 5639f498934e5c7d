"""What changes somebody's account stands in the trail of each brand they belong to.

Each is written in the transaction of the change itself, so that neither stands alone. Brands come in
the order of their numbers, as for all who write in several.
"""

from collections.abc import Iterable

from inbox.activity.recording import Operator, record
from inbox.models import Act, Membership, User


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
