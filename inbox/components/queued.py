"""Each row of "Needs attention" names two people, gives the reason, quotes it, and tells the time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from inbox import access
from inbox.caches.memories import Memory
from inbox.chatrooms import (
    annotations,
    brand_rules,
    evidence,
    holds,
    judging,
    signals,
    since_review,
    tokens,
)
from inbox.chatrooms.annotations import Annotations, Names
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.judging import Rate
from inbox.chatrooms.marks import Item, checksum
from inbox.chatrooms.query import EVERYTHING, Query, build
from inbox.chatrooms.signals import Found, Reason, Rules
from inbox.chatrooms.tokens import Target
from inbox.components import hands, indexed
from inbox.components.hands import Hand
from inbox.components.indexed import Pair
from inbox.components.toasts import Toast
from inbox.display import colleague, known, tenths, times
from inbox.display.people import first_name
from inbox.models import Brand, CodeKind, Hold, IndexedAmbassador, IndexedChatroom, Membership
from inbox.popsell.resources import Ambassador
from inbox.queue import attention, brand_state, coded, past
from inbox.queue.attention import Band
from inbox.queue.brand_state import BrandState
from inbox.queue.past import Past
from inbox.text.isolates import alone, plain

BAD, WARN, NONE = "bad", "warn", "none"

PICTURES = {
    Reason.BAD_ANOMALY: ("warning", BAD),
    Reason.BAD_MODERATION: ("shield", BAD),
    Reason.LEFT_WAITING: ("clock", WARN),
    Reason.NEVER_ANSWERED: ("clock", WARN),
    Reason.WAITING_MODERATION: ("shield", WARN),
    Reason.ANOMALY: ("warning", NONE),
    Reason.LOW_RATING: ("star", BAD),
    Reason.WAITING: ("clock", NONE),
    Reason.TO_DO: ("flag", NONE),
    Reason.TOPIC: ("tag", NONE),
    Reason.NEWS: ("eye", NONE),
    Reason.THANKS: ("check", NONE),
}
"""The icon of each reason, and its tone."""

CODES = {
    Reason.BAD_ANOMALY: (CodeKind.ANOMALY, "anomaly"),
    Reason.ANOMALY: (CodeKind.ANOMALY, "anomaly"),
    Reason.BAD_MODERATION: (CodeKind.MODERATION, "status_moderation"),
    Reason.WAITING_MODERATION: (CodeKind.MODERATION, "status_moderation"),
    Reason.TOPIC: (CodeKind.TOPIC, "topic"),
}
"""The kind of code that a reason names, and the column that has it."""
OF_CODES = tuple(dict.fromkeys(CODES.values()))
"""Each kind of code, and the column that has it."""
ANOMALIES = {Reason.BAD_ANOMALY, Reason.ANOMALY}
OF_SUMMARY = {Reason.BAD_ANOMALY, Reason.ANOMALY, Reason.TOPIC}
DONE = {
    "read": gettext_lazy("Marked read by you"),
    "review": gettext_lazy("Reviewed by you"),
    "no_answer": gettext_lazy("Needs no answer"),
    "judge wrong": gettext_lazy("Judged wrong by you"),
    "archive on": gettext_lazy("Archived by you"),
    "block on": gettext_lazy("Blocked by you"),
    "flag 2": gettext_lazy("Done by you"),
    "flag none": gettext_lazy("Flag taken away by you"),
}
"""What ended the reasons of a row, by the words of the act's toast."""
NOBODY = gettext_lazy("Settled")
IN_HAND = {"hold", "take_over", "hand_over", "release"}
"""Acts that end no reason: a row without one was none before, by the words of their toasts."""

