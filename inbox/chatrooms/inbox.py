"""An ambassador's inbox as a member reads it: a page of it, and what the team added to that.

Popsell pages and filters it. With a filter that Popsell lacks the index pages it, which is written
from Popsell's newest page just before.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils import timezone

from inbox.caches.memories import Memory
from inbox.chatrooms import annotations, codes_seen, kept_rows, marks, matching, reading, rows
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.listing import Listing, Origin
from inbox.chatrooms.matching import Matches
from inbox.chatrooms.query import EVERYTHING, Query
from inbox.chatrooms.rows import Row
from inbox.models import IndexedAmbassador, IndexedChatroom, Membership
from inbox.popsell import identities
from inbox.popsell.cache import Reading
from inbox.popsell.errors import OverBudget, PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page, Unreadable

SIZE, MOST = 25, 100  # conversations a page, where Popsell does not tell, and at most
NOTHING: Page[Chatroom] = Page(
    *(1, (), None, None, 1, None, ()),
    *(None, None, None, None, None, None),
)
"""In place of a page that can't be read."""

_ROWS = Memory[Row](2_048)


@dataclass(frozen=True)
class Inbox:
    """One page of an inbox, as read from Popsell.

    `matches`: what the index answered instead, where Popsell can't filter so; `reading` is of the
    newest page then. `keeper`: the ambassador there, None where the index does not have them.
    `changed`: a row as the answer to an act has it, which is newer than the page.
    """

    listing: Listing
    reading: Reading[Page[Chatroom]]
    annotations: Annotations
    matches: Matches | None = None
    keeper: IndexedAmbassador | None = None
    changed: Row | None = None

    @property
    def mark(self) -> str:
        """Changes with what Popsell said and with what the team added."""
        if self.matches is None:
            return self.reading.mark + self.annotations.mark
        shown = [
            (
                row.mark,
                row.kept_at is None,
                [(one.online, one.last_action_date) for one in row.sides.others],
            )
            for row in self.rows
            if isinstance(row, Row)
        ]
        return marks.checksum(shown, self.matches.end == "") + self.annotations.mark

    @cached_property
    def rows(self) -> tuple[Row | Unreadable, ...]:
        if self.matches:
            return tuple(map(self._match, self.matches.rows))
        return tuple(self._row(item) for item in self.reading.page.data)

    def _row(self, item: Chatroom | Unreadable) -> Row | Unreadable:
        if isinstance(item, Unreadable):
            return item
        if self.changed and self.changed.chatroom.id == item.id:
            return self.changed
        key = item, self.face
        if (known := _ROWS.find(key)) is not None:
            return known
        made = self._make_row(item)
        return _ROWS.put(key, made) if item.is_small else made

    @cached_property
    def face(self) -> Hashable:
        """All that a row of Popsell's depends on beside its chatroom, right to the minute.

        The minute renews what carries a time: the tokens of acts, and whether a hold still stands.
        """
        minute = int(timezone.now().timestamp() // 60)
        return rows.face_of(self.listing), self.annotations.mark, minute

    def _make_row(self, room: Chatroom) -> Row:
        return rows.make_row(room, self.listing, self.annotations)

    def _match(self, kept: IndexedChatroom) -> Row:
        return rows.marked_alike(self._newer(kept), self.annotations)

    def _newer(self, kept: IndexedChatroom) -> Row:
        """As the newest page has it, where it stands there."""
        if self.changed and self.changed.chatroom.id == kept.chatroom:
            return self.changed
        room = self._newest.get(kept.chatroom)
        if room:
            return self._make_row(room)
        return kept_rows.make_row(kept, self.listing, self.annotations)

    @cached_property
    def _newest(self) -> dict[int, Chatroom]:
        """What the newest page holds, where Popsell gave it now: the index may know better else."""
        rooms = () if self.reading.failure else self.reading.page.data
        return {room.id: room for room in rooms if isinstance(room, Chatroom)}

    @property
    def is_empty(self) -> bool:
        return not (self.matches.rows if self.matches else self.reading.page.data)

    @property
    def unread(self) -> int:
        return sum(1 for row in self.rows if isinstance(row, Row) and row.unread)

    @property
    def items(self) -> list[marks.Item]:
        """What a page that shows them asks about, in order."""
        return [
            marks.Item(row.chatroom.id, row.mark, None if row.kept_at else row.other)
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
        beside = self.matches.beside if self.matches else None
        return self._match(beside) if beside and beside.chatroom == chatroom_id else None

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
    """Read this page of the listing, as `reading.read_listing` does; of the index by its query alone.

    `also`: a chatroom that may be missing from the page; the team's additions to it are read too. The
    index keeps it in its place, though it match no more.
    """
    brand = member.brand
    if query.is_of_index:
        inbox = _of_index(member, ambassador_id, query, bypass, also)
    else:
        found = reading.read_listing(
            brand, ambassador_id, page, query, bypass=bypass, fresh_for=fresh_for
        )
        inbox = _for_member(member, ambassador_id, found, query, also)
    if inbox.reading.is_new:
        said = inbox.reading.page
        codes_seen.note_later(brand.pk, codes_seen.in_listing(said), inbox.annotations.names)
    return inbox


def read_again(
    member: Membership,
    origin: Origin,
    *,
    fresh_for: float | None = None,
    also: int | None = None,
    holding: int | None = None,
) -> Inbox | None:
    """The list that an act was pressed in, to follow up on it; None where nothing can be read.

    `fresh_for`: as `read_inbox` has it. `holding`: a chatroom that the page showed. A narrowed list
    moves on while someone works through it. If the chatroom left such a list, the page comes as it was
    read before.
    """
    is_kept = holding and origin.narrows and not origin.query.is_of_index
    before = _as_kept(member, origin) if is_kept else None
    try:
        page, query = origin.page, origin.query
        now = read_inbox(
            member, origin.ambassador, page, query, fresh_for=fresh_for, also=also or holding
        )
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
    added = annotations.of_chatrooms(member.brand, [*chatrooms, *([also] if also else [])])
    ambassador = identities.find_in(member.brand_id, ambassador_id, found.page.data)
    return Inbox(Listing(member, ambassador, found.page.current_page, query), found, added)


# By the index


def _of_index(
    member: Membership, ambassador_id: int, query: Query, bypass: bool, also: int | None
) -> Inbox:
    """What matches, once the index knows the newest page; without that, where it can't be read."""
    keeper = matching.find_keeper(member.brand_id, ambassador_id)
    newest = _read_newest(member, ambassador_id, keeper, bypass)
    size = min(newest.page.per_page or SIZE, MOST)
    matches = matching.find(keeper, query, size, also) if keeper else Matches(())
    chatrooms = [one.chatroom for one in matches.rows] + ([also] if also else [])
    added = annotations.of_chatrooms(member.brand, chatrooms)
    ambassador = identities.find_in(member.brand_id, ambassador_id, newest.page.data)
    if keeper and ambassador == Ambassador(ambassador_id):
        ambassador = replace(ambassador, firstname=keeper.name, anonymized=keeper.anonymized)
    return Inbox(Listing(member, ambassador, 1, query), newest, added, matches, keeper)


def _read_newest(
    member: Membership, ambassador_id: int, keeper: IndexedAmbassador | None, bypass: bool
) -> Reading[Page[Chatroom]]:
    """The newest page, which is in the index then. With a failure it is as of the index's reading.

    Raises PopsellError where nothing was ever read.
    """
    known = keeper.read_at if keeper else None
    try:
        newest = reading.read_listing(member.brand, ambassador_id, bypass=bypass, at_once=True)
    except OverBudget:
        raise
    except PopsellError as failure:
        if known is None:
            raise
        return Reading(NOTHING, known, "", "", failure)
    is_older = newest.failure is not None and known is not None and known > newest.read_at
    return replace(newest, read_at=known) if is_older and known else newest
