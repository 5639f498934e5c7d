"""The trail as a person reads it: which acts are asked for, what each says, and all of them as CSV."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.choices import flatten_choices
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from inbox import display
from inbox.activity import history
from inbox.activity.history import History
from inbox.display import messages, privacy, seeking
from inbox.models import Act, Activity, Membership, Outcome, Role
from inbox.text.numbers import LARGEST_ID, record_number

LINES = 50  # of a page
LONGEST_NAME = 100  # characters of a name that is looked for
SHORT = 16  # characters of an act's state
DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1)))
EVERYTHING = "all"
COMMANDS = {"add_member", "erase_person"}  # which act, in place of an operator
TONES = {Outcome.DONE: "good", Outcome.REFUSED: "bad", Outcome.UNKNOWN: "waiting"}
WAYS_BACK = {Act.ARCHIVE: gettext_lazy("Unarchive"), Act.BLOCK: gettext_lazy("Unblock")}
WORDS = {  # of what a state says, where it is no role, flag or number
    "begun": gettext_lazy("Begun"),
    "code": gettext_lazy("Code"),
    "confirm": gettext_lazy("confirming"),
    "inactive": gettext_lazy("Account locked"),
    "link": gettext_lazy("By link"),
    "passkey": gettext_lazy("Passkey"),
    "recovery_codes": gettext_lazy("Recovery codes"),
    "sso": gettext_lazy("Single sign-on"),
    "superuser": gettext_lazy("All rights"),
    "totp": gettext_lazy("Authenticator app"),
    "webauthn": gettext_lazy("Passkey"),
}
GROUPS = (  # of the acts that are asked for one by one
    (
        gettext_lazy("Conversations"),
        (
            Act.READ,
            Act.ARCHIVE,
            Act.BLOCK,
            Act.FLAG,
            Act.REVEAL,
            Act.REVIEW,
            Act.UNDO_REVIEW,
            Act.NOTE,
        ),
    ),
    (gettext_lazy("Brand"), (Act.NAME_CODES, Act.DOWNLOAD, Act.ERASE)),
    (
        gettext_lazy("Members"),
        (
            *(Act.INVITE, Act.WITHDRAW, Act.JOIN, Act.CHANGE_ROLE, Act.DEACTIVATE),
            *(Act.REACTIVATE, Act.RENAME, Act.CHANGE_ADDRESS, Act.LOCK, Act.UNLOCK),
            *(Act.GIVE_RIGHT, Act.TAKE_RIGHT),
        ),
    ),
    (
        gettext_lazy("Signing in"),
        (
            *(Act.FAILED_SIGN_IN, Act.BLOCKED_SIGN_IN, Act.END_SESSIONS, Act.CHANGE_PASSWORD),
            *(Act.SET_PASSWORD, Act.MAKE_LINK, Act.ADD_FACTOR, Act.REMOVE_FACTOR),
            *(Act.RENAME_PASSKEY, Act.NEW_CODES, Act.USE_CODE, Act.CONNECT, Act.DISCONNECT),
        ),
    ),
)
COLUMNS = (
    *(gettext_lazy("When"), gettext_lazy("Who"), gettext_lazy("Role"), gettext_lazy("What")),
    *(gettext_lazy("Outcome"), gettext_lazy("Ambassador"), gettext_lazy("Conversation")),
    *(gettext_lazy("Participant"), gettext_lazy("About"), gettext_lazy("Reference")),
)
FORMULA = r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"  # also full width, and small
BLANKS = (
    r'[ \x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"]*'
)
# A cell begins where ours does. Where a spreadsheet separates by something else, French ones by
# semicolons, or does not know our quotes, it also begins behind that.
ENDING = r"[;,\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"  # of a cell, or of a line for some readers
BEGINNING = re.compile(rf"^(?=[\t\r\n]|{BLANKS}{FORMULA})|(?<={ENDING})(?={BLANKS}{FORMULA})")
TOGETHER = 500  # lines that are read and sent at once


class NumberOrName(forms.IntegerField):
    """A number, or words with a letter in them, which may be a name."""

    default_error_messages: ClassVar = {"invalid": gettext_lazy("Enter a number or a name.")}

    def __init__(self, label: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"})
        super().__init__(
            label=label,
            help_text=gettext_lazy("A number or a name."),
            required=False,
            widget=widget,
            min_value=1,
            max_value=LARGEST_ID,
        )

    def clean(self, value: Any) -> Any:
        words = seeking.typed(str(value or ""), LONGEST_NAME + 1)
        is_name = any(one.isalpha() for one in words) and len(words) <= LONGEST_NAME
        return words if is_name and words.isprintable() else super().clean(words)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=DAYS)


class Asked(forms.Form):
    """What an address asks for. What can't be read is left out, and said beside its field."""

    member = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    act = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False)
    ambassador = NumberOrName(gettext_lazy("Ambassador"))
    chatroom = NumberOrName(gettext_lazy("Conversation"))
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))

    def __init__(self, values: QueryDict, asking: Membership) -> None:
        super().__init__(values)
        members = asking.brand.memberships.select_related("user").order_by("user__email")
        acts = [(group, [(act.value, act.label) for act in held]) for group, held in GROUPS]
        self._choose("member", [(str(one.pk), told(str(one.user), asking)) for one in members])
        self._choose("outcome", [(one.value, one.label) for one in Outcome])
        self._choose(
            "act",
            [(Act.VIEW.value, _("Opened conversations")), (EVERYTHING, _("Everything")), *acts],
            _("All but opened conversations"),
        )
        self.full_clean()

    def _choose(self, name: str, choices: Iterable[tuple[Any, object]], nothing: str = "") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", nothing or pgettext("members or outcomes", "All")), *choices]

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("To is before From."))
        return self.cleaned_data

    @property
    def typed(self) -> dict[str, str]:
        """The names that stand where numbers could: nothing is narrowed down by them yet."""
        fields = {name: self.cleaned_data.get(name) for name in ("ambassador", "chatroom")}
        return {name: value for name, value in fields.items() if isinstance(value, str)}

    @property
    def wrong(self) -> list[str]:
        return [name for name in self.fields if name in self.errors]

    def said(self, name: str) -> str:
        """What is asked of this field, in the words of its choice."""
        value = self.chosen[name]
        labels: dict[Any, Any] = dict(flatten_choices(getattr(self.fields[name], "choices", ())))
        return str(labels.get(value, value))

    @property
    def chosen(self) -> dict[str, str]:
        """What is asked, as an address has it."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def acts(member: Membership, asked: Asked) -> QuerySet[Activity]:
    """The acts of the member's brand that are asked for, newest first."""
    chosen, zone = asked.cleaned_data, member.brand.zone
    wanted = Q(brand=member.brand_id)
    for name in ("member", "outcome", "ambassador", "chatroom"):
        if chosen.get(name) and name not in asked.typed:
            wanted &= Q(**{name: chosen[name]})
    if chosen.get("since"):
        wanted &= Q(started__gte=datetime.combine(chosen["since"], time(), zone))
    if chosen.get("until"):
        end = chosen["until"] + timedelta(days=1)
        wanted &= Q(started__lt=datetime.combine(end, time(), zone))
    found = Activity.objects.filter(wanted).order_by("-started", "-id")
    if not chosen.get("act"):
        return found.exclude(act=Act.VIEW)
    return found if chosen["act"] == EVERYTHING else found.filter(act=chosen["act"])


