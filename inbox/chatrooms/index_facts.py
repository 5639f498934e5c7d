"""Popsell's answers as facts of the index's rows. Nothing here asks Popsell or the database.

What is stored of persons and texts is the least that pages need: SECURITY.md lists it.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from inbox.chatrooms import answers, marks, signals, since_review
from inbox.chatrooms.sides import Sides
from inbox.display import digits, people, privacy
from inbox.models import ChatroomFlag, IndexedChatroom, Judgement, NoAnswerNeeded, Review
from inbox.models.index import EXCERPT, NAME, OLDER
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    LastRating,
    LastSummary,
    Message,
    Page,
    Pivot,
)
from inbox.process import clocks
from inbox.text import spelling
from inbox.text.isolates import CONTROLS, one_line

CUT = "…"
CONSIDERED = 2000
"""Characters of a text that its excerpt is made of: a message may be endless."""
UNSEEN = dict.fromkeys(set(CONTROLS) - set(map(ord, "\t\n\v\f\r\x85")))
"""Controls that are no blanks may stand in the middle of an address."""
TEXTS_KEPT = timedelta(days=30)
ZONES = timedelta(days=1)
"""So far a date may lie ahead that names no zone. Beyond, it says nothing of how old a text is."""
SLACK = timedelta(minutes=5)
"""Between two readings, for a wait to be told as exact."""
STARTS_WAIT = {str(int(one)) for one in (TypeMessage.UNAVAILABLE, TypeMessage.MISSED)}
"""Of the ambassador's side: somebody wrote, and nobody was there."""
TEXT = str(int(TypeMessage.TEXT))
AHEAD = timedelta(seconds=clocks.SKEW)
OWN_SIDE = {
    "archived": "archived_at",
    "is_blocked": "blocked_at",
    "last_read_message": "pointed_at",
}
"""The own side's facts that acts change, each with the moment of our own last change."""


# The chatroom


def take_chatroom(row: IndexedChatroom, room: Chatroom, found: Sides, asked: datetime) -> None:
    """Take over what Popsell told of the chatroom itself at this moment, without its last message."""
    is_new = row.facts_at is None
    row.type_chatroom = code(room.type_chatroom)
    row.type_discussion = code(room.type_discussion)
    row.source = code(room.source)
    row.date_insert = room.date_insert
    if row.message_at is None:
        row.last_message_date = room.last_message_date
    row.established = _established(room)
    if row.established is not None:
        row.answered = row.established or bool(row.answered)
    _take_own_side(row, found.pivot, asked)
    first_met = min(room.last_message_date or room.date_insert or asked, asked) if is_new else asked
    _take_rating(row, room.last_rating, first_met)
    _take_summary(row, room.last_summary, first_met)
    row.facts_at = asked


def take_people(row: IndexedChatroom, found: Sides, anonymized: Container[int]) -> None:
    """Take over who takes part. A name is kept only of a counterpart who is the only one."""
    own, others = found.own, found.others
    other = others[0] if own and len(others) == 1 else None
    row.participant = own.id if own else None
    row.others = len(others)
    row.other = other.id if other else None
    row.status = code(other.status if other else None)
    row.online = _online(others)
    row.anonymized = row.anonymized or any(
        one.anonymized or one.id in anonymized for one in (*others, *([own] if own else []))
    )
    row.name = row.search = ""
    if other and not row.anonymized:
        row.name = cut(people.own_name(other), NAME)
        row.search = fold(people.own_name(other), people.handle(other))


def _online(people_: tuple[Ambassador, ...]) -> bool | None:
    """Whether any of them is online; None where nobody is known to be, and of some it is not known."""
    told = {one.online for one in people_}
    if True in told:
        return True
    return None if None in told else False


def take_pointer(row: IndexedChatroom) -> None:
    """Tell by the own side's pointer whether the last message is unread, as `sides.is_unread` does."""
    is_known = any(getattr(row, field) is not None for field in OWN_SIDE)
    is_empty = row.last_message is None and not row.type_message
    if row.is_own or (is_empty and row.message_at):
        row.unread = False
    elif row.last_message is None or not is_known:
        row.unread = None
    else:
        row.unread = row.last_message > (row.last_read_message or 0)


def _take_own_side(row: IndexedChatroom, pivot: Pivot | None, asked: datetime) -> None:
    """Take over the own side's state, but for what was changed here since it was asked for."""
    for field, moment in OWN_SIDE.items():
        if not is_later(getattr(row, moment), asked):
            setattr(row, field, getattr(pivot, field) if pivot else None)


