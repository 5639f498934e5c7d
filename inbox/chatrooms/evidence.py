"""What shows an anomaly: a message with a word of the brand's, and how much its summary tells of.

Popsell names no message, so the newest with such a word is but a hint. What stands in a row holds for
its summary, its last message and the brand's words: once one of them changed, it is asked for again.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from django.conf import settings

from inbox.chatrooms import index_facts
from inbox.chatrooms.marks import checksum
from inbox.display import privacy
from inbox.models import CodeKind, CodeName, IndexedChatroom
from inbox.models.index import EXCERPT, OLDER
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Message
from inbox.text import spelling
from inbox.text.isolates import one_line

Names = Mapping[tuple[str, str], CodeName]

PARTED = re.compile(r"[,;\r\n\u060c\u3001\uff0c\uff1b]")
"""Commas of several scripts, what French lists are parted by, and lines."""
WORDED = {TypeMessage.TEXT, TypeMessage.EMAIL}
"""Messages whose content is what somebody wrote."""
BEGINS = 4
"""Letters: a word of so many is also found as the beginning of another, "transfer" in "transfers"."""
LEAD = 40  # characters before the word, in a quote
PAUSE = timedelta(minutes=1)
"""Between two readings of a conversation that goes on."""


@dataclass(frozen=True, slots=True)
class Match:
    """A message with one of the `words`, by its id, and the part of its text around that word."""

    message: int
    word: str
    quote: str
    author: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of a conversation: its newest `messages`, the newest first, and two counts.

    `total`: of all messages, `covered` of those that the summary tells of, None where it is not known.
    `summarized`: the date of that summary. `mark`: of what all this is about. `at`: when it was read.
    `ids`: of all that was read, None where one can't be told. `is_whole`: there are no other messages.
    """

    messages: tuple[Message, ...]
    words: tuple[str, ...]
    total: int | None
    covered: int | None
    summarized: datetime | None
    mark: str
    at: datetime
    ids: tuple[int | None, ...] = ()
    is_whole: bool = False


# A brand's words


def parse(words: str) -> list[str]:
    """The words and phrases that somebody wrote, each spelling once."""
    found: dict[str, str] = {}
    for word in filter(None, map(one_line, PARTED.split(words))):
        found.setdefault(spelling.fold(word) or word, word)
    return list(found.values())


def words_of(row: IndexedChatroom, names: Names) -> tuple[str, ...]:
    """What to look for in this conversation: nothing where none of its words may be kept."""
    code = names.get((CodeKind.ANOMALY.value, row.anomaly))
    if code is None or row.anonymized or not settings.INDEX_TEXTS:
        return ()
    return tuple(parse(code.words))


def find(
    messages: Iterable[Message], words: Iterable[str], hidden: Container[int] = ()
) -> Match | None:
    """The first of these messages that has one of the words. `hidden`: whose are left out."""
    ways = [(word, way) for word in words if (way := spelling.fold(word))]
    for one in messages:
        author = one.author
        if one.id is None or not ways or one.type_message not in WORDED:
            continue
        if author is None or not (author.anonymized or author.id in hidden):
            line = readable(one.content)
            folded = spelling.fold(line)
            for word, way in ways:
                if _place(folded, way) >= 0:
                    return Match(one.id, word, _quote(line, way), author.id if author else None)
    return None


def readable(content: str | None) -> str:
    """A message's text as it is looked through: on one line, with addresses and numbers masked."""
    whole = content or ""
    line = index_facts.masked(whole)
    if len(whole) > index_facts.CONSIDERED:  # the last word may be the beginning of an address
        line = line.rpartition(" ")[0]
    return normalize("NFC", spelling.without_heaps(privacy.mask_numbers(line)))


def _place(folded: str, way: str) -> int:
    """Where the word begins in a text that has a blank before it; below 0 where it does not."""
    if spelling.is_spaceless(way):
        return f" {folded}".find(way)
    is_long = len(way.replace(" ", "")) >= BEGINS
    at = f" {folded} ".find(f" {way}" if is_long else f" {way} ")
    return at + 1 if at >= 0 else at


