"""Takes acts back: which acts allow it, the new state of the conversation, and the words for it.

A record of the trail says what was done. Its opposite is an act of its own, by the person who undoes
it.
"""

from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from inbox.activity.history import CHANGES, look_up, newest_no_answers, newest_reviews
from inbox.chatrooms import acts, holding, judging, reviewing, settling
from inbox.chatrooms.reviewing import Undone
from inbox.chatrooms.tokens import Target
from inbox.display import colleague
from inbox.models import Act, Activity, Judgement, Membership, NoAnswerNeeded, Outcome, Review

OURS = (Act.REVIEW, Act.NO_ANSWER, Act.JUDGE, Act.HOLD)
"""Of which Popsell knows nothing: the own side may be unknown."""


@dataclass(frozen=True, slots=True)
class Told:
    """The result: the toast's words, and who changed it meanwhile."""

    words: str
    by: str = ""


def undo(member: Membership, activity: Activity) -> Told:
    """Take the act back, unless it was already, or something newer was done meanwhile.

    Raises BadRequest for acts that have no opposite, PopsellError where it is not known to be done,
    Held where a colleague has the conversation.
    """
    target = target_of(activity)
    if activity.outcome == Outcome.REFUSED:
        return Told("refused")
    if activity.outcome != Outcome.DONE:
        return Told("not known")
    if activity.act == Act.REVIEW:
        return _undo_review(member, activity, target)
    if activity.act == Act.NO_ANSWER:
        return _undo_no_answer(member, activity, target)
    if activity.act == Act.JUDGE:
        return _undo_judgement(member, activity, target)
    if activity.act == Act.HOLD:
        return _undo_claim(member, activity, target)
    return _undo_change(member, activity, target)


def target_of(activity: Activity) -> Target:
    """What the act was about, as the record says. Raises BadRequest where it can't be taken back."""
    ids = (activity.ambassador, activity.chatroom)
    has_side = activity.act in OURS or (activity.act in CHANGES and activity.participant)
    if None in ids or not has_side:
        raise BadRequest(_("This act can't be undone."))
    return Target(
        activity.brand_id,
        activity.ambassador or 0,
        activity.chatroom or 0,
        activity.participant or 0,
        activity.message_shown or 0,
    )


def _undo_change(member: Membership, activity: Activity, target: Target) -> Told:
    known = look_up(member.brand_id, [activity])
    if newer := known.newer(activity):
        return _overtaken(newer, known.state_before(activity))
    if not known.can_undo(activity):
        return Told("no way back")
    act, state = Act(activity.act), known.state_before(activity)
    result = acts.change(member, target, act, state, activity.pk, alone=True)
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


def _undo_review(member: Membership, activity: Activity, target: Target) -> Told:
    review = Review.objects.filter(brand=member.brand_id, activity=activity).first()
    if review is None:
        return Told("no way back")
    return take_back(member, target, review)


def take_back(member: Membership, target: Target, review: Review) -> Told:
    """Take back this review, unless it was already, or somebody reviewed after it."""
    undone = reviewing.undo_review(member, target, review.pk)
    if undone != Undone.NOT_NEWEST:
        return Told(undone)
    review.refresh_from_db()
    newest = newest_reviews(member.brand_id, {target.chatroom}).get(target.chatroom)
    if review.undone or newest is None:
        return Told("undone already")
    return Told("changed meanwhile", colleague(newest.member_name))


def _undo_no_answer(member: Membership, activity: Activity, target: Target) -> Told:
    said = NoAnswerNeeded.objects.filter(brand=member.brand_id, activity=activity).first()
    if said is None:
        return Told("no way back")
    if settling.take_back(member, target, said):
        return Told("no_answer undone")
    said.refresh_from_db()
    newest = newest_no_answers(member.brand_id, {target.chatroom}).get(target.chatroom)
    if said.undone or newest is None:
        return Told("undone already")
    return Told("changed meanwhile", colleague(newest.member_name))


def _undo_judgement(member: Membership, activity: Activity, target: Target) -> Told:
    said = Judgement.objects.filter(brand=member.brand_id, activity=activity).first()
    if said is None:
        return Told("no way back")
    if judging.take_back(member, target, said):
        return Told("judge undone")
    said.refresh_from_db()
    return (
        Told("undone already")
        if said.undone
        else Told("changed meanwhile", colleague(said.member_name))
    )


def _undo_claim(member: Membership, activity: Activity, target: Target) -> Told:
    is_last = look_up(member.brand_id, [activity]).can_undo(activity)
    return Told("release" if is_last and holding.release(member, target) else "undone already")
