"""Invitations that were sent: taken up, withdrawn, or waiting."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from inbox import access
from inbox.access import NoInvitation
from inbox.accounts import addresses
from inbox.activity.recording import Operator, record
from inbox.models import Act, Brand, Invitation, Membership, User
from inbox.process import collisions
from inbox.text import passwords


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
    """Make the invited person a member, once; a member stays what they are.

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
        addresses.verify_address(user)
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


def withdraw_sent(of: Membership, by: Membership | Operator) -> None:
    """Withdraw what somebody sent who looks after the brand no more.

    Else a link to an address of their own would bring them back. The brand is locked meanwhile.
    """
    withdraw_all(waiting(of.brand_id).filter(invited_by=of.pk), by)


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
        withdraw_all(waiting(brand.pk).filter(email__iexact=email), Operator(operator, brand))


def withdraw_all(open_ones: QuerySet[Invitation], by: Membership | Operator) -> None:
    """Each leaves its trace: the brand's lock keeps them from being taken up meanwhile."""
    for one in open_ones:
        record(by, Act.WITHDRAW, about=one.email, state=one.role)
    open_ones.update(withdrawn=timezone.now())
