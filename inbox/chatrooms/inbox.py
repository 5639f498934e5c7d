"""An ambassador's inbox as a member reads it: a page of the listing, and what the team added to it."""

from dataclasses import dataclass, replace
from functools import cached_property

from inbox.chatrooms import annotations, codes_seen, marks, reading, rows
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.listing import Listing, Origin
from inbox.chatrooms.query import EVERYTHING, Query
from inbox.chatrooms.rows import Row
from inbox.models import Membership
from inbox.popsell import identities
from inbox.popsell.cache import Reading
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Chatroom, Message, Page, Unreadable


@dataclass(frozen=True)
class Inbox:
    """One page of an inbox, as read from Popsell.

    `changed`: a row as the answer to an act has it, which is newer than the page.
    """

    listing: Listing
    reading: Reading[Page[Chatroom]]
    annotations: Annotations
    changed: Row | None = None

    @property
    def mark(self) -> str:
        """Changes with what Popsell said and with what the team added."""
        return self.reading.mark + self.annotations.mark

    @cached_property
    def rows(self) -> tuple[Row | Unreadable, ...]:
        return tuple(self._row(item) for item in self.reading.page.data)

    def _row(self, item: Chatroom | Unreadable) -> Row | Unreadable:
        if isinstance(item, Unreadable):
            return item
        if self.changed and self.changed.chatroom.id == item.id:
            return self.changed
        return rows.make_row(item, self.listing, self.annotations)

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

    def after_reading(self, row: Row, message: Message, shown: int) -> "Inbox":
        """With what Popsell answered to Mark read, up to the message that was `shown` in this row."""
        after = rows.after_reading(row, self.listing, self.annotations, message, shown)
        return replace(self, changed=after)


def read_inbox(
    member: Membership,
    ambassador_id: int,
    page: int,
    query: Query = EVERYTHING,
    *,
    bypass: bool = False,
    fresh_for: float | None = None,
    also: int | None = None,
) -> Inbox:
    """Read this page of the listing, as `reading.read_listing` does.

    `also`: a chatroom that may be missing from the page; the team's additions to it are read too.
    """
    brand = member.brand
    found = reading.read_listing(
        brand, ambassador_id, page, query, bypass=bypass, fresh_for=fresh_for
    )
    inbox = _for_member(member, ambassador_id, found, query, also)
    if found.is_new:
        codes_seen.note(brand.pk, codes_seen.in_listing(found.page), inbox.annotations.names)
    return inbox


def read_again(
    member: Membership, origin: Origin, *, also: int | None = None, holding: int | None = None
) -> Inbox | None:
    """The list that an act was pressed in, to follow up on it; None where nothing can be read.

    `holding`: a chatroom that the page showed. A narrowed list moves on while someone works through it.
    If the chatroom left such a list, the page comes as it was read before.
    """
    before = _as_kept(member, origin) if holding and origin.narrows else None
    try:
        now = read_inbox(member, origin.ambassador, origin.page, origin.query, also=also)
    except PopsellError:
        return None
    if before and holding and before.find(holding) and not now.find(holding):
        return before
    return now


def _as_kept(member: Membership, origin: Origin) -> Inbox | None:
    kept = reading.recall_listing(member.brand, origin.ambassador, origin.page, origin.query)
    return _for_member(member, origin.ambassador, kept, origin.query) if kept else None


def _for_member(
    member: Membership,
    ambassador_id: int,
    found: Reading[Page[Chatroom]],
    query: Query,
    also: int | None = None,
) -> Inbox:
    """The page with what the team added to it."""
    chatrooms = [room.id for room in found.page.data if isinstance(room, Chatroom)]
    added = annotations.of_chatrooms(member.brand_id, [*chatrooms, *([also] if also else [])])
    ambassador = identities.find_in(member.brand_id, ambassador_id, found.page.data)
    return Inbox(Listing(member, ambassador, found.page.current_page, query), found, added)
