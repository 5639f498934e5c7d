"""Who belongs to a brand: invitations taken up, roles, leaving and coming back.

Each act is written together with its trace. A brand never loses its last manager: whoever changes
members holds the brand's row meanwhile, so that two managers can't take each other's role at once.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import access
from inbox.access import NoInvitation
from inbox.accounts import signing_in
from inbox.activity.recording import Operator, record
from inbox.models import Act, Brand, Invitation, Membership, Role, User
from inbox.process import collisions
from inbox.text import passwords
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


def waiting(brand_id: int) -> QuerySet[Invitation]:
    """The invitations of a brand that nobody took up or withdrew; some may have expired."""
    return Invitation.objects.filter(brand=brand_id, accepted=None, withdrawn=None)


def withdraw(member: Membership, invitation: Invitation) -> bool:
    """Make the link useless; false where it was taken up or withdrawn before."""
    with transaction.atomic():
        access.lock_managers(member)
        found = waiting(member.brand_id).filter(pk=invitation.pk)
        if not found.update(withdrawn=timezone.now()):
            return False
        record(member, Act.WITHDRAW, about=invitation.email, state=invitation.role)
    return True


def accept(invitation: Invitation, user: User) -> Membership:
    """Make the invited person a member, once; whoever is one already stays what they are.

    `user` has proved the address: by the link that was sent there, or to who signs them in. Raises
    NoInvitation where it is not theirs, or does not work any more and they are no member by it.
    """
    if user.email != invitation.email.lower():
        raise NoInvitation
    with transaction.atomic():
        Brand.lock(invitation.brand_id)  # nobody lets the inviter go meanwhile
        is_first = _take_up(invitation)
        membership = Membership.objects.filter(user=user, brand=invitation.brand_id).first()
        if membership and membership.is_active:
            return membership
        if not is_first:
            raise NoInvitation
        membership, _new = Membership.objects.update_or_create(
            user=user,
            brand=invitation.brand,
            defaults={"role": invitation.role, "is_active": True},
        )
        signing_in.verify_address(user)
        record(membership, Act.JOIN, about=user.email, state=membership.role)
    return membership


def join(invitation: Invitation, name: str, password: str) -> User | None:
    """As `accept`, for somebody without an account, who gets one; None where there is one by now.

    The account comes first, then the brand's lock: so does single sign-on, in all brands at once.
    """
    hashed = make_password(
        passwords.in_one_form(password)
    )  # which may have to wait, and nobody for us meanwhile
    with transaction.atomic():
        user = _new_account(invitation.email, hashed, name)
        if user:
            accept(invitation, user)
    return user


def _new_account(email: str, password: str, name: str) -> User | None:
    """None where somebody makes it at this moment, by another brand's invitation say."""
    try:
        with transaction.atomic():
            return User.objects.create(email=email, password=password, name=name)
    except IntegrityError as error:
        if not collisions.is_one(error):
            raise
        return None


def _take_up(invitation: Invitation) -> bool:
    """Use it up; false where that was done before, or where it does not work any more."""
    found = Invitation.usable().filter(pk=invitation.pk)
    return bool(found.update(accepted=timezone.now()))


# Members


def fellows(member: Membership) -> list[Membership]:
    """All who are or were members of the member's brand, by name."""
    found = Membership.objects.filter(brand=member.brand_id).select_related("user")
    return sorted(found, key=lambda one: (str(one.user).casefold(), one.pk))


def last_manager(member: Membership) -> int | None:
    """Who alone looks after the member's brand; None where there are several."""
    managers = [one.pk for one in Membership.managers(member.brand_id)[:2]]
    return managers[0] if len(managers) == 1 else None


def would_leave_none(member: Membership, of: Membership, role: Role) -> bool:
    """Whether nobody would look after the brand any longer, as it stands now."""
    return of.role != role and last_manager(member) == of.pk


def change_role(member: Membership, of: Membership, role: Role) -> bool:
    """Give somebody another role; false where nobody would be left to look after the brand."""
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
            withdraw_sent(of, member)
    return True


def deactivate(member: Membership, of: Membership) -> bool:
    """End somebody's membership, and all their sessions; false as `change_role`.

    A link that they may still have in their mail does not bring them back.
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
    """What an operator or a command made of a membership, in the trail of its brand."""
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


def shut_out(of: Membership, by: Membership | Operator) -> None:
    """What goes with the end of a membership: links that they sent or got, and their sessions."""
    withdraw_sent(of, by)
    _withdraw_all(waiting(of.brand_id).filter(email__iexact=of.user.email), by)
    signing_in.end_sessions(of.user)


def withdraw_sent(of: Membership, by: Membership | Operator) -> None:
    """Withdraw what somebody sent who looks after the brand no more.

    Else a link to an address of their own would bring them back. The brand is locked meanwhile.
    """
    _withdraw_all(waiting(of.brand_id).filter(invited_by=of.pk), by)


def withdraw_sent_by(user: User, operator: str) -> None:
    """As `withdraw_sent`, in all brands of somebody whose account is locked."""
    for one in user.memberships.select_related("brand").order_by("brand_id"):
        Brand.lock(one.brand_id)
        withdraw_sent(one, Operator(operator, one.brand))


def withdraw_sent_to(email: str, operator: str) -> None:
    """Withdraw, in all brands, what waits for an address whose person has another by now."""
    invited = Brand.objects.filter(
        invitations__email__iexact=email, invitations__accepted=None, invitations__withdrawn=None
    )
    for brand in invited.distinct().order_by("pk"):
        Brand.lock(brand.pk)
        _withdraw_all(waiting(brand.pk).filter(email__iexact=email), Operator(operator, brand))


def _withdraw_all(open_ones: QuerySet[Invitation], by: Membership | Operator) -> None:
    """Each leaves its trace: the brand's lock keeps them from being taken up meanwhile."""
    for one in open_ones:
        record(by, Act.WITHDRAW, about=one.email, state=one.role)
    open_ones.update(withdrawn=timezone.now())


def is_of_a_manager(of: Membership) -> bool:
    """Whether who comes back to it looks after the brand again."""
    return of.may_manage


def reactivate(member: Membership, of: Membership) -> None:
    """Give somebody back the membership that they had; they sign in anew."""
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
