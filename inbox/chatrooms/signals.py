"""What makes a conversation need attention, and since when: the one place for all reasons.

A reason holds from one moment to another, both known beforehand. So it is also known when the result
changes by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from inbox.chatrooms.answers import GIVEN
from inbox.chatrooms.opening_hours import ALWAYS, OpeningHours
from inbox.display import visible
from inbox.models import CodeKind, CodeName, IndexedChatroom, Tone
from inbox.models.index import OLDER
from inbox.popsell.codes import Flag, TypeDiscussion

Names = Mapping[tuple[str, str], CodeName]


@dataclass(frozen=True, slots=True)
class Rules:
    """A brand's rules of what needs attention.

    `waits_after`: a shorter wait is no reason. `left_after`: from then on somebody is left waiting,
    even where the ambassador was seen since. `low_stars`: the most stars of a low rating. `horizon`:
    reasons as old as this are older ones. `hours`: outside them the clocks of waits stand still.
    `thanks`: how a thank-you begins, folded.
    """

    waits_after: timedelta = timedelta(hours=1)
    left_after: timedelta = timedelta(hours=4)
    low_stars: int = 2
    horizon: timedelta = timedelta(days=14)
    hours: OpeningHours = ALWAYS
    thanks: frozenset[str] = GIVEN


class Reason(StrEnum):
    """Why to look at a conversation."""

    BAD_ANOMALY = "bad anomaly"
    BAD_MODERATION = "bad moderation"
    LEFT_WAITING = "left waiting"
    NEVER_ANSWERED = "never answered"
    WAITING_MODERATION = "waiting moderation"
    ANOMALY = "anomaly"
    LOW_RATING = "low rating"
    WAITING = "waiting"
    TO_DO = "to do"
    TOPIC = "topic"
    NEWS = "news"
    THANKS = "thanks"


RANKS = {
    Reason.BAD_ANOMALY: 10,
    Reason.BAD_MODERATION: 20,
    Reason.LEFT_WAITING: 30,
    Reason.NEVER_ANSWERED: 30,
    Reason.WAITING_MODERATION: 40,
    Reason.ANOMALY: 45,
    Reason.LOW_RATING: 50,
    Reason.WAITING: 60,
    Reason.TO_DO: 70,
    Reason.TOPIC: 75,
    Reason.NEWS: 90,
    Reason.THANKS: 90,
}
"""How pressing each is: the smallest comes first."""

MODERATION = {
    Tone.BAD.value: Reason.BAD_MODERATION,
    Tone.WAITING.value: Reason.WAITING_MODERATION,
}
"""By the tone of a status that needs attention."""

COLUMNS = {
    "is_waiting": {Reason.LEFT_WAITING, Reason.NEVER_ANSWERED, Reason.WAITING},
    "is_anomalous": {Reason.BAD_ANOMALY, Reason.ANOMALY},
    "is_moderated": {Reason.BAD_MODERATION, Reason.WAITING_MODERATION},
    "is_low": {Reason.LOW_RATING},
    "is_to_do": {Reason.TO_DO},
    "is_topical": {Reason.TOPIC},
    "is_news": {Reason.NEWS, Reason.THANKS},
}
"""What each column of a row tells, of older reasons too."""


@dataclass(frozen=True, slots=True)
class Found:
    """A reason that holds, and its rank: from `OLDER` on where it is older than the horizon."""

    reason: Reason
    rank: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Signals:
    """The reasons of a row, the most pressing first, and the `rank` and `since` of that one.

    `changes_at`: when time alone makes something else of the same row.
    """

    rank: int | None
    since: datetime | None
    reasons: tuple[Found, ...]
    changes_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Spell:
    """A reason and when it holds: from `begins` on, always where that is None, and before `ends`."""

    reason: Reason
    since: datetime
    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return (self.begins is None or self.begins <= now) and (
            self.ends is None or now < self.ends
        )

    def found(self, now: datetime, horizon: timedelta) -> Found:
        is_older = now - self.since >= horizon
        return Found(self.reason, RANKS[self.reason] + OLDER * is_older, self.since)

    def changes(self, horizon: timedelta) -> Iterator[datetime]:
        """The moments at which it begins, grows old and ends."""
        yield from (moment for moment in (self.begins, self.ends) if moment)
        if self.holds(old := self.since + horizon):
            yield old


def find(
    row: IndexedChatroom, names: Names, seen: datetime | None, rules: Rules, now: datetime
) -> Signals:
    """The reasons to look at a conversation. `seen`: the ambassador's newest `last_action_date`."""
    spells = list(_spells(row, names, seen, rules)) if _may_rank(row) else []
    found = sorted(
        (spell.found(now, rules.horizon) for spell in spells if spell.holds(now)),
        key=lambda one: (one.rank, one.since),
    )
    changes = (moment for spell in spells for moment in spell.changes(rules.horizon))
    return Signals(
        found[0].rank if found else None,
        found[0].since if found else None,
        tuple(found),
        min((moment for moment in changes if moment > now), default=None),
    )


def apply(
    row: IndexedChatroom, names: Names, seen: datetime | None, rules: Rules, now: datetime
) -> None:
    """Set what follows from the row's facts, without saving it."""
    signals = find(row, names, seen, rules, now)
    row.rank, row.since, row.changes_at = signals.rank, signals.since, signals.changes_at
    reasons = {one.reason for one in signals.reasons}
    for column, told in COLUMNS.items():
        setattr(row, column, not told.isdisjoint(reasons))


