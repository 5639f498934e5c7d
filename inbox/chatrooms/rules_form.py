"""The form by which a brand's managers change its rules, and what saving it does."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inbox.activity import recording
from inbox.chatrooms import brand_rules, index
from inbox.chatrooms.answers import SHORT, THANKS
from inbox.chatrooms.index_batch import lock
from inbox.chatrooms.signals import Rules
from inbox.models import Act, BrandRules, IndexedBrand, Membership
from inbox.text import spans, spelling
from inbox.text.isolates import one_line
from inbox.text.spans import Hours

WEEK = range(7)
SPANS = 3  # a day
ALL_DAY: Hours = [[0, spans.DAY]]
EXAMPLE = spans.hours([[9 * 60, 12 * 60], [14 * 60, 18 * 60]])
LONGEST_WAIT = 7 * spans.DAY  # minutes
FARTHEST = 365  # days
MOST_STARS = 4  # of five
MOST_WAYS = 100  # to say thanks
MOST_TEXT = MOST_WAYS * (SHORT + 2)
ROOM = 254  # characters of what a record of the trail is about
CLOSED = "–"
PROPOSED = ("waits_after", "left_after")
GIVEN = [way for ways in THANKS.values() for way in ways]


class DurationField(forms.CharField):
    """Minutes, typed as 1 h 30."""

    def prepare_value(self, value: Any) -> Any:
        return spans.duration(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        minutes = spans.read_duration(super().clean(value))
        if minutes is None:
            raise forms.ValidationError(_("Write it as 45 min, 3 h or 1 h 30."))
        if not 0 < minutes <= LONGEST_WAIT:
            raise forms.ValidationError(_("From one minute to seven days."))
        return minutes


class HoursField(forms.CharField):
    """The openings of a day, typed as 09:00–12:00, 14:00–18:00."""

    widget = forms.TextInput(attrs={"size": len(EXAMPLE), "autocomplete": "off"})

    def __init__(self, weekday: int) -> None:
        super().__init__(label=capfirst(WEEKDAYS[weekday]), required=False)

    def prepare_value(self, value: Any) -> Any:
        return spans.hours(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        openings = spans.read_hours(super().clean(value))
        if openings is None:
            raise forms.ValidationError(
                _("Write it as %(example)s, within the day and not overlapping.")
                % {"example": EXAMPLE}
            )
        if len(openings) > SPANS:
            raise forms.ValidationError(_("Three openings a day at most."))
        return openings


class WaysField(forms.CharField):
    """Ways to say thanks, one a line."""

    widget = forms.Textarea(attrs={"rows": 6, "dir": "auto", "translate": "no"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        ways: dict[str, str] = {}
        for line in filter(None, map(one_line, super().clean(value).splitlines())):
            ways.setdefault(spelling.fold(line), line)
        if "" in ways:
            raise forms.ValidationError(_("A line needs a letter or a digit."))
        if any(len(way) > SHORT for way in ways.values()):
            message = _("A line of more than %(most)s characters is no short thank-you.")
            raise forms.ValidationError(message % {"most": SHORT})
        if len(ways) > MOST_WAYS:
            raise forms.ValidationError(_("%(most)s lines at most.") % {"most": MOST_WAYS})
        return list(ways.values())


def _stars(count: int) -> str:
    return ngettext("%(count)s star", "%(count)s stars", count) % {"count": count}


class RulesForm(forms.Form):
    """All rules of a brand. `number`: of the rules that the page showed."""

    waits_after = DurationField(label=gettext_lazy("Waits after"))
    left_after = DurationField(label=gettext_lazy("Left waiting after"))
    low_stars = forms.TypedChoiceField(
        label=gettext_lazy("A low rating has at most"),
        coerce=int,
        choices=lambda: [(stars, _stars(stars)) for stars in range(MOST_STARS + 1)],
    )
    horizon = forms.IntegerField(
        label=gettext_lazy("Older after (days)"), min_value=1, max_value=FARTHEST
    )
    monday = HoursField(0)
    tuesday = HoursField(1)
    wednesday = HoursField(2)
    thursday = HoursField(3)
    friday = HoursField(4)
    saturday = HoursField(5)
    sunday = HoursField(6)
    thanks = WaysField(
        label=gettext_lazy("How a thank-you begins"), required=False, max_length=MOST_TEXT
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    DAYS: ClassVar = [
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ]

    @property
    def days(self) -> list[BoundField]:
        return [self[name] for name in self.DAYS]

    @property
    def wrong(self) -> list[BoundField]:
        """The fields that can't be saved as sent."""
        return [field for field in self if field.errors]

    def clean(self) -> dict[str, Any]:
        waits, left = self.cleaned_data.get("waits_after"), self.cleaned_data.get("left_after")
        if waits and left and left < waits:
            self.add_error("left_after", _("Not sooner than a wait begins to count."))
        if not any(self.cleaned_data.get(name, ALL_DAY) for name in self.DAYS):
            self.add_error("monday", _("On some day the brand must be open."))
        return self.cleaned_data

    def take(self, stored: BrandRules) -> None:
        """Write the form's values into the rules, without saving them."""
        for name in ("waits_after", "left_after", "low_stars", "horizon"):
            setattr(stored, name, self.cleaned_data[name])
        days = [self.cleaned_data[name] for name in self.DAYS]
        stored.hours = None if all(day == ALL_DAY for day in days) else days
        ways = self.cleaned_data["thanks"]
        stored.thanks = None if ways == GIVEN else ways