OFFERED = {
    **dict.fromkeys((Reason.LEFT_WAITING, Reason.NEVER_ANSWERED), "no-answer"),
    **dict.fromkeys((Reason.WAITING, Reason.THANKS), "no-answer"),
    **dict.fromkeys((Reason.WAITING_MODERATION, Reason.ANOMALY), "review"),
    **dict.fromkeys((Reason.LOW_RATING, Reason.TOPIC, Reason.NEWS), "review"),
}
"""The act that a row offers for its most pressing reason, as its address is named."""
ENDANGERING = {Reason.BAD_ANOMALY, Reason.BAD_MODERATION}
"""Nobody signs these off unseen, however old they are."""

MINUTE = timedelta(minutes=1)
WAITS = {Reason.LEFT_WAITING, Reason.NEVER_ANSWERED, Reason.WAITING}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words, and `since` when. `quote`: what shows it, as HTML, empty where none is kept.

    `is_summary`: whether the quote is of the automatic summary, `is_own` of the ambassador's side.
    `also`: the reason in a few words, behind another one. `match`: that the quoted message has one of
    the brand's words, `at` its address. `cover`: how much of the conversation the summary tells of.
    `rate`: how often such an anomaly was right. `beside`: what it is to be seen beside, such as the
    ambassador's own past.
    """

    label: str
    icon: str
    tone: str
    since: datetime | None
    quote: str = ""
    is_summary: bool = False
    is_own: bool = False
    also: str = ""
    match: str = ""
    at: str = ""
    cover: str = ""
    rate: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What came of earlier ones: `rates` of anomalies by their codes, and each ambassador's `past`."""

    rates: Mapping[str, Rate] = field(default_factory=dict)
    past: Mapping[int, Past] = field(default_factory=dict)


NO_RECORD = Record()


@dataclass(frozen=True, slots=True)
class Queued:
    """A conversation that needs attention, and its `reasons`, the most pressing first.

    `token`: of its acts, empty for viewers. `offer`: the act that ends the most pressing reason, empty
    where nobody should act before they looked. `hand`: who has it. `done`: what was just done that
    ended the reasons, empty while they stand. `undo`: the record that Undo takes back, 0 for none.
    `face`: all that the rest depends on, None where nothing is kept of it.
    """

    row: IndexedChatroom
    pair: Pair
    reasons: tuple[Why, ...]
    path: str
    query: Query
    mark: str
    token: str = ""
    offer: str = ""
    hand: Hand = hands.NOBODY
    done: str = ""
    undo: int = 0
    face: object = field(default=None, compare=False)

    @property
    def id(self) -> int:
        return self.row.chatroom

    @property
    def address(self) -> str:
        """Of the conversation, beside the same list."""
        return self.path + build(1, self.query)

    @property
    def carried(self) -> str:
        """The query, as the form of an act carries it."""
        return urlencode(self.query.params())

    @property
    def why(self) -> Why:
        return self.reasons[0]

    @property
    def waits(self) -> bool:
        """Whether somebody waits for an answer, for a reason or too shortly for one."""
        return self.row.waiting_since is not None and not signals.is_settled(self.row)

    @property
    def item(self) -> Item:
        return Item(self.row.pk, self.mark, None)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of a page that stand in the same band; None is older than the horizon."""

    band: Band | None
    rows: list[Queued]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a brand's managers set: the `names` of its codes, and its `rules`."""

    names: Names
    rules: Rules