def in_short(asked: Asked) -> str:
    """What is asked for, as a download's line keeps it; nothing where that would be too long."""
    told = urlencode(asked.chosen)
    return told if len(told) <= SHORT else ""


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
        what=_what(activity),
        about=_about(activity, asking),
        outcome="" if _is_strangers(activity) else str(Outcome(activity.outcome).label),
        tone=TONES.get(Outcome(activity.outcome), ""),
        address=_address(activity, room) if room else "",
        can_undo=known is not None and asking.may_act and known.can_undo(activity),
        clears=known is not None and known.clears(activity),
    )


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
    return display.visible(told(activity.member_name, asking)) or "–"


def _about(activity: Activity, asking: Membership) -> str:
    """Who was erased has no name any more."""
    if activity.act == Act.ERASE and activity.participant:
        return _("Person %(number)s") % {"number": activity.participant}
    return told(activity.about, asking)


def _is_strangers(activity: Activity) -> bool:
    return activity.member_id is None and not activity.member_name


def _role(activity: Activity) -> str:
    """A stranger has none."""
    if activity.member_role:
        return str(Role(activity.member_role).label)
    return "" if _is_strangers(activity) else _("Operator")


def older(found: QuerySet[Activity], before: str) -> QuerySet[Activity]:
    """Those before the act of this id; all of them where there is none such."""
    number = record_number(before)
    last = found.filter(pk=number).first() if number else None
    if last is None:
        return found
    return _after(found, last)


