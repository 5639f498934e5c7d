"""The people who look at our pages, in a test's database or in that of a site that is started."""

from urllib.parse import urlsplit

from inbox.accounts import password_link
from inbox.models import Brand, Membership, Role, User

PASSWORD = "lumiere-et-parfum"


def member(email: str, brand: Brand, role: Role, name: str = "") -> Membership:
    user = User.objects.create_user(email, PASSWORD, name=name)
    return Membership.objects.create(user=user, brand=brand, role=role)


def gather() -> dict[str, User]:
    """Everybody at once, under the names by which `tests/states.py` calls them."""
    brand = Brand.objects.create(id=3, name="Maison Lumière")
    other = Brand.objects.create(id=8, name="Nordsport")
    manager = member("camille@example.com", brand, Role.MANAGER, "Camille Roy").user
    Membership.objects.create(user=manager, brand=other, role=Role.MANAGER)
    return {
        "manager": manager,
        "moderator": member("nadia@example.com", brand, Role.MODERATOR, "Nadia Benali").user,
        "viewer": member("hugo@example.com", brand, Role.VIEWER, "Hugo Lefèvre").user,
        "stranger": User.objects.create_user("stranger@example.com", PASSWORD),
    }


def invitation(people: dict[str, User]) -> str:
    """Where somebody who was just added sets a password, once."""
    return urlsplit(password_link(people["stranger"])).path
