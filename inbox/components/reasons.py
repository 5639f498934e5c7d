"""Why a conversation needs attention, in words: the reason, what shows it, and what makes it clear."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.chatrooms import answers, evidence, since_review
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.judging import Rate
from inbox.chatrooms.query import Query, build
from inbox.chatrooms.signals import Found, Reason
from inbox.components import indexed
from inbox.display import colleague, known, tenths, times
from inbox.display.people import first_name
from inbox.models import CodeKind, IndexedChatroom
from inbox.popsell.resources import Ambassador
from inbox.queue import past
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


def tell(
    found: Found,
    row: IndexedChatroom,
    added: Annotations,
    query: Query,
    record: Record,
    ambassador: Ambassador,
) -> Why:
    """A reason in words. `added`: what the team added. `ambassador`: in whose inbox it stands."""
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
    if found.reason in WAITS and row.waiting_text and row.waiting_message != row.last_message:
        return replace(why, quote=indexed.said("0", row.waiting_text))
    if found.reason in WAITS and not answers.waits(row.type_message):
        return why  # a rating, say, came after the words that wait, which nobody has read yet
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
