"""Each row of "Needs attention" names two people, gives the reason, quotes it, and tells the time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from inbox import access
from inbox.caches.memories import Memory
from inbox.chatrooms import (
    annotations,
    attempts,
    brand_rules,
    holds,
    judging,
    signals,
    tokens,
)
from inbox.chatrooms.annotations import Annotations, Names
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.judging import Rate
from inbox.chatrooms.marks import Item, checksum
from inbox.chatrooms.query import EVERYTHING, Query, build
from inbox.chatrooms.signals import Found, Reason, Rules
from inbox.chatrooms.tokens import Target
from inbox.components import hands, indexed, kept, reasons
from inbox.components.hands import Hand
from inbox.components.indexed import Pair
from inbox.components.reasons import NO_RECORD, NONE, OF_CODES, Record, Why
from inbox.components.toasts import Toast
from inbox.models import Brand, Hold, IndexedAmbassador, IndexedChatroom, Membership
from inbox.popsell.codes import Flag
from inbox.queue import attention, brand_state, coded, past
from inbox.queue.attention import Band
from inbox.queue.brand_state import BrandState
from inbox.trips import Answer, Trip

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
BEFORE: dict[str, dict[str, Any]] = {
    "no_answer": {"settled_message": None, "settled": None},
    "judge wrong": {"judged_wrong": ""},
    "archive on": {"archived": False},
    "block on": {"is_blocked": False},
    "flag 2": {"flag": int(Flag.TO_DO)},
    "flag none": {"flag": int(Flag.TO_DO)},
}
"""What a row told before such an act, by the words of its toast. A review may have an earlier one, and
a flag may have been another."""
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


@dataclass(frozen=True, slots=True)
class Queued:
    """A conversation that needs attention, and its `reasons`, the most pressing first.

    `token`: of its acts, empty for viewers. `offer`: the act that ends the most pressing reason, empty
    where nobody should act before they looked. `hand`: who has it. `done`: what was just done that
    ended the reasons, empty while they stand. `undo`: the record that Undo takes back, 0 for none.
    `face`: the same for what is the same, None where nothing is kept of it.
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
    state = state or brand_state.find(brand.pk)
    rules = brand_rules.of(state.rules, brand) if state.rules else Rules()
    return Terms(annotations.remember_names(brand), rules)


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a list, and what they did.

    The `team` as its member sees it, and ambassadors by their ids; the last `holds` by chatroom, and
    the `rates` of anomalies by their codes, both empty for viewers.
    """

    team: Sequence[Membership]
    keepers: Mapping[int, IndexedAmbassador]
    holds: Mapping[int, Hold]
    rates: Mapping[str, Rate]


NO_CAST = Cast((), {}, {}, {})


def find_cast(
    trip: Trip,
    member: Membership,
    rows: Collection[IndexedChatroom],
    *ambassadors: int,
    state: BrandState = brand_state.UNKNOWN,
) -> Answer[Cast]:
    """The people of these rows, and these ambassadors. `state`: how the brand stands, where known."""
    brand_id, sees = member.brand_id, access.sees_colleagues(member)
    ids = {row.ambassador for row in rows}.union(ambassadors)
    rooms = [row.chatroom for row in rows] if sees else []
    keepers = coded.find_ambassadors_on(trip, brand_id, ids)
    held = holds.find_on(trip, brand_id, rooms)
    tells_rates = member.may_act and any(row.is_anomalous for row in rows)
    rates: Answer[dict[str, Rate]] = (
        judging.find_rates(trip, brand_id) if tells_rates else dict[str, Rate]
    )
    return lambda: Cast(access.team_of(member, state.team), keepers(), held(), rates())


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
    return [one if one.reasons else _give_reason(one, otherwise) for one in shown]


def _give_reason(one: Queued, otherwise: Callable[[Queued], Why]) -> Queued:
    face = one.face and (one.face, otherwise)
    return replace(one, reasons=(otherwise(one),), face=face)


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


def after_act(member: Membership, found: Queued | None, toast: Toast) -> Queued | None:
    """The row of a conversation that was acted in: it stays where it is, also if nothing is left to do.

    `found`: as the list has it since; None where the index does not have it. What was decided keeps the
    reasons that the act ended, so that one sees what it was.
    """
    if found is None or found.reasons:
        return found
    if found.query.unread and found.row.unread:
        return _give_reason(found, _unread)
    if toast.words in IN_HAND:
        return _give_reason(found, _in_hand)
    done = DONE.get(toast.words, NOBODY) if toast.is_done else NOBODY
    before = _before(member, found, toast.words)
    if before and before.reasons:
        found = replace(found, row=before.row, reasons=before.reasons)
    else:
        found = replace(found, reasons=(_in_hand(found),))
    return replace(found, offer="", done=str(done), undo=toast.undo, face=None)


def _before(member: Membership, found: Queued, words: str) -> Queued | None:
    """The row as it was before an act, by the words of its toast; None where that is not known."""
    if words not in BEFORE and words != "review":
        return None
    if words.startswith("flag") and not attempts.was_to_do(found.row):
        return None
    row, terms = copy(found.row), find_terms(member.brand)
    reviews = annotations.reviews(member.brand_id, [row.chatroom])
    if words == "review":
        earlier = annotations.earlier_review(member.brand_id, row.chatroom)
        row.reviewed_message = earlier.message if earlier else None
        row.reviewed = earlier.reviewed if earlier else None
        reviews = {row.chatroom: earlier} if earlier else {}
    for column, value in BEFORE.get(words, {}).items():
        setattr(row, column, value)
    keeper = find_cast(Trip(), member, [row])().keepers.get(row.ambassador)
    added = Annotations(reviews, {}, terms.names)
    return describe(row, added, keeper, found.query, terms.rules, member)


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
    of = cast or find_cast(Trip(), member, rows)()
    added = _find_added(brand_id, rows, told.names)
    record = _find_record(member, rows, of.rates)
    reader = _READERS.keep(
        (member.pk, member.may_act, member.brand.time_zone, get_language(), query, told.rules),
        object,
    )
    at = reader, kept.minute()
    told_rows = [
        _keep(at, row, added, of.keepers.get(row.ambassador), query, told.rules, member, record)
        for row in rows
    ]
    ids = [row.chatroom for row in rows]
    held = hands.among(member, of.holds, ids, of.team)
    return [replace(one, hand=held[one.id]) if one.id in held else one for one in told_rows]


def _find_added(brand_id: int, rows: Iterable[IndexedChatroom], names: Names) -> Annotations:
    """What the team added to these, as far as a reason tells of it."""
    reviewed = [row.chatroom for row in rows if row.reviewed_message is not None]
    flagged = [row.chatroom for row in rows if row.flag is not None]
    return Annotations(
        annotations.reviews(brand_id, reviewed), annotations.flags(brand_id, flagged), names
    )


def _find_record(
    member: Membership, rows: Iterable[IndexedChatroom], rates: Mapping[str, Rate]
) -> Record:
    compared = {row.ambassador for row in rows if row.is_waiting or row.is_low}
    return Record(rates, past.find(member.brand, compared))


_OF_ROW = attrgetter(
    *(one.attname for one in IndexedChatroom._meta.concrete_fields if one.attname != "news")
)
_OF_KEEPER = attrgetter("ambassador", "name", "status", "seen", "anonymized")
_OF_CODE = attrgetter("name", "tone", "needs_attention", "words")
_OF_REVIEW = attrgetter("pk", "member_name")
_OF_FLAG = attrgetter("flag", "member_name", "flagged")
_DESCRIBED = Memory["Queued"](1_024)
_READERS = Memory[object](256)
"""Something of its own for each who reads, with what they asked for."""


def _of_row(row: IndexedChatroom) -> tuple[object, ...]:
    """What tells this row from what it was before."""
    version = vars(row).get("version")
    return (row.pk, version) if version else (_OF_ROW(row), row.news and tuple(row.news))


def _keep(
    at: tuple[object, int],
    row: IndexedChatroom,
    added: Annotations,
    keeper: IndexedAmbassador | None,
    query: Query,
    rules: Rules,
    member: Membership,
    record: Record,
) -> Queued:
    """As `describe`, once for all that it depends on. `at`: who reads it, and in which minute.

    Relative times are right to the minute, and reasons that begin or end by themselves to the second.
    """
    now = timezone.now()
    codes = [added.names.get((kind, getattr(row, column))) for kind, column in OF_CODES]
    review = added.reviews.get(row.chatroom)
    flag = added.flags.get((row.chatroom, row.participant or 0))
    told = (
        *at,
        row.changes_at is not None and row.changes_at <= now,
        *_of_row(row),
        keeper and _OF_KEEPER(keeper),
        *(code and _OF_CODE(code) for code in codes),
        review and _OF_REVIEW(review),
        flag and _OF_FLAG(flag),
        record.rates.get(row.anomaly),
        record.past.get(row.ambassador),
    )

    def make() -> Queued:
        return replace(describe(row, added, keeper, query, rules, member, record), face=object())

    return _DESCRIBED.keep(told, make)


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
        tuple(reasons.tell(one, row, added, query, record, pair.ambassador) for one in found),
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
    texts = (row.excerpt, row.waiting_text, row.comment, row.summary)
    words = (row.name, *texts, row.proof, row.proof_word)
    counts = (row.covered, row.total, row.news and tuple(row.news))
    return checksum(reasons, words, counts, row.last_message, row.rating, row.anomaly, row.topic)