def find_terms(brand: Brand, state: BrandState | None = None) -> Terms:
    """`state`: how the brand stands, where that was asked for."""
    stored = (state or brand_state.find(brand.pk)).rules
    return Terms(annotations.names(brand.pk), brand_rules.of(stored, brand) if stored else Rules())


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a list: the `team` as its member sees it, and ambassadors by their ids."""

    team: Sequence[Membership]
    keepers: Mapping[int, IndexedAmbassador]


NO_CAST = Cast((), {})


def find_cast(member: Membership, rows: Iterable[IndexedChatroom], *ambassadors: int) -> Cast:
    """The people of these rows, and these ambassadors."""
    ids = {row.ambassador for row in rows}.union(ambassadors)
    return Cast(access.team_of(member), coded.find_ambassadors(member.brand_id, ids))


def show(
    member: Membership, rows: list[IndexedChatroom], query: Query, terms: Terms, cast: Cast
) -> list[Queued]:
    """These rows of the member's brand in words. `query`: of the list that they stand in.

    Left out are those that need nobody by now, though their rank was not renewed yet.
    """
    return [one for one in _show_all(member, rows, query, terms, cast) if one.reasons]


def show_held(
    member: Membership, rows: list[IndexedChatroom], query: Query, terms: Terms, cast: Cast
) -> list[Queued]:
    """As `show`, for conversations in the member's hands: they may have no reason of their own."""
    return _give_reasons(_show_all(member, rows, query, terms, cast), _in_hand)


def _give_reasons(shown: list[Queued], otherwise: Callable[[Queued], Why]) -> list[Queued]:
    """These, and what to say where nothing needs attention."""
    return [one if one.reasons else replace(one, reasons=(otherwise(one),)) for one in shown]


def _in_hand(one: Queued) -> Why:
    quote = indexed.said(one.row.type_message, one.row.excerpt)
    is_own = bool(one.row.is_own)
    return Why(_("Nothing else needs attention"), "check", NONE, None, quote, is_own=is_own)


def show_unread(
    member: Membership, rows: list[IndexedChatroom], query: Query, terms: Terms, cast: Cast
) -> list[Queued]:
    """As `show`, for what was not read: they may have no reason of their own."""
    return _give_reasons(_show_all(member, rows, query, terms, cast), _unread)


def _unread(one: Queued) -> Why:
    quote = indexed.said(one.row.type_message, one.row.excerpt)
    return Why(_("Not read yet"), "envelope", NONE, None, quote, is_own=bool(one.row.is_own))


def find_open(shown: Conversation) -> Queued | None:
    """The open conversation as its list has it; None beside an inbox, and where it is not indexed."""
    at, member = shown.listing, shown.listing.member
    if not at.query.is_brand_wide:
        return None
    terms = Terms(shown.annotations.names, brand_rules.find(member.brand))
    return find(member, at.ambassador.id, shown.row.chatroom.id, at.query, terms)


def after_act(found: Queued | None, toast: Toast) -> Queued | None:
    """The row of a conversation that was acted in: it stays where it is, also if it needs nobody now.

    `found`: as the list has it since; None where the index does not have it.
    """
    if found is None or found.reasons:
        return found
    if found.query.unread and found.row.unread:
        return replace(found, reasons=(_unread(found),))
    if toast.words in IN_HAND:
        return replace(found, reasons=(_in_hand(found),))
    done = DONE.get(toast.words, NOBODY) if toast.is_done else NOBODY
    quote = indexed.said(found.row.type_message, found.row.excerpt)
    nothing = Why(_("Needs nobody any more"), "check", NONE, None, quote)
    return replace(found, reasons=(nothing,), offer="", done=str(done), undo=toast.undo)


def items_of(member: Membership, ids: Iterable[int]) -> list[Item]:
    """Rows of the index as the list would show them now, by their ids; also those without reasons."""
    if not ids:
        return []
    rows = list(IndexedChatroom.objects.filter(brand=member.brand_id, pk__in=ids))
    return [one.item for one in _show_all(member, rows, EVERYTHING)]


def has_changed(member: Membership, target: Target, mark: str) -> bool:
    """Whether the row of this mark, as a page showed it, tells something else by now."""
    found = find(member, target.ambassador, target.chatroom, EVERYTHING)
    return found is None or found.mark != mark


def find(
    member: Membership, ambassador: int, chatroom: int, query: Query, terms: Terms | None = None
) -> Queued | None:
    """A conversation as the list has it, also without reasons; None where it is not indexed."""
    keys = {"brand": member.brand_id, "chatroom": chatroom, "ambassador": ambassador}
    rows = list(IndexedChatroom.objects.filter(**keys))
    return next(iter(_show_all(member, rows, query, terms)), None)


