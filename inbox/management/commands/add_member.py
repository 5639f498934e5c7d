"""python manage.py add_member camille@example.com --brand 3 --role moderator [--name "Camille Roy"]"""

import os
from copy import copy
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from inbox import access
from inbox.accounts import invitations, issuer, members
from inbox.accounts.addresses import verify_address
from inbox.accounts.one_time_links import password_link
from inbox.activity import account_acts
from inbox.activity.recording import Operator
from inbox.models import Act, Brand, Membership, Role, User
from inbox.process.collisions import once_more

NAME = "add_member"  # in the trail


class Command(BaseCommand):
    help = (
        "Add a member to a brand, or update name, role and password. The password comes from the "
        "environment variable INBOX_PASSWORD; without it a link is printed that sets one, once. "
        "Under REQUIRE_SSO there is no password but for operators with a second factor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--brand", type=int, required=True, help="Popsell's id of the brand")
        parser.add_argument("--role", choices=Role.values, required=True)
        parser.add_argument("--name", help="as it is shown and kept in the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        once_more(lambda: self._add(options))

    @transaction.atomic
    def _add(self, options: dict[str, Any]) -> None:
        brand = Brand.objects.filter(pk=options["brand"]).first()
        if brand is None:
            raise CommandError(f"There is no brand {options['brand']}: run add_brand first.")
        password = os.environ.get("INBOX_PASSWORD", "")
        user = _user(options["email"].strip().lower(), options["name"], password)
        _give_role(user, brand, options["role"])
        self.stdout.write(f"{user.email} is {options['role']} of {brand.name}.")
        if not access.may_sign_in_here(user):
            page = settings.PUBLIC_URL + reverse("account_login")
            self.stdout.write(f"{user.email} signs in with {issuer.name()}: {page}")
        elif password:
            account_acts.by_operator(NAME, user, Act.SET_PASSWORD)
        else:
            account_acts.by_operator(NAME, user, Act.MAKE_LINK)
            self.stdout.write(f"To set a password, once: {password_link(user)}")


def _give_role(user: User, brand: Brand, role: str) -> None:
    """Raises CommandError where the brand would be left without a manager."""
    found = Membership.objects.filter(user=user, brand=brand).first()
    before = copy(found)
    membership = found or Membership(user=user, brand=brand)
    membership.role, membership.is_active = role, True
    try:
        membership.clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    membership.save()
    members.note_change(NAME, before, membership)
    if found and not found.may_manage:
        invitations.withdraw_sent(found, Operator(NAME, brand))


def _user(email: str, name: str | None, password: str) -> User:
    """The saved user of this address; raises CommandError for a bad address or a weak password."""
    found = User.objects.filter(email__iexact=email).first()
    before = copy(found)
    user = found or User(email=email)
    user.name = user.name if name is None else name
    user.is_active = True
    try:
        validate_email(email)
        user.full_clean(exclude=["password"])
        if password:
            validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    if password and not access.may_sign_in_here(user if user.pk else None):
        told = f"{email} signs in with {issuer.name()}."
        raise CommandError(f"INBOX_PASSWORD is of no use under REQUIRE_SSO: {told}")
    if password:
        user.set_password(password)
    elif user.pk is None:
        user.set_unusable_password()
    user.save()
    if before:
        account_acts.note_changes(NAME, before, user)
    verify_address(user)
    return user
