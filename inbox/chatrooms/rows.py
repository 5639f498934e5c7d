"""A chatroom as a row of an inbox: its sides, unread messages, the team's additions, possible acts."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from inbox.chatrooms import codes_seen, marks, sides, tokens
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.listing import Listing
from inbox.chatrooms.sides import Sides
from inbox.display.people import NAMED, names
from inbox.models import ChatroomFlag, CodeKind, Note, Review
from inbox.popsell.resources import Ambassador, Chatroom, Message


@dataclass(frozen=True, slots=True)
class Row:
    """One chatroom from the ambassador's side.

    `unread`: None where Popsell's data can't tell. `token`: what Mark read carries, empty where the act
    is not offered. `address`: of the conversation. `mark`: changes with what the row says, but for who
    is online. `review`, `flag`, newest `note`: the team's, None where there is none. `notice`: the last
    act's words here. `kept_at`: when the index read this, None for what Popsell said just now. `crowd`:
    what to call those whose names it does not keep.
    """

    chatroom: Chatroom
    sides: Sides
    unread: bool | None
    own_words: bool
    token: str
    address: str
    mark: str
    review: Review | None = None
    flag: ChatroomFlag | None = None
    note: Note | None = None
    notice: str = ""
    kept_at: datetime | None = None
    crowd: str = ""

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
        return self.crowd or names(self.sides.others)


def face_of(listing: Listing) -> Hashable:
    """All of a listing that its rows depend on."""
    return listing.member.pk, listing.member.may_act, listing.ambassador


def make_row(
    chatroom: Chatroom, listing: Listing, annotations: Annotations, side: int | None = None
) -> Row:
    """The row for the member of this listing. `side`: the ambassador's own, where that is known."""
    ambassador = listing.ambassador
    found = sides.find_sides(chatroom, ambassador if side is None else Ambassador(side))
    unread = sides.is_unread(chatroom, found, ambassador)
    review = annotations.reviews.get(chatroom.id)
    flag = annotations.flags.get((chatroom.id, found.own.id)) if found.own else None
    note = annotations.notes.get(chatroom.id)
    added = (review.pk if review else 0, note.pk if note else 0, flag.flag if flag else 0)
    return Row(
        chatroom=chatroom,
        sides=found,
        unread=unread,
        own_words=sides.is_own_words(chatroom, found, ambassador),
        token="" if unread is False else _token(chatroom, found, listing),
        address=listing.chatroom(chatroom.id),
        mark=_mark(chatroom, found, *added, *_names_of_codes(chatroom, annotations)),
        review=review,
        flag=flag,
        note=note,
    )


def after_reading(
    row: Row, listing: Listing, annotations: Annotations, message: Message, shown: int
) -> Row:
    """The row with what Popsell answered to Mark read, up to the message that was `shown`."""
    chatroom = sides.after_reading(row.chatroom, row.sides, message)
    newer = message.id is not None and message.id > shown
    notice = _("A newer message had come: it is shown here, and read too.") if newer else ""
    side = row.sides.own.id if row.kept_at and row.sides.own else None
    made = make_row(chatroom, listing, annotations, side)
    return replace(made, notice=notice, kept_at=row.kept_at, crowd=row.crowd)


def marked_alike(row: Row, annotations: Annotations) -> Row:
    """The row with a mark of what the index keeps too: the same from whichever of both it was made."""
    room, pivot, message = row.chatroom, row.sides.pivot, row.chatroom.last_message
    state = (pivot.last_read_message, pivot.is_blocked, pivot.archived) if pivot else (None,) * 3
    said = (message.id, row.unread) if message else None
    rating = room.last_rating.value if room.last_rating else None
    team = (
        row.review.pk if row.review else 0,
        row.note.pk if row.note else 0,
        row.flag.flag if row.flag else 0,
    )
    codes, others = codes_seen.in_chatroom(room), len(row.sides.others)
    named = _names_of_codes(room, annotations)
    mark = marks.checksum(row.id, said, state, rating, sorted(codes), others, team, named)
    return replace(row, mark=mark)


def _names_of_codes(chatroom: Chatroom, annotations: Annotations) -> list[object]:
    """The row's codes with their names."""
    shown = [code for code in codes_seen.in_chatroom(chatroom) if annotations.says(*code)]
    return [(*code, _name(code, annotations)) for code in shown]


def _name(code: tuple[CodeKind, str], annotations: Annotations) -> object:
    named = annotations.names.get(code)
    return (named.name, named.tone, named.needs_attention) if named and named.name else 0


def _mark(chatroom: Chatroom, found: Sides, *added: object) -> str:
    """Changes with news as people see it: words, codes, names, state; not with presence.

    `added`: what the team added.
    """
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
    summary = chatroom.last_summary
    ratings = (chatroom.last_rating, summary and replace(summary, anomaly=None, topic=None))
    named = _people(found.others[:NAMED])
    return marks.checksum(said, state, ratings, named, len(found.others), added)


def _people(people: Iterable[Ambassador]) -> list[tuple[object, ...]]:
    return [(who.id, who.full_name, who.status, who.active, who.anonymized) for who in people]


def _token(chatroom: Chatroom, found: Sides, listing: Listing) -> str:
    message, member = chatroom.last_message, listing.member
    if not member.may_act or found.own is None or message is None or message.id is None:
        return ""
    ids = (member.brand_id, listing.ambassador.id, chatroom.id, found.own.id, message.id)
    return tokens.sign(member, tokens.Target(*ids))