def in_bands(rows: Iterable[Queued]) -> list[Stretch]:
    """The same rows, parted where a band ends."""
    parted: list[Stretch] = []
    for one in rows:
        band = attention.band(one.row.rank or 0)
        if not parted or parted[-1].band != band:
            parted.append(Stretch(band, []))
        parted[-1].rows.append(one)
    return parted


def _show_all(
    member: Membership,
    rows: list[IndexedChatroom],
    query: Query,
    terms: Terms | None = None,
    cast: Cast | None = None,
) -> list[Queued]:
    if not rows:
        return []
    brand_id, told = member.brand_id, terms or find_terms(member.brand)
    of = cast or find_cast(member, rows)
    added = _find_added(brand_id, rows, told.names)
    record = _find_record(member, rows)
    told_rows = [
        _keep(row, added, of.keepers.get(row.ambassador), query, told.rules, member, record)
        for row in rows
    ]
    ids = [row.chatroom for row in rows]
    held = hands.among(member, _find_holds(member, ids), ids, of.team)
    return [replace(one, hand=held.get(one.id, hands.NOBODY)) for one in told_rows]


def _find_added(brand_id: int, rows: Iterable[IndexedChatroom], names: Names) -> Annotations:
    """What the team added to these, as far as a reason tells of it."""
    reviewed = [row.chatroom for row in rows if row.reviewed_message is not None]
    flagged = [row.chatroom for row in rows if row.flag is not None]
    return Annotations(
        annotations.reviews(brand_id, reviewed), annotations.flags(brand_id, flagged), names
    )


def _find_holds(member: Membership, chatrooms: Iterable[int]) -> dict[int, Hold]:
    sees = access.sees_colleagues(member)
    return holds.find(member.brand_id, chatrooms) if sees else {}


def _find_record(member: Membership, rows: Iterable[IndexedChatroom]) -> Record:
    tells_rates = member.may_act and any(row.is_anomalous for row in rows)
    compared = {row.ambassador for row in rows if row.is_waiting or row.is_low}
    return Record(
        judging.find_rates(member.brand_id) if tells_rates else {},
        past.find(member.brand, compared),
    )


_OF_ROW = attrgetter(
    *(one.attname for one in IndexedChatroom._meta.concrete_fields if one.attname != "news")
)
_OF_KEEPER = attrgetter("ambassador", "name", "status", "seen", "anonymized")
_OF_CODE = attrgetter("name", "tone", "needs_attention", "words")
_OF_REVIEW = attrgetter("pk", "member_name")
_OF_FLAG = attrgetter("flag", "member_name", "flagged")
_DESCRIBED = Memory["Queued"](1_024)


