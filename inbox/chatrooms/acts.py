"""One function per act: record the attempt, call Popsell, record the outcome.

The attempt is committed before the call and no transaction is open during it, so that whatever
happens to the call, or to this process, the trail says that it was tried.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from time import monotonic

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from inbox import context
from inbox.activity import digests, recording
from inbox.chatrooms import notes
from inbox.chatrooms.notes import Known
from inbox.chatrooms.tokens import Claim
from inbox.models import ON_POPSELL, Act, Activity, ChatroomFlag, Membership, Note, Outcome, Review
from inbox.popsell import budget, client
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Flag, Message
from inbox.process import late

BEGIN_SHARE = 0.5  # of the deadline: an act that begins later might not end in time
ACT_CALLS = 2  # to do it, and to read what is so now
NOTHING = Known()  # of a draft: there is none
IN_PROGRESS = timedelta(seconds=30)
"""How long an act without an outcome counts as on its way; after that its process has died."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an act that was not refused.

    `message`: the message Popsell says is now read; None where nothing was sent because the same act
    was done before or is on its way. `failure`: why the outcome is unknown, None where it is known.
    `sent`: false where nothing was sent. `activity`: the record of a change that is done.
    """

    message: Message | None = None
    failure: PopsellError | None = None
    sent: bool = True
    activity: Activity | None = None


def mark_read(member: Membership, claim: Claim) -> Result:
    """Mark the chatroom's last message as read for the ambassador's own side, once.

    Raises PopsellError where Popsell refused or was never reached: nothing was done then.
    """
    activity = _begin(member, claim, Act.READ)
    if activity is None:
        return Result(sent=False)
    try:
        message = client.mark_read(claim.brand, claim.chatroom, claim.participant)
    except PopsellError as failure:
        return _not_done(activity, failure)
    late.insist(
        partial(recording.finish, activity, Outcome.DONE, message.id), _last_moment(activity)
    )
    return Result(message=message)


CHANGES: dict[tuple[Act, str], Callable[[Claim], object]] = {
    (Act.ARCHIVE, "on"): lambda on: client.archive(*_side(on), archive=True),
    (Act.ARCHIVE, "off"): lambda on: client.archive(*_side(on), archive=False),
    (Act.BLOCK, "on"): lambda on: client.block(*_side(on), is_blocked=True),
    (Act.BLOCK, "off"): lambda on: client.block(*_side(on), is_blocked=False),
    (Act.FLAG, "1"): lambda on: client.flag(*_side(on), flag=Flag.TO_DO),
    (Act.FLAG, "2"): lambda on: client.flag(*_side(on), flag=Flag.DONE),
    (Act.FLAG, "none"): lambda on: client.flag(*_side(on), flag=None),
}
"""What can be changed for the own side, by act and the state that is asked for."""


def last_change(claim: Claim, act: Act) -> int:
    """The number of the last such change that is done for the own side; 0 before the first."""
    done = _of_side(claim, act).filter(outcome=Outcome.DONE)
    newest: int | None = done.aggregate(newest=Max("id"))["newest"]
    return newest or 0


def change(
    member: Membership, claim: Claim, act: Act, state: str, since: int, *, alone: bool = False
) -> Result:
    """Put the own side's archive, block or flag into a state of `CHANGES`.

    `since`: its `last_change` before it was seen not to be so; what was done after that is not done
    again. `alone`: nothing is done where the side was changed since, into whichever state.

    Raises as `mark_read`. The flag is kept as last known, since Popsell never tells it.
    """
    activity = _begin(member, claim, act, state, since, alone=alone)
    if activity is None:
        return Result(sent=False)
    try:
        CHANGES[act, state](claim)
    except PopsellError as failure:
        return _not_done(activity, failure)
    late.insist(partial(_is_changed, activity, claim), _last_moment(activity))
    return Result(activity=activity)


def _is_changed(activity: Activity, claim: Claim) -> None:
    """Note that a change is done, and a flag with it, since Popsell never tells it."""
    recording.note_outcome(Outcome.DONE)
    with transaction.atomic():
        recording.finish(activity, Outcome.DONE)
        if activity.act == Act.FLAG:
            _keep_flag(activity, claim, None if activity.state == "none" else int(activity.state))


def _not_done(activity: Activity, failure: PopsellError) -> Result:
    """What came of an act that failed. Raises the failure where nothing was done."""
    outcome = Outcome.UNKNOWN if failure.may_have_arrived else Outcome.REFUSED
    late.insist(partial(recording.finish, activity, outcome), _last_moment(activity))
    if not failure.may_have_arrived:
        raise failure
    return Result(failure=failure)


def _last_moment(activity: Activity) -> datetime:
    """Until when an outcome may still be noted: then another act may give this one up."""
    return activity.started + IN_PROGRESS


def review(member: Membership, claim: Claim, note: str = "", draft: Known = NOTHING) -> Review:
    """Note that the member has read the chatroom up to the message shown. Popsell is not told.

    `draft`: as the page knows the one that `note` was. Pressed twice it is one, so that one undo
    takes it back.
    """
    with transaction.atomic():
        notes.lock(member.pk)  # the second waits for the first
        notes.spend_draft(member, claim.chatroom, note, draft)
        if pressed := _same_review(member, claim, note):
            return pressed
        made = Review.objects.create(
            brand=member.brand,
            chatroom=claim.chatroom,
            message=claim.message_shown,
            member=member,
            member_name=str(member.user),
            activity=recording.record(member, Act.REVIEW, **_about(claim)),
        )
        if note:
            _keep_note(member, claim, note, made)
        return made


def _same_review(member: Membership, claim: Claim, note: str) -> Review | None:
    """The member's own with the same note, where it is their newest or was made a moment ago."""
    held = _reviews(claim).filter(member=member)  # others may review in between
    newest = held.first()
    same = held.filter(message=claim.message_shown)
    same = same.filter(notes__text=note) if note else same.filter(notes=None)
    just_now = Q(reviewed__gt=timezone.now() - IN_PROGRESS)  # so may the member, in another window
    return same.filter(just_now | Q(pk=newest.pk)).first() if newest else None