def _quote(line: str, way: str) -> str:
    """The part of the text around the word, on which `_place` is called letter by letter."""
    if len(line) <= EXCERPT:
        return line
    folded, origin = _letters(line)
    at = _place(folded, way)
    first = origin[at - 1] if at > 0 else 0
    begin = 0
    if first > LEAD:
        blank = line.find(" ", first - LEAD, first)
        begin = blank + 1 if blank >= 0 else first
    before = index_facts.CUT if begin else ""
    return before + index_facts.cut(line[begin:], EXCERPT - len(before))


def _letters(line: str) -> tuple[str, list[int]]:
    """As `spelling.fold`, with the place in the text that each letter stands for."""
    folded, origin = "", list[int]()
    for place, one in enumerate(line):
        for letter in spelling.letters(one):
            last = folded[-1:]
            is_apart = last.isalnum() and letter.isalnum() and last.isalpha() != letter.isalpha()
            if (is_apart or not letter.isalnum()) and folded and last != " ":
                folded += " "
                origin.append(place)
            if letter.isalnum():
                folded += letter
                origin.append(place)
    return folded, origin


# How much the summary tells of


def count_covered(
    messages: Iterable[Message], total: int | None, summarized: datetime, *, is_whole: bool
) -> int | None:
    """How many messages the summary tells of, where these newest ones show it; else None.

    `is_whole`: whether there are no others.
    """
    dates = [one.date_insert for one in messages]
    known = [date for date in dates if date]
    after = sum(date > summarized for date in known)
    if total is None or len(known) < len(dates) or total < len(dates):
        return None
    return total - after if is_whole or after < len(known) else None


# In a row


def mark(row: IndexedChatroom, words: Iterable[str]) -> str:
    """Changes where something else is to be asked for."""
    summarized = row.summarized.timestamp() if row.summarized else None
    return checksum(row.last_message, summarized, row.summary_mark, list(words))


def is_current(row: IndexedChatroom, names: Names) -> bool:
    """Whether what stands in the row is about its newest summary, message and words."""
    return bool(row.proof_mark) and row.proof_mark == mark(row, words_of(row, names))


def take(row: IndexedChatroom, found: Evidence, hidden: Container[int]) -> None:
    """Take over what was read. `hidden`: people who are anonymized."""
    match = find((one for one in found.messages if _is_known(row, one)), found.words, hidden)
    row.proof_message = match.message if match else None
    row.proof_word = match.word if match else ""
    row.proof = match.quote.replace("\0", "") if match else ""
    row.proof_own = _is_own(row, match.author) if match else None
    row.total, row.covered, row.covered_at = found.total, found.covered, found.summarized
    row.proof_mark, row.proof_at = found.mark, found.at


def _is_known(row: IndexedChatroom, message: Message) -> bool:
    """Whether the row names its author: once they are to be forgotten, the row is found by that."""
    sides = {row.ambassador, row.participant, row.other}
    return message.author is not None and message.author.id in sides


def _is_own(row: IndexedChatroom, author: int | None) -> bool | None:
    """Whether the ambassador's side wrote it; None where nobody can tell which side that is."""
    if author is None:
        return None
    return author in {row.ambassador, row.participant} or (False if row.participant else None)


def settle(row: IndexedChatroom, names: Names, now: datetime) -> None:
    """Drop what is out of date, and have it asked for again where the anomaly needs attention."""
    is_dropped = row.proof_message is not None and not row.proof  # it got too old meanwhile
    if is_dropped or not is_current(row, names):
        row.proof_message = row.proof_own = row.total = None
        row.proof = row.proof_word = row.proof_mark = ""
    is_wanted = row.is_anomalous and row.rank is not None and row.rank < OLDER
    if row.proof_mark or not is_wanted:
        row.proof_due = None
    elif row.proof_due is None:
        is_recent = row.proof_at is not None and row.proof_at <= now < row.proof_at + PAUSE
        row.proof_due = row.proof_at + PAUSE if row.proof_at and is_recent else now
