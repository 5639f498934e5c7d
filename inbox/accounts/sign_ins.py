"""Records refused sign-ins in the trail of the person's brands, without an actor.

So are failed confirmations, which show that the person with the session does not know the password.

The request looks nobody up. It hands over one job with or without an account, so its work and time
reveal nothing. Their origin and the typed text are never kept.
"""

import logging
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from inbox.activity.account_acts import brands_of
from inbox.activity.recording import Stranger, record
from inbox.models import Act, Membership, User
from inbox.process import clocks, jobs, outages

log = logging.getLogger(__name__)

EACH = timedelta(minutes=15)
"""Strangers can cause these without end: the trail takes one per account and brand in this time."""
PASSWORD, CODE, PASSKEY, ISSUER = "", "code", "passkey", "sso"  # what failed to let them in
CONFIRM = "confirm"  # signed in, but failed to confirm
INACTIVE = "inactive"
MARKS = {  # of a membership: the time of the last one in its brand's trail
    (Act.BLOCKED_SIGN_IN, PASSWORD): "blocked_noted",
    (Act.BLOCKED_SIGN_IN, INACTIVE): "blocked_noted",
    (Act.BLOCKED_SIGN_IN, CONFIRM): "confirm_noted",
    (Act.FAILED_SIGN_IN, PASSKEY): "passkey_noted",
    (Act.FAILED_SIGN_IN, ISSUER): "issuer_noted",
}


def note_refused(way: str, *, proven: bool = False, **whose: object) -> None:
    """Record a refusal. `proven`: the credentials were right, so the account itself is the reason.

    `whose`: how to look up the account, by `email` or `pk`; there may be none.
    """
    _hand_over(partial(_refused, way, proven, whose))


def note_blocked(way: str, **whose: object) -> None:
    """Record that somebody tried too often; their input was not checked."""
    _hand_over(partial(_blocked, way, whose))


def _hand_over(job: jobs.Job) -> None:
    if not queue.hand_over_unseen(job):
        log.warning("A refused sign-in was not recorded: %s wait already.", jobs.MOST_WAITING)


def _refused(way: str, proven: bool, whose: dict[str, object]) -> None:
    user = User.objects.filter(**whose).first()
    if user is None:
        return
    if proven and not user.is_active:
        _write(user, Act.BLOCKED_SIGN_IN, INACTIVE)
    else:
        _write(user, Act.FAILED_SIGN_IN, way)


def _blocked(way: str, whose: dict[str, object]) -> None:
    user = User.objects.filter(**whose).first()
    if user:
        _write(user, Act.BLOCKED_SIGN_IN, way if way == CONFIRM else PASSWORD)


def _write(user: User, act: Act, state: str) -> None:
    mark = MARKS.get((act, state))
    with transaction.atomic():
        for one in brands_of(user):
            if not mark or _is_first(one, mark):
                record(Stranger(one.brand), act, about=str(user), state=state)


def _is_first(member: Membership, mark: str) -> bool:
    """Whether none was noted for a while: of several at once, the database lets one through."""
    now = timezone.now()
    ahead = Q(**{f"{mark}__gt": now + timedelta(seconds=clocks.SKEW)})  # a clock was set back
    free = Q(**{mark: None}) | Q(**{f"{mark}__lte": now - EACH}) | ahead
    return bool(Membership.objects.filter(free, pk=member.pk).update(**{mark: now}))


def _log(failure: Exception) -> None:
    """Log the failure without its own text, which may hold the address."""
    if subject := outages.subject_of(failure):
        outages.log_outage(subject, failure)
        return
    log.error("A refused sign-in was not recorded: %s", type(failure).__name__)


queue = jobs.Queue("sign-ins", 1, _log)
