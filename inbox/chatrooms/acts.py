"""One function per act at Popsell: record the attempt, call Popsell, record the outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from time import monotonic

from django.db import transaction
from django.utils import timezone

from inbox import context
from inbox.activity import recording
from inbox.chatrooms import attempts, index, reading
from inbox.chatrooms.holds import Held
from inbox.chatrooms.tokens import Target
from inbox.models import Act, Activity, ChatroomFlag, Membership, Outcome
from inbox.popsell import client
from inbox.popsell.codes import Flag
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Message
from inbox.process import late

BEGIN_SHARE = 0.5  # of the deadline: an act that begins later might not end in time


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an act that was not refused.

    `message`: the message Popsell says is now read; None where nothing was sent. Nothing is sent where
    the same act was done before or is on its way. `failure`: why the outcome is unknown, None where it
    is known. `sent`: false where nothing was sent. `activity`: the record of a change that is done.
    """

    message: Message | None = None
    failure: PopsellError | None = None
    sent: bool = True
    activity: Activity | None = None


# Read


def mark_read(member: Membership, target: Target) -> Result:
    """Mark the chatroom's last message as read for the ambassador's own side, once.

    Raises PopsellError where Popsell refused or was never reached, and Held where a colleague has the
    conversation: nothing was done then.
    """
    attempt = attempts.begin(member, target, Act.READ)
    if attempt is None:
        return Result(sent=False)
    try:
        message = client.mark_read(target.brand, target.chatroom, target.participant)
    except PopsellError as failure:
        attempts.note_failure(attempt, failure)
        return Result(failure=failure)
    finish = partial(recording.finish, attempt, Outcome.DONE, message.id)
    late.insist(finish, attempts.last_moment(attempt))
    index.after_read(target.brand, target.chatroom, target.participant, message.id)
    return Result(message=message)


@dataclass(frozen=True, slots=True)
class Tried:
    """One of several acts: its result, or why Popsell refused it, or neither where time was up.

    `holder`: the colleague who has the conversation, empty for nobody.
    """

    target: Target
    result: Result | None = None
    failure: PopsellError | None = None
    holder: str = ""

    @property
    def is_done(self) -> bool:
        return self.result is not None and self.result.failure is None


def mark_many_read(member: Membership, targets: Sequence[Target]) -> list[Tried]:
    """As `mark_read`, one after the other, until the request's time for Popsell is nearly up."""
    ends = context.deadline(BEGIN_SHARE)
    with context.by_itself():  # what is left of the person's calls is for reading the list again
        return [_tried(member, one) if monotonic() < ends else Tried(one) for one in targets]


def _tried(member: Membership, target: Target) -> Tried:
    try:
        result = mark_read(member, target)
    except PopsellError as failure:
        return Tried(target, failure=failure)
    except Held as refusal:
        return Tried(target, holder=refusal.hold.member_name)
    return Tried(target, result, result.failure)


# Archive, block, flag


def _side(target: Target) -> tuple[int, int, int]:
    return target.brand, target.chatroom, target.participant


CHANGES: dict[tuple[Act, str], Callable[[Target], object]] = {
    (Act.ARCHIVE, "on"): lambda on: client.archive(*_side(on), archive=True),
    (Act.ARCHIVE, "off"): lambda on: client.archive(*_side(on), archive=False),
    (Act.BLOCK, "on"): lambda on: client.block(*_side(on), is_blocked=True),
    (Act.BLOCK, "off"): lambda on: client.block(*_side(on), is_blocked=False),
    (Act.FLAG, "1"): lambda on: client.flag(*_side(on), flag=Flag.TO_DO),
    (Act.FLAG, "2"): lambda on: client.flag(*_side(on), flag=Flag.DONE),
    (Act.FLAG, "none"): lambda on: client.flag(*_side(on), flag=None),
}
"""The changes of the own side, by act and new state."""


class Came(StrEnum):
    """The result of ensuring a state; the last two are words of the toasts."""

    CHANGED = "changed"
    ALREADY = "already"
    ON_ITS_WAY = "on its way"


@dataclass(frozen=True, slots=True)
class Ensured:
    """`undoes`: the record that can be taken back, where it is known what was so before."""

    came: Came
    undoes: Activity | None = None


