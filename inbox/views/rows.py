"""The rows of an inbox, as the page and the answer to an act both show them."""

from dataclasses import dataclass, replace

from inbox import tokens
from inbox.models import Membership
from inbox.popsell import sides
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page, Unreadable


@dataclass(frozen=True, slots=True)
class Row:
    """One chatroom from the ambassador's side.

    `unread`: None where Popsell's data can't tell. `token`: what Mark read carries, empty where the
    act is not offered. `notice`: what the last act has to say here.
    """

    chatroom: Chatroom
    sides: sides.Sides
    unread: bool | None
    own_words: bool
    token: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of an ambassador's inbox, for one member; `number` is the page as Popsell counts."""

    member: Membership
    ambassador: Ambassador
    number: int
    rows: tuple[Row | Unreadable, ...]

    @property
    def unread(self) -> int:
        return sum(1 for row in self.rows if isinstance(row, Row) and row.unread)

    def find(self, chatroom_id: int) -> Row | None:
        for row in self.rows:
            if isinstance(row, Row) and row.chatroom.id == chatroom_id:
                return row
        return None


def inbox_of(member: Membership, ambassador: Ambassador, page: Page[Chatroom]) -> Inbox:
    rows = tuple(
        _row(member, ambassador, item) if isinstance(item, Chatroom) else item for item in page.data
    )
    return Inbox(member, ambassador, page.current_page, rows)


def after_reading(inbox: Inbox, row: Row, message: Message, message_shown: int) -> Inbox:
    """The inbox with what Popsell answered to Mark read in place of what `row` said before."""
    chatroom = sides.after_reading(row.chatroom, row.sides, message)
    newer = message.id is not None and message.id > message_shown
    notice = "A newer message had come: it is shown here, and read too." if newer else ""
    changed = replace(_row(inbox.member, inbox.ambassador, chatroom), notice=notice)
    rows = tuple(changed if other is row else other for other in inbox.rows)
    return replace(inbox, rows=rows)


def _row(member: Membership, ambassador: Ambassador, chatroom: Chatroom) -> Row:
    found = sides.sides(chatroom, ambassador)
    unread = sides.is_unread(chatroom, found, ambassador)
    return Row(
        chatroom=chatroom,
        sides=found,
        unread=unread,
        own_words=sides.is_own_words(chatroom, found, ambassador),
        token=_token(member, ambassador, chatroom, found) if unread is not False else "",
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
