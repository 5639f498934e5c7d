"""Names for codes: the form of a brand's manager, with a line for each code that was seen.

A page may be old when it comes back, so each line carries what it showed. Only what was changed there
is written. Where somebody else changed the same meanwhile, the line says so first.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import transaction
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.activity import recording
from inbox.chatrooms import evidence, index, index_batch
from inbox.display import visible
from inbox.models import Act, CodeKind, CodeName, Membership, Tone
from inbox.models.chatrooms import WORDS
from inbox.models.index import WORD
from inbox.text import spelling
from inbox.text.isolates import alone, one_line

FIELDS = ("name", "tone", "needs_attention", "words")
WORDED = CodeKind.ANOMALY
"""The one kind that has words: nothing else is looked for in messages."""
LEAST = 2
"""Letters of a word: one alone stands in nearly every message."""

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[CodeName]
else:
    ModelForm = forms.ModelForm


class NameForm(ModelForm):
    class Meta:
        model = CodeName
        fields = FIELDS
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            "words": forms.TextInput(
                attrs={"dir": "auto", "autocomplete": "off", "translate": "no"}
            ),
        }

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.instance.kind != WORDED:
            del self.fields["words"]

    def clean_name(self) -> str:
        """On one line, as a chip shows it."""
        name = one_line(self.cleaned_data["name"])
        if name and not visible(name):
            raise forms.ValidationError(_("Nothing of this name can be seen."))
        return name

    def clean_words(self) -> str:
        """Parted by commas, each once."""
        words = evidence.parse(self.cleaned_data["words"])
        for word in words:
            if len(word) > WORD:
                message = _("“%(word)s” is longer than %(most)s characters.")
                raise forms.ValidationError(message % {"word": alone(word), "most": WORD})
            if len(spelling.fold(word)) < LEAST:
                message = _("“%(word)s” is too short to look for: write two letters or more.")
                raise forms.ValidationError(message % {"word": alone(word)})
        if len(words) > WORDS:
            raise forms.ValidationError(_("%(most)s words at most.") % {"most": WORDS})
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Line:
    """A code as it is now, and the form that changes it."""

    code: CodeName
    form: NameForm

    @property
    def wrong(self) -> list[BoundField]:
        """The fields that can't be saved as sent."""
        return [self.form[field] for field in self.form.fields if field in self.form.errors]

    @property
    def shown(self) -> dict[str, str]:
        """The page's texts for it, field by field."""
        return _values(self.code)


def lines(brand_id: int) -> list[Line]:
    """All codes seen in a brand."""
    return [line(code) for code in CodeName.objects.filter(brand=brand_id)]


def save(member: Membership, sent: Mapping[str, str]) -> list[Line]:
    """The lines as sent: all that changed is written, or nothing where one line has an error."""
    with transaction.atomic():
        index_batch.lock_known(member.brand_id)
        codes = CodeName.objects.select_for_update().filter(brand=member.brand).order_by("pk")
        found = [line(code, sent) for code in codes]
        changed = [one.form for one in found if one.form.changed_data]
        if changed and not any(one.wrong for one in found):
            for form in changed:
                form.instance.save(update_fields=form.changed_data)
            recording.record(member, Act.NAME_CODES, state=str(len(changed)))
            renamed = [(form.instance.kind, form.instance.code) for form in changed]
            index.note_named(member.brand_id, renamed)
    return found


def line(code: CodeName, sent: Mapping[str, str] | None = None) -> Line:
    """The code as it is now, with what was changed on the page that was sent."""
    prefix, now = str(code.pk), _values(code)
    fields = tuple(now)
    if sent is None:
        return Line(code, NameForm(instance=copy(code), prefix=prefix))
    is_there = f"{prefix}-name" in sent  # else the code was seen since
    wanted = {field: sent.get(f"{prefix}-{field}", "") for field in fields} if is_there else now
    offered = sent.get(f"{prefix}-take", "") if is_there else ""
    if offered and not wanted["name"].strip():  # what was typed says more than a tick
        wanted["name"] = offered
    shown = {field: sent.get(f"{prefix}-shown-{field}", now[field]) for field in fields}
    changed = [field for field in fields if is_there and wanted[field] != shown[field]]
    merged = now | {field: wanted[field] for field in changed}
    data = {f"{prefix}-{field}": value for field, value in merged.items()}
    form = NameForm(data, instance=copy(code), prefix=prefix)
    for field in changed:
        if now[field] not in (shown[field], wanted[field]):
            message = _("Somebody changed this to “%(now)s” meanwhile. Save again to have yours.")
            form.add_error(field, message % {"now": _in_words(code, field)})
    return Line(code, form)


def _values(code: CodeName) -> dict[str, str]:
    """As a browser sends them."""
    attention = "on" if code.needs_attention else ""
    words = {"words": code.words} if code.kind == WORDED else {}
    return {"name": code.name, "tone": code.tone, "needs_attention": attention, **words}


def _in_words(code: CodeName, field: str) -> str:
    if field == "name":
        return alone(code.name) or _("no name")
    if field == "words":
        return alone(code.words) or _("no words")
    if field == "tone":
        return str(Tone(code.tone).label)
    return _("yes") if code.needs_attention else _("no")


def _in_order(found: Iterable[Line], counts: Mapping[int, int]) -> list[Line]:
    """Those without a name first; then the most frequent, the last seen, and the lowest number."""
    return sorted(
        found,
        key=lambda one: (
            bool(visible(one.code.name)),
            -counts.get(one.code.pk, 0),
            *_age(one.code),
            _by_number(one.code),
        ),
    )


def _age(code: CodeName) -> tuple[float, int]:
    """How long ago it was seen; unknown comes last."""
    return -(code.seen_at.timestamp() if code.seen_at else 0), -code.last_seen.toordinal()


def _by_number(code: CodeName) -> tuple[bool, int, str]:
    is_number = code.code.removeprefix("-").isdecimal()
    return not is_number, int(code.code) if is_number else 0, code.code


TITLES = {
    CodeKind.ANOMALY: gettext_lazy("Anomalies"),
    CodeKind.TOPIC: gettext_lazy("Topics"),
    CodeKind.MODERATION: gettext_lazy("Moderation statuses"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """The codes of one kind."""

    kind: CodeKind
    title: str | Promise
    lines: list[Line]

    @property
    def named(self) -> int:
        return sum(1 for line in self.lines if visible(line.code.name))


def sections(lines: list[Line], counts: Mapping[int, int]) -> list[Section]:
    """One for each kind, even a kind never seen; none where no code was seen at all.

    Those with codes to be named come first, also within. `counts`: how often each was seen, by its key.
    """
    kinds = TITLES.items() if lines else ()
    ordered = _in_order(lines, counts)
    found = [
        Section(kind, title, [line for line in ordered if line.code.kind == kind])
        for kind, title in kinds
    ]
    return sorted(found, key=lambda one: one.named == len(one.lines))
