"""One function per act: record the attempt, call Popsell, record the outcome.

The attempt is committed before the call and no transaction is open during it, so that whatever
happens to the call, or to this process, the trail says that it was tried.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from inbox import context
from inbox.models import Act, Activity, Membership, Outcome
from inbox.popsell import client
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Message
from inbox.tokens import Claim

IN_PROGRESS = timedelta(seconds=30)
"""How long an act without an outcome counts as on its way; after that its process has died."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an act that was not refused.

    `message`: the message Popsell says is now read; None where nothing was sent because the same act
    was done before or is on its way. `failure`: why the outcome is unknown, None where it is known.
    """

    message: Message | None = None
    failure: PopsellError | None = None


def mark_read(member: Membership, claim: Claim) -> Result:
    """Mark the chatroom's last message as read for the ambassador's own side, once.

    Raises PopsellError where Popsell refused or was never reached: nothing was done then.
    """
    activity = _begin(member, claim, Act.READ)
    if activity is None:
        return Result()
    try:
        message = client.mark_read(claim.brand, claim.chatroom, claim.participant)
    except PopsellError as failure:
        _finish(activity, Outcome.UNKNOWN if failure.may_have_arrived else Outcome.REFUSED)
        if failure.may_have_arrived:
            return Result(failure=failure)
        raise
    _finish(activity, Outcome.DONE, message.id)
    return Result(message=message)


def last_finished(brand_id: int, ambassador_id: int) -> str:
    """When the newest act on this inbox finished: what was read before it is out of date."""
    acts = Activity.objects.filter(brand=brand_id, ambassador=ambassador_id)
    newest = acts.aggregate(newest=Max("finished"))["newest"]
    return newest.isoformat() if newest else ""


def _begin(member: Membership, claim: Claim, act: Act) -> Activity | None:
    """The committed attempt, or None where the same act is done or in progress."""
    same = Activity.objects.filter(
        brand=claim.brand,
        act=act,
        chatroom=claim.chatroom,
        participant=claim.participant,
        message_shown=claim.message_shown,
    )
    now = timezone.now()
    same.filter(outcome=Outcome.SENT, started__lt=now - IN_PROGRESS).update(
        outcome=Outcome.UNKNOWN, finished=now
    )
    attempt = Activity(
        member=member,
        member_name=member.user.name or member.user.email,
        member_role=member.role,
        brand=member.brand,
        act=act,
        ambassador=claim.ambassador,
        chatroom=claim.chatroom,
        participant=claim.participant,
        message_shown=claim.message_shown,
        started=now,
        request_id=context.current().request_id,
    )
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError:
        return None
    return attempt


def _finish(activity: Activity, outcome: Outcome, message_answered: int | None = None) -> None:
    """Give the attempt its outcome, unless half a minute passed and it was given up meanwhile."""
    activity.outcome, activity.finished = outcome, timezone.now()
    activity.message_answered = message_answered
    activity.save(update_fields=["outcome", "finished", "message_answered"])
