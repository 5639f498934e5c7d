"""The signed tokens of acts, so that a browser can't choose an arbitrary participant or chatroom.

A page that shows a row offers its act with a token: what would be done, bound to the member it was
shown to, good for a day. Anything else is refused before Popsell is called.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from inbox.models import Membership

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Target:
    """One act on one row as it was shown: Popsell's ids."""

    brand: int
    ambassador: int
    chatroom: int
    participant: int
    message_shown: int


class TokenExpired(Exception):  # noqa: N818 - a state that the member is told of, not a fault
    """The page that offered the act is older than a day.

    `renewed`: a token of the same act, to still send the text typed there.
    """

    def __init__(self, renewed: str = "") -> None:
        super().__init__()
        self.renewed = renewed


def sign(member: Membership, target: Target) -> str:
    ids = [
        target.brand,
        target.ambassador,
        target.chatroom,
        target.participant,
        target.message_shown,
    ]
    return signing.dumps(ids, salt=_salt(member))


def verify(
    member: Membership, token: str, *, ambassador: int, chatroom: int | None = None
) -> Target:
    """The target in `token`, checked against the address it was sent to (any chatroom's for None).

    Raises BadRequest where it is missing, altered, someone else's or of another row. Raises
    TokenExpired where it was good once.
    """
    target = verify_old(member, token, ambassador=ambassador, chatroom=chatroom)
    try:
        signing.loads(token, salt=_salt(member), max_age=LIFETIME)
    except signing.SignatureExpired:
        raise TokenExpired(sign(member, target)) from None
    return target


def verify_old(
    member: Membership, token: str, *, ambassador: int, chatroom: int | None = None
) -> Target:
    """As `verify`, at any age: typed text can be saved while the page stands."""
    try:
        target = Target(*signing.loads(token, salt=_salt(member)))
    except signing.BadSignature:
        raise BadRequest(_("This act carries no valid token.")) from None
    addressed = (member.brand_id, ambassador, chatroom or target.chatroom)
    if (target.brand, target.ambassador, target.chatroom) != addressed:
        raise BadRequest(_("This act's token is of another conversation."))
    return target


def _salt(member: Membership) -> str:
    return f"inbox.act.{member.pk}"
