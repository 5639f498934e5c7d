"""Records changes of somebody's account in the trail of each of their brands.

Each is written in the transaction of the change, so neither stands alone. Brands come in the order of
their numbers, as everywhere else that locks several.
"""

from collections.abc import Iterable

from inbox.activity.recording import Operator, record
from inbox.models import Act, Membership, User


def brands_of(user: User) -> Iterable[Membership]:
    """The active memberships of this person, by brand."""
    found = user.memberships.filter(is_active=True).select_related("brand", "user")
    return found.order_by("brand_id")


def by_owner(user: User, act: Act, state: str = "") -> None:
    """Record an act of the person themselves."""
    for one in brands_of(user):
        record(one, act, state=state)


def by_operator(operator: str, user: User, act: Act, state: str = "", about: str = "") -> None:
    """Record an act of an operator or command. `about`: the person's former name, else the present."""
    for one in brands_of(user):
        record(Operator(operator, one.brand), act, about=about or str(user), state=state)


def note_changes(operator: str, before: User, user: User) -> None:
    """Record an operator's or a command's changes of the account, without addresses."""
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