def write_note(member: Membership, claim: Claim, note: str, draft: Known = NOTHING) -> Note:
    """Leave a note for the team without a review. Pressed twice it is one."""
    with transaction.atomic():
        notes.lock(member.pk)
        notes.spend_draft(member, claim.chatroom, note, draft)
        own = notes.standing(claim.brand).filter(chatroom=claim.chatroom, member=member)
        just_now = own.filter(review=None, written__gt=timezone.now() - IN_PROGRESS)
        return just_now.filter(text=note).first() or _keep_note(member, claim, note)


def _keep_note(member: Membership, claim: Claim, note: str, review: Review | None = None) -> Note:
    kept = notes.write(member, claim.chatroom, note, review)
    recording.record(member, Act.NOTE, **_about(claim), state=str(kept.pk))
    return kept


class Undone(StrEnum):
    """What came of taking a review back; each is a word of the toasts."""

    DONE = "review undone"
    NOTE_STAYS = "review undone, note stays"
    NOT_NEWEST = "no review"


def undo_review(member: Membership, claim: Claim, review: int) -> Undone:
    """Take back this review, by any member, where it is the chatroom's newest that holds.

    A note that came with the member's own goes with it, and is their draft again, unless they have
    begun another.
    """
    with transaction.atomic():
        notes.lock(member.pk)
        newest = _reviews(claim).select_for_update().first()
        if newest is None or review != newest.pk:
            return Undone.NOT_NEWEST
        newest.undone, newest.undone_by = timezone.now(), str(member.user)
        newest.save(update_fields=["undone", "undone_by"])
        stays = notes.take_back(newest, member)
        recording.record(member, Act.UNDO_REVIEW, **_about(claim))
    return Undone.NOTE_STAYS if stays else Undone.DONE


