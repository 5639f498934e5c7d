"""python manage.py prune_activity [--dry-run] : delete what is older than ACTIVITY_RETENTION_DAYS"""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from inbox.accounts.inviting import COUNTS
from inbox.accounts.session_engine import LENGTH
from inbox.activity import seal_pruning, sealer
from inbox.caches import sweeping
from inbox.chatrooms import figures, index_pruning, leftovers, notes
from inbox.models import Activity, Hold, Invitation, Judgement, NoAnswerNeeded, Note, Review

BATCH = 1000  # rows of a transaction, so that nobody waits for long


class Command(BaseCommand):
    help = (
        "Delete acts and viewings, closed invitations, reviews that were taken back with their notes, "
        "ends of waits and judgements that were, holds that ended, and the desk's own history, where "
        "they are older than "
        "ACTIVITY_RETENTION_DAYS (0: none); sessions that ended; drafts of notes after a week; names "
        "of the index that nobody confirmed for a week, and its old texts; and what is over in the "
        "folder of the cache. "
        "Run it daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        self._bring_over(options)
        for name, old in _old().items():
            if options["dry_run"]:
                self._say(name, old.count(), options)
            elif old.model is Activity:
                self._prune_acts(name, options)
            else:
                self._say(name, _delete(old), options)
        drafts = notes.old_drafts()
        self._say(
            "Drafts of notes",
            drafts.count() if options["dry_run"] else notes.empty(drafts),
            options,
        )
        self._blank_index(options)
        self._sweep(options)

    def _blank_index(self, options: dict[str, Any]) -> None:
        """What the index may keep no longer of names and texts."""
        count = index_pruning.count() if options["dry_run"] else index_pruning.prune()
        self._say("Old names and texts of the index", count, options)

    def _bring_over(self, options: dict[str, Any]) -> None:
        """Before reviews go: some may hold a note that this release knows nothing of."""
        name, dry = "Notes of the release before", options["dry_run"]
        if count := leftovers.count() if dry else leftovers.bring_over():
            self.stdout.write(f"{name}: {count} {'would be ' if dry else ''}brought over.")

    def _prune_acts(self, name: str, options: dict[str, Any]) -> None:
        """As a seal says first, so that nothing else can be taken away unseen."""
        try:
            self._say(name, seal_pruning.prune(_limit(), _delete), options)
        except sealer.BeingSealedError:
            message = "not deleted, since somebody else seals the trail. Run it again."
            self.stdout.write(f"{name}: {message}")

    def _sweep(self, options: dict[str, Any]) -> None:
        """What is over in the folder of the cache, where the cache is one and this user's own."""
        name = "Old files of the cache"
        try:
            self._say(name, sweeping.sweep(only_count=options["dry_run"]), options)
        except OSError as failure:
            self.stdout.write(f"{name}: can't be looked through ({type(failure).__name__}).")

    def _say(self, name: str, count: int, options: dict[str, Any]) -> None:
        verb = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"{name}: {count} {verb}.")


def _old() -> dict[str, QuerySet[Any]]:
    """What is too old, by what it is called. The order matters: a session is listed while it is."""
    days, now = settings.ACTIVITY_RETENTION_DAYS, timezone.now()
    # Shorter keys are plain: the code before digests wrote them, and nobody can use them now.
    sessions = Session.objects.alias(long=Length("session_key"))
    live = sessions.filter(expire_date__gte=now, long=LENGTH).values("session_key")
    ended: dict[str, QuerySet[Any]] = {
        "Devices of sessions that ended": UserSession.objects.exclude(session_key__in=live),
        "Sessions that ended": sessions.filter(Q(expire_date__lt=now) | Q(long__lt=LENGTH)),
        "Versions of drafts": notes.old_versions(),
    }
    if not days:
        return ended
    since = _limit()
    closed = Q(accepted__lt=since) | Q(withdrawn__lt=since) | Q(expires__lt=since)
    return {
        "Acts and viewings": Activity.objects.filter(started__lt=since),
        # Those that still count against what a brand may send stay.
        "Closed invitations": Invitation.objects.filter(closed, invited__lte=now - COUNTS),
        # Before their reviews, which tell how old they are. No page shows them any more.
        "Notes taken back": Note.objects.exclude(taken_back=None).filter(
            Q(taken_back__lt=since) | Q(review__undone__lt=since)
        ),
        "Reviews taken back": Review.objects.filter(undone__lt=since),
        "Ends of waits taken back": NoAnswerNeeded.objects.filter(undone__lt=since),
        "Judgements taken back or changed": Judgement.objects.filter(
            Q(undone__lt=since) | Q(changed__lt=since)
        ),
        "Holds that ended": Hold.objects.filter(
            Q(ended__lt=since) | Q(ended=None, given_by="", until__lt=since)
        ),
        "Facts of the index": figures.old(),
        "The desk's own history": LogEntry.objects.filter(action_time__lt=since),
        **ended,
    }


def _limit() -> datetime:
    """What is older goes. A whole second, as seals know times."""
    days = timedelta(days=settings.ACTIVITY_RETENTION_DAYS)
    return timezone.now().replace(microsecond=0) - days


def _delete(old: QuerySet[Any]) -> int:
    """How many were deleted, batch by batch."""
    deleted, model = 0, old.model
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        model._default_manager.filter(pk__in=keys).only(
            "pk"
        ).delete()  # also rows that can't be read
        deleted += len(keys)
    return deleted
