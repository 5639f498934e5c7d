"""Looks up the history of some acts' chatrooms, and which acts can still be undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet

from inbox.models import Act, Activity, Hold, Judgement, NoAnswerNeeded, Outcome, Review

CHANGES = (Act.ARCHIVE, Act.BLOCK, Act.FLAG)


OPPOSITES = {"on": "off", "off": "on"}


ARRIVED = (Outcome.DONE, Outcome.UNKNOWN)  # for all that is known


NO_FLAG = "none"


@dataclass(frozen=True, slots=True)
class History:
    """What else was done to the chatrooms of some acts.

    `changes`: oldest first. `reviews`, and what needs no answer: by chatroom, the newest that holds.
    `judged`: the acts whose judgements hold. `claimed`: the acts by which somebody has a chatroom now.
    """

    changes: tuple[Activity, ...]
    reviews: dict[int | None, Review]
    no_answers: dict[int | None, NoAnswerNeeded]
    judged: frozenset[int]
    claimed: frozenset[int]

    def state_before(self, activity: Activity) -> str:
        """The state after undoing a change; none for a flag with an unknown past."""
        return OPPOSITES.get(activity.state) or self.flag_before(activity) or NO_FLAG

    def flag_before(self, activity: Activity) -> str:
        """The flag that was set before; empty where that is not known."""
        earlier = [one for one in self._of_side(activity) if one.pk < activity.pk]
        is_known = bool(earlier) and earlier[-1].outcome == Outcome.DONE
        return earlier[-1].state if is_known else ""

    def newer(self, activity: Activity) -> Activity | None:
        """The newest change of the same side since.

        One that may have arrived counts too, unless it would only have undone this.
        """
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
        """Whether the act can still be undone."""
        if activity.outcome != Outcome.DONE:
            return False
        if activity.act == Act.REVIEW:
            review = self.reviews.get(activity.chatroom)
            return review is not None and review.activity_id == activity.pk
        if activity.act == Act.NO_ANSWER:
            said = self.no_answers.get(activity.chatroom)
            return said is not None and said.activity_id == activity.pk
        if activity.act == Act.JUDGE:
            return activity.pk in self.judged
        if activity.act == Act.HOLD:
            return activity.pk in self.claimed
        is_change = activity.act in CHANGES and self.state_before(activity) != activity.state
        return is_change and self.newer(activity) is None

    def clears(self, activity: Activity) -> bool:
        """Whether undoing it can only remove the flag."""
        return activity.act == Act.FLAG and not self.flag_before(activity)

    def _of_side(self, activity: Activity) -> list[Activity]:
        side = _side(activity)
        return [one for one in self.changes if _side(one) == side]


def look_up(brand_id: int, acts: Iterable[Activity]) -> History:
    """The history of these acts: at most one query for changes, and one for each kind of our own."""
    done = [one for one in acts if one.brand_id == brand_id and one.outcome == Outcome.DONE]
    changed = _chatrooms(done, *CHANGES)
    return History(
        _changes(brand_id, changed),
        newest_reviews(brand_id, _chatrooms(done, Act.REVIEW)),
        newest_no_answers(brand_id, _chatrooms(done, Act.NO_ANSWER)),
        _judged([one.pk for one in done if one.act == Act.JUDGE]),
        _claimed([one.pk for one in done if one.act == Act.HOLD]),
    )


def _chatrooms(done: Iterable[Activity], *acts: Act) -> set[int]:
    """Those in which one of these acts was done."""
    return {one.chatroom for one in done if one.act in acts and one.chatroom}


def _side(activity: Activity) -> tuple[str, int | None, int | None]:
    return activity.act, activity.chatroom, activity.participant


def _changes(brand_id: int, chatrooms: set[int]) -> tuple[Activity, ...]:
    if not chatrooms:
        return ()
    about = Q(brand=brand_id, chatroom__in=chatrooms, act__in=CHANGES, outcome__in=ARRIVED)
    return tuple(Activity.objects.filter(about).order_by("id"))


def newest_reviews(brand_id: int, chatrooms: set[int]) -> dict[int | None, Review]:
    if not chatrooms:
        return {}
    held = Review.objects.filter(brand=brand_id, chatroom__in=chatrooms, undone=None)
    return {one.chatroom: one for one in Review.objects.filter(pk__in=_newest(held))}


def newest_no_answers(brand_id: int, chatrooms: set[int]) -> dict[int | None, NoAnswerNeeded]:
    if not chatrooms:
        return {}
    held = NoAnswerNeeded.objects.filter(brand=brand_id, chatroom__in=chatrooms, undone=None)
    return {one.chatroom: one for one in NoAnswerNeeded.objects.filter(pk__in=_newest(held))}


def _judged(acts: list[int]) -> frozenset[int]:
    if not acts:
        return frozenset()
    held = Judgement.objects.filter(activity__in=acts, changed=None, undone=None)
    return frozenset(held.values_list("activity_id", flat=True))


def _claimed(acts: list[int]) -> frozenset[int]:
    if not acts:
        return frozenset()
    held = Hold.objects.filter(Hold.standing(), activity__in=acts)
    return frozenset(held.values_list("activity_id", flat=True))


def _newest(held: QuerySet[Any]) -> Any:
    """The ids of the newest of each chatroom."""
    return held.order_by().values("chatroom").annotate(newest=Max("id")).values("newest")
