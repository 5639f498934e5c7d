"""What the list of what needs attention is narrowed to: a form, and a link to remove each part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox import access
from inbox.chatrooms.query import Query
from inbox.components.asked import Asked, ids_in, words_in
from inbox.components.filters import Step
from inbox.components.freshness import person_of
from inbox.display import known
from inbox.display.addresses import path_to
from inbox.display.people import name
from inbox.display.times import calendar_day
from inbox.models import IndexedAmbassador, Membership
from inbox.queue import coded
from inbox.queue.attention import Tab
from inbox.queue.narrowing import Narrowing
from inbox.queue.search import Refusal
from inbox.text.isolates import alone

NARROWING = (
    *("held", "ambassador", "waits", "quiet", "before"),
    *("unread", "anomaly", "named", "q"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """`chips`: each part of what a tab is narrowed to, with the list without it.

    `everything`: the tab as it is. `keeps`: the end of the address under which it can be saved as a
    view, empty for members who may keep none. `tells_holders`: whether the member may ask who has it.
    `is_unnamed`: whether no anomaly has such a name, `says_too_little` whether its words can't be
    looked for.
    """

    query: Query
    chips: tuple[Step, ...]
    everything: str
    keeps: str
    tells_holders: bool
    is_unnamed: bool
    says_too_little: bool


def bar(member: Membership, asked: Asked, to: Narrowing) -> Bar:
    """`to`: what it is narrowed to."""
    path, acts = path_to("attention", member.brand_id), access.sees_colleagues(member)
    words = dict(_words(member.brand_id, asked)) if asked.narrows else {}
    chips = [Step(word, path + _without(asked, key).address) for key, word in words.items()]
    return Bar(
        asked.query,
        tuple(chips),
        Asked().on_tab(asked.tab).address,
        keeps=asked.first.address if words and acts else "",
        tells_holders=acts,
        is_unnamed=to.anomalies == (),
        says_too_little=to.having is Refusal.TOO_SHORT,
    )


def tell(member: Membership, asked: Asked, tabs: Mapping[Tab, str]) -> list[str]:
    """What a view's list is, in words. `tabs`: what each tab is called."""
    if asked.held:
        return []
    tab = [] if asked.tab == Tab.ALL else [tabs[asked.tab]]
    return [*tab, *(word for _key, word in _words(member.brand_id, asked))]


def _without(asked: Asked, key: str) -> Asked:
    """`key`: the name of a part, or of an ambassador among several."""
    if not key.isdecimal():
        return asked.with_changes(**{key: None})
    others = [str(one) for one in ids_in(asked.query) if str(one) != key]
    return asked.with_changes(ambassador=",".join(others))


def _words(brand_id: int, asked: Asked) -> Iterator[tuple[str, str]]:
    query = asked.query
    if query.held:
        yield "held", _("Nobody has it")
    for id_, told in name_ambassadors(brand_id, asked).items():
        yield str(id_), _("With %(name)s") % {"name": told}
    if query.waits:
        words = ngettext(
            "Waits %(hours)s hour or more", "Waits %(hours)s hours or more", query.waits
        )
        yield "waits", words % {"hours": known(query.waits)}
    if query.quiet:
        words = ngettext("Quiet for %(days)s day", "Quiet for %(days)s days", query.quiet)
        yield "quiet", words % {"days": known(query.quiet)}
    if query.before:
        yield "before", _("Last message before %(day)s") % {"day": calendar_day(query.before)}
    if query.unread:
        yield "unread", _("Unread")
    if query.anomaly:
        yield "anomaly", _("With an anomaly")
    if query.named:
        yield (
            "named",
            _("Anomaly named: %(words)s") % {"words": alone(", ".join(words_in(query.named)))},
        )
    if query.q:
        yield "q", _("Words: %(words)s") % {"words": alone(query.q)}


def name_ambassadors(brand_id: int, asked: Asked) -> dict[int, str]:
    """Those to whose inboxes a list is narrowed, by their ids."""
    ids = list(ids_in(asked.query))
    people = coded.find_ambassadors(brand_id, ids) if ids else {}
    unknown = _("ambassador %(number)s")
    return {
        id_: name_of(people[id_]) if id_ in people else unknown % {"number": id_} for id_ in ids
    }


def name_of(one: IndexedAmbassador) -> str:
    return alone(name(person_of(one)))
