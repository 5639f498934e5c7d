"""What a search through a brand's index shows: ambassadors, customers who wait, conversations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inbox.chatrooms import annotations
from inbox.chatrooms.query import EVERYTHING
from inbox.components import coded as conversations
from inbox.components import indexed, untaken
from inbox.components.freshness import Fresh, person_of
from inbox.components.untaken import Untaken
from inbox.display import known, people, seeking, visible
from inbox.models import IndexedAmbassador, IndexedChatroom, Membership
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Ambassador, Message
from inbox.queue import ambassadors, coded, search, waiting_list
from inbox.queue.search import PAGE, Refusal
from inbox.text import spelling
from inbox.trips import Trip

FEW = 6
"""The page names so many ambassadors; their own page has all."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row that was found. `who`: a sentence of plain text. `said`: what `shown` is, as HTML.

    `ambassador`: whose inbox it stands in.
    """

    row: IndexedChatroom
    ambassador: Ambassador
    other: Ambassador | None
    who: str
    said: str
    shown: "Text"
    at: datetime | None
    address: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words that the index keeps. `is_own`: whether the ambassador's side wrote them."""

    words: str
    is_own: bool = False
    is_summary: bool = False
    is_comment: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """Some of what was found. `waiting`: customers nobody has taken, but for those whose conversation
    is among the others. `count`: of all conversations, as it is told.

    `refusal`: why conversations were not looked for. `page`: which one of their pages this is.
    `is_cut`: whether there are more, which no page lists. `alone`: where there are none, the words that
    find some by themselves.
    """

    people: list[Ambassador]
    has_more_people: bool
    conversations: list[Conversation]
    count: str
    page: int
    has_older: bool = False
    is_cut: bool = False
    refusal: Refusal | None = None
    waiting: tuple[Untaken, ...] = ()
    alone: tuple[str, ...] = ()


def find(member: Membership, words: str, page: int, fresh: Fresh) -> Results:
    """Conversations with all of these words; on the first page also ambassadors and customers."""
    brand_id, start = member.brand_id, (page - 1) * PAGE
    wanted = tuple(spelling.fold(words).split())
    named = _people(member, words) if page == 1 else []
    shown, has_more = [person_of(one) for one in named[:FEW]], len(named) > FEW
    found = search.page(brand_id, words, start)
    if isinstance(found, Refusal):
        says_little = found in (Refusal.TOO_SHORT, Refusal.NO_WORDS)
        waiting = () if says_little or page > 1 else _waiting(member, wanted, [])
        return Results(shown, has_more, [], known(0), page, refusal=found, waiting=waiting)
    keepers = coded.name_ambassadors(brand_id, found.rows)
    more = "+" if found.is_more or fresh.is_partial else ""
    after = start + len(found.rows)
    goes_on = found.is_more or after < found.total
    return Results(
        shown,
        has_more,
        [_show(row, keepers, wanted) for row in found.rows],
        f"{known(found.total)}{more}",
        page,
        has_older=goes_on and after < search.MOST,
        is_cut=goes_on and after >= search.MOST,
        waiting=_waiting(member, wanted, found.rows) if page == 1 else (),
        alone=() if found.rows else search.find_alone(brand_id, words),
    )


def _people(member: Membership, words: str) -> list[IndexedAmbassador]:
    """The list of ambassadors finds the same. One too many tells that there are more."""
    brand = ambassadors.find_brand(member.brand_id)
    if brand is None or brand.directory_read is None:
        return []
    found = ambassadors.find(brand, words)
    return list(found.order_by("search", "pk")[: FEW + 1])


def _waiting(
    member: Membership, wanted: tuple[str, ...], found: list[IndexedChatroom]
) -> tuple[Untaken, ...]:
    """Who waits longest first. All are looked through, since there are few of them."""
    rows = list(waiting_list.find(member.brand_id)[: search.MOST])
    keepers = coded.find_ambassadors(member.brand_id, untaken.asked_for(rows))
    names = annotations.remember_names(member.brand)
    rooms = untaken.find_rooms(Trip(), member.brand_id, rows)()
    shown = untaken.show(rows, EVERYTHING, names, keepers, rooms)
    listed = {row.chatroom for row in found}
    told = [one for one in shown if one.chatroom not in listed and _holds(one, wanted)]
    return tuple(told[:PAGE])


def _holds(one: Untaken, wanted: tuple[str, ...]) -> bool:
    """Whether each word is in their name or words, or is their number or the conversation's."""
    is_named = one.person != untaken.unknown(one.row.user)
    name = people.own_name(one.person) if is_named else ""
    said = _message(f"{name} {one.row.excerpt}")
    numbers = {str(number) for number in (one.row.user, one.chatroom) if number}
    return all(word in numbers or seeking.is_in(said, (word,)) for word in wanted)


def _show(
    row: IndexedChatroom, keepers: Mapping[int, IndexedAmbassador], wanted: tuple[str, ...]
) -> Conversation:
    pair = indexed.pair_of(row, keepers.get(row.ambassador))
    shown = _text(row, wanted)
    marked = seeking.excerpt(_message(shown.words), wanted) if visible(shown.words) else ""
    return Conversation(
        row=row,
        ambassador=pair.ambassador,
        other=pair.other,
        who=conversations.who(pair),
        said=marked or indexed.said(row.type_message, row.excerpt),
        shown=shown,
        at=row.last_message_date,
        address=indexed.address(row),
    )


def _text(row: IndexedChatroom, wanted: tuple[str, ...]) -> Text:
    """The one with most of the words, the last message before others; empty where none has any.

    What a message of another type holds, such as a picture's address, is not for reading.
    """
    is_own = bool(row.is_own)
    last = row.excerpt if indexed.is_text(row.type_message) else ""
    texts = (
        Text(last, is_own),
        Text(row.summary, is_summary=True),
        Text(row.comment, is_comment=True),
        Text(row.proof, bool(row.proof_own)),
    )
    best = max(texts, key=lambda one: _matches(one, wanted))
    return best if _matches(best, wanted) else Text("", is_own)


def _matches(text: Text, wanted: tuple[str, ...]) -> int:
    said = _message(text.words)
    return sum(seeking.is_in(said, (word,)) for word in wanted)


def _message(text: str) -> Message:
    return Message(None, None, None, text, TypeMessage.TEXT, None)
