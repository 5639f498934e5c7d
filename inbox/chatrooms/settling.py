"""That a conversation needs no answer: it ends a wait, and Popsell is not told of it."""

from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.activity import recording
from inbox.chatrooms import holds, index, notes
from inbox.chatrooms.reviewing import about
from inbox.chatrooms.tokens import Target
from inbox.models import Act, Membership, NoAnswerNeeded


def settle(member: Membership, target: Target) -> NoAnswerNeeded:
    """Note that the chatroom needs no answer up to the message shown, unless somebody did already.

    Raises BadRequest where no message was shown.
    """
    if not target.message_shown:
        raise BadRequest(_("There is no message that could need an answer."))
    with transaction.atomic():
        notes.lock(member.pk)  # two presses make one
        holds.heed(member, target)
        known = _held(target).first()
        if known and known.message >= target.message_shown:
            return known
        record = recording.record(member, Act.NO_ANSWER, **about(target))
        made = NoAnswerNeeded.objects.create(
            brand=member.brand,
            chatroom=target.chatroom,
            message=target.message_shown,
            member=member,
            member_name=str(member.user),
            activity=record,
        )
        index.after_word(target.brand, target.chatroom)
        holds.end_where_done(member, target, record)
        return made


def take_back(member: Membership, target: Target, settled: NoAnswerNeeded) -> bool:
    """Take back this word, by any member, where it is the chatroom's newest that holds.

    The wait that it ended is back. False where it is not the newest.
    """
    with transaction.atomic():
        notes.lock(member.pk)
        holds.heed(member, target)
        newest = _held(target).select_for_update().first()
        if newest is None or newest.pk != settled.pk:
            return False
        newest.undone, newest.undone_by = timezone.now(), str(member.user)
        newest.save(update_fields=["undone", "undone_by"])
        recording.record(member, Act.UNDO_NO_ANSWER, **about(target))
        index.after_word(target.brand, target.chatroom)
        holds.bring_back(member, newest.activity)
    return True


def _held(target: Target) -> QuerySet[NoAnswerNeeded]:
    """What holds of the chatroom, the newest first."""
    held = NoAnswerNeeded.objects.filter(brand=target.brand, chatroom=target.chatroom, undone=None)
    return held.order_by("-id")
