"""Claims a conversation for a member, releases it, and hands it over. Popsell is not told."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from inbox.activity import recording
from inbox.chatrooms import holds, notes, reviewing
from inbox.chatrooms.holds import Held
from inbox.chatrooms.reviewing import about
from inbox.chatrooms.tokens import Target
from inbox.models import Act, Hold, Membership
from inbox.models.holds import LASTS

JUST_NOW = timedelta(seconds=30)
"""A second press of so soon means the first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The member's hold, and the name of the colleague it was taken from, empty for nobody."""

    hold: Hold
    taken_from: str = ""


def claim(member: Membership, target: Target, *, taken_from: int = 0) -> Claimed:
    """Let the member have the conversation. What is their own already lasts anew.

    `taken_from`: the colleague whose hold they saw and end. Raises Held where another one has it.
    """
    with transaction.atomic():
        notes.lock(member.pk)
        hold, is_new = _lock(member, target)
        if not is_new and hold.ended is None and hold.member_id == member.pk:
            return Claimed(_go_on(hold, member, target))
        holder = "" if is_new or not hold.stands else hold.member_name
        if holder and hold.member_id != taken_from:
            raise Held(member, target, hold)
        act = Act.TAKE_OVER if holder else Act.HOLD
        _give(hold, member, target)
        hold.activity = recording.record(member, act, **about(target), about=holder)
        hold.save()
        return Claimed(hold, holder)


def _go_on(hold: Hold, member: Membership, target: Target) -> Hold:
    """Let the member's own last anew, also where it ran out: who handed it over is still told."""
    if not hold.stands:
        hold.activity = recording.record(member, Act.HOLD, **about(target))
    hold.until = timezone.now() + LASTS
    hold.save(update_fields=["until", "activity"])
    return hold


def release(member: Membership, target: Target) -> bool:
    """Let go of the conversation; false where nobody has it. Raises Held where a colleague has it."""
    with transaction.atomic():
        notes.lock(member.pk)
        hold = holds.heed(member, target) or _left_over(member, target)
        if hold is None:
            return False
        hold.ended = timezone.now()
        hold.save(update_fields=["ended"])
        recording.record(member, Act.RELEASE, **about(target))
    return True


def hand_over(member: Membership, target: Target, to: Membership, note: str) -> Hold:
    """Let a colleague have the conversation, with a note for the team. Two presses do it once.

    Raises Held where another colleague has it.
    """
    with transaction.atomic():
        notes.lock(member.pk)
        hold, is_new = _lock(member, target)
        if not is_new and _is_same(hold, member, to, note):
            return hold
        if hold.stands and hold.member_id != member.pk:
            raise Held(member, target, hold)
        _give(hold, to, target)
        hold.given_by = str(member.user)
        hold.note = reviewing.keep_note(member, target, note) if note else None
        name = str(to.user)
        hold.activity = recording.record(member, Act.HAND_OVER, **about(target), about=name)
        hold.save()
        return hold


def _lock(member: Membership, target: Target) -> tuple[Hold, bool]:
    """The chatroom's row, and whether it is new. Nobody else changes it until the transaction ends."""
    fresh = {
        "member": member,
        "member_name": str(member.user),
        "ambassador": target.ambassador,
        "until": timezone.now() + LASTS,
    }
    return Hold.objects.select_for_update().get_or_create(
        brand_id=target.brand, chatroom=target.chatroom, defaults=fresh
    )


def _give(hold: Hold, to: Membership, target: Target) -> None:
    hold.member, hold.member_name = to, str(to.user)
    hold.ambassador = target.ambassador
    hold.since = timezone.now()
    hold.until = hold.since + LASTS
    hold.given_by, hold.note = "", None
    hold.ended, hold.ended_with = None, None


def _is_same(hold: Hold, member: Membership, to: Membership, note: str) -> bool:
    """Whether the member handed it over so just now, and it stands."""
    record, said = hold.activity, hold.note.text if hold.note else ""
    is_recent = hold.stands and hold.since > timezone.now() - JUST_NOW
    is_theirs = record is not None and record.member_id == member.pk
    return is_recent and is_theirs and (hold.member_id, said) == (to.pk, note)


def _left_over(member: Membership, target: Target) -> Hold | None:
    """What was handed to the member, ran out, and still waits for them."""
    own = Hold.objects.select_for_update().filter(member=member, chatroom=target.chatroom)
    return own.filter(Hold.waiting()).first()
