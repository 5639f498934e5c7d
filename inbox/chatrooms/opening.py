"""Opens a conversation: from Popsell's answer alone, or from the list where that is all there is."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from inbox.chatrooms import annotations, attempts, codes_seen, reading, rows, sides, transcript
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.inbox import Inbox, read_again, read_inbox
from inbox.chatrooms.listing import Listing, Origin
from inbox.chatrooms.reading import Attempt
from inbox.chatrooms.rows import Row
from inbox.models import Membership
from inbox.popsell import identities
from inbox.popsell.cache import Reading
from inbox.popsell.errors import Forbidden, NotFound, PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page


@dataclass(frozen=True, slots=True)
class Pieces:
    """The parts of a conversation, each as far as it could be read.

    `alone`: the chatroom. `said`: a page of the transcript. `inbox`: the list, where it was read too.
    `listed`: the row that it has there.
    """

    alone: Attempt[Chatroom]
    said: Attempt[Page[Message]]
    inbox: Inbox | None
    listed: Row | None

    @property
    def failures(self) -> tuple[PopsellError, ...]:
        return tuple(one.failure for one in (self.alone, self.said) if one.failure)


def open_conversation(
    member: Membership,
    at: Origin,
    chatroom_id: int,
    *,
    messages: int = 1,
    beside: Inbox | None = None,
    bypass: bool = False,
    fresh_for: float | None = None,
) -> Conversation:
    """The conversation at a page of its `messages`; `at` is the list that it is opened from.

    `beside`: that list, where it was read just now. `fresh_for`: accept what was read so many seconds
    ago, as `cache.read_through` has it. Raises Http404 where neither names the chatroom
    with this ambassador or their guest account. Raises PopsellError where Popsell can't be asked.
    """
    brand_id, ambassador_id = member.brand_id, at.ambassador
    version = _version(brand_id, ambassador_id, beside)
    alone = reading.attempt(
        lambda: reading.read_chatroom(
            brand_id, chatroom_id, version=version, bypass=bypass, fresh_for=fresh_for
        )
    )
    said = reading.attempt(
        lambda: reading.read_transcript(
            brand_id, chatroom_id, messages, bypass=bypass, fresh_for=fresh_for
        )
    )
    inbox = beside
    if inbox is None and not _names_own_side(brand_id, ambassador_id, alone):
        inbox = read_inbox(member, ambassador_id, at.page, at.query, also=chatroom_id)
    elif inbox is None and said.failure:
        inbox = read_again(member, at, also=chatroom_id)
    listed = inbox.find(chatroom_id) if inbox else None
    pieces = Pieces(alone, said, inbox, listed)
    return _put_together(pieces, member, at, chatroom_id)


def at_page(shown: Conversation, messages: int) -> Conversation:
    """The same conversation at another page of its messages."""
    brand_id, chatroom_id = shown.listing.member.brand_id, shown.row.chatroom.id
    said = reading.attempt(lambda: reading.read_transcript(brand_id, chatroom_id, messages))
    failures = (*shown.failures, *([said.failure] if said.failure else []))
    return replace(shown, reading=said.reading, failures=failures)


def with_following(shown: Conversation) -> Conversation:
    """The same conversation, with what follows where only that tells whether its summary ends here.

    Where Popsell can't be asked, nothing is known.
    """
    if shown.reading is None or shown.number == 1:
        return shown
    page = shown.reading.page
    if not transcript.may_end_between(page.data, shown.summarized):
        return shown
    return replace(shown, following=_following(shown, page))


def _following(shown: Conversation, page: Page[Message]) -> transcript.Items:
    """What comes after the page, from what was read before if that tells; empty where not known."""
    brand_id, chatroom_id = shown.listing.member.brand_id, shown.row.chatroom.id
    number = shown.number - 1
    below = reading.recall_transcript(brand_id, chatroom_id, number)
    if below and (following := transcript.what_follows(page, below.page)):
        return following
    newest = reading.recall_transcript(brand_id, chatroom_id, 1)
    if newest and transcript.goes_on(page.data, newest.page.data, shown.summarized):
        return ()
    try:
        asked = reading.ask_transcript(brand_id, chatroom_id, number)
    except PopsellError:  # what was asked for is there without it
        return ()
    return transcript.what_follows(page, asked)


def _version(brand_id: int, ambassador_id: int, beside: Inbox | None) -> str:
    """The newest act to be shown: the one that the list was just read for, else asked."""
    if beside and beside.reading.failure is None:
        return beside.reading.version
    return attempts.last_finished(brand_id, ambassador_id)


def _names_own_side(brand_id: int, ambassador_id: int, alone: Attempt[Chatroom]) -> bool:
    """Whether Popsell's answer alone shows that the chatroom is one of the ambassador's."""
    if alone.reading is None:
        return False
    room = alone.reading.value
    ambassador = identities.find_in(brand_id, ambassador_id, [room])
    return sides.find_sides(room, ambassador).own is not None


def _put_together(pieces: Pieces, member: Membership, at: Origin, chatroom_id: int) -> Conversation:
    inbox, said = pieces.inbox, pieces.said.reading
    room, row_reading = _room(pieces)
    if room.id != chatroom_id:
        raise Http404(_not_here())
    added = inbox.annotations if inbox else annotations.of_chatrooms(member.brand, [chatroom_id])
    ambassador = _ambassador(member.brand_id, at.ambassador, room, inbox)
    listing = Listing(member, ambassador, at.page, at.query)
    row = rows.make_row(room, listing, added)
    if row.sides.own is None and pieces.listed is None:
        raise Http404(_not_here())
    if said and said.is_new:
        codes_seen.note_later(member.brand_id, codes_seen.in_transcript(said.page), added.names)
    return Conversation(listing, row, added, row_reading, said, pieces.failures)


def _room(pieces: Pieces) -> tuple[Chatroom, Reading[Any]]:
    """The chatroom, with its last message from any known source, and the reading behind it.

    Raises Http404 or PopsellError where it is nowhere.
    """
    alone, said = pieces.alone.reading, pieces.said.reading
    is_read = pieces.listed is not None and pieces.listed.kept_at is None
    listed = pieces.listed.chatroom if pieces.listed and is_read else None
    source: Reading[Any] | None = alone or (pieces.inbox.reading if pieces.inbox else None)
    room = alone.value if alone else listed
    if room is None or source is None:
        raise _refusal(pieces.alone.failure)
    newest = _newest(said.page if said else None) or (listed or room).last_message
    hidden = transcript.anonymized_in(room, said)
    people = tuple(one.hidden_among(hidden) for one in room.ambassadors)
    last = newest and newest.hidden_among(hidden)
    return replace(room, ambassadors=people, last_message=last), source


def _ambassador(
    brand_id: int, ambassador_id: int, room: Chatroom, inbox: Inbox | None
) -> Ambassador:
    """The ambassador from the chatroom, else from the list: earlier sightings may be out of date."""
    listed = inbox.listing.ambassador if inbox else Ambassador(id=ambassador_id)
    is_here = any(who.id == ambassador_id for who in room.ambassadors)
    if is_here or listed == Ambassador(id=ambassador_id):
        found = identities.find_in(brand_id, ambassador_id, [room])
        # The inbox may never be read: a conversation is also opened from the brand's own list.
        identities.remember(brand_id, [found] if is_here else [])
        return found
    return listed


def _newest(page: Page[Message] | None) -> Message | None:
    """The last message, where this is the newest page."""
    if page is None or page.current_page != 1:
        return None
    found = [one for one in page.data if isinstance(one, Message)]
    return found[-1] if found else None


def _refusal(failure: PopsellError | None) -> Exception:
    if failure is None or isinstance(failure, Forbidden | NotFound):
        return Http404(_not_here())
    return failure


def _not_here() -> str:
    return _("This conversation is not one of this ambassador's, or no longer.")
