"""Reads all messages of a conversation, the newest first, a part of them in each request.

Nothing of this is kept here: the form that goes on carries where the walk stands. New messages move
older ones to later pages. Walking that way meets some twice, and misses none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from django.http import QueryDict

from inbox import context
from inbox.chatrooms.reading import read_transcript
from inbox.models import Membership
from inbox.popsell.errors import OverBudget, PopsellError
from inbox.popsell.resources import Message, Page, Unreadable
from inbox.text import numbers

SHARE = 0.5  # of the time for Popsell: the page that is under way then may take the rest
ID = re.compile(r"[0-9]{1,19}")
HIDDEN = 100  # ids in an address: people to be hidden in what comes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands.

    `at`: the page that comes next, page 1 is the newest. `last`: how many there are, as last told.
    `below`: the oldest message that was given, 0 before the first.
    """

    at: int = 1
    last: int = 1
    below: int = 0

    @property
    def pages_read(self) -> int:
        """How many pages lie behind."""
        return min(self.at - 1, self.last)

    @property
    def fields(self) -> dict[str, int]:
        """What the form that goes on carries."""
        return {"at": self.at, "of": self.last, "below": self.below}


@dataclass(frozen=True, slots=True)
class Part:
    """One request's messages, shown above the part before it.

    `begun`: where it began. `place`: where the next one goes on. `items`: messages, the oldest first.
    `since`: when its first page was read; `page`: its last. `stuck`: Popsell gave another page than the
    one asked for. `failure`: why it ends here. `pause`: why it waits before it goes on.
    """

    begun: Place
    place: Place
    items: tuple[Message | Unreadable, ...] = ()
    since: datetime | None = None
    page: Page[Message] | None = None
    stuck: bool = False
    failure: PopsellError | None = None
    pause: OverBudget | None = None

    @property
    def is_first(self) -> bool:
        """Whether it holds the newest messages."""
        return self.begun.at == 1

    @property
    def is_done(self) -> bool:
        return self.place.at > self.place.last

    @property
    def runs(self) -> bool:
        """Whether the page goes on by itself."""
        return not (self.is_done or self.stuck or self.failure)

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(one for one in self.items if isinstance(one, Message))

    @property
    def unreadable(self) -> int:
        return len(self.items) - len(self.messages)


def is_under_way(values: QueryDict) -> bool:
    """Whether a request goes on with a walk that was begun."""
    return "at" in values


def place_in(values: QueryDict) -> Place:
    """The place that a request carries, which may be anything."""
    below = ID.fullmatch(values.get("below", ""))
    return Place(
        at=numbers.page_number(values.get("at")),
        last=numbers.page_number(values.get("of")),
        below=int(below[0]) if below else 0,
    )


def hidden_in(values: QueryDict) -> frozenset[int]:
    """Ids of the people hidden so far, as the form carries them."""
    return frozenset(int(id_) for id_ in ID.findall(values.get("hidden", ""))[:HIDDEN])


def hidden_field(hidden: Iterable[int]) -> str:
    return ",".join(str(id_) for id_ in sorted(hidden)[:HIDDEN])


def walk(member: Membership, chatroom_id: int, place: Place, most: int | None = None) -> Part:
    """As many pages from `place` on as fit half of the time for Popsell: at least one, at most `most`.

    Earlier pages stay if Popsell then fails. They also stay once the member has no calls left but those
    reserved for their own clicks. A cached page does not count: it may lie elsewhere now.
    """
    ends = context.deadline(SHARE)
    part = Part(begun=place, place=place)
    while True:
        try:
            with context.by_itself():
                number = part.place.at
                reading = read_transcript(member.brand_id, chatroom_id, number)
        except OverBudget as pause:
            return replace(part, pause=pause)
        except PopsellError as failure:
            return replace(part, failure=failure)
        if reading.failure:
            return replace(part, failure=reading.failure)
        part = replace(_with_page(part, reading.page), since=part.since or reading.read_at)
        is_full = most is not None and part.place.at - place.at >= most
        if part.is_done or part.stuck or is_full or monotonic() >= ends:
            return part


def _with_page(part: Part, page: Page[Message]) -> Part:
    place = part.place
    if page.current_page != place.at:
        return replace(part, stuck=True)
    new = _new(page, place.below)
    oldest = min((one.id for one in new if one.id is not None), default=place.below)
    ahead = Place(at=place.at + 1, last=page.last_page, below=oldest)
    return replace(part, place=ahead, items=(*new, *part.items), page=page)


def _new(page: Page[Message], below: int) -> tuple[Message | Unreadable, ...]:
    """The messages older than those given before."""
    known = (place for place, one in enumerate(page.data) if below and one.id and one.id >= below)
    return page.data[: next(known, None)]
