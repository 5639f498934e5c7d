"""Finds of a search through a whole conversation, one part in each request."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from inbox.chatrooms import walking
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.walking import Part
from inbox.popsell.resources import Message

BY_ITSELF = 500  # found, after which a person decides whether to go on


@dataclass(frozen=True, slots=True)
class Match:
    message: Message
    address: str
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class Search:
    """What one request adds to the page. `hidden`: who has no name there.

    `first`: the page of messages that it began with. `before`, `odd_before`: found, and unreadable, in
    what stands there.
    """

    shown: Conversation
    words: str
    part: Part
    matches: tuple[Match, ...]
    hidden: frozenset[int] = frozenset()
    first: int = 1
    before: int = 0
    odd_before: int = 0

    @property
    def address(self) -> str:
        return f"{self.shown.row.address}find/"

    @property
    def count(self) -> int:
        return self.before + len(self.matches)

    @property
    def unreadable(self) -> int:
        return self.odd_before + self.part.unreadable

    @property
    def runs(self) -> bool:
        """Whether the page goes on by itself."""
        return self.part.runs and self.count // BY_ITSELF == self.before // BY_ITSELF

    @property
    def fields(self) -> dict[str, object]:
        """What the form that goes on carries."""
        counts = {"from": self.first, "found": self.count, "odd": self.unreadable}
        hidden = {"hidden": walking.hidden_field(self.hidden)} if self.hidden else {}
        carried = {**self.shown.listing.fields, "words": self.words}
        return {**carried, **self.part.place.fields, **counts, **hidden}

    @property
    def beginning(self) -> str:
        """The address of the whole search."""
        return f"{self.address}?{urlencode({**self.shown.listing.fields, 'words': self.words})}"
