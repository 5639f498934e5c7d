"""The trail's records: attempts and their outcomes, what is done with them, and viewings."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from inbox import context
from inbox.activity import digests
from inbox.activity.digests import Fit
from inbox.models import Act, Activity, Brand, Membership, Outcome

log = logging.getLogger(__name__)

NOTED = "noted"
SETTLED = ("outcome", "finished", "message_answered", "digest")  # what an outcome changes


@dataclass(frozen=True, slots=True)
class Operator:
    """An actor without a membership: an operator by name, or the command they ran."""

    name: str
    brand: Brand


@dataclass(frozen=True, slots=True)
class Stranger:
    """An unknown actor from outside the brand."""

    brand: Brand
    name: str = ""


def entry(
    by: Membership | Operator | Stranger,
    act: Act,
    *,
    outcome: Outcome = Outcome.SENT,
    started: datetime | None = None,
    **about: Any,
) -> Activity:
    """A record of the trail, signed and not yet saved: who did what, when, in which request.

    `about`: the fields that say what it concerns. A record with an outcome is finished as it starts.
    """
    at = started or timezone.now()
    member = by if isinstance(by, Membership) else None
    made = Activity(
        member=member,
        member_name=str(by.user) if isinstance(by, Membership) else by.name,
        member_role=member.role if member else "",
        brand=by.brand,
        act=act,
        outcome=outcome,
        started=at,
        finished=None if outcome == Outcome.SENT else at,
        request_id=context.current().request_id,
        **about,
    )
    made.digest = digests.sign(made)
    return made


def record(by: Membership | Operator | Stranger, act: Act, **about: Any) -> Activity:
    """Record an act that is complete with this record: one without a call to Popsell."""
    made = entry(by, act, outcome=Outcome.DONE, **about)
    made.save(force_insert=True)
    return made


def view(member: Membership, ambassador: int, chatroom: int) -> None:
    """Note that the member is about to see a conversation; the database keeps one an hour.

    Raises DatabaseError where that can't be kept: then show nothing.
    """
    now = timezone.now()
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    place = {"ambassador": ambassador, "chatroom": chatroom, "state": hour}
    viewing = entry(member, Act.VIEW, outcome=Outcome.DONE, started=now, **place)
    Activity.objects.bulk_create([viewing], ignore_conflicts=True)


def finish(activity: Activity, outcome: Outcome, message_answered: int | None = None) -> None:
    """Give the attempt its outcome, unless it was given up after half a minute."""
    note_outcome(outcome)
    if not _settle(activity, outcome, message_answered=message_answered):
        log.error("What came of an act is known too late to be noted: it is sealed as unknown.")
    now = context.current()
    if now.act == outcome == Outcome.DONE:
        now.act = NOTED


def give_up(left: Activity) -> None:
    """Note that an act's outcome is unknown, unless its process notes one just now.

    A record that does not fit its digest gets no new one: that would vouch for tampering.
    """
    _settle(left, Outcome.UNKNOWN, only=Outcome.SENT, signed=digests.fit(left) == Fit.FITS)


def _settle(
    activity: Activity,
    outcome: Outcome,
    *,
    message_answered: int | None = None,
    only: Outcome | None = None,
    signed: bool = True,
) -> bool:
    """Give it an outcome and the digest that goes with it; false where it may have none any more.

    `only`: where it still has this outcome. `signed`: with a digest that goes with it.
    """
    activity.outcome, activity.finished = outcome, timezone.now()
    activity.message_answered = message_answered
    if signed:
        activity.digest = digests.sign(activity)
    found = Activity.objects.filter(pk=activity.pk, sealed_in=None)
    now = {name: getattr(activity, name) for name in SETTLED}
    return bool((found.filter(outcome=only) if only else found).update(**now))


def note_outcome(outcome: Outcome) -> None:
    """Keep the outcome in the context, for when the database can't note it any more."""
    now = context.current()
    now.act = now.act or outcome