def begin_change(row: IndexedChatroom, field: str, answered: datetime) -> bool:
    """Whether our own change of the own side, answered then, is the newest that is known of it."""
    moment = OWN_SIDE[field]
    if is_later(row.facts_at, answered) or is_later(getattr(row, moment), answered):
        return False
    setattr(row, moment, answered)
    return True


def is_later(at: datetime | None, asked: datetime) -> bool:
    """Whether something is of a later moment; one that lies ahead of the clock says nothing."""
    return at is not None and asked < at <= timezone.now() + AHEAD


def _established(room: Chatroom) -> bool | None:
    """Whether two wrote. Popsell types it as a date, and describes it as true or false."""
    value = room.established_dialogue
    return value if value is None else bool(value)


def _take_rating(row: IndexedChatroom, rating: LastRating | None, first_met: datetime) -> None:
    """A rating has no date of its own: it counts from when it was first met."""
    value = rating.value if rating else None
    mark = marks.checksum(value, rating.comment) if rating and value is not None else ""
    if mark != row.rating_mark:
        row.rating_seen = first_met if mark else None
    row.rating, row.rating_mark = value, mark
    row.comment = excerpt(rating.comment if rating else None)


def _take_summary(row: IndexedChatroom, summary: LastSummary | None, first_met: datetime) -> None:
    """A summary without a date counts from when it was first met."""
    mark = marks.of_summary(summary)
    if summary and summary.date_insert:
        row.summarized = summary.date_insert
    elif mark != row.summary_mark:
        row.summarized = first_met if mark else None
    row.summary_mark = mark
    row.anomaly = code(summary.anomaly if summary else None)
    row.topic = code(summary.topic if summary else None)
    row.summary = excerpt(summary.summary if summary else None)


# The last message


@dataclass(frozen=True, slots=True)
class Last:
    """The last message as Popsell told it, None where nobody wrote.

    `own_ids`: under which the ambassador's side writes. `is_hidden`: whether its author is anonymized.
    """

    message: Message | None
    date: datetime | None
    own_ids: Container[int]
    asked: datetime
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of the last message. `at`: when it was read, None where nothing was.

    `is_settled`: whether the team had said that the wait needs no answer.
    """

    id: int | None
    date: datetime | None
    is_own: bool | None
    at: datetime | None
    is_settled: bool


def take_message(
    row: IndexedChatroom, last: Last, seen: datetime | None, thanks: frozenset[str]
) -> None:
    """Take over the last message, and since when somebody waits for an answer.

    `seen`: when the ambassador last acted, anywhere. `thanks`: how a thank-you begins in this brand.
    """
    before = Before(
        row.last_message,
        row.last_message_date,
        row.is_own,
        row.message_at,
        signals.is_settled(row),
    )
    message, waiting = last.message, _waiting_text(row)
    row.last_message = message.id if message else None
    row.type_message = code(message.type_message if message else None)
    row.status_moderation = code(message.status_moderation if message else None)
    row.is_own = _is_own(row, message.author if message else None, last.own_ids)
    row.anonymized = row.anonymized or last.is_hidden
    row.excerpt = excerpt(message.content if message else None)
    row.thanks = _is_thanks(row, thanks)
    row.last_message_date = last.date
    row.message_at = last.asked
    row.answered = (bool(row.is_own) and is_answer(row.type_message)) or row.answered
    row.waiting_since, row.waits_longer = _wait(row, before, seen)
    row.waiting_message = _waiting_message(row, before)
    is_other = row.waiting_message not in (None, row.last_message)
    row.waiting_text = waiting if is_other else ""


def _waiting_text(row: IndexedChatroom) -> str:
    """What is known of the words by which somebody waits."""
    if row.waiting_message != row.last_message:
        return row.waiting_text
    return row.excerpt if row.type_message == TEXT and not row.is_own else ""


def take_thanks(row: IndexedChatroom, thanks: frozenset[str]) -> None:
    """Tell by new words whether the last message is a thank-you, where its words are kept."""
    if row.excerpt:
        row.thanks = _is_thanks(row, thanks)


def _is_thanks(row: IndexedChatroom, thanks: frozenset[str]) -> bool:
    """By the excerpt, so that new words come to the same later: a short text is whole in it."""
    return row.is_own is False and answers.is_thanks(row.excerpt, thanks)


def _is_own(
    row: IndexedChatroom, author: Ambassador | None, own_ids: Container[int]
) -> bool | None:
    """Whether the ambassador's side wrote it; None where nobody can tell which side that is."""
    if author is None:
        return None
    if author.id in own_ids:
        return True
    return False if row.participant else None