def _may_rank(row: IndexedChatroom) -> bool:
    """Whether it may need anybody: what is put away does not, nor do members among themselves."""
    is_between_members = row.type_discussion == str(TypeDiscussion.MEMBERS.value)
    return row.counts and not (row.archived or row.is_blocked or is_between_members)


def _spells(
    row: IndexedChatroom, names: Names, seen: datetime | None, rules: Rules
) -> Iterator[_Spell]:
    yield from _anomaly(row, names)
    yield from _moderation(row, names)
    yield from _wait(row, seen, rules)
    yield from _low_rating(row, rules)
    yield from _to_do(row)
    yield from _topic(row, names)
    yield from _news(row)


def _anomaly(row: IndexedChatroom, names: Names) -> Iterator[_Spell]:
    """Any with a name, in a summary newer than the review, unless it is judged wrong there."""
    code = _named(names, CodeKind.ANOMALY, row.anomaly)
    is_wrong = bool(row.judged_wrong) and row.judged_wrong == row.summary_mark
    if code and not is_wrong and _is_after_review(row, row.summarized):
        reason = Reason.BAD_ANOMALY if code.tone == Tone.BAD else Reason.ANOMALY
        yield _Spell(reason, _dated(row, row.summarized))


def _moderation(row: IndexedChatroom, names: Names) -> Iterator[_Spell]:
    """A status of the last message that says so, where that is newer than the review."""
    code = _named(names, CodeKind.MODERATION, row.status_moderation)
    reason = MODERATION.get(code.tone) if code and code.needs_attention else None
    if reason and _is_message_after_review(row):
        yield _Spell(reason, _dated(row, row.last_message_date))


def _wait(row: IndexedChatroom, seen: datetime | None, rules: Rules) -> Iterator[_Spell]:
    """Of the counterpart's first unanswered message, in opening hours.

    A review does not end it, but that no answer is needed does.
    """
    since = row.waiting_since
    begins = rules.hours.moment_after(since, rules.waits_after) if since else None
    if since is None or begins is None or is_settled(row):
        return
    left = Reason.NEVER_ANSWERED if row.answered is False else Reason.LEFT_WAITING
    if row.thanks:
        yield _Spell(Reason.THANKS, since, begins)
    elif seen is None or seen <= since:
        yield _Spell(left, since, begins)
    else:
        left_after = max(rules.left_after, rules.waits_after)
        leaves = rules.hours.moment_after(since, left_after)
        if begins != leaves:
            yield _Spell(Reason.WAITING, since, begins, leaves)
        if leaves:
            yield _Spell(left, since, leaves)


def is_settled(row: IndexedChatroom) -> bool:
    """Whether the team said that the newest words of who waits need no answer."""
    return covers(row, row.waiting_message or row.last_message, row.last_message_date)


def covers(row: IndexedChatroom, message: int | None, sent: datetime | None) -> bool:
    """Whether the team said so of a message, by the ids; by dates where one is unknown."""
    if row.settled is None:
        return False
    if message is None or row.settled_message is None:
        return sent is not None and sent <= row.settled
    return message <= row.settled_message


def _low_rating(row: IndexedChatroom, rules: Rules) -> Iterator[_Spell]:
    """Few stars, newer than the review. Past the horizon they are found under *Older*, as the rest."""
    is_low = row.rating is not None and 0 <= row.rating <= rules.low_stars
    if is_low and _is_after_review(row, row.rating_seen):
        yield _Spell(Reason.LOW_RATING, _dated(row, row.rating_seen))


def _to_do(row: IndexedChatroom) -> Iterator[_Spell]:
    if row.flag == Flag.TO_DO:
        yield _Spell(Reason.TO_DO, _dated(row, row.flagged))


def _topic(row: IndexedChatroom, names: Names) -> Iterator[_Spell]:
    """One that needs attention, in a summary newer than the review."""
    code = _named(names, CodeKind.TOPIC, row.topic)
    if code and code.needs_attention and _is_after_review(row, row.summarized):
        yield _Spell(Reason.TOPIC, _dated(row, row.summarized))


def _news(row: IndexedChatroom) -> Iterator[_Spell]:
    """Messages after the reviewed one, by anybody. What nobody ever reviewed is no news."""
    reviewed, last = row.reviewed_message, row.last_message
    if reviewed is not None and last is not None and last > reviewed:
        yield _Spell(Reason.NEWS, row.news_since or _dated(row, row.last_message_date))


def _named(names: Names, kind: CodeKind, code: str) -> CodeName | None:
    """What the brand calls the code; None for one without a name, which nobody can rank."""
    found = names.get((kind, code))
    return found if found and visible(found.name) else None


def _is_message_after_review(row: IndexedChatroom) -> bool:
    """By the ids of messages, and by dates where one of them is unknown."""
    if row.reviewed_message is None or row.last_message is None:
        return _is_after_review(row, row.last_message_date)
    return row.last_message > row.reviewed_message


def _is_after_review(row: IndexedChatroom, moment: datetime | None) -> bool:
    """Whether it came after the newest review. What has no date at all came before any."""
    known = moment or row.last_message_date or row.date_insert
    return row.reviewed is None or (known is not None and known > row.reviewed)


def _dated(row: IndexedChatroom, moment: datetime | None) -> datetime:
    """The moment, else the nearest that is known of the conversation."""
    return moment or row.last_message_date or row.date_insert or row.facts_at
