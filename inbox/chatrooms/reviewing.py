"""Reviews and notes: acts that only our own people see. Popsell is told of neither."""

from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.activity import recording
from inbox.chatrooms import holds, index, notes
from inbox.chatrooms.attempts import IN_PROGRESS
from inbox.chatrooms.notes import Known
from inbox.chatrooms.tokens import Target
from inbox.models import Act, Membership, Note, Review

NOTHING = Known()  # of a draft: there is none


def review(member: Membership, target: Target, note: str = "", draft: Known = NOTHING) -> Review:
    """Note that the member has read the chatroom up to the message shown.

    `draft`: as the page knows the one that `note` was. Two presses make one, so one undo takes it back.
    """
    with transaction.atomic():
        notes.lock(member.pk)  # the second waits for the first
        holds.heed(member, target)
        notes.spend_draft(member, target.chatroom, note, draft)
        if pressed := _same_review(member, target, note):
            return pressed
        record = recording.record(member, Act.REVIEW, **about(target))
        made = Review.objects.create(
            brand=member.brand,
            chatroom=target.chatroom,
            message=target.message_shown,
            member=member,
            member_name=str(member.user),
            activity=record,
        )
        if note:
            keep_note(member, target, note, made)
        index.after_word(target.brand, target.chatroom)
        holds.end_where_done(member, target, record)
        return made


def _same_review(member: Membership, target: Target, note: str) -> Review | None:
    """The member's own with the same note, where it is their newest or was made a moment ago."""
    held = _reviews(target).filter(member=member)  # others may review in between
    newest = held.first()
    same = held.filter(message=target.message_shown)
    same = same.filter(notes__text=note) if note else same.filter(notes=None)
    just_now = Q(reviewed__gt=timezone.now() - IN_PROGRESS)  # so may the member, in another window
    return same.filter(just_now | Q(pk=newest.pk)).first() if newest else None


def write_note(member: Membership, target: Target, note: str, draft: Known = NOTHING) -> Note:
    """Leave a note for the team without a review. Pressed twice it is one."""
    with transaction.atomic():
        notes.lock(member.pk)
        holds.renew(member, target)
        notes.spend_draft(member, target.chatroom, note, draft)
        own = notes.standing(target.brand).filter(chatroom=target.chatroom, member=member)
        just_now = own.filter(review=None, written__gt=timezone.now() - IN_PROGRESS)
        return just_now.filter(text=note).first() or keep_note(member, target, note)


def keep_note(member: Membership, target: Target, note: str, review: Review | None = None) -> Note:
    """Keep a note within a transaction, and record that."""
    kept = notes.write(member, target.chatroom, note, review)
    recording.record(member, Act.NOTE, **about(target), state=str(kept.pk))
    return kept


class Undone(StrEnum):
    """The result of taking a review back; each is a word of the toasts."""

    DONE = "review undone"
    NOTE_STAYS = "review undone, note stays"
    NOT_NEWEST = "no review"


def undo_review(member: Membership, target: Target, review: int) -> Undone:
    """Take back this review, by any member, where it is the chatroom's newest that holds.

    A note that came with the member's own review goes too. It becomes their draft again, unless they
    have begun another.
    """
    with transaction.atomic():
        notes.lock(member.pk)
        holds.heed(member, target)
        newest = _reviews(target).select_for_update().first()
        if newest is None or review != newest.pk:
            return Undone.NOT_NEWEST
        newest.undone, newest.undone_by = timezone.now(), str(member.user)
        newest.save(update_fields=["undone", "undone_by"])
        stays = notes.take_back(newest, member)
        recording.record(member, Act.UNDO_REVIEW, **about(target))
        index.after_word(target.brand, target.chatroom)
        holds.bring_back(member, newest.activity)
    return Undone.NOTE_STAYS if stays else Undone.DONE


def _reviews(target: Target) -> QuerySet[Review]:
    """The reviews of the chatroom that hold, newest first."""
    held = Review.objects.filter(brand=target.brand, chatroom=target.chatroom, undone=None)
    return held.order_by("-id")


def about(target: Target) -> dict[str, int | None]:
    """What an act of our own concerns: its own side may be unknown, as may its last message."""
    return {
        "ambassador": target.ambassador,
        "chatroom": target.chatroom,
        "participant": target.participant or None,
        "message_shown": target.message_shown or None,
    }
