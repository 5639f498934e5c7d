"""A conversation as a person reads it: its people, our facts about it, its messages by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import timezone

from inbox.chatrooms import annotations as added
from inbox.chatrooms import answers, index_facts, judging, marks, notes, tokens, transcript
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.listing import Listing
from inbox.chatrooms.rows import Row
from inbox.chatrooms.transcript import Day
from inbox.display import digits, visible
from inbox.models import CodeKind, NoAnswerNeeded
from inbox.popsell.cache import OUTAGES, Reading
from inbox.popsell.codes import TypeDiscussion
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Ambassador, Message, Page

PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Sought:
    """The result of a search for a place in the transcript.

    `here`: the message found. `words`: what to tell the person. `is_missing`: it is not there, for
    certain. `again`: whether another try may find it.
    """

    here: int | None = None
    words: str = ""
    is_missing: bool = False
    again: bool = False


@dataclass(frozen=True)
class Conversation:
    """One conversation. `listing`: the list beside it. `row_reading`: the source of its row.

    `reading`: of the transcript, None where it is missing. `failures`: why pieces are missing.
    `sought`: where it was opened. `following`: what comes right after its messages, on a newer page,
    where the end of the summary depends on that.
    """

    listing: Listing
    row: Row
    annotations: Annotations
    row_reading: Reading[Any]
    reading: Reading[Page[Message]] | None
    failures: tuple[PopsellError, ...]
    sought: Sought = Sought()
    following: transcript.Items = ()

    # Who, and what we know of it

    @property
    def people(self) -> tuple[Ambassador, ...]:
        """The people to list: everybody, or as many of a crowd as a page holds, with the own side."""
        people, own = self.row.chatroom.ambassadors, self.row.sides.own
        listed = people[:PEOPLE]
        return listed if own is None or own in listed else (own, *listed[:-1])

    @property
    def moderation(self) -> tuple[str, ...]:
        """The moderation statuses of the messages here, the newest first, each once."""
        room = self.row.chatroom
        said = self.messages()[::-1] if self.reading else []
        found = [room.last_message, *said] if room.last_message else said
        return tuple(
            dict.fromkeys(
                digits(one.status_moderation) for one in found if one.status_moderation is not None
            )
        )

    @cached_property
    def thread(self) -> notes.Thread:
        """The team's notes on it."""
        return notes.of_chatroom(self.listing.member.brand_id, self.row.chatroom.id)

    @cached_property
    def draft(self) -> notes.Draft:
        """The present member's unfinished note."""
        return notes.draft_of(self.listing.member, self.row.chatroom.id)

    @property
    def token(self) -> str:
        """The token of its acts; empty for viewers. Participant 0: the own side is not known."""
        member, own = self.listing.member, self.row.sides.own
        if not member.may_act:
            return ""
        participant, chatroom = own.id if own else 0, self.row.chatroom.id
        ids = (member.brand_id, self.listing.ambassador.id, chatroom, participant, self.last)
        return tokens.sign(member, tokens.Target(*ids))

    @property
    def last(self) -> int:
        """The newest message that has a number, for a review up to there; 0 where there is none."""
        last = self.row.chatroom.last_message
        if last and last.id:
            return last.id
        newest = self.messages()[::-1] if self.number == 1 else []
        return next((one.id for one in newest if one.id), 0)

    @cached_property
    def no_answer(self) -> NoAnswerNeeded | None:
        """Who said that the counterpart's last words need no answer; None where nobody did."""
        asked = self._asked
        said = self._said_last() if asked else None
        if asked is None or said is None:
            return None
        if asked.id is None:
            return said if asked.date_insert and asked.date_insert <= said.said else None
        return said if asked.id <= said.message else None

    @property
    def waits(self) -> bool:
        """Whether somebody waits for an answer, as far as this page knows."""
        return bool(self.last) and self._asked is not None and self.no_answer is None

    @cached_property
    def judged(self) -> judging.Asked | None:
        """What is asked about the summary's anomaly; None for viewers, and where it has no name."""
        member, summary = self.listing.member, self.row.chatroom.last_summary
        code = index_facts.code(summary.anomaly) if summary else ""
        named = self.annotations.names.get((CodeKind.ANOMALY, code))
        if not (member.may_act and summary and named and visible(named.name)):
            return None
        mark = marks.of_summary(summary)
        written = summary.date_insert.timestamp() if summary.date_insert else None
        asked = judging.Summary(self.row.chatroom.id, code, mark, written)
        return judging.find_asked(member, asked)

    @cached_property
    def _asked(self) -> Message | None:
        """The counterpart's newest words, where they may need an answer and have none."""
        own, room, pivot = self.row.sides.own, self.row.chatroom, self.row.sides.pivot
        is_between_members = digits(room.type_discussion) == str(TypeDiscussion.MEMBERS.value)
        is_away = pivot is not None and (pivot.archived or pivot.is_blocked)
        if own is None or self.number != 1 or is_between_members or is_away:
            return None
        last = [room.last_message] if room.last_message else []
        own_ids = {own.id, self.listing.ambassador.id}
        return answers.find_asked(self.messages() or last, own_ids)

    def _said_last(self) -> NoAnswerNeeded | None:
        """The newest word of the team that no answer is needed."""
        brand_id, chatroom = self.listing.member.brand_id, self.row.chatroom.id
        return added.no_answers(brand_id, [chatroom]).get(chatroom)

    @property
    def mark(self) -> str:
        """Changes with messages and facts about them; not with presence or our own acts."""
        room = self.row.chatroom
        newest = [room.last_message] if room.last_message else []
        said = [
            (one.id, one.content, one.type_message, one.status_moderation, one.rating, one.products)
            for one in (self.messages() if self.reading else newest)
        ]
        return marks.checksum(said, room.last_rating, room.last_summary)

    # How complete it is

    @property
    def kept(self) -> Reading[Any] | None:
        """The piece that is shown as it was, since Popsell can't be asked now."""
        return next((one for one in (self.reading, self.row_reading) if one and one.failure), None)

    @property
    def lags(self) -> bool:
        """Whether a piece was read longer ago than usual, before it was opened; an outage aside."""
        oldest = timezone.now() - timedelta(seconds=settings.INBOX_CACHE_SECONDS)
        pieces = [one for one in (self.reading, self.row_reading) if one]
        known = [one for one in pieces if not (one.is_new or one.failure)]
        return any(one.read_at < oldest for one in known)

    @property
    def is_whole(self) -> bool:
        """Whether no piece is missing or old because of an outage. A refusal is no outage."""
        return self.kept is None and not any(isinstance(one, OUTAGES) for one in self.failures)

    # Where it is

    @property
    def number(self) -> int:
        """The number of this page of its messages."""
        return self.reading.page.current_page if self.reading else 1

    def link(self, message: int) -> str:
        """The address of a message, which holds for good."""
        return f"{self.row.address}messages/{message}/{self.listing.suffix}"

    @property
    def back(self) -> str:
        """The address of its newest messages."""
        return f"{self.row.address}{self.listing.suffix}"

    def jump(self, **to: str) -> str:
        """The address that looks for a place in the transcript."""
        return f"{self.row.address}messages/{self.listing.with_more(**to)}"

    def at(self, messages: int, **more: object) -> str:
        """The address of a page of its messages."""
        return f"{self.row.address}{self.listing.with_more(messages=messages, **more)}"

    @property
    def older(self) -> int | None:
        more = self.reading is not None and self.number < self.reading.page.last_page
        return self.number + 1 if more else None

    @property
    def newer(self) -> str:
        """The address of the page below, with the count so far; empty for the newest."""
        if self.number == 1 or self.reading is None:
            return ""
        page = self.reading.page
        return self.at(
            min(self.number - 1, page.last_page), **({"of": page.total} if page.total else {})
        )

    # What was said

    @property
    def unread_from(self) -> int | None:
        """The first message after the last one read, where that is known and there is one."""
        pivot = self.row.sides.pivot
        return (pivot.last_read_message or 0) + 1 if pivot and self.row.unread else None

    @property
    def since_review(self) -> str:
        """How many messages came since the review: "2", or "25+" where the page shows only newer."""
        review = self.row.review
        if review is None or self.reading is None:
            return ""
        ids = [one.id for one in self.messages() if one.id is not None]
        newer = sum(id_ > review.message for id_ in ids)
        more = self.older if newer == len(ids) else self.number > 1 and not self.reading.page.from_
        on_newer_pages = (self.reading.page.from_ or 1) - 1
        return f"{newer + on_newer_pages}{'+' if more else ''}"

    @property
    def summary_end(self) -> int | None:
        """After how many of these messages the summary ends; None where it does not end here."""
        if self.reading is None:
            return None
        following = None if self.number == 1 else self.following
        return transcript.find_summary_end(self.reading.page.data, self.summarized, following)

    @property
    def summarized(self) -> datetime | None:
        """When the summary was written."""
        summary = self.row.chatroom.last_summary
        return summary.date_insert if summary else None

    @property
    def after_summary(self) -> int | None:
        """How many messages came after the summary that ends on this page; None where not known."""
        known = self.summary_end
        if self.reading is None or known is None:
            return None
        page = self.reading.page
        if self.number > 1 and not page.from_:
            return None
        on_newer_pages = (page.from_ or 1) - 1 if self.number > 1 else 0
        return len(page.data) - known + on_newer_pages

    @property
    def days(self) -> tuple[Day, ...]:
        """Its messages, by day."""
        own_side = self.row.sides.own
        own = {self.listing.ambassador.id, *([own_side.id] if own_side else [])}
        items = self.reading.page.data if self.reading else ()
        said = transcript.annotate(items, self.row, own, self._hidden, self.summary_end)
        return transcript.by_day(said)

    def messages(self) -> list[Message]:
        data = self.reading.page.data if self.reading else ()
        return [one for one in data if isinstance(one, Message)]

    def hidden_among(self, messages: Iterable[Message]) -> set[int]:
        """The ids of all who are anonymized here, and among the authors of these messages."""
        authors = {one.author.id for one in messages if one.author and one.author.anonymized}
        return self._hidden | authors

    @property
    def _hidden(self) -> set[int]:
        return transcript.anonymized_in(self.row.chatroom, self.reading)
