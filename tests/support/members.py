"""What a manager does to the members of a brand, and what stays of it."""

import re
from typing import Any

from django.core import mail
from django.test import Client

from inbox.models import Activity, Membership, User
from tests.support.cast import PASSWORD

MEMBERS = "/brands/3/members/"
INES = "ines@example.com"
ACCOUNT = {"name": "Inès Faure", "password": "rosier-du-matin"}


def send(client: Client, email: str = INES, role: str = "moderator") -> Any:
    return client.post(MEMBERS, {"email": email, "role": role}, follow=True)


def link() -> str:
    """The address in the mail that was sent last."""
    found = re.findall(r"http://localhost(/invitations/[\w-]+/)", str(mail.outbox[-1].body))
    assert len(set(found)) == 1
    return str(found[0])


def change(client: Client, of: Membership, act: str, **fields: str) -> Any:
    return client.post(f"{MEMBERS}{of.pk}/{act}/", fields, follow=True)


def trail() -> list[tuple[str, str, str, str]]:
    acts = Activity.objects.order_by("id")
    return [(one.member_name, one.act, one.about, one.state) for one in acts]


def signed_in_by_form(who: Membership | User) -> Client:
    user = who.user if isinstance(who, Membership) else who
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client