def _keep(
    row: IndexedChatroom,
    added: Annotations,
    keeper: IndexedAmbassador | None,
    query: Query,
    rules: Rules,
    member: Membership,
    record: Record,
) -> Queued:
    """As `describe`, once for all that it depends on.

    Relative times are right to the minute, and reasons that begin or end by themselves to the second.
    """
    now = timezone.now()
    codes = [added.names.get((kind, getattr(row, column))) for kind, column in OF_CODES]
    review = added.reviews.get(row.chatroom)
    flag = added.flags.get((row.chatroom, row.participant or 0))
    face = (
        (member.pk, member.may_act, member.brand.time_zone, get_language(), query, rules),
        int(now.timestamp() // 60),
        row.changes_at is not None and row.changes_at <= now,
        _OF_ROW(row),
        row.news and tuple(row.news),
        keeper and _OF_KEEPER(keeper),
        *(code and _OF_CODE(code) for code in codes),
        review and _OF_REVIEW(review),
        flag and _OF_FLAG(flag),
        record.rates.get(row.anomaly),
        record.past.get(row.ambassador),
    )

    def make() -> Queued:
        return replace(describe(row, added, keeper, query, rules, member, record), face=face)

    return _DESCRIBED.keep(face, make)


def describe(
    row: IndexedChatroom,
    added: Annotations,
    keeper: IndexedAmbassador | None,
    query: Query,
    rules: Rules,
    member: Membership,
    record: Record = NO_RECORD,
) -> Queued:
    """This row in words, for a member.

    `keeper`: the ambassador in whose inbox it stands, where they are known.
    """
    seen = keeper.seen if keeper else None
    found = signals.find(row, added.names, seen, rules, timezone.now()).reasons
    pair = indexed.pair_of(row, keeper)
    return Queued(
        row,
        pair,
        tuple(_why(one, row, added, query, record, pair.ambassador) for one in found),
        indexed.address(row),
        query,
        _mark(row, found),
        _sign(member, row),
        _offer(member, row, found),
    )


def _sign(member: Membership, row: IndexedChatroom) -> str:
    last = row.last_message or 0
    ids = (member.brand_id, row.ambassador, row.chatroom, row.participant or 0, last)
    return tokens.sign(member, Target(*ids)) if member.may_act else ""


def _offer(member: Membership, row: IndexedChatroom, found: Sequence[Found]) -> str:
    """What ends the most pressing reason. Nobody signs off unseen what tells of a customer at risk."""
    act = OFFERED.get(found[0].reason, "") if found else ""
    is_unseen = act == "review" and any(one.reason in ENDANGERING for one in found)
    return "" if is_unseen or not member.may_act or not row.last_message else act


def _mark(row: IndexedChatroom, found: Iterable[Found]) -> str:
    """Changes with what a row tells, but for times that tick by themselves."""
    reasons = [(one.reason, one.rank, one.since) for one in found]
    words = (row.name, row.excerpt, row.comment, row.summary, row.proof, row.proof_word)
    counts = (row.covered, row.total)
    return checksum(reasons, words, counts, row.last_message, row.rating, row.anomaly, row.topic)


def _why(
    found: Found,
    row: IndexedChatroom,
    added: Annotations,
    query: Query,
    record: Record,
    ambassador: Ambassador,
) -> Why:
    picture, tone = PICTURES[found.reason]
    label = _label(found, row, added)
    beside = _beside(found, row, ambassador, record.past)
    why = Why(label, picture, tone, found.since, also=_also(found, label), beside=beside)
    if found.reason in ANOMALIES and row.anomaly in record.rates:
        why = replace(why, rate=record.rates[row.anomaly].words)
    if found.reason in ANOMALIES and evidence.is_current(row, added.names):
        why = replace(why, cover=_cover(row))
        if row.proof and row.proof_message:
            return replace(why, **_matched(row, query))
    if found.reason in OF_SUMMARY:
        return replace(why, quote=indexed.said("0", row.summary), is_summary=True)
    if found.reason == Reason.LOW_RATING:
        return replace(why, quote=indexed.said("0", row.comment))
    quote = indexed.said(row.type_message, row.excerpt)
    return replace(why, quote=quote, is_own=bool(row.is_own))


def _matched(row: IndexedChatroom, query: Query) -> dict[str, Any]:
    """The quoted message, and what it is quoted for: a hint, and never the anomaly itself."""
    return {
        "quote": indexed.said("0", row.proof),
        "is_own": bool(row.proof_own),
        "match": _("matches “%(word)s”") % {"word": alone(row.proof_word)},
        "at": f"{indexed.address(row)}messages/{row.proof_message}/{build(1, query)}",
    }


def _cover(row: IndexedChatroom) -> str:
    """How many of the messages the summary tells of; empty where that is not known."""
    covered, total = row.covered, row.total
    if not total or covered is None or not 0 <= covered <= total:
        return ""
    told = {"covered": known(covered), "total": known(total)}
    if covered == total:
        return (
            ngettext(
                "Summary covers %(total)s message", "Summary covers all %(total)s messages", total
            )
            % told
        )
    sentence = (
        _("Summary covers %(covered)s of %(total)s messages, it may be out of date")
        if covered * 2 <= total
        else _("Summary covers %(covered)s of %(total)s messages")
    )
    return sentence % told


def _beside(
    found: Found, row: IndexedChatroom, ambassador: Ambassador, past_of: Mapping[int, Past]
) -> str:
    """What makes the reason clear, as plain text: empty where nothing is known."""
    own = past_of.get(row.ambassador, past.UNKNOWN)
    name = alone(first_name(ambassador))
    if found.reason == Reason.NEVER_ANSWERED and row.waiting_since and not row.waits_longer:
        return _("First message %(when)s") % {"when": times.ago(row.waiting_since, within=True)}
    if found.reason in WAITS and own.usual is not None:
        told = {"name": name, "time": times.span(timezone.now() - max(own.usual, MINUTE))}
        return _("%(name)s usually answers in %(time)s") % told
    if found.reason == Reason.LOW_RATING and own.has_fallen:
        told = {"name": name, "now": tenths(own.rating), "before": tenths(own.rating_before)}
        return _("%(name)s's ratings: %(now)s in 30 days, %(before)s before") % told
    return ""


def _label(found: Found, row: IndexedChatroom, added: Annotations) -> str:
    """A reason in a few words of plain text."""
    match found.reason:
        case Reason.LEFT_WAITING:
            return _("Left waiting")
        case Reason.NEVER_ANSWERED:
            return _("Never answered")
        case Reason.WAITING:
            return _("Waiting")
        case Reason.THANKS:
            return _("Thanks, without a question")
        case Reason.LOW_RATING:
            stars = row.rating or 0
            return ngettext("%(stars)s star", "%(stars)s stars", stars) % {"stars": stars}
        case Reason.TO_DO:
            return _to_do(row, added)
        case Reason.NEWS:
            return _news(row, added)
        case _:
            return _named(found.reason, row, added)


def _named(reason: Reason, row: IndexedChatroom, added: Annotations) -> str:
    kind, column = CODES[reason]
    name = plain(added.names[kind, getattr(row, column)].name)
    if kind == CodeKind.MODERATION:
        return _("Moderation: %(name)s") % {"name": alone(name)}
    return _("Topic: %(name)s") % {"name": alone(name)} if kind == CodeKind.TOPIC else name


def _to_do(row: IndexedChatroom, added: Annotations) -> str:
    flag = added.flags.get((row.chatroom, row.participant or 0))
    if flag is None:
        return _("To do")
    told = {
        "name": alone(colleague(flag.member_name)),
        "when": times.ago(flag.flagged, within=True),
    }
    return _("To do, from %(name)s %(when)s") % told


def _news(row: IndexedChatroom, added: Annotations) -> str:
    review = added.reviews.get(row.chatroom)
    if review is None:
        return _("New since the review")
    told = {"name": alone(colleague(review.member_name))}
    found = since_review.find(row, review)
    if found is None:
        return _("New since %(name)s's review") % told
    sentence = (
        ngettext(
            "New since %(name)s's review, at least %(count)s message",
            "New since %(name)s's review, at least %(count)s messages",
            found.number,
        )
        if found.is_least
        else ngettext(
            "New since %(name)s's review, %(count)s message",
            "New since %(name)s's review, %(count)s messages",
            found.number,
        )
    )
    return sentence % {**told, "count": known(found.number)}


def _also(found: Found, label: str) -> str:
    if found.reason in WAITS:
        return _("also no answer for %(time)s") % {"time": times.span(found.since)}
    is_name = found.reason in ANOMALIES
    return _("also %(reason)s") % {"reason": alone(label) if is_name else label}
