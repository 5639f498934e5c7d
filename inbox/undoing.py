"""Taking acts back: which of them can be, what that makes of the conversation, and what is told of it.

A record of the trail says what was done. Its opposite is an act of its own, by who takes it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from inbox import actions
from inbox.actions import Undone
from inbox.display import colleague
from inbox.models import Act, Activity, Membership, Outcome, Review
from inbox.tokens import Claim

CHANGES = (Act.ARCHIVE, Act.BLOCK, Act.FLAG)
OPPOSITES = {"on": "off", "off": "on"}
ARRIVED = (Outcome.DONE, Outcome.UNKNOWN)  # for all that is known
NO_FLAG = "none"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: which of the toasts' words, and who changed it meanwhile."""

    words: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What else was done to the chatrooms of some acts: `changes`, oldest first, and by chatroom the
    newest review that holds."""

    changes: tuple[Activity, ...]
    reviews: dict[int | None, Review]

    def state_before(self, activity: Activity) -> str:
        """What taking a change back brings about: of a flag nobody knows, none."""
        return OPPOSITES.get(activity.state) or self.flag_before(activity) or NO_FLAG

    def flag_before(self, activity: Activity) -> str:
        """The flag that was set before; empty where that is not known."""
        earlier = [one for one in self._of_side(activity) if one.pk < activity.pk]
        is_known = bool(earlier) and earlier[-1].outcome == Outcome.DONE
        return earlier[-1].state if is_known else ""

    def newer(self, activity: Activity) -> Activity | None:
        """The newest change of the same side since. One that may have arrived counts, too, unless it
        would have done nothing but take this back."""
        before = self.state_before(activity)
        return next(
            (
                one
                for one in reversed(self._of_side(activity))
                if one.pk > activity.pk and (one.outcome == Outcome.DONE or one.state != before)
            ),
            None,
        )

    def can_undo(self, activity: Activity) -> bool:
        """Whether it is still so that it can be taken back."""
        if activity.outcome != Outcome.DONE:
            return False
        if activity.act == Act.REVIEW:
            newest = self.reviews.get(activity.chatroom)
            return newest is not None and newest.activity_id == activity.pk
        is_change = activity.act in CHANGES and self.state_before(activity) != activity.state
        return is_change and self.newer(activity) is None

    def clears(self, activity: Activity) -> bool:
        """Whether taking it back can only take the flag away."""
        return activity.act == Act.FLAG and not self.flag_before(activity)

    def _of_side(self, activity: Activity) -> list[Activity]:
        side = _side(activity)
        return [one for one in self.changes if _side(one) == side]


def look_up(brand_id: int, acts: Iterable[Activity]) -> History:
    """The history of these acts, in one query for each of the two kinds that are among them."""
    done = [one for one in acts if one.brand_id == brand_id and one.outcome == Outcome.DONE]
    changed = {one.chatroom for one in done if one.act in CHANGES and one.chatroom}
    reviewed = {one.chatroom for one in done if one.act == Act.REVIEW and one.chatroom}
    return History(_changes(brand_id, changed), _reviews(brand_id, reviewed))


def undo(member: Membership, activity: Activity) -> Told:
    """Take the act back, unless it was already, or something newer was done meanwhile.

    Raises BadRequest for acts that have no opposite, PopsellError where it is not known to be done.
    """
    claim = claim_of(activity)
    if activity.outcome == Outcome.REFUSED:
        return Told("refused")
    if activity.outcome != Outcome.DONE:
        return Told("not known")
    if activity.act == Act.REVIEW:
        return _undo_review(member, activity, claim)
    return _undo_change(member, activity, claim)


def claim_of(activity: Activity) -> Claim:
    """What the act was about, as the record says. Raises BadRequest where it can't be taken back."""
    ids = (activity.ambassador, activity.chatroom)
    has_side = activity.act == Act.REVIEW or (activity.act in CHANGES and activity.participant)
    if None in ids or not has_side:
        raise BadRequest(_("This act can't be undone."))
    return Claim(
        activity.brand_id,
        activity.ambassador or 0,
        activity.chatroom or 0,
        activity.participant or 0,
        activity.message_shown or 0,
    )


def _undo_change(member: Membership, activity: Activity, claim: Claim) -> Told:
    known = look_up(member.brand_id, [activity])
    if newer := known.newer(activity):
        return _overtaken(newer, known.state_before(activity))
    if not known.can_undo(activity):
        return Told("no way back")
    act, state = Act(activity.act), known.state_before(activity)
    result = actions.change(member, claim, act, state, activity.pk, alone=True)
    if result.failure:
        raise result.failure
    if result.sent:
        return Told(f"{act} {state}")
    newer = look_up(member.brand_id, [activity]).newer(activity)
    return _overtaken(newer, state) if newer else Told("on its way")


def _overtaken(newer: Activity, state: str) -> Told:
    if newer.state == state and newer.outcome == Outcome.DONE:
        return Told("undone already")
    return Told("changed meanwhile", colleague(newer.member_name))


def _undo_review(member: Membership, activity: Activity, claim: Claim) -> Told:
    review = Review.objects.filter(brand=member.brand_id, activity=activity).first()
    if review is None:
        return Told("no way back")
    return take_back(member, claim, review)


def take_back(member: Membership, claim: Claim, review: Review) -> Told:
    """Take back this review, unless it was already, or somebody reviewed after it."""
    undone = actions.undo_review(member, claim, review.pk)
    if undone != Undone.NOT_NEWEST:
        return Told(undone)
    review.refresh_from_db()
    newest = _reviews(member.brand_id, {claim.chatroom}).get(claim.chatroom)
    if review.undone or newest is None:
        return Told("undone already")
    return Told("changed meanwhile", colleague(newest.member_name))


def _side(activity: Activity) -> tuple[str, int | None, int | None]:
    return activity.act, activity.chatroom, activity.participant


def _changes(brand_id: int, chatrooms: set[int]) -> tuple[Activity, ...]:
    if not chatrooms:
        return ()
    about = Q(brand=brand_id, chatroom__in=chatrooms, act__in=CHANGES, outcome__in=ARRIVED)
    return tuple(Activity.objects.filter(about).order_by("id"))


def _reviews(brand_id: int, chatrooms: set[int]) -> dict[int | None, Review]:
    if not chatrooms:
        return {}
    held = Review.objects.filter(brand=brand_id, chatroom__in=chatrooms, undone=None)
    newest = held.order_by().values("chatroom").annotate(newest=Max("id")).values("newest")
    return {one.chatroom: one for one in Review.objects.filter(pk__in=newest)}