def is_answer(type_message: str) -> bool:
    """Whether a message of the ambassador's side ends a wait, for certain."""
    return answers.is_answer(type_message) is True


def _wait(
    row: IndexedChatroom, before: Before, seen: datetime | None
) -> tuple[datetime | None, bool]:
    """Since when nobody answered, and whether it may be longer: only the last message is known."""
    goes_on = row.waiting_since, row.waits_longer
    if row.is_own is None:
        return None, False
    if before.at and (before.id, before.is_own) == (row.last_message, row.is_own):
        return goes_on
    if row.is_own:
        return _after_own_words(row, before)
    if not answers.waits(row.type_message):
        return goes_on
    had_waited = row.waiting_since is not None and not _begins_anew(row, before)
    if had_waited and _was_left_alone(row, before, seen):
        return goes_on
    return row.last_message_date, had_waited or not _is_recent(row, before)


def _begins_anew(row: IndexedChatroom, before: Before) -> bool:
    """Whether the last message came after the one up to which no answer was needed."""
    is_covered = signals.covers(row, row.last_message, row.last_message_date)
    return before.is_settled and not is_covered


def _waiting_message(row: IndexedChatroom, before: Before) -> int | None:
    """The newest message by which somebody waits; None where nobody does."""
    if row.waiting_since is None:
        return None
    is_one = not row.is_own and answers.waits(row.type_message)
    has_begun = row.waiting_message is None and before.id != row.last_message
    return row.last_message if is_one or has_begun else row.waiting_message


def _after_own_words(row: IndexedChatroom, before: Before) -> tuple[datetime | None, bool]:
    """An answer ends a wait. What is none lets it go on, and shows one that nobody has seen begin."""
    if is_answer(row.type_message):
        return None, False
    if row.waiting_since is None and (before.at is None or row.type_message in STARTS_WAIT):
        return row.last_message_date, True
    return row.waiting_since, row.waits_longer


def _was_left_alone(row: IndexedChatroom, before: Before, seen: datetime | None) -> bool:
    """Whether the ambassador can't have answered between the message known before and this one.

    They did not act anywhere since, or have not even read it (inferred from their pointer).
    """
    if before.date and (seen is None or seen <= before.date):
        return True
    pointer = row.last_read_message
    return before.id is not None and pointer is not None and pointer < before.id


def _is_recent(row: IndexedChatroom, before: Before) -> bool:
    """Whether so little time passed since the reading before that the wait began just then."""
    at = row.last_message_date
    return before.at is not None and at is not None and at - before.at < SLACK


def take_wait(row: IndexedChatroom, page: Page[Message], own_ids: Container[int]) -> None:
    """Take over how long somebody has been waiting, by the newest messages, oldest first."""
    is_exact = is_whole = page.last_page <= 1
    said = [one for one in page.data if isinstance(one, Message)]
    since, newest, text, has_answer, is_ended = None, None, "", False, False
    for one in said:
        is_own = one.author is not None and one.author.id in own_ids
        kind = code(one.type_message)
        if is_own and is_answer(kind):
            since, newest, is_ended = None, None, False
            has_answer = is_exact = True
        elif not is_own and one.author and answers.waits(kind):
            begins_anew = is_ended and not signals.covers(row, one.id, one.date_insert)
            is_exact = is_exact or begins_anew
            since = one.date_insert if since is None or begins_anew else since
            is_ended = signals.covers(row, one.id, one.date_insert)
            newest = one.id or newest
            text = excerpt(one.content) if kind == TEXT else ""
    if has_answer or is_whole:
        row.answered = has_answer or bool(row.answered)
    if since or is_whole or has_answer:
        row.waiting_since, row.waits_longer = since, bool(since) and not is_exact
        row.waiting_message = newest if since else None
        row.waiting_text = text if since and newest not in (None, row.last_message) else ""


# What the team added


def take_review(row: IndexedChatroom, review: Review | None) -> None:
    """Take over the newest review that holds, since when there is news after it, and how much."""
    is_same = review is not None and row.reviewed_message == review.message
    known_news = row.news_since if is_same else None
    row.reviewed_message = review.message if review else None
    row.reviewed = review.reviewed if review else None
    if review is not None and row.last_message is not None and row.last_message > review.message:
        row.news_since = known_news or row.last_message_date
        since_review.note_last(row, review.message, row.last_message)
    else:
        row.news_since = row.news = None


