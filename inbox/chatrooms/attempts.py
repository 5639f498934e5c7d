"""Records acts at Popsell in the trail: an attempt before the call, its outcome after it.

The attempt is committed before the call, and no transaction is open during it. So the trail shows the
attempt even if the call or this process fails.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Max, QuerySet
from django.utils import timezone

from inbox import context
from inbox.activity import recording
from inbox.chatrooms import holds
from inbox.chatrooms.tokens import Target
from inbox.models import ON_POPSELL, Act, Activity, IndexedChatroom, Membership, Outcome
from inbox.popsell import budget
from inbox.popsell.codes import Flag
from inbox.popsell.errors import PopsellError
from inbox.prepared import Param, Prepared
from inbox.process import late

CALLS = 2  # to do it, and to read the state after it
IN_PROGRESS = timedelta(seconds=30)
"""How long an act without an outcome counts as on its way; after that its process has died."""


def begin(
    member: Membership,
    target: Target,
    act: Act,
    state: str = "",
    since: int | None = None,
    *,
    alone: bool = False,
) -> Activity | None:
    """Commit the attempt; returns None where the same act is in progress, or done already.

    Reading counts as done for ever, a change since the one of number `since`. `alone`: a change into
    any state counts. Raises OverBudget, before noting anything, where it could not be sent, and Held
    where a colleague has the conversation.
    """
    budget.require(CALLS)
    same = of_side(target, act)
    if act == Act.READ:
        same = same.filter(message_shown=target.message_shown)
    now = timezone.now()
    for left in same.filter(outcome=Outcome.SENT, started__lt=now - IN_PROGRESS):
        recording.give_up(left)
    attempt = recording.entry(
        member,
        act,
        started=now,
        ambassador=target.ambassador,
        chatroom=target.chatroom,
        participant=target.participant,
        message_shown=target.message_shown,
        state=state,
    )
    try:
        with transaction.atomic():
            holds.heed(member, target)
            attempt.save(force_insert=True)
            # By number and not by time: an act's time of finishing is taken before it is committed.
            done = same.filter(outcome=Outcome.DONE)
            done = done if alone else done.filter(state=state)
            if since is not None and done.filter(pk__gt=since).exists():
                transaction.set_rollback(True)
                return None
    except IntegrityError:
        return None
    request = context.current()
    request.act = Outcome.UNKNOWN if request.act else ""
    return attempt


def note_failure(attempt: Activity, failure: PopsellError) -> None:
    """Give it the outcome that goes with the failure. Raises the failure where nothing was done."""
    outcome = Outcome.UNKNOWN if failure.may_have_arrived else Outcome.REFUSED
    late.insist(partial(recording.finish, attempt, outcome), last_moment(attempt))
    if not failure.may_have_arrived:
        raise failure


def last_moment(attempt: Activity) -> datetime:
    """The last moment to note an outcome: then another act may give this one up."""
    return attempt.started + IN_PROGRESS


def last_change(target: Target, act: Act) -> int:
    """The number of the last such change that is done for the own side; 0 before the first."""
    done = of_side(target, act).filter(outcome=Outcome.DONE)
    newest: int | None = done.aggregate(newest=Max("id"))["newest"]
    return newest or 0


def was_to_do(row: IndexedChatroom) -> bool:
    """Whether the flag was To do before it was last set here, as far as it was set here."""
    flags = Activity.objects.filter(
        brand=row.brand_id,
        act=Act.FLAG,
        chatroom=row.chatroom,
        participant=row.participant,
        outcome=Outcome.DONE,
    )
    states = list(flags.order_by("-id").values_list("state", flat=True)[:2])
    return states[1:] == [str(int(Flag.TO_DO))]


def last_finished(brand_id: int, ambassador_id: int) -> str:
    """When the newest act on this inbox finished: earlier readings are out of date."""
    newest = _FINISHED.ask(brand=brand_id, ambassador=ambassador_id)
    return newest[0].isoformat() if newest else ""


def _finished() -> QuerySet[Any, Any]:
    number = BigIntegerField()
    of = {"brand": Param("brand", number), "ambassador": Param("ambassador", number)}
    found = Activity.objects.filter(**of, act__in=ON_POPSELL, finished__isnull=False)
    return found.order_by("-finished").values_list("finished", flat=True)[:1]


_FINISHED = Prepared(_finished)


def of_side(target: Target, act: Act) -> QuerySet[Activity]:
    """The records of this act on the target's own side."""
    return Activity.objects.filter(
        brand=target.brand, act=act, chatroom=target.chatroom, participant=target.participant
    )
