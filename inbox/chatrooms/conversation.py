"""A conversation as a person reads it: who, what we know of it, and what was said, day by day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.chatrooms import acts, annotations, marks, notes, query, sides, tokens
from inbox.chatrooms.inbox import Inbox, Row, of_reading, read_again, read_inbox
from inbox.chatrooms.query import EVERYTHING, Query
from inbox.display import digits
from inbox.models import CodeKind, Membership
from inbox.popsell import conversations, identities
from inbox.popsell.cache import OUTAGES, Reading
from inbox.popsell.conversations import Attempt
from inbox.popsell.errors import Forbidden, NotFound, PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Message, Unreadable

PEOPLE = 200
UNREAD, UNREVIEWED = "unread", "unreviewed"


@dataclass(frozen=True, slots=True)
class Said:
    """A message. `own`: of the ambassador's side. `opens`: what begins with it, else nothing."""

    message: Message
    own: bool
    opens: str


@dataclass(frozen=True, slots=True)
class Day:
    date: date | None
    said: tuple[Said | Unreadable, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """What became of a search for a place in the transcript.

    `here`: the message found. `told`: what there is to say. `is_missing`: it is not there, for certain.
    `again`: whether another try may find it.
    """

    here: int | None = None
    told: str = ""
    is_missing: bool = False
    again: bool = False


@dataclass(frozen=True)
class Conversation:
    """`inbox`: the page of one row that it is, with the list's number. `reading`: of the transcript,
    None where it is missing. `failures`: why pieces are missing. `sought`: where it was opened."""

    inbox: Inbox
    row: Row
    reading: Reading[Message] | None
    failures: tuple[PopsellError, ...]
    sought: Sought = Sought()

    @property
    def people(self) -> tuple[Ambassador, ...]:
        """Who is listed: everybody, or of a crowd as many as a page can hold, with the own side."""
        people, own = self.row.chatroom.ambassadors, self.row.sides.own
        listed = people[:PEOPLE]
        return listed if own is None or own in listed else (own, *listed[:-1])

    @property
    def moderation(self) -> tuple[str, ...]:
        """The moderation statuses of the messages that are here, the newest first, each once."""
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
        """What the team wrote of it."""
        return notes.of_chatroom(self.inbox.member.brand_id, self.row.chatroom.id)

    @cached_property
    def draft(self) -> notes.Draft:
        """The note that the member who looks has not finished."""
        return notes.draft_of(self.inbox.member, self.row.chatroom.id)

    @property
    def token(self) -> str:
        """What its acts carry; empty for who only reads. Participant 0: the own side is not known."""
        member, own = self.inbox.member, self.row.sides.own
        if not member.may_act:
            return ""
        participant, chatroom = own.id if own else 0, self.row.chatroom.id
        ids = (member.brand_id, self.inbox.ambassador.id, chatroom, participant, self.last)
        return tokens.sign(member, tokens.Claim(*ids))

    @property
    def last(self) -> int:
        """The newest message that has a number, up to which a review goes; 0 where there is none."""
        last = self.row.chatroom.last_message
        if last and last.id:
            return last.id
        newest = self.messages()[::-1] if self.number == 1 else []
        return next((one.id for one in newest if one.id), 0)

    @property
    def mark(self) -> str:
        """Changes with what was said and what is told of it; not with presence, nor by our own acts."""
        room = self.row.chatroom
        newest = [room.last_message] if room.last_message else []
        said = [
            (one.id, one.content, one.type_message, one.status_moderation, one.rating, one.products)
            for one in (self.messages() if self.reading else newest)
        ]
        return marks.checksum(said, room.last_rating, room.last_summary)

    @property
    def kept(self) -> Reading[Message] | Reading[Chatroom] | None:
        """The piece that Popsell can't be asked for now, and is shown as it was."""
        return next(
            (one for one in (self.reading, self.inbox.reading) if one and one.failure), None
        )

    @property
    def is_whole(self) -> bool:
        """Whether no outage keeps a piece away, or shows one as it was. A refusal is none."""
        return self.kept is None and not any(isinstance(one, OUTAGES) for one in self.failures)

    @property
    def number(self) -> int:
        return self.reading.page.current_page if self.reading else 1

    def link(self, message: int) -> str:
        """The address of a message, which holds for good."""
        return f"{self.row.address}messages/{message}/{self.inbox.query}"

    @property
    def back(self) -> str:
        """The address of its newest messages."""
        return f"{self.row.address}{self.inbox.query}"

    def jump(self, **to: str) -> str:
        """The address that looks for a place in the transcript."""
        listing = query.listing(self.inbox.number, self.inbox.asked, **to)
        return f"{self.row.address}messages/{listing}"

    @property
    def listing(self) -> dict[str, str]:
        """What a form of its own has to carry, to stay beside the same list."""
        number = {} if self.inbox.number == 1 else {"page": str(self.inbox.number)}
        return number | self.inbox.asked.params()

    def at(self, messages: int, **more: object) -> str:
        """The address of a page of its messages."""
        values = {"messages": messages, **more}
        listing = query.listing(self.inbox.number, self.inbox.asked, **values)
        return f"{self.row.address}{listing}"

    @property
    def older(self) -> int | None:
        more = self.reading is not None and self.number < self.reading.page.last_page
        return self.number + 1 if more else None

    @property
    def newer(self) -> str:
        """The address of the page below, which tells how many there were; empty for the newest."""
        if self.number == 1 or self.reading is None:
            return ""
        page = self.reading.page
        return self.at(
            min(self.number - 1, page.last_page), **({"of": page.total} if page.total else {})
        )

    @property
    def unread_from(self) -> int | None:
        """What follows the last message that was read, where that is known and something does."""
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
    def days(self) -> tuple[Day, ...]:
        """What was said, by day; what tells no date is of the day before it."""
        day: date | None = None
        dated: list[tuple[date | None, Said | Unreadable]] = []
        for said in self._said():
            day = _day(said) or day
            dated.append((day, said))
        return tuple(
            Day(day, tuple(said for _, said in of_day))
            for day, of_day in groupby(dated, key=itemgetter(0))
        )

    def messages(self) -> list[Message]:
        data = self.reading.page.data if self.reading else ()
        return [one for one in data if isinstance(one, Message)]

    def hidden_among(self, messages: Iterable[Message]) -> set[int]:
        """The ids of all who are anonymized here, and among the authors of these messages."""
        authors = {one.author.id for one in messages if one.author and one.author.anonymized}
        return _anonymized(self.row.chatroom, self.reading) | authors

    def _said(self) -> Iterator[Said | Unreadable]:
        waiting, hidden = self._beginnings(), _anonymized(self.row.chatroom, self.reading)
        own = {self.inbox.ambassador.id} | (
            {self.row.sides.own.id} if self.row.sides.own else set()
        )
        for one in self.reading.page.data if self.reading else ():
            if isinstance(one, Unreadable):
                yield one
            else:
                is_own = one.author is not None and one.author.id in own
                opens = "" if one.id is None else waiting.pop(one.id, "")
                yield Said(one.hidden_among(hidden), is_own, opens)

    def _beginnings(self) -> dict[int, str]:
        """The messages before which a line says that unread or unreviewed ones begin."""
        ids = [one.id for one in self.messages() if one.id is not None]
        pivot, review = self.row.sides.pivot, self.row.review
        # An older page can't tell who wrote last: the pointer alone says what was not read.
        may_be_unread = self.row.unread or self.row.chatroom.last_message is None
        upto = {UNREVIEWED: review.message} if review else {}
        if pivot and may_be_unread:
            upto[UNREAD] = pivot.last_read_message or 0
        begins: dict[int, str] = {}
        for what, last in upto.items():
            first = next((id_ for id_ in ids if id_ > last), None)
            if first is not None:
                begins[first] = what
        return begins


def read(
    member: Membership,
    ambassador_id: int,
    chatroom_id: int,
    *,
    number: int = 1,
    asked: Query = EVERYTHING,
    messages: int = 1,
    listing: Inbox | None = None,
    bypass: bool = False,
) -> Conversation:
    """The conversation, from Popsell's answer, or from the listing page `number` where that is all.

    Raises Http404 where neither names the chatroom with this ambassador or a guest account of theirs,
    PopsellError where Popsell can't be asked.
    """
    brand_id = member.brand_id
    version = _version(brand_id, ambassador_id, listing)
    alone = conversations.attempt(
        lambda: conversations.chatroom(brand_id, chatroom_id, version=version, bypass=bypass)
    )
    said = conversations.attempt(
        lambda: conversations.transcript(brand_id, chatroom_id, messages, bypass=bypass)
    )
    if listing is None and not _names_own_side(member, ambassador_id, alone):
        listing = read_inbox(member, ambassador_id, number, asked, also=chatroom_id)
    elif listing is None and said.failure:
        listing = read_again(member, ambassador_id, number, asked, also=chatroom_id)
    inbox = _inbox(member, ambassador_id, number, (alone, said), listing, chatroom_id)
    inbox = replace(inbox, asked=asked)
    row = inbox.find(chatroom_id)
    listed = listing.find(chatroom_id) if listing else None
    if row is None or (row.sides.own is None and listed is None):
        raise Http404(_not_here())
    if said.reading and said.reading.is_new:
        _see(brand_id, said.reading, inbox)
    failures = tuple(one.failure for one in (alone, said) if one.failure)
    return Conversation(inbox, row, said.reading, failures)


def at_page(shown: Conversation, messages: int) -> Conversation:
    """The same conversation at another page of its messages."""
    brand_id, chatroom_id = shown.inbox.member.brand_id, shown.row.chatroom.id
    said = conversations.attempt(lambda: conversations.transcript(brand_id, chatroom_id, messages))
    failures = (*shown.failures, *([said.failure] if said.failure else []))
    return replace(shown, reading=said.reading, failures=failures)


def _names_own_side(member: Membership, ambassador_id: int, alone: Attempt[Chatroom]) -> bool:
    """Whether Popsell's answer alone shows that the chatroom is one of the ambassador's."""
    if alone.reading is None:
        return False
    page = alone.reading.page
    ambassador = identities.of_listing(member.brand_id, ambassador_id, page)
    rooms = [room for room in page.data if isinstance(room, Chatroom)]
    return any(sides.sides(room, ambassador).own for room in rooms)


def _version(brand_id: int, ambassador_id: int, listing: Inbox | None) -> str:
    """The newest act to be shown: the one that the listing was just read for, else asked."""
    if listing and listing.reading.failure is None:
        return listing.reading.version
    return acts.last_finished(brand_id, ambassador_id)


def _inbox(
    member: Membership,
    ambassador_id: int,
    number: int,
    read: tuple[Attempt[Chatroom], Attempt[Message]],
    listing: Inbox | None,
    chatroom_id: int,
) -> Inbox:
    """The chatroom as a page of one, with its last message from wherever that is known."""
    alone, said = read
    listed = listing.find(chatroom_id) if listing else None
    reading = alone.reading or (listing.reading if listing and listed else None)
    if reading is None:
        raise _refusal(alone.failure)
    room = listed.chatroom if listed and not alone.reading else reading.page.data[0]
    if isinstance(room, Unreadable):
        raise Http404(_not_here())
    newest = _newest(said) or (listed.chatroom.last_message if listed else room.last_message)
    hidden = _anonymized(room, said.reading)
    people = tuple(one.hidden_among(hidden) for one in room.ambassadors)
    room = replace(room, ambassadors=people, last_message=newest and newest.hidden_among(hidden))
    page = conversations.page_of(room, number)
    known = listing.ours if listing else annotations.of_chatrooms(member.brand_id, [chatroom_id])
    inbox = of_reading(member, ambassador_id, replace(reading, page=page), known)
    is_here = any(who.id == ambassador_id for who in people)
    if listing is None or is_here or listing.ambassador == Ambassador(id=ambassador_id):
        return inbox
    return replace(inbox, ambassador=listing.ambassador)  # who was seen before may be out of date


def _anonymized(room: Chatroom, said: Reading[Message] | None) -> set[int]:
    """Whoever is anonymized among the participants or the authors is so in all of it."""
    messages = said.page.data if said else ()
    authors = [one.author for one in messages if isinstance(one, Message) and one.author]
    return {one.id for one in (*room.ambassadors, *authors) if one.anonymized}


def _refusal(failure: PopsellError | None) -> Exception:
    if failure is None or isinstance(failure, Forbidden | NotFound):
        return Http404(_not_here())
    return failure


def _newest(said: Attempt[Message]) -> Message | None:
    if said.reading is None or said.reading.page.current_page != 1:
        return None
    found = [one for one in said.reading.page.data if isinstance(one, Message)]
    return found[-1] if found else None


def _see(brand_id: int, reading: Reading[Message], inbox: Inbox) -> None:
    codes = {
        (CodeKind.MODERATION, digits(one.status_moderation))
        for one in reading.page.data
        if isinstance(one, Message) and one.status_moderation is not None
    }
    annotations.see(brand_id, codes, inbox.ours.names)


def _day(said: Said | Unreadable) -> date | None:
    moment = said.message.date_insert if isinstance(said, Said) else None
    return timezone.localtime(moment).date() if moment else None


def _not_here() -> str:
    return _("This conversation is not one of this ambassador's, or no longer.")
