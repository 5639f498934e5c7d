"""The rows of an inbox, as the page and the answer to an act both show them."""

from dataclasses import dataclass, replace
from functools import cached_property

from inbox import actions, addresses, tokens
from inbox.display import first_name, names
from inbox.models import Membership
from inbox.popsell import client, identities, kept, sides
from inbox.popsell.errors import PopsellError
from inbox.popsell.kept import Reading
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page, Unreadable


@dataclass(frozen=True, slots=True)
class Row:
    """One chatroom from the ambassador's side.

    `unread`: None where Popsell's data can't tell. `token`: what Mark read carries, empty where the
    act is not offered. `address`: of the conversation. `notice`: what the last act has to say here.
    """

    chatroom: Chatroom
    sides: sides.Sides
    unread: bool | None
    own_words: bool
    token: str
    address: str
    notice: str = ""

    @property
    def id(self) -> str:
        return str(self.chatroom.id)

    @property
    def other(self) -> Ambassador | None:
        """The counterpart, where there is just one."""
        return self.sides.others[0] if len(self.sides.others) == 1 else None

    @property
    def names(self) -> str:
        return names(self.sides.others)


@dataclass(frozen=True)
class Inbox:
    """One page of an ambassador's inbox, for one member, as read from Popsell."""

    member: Membership
    ambassador: Ambassador
    reading: Reading[Chatroom]

    @cached_property
    def rows(self) -> tuple[Row | Unreadable, ...]:
        return tuple(
            _row(self, item) if isinstance(item, Chatroom) else item
            for item in self.reading.page.data
        )

    @property
    def number(self) -> int:
        return self.reading.page.current_page

    @property
    def query(self) -> str:
        return "" if self.number == 1 else f"?page={self.number}"

    @cached_property
    def address(self) -> str:
        return addresses.inbox(self.member.brand_id, self.ambassador.id)

    @cached_property
    def first_name(self) -> str:
        return first_name(self.ambassador)

    @property
    def unread(self) -> int:
        return sum(1 for row in self.rows if isinstance(row, Row) and row.unread)

    def find(self, chatroom_id: int) -> Row | None:
        for row in self.rows:
            if isinstance(row, Row) and row.chatroom.id == chatroom_id:
                return row
        return None


def read_inbox(
    member: Membership, ambassador_id: int, number: int, *, bypass: bool = False
) -> Inbox:
    """The page of this number; from the cache unless an act finished since, or `bypass` is asked."""

    def fetch() -> Page[Chatroom]:
        page = client.chatrooms(brand_id, ambassador_id, page=number)
        identities.remember(brand_id, [identities.of_listing(brand_id, ambassador_id, page)])
        return page

    brand_id = member.brand_id
    reading = kept.read(
        brand_id,
        f"chatrooms {ambassador_id} {number} {client.NEWEST_FIRST}",
        fetch,
        version=actions.last_finished(brand_id, ambassador_id),
        bypass=bypass,
    )
    return Inbox(member, identities.of_listing(brand_id, ambassador_id, reading.page), reading)


def read_again(member: Membership, ambassador_id: int, number: int) -> Inbox | None:
    """As `read_inbox`, to follow up on an act; None where Popsell fails and nothing was kept."""
    try:
        return read_inbox(member, ambassador_id, number)
    except PopsellError:
        return None


def after_reading(inbox: Inbox, row: Row, message: Message, message_shown: int) -> Inbox:
    """The inbox with what Popsell answered to Mark read in place of what `row` said before."""
    chatroom = sides.after_reading(row.chatroom, row.sides, message)
    newer = message.id is not None and message.id > message_shown
    notice = "A newer message had come: it is shown here, and read too." if newer else ""
    changed = replace(_row(inbox, chatroom), notice=notice)
    after = replace(inbox)
    vars(after)["rows"] = tuple(changed if other is row else other for other in inbox.rows)
    return after


def _row(inbox: Inbox, chatroom: Chatroom) -> Row:
    found = sides.sides(chatroom, inbox.ambassador)
    unread = sides.is_unread(chatroom, found, inbox.ambassador)
    return Row(
        chatroom=chatroom,
        sides=found,
        unread=unread,
        own_words=sides.is_own_words(chatroom, found, inbox.ambassador),
        token="" if unread is False else _token(inbox.member, inbox.ambassador, chatroom, found),
        address=f"{inbox.address}chatrooms/{chatroom.id}/",
    )


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
