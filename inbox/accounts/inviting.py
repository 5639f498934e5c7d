"""Sends invitations and limits them: a stolen session can write to few people, and to each rarely.

All sent invitations count, withdrawn or not. Each takes its place while the brand is locked, before its
mail goes. So parallel requests get no further than requests one after the other.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from socket import gaierror
from typing import Any

from django import forms
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import access, mail
from inbox.accounts.invitations import waiting
from inbox.activity.recording import record
from inbox.display import colleague
from inbox.display.times import exact
from inbox.models import Act, Invitation, Membership, Role, digest_of
from inbox.process.lending import lend_database
from inbox.text.isolates import alone

log = logging.getLogger(__name__)

INVITATION_DAYS = 7
MOST_OPEN = 50  # waiting invitations of a brand
MOST_SENT = 50  # of a brand, while they count
MOST_TO_ONE = 3  # address, by a brand, while they count
COUNTS = timedelta(
    hours=24
)  # since it was sent, or tried: a mail server that fails may have sent it
TOOK_NOTHING = (
    *(ConnectionRefusedError, gaierror, SMTPConnectError, SMTPHeloError),
    *(SMTPAuthenticationError, SMTPSenderRefused, SMTPRecipientsRefused),
)
SENDING = timedelta(minutes=2)  # the longest time to send a mail


class InviteForm(forms.Form):
    """The person that a manager invites, and their role."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)

    def __init__(self, member: Membership, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.member = member

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        belonging = Membership.objects.filter(brand=self.member.brand_id, is_active=True)
        if belonging.filter(user__email=email).exists():
            raise forms.ValidationError(_("They are a member already: change their role below."))
        return email


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason for refusing, in words. `field`: of the form, None for all of it."""

    told: str
    field: str | None
    status: int


def invite(member: Membership, email: str, role: str) -> Refused | None:
    """Send a link that makes its reader a member, replacing an earlier one; or return the refusal.

    Nothing is locked while the mail goes. If sending fails, the new link stays closed, and the link of
    an earlier mail still works.
    """
    key = secrets.token_urlsafe(32)
    place = _take_place(member, email, role, key)
    if isinstance(place, Refused):
        return place
    try:
        _send(member, email, role, key)
    except OSError as error:  # of SMTP, or of the network
        log.warning("an invitation could not be sent: %s", type(error).__name__)
        return _not_sent(place, error)
    _open(member, place)
    return None


def _not_sent(place: Invitation, error: OSError) -> Refused:
    """Refuse after a failed mail. Its place still counts, unless the server surely took nothing."""
    ours = Invitation.objects.filter(pk=place.pk)
    if isinstance(error, TOOK_NOTHING):
        ours.delete()
    else:
        ours.update(withdrawn=timezone.now())
    message = _("The e-mail could not be sent, so nobody was invited. Try again in a moment.")
    return Refused(message, field=None, status=502)


def _take_place(member: Membership, email: str, role: str, key: str) -> Invitation | Refused:
    """Make the invitation, withdrawn until its mail has gone: it opens nothing, but already counts."""
    now = timezone.now()
    with transaction.atomic():
        access.lock_managers(member)
        if message := _too_many(member.brand_id, email):
            return Refused(message, field="email", status=422)
        return Invitation.objects.create(
            brand=member.brand,
            email=email,
            role=role,
            digest=digest_of(key),
            invited_by=member,
            invited=now,
            expires=now + timedelta(days=INVITATION_DAYS),
            withdrawn=now,
        )


def _open(member: Membership, place: Invitation) -> None:
    """Enable the link, and disable earlier ones to the same address."""
    with transaction.atomic():
        access.lock_managers(member)
        open_ones = waiting(member.brand_id).filter(email__iexact=place.email)
        open_ones.update(withdrawn=timezone.now())
        Invitation.objects.filter(pk=place.pk).update(withdrawn=None)
        record(member, Act.INVITE, about=place.email, state=place.role)


def _too_many(brand_id: int, email: str) -> str:
    """Why no invitation can be sent now, and from when it can; empty where it can now."""
    sent = list(counting(brand_id))
    mailbox = _mailbox(email)
    to_one = [one.invited for one in sent if _mailbox(one.email) == mailbox]
    if until := _full(to_one, MOST_TO_ONE):
        message = _(
            "%(most)s invitations were sent to this address within 24 hours. "
            "The next can be sent on %(when)s."
        )
        return message % {"most": MOST_TO_ONE, "when": exact(until)}
    if until := _full([one.invited for one in sent], MOST_SENT):
        message = _(
            "%(most)s invitations were sent within 24 hours. The next can be sent on %(when)s."
        )
        return message % {"most": MOST_SENT, "when": exact(until)}
    if _waiting_or_sending(brand_id).exclude(email__iexact=email).count() >= MOST_OPEN:
        message = _("%(most)s invitations wait to be taken up: withdraw some first.")
        return message % {"most": MOST_OPEN}
    return ""


def counting(brand_id: int) -> QuerySet[Invitation]:
    """The invitations sent lately, including those used or withdrawn."""
    return Invitation.objects.filter(brand=brand_id, invited__gt=timezone.now() - COUNTS)


def _mailbox(email: str) -> str:
    """The address as mail goes there: its host may be written in letters of its own or in ASCII."""
    name, _at, host = email.lower().rpartition("@")
    return f"{name}@{punycode(host)}"


def _full(sent: list[datetime], most: int) -> datetime | None:
    """The time when there is room again, to the minute; None where there is room now."""
    newest = sorted(sent, reverse=True)[:most]
    return newest[-1] + COUNTS + timedelta(minutes=1) if len(newest) == most else None


def _waiting_or_sending(brand_id: int) -> QuerySet[Invitation]:
    """The open invitations, and those about to open."""
    is_waiting = Q(accepted=None, withdrawn=None)
    is_sending = Q(withdrawn=F("invited"), invited__gt=timezone.now() - SENDING)
    return Invitation.objects.filter(is_waiting | is_sending, brand=brand_id)


def _send(member: Membership, email: str, role: str, key: str) -> None:
    """Write to the invited person in the inviter's language, then in the other: theirs is unknown."""
    link = settings.PUBLIC_URL + reverse("invitation", args=[key])
    own = translation.get_language()
    codes = sorted(dict(settings.LANGUAGES), key=lambda code: code != own)
    texts = [_letter(code, member, role, link) for code in codes]
    lend_database()  # the mail server may take a while
    subject = _("Invitation to %(brand)s") % {"brand": alone(member.brand.name)}
    send_mail(subject, mail.BETWEEN.join(texts), None, [email])


def _letter(language: str, member: Membership, role: str, link: str) -> str:
    with translation.override(language):
        message = _(
            "%(inviter)s invites you to %(brand)s on Ambassador Inbox. Your role: %(role)s.\n\n"
            "Open this address within %(days)s days to take it up. It works once:\n\n%(link)s\n\n"
            "If you did not expect this, do nothing."
        )
        return message % {
            "inviter": alone(colleague(str(member.user))),
            "brand": alone(member.brand.name),
            "role": Role(role).label,
            "days": INVITATION_DAYS,
            "link": link,
        }