def take_no_answer(row: IndexedChatroom, said: NoAnswerNeeded | None) -> None:
    """Take over up to where no answer is needed. A wait that goes on has begun after that.

    Where this is taken back, the wait is back: as it was, or "at least" where it began anew meanwhile.
    """
    before = row.settled_message if row.settled else None
    upto = said.message if said else None
    row.settled_message, row.settled = upto, said.said if said else None
    if row.waiting_since is None or upto == before:
        return
    newest = row.waiting_message or row.last_message or 0
    if (upto or 0) > (before or 0):
        if not signals.is_settled(row):
            row.waiting_since, row.waits_longer = row.last_message_date or row.waiting_since, True
    elif newest > (before or 0):
        row.waits_longer = True


def take_judgement(row: IndexedChatroom, newest: Judgement | None) -> None:
    """Take over whether the anomaly of the present summary is judged wrong, by its newest judgement."""
    is_wrong = newest is not None and not newest.is_right and not _is_newer(row, newest.judged)
    row.judged_wrong = row.summary_mark if is_wrong else ""


def _is_newer(row: IndexedChatroom, judged: datetime) -> bool:
    """Whether the summary came after that, though it may say the same as the one before."""
    return row.summarized is not None and row.summarized > judged


def take_flag(row: IndexedChatroom, flag: ChatroomFlag | None) -> None:
    row.flag = flag.flag if flag else None
    row.flagged = flag.flagged if flag and flag.flag else None


# Texts


@dataclass(frozen=True, slots=True)
class Words:
    """A row's texts, and their folded words."""

    texts: tuple[str, ...]
    folded: str

    @classmethod
    def of(cls, row: IndexedChatroom) -> "Words":
        _named, _line, folded = row.search.partition("\n")
        return cls(_texts(row), folded)


def settle_texts(row: IndexedChatroom, now: datetime, known: Words | None = None) -> None:
    """Drop texts that may not be kept (any more), and note their words for the search.

    `known`: the words as they were, since folding is slow.
    """
    if not may_keep_texts(row, now):
        row.excerpt = row.comment = row.summary = row.waiting_text = ""
        row.proof = row.proof_word = ""
    if row.anonymized:
        row.name = row.search = ""
        return
    named, _line, _words = row.search.partition("\n")
    texts = _texts(row)
    words = known.folded if known and known.texts == texts else fold(*texts)
    row.search = f"{named}\n{words}" if words else named


def _texts(row: IndexedChatroom) -> tuple[str, ...]:
    return row.excerpt, row.comment, row.summary, row.proof, row.waiting_text


def may_keep_texts(row: IndexedChatroom, now: datetime) -> bool:
    """Whether it is young, or needs attention, and nobody in it is to be forgotten."""
    if not settings.INDEX_TEXTS or row.anonymized:
        return False
    is_ranked = row.rank is not None and row.rank < OLDER
    at = row.last_message_date
    return is_ranked or (at is not None and now - TEXTS_KEPT < at <= now + ZONES)


def excerpt(text: str | None) -> str:
    """The beginning of a text on one line, with the e-mail addresses in it masked."""
    whole = text or ""
    words = masked(whole)
    if len(words) <= EXCERPT and len(whole) > CONSIDERED:
        # The last word may be the beginning of an address.
        words = f"{words.rpartition(' ')[0]} {CUT}".strip()
    return cut(words, EXCERPT)


def masked(text: str) -> str:
    """Its first `CONSIDERED` characters on one line, with the e-mail addresses in it masked."""
    return privacy.mask_addresses(one_line(text[:CONSIDERED].translate(UNSEEN)))


def fold(*texts: str) -> str:
    """Their words in plain letters, to be searched."""
    return spelling.fold(_storable(" ".join(texts)))


def cut(text: str, most: int) -> str:
    words = _storable(text)
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}{CUT}"


def code(value: object) -> str:
    """A code as its digits or as the word that came; empty where none came."""
    word = "" if value is None else _storable(digits(value))
    line = one_line(word.translate(UNSEEN)) if word else ""
    return privacy.mask_addresses(line) if privacy.holds_address(line) else word


def _storable(text: str) -> str:
    """PostgreSQL has no place for a null character."""
    return text.replace("\0", "")
