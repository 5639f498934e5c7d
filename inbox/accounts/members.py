"""Members of a brand: roles, leaving and coming back.

Each act is written together with its trace. A brand never loses its last manager. Changing members
locks the brand's row, so two managers can't remove each other's role at once.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import access
from inbox.accounts import invitations, signing_in
from inbox.activity.recording import Operator, record
from inbox.chatrooms import holds
from inbox.models import Act, Membership, Role, User
from inbox.text.isolates import plain
from inbox.text.spelling import has_visible


class NewMemberForm(forms.Form):
    """The account of somebody who was invited and has none yet."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        help_text=gettext_lazy("As your colleagues see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        strip=False,
        help_text=password_validators_help_text_html(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, email: str, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.email = email

    def clean_name(self) -> str:
        name = plain(self.cleaned_data["name"])
        if not has_visible(name):
            raise ValidationError(_("Nothing of this name can be seen."))
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


# Invitations


# Members


def fellows(member: Membership) -> list[Membership]:
    """All who are or were members of the member's brand, by name."""
    found = Membership.objects.filter(brand=member.brand_id).select_related("user")
    return sorted(found, key=lambda one: (str(one.user).casefold(), one.pk))


def last_manager(member: Membership) -> int | None:
    """The only manager of the member's brand; None where there are several."""
    managers = [one.pk for one in Membership.managers(member.brand_id)[:2]]
    return managers[0] if len(managers) == 1 else None


def would_leave_none(member: Membership, of: Membership, role: Role) -> bool:
    """Whether this would leave the brand without a manager, as it stands now."""
    return of.role != role and last_manager(member) == of.pk


def change_role(member: Membership, of: Membership, role: Role) -> bool:
    """Give somebody another role; returns False where the brand would lose its last manager."""
    with transaction.atomic():
        managers = access.lock_managers(member)
        of.refresh_from_db(fields=["role", "is_active"])
        if of.role == role:
            return True
        if managers == {of.pk}:
            return False
        of.role = role
        of.save(update_fields=["role"])
        record(member, Act.CHANGE_ROLE, about=str(of.user), state=role)
        if not of.may_manage:
            invitations.withdraw_sent(of, member)
        if not of.may_act:
            holds.end_all(of)
    return True


def deactivate(member: Membership, of: Membership) -> bool:
    """End somebody's membership and all their sessions; returns False as `change_role` does.

    A link in their mail can't bring them back.
    """
    with transaction.atomic():
        managers = access.lock_managers(member)
        if managers == {of.pk}:
            return False
        if Membership.objects.filter(pk=of.pk, is_active=True).update(is_active=False):
            record(member, Act.DEACTIVATE, about=str(of.user), state=of.role)
        shut_out(of, member)
    return True


def note_change(operator: str, before: Membership | None, member: Membership) -> None:
    """Record in the brand's trail how an operator or a command changed a membership."""
    by, about = Operator(operator, member.brand), str(member.user)
    is_other = before and (before.user_id, before.brand_id) != (member.user_id, member.brand_id)
    if before and is_other and before.is_active:
        left = Operator(operator, before.brand)
        record(left, Act.DEACTIVATE, about=str(before.user), state=before.role)
    if before is None or is_other:
        record(by, Act.JOIN, about=about, state=member.role)
        before = Membership(role=member.role, is_active=True)
    if before.role != member.role:
        record(by, Act.CHANGE_ROLE, about=about, state=member.role)
    if before.is_active != member.is_active:
        act = Act.REACTIVATE if member.is_active else Act.DEACTIVATE
        record(by, act, about=about, state=member.role)
    if not (member.is_active and member.may_act):
        holds.end_all(member)


def shut_out(of: Membership, by: Membership | Operator) -> None:
    """Remove what ends with a membership: what they had in hand, links they sent or got, sessions."""
    holds.end_all(of)
    invitations.withdraw_sent(of, by)
    invitations.withdraw_all(
        invitations.waiting(of.brand_id).filter(email__iexact=of.user.email), by
    )
    signing_in.end_sessions(of.user)


def is_of_a_manager(of: Membership) -> bool:
    """Whether coming back to it makes the person a manager again."""
    return of.may_manage


def reactivate(member: Membership, of: Membership) -> None:
    """Restore somebody's former membership; they have to sign in again."""
    with transaction.atomic():
        access.lock_managers(member)
        if Membership.objects.filter(pk=of.pk, is_active=False).update(is_active=True):
            record(member, Act.REACTIVATE, about=str(of.user), state=of.role)


@dataclass(frozen=True, slots=True)
class Line:
    """A member as the page shows them. `is_last`: nobody else looks after the brand.

    `chosen`: the role that stands in their form without being given yet; empty for their own.
    """

    of: Membership
    is_self: bool = False
    is_last: bool = False
    has_second_factor: bool = False
    chosen: str = ""
