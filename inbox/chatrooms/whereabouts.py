"""Finds the conversations that a person takes part in, on either side.

Only Popsell knows for sure, and tells it of ambassadors alone. So this searches all that names people:
the trail, our flags, and the pages that the cache still keeps.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from inbox.chatrooms.reading import recall_transcript
from inbox.models import Activity, Brand, ChatroomFlag, Note, NoteDraft
from inbox.popsell import cache, client
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import Chatroom, Message, Page

MOST_PAGES = 50  # of a listing that Popsell is asked for
MOST_TRANSCRIPT = 20  # pages of a chatroom's messages to look at


def trail_of(brand: Brand, id_: int) -> QuerySet[Activity]:
    """The records that name this id."""
    named = Q(ambassador=id_) | Q(participant=id_)
    return Activity.objects.filter(named, brand=brand)


def flags_of(brand: Brand, id_: int) -> QuerySet[ChatroomFlag]:
    """Flags of the person's own side. Popsell keeps the flag; ours only shows who set it last here."""
    return ChatroomFlag.objects.filter(brand=brand, participant=id_)


def in_trail(brand: Brand, id_: int) -> set[int]:
    found = trail_of(brand, id_).exclude(chatroom=None)
    return {room for room in found.values_list("chatroom", flat=True) if room}


def find(brand: Brand, id_: int) -> set[int]:
    """By the trail, the flags and the cache. Raises as the cache does where it can't be used."""
    rooms = in_trail(brand, id_) | set(flags_of(brand, id_).values_list("chatroom", flat=True))
    for value in cache.all_values(brand.pk):  # one at a time: there may be thousands
        rooms |= in_kept(value, id_)
    others = _noted(brand) - rooms
    return rooms | {room for room in others if _is_in_transcript(brand, room, id_)}


def _noted(brand: Brand) -> set[int]:
    """The chatrooms that have something written by the team, or about to be."""
    written = Note.objects.filter(brand=brand).exclude(text="")
    unfinished = NoteDraft.objects.filter(member__brand=brand).exclude(text="")
    return {
        *written.order_by().values_list("chatroom", flat=True),
        *unfinished.values_list("chatroom", flat=True),
    }


def in_kept(value: object, id_: int) -> set[int]:
    """The chatroom's id, or those that this page lists; none for formats of earlier code."""
    try:
        kept = value.data if isinstance(value, Page) else [value]
        rooms = [one for one in kept if isinstance(one, Chatroom)]
        return {room.id for room in rooms if id_ in _people(room)}
    except (AttributeError, TypeError):
        return set()


def ask_popsell(brand: Brand, id_: int, first: Page[Chatroom]) -> set[int]:
    """All chatrooms of the person's listing after this first page, as far as Popsell tells them."""
    rooms = _ids(first)
    try:
        for number in range(2, min(first.last_page, MOST_PAGES) + 1):
            rooms |= _ids(client.chatrooms(brand.pk, id_, page=number))
    except PopsellError:
        return rooms
    return rooms


def _ids(page: Page[Chatroom]) -> set[int]:
    return {one.id for one in page.data if one.id is not None}


def _is_in_transcript(brand: Brand, room: int, id_: int) -> bool:
    """Whether a kept page has the person. Pages don't tell their chatroom: look them up by it."""
    numbers = range(1, MOST_TRANSCRIPT + 1)
    pages = (recall_transcript(brand.pk, room, number) for number in numbers)
    return any(id_ in _writers(page.page.data) for page in pages if page)


def _people(room: Chatroom) -> Iterator[int | None]:
    for person in room.ambassadors:
        yield person.id
        yield from (pivot.id_ambassador for pivot in person.chatroom_pivot_data)
    yield from _writers([room.last_message])


def _writers(messages: Iterable[object]) -> Iterator[int | None]:
    for message in messages:
        if isinstance(message, Message):
            if message.author:
                yield message.author.id
            if message.rating:
                yield from (message.rating.id_user_rater, message.rating.id_user_rated)
