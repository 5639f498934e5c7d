"""Shows filters and sort: tabs, a form for the rest, and the active ones with a link to remove each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from inbox.caches import memories
from inbox.chatrooms.listing import inbox_address
from inbox.chatrooms.query import EVERYTHING, Query, build
from inbox.context import measured
from inbox.display import visible
from inbox.display.times import calendar_day
from inbox.models import CodeKind, CodeName, Membership
from inbox.popsell.client import OLDEST_FIRST
from inbox.text.isolates import alone

Codes = tuple[tuple[str, str], ...]  # each with its name, empty until it has one

TABS = {
    "unread": gettext_lazy("Unread"),
    "anomaly": gettext_lazy("Anomalies"),
    "low": gettext_lazy("Low ratings"),
    "unreviewed": gettext_lazy("Not reviewed"),
    "online": gettext_lazy("Online"),
}
"""The filters that are a tab each: choosing one leaves the others of them."""

LABELS = {
    "archived": gettext_lazy("Archive"),
    "flag": gettext_lazy("Flag"),
    "commented": gettext_lazy("Comments"),
    "type_chatroom": gettext_lazy("Kind"),
    "moderation": gettext_lazy("Moderation"),
    "sort": gettext_lazy("Order"),
}
CHOICES = {
    "archived": {"0": gettext_lazy("Not archived"), "1": gettext_lazy("Archived")},
    "flag": {"1": gettext_lazy("Flagged as to do"), "2": gettext_lazy("Flagged as done")},
    "commented": {
        "commented": gettext_lazy("Commented"),
        "not_commented": gettext_lazy("Not commented"),
    },
    "type_chatroom": {"0": gettext_lazy("One to one"), "7": gettext_lazy("One to many")},
    "rated": {"1": gettext_lazy("Rated in the last 30 days")},
    "sort": {OLDEST_FIRST: gettext_lazy("Oldest activity first")},
}
"""The documented values, as an address has them."""

UNSET = {"sort": gettext_lazy("Latest activity first")}


@dataclass(frozen=True, slots=True)
class Option:
    """`value`: as an address has it."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A link to the same list with another query."""

    label: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """The filter bar. `on`: every active filter, by its words.

    `chips`: active filters without a tab, and links to remove them. `path`: of the inbox. `everything`:
    the list without any filter, in the same order. `named`: the active filters and the order, for a
    title.
    """

    query: Query
    tabs: tuple[Step, ...]
    chips: tuple[Step, ...]
    on: tuple[str, ...]
    fields: tuple[Field, ...]
    ticks: tuple[Option, ...]
    path: str
    everything: str
    named: str = ""
    html: SafeString = field(default=SafeString(), compare=False)


def bar(
    member: Membership,
    ambassador_id: int,
    query: Query,
    names: Mapping[tuple[str, str], CodeName],
) -> Bar:
    """`names`: of the codes seen in the brand. Its links lead to the first page of each list."""
    codes = [(code, one.name) for (kind, code), one in names.items() if kind == CodeKind.MODERATION]
    path = inbox_address(member.brand_id, ambassador_id)
    with measured("render"):
        return _bar(path, query.with_changes(after=None), tuple(codes), get_language())


@lru_cache(256)
def _bar(path: str, query: Query, codes: Codes, _language: str | None) -> Bar:
    """Make the bar once per inbox and query, its HTML included."""
    plain = replace(EVERYTHING, sort=query.sort)
    on = [name for name in TABS if getattr(query, name)]
    tab = on[0] if len(on) == 1 else None
    words, none = _words(query, dict(codes)), dict.fromkeys(TABS)

    def address(query: Query) -> str:
        return path + build(1, query)

    made = Bar(
        query=query,
        tabs=(
            Step(_("All"), address(plain), current=not query.narrows),
            *(
                Step(str(label), address(query.with_changes(**none | {name: True})), name == tab)
                for name, label in TABS.items()
            ),
        ),
        chips=tuple(
            Step(word, address(query.with_changes(**{name: None})))
            for name, word in words.items()
            if name != tab
        ),
        on=tuple(word for name, word in words.items() if name != "sort"),
        fields=tuple(_fields(query, dict(codes))),
        ticks=tuple(Option(name, str(label), name in on) for name, label in TABS.items()),
        path=path,
        everything=address(plain),
        named=" · ".join(words.values()),
    )
    html = get_template("inbox/_filters.html").render({"bar": made})
    return replace(made, html=mark_safe(html))  # noqa: S308 - our template escaped what is in it


memories.register(_bar.cache_clear)


def _words(query: Query, codes: Mapping[str, str]) -> dict[str, str]:
    """Each filter that is set, and the sort, in words."""
    words = {}
    for name, value in query.params().items():
        if name in TABS:
            words[name] = str(TABS[name])
        elif query.before and name == "before":
            day = calendar_day(query.before)
            words[name] = _("Last active before %(day)s") % {"day": day}
        elif name == "moderation":
            words[name] = _moderation(value, codes)
        else:
            words[name] = str(CHOICES[name][value])
    return words


def _fields(query: Query, codes: Mapping[str, str]) -> list[Field]:
    known = {code: _moderation(code, codes) for code in codes}
    if query.moderation:
        known.setdefault(query.moderation, _moderation(query.moderation, codes))
    choices = CHOICES | ({"moderation": known} if known else {})
    values = query.params()
    return [
        Field(
            name,
            str(label),
            (
                Option("", str(UNSET.get(name) or _("Any")), name not in values),
                *(
                    Option(value, str(word), value == values.get(name))
                    for value, word in choices[name].items()
                ),
            ),
        )
        for name, label in LABELS.items()
        if name in choices
    ]


def _moderation(code: str, codes: Mapping[str, str]) -> str:
    """A code by the name that the brand's manager gave it, else by its digits."""
    return alone(visible(codes.get(code))) or _("Moderation %(code)s") % {"code": code}
