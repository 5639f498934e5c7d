"""One chatroom and what was said in it, as last read; each may be missing where the other is there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from inbox.popsell import cache, client, order
from inbox.popsell.cache import Reading
from inbox.popsell.errors import OverBudget, PopsellError
from inbox.popsell.resources import Chatroom, Message, Page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """What was read, or why it could not be."""

    reading: Reading[T] | None = None
    failure: PopsellError | None = None


def attempt(read: Callable[[], Reading[T]]) -> Attempt[T]:
    """For a piece of a page that the rest of it can do without.

    Raises OverBudget: who called up too much is told so, instead of being shown less.
    """
    try:
        return Attempt(read())
    except OverBudget:
        raise
    except PopsellError as failure:
        return Attempt(failure=failure)


def chatroom(
    brand_id: int, chatroom_id: int, *, version: str, bypass: bool = False
) -> Reading[Chatroom]:
    """The chatroom alone, as a page of one; without its last message, as documented."""

    def fetch() -> Page[Chatroom]:
        return page_of(client.chatroom(brand_id, chatroom_id))

    return cache.read(brand_id, _alone(chatroom_id), fetch, version=version, bypass=bypass)


def recall_chatroom(brand_id: int, chatroom_id: int) -> Reading[Chatroom] | None:
    """The chatroom as last read, however long ago; Popsell is not asked."""
    return cache.recall(brand_id, _alone(chatroom_id))


def _alone(chatroom_id: int) -> str:
    return f"chatroom {chatroom_id}"


def transcript(
    brand_id: int, chatroom_id: int, number: int, *, bypass: bool = False
) -> Reading[Message]:
    """A page of what was said, oldest first; page 1 is the newest.

    Where Popsell ignores the (inferred) minus of the sort, its last page is the newest.
    """

    def fetch() -> Page[Message]:
        page = client.messages(brand_id, chatroom_id, page=number)
        if not _is_oldest_first(brand_id, chatroom_id, page):
            return replace(page, data=page.data[::-1])
        if page.last_page > 1:
            page = client.messages(brand_id, chatroom_id, page=page.last_page + 1 - number)
        return _counted_from_newest(replace(page, current_page=number))

    # New messages move the older pages: one read before the first page was would leave a gap.
    fresh_for = None if number == 1 else 0
    name = _transcript(chatroom_id, number)
    return cache.read(brand_id, name, fetch, fresh_for=fresh_for, bypass=bypass)


def recall_transcript(brand_id: int, chatroom_id: int, number: int) -> Reading[Message] | None:
    """The page of `transcript` as last read, however long ago; Popsell is not asked."""
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


def page_of(room: Chatroom, number: int = 1) -> Page[Chatroom]:
    """A page that holds one chatroom, as if a listing had named it alone."""
    return Page(
        current_page=number,
        data=(room,),
        first_page_url=None,
        from_=1,
        last_page=number,
        last_page_url=None,
        links=(),
        next_page_url=None,
        path=None,
        per_page=1,
        prev_page_url=None,
        to=1,
        total=1,
    )
