"""The rows of an inbox, as the page and the answer to an act both show them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from inbox.chatrooms import acts, marks, query, sides, tokens
from inbox.chatrooms import annotations as ours
from inbox.chatrooms.annotations import Ours
from inbox.chatrooms.query import EVERYTHING, Query
from inbox.display import digits
from inbox.display.people import NAMED, first_name, names
from inbox.models import ChatroomFlag, CodeKind, Membership, Note, Review
from inbox.popsell import cache, client, conversations, identities
from inbox.popsell.cache import Reading
from inbox.popsell.errors import PopsellError
from inbox.popsell.filters import ChatroomFilters
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page, Unreadable


@dataclass(frozen=True, slots=True)
class Row:
    """One chatroom from the ambassador's side.

    `unread`: None where Popsell's data can't tell. `token`: what Mark read carries, empty where the
    act is not offered. `address`: of the conversation. `mark`: changes with what the row says, but for
    who is online. `review`, `flag`, newest `note`: ours, None where there is none. `notice`: what the
    last act has to say here.
    """

    chatroom: Chatroom
    sides: sides.Sides
    unread: bool | None
    own_words: bool
    token: str
    address: str
    mark: str
    review: Review | None = None
    flag: ChatroomFlag | None = None
    note: Note | None = None
    notice: str = ""

    @property
    def id(self) -> str:
        return str(self.chatroom.id)

    @property
    def is_reviewed(self) -> bool:
        """Whether nothing came since the review."""
        message = self.chatroom.last_message
        last = message.id if message else None
        return self.review is not None and (last is None or last <= self.review.message)

    @property
    def other(self) -> Ambassador | None:
        """The counterpart, where there is just one."""
        return self.sides.others[0] if len(self.sides.others) == 1 else None

    @property
    def names(self) -> str:
        return names(self.sides.others)


@dataclass(frozen=True)
class Inbox:
    """One page of an ambassador's inbox, or of what is `asked` of it, for one member, as read from
    Popsell.
    """

    member: Membership
    ambassador: Ambassador
    reading: Reading[Chatroom]
    ours: Ours
    asked: Query = EVERYTHING

    @property
    def mark(self) -> str:
        """Changes with what Popsell said and with what we add to it."""
        return self.reading.mark + self.ours.mark

    @cached_property
    def rows(self) -> tuple[Row | Unreadable, ...]:
        return tuple(
            _row(self, item) if isinstance(item, Chatroom) else item
            for item in self.reading.page.data
        )

    @property
    def number(self) -> int:
        return self.reading.page.current_page

    @cached_property
    def query(self) -> str:
        """What the address of this page ends in, and that of a conversation beside it."""
        return query.listing(self.number, self.asked)

    @cached_property
    def listing(self) -> str:
        """What is asked, as the forms of acts carry it beside the page."""
        return urlencode(self.asked.params())

    @cached_property
    def address(self) -> str:
        return query.inbox(self.member.brand_id, self.ambassador.id)

    @cached_property
    def way_back(self) -> str:
        """The address of the list: of its beginning where it is looked through from there."""
        return self.address + (query.listing(1, self.asked) if self.asked.scans else self.query)

    @cached_property
    def first_name(self) -> str:
        return first_name(self.ambassador)

    @property
    def unread(self) -> int:
        return sum(1 for row in self.rows if isinstance(row, Row) and row.unread)

    @property
    def items(self) -> list[marks.Item]:
        """What a page that shows them asks about, in order."""
        return [
            marks.Item(row.chatroom.id, row.mark, row.other)
            for row in self.rows
            if isinstance(row, Row)
        ]

    @property
    def markable(self) -> int:
        """How many rows offer to be marked read."""
        return sum(1 for row in self.rows if isinstance(row, Row) and row.token)

    def find(self, chatroom_id: int) -> Row | None:
        for row in self.rows:
            if isinstance(row, Row) and row.chatroom.id == chatroom_id:
                return row
        return None


def read_inbox(
    member: Membership,
    ambassador_id: int,
    number: int,
    asked: Query = EVERYTHING,
    *,
    bypass: bool = False,
    fresh_for: float | None = None,
    also: int | None = None,
) -> Inbox:
    """The page of this number; from the cache unless an act finished since, or `bypass` is asked.

    Of what is `asked`, the filters that Popsell lacks make no difference here. `fresh_for`: one read
    so many seconds ago will do, whatever was done since. `also`: a chatroom that may not be on it, and
    of which our own part is wanted too.
    """
    filters = asked.filters(member.brand.zone)

    def fetch() -> Page[Chatroom]:
        page = client.chatrooms(
            brand_id, ambassador_id, page=number, sort=asked.sort, filters=filters
        )
        identities.remember(brand_id, [identities.of_listing(brand_id, ambassador_id, page)])
        return page

    brand_id = member.brand_id
    reading = cache.read(
        brand_id,
        _name(ambassador_id, number, asked.sort, filters),
        fetch,
        version=None if fresh_for else acts.last_finished(brand_id, ambassador_id),
        fresh_for=fresh_for,
        bypass=bypass,
    )
    found = _of_page(member, ambassador_id, reading, asked, also)
    if reading.is_new:
        ours.see(brand_id, codes_of(reading.page), found.ours.names)
    return found


def name_of(member: Membership, ambassador_id: int, number: int, asked: Query) -> str:
    """As `_name`, of a page of what a member asks."""
    return _name(ambassador_id, number, asked.sort, asked.filters(member.brand.zone))


def _name(ambassador_id: int, number: int, sort: str, filters: ChatroomFilters) -> str:
    """What a page is kept under: pages of another question are other pages."""
    return f"chatrooms {ambassador_id} {number} {sort} {urlencode(filters.params())}"


def _of_page(
    member: Membership,
    ambassador_id: int,
    reading: Reading[Chatroom],
    asked: Query,
    also: int | None = None,
) -> Inbox:
    rooms = [room.id for room in reading.page.data if isinstance(room, Chatroom)]
    known = ours.of_chatrooms(member.brand_id, [*rooms, *([also] if also else [])])
    return of_reading(member, ambassador_id, reading, known, asked)


def of_reading(
    member: Membership,
    ambassador_id: int,
    reading: Reading[Chatroom],
    known: Ours,
    asked: Query = EVERYTHING,
) -> Inbox:
    """The page with what we add to it."""
    ambassador = identities.of_listing(member.brand_id, ambassador_id, reading.page)
    return Inbox(member, ambassador, reading, known, asked)


def codes_of(page: Page[Chatroom]) -> ours.Codes:
    """The undocumented codes that a page holds."""
    return {code for room in page.data if isinstance(room, Chatroom) for code in _codes(room)}


def _codes(chatroom: Chatroom) -> list[tuple[CodeKind, str]]:
    summary, message = chatroom.last_summary, chatroom.last_message
    values = {
        CodeKind.ANOMALY: summary and summary.anomaly,
        CodeKind.TOPIC: summary and summary.topic,
        CodeKind.MODERATION: message and message.status_moderation,
    }
    return [(kind, digits(value)) for kind, value in values.items() if value is not None]


def read_again(
    member: Membership,
    ambassador_id: int,
    number: int,
    asked: Query = EVERYTHING,
    *,
    also: int | None = None,
    holding: int | None = None,
) -> Inbox | None:
    """As `read_inbox`, to follow up on an act; None where Popsell fails and nothing was kept.

    `holding`: a chatroom that the page showed. Where it left a list that was narrowed down, which moves
    on while one works through it, the page comes as it was read before.
    """
    before = _as_kept(member, ambassador_id, number, asked) if holding and asked.narrows else None
    try:
        now = read_inbox(member, ambassador_id, number, asked, also=also)
    except PopsellError:
        return None
    if before and holding and before.find(holding) and not now.find(holding):
        return before
    return now


def recall_names(brand_id: int, ambassador_id: int, chatroom_id: int, listing: str = "") -> str:
    """The counterpart's names as its row says them, as last read; empty where nothing is kept.

    `listing`: what the page of the list is kept under, as `name_of` has it.
    """
    alone = conversations.recall_chatroom(brand_id, chatroom_id)
    listed: Reading[Chatroom] | None = cache.recall(brand_id, listing) if listing else None
    readings = [one for one in (alone, listed) if one]
    for reading in sorted(readings, key=lambda one: one.read_at, reverse=True):
        ambassador = identities.of_listing(brand_id, ambassador_id, reading.page)
        for room in reading.page.data:
            if isinstance(room, Chatroom) and room.id == chatroom_id:
                others = sides.sides(room, ambassador).others
                return names(others) if others else ""
    return ""


def _as_kept(member: Membership, ambassador_id: int, number: int, asked: Query) -> Inbox | None:
    name = name_of(member, ambassador_id, number, asked)
    reading: Reading[Chatroom] | None = cache.recall(member.brand_id, name)
    return _of_page(member, ambassador_id, reading, asked) if reading else None


def after_reading(inbox: Inbox, row: Row, message: Message, message_shown: int) -> Inbox:
    """The inbox with what Popsell answered to Mark read in place of what `row` said before."""
    chatroom = sides.after_reading(row.chatroom, row.sides, message)
    newer = message.id is not None and message.id > message_shown
    notice = _("A newer message had come: it is shown here, and read too.") if newer else ""
    changed = replace(_row(inbox, chatroom), notice=notice)
    after = replace(inbox)
    vars(after)["rows"] = tuple(changed if other is row else other for other in inbox.rows)
    return after


def _row(inbox: Inbox, chatroom: Chatroom) -> Row:
    found = sides.sides(chatroom, inbox.ambassador)
    unread = sides.is_unread(chatroom, found, inbox.ambassador)
    review = inbox.ours.reviews.get(chatroom.id)
    flag = inbox.ours.flags.get((chatroom.id, found.own.id)) if found.own else None
    note = inbox.ours.notes.get(chatroom.id)
    added = (review.pk if review else 0, note.pk if note else 0, flag.flag if flag else 0)
    shown = [code for code in _codes(chatroom) if inbox.ours.says(*code)]
    of_ours = (*added, *_names(inbox, shown))
    return Row(
        chatroom=chatroom,
        sides=found,
        unread=unread,
        own_words=sides.is_own_words(chatroom, found, inbox.ambassador),
        token="" if unread is False else _token(inbox.member, inbox.ambassador, chatroom, found),
        address=f"{inbox.address}chatrooms/{chatroom.id}/",
        mark=_mark(chatroom, found, *of_ours),
        review=review,
        flag=flag,
        note=note,
    )


def _names(inbox: Inbox, shown: list[tuple[CodeKind, str]]) -> list[object]:
    """What the codes that it shows, and their names, make the row say."""
    known = [(*code, inbox.ours.names.get(code)) for code in shown]
    return [
        (kind, code, (one.name, one.tone, one.needs_attention) if one and one.name else 0)
        for kind, code, one in known
    ]


def _mark(chatroom: Chatroom, found: sides.Sides, *of_ours: object) -> str:
    """Changes with what a person would call news: words, codes, names, state; not with presence."""
    message = chatroom.last_message
    said = message and (
        message.id,
        message.content,
        message.type_message,
        message.author and message.author.id,
    )
    state = found.pivot and (
        found.pivot.last_read_message,
        found.pivot.is_blocked,
        found.pivot.archived,
    )
    told = chatroom.last_summary
    ratings = (chatroom.last_rating, told and replace(told, anomaly=None, topic=None))
    named = _people(found.others[:NAMED])
    return marks.checksum(said, state, ratings, named, len(found.others), of_ours)


def _people(people: Iterable[Ambassador]) -> list[tuple[object, ...]]:
    return [(who.id, who.full_name, who.status, who.active, who.anonymized) for who in people]


def _token(
    member: Membership, ambassador: Ambassador, chatroom: Chatroom, found: sides.Sides
) -> str:
    message = chatroom.last_message
    if not member.may_act or found.own is None or message is None or message.id is None:
        return ""
    return tokens.sign(
        member,
        tokens.Claim(member.brand_id, ambassador.id, chatroom.id, found.own.id, message.id),
    )
