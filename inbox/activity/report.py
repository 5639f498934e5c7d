"""The trail as a person reads it: each act in words, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from inbox import display
from inbox.activity import history
from inbox.activity.history import History
from inbox.activity.report_form import EVERYTHING, ReportForm
from inbox.display import messages, privacy
from inbox.models import Act, Activity, Membership, Outcome, Role
from inbox.text.numbers import record_number

LINES = 50  # of a page
COMMANDS = {"add_member", "erase_person"}  # which act, in place of an operator
TONES = {Outcome.DONE: "good", Outcome.REFUSED: "bad", Outcome.UNKNOWN: "waiting"}
WAYS_BACK = {Act.ARCHIVE: gettext_lazy("Unarchive"), Act.BLOCK: gettext_lazy("Unblock")}
BETWEEN_COLLEAGUES = {
    Act.TAKE_OVER: gettext_lazy("Take over from %(name)s"),
    Act.HAND_OVER: gettext_lazy("Hand over to %(name)s"),
}
"""These say themselves which colleague it concerned: their line names the conversation."""
WORDS = {  # words for a state that is no role, flag or number
    "begun": gettext_lazy("Begun"),
    "code": gettext_lazy("Code"),
    "confirm": gettext_lazy("confirming"),
    "inactive": gettext_lazy("Account locked"),
    "link": gettext_lazy("By link"),
    "passkey": gettext_lazy("Passkey"),
    "recovery_codes": gettext_lazy("Recovery codes"),
    "right": pgettext_lazy("of an anomaly", "right"),
    "sso": gettext_lazy("Single sign-on"),
    "superuser": gettext_lazy("All rights"),
    "totp": gettext_lazy("Authenticator app"),
    "webauthn": gettext_lazy("Passkey"),
    "wrong": pgettext_lazy("of an anomaly", "wrong"),
}

RULES = {  # what of a brand's rules was changed
    "waits_after": gettext_lazy("waits after"),
    "left_after": gettext_lazy("left waiting after"),
    "low_stars": gettext_lazy("stars of a low rating"),
    "horizon": gettext_lazy("days until older"),
    "thanks_added": gettext_lazy("thank-yous added"),
    "thanks_removed": gettext_lazy("thank-yous removed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One act, in words. `address`: of its conversation, or of its note there; empty for none.

    `outcome`: empty where the act says it, since a failed sign-in that is done would be a riddle.
    `can_undo`: whether it still can be taken back, `clears`: by taking a flag away.
    """

    activity: Activity
    who: str
    role: str
    what: str
    about: str
    outcome: str
    tone: str
    address: str
    can_undo: bool = False
    clears: bool = False


def line(activity: Activity, asking: Membership, known: History | None = None) -> Line:
    """The act as `asking` may see it: e-mail addresses are whole for managers only."""
    at = [activity.brand_id, activity.ambassador] if activity.ambassador else []
    room = [*at, activity.chatroom] if at and activity.chatroom else []
    return Line(
        activity,
        who=_who(activity, asking),
        role=_role(activity),
        what=_what(activity, asking),
        about=_about(activity, asking),
        outcome="" if _is_strangers(activity) else str(Outcome(activity.outcome).label),
        tone=TONES.get(Outcome(activity.outcome), ""),
        address=_address(activity, room) if room else "",
        can_undo=known is not None and _may_undo(activity, asking) and known.can_undo(activity),
        clears=known is not None and known.clears(activity),
    )


def _may_undo(activity: Activity, asking: Membership) -> bool:
    """Nobody lets go of what a colleague has in hand: they take it over."""
    is_own = activity.member_id == asking.pk
    return asking.may_act and (activity.act != Act.HOLD or is_own)


def _address(activity: Activity, room: Sequence[int | None]) -> str:
    """The conversation, and of a note the page of it: its record holds its number."""
    if activity.act != Act.NOTE:
        return reverse("chatroom", args=room)
    return f"{reverse('notes', args=room)}?note={activity.state}#note-{activity.state}"


def _who(activity: Activity, asking: Membership) -> str:
    if _is_strangers(activity):
        return _("Somebody")
    if activity.member_id is None and not activity.member_role and activity.member_name in COMMANDS:
        return _("Command %(name)s") % {"name": activity.member_name}
    return display.visible(privacy.for_reader(activity.member_name, asking)) or "–"


def _about(activity: Activity, asking: Membership) -> str:
    """The person or thing it concerns; an erased person has no name any more."""
    if activity.act == Act.ERASE and activity.participant:
        return _("Person %(number)s") % {"number": activity.participant}
    return privacy.for_reader(activity.about, asking)


def _is_strangers(activity: Activity) -> bool:
    return activity.member_id is None and not activity.member_name


def _role(activity: Activity) -> str:
    """A stranger has none."""
    if activity.member_role:
        return str(Role(activity.member_role).label)
    return "" if _is_strangers(activity) else _("Operator")


def older(found: QuerySet[Activity], before: str) -> QuerySet[Activity]:
    """The acts before the one with this id; all of them where no act has it."""
    number = record_number(before)
    last = found.filter(pk=number).first() if number else None
    if last is None:
        return found
    return after(found, last)


def after(found: QuerySet[Activity], last: Activity) -> QuerySet[Activity]:
    """The acts after this one, newest first; the second condition lets the index work."""
    same = Q(started=last.started, pk__lt=last.pk)
    return found.filter(Q(started__lt=last.started) | same, started__lte=last.started)


def page(found: QuerySet[Activity], asking: Membership) -> tuple[list[Line], int | None]:
    """A page of the newest, and the id to continue from."""
    acts = list(found[: LINES + 1])
    shown = acts[:LINES]
    known = history.look_up(asking.brand_id, shown)
    lines = [line(one, asking, known) for one in shown]
    return lines, shown[-1].pk if len(acts) > LINES else None


def _what(activity: Activity, asking: Membership) -> str:
    act, state = Act(activity.act), activity.state
    if act in BETWEEN_COLLEAGUES:
        return str(BETWEEN_COLLEAGUES[act]) % {"name": _about(activity, asking)}
    if state == "off" and act in WAYS_BACK:
        return str(WAYS_BACK[act])
    if act in {Act.VIEW, Act.NOTE} or not state or state == "on":
        return str(act.label)
    return _("%(act)s: %(state)s") % {"act": act.label, "state": _state(act, state)}


def _state(act: Act, state: str) -> str:
    """The state in words."""
    if act == Act.FLAG:
        return _("No flag") if state == "none" else messages.flag(int(state))
    if act == Act.DOWNLOAD:
        return _asked_for(state)
    if act == Act.SET_RULES:
        return str(RULES.get(state) or _open_on(state))
    return str(Role(state).label if state in Role.values else WORDS.get(state, state))


def _open_on(state: str) -> str:
    """Opening hours of some days, such as "hours 1-5"; another word as it stands."""
    first, _dash, last = state.removeprefix("hours ").partition("-")
    names = [str(WEEKDAYS.get(int(day) - 1, day)) for day in (first, last) if day.isdecimal()]
    if len(names) != len((first, last)):
        return state
    days = names[0] if first == last else "–".join(names)
    return _("opening hours, %(days)s") % {"days": days}


def _asked_for(state: str) -> str:
    """What a downloaded file was asked for, such as "What: Flag"."""
    name, _equals, value = state.partition("=")
    kinds = {"act": Act, "outcome": Outcome}
    labels = {EVERYTHING: _("Everything"), **dict(kinds[name].choices if name in kinds else ())}
    names = {"field": ReportForm.base_fields[name].label, "words": labels.get(value, value)}
    return _("%(field)s: %(words)s") % names