def shown(stored: BrandRules, proposed: Mapping[str, str]) -> RulesForm:
    """The form of the rules as they are. `proposed`: what two of its fields show instead."""
    days = dict(zip(RulesForm.DAYS, _days(stored), strict=True))
    named = {name: getattr(stored, name) for name in ("low_stars", "horizon", "number")}
    waits = {name: proposed.get(name) or getattr(stored, name) for name in PROPOSED}
    return RulesForm(initial={**days, **named, **waits, "thanks": _ways(stored)})


def rules_of(member: Membership, form: RulesForm) -> Rules:
    """What the form's values come to, saved nowhere."""
    tried = BrandRules(brand_id=member.brand_id)
    form.take(tried)
    return brand_rules.of(tried, member.brand)


def save(member: Membership, form: RulesForm) -> int | None:
    """Save the rules and have the brand's rows ranked by them; returns how many things changed.

    None where somebody else changed them since the form was shown: then it has an error.
    """
    with transaction.atomic():
        stored = _locked(member.brand_id)
        if stored.number != form.cleaned_data["number"]:
            message = _("Somebody changed these rules meanwhile. Save again to have yours.")
            form.add_error(None, message)
            form.data = dict(form.data) | {"number": str(stored.number)}
            return None
        before = BrandRules.objects.get(pk=stored.pk)
        form.take(stored)
        changed = list(_changes(before, stored))
        if changed:
            stored.number += 1
            index.begin_ranking(stored)
            stored.save()
        for state, about in changed:
            recording.record(member, Act.SET_RULES, state=state, about=about)
    return len(changed)


def _locked(brand_id: int) -> BrandRules:
    """The rules, which nobody else changes meanwhile, nor any row of the index."""
    if IndexedBrand.objects.filter(pk=brand_id).exists():
        lock(brand_id)
    BrandRules.objects.bulk_create([BrandRules(brand_id=brand_id)], ignore_conflicts=True)
    return BrandRules.objects.select_for_update().get(pk=brand_id)


def _days(stored: BrandRules) -> list[Hours]:
    return [ALL_DAY for _day in WEEK] if stored.hours is None else list(stored.hours)


def _ways(stored: BrandRules) -> list[str]:
    return list(GIVEN if stored.thanks is None else stored.thanks)


# For the trail


def _changes(before: BrandRules, now: BrandRules) -> Iterator[tuple[str, str]]:
    """What changed, each as a word and from what to what, the same in all languages."""
    for name in ("waits_after", "left_after"):
        yield from _change(name, *(spans.duration(getattr(one, name)) for one in (before, now)))
    for name in ("low_stars", "horizon"):
        yield from _change(name, *(str(getattr(one, name)) for one in (before, now)))
    days = zip(WEEK, _days(before), _days(now), strict=True)
    for (was, is_), some in groupby(days, lambda day: day[1:]):
        numbers = [day[0] + 1 for day in some]
        name = f"hours {numbers[0]}-{numbers[-1]}"
        yield from _change(name, spans.hours(was) or CLOSED, spans.hours(is_) or CLOSED)
    was, is_ = _ways(before), _ways(now)
    yield from _listed("thanks_added", [way for way in is_ if way not in was])
    yield from _listed("thanks_removed", [way for way in was if way not in is_])


def _change(name: str, was: str, is_: str) -> Iterator[tuple[str, str]]:
    if was != is_:
        yield name, f"{was} → {is_}"


def _listed(name: str, ways: list[str]) -> Iterator[tuple[str, str]]:
    """As many records as these words need."""
    line = ""
    for way in ways:
        longer = f"{line}, {way}" if line else way
        if len(longer) > ROOM:
            yield name, line
            longer = way
        line = longer
    if line:
        yield name, line