def ensure(member: Membership, target: Target, act: Act, state: str) -> Ensured:
    """Bring the own side's archive, block or flag into a state of `CHANGES`, unless it is there.

    Two presses do it once. Raises PopsellError where it is not known to be done.
    """
    since = attempts.last_change(target, act)
    before = _state(member, target, act)
    if before == state:
        return Ensured(Came.ALREADY, _pressed_before(member, target, act, state))
    result = change(member, target, act, state, since)
    if result.failure:
        raise result.failure
    if result.sent:
        # Undo needs a known earlier state. For a flag, the toast says what Undo does.
        is_known = before is not None or act == Act.FLAG
        return Ensured(Came.CHANGED, result.activity if is_known else None)
    if _state(member, target, act) != state:
        return Ensured(Came.ON_ITS_WAY)
    return Ensured(Came.ALREADY, _pressed_before(member, target, act, state))


def change(
    member: Membership, target: Target, act: Act, state: str, since: int, *, alone: bool = False
) -> Result:
    """Put the own side's archive, block or flag into a state of `CHANGES`.

    `since`: its last change before the page showed the other state; a later same change is not
    repeated. `alone`: do nothing where the side was changed since, into any state.

    Raises as `mark_read`. The flag is kept as last known, since Popsell never tells it.
    """
    attempt = attempts.begin(member, target, act, state, since, alone=alone)
    if attempt is None:
        return Result(sent=False)
    try:
        CHANGES[act, state](target)
    except PopsellError as failure:
        attempts.note_failure(attempt, failure)
        return Result(failure=failure)
    late.insist(partial(_note_change, attempt, target), attempts.last_moment(attempt))
    index.after_change(target.brand, target.chatroom, target.participant, act, state)
    return Result(activity=attempt)


def _note_change(attempt: Activity, target: Target) -> None:
    """Note that a change is done, and a flag with it, since Popsell never tells it."""
    recording.note_outcome(Outcome.DONE)
    with transaction.atomic():
        recording.finish(attempt, Outcome.DONE)
        if attempt.act == Act.FLAG:
            _keep_flag(attempt, target, None if attempt.state == "none" else int(attempt.state))


def _keep_flag(attempt: Activity, target: Target, flag: int | None) -> None:
    ChatroomFlag.objects.update_or_create(
        brand=attempt.brand,
        chatroom=target.chatroom,
        participant=target.participant,
        defaults={
            "flag": flag,
            "member_name": attempt.member_name,
            "flagged": attempt.finished or attempt.started,
        },
    )


def _pressed_before(member: Membership, target: Target, act: Act, state: str) -> Activity | None:
    """The member's own act of a moment ago, which is the same where they pressed twice."""
    moment = timezone.now() - attempts.IN_PROGRESS
    newest = Activity.objects.filter(pk=attempts.last_change(target, act), member=member)
    return newest.filter(state=state, finished__gt=moment).first()


def _state(member: Membership, target: Target, act: Act) -> str | None:
    """The present state: the flag as last set here, the rest from Popsell; None where unknown."""
    if act == Act.FLAG:
        return _flag(member, target)
    version = attempts.last_finished(member.brand_id, target.ambassador)
    read = reading.attempt(
        lambda: reading.read_chatroom(member.brand_id, target.chatroom, version=version)
    ).reading
    if read is None or read.failure:
        return None
    pivots = [
        pivot
        for person in read.value.ambassadors
        if person.id == target.participant
        for pivot in person.chatroom_pivot_data
    ]
    values = [pivot.archived if act == Act.ARCHIVE else pivot.is_blocked for pivot in pivots]
    value = values[0] if len(values) == 1 else None
    return None if value is None else ("on" if value else "off")


def _flag(member: Membership, target: Target) -> str | None:
    """The flag as last set here; unknown where another may have arrived since, without an answer."""
    side = {
        "brand": member.brand,
        "chatroom": target.chatroom,
        "participant": target.participant,
    }
    known = ChatroomFlag.objects.filter(**side).first()
    tried = attempts.of_side(target, Act.FLAG).filter(outcome=Outcome.UNKNOWN)
    if known is None or tried.filter(started__gte=known.flagged).exists():
        return None
    return str(known.flag or "none")
