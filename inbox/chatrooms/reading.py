"""Reads listings, chatrooms and transcripts for a brand: no member, no request.

An act makes earlier readings of the listings and chatrooms that it changed out of date. What Popsell
was asked for is written through to the index.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.utils import timezone

from inbox.chatrooms import index
from inbox.chatrooms.attempts import last_finished
from inbox.chatrooms.query import EVERYTHING, Query
from inbox.models import Brand
from inbox.popsell import cache, client, identities, order
from inbox.popsell.cache import Reading
from inbox.popsell.errors import OverBudget, PopsellError
from inbox.popsell.resources import Chatroom, Message, Page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """The reading, or why there is none."""

    reading: Reading[T] | None = None
    failure: PopsellError | None = None


def attempt(read: Callable[[], Reading[T]]) -> Attempt[T]:
    """Read a piece that the rest of its page can do without.

    Raises OverBudget: the person learns that they called up too much, instead of seeing less.
    """
    try:
        return Attempt(read())
    except OverBudget:
        raise
    except PopsellError as failure:
        return Attempt(failure=failure)


# Listings


def read_listing(
    brand: Brand,
    ambassador_id: int,
    page: int = 1,
    query: Query = EVERYTHING,
    *,
    bypass: bool = False,
    fresh_for: float | None = None,
    share: float = 1.0,
    at_once: bool = False,
) -> Reading[Page[Chatroom]]:
    """A page of an ambassador's listing; from the cache unless an act finished since.

    The filters that Popsell lacks make no difference here. `fresh_for`: accept a page that was read
    this many seconds ago, where no act finished since. `bypass` asks Popsell in any case. `share`: of
    the time for it. `at_once`: the index holds what was read before this returns. Raises PopsellError
    where nothing was kept, or where Popsell said no.
    """
    filters = query.filters(brand.zone)

    def fetch() -> Page[Chatroom]:
        asked = timezone.now()
        found = client.chatrooms(
            brand.pk, ambassador_id, page=page, sort=query.sort, filters=filters, share=share
        )
        identities.remember(brand.pk, [identities.find_in(brand.pk, ambassador_id, found.data)])
        write = index.write_listing if at_once else index.note_listing
        write(brand.pk, ambassador_id, found, asked)
        return found

    return cache.read_through(
        brand.pk,
        _listing(brand, ambassador_id, page, query),
        fetch,
        version=last_finished(brand.pk, ambassador_id),
        fresh_for=fresh_for,
        bypass=bypass,
    )


def recall_listing(
    brand: Brand, ambassador_id: int, page: int = 1, query: Query = EVERYTHING
) -> Reading[Page[Chatroom]] | None:
    """The page of `read_listing` as last read, however long ago; Popsell is not asked."""
    return cache.recall(brand.pk, _listing(brand, ambassador_id, page, query))


def _listing(brand: Brand, ambassador_id: int, page: int, query: Query) -> str:
    """The cache key of a page: another query has other pages."""
    filters = urlencode(query.filters(brand.zone).params())
    return f"chatrooms {ambassador_id} {page} {query.sort} {filters}"


# Chatrooms


def read_chatroom(
    brand_id: int,
    chatroom_id: int,
    *,
    version: str,
    bypass: bool = False,
    fresh_for: float | None = None,
) -> Reading[Chatroom]:
    """The chatroom alone; without its last message, as documented.

    `version`: of the newest act that it must show, as `attempts.last_finished` has it.
    """

    def fetch() -> Chatroom:
        asked = timezone.now()
        found = client.chatroom(brand_id, chatroom_id)
        index.note_chatroom(brand_id, found, asked)
        return found

    return cache.read_through(
        brand_id,
        _chatroom(chatroom_id),
        fetch,
        version=version,
        fresh_for=fresh_for,
        bypass=bypass,
    )


def recall_chatroom(brand_id: int, chatroom_id: int) -> Reading[Chatroom] | None:
    """The chatroom as last read, however long ago; Popsell is not asked."""
    return cache.recall(brand_id, _chatroom(chatroom_id))


def _chatroom(chatroom_id: int) -> str:
    return f"chatroom {chatroom_id}"


# Transcripts


def read_transcript(
    brand_id: int,
    chatroom_id: int,
    number: int,
    *,
    bypass: bool = False,
    fresh_for: float | None = None,
) -> Reading[Page[Message]]:
    """A page of messages, oldest first; page 1 is the newest.

    Where Popsell ignores the (inferred) minus of the sort, its last page is the newest.
    """

    # New messages move the older pages: one read before the first page was would leave a gap.
    return cache.read_through(
        brand_id,
        _transcript(chatroom_id, number),
        partial(ask_transcript, brand_id, chatroom_id, number),
        fresh_for=fresh_for if number == 1 else 0,
        bypass=bypass,
    )


def ask_transcript(brand_id: int, chatroom_id: int, number: int) -> Page[Message]:
    """The page of `read_transcript` from Popsell itself; it is not kept."""
    asked = timezone.now()
    page = _ask_oldest_first(brand_id, chatroom_id, number)
    if number == 1:
        index.note_transcript(brand_id, chatroom_id, page, asked)
    return page


def _ask_oldest_first(brand_id: int, chatroom_id: int, number: int) -> Page[Message]:
    page = client.messages(brand_id, chatroom_id, page=number)
    if not _is_oldest_first(brand_id, chatroom_id, page):
        return replace(page, data=page.data[::-1])
    if page.last_page > 1:
        page = client.messages(brand_id, chatroom_id, page=page.last_page + 1 - number)
    return _counted_from_newest(replace(page, current_page=number))


def recall_transcript(
    brand_id: int, chatroom_id: int, number: int
) -> Reading[Page[Message]] | None:
    """The page of `read_transcript` as last read, however long ago; Popsell is not asked."""
    return cache.recall(brand_id, _transcript(chatroom_id, number))


def _transcript(chatroom_id: int, number: int) -> str:
    return f"messages {chatroom_id} {number}"


def _is_oldest_first(brand_id: int, chatroom_id: int, page: Page[Message]) -> bool:
    """As `order.is_oldest_first`; for a last page of one message, which can't tell, the first does."""
    if page.current_page > 1 and len(page.data) == 1:
        page = client.messages(brand_id, chatroom_id)
    return order.is_oldest_first(page)


def _counted_from_newest(page: Page[Message]) -> Page[Message]:
    """The page with its place in the list as it would be had the sort been heeded."""
    if page.total is None or page.from_ is None or page.to is None:
        return replace(page, from_=None, to=None)
    return replace(page, from_=page.total - page.to + 1, to=page.total - page.from_ + 1)
