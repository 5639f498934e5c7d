"""Whether an anomaly is so: asked of each moderator, once for each summary, and changeable.

The newest judgement of a summary that holds decides; any member may have made it. Judged wrong, the
anomaly is no reason any more until another summary comes. Popsell is not told.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import BigIntegerField, Count, DateTimeField, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.activity import recording
from inbox.chatrooms import holds, index, notes
from inbox.chatrooms.reviewing import about
from inbox.chatrooms.tokens import Target
from inbox.display import known
from inbox.models import Act, Judgement, Membership
from inbox.prepared import Param, Prepared
from inbox.trips import Answer, Trip

RECENT = timedelta(days=180)
ENOUGH = 10
"""Below so many judged summaries no rate is told: it would say little."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Of how many judged summaries with an anomaly it was right; each counts once."""

    right: int = 0
    judged: int = 0

    @property
    def words(self) -> str:
        """As plain text, empty where nobody judged one."""
        told = {"right": known(self.right), "judged": known(self.judged)}
        if not self.judged:
            return ""
        if self.judged < ENOUGH:
            return (
                ngettext("%(judged)s judged so far", "%(judged)s judged so far", self.judged) % told
            )
        return (
            ngettext(
                "right %(right)s of %(judged)s times",
                "right %(right)s of %(judged)s times",
                self.right,
            )
            % told
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary to be judged: its conversation, the code of its anomaly, and its mark.

    `written`: when, in seconds since 1970; None where Popsell does not tell. What was judged before is
    an earlier one that said the same.
    """

    chatroom: int
    anomaly: str
    mark: str
    written: float | None = None

    @property
    def is_judged(self) -> Q:
        """Finds what was said of it, and not of an earlier one."""
        here = Q(chatroom=self.chatroom, summary=self.mark)
        since = datetime.fromtimestamp(self.written, UTC) if self.written else None
        return here & Q(judged__gte=since) if since else here


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member is asked about a summary. `token`: of that summary, for the form.

    `own`: what the member said, None where nothing. `right`, `wrong`: how many colleagues said so.
    `rate`: of all summaries with this anomaly.
    """

    token: str
    own: bool | None
    right: int
    wrong: int
    rate: Rate


def find_asked(member: Membership, summary: Summary) -> Asked:
    """In one query."""
    held = _held(member.brand_id).filter(anomaly=summary.anomaly)
    here = summary.is_judged
    counted = {
        "rate": Q(pk__in=_newest(held)),
        "own": here & Q(member=member),
        "others": here & ~Q(member=member),
    }
    sums = {
        f"{name}_{is_right}": Count("pk", filter=which & Q(is_right=is_right))
        for name, which in counted.items()
        for is_right in (True, False)
    }
    found = held.aggregate(**sums)
    said = found["own_True"] or found["own_False"]
    return Asked(
        token=_sign(member, summary),
        own=bool(found["own_True"]) if said else None,
        right=found["others_True"],
        wrong=found["others_False"],
        rate=Rate(found["rate_True"], found["rate_True"] + found["rate_False"]),
    )


def find_rates(trip: Trip, brand_id: int) -> Answer[dict[str, Rate]]:
    """How often each anomaly was right of late, by its code, in one query.

    Those that nobody judged are left out.
    """
    found = trip.ask(_RATES, brand=brand_id, since=timezone.now() - RECENT)
    return lambda: {one["anomaly"]: Rate(one["right"], one["judged"]) for one in found()}


def _rates() -> QuerySet[Judgement, Any]:
    held = _held(Param("brand", BigIntegerField()), Param("since", DateTimeField()))
    newest = Judgement.objects.filter(pk__in=_newest(held)).order_by()
    return newest.values("anomaly").annotate(
        judged=Count("pk"), right=Count("pk", filter=Q(is_right=True))
    )


def judge(member: Membership, target: Target, summary: Summary, *, is_right: bool) -> Judgement:
    """Note what the member says of the summary's anomaly. It takes the place of what they said before.

    Said again it is one. The index heeds it in the same transaction.
    """
    with transaction.atomic():
        notes.lock(member.pk)  # two presses make one
        holds.heed(member, target)
        own = _own(member, summary.chatroom, summary.mark)
        before = own.filter(changed=None).first()
        is_same = before and own.filter(summary.is_judged, pk=before.pk).exists()
        if before and is_same and before.is_right == is_right:
            return before
        if before:
            before.changed = timezone.now()
            before.save(update_fields=["changed"])
        state = "right" if is_right else "wrong"
        record = recording.record(member, Act.JUDGE, **about(target), state=state)
        made = Judgement.objects.create(
            brand=member.brand,
            chatroom=summary.chatroom,
            summary=summary.mark,
            anomaly=summary.anomaly,
            is_right=is_right,
            member=member,
            member_name=str(member.user),
            activity=record,
        )
        index.after_word(target.brand, target.chatroom)
        holds.end_where_done(member, target, record)
        return made


def take_back(member: Membership, target: Target, judgement: Judgement) -> bool:
    """Take back a judgement that holds, by any member. What its own member said before holds again.

    False where it holds no more.
    """
    with transaction.atomic():
        notes.lock(judgement.member_id)  # as who judges does
        holds.heed(member, target)
        own = _own(judgement.member, judgement.chatroom, judgement.summary)
        said = own.filter(changed=None, pk=judgement.pk).first()
        if said is None:
            return False
        said.undone, said.undone_by = timezone.now(), str(member.user)
        said.save(update_fields=["undone", "undone_by"])
        if earlier := own.first():
            earlier.changed = None
            earlier.save(update_fields=["changed"])
        recording.record(member, Act.UNDO_JUDGE, **about(target))
        index.after_word(target.brand, target.chatroom)
        holds.bring_back(member, judgement.activity)
    return True


def verify(member: Membership, token: str, target: Target) -> Summary:
    """The summary in a form's `token`. Raises BadRequest where it is altered or of another row."""
    try:
        summary = Summary(*signing.loads(token, salt=_salt(member)))
    except signing.BadSignature:
        raise BadRequest(_("This act carries no valid token.")) from None
    if summary.chatroom != target.chatroom:
        raise BadRequest(_("This act's token is of another conversation."))
    return summary


def _sign(member: Membership, summary: Summary) -> str:
    return signing.dumps(
        [summary.chatroom, summary.anomaly, summary.mark, summary.written],
        salt=_salt(member),
        compress=True,
    )


def _salt(member: Membership) -> str:
    return f"inbox.judge.{member.pk}"


def _held(brand_id: int | Param, since: datetime | Param | None = None) -> QuerySet[Judgement]:
    """What holds of the last half year: how right they were before that tells little."""
    recent = {"judged__gt": since or timezone.now() - RECENT}
    return Judgement.objects.filter(brand=brand_id, changed=None, undone=None, **recent)


def _newest(held: QuerySet[Judgement]) -> QuerySet[Judgement, Any]:
    """The ids of the newest of each summary."""
    by_summary = held.order_by().values("chatroom", "summary")
    return by_summary.annotate(newest=Max("id")).values("newest")


_RATES = Prepared(_rates)


def _own(member: Membership, chatroom: int, mark: str) -> QuerySet[Judgement]:
    """What a member said of a summary and did not take back, the newest first."""
    said = Judgement.objects.filter(member=member, chatroom=chatroom, summary=mark, undone=None)
    return said.order_by("-id")
