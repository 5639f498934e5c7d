"""The filters of the trail: the fields of its page, and the matching records."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from inbox.display import privacy, seeking
from inbox.models import Act, Activity, Membership, Outcome
from inbox.text.numbers import LARGEST_ID

LONGEST_NAME = 100  # characters of a name that is looked for
SHORT = 16  # characters of an act's state
DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1)))
EVERYTHING = "all"
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
            Act.NO_ANSWER,
            Act.UNDO_NO_ANSWER,
            Act.JUDGE,
            Act.UNDO_JUDGE,
            Act.NOTE,
            *(Act.HOLD, Act.TAKE_OVER, Act.HAND_OVER, Act.RELEASE),
        ),
    ),
    (
        gettext_lazy("Brand"),
        (
            *(Act.NAME_CODES, Act.SET_RULES, Act.SAVE_VIEW, Act.DELETE_VIEW),
            *(Act.DOWNLOAD, Act.ERASE),
        ),
    ),
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


def _day_field(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=DAYS)


class ReportForm(forms.Form):
    """The filters of an address. Unreadable ones are left out, with an error beside their field."""

    member = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    act = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False)
    ambassador = NumberOrName(gettext_lazy("Ambassador"))
    chatroom = NumberOrName(gettext_lazy("Conversation"))
    since = _day_field(gettext_lazy("From"))
    until = _day_field(gettext_lazy("To"))

    def __init__(self, values: QueryDict, asking: Membership) -> None:
        super().__init__(values)
        members = asking.brand.memberships.select_related("user").order_by("user__email")
        acts = [(group, [(act.value, act.label) for act in held]) for group, held in GROUPS]
        self._choose(
            "member", [(str(one.pk), privacy.for_reader(str(one.user), asking)) for one in members]
        )
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
        """The names given in place of numbers: they filter nothing yet."""
        fields = {name: self.cleaned_data.get(name) for name in ("ambassador", "chatroom")}
        return {name: value for name, value in fields.items() if isinstance(value, str)}

    @property
    def wrong(self) -> list[str]:
        return [name for name in self.fields if name in self.errors]

    def said(self, name: str) -> str:
        """The field's value, in the words of its choice."""
        value = self.chosen[name]
        labels: dict[Any, Any] = dict(flatten_choices(getattr(self.fields[name], "choices", ())))
        return str(labels.get(value, value))

    @property
    def chosen(self) -> dict[str, str]:
        """The filters, as an address has them."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def acts(member: Membership, form: ReportForm) -> QuerySet[Activity]:
    """The matching acts of the member's brand, newest first."""
    chosen, zone = form.cleaned_data, member.brand.zone
    wanted = Q(brand=member.brand_id)
    for name in ("member", "outcome", "ambassador", "chatroom"):
        if chosen.get(name) and name not in form.typed:
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


def in_short(form: ReportForm) -> str:
    """The filters, as a download's line keeps them; empty where they would be too long."""
    address = urlencode(form.chosen)
    return address if len(address) <= SHORT else ""