def _after(found: QuerySet[Activity], last: Activity) -> QuerySet[Activity]:
    """What follows this act, newest first; the second condition is the index's."""
    same = Q(started=last.started, pk__lt=last.pk)
    return found.filter(Q(started__lt=last.started) | same, started__lte=last.started)


def page(found: QuerySet[Activity], asking: Membership) -> tuple[list[Line], int | None]:
    """The newest of them, and the id before which there are more."""
    acts = list(found[: LINES + 1])
    shown = acts[:LINES]
    known = history.look_up(asking.brand_id, shown)
    lines = [line(one, asking, known) for one in shown]
    return lines, shown[-1].pk if len(acts) > LINES else None


def told(words: str, asking: Membership) -> str:
    return words if asking.may_manage else privacy.mask_addresses(words)


def _what(activity: Activity) -> str:
    act, state = Act(activity.act), activity.state
    if state == "off" and act in WAYS_BACK:
        return str(WAYS_BACK[act])
    if act in {Act.VIEW, Act.NOTE} or not state or state == "on":
        return str(act.label)
    return _("%(act)s: %(state)s") % {"act": act.label, "state": _state(act, state)}


def _state(act: Act, state: str) -> str:
    """What was asked for, in words."""
    if act == Act.FLAG:
        return _("No flag") if state == "none" else messages.flag(int(state))
    if act == Act.DOWNLOAD:
        return _asked_for(state)
    return str(Role(state).label if state in Role.values else WORDS.get(state, state))


def _asked_for(state: str) -> str:
    """What a downloaded file was asked for, such as "What: Flag"."""
    name, _equals, value = state.partition("=")
    kinds = {"act": Act, "outcome": Outcome}
    labels = {EVERYTHING: _("Everything"), **dict(kinds[name].choices if name in kinds else ())}
    told = {"field": Asked.base_fields[name].label, "words": labels.get(value, value)}
    return _("%(field)s: %(words)s") % told


# For a spreadsheet


def as_csv(found: QuerySet[Activity], asking: Membership) -> Iterator[str]:
    """The lines of a file, as the trail stands now: what is added from here on is left out."""
    newest = Activity.objects.order_by("-pk").values_list("pk", flat=True).first()
    return _csv_lines(found.filter(pk__lte=newest or 0), asking, translation.get_language())


def _csv_lines(
    found: QuerySet[Activity], asking: Membership, language: str | None
) -> Iterator[str]:
    """A portion at a time; no query is open while one is sent."""
    with translation.override(language):
        head = [str(column) for column in COLUMNS]
        separator = _separator()
    yield "\ufeff" + _written([head], separator)  # by the first letter spreadsheets know UTF-8
    for acts in _portions(found):
        with translation.override(language):  # the request is over by now
            text = _written([_cells(one, asking) for one in acts], separator)
        yield text


def _portions(found: QuerySet[Activity]) -> Iterator[list[Activity]]:
    """All of them, each once, since their order never changes."""
    rest = found
    while acts := list(rest[:TOGETHER]):
        yield acts
        rest = _after(found, acts[-1])


def _separator() -> str:
    """Between cells, as spreadsheets of the language expect it: a comma, unless numbers have one."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


def _written(rows: Iterable[list[str]], separator: str) -> str:
    written = StringIO()
    csv.writer(written, delimiter=separator).writerows(
        [harmless(cell) for cell in row] for row in rows
    )
    return written.getvalue()


def _cells(activity: Activity, asking: Membership) -> list[str]:
    one = line(activity, asking)
    started = activity.started.astimezone(asking.brand.zone)
    when = started.isoformat(sep=" ", timespec="seconds")
    ids = (activity.ambassador, activity.chatroom, activity.participant)
    numbers = [str(id_ or "") for id_ in ids]
    what = [one.who, one.role, one.what, one.outcome]
    return [when, *what, *numbers, one.about, activity.request_id]


def harmless(cell: str) -> str:
    """A cell of which no spreadsheet takes any part for a formula."""
    return BEGINNING.sub("'", cell)