def _reviews(claim: Claim) -> QuerySet[Review]:
    """The reviews of the chatroom that hold, newest first."""
    held = Review.objects.filter(brand=claim.brand, chatroom=claim.chatroom, undone=None)
    return held.order_by("-id")


def _about(claim: Claim) -> dict[str, int | None]:
    """What a review is of: its own side may not be known, nor its last message."""
    return {
        "ambassador": claim.ambassador,
        "chatroom": claim.chatroom,
        "participant": claim.participant or None,
        "message_shown": claim.message_shown or None,
    }


def _side(claim: Claim) -> tuple[int, int, int]:
    return claim.brand, claim.chatroom, claim.participant


def _keep_flag(activity: Activity, claim: Claim, flag: int | None) -> None:
    ChatroomFlag.objects.update_or_create(
        brand=activity.brand,
        chatroom=claim.chatroom,
        participant=claim.participant,
        defaults={
            "flag": flag,
            "member_name": activity.member_name,
            "flagged": activity.finished or activity.started,
        },
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """One of several acts: what came of it, why Popsell refused it, or neither where time was up."""

    claim: Claim
    result: Result | None = None
    failure: PopsellError | None = None

    @property
    def is_done(self) -> bool:
        return self.result is not None and self.result.failure is None


def mark_many_read(member: Membership, claims: Sequence[Claim]) -> list[Tried]:
    """As `mark_read`, one after the other, until the request's time for Popsell is nearly up."""
    ends = context.deadline(BEGIN_SHARE)
    with context.by_itself():  # what is left of the person's calls is for reading the list again
        return [_tried(member, claim) if monotonic() < ends else Tried(claim) for claim in claims]


def _tried(member: Membership, claim: Claim) -> Tried:
    try:
        result = mark_read(member, claim)
    except PopsellError as failure:
        return Tried(claim, failure=failure)
    return Tried(claim, result, result.failure)


def last_finished(brand_id: int, ambassador_id: int) -> str:
    """When the newest act on this inbox finished: what was read before it is out of date."""
    acts = Activity.objects.filter(brand=brand_id, ambassador=ambassador_id, act__in=ON_POPSELL)
    newest = acts.aggregate(newest=Max("finished"))["newest"]
    return newest.isoformat() if newest else ""


def _of_side(claim: Claim, act: Act) -> QuerySet[Activity]:
    return Activity.objects.filter(
        brand=claim.brand, act=act, chatroom=claim.chatroom, participant=claim.participant
    )


def _begin(
    member: Membership,
    claim: Claim,
    act: Act,
    state: str = "",
    since: int | None = None,
    *,
    alone: bool = False,
) -> Activity | None:
    """The committed attempt, or None where the same act is done (reading: ever, else: since that
    change) or in progress. `alone`: as `change` has it.

    Raises OverBudget, before anything is noted, where it could not be sent.
    """
    budget.require(ACT_CALLS)
    same = _of_side(claim, act)
    if act == Act.READ:
        same = same.filter(message_shown=claim.message_shown)
    now = timezone.now()
    for left in same.filter(outcome=Outcome.SENT, started__lt=now - IN_PROGRESS):
        recording.give_up(left)
    attempt = Activity(
        member=member,
        member_name=str(member.user),
        member_role=member.role,
        brand=member.brand,
        act=act,
        ambassador=claim.ambassador,
        chatroom=claim.chatroom,
        participant=claim.participant,
        message_shown=claim.message_shown,
        state=state,
        started=now,
        request_id=context.current().request_id,
    )
    attempt.digest = digests.sign(attempt)
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
            # By number and not by time: an act's time of finishing is taken before it is committed.
            done = same.filter(outcome=Outcome.DONE)
            done = done if alone else done.filter(state=state)
            if since is not None and done.filter(pk__gt=since).exists():
                transaction.set_rollback(True)
                return None
    except IntegrityError:
        return None
    told = context.current()
    told.act = Outcome.UNKNOWN if told.act else ""
    return attempt
