"""Notes for the team, and members' unfinished drafts. Popsell is told of neither.

The draft of a note lies here and not in the browser, which keeps no written text.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.models import Membership, Note, NoteDraft, Review, User
from inbox.text import spelling

LONGEST = 2000  # characters of a note
LONGEST_DRAFT = 10_000  # and of one that is not finished
KEPT_FOR = timedelta(days=7)
VERSION_KEPT_FOR = timedelta(days=365)  # no page stays open longer
SHOWN = 20  # the newest; a click shows the rest of a page
PAGE = 50


class TooLong(BadRequest):
    """The text is longer than a note may be."""


class SessionEndedError(Exception):
    """The person signed out meanwhile: their drafts are gone, and stay so."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`version`: what a save must name, 0 before the first."""

    text: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A page's knowledge of a draft: its version. `before`: a text it saved without an answer yet."""

    version: int = 0
    before: str | None = None

    def fits(self, kept: NoteDraft) -> bool:
        """Whether the draft is still as the page knows it."""
        if kept.version == self.version:
            return True
        return self.before is not None and (kept.version, kept.text) == (
            self.version + 1,
            self.before,
        )


@dataclass(frozen=True, slots=True)
class Thread:
    """The newest notes on a chatroom, newest first. `older`: how many more there are."""

    newest: tuple[Note, ...]
    earlier: tuple[Note, ...]
    older: int


# Notes


def plain(text: str) -> str:
    """The text as it is kept: one kind of line end, no characters that PostgreSQL refuses."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def clean(text: str) -> str:
    """The note in what was sent, empty where there is none. Raises TooLong."""
    note = plain(text).strip()
    if not spelling.has_visible(note):
        return ""
    if len(note) > LONGEST:
        over = len(note) - LONGEST
        message = _("A note has at most 2,000 characters.") + " "
        message += ngettext("%(n)s is too many.", "%(n)s are too many.", over) % {"n": over}
        raise TooLong(message)
    return note


def write(member: Membership, chatroom: int, text: str, review: Review | None = None) -> Note:
    return Note.objects.create(
        brand=member.brand,
        chatroom=chatroom,
        member=member,
        member_name=str(member.user),
        text=text,
        review=review,
    )


def standing(brand_id: int) -> QuerySet[Note]:
    """The notes of a brand that are shown, newest first."""
    return of_all_standing().filter(brand=brand_id).order_by("-id")


def of_all_standing() -> QuerySet[Note]:
    """As `standing`, of all brands, in no order."""
    return Note.objects.filter(taken_back=None).exclude(text="")


def of_chatroom(brand_id: int, chatroom: int) -> Thread:
    held = all_of(brand_id, chatroom)
    first = tuple(held[: PAGE + 1])
    older = held.count() - PAGE if len(first) > PAGE else 0
    return Thread(first[:SHOWN], first[SHOWN:PAGE], older)


def all_of(brand_id: int, chatroom: int) -> QuerySet[Note]:
    return standing(brand_id).filter(chatroom=chatroom)


def page_of(held: QuerySet[Note], note: int) -> int:
    """The page on which this note is."""
    return held.filter(pk__gt=note).count() // PAGE + 1


def take_back(review: Review, member: Membership) -> bool:
    """Take back the notes that came with the member's own review, and let them go on writing.

    The text is their draft again. Where they have begun another the note stays as it is, or it would
    be lost. Tells whether one stays.
    """
    notes = Note.objects.filter(review=review, member=member, taken_back=None).exclude(text="")
    stays = False
    for note in notes.select_for_update():
        draft = _lock(member, note.chatroom)
        if draft.text:
            stays = True
            continue
        note.taken_back = timezone.now()
        note.save(update_fields=["taken_back"])
        _put(draft, note.text)
    return stays


# Drafts


def draft_of(member: Membership, chatroom: int) -> Draft:
    """The member's unfinished note; nothing where it is too old."""
    found = NoteDraft.objects.filter(member=member, chatroom=chatroom).first()
    if found is None:
        return Draft()
    return Draft(found.text if found.saved > _limit() else "", found.version)


def save_draft(
    member: Membership, chatroom: int, text: str, known: Known, session: str
) -> Draft | None:
    """Keep the text, where the draft is still as the page knows it; None where it is not.

    Saving the same text again changes nothing. `session`: the key of the one that saves.
    Raises SessionEndedError.
    """
    with transaction.atomic():
        kept = _lock(member, chatroom)
        if not Session.objects.filter(session_key=session).exists():
            raise SessionEndedError
        if kept.text != text:
            if not known.fits(kept):
                return None
            _put(kept, text)
        empty(old_drafts().filter(member=member))
    return Draft(kept.text, kept.version)


def spend_draft(member: Membership, chatroom: int, note: str, known: Known) -> None:
    """Empty the draft that became a note. What another window holds stays.

    The version rises with it, so that a save that comes late is refused.
    """
    if not note and not draft_of(member, chatroom).text:
        return
    kept = _lock(member, chatroom)
    if known.fits(kept) or kept.text.strip() == note:
        _put(kept, "")


def forget_drafts(user: User) -> None:
    """Empty all drafts of the person, once the saves that are under way are done."""
    with transaction.atomic():
        lock(*Membership.objects.filter(user=user).order_by("pk").values_list("pk", flat=True))
        empty(NoteDraft.objects.filter(member__user=user))


def forget_if_signed_out(user: User) -> None:
    """Empty the person's drafts if they are signed in nowhere now."""
    keys = UserSession.objects.filter(user=user)
    live = Session.objects.filter(expire_date__gt=timezone.now())
    if not live.filter(session_key__in=keys.values("session_key")).exists():
        forget_drafts(user)


def empty(drafts: QuerySet[NoteDraft]) -> int:
    """Drop the texts; how many. The versions stay: a page can still save what it shows."""
    return drafts.exclude(text="").update(text="")


def old_drafts() -> QuerySet[NoteDraft]:
    return NoteDraft.objects.filter(saved__lte=_limit()).exclude(text="")


def old_versions() -> QuerySet[NoteDraft]:
    """Drafts that no open page can know any more."""
    return NoteDraft.objects.filter(text="", saved__lte=timezone.now() - VERSION_KEPT_FOR)


def lock(*members: int) -> None:
    """Keep others from writing these members' notes and drafts until the transaction ends.

    It comes before any lock on a draft, or two would wait for each other. What only refers to a member
    goes on.
    """
    held = Membership.objects.select_for_update(no_key=True).filter(pk__in=members)
    list(held.order_by("pk").values_list("pk"))


def _limit() -> datetime:
    return timezone.now() - KEPT_FOR


def _lock(member: Membership, chatroom: int) -> NoteDraft:
    """The draft, which nobody else changes until the transaction ends."""
    lock(member.pk)
    drafts = NoteDraft.objects.select_for_update()
    kept, _made = drafts.get_or_create(member=member, chatroom=chatroom)
    if kept.saved <= _limit():
        kept.text = ""
    return kept


def _put(kept: NoteDraft, text: str) -> None:
    kept.text, kept.version, kept.saved = text, kept.version + 1, timezone.now()
    kept.save(update_fields=["text", "version", "saved"])
