"""The people who look at our pages, in a test's database or in that of a site that is started."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from inbox.accounts import password_link
from inbox.models import Brand, Invitation, Membership, Role, User, digest_of

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
    _come_and_go(Membership.objects.get(user=manager, brand=brand))
    return {
        "manager": manager,
        "moderator": member("nadia@example.com", brand, Role.MODERATOR, "Nadia Benali").user,
        "viewer": member("hugo@example.com", brand, Role.VIEWER, "Hugo Lefèvre").user,
        "stranger": User.objects.create_user("stranger@example.com", PASSWORD),
    }


def invite(by: Membership, email: str, role: Role, days: int = 7) -> Invitation:
    """Whoever is invited; the key in their mail is their address itself."""
    return Invitation.objects.create(
        brand=by.brand,
        email=email,
        role=role,
        digest=digest_of(email),
        invited_by=by,
        expires=timezone.now() + timedelta(days=days),
    )


def _come_and_go(manager: Membership) -> None:
    """Three who are invited, one of them too long ago, and one who left."""
    invite(manager, "ines@example.com", Role.MODERATOR)
    invite(manager, "stranger@example.com", Role.VIEWER)
    invite(manager, "omar@example.com", Role.VIEWER, days=-1)
    gone = member("yuki@example.com", manager.brand, Role.VIEWER, "Yuki Mori")
    gone.is_active = False
    gone.save()


def invitation(people: dict[str, User]) -> str:
    """Where somebody who was just added sets a password, once."""
    return urlsplit(password_link(people["stranger"])).path
