"""What the sandbox keeps: people, chatrooms and what was read, one set per brand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from inbox.sandbox.words import Talk

Shape = Literal["micros", "zulu", "offset", "space"]
PivotShape = Literal["row", "empty", "absent"]


@dataclass(slots=True, eq=False)
class Person:
    """One account: the documented Ambassador in its micro form, roles 0 to 8."""

    id: int
    status: int
    firstname: str | None = None
    lastname: str | None = None
    username: str | None = None
    email: str | None = None
    email_tmp: str | None = None
    customer_id: str | None = None
    image: str | None = None
    active: int = 1
    anonymized: bool = False
    last_action: datetime | None = None
    # A busy person keeps acting while the sandbox runs, so a demo left open has someone online.
    busy: bool = False
    dates: Shape = "zulu"


@dataclass(slots=True, eq=False)
class Rating:
    """The documented `last_rating`, and what a message of type 2 carries."""

    value: int
    comment: str | None


@dataclass(slots=True, eq=False)
class Message:
    """One message."""

    id: int
    date: datetime
    author: Person
    content: str | None
    type: int = 0
    moderation: int | None = 0
    rating: Rating | None = None


@dataclass(slots=True, eq=False)
class Summary:
    """The documented `last_summary`; its codes have no documented meaning."""

    date: datetime | None
    text: str | None
    anomaly: int | None
    topic: int | None
    dates: Shape = "micros"


@dataclass(slots=True, eq=False)
class Participant:
    """One person's seat in a chatroom: the documented `chatroom_pivot_data`."""

    person: Person
    last_read: int | None = None
    blocked: bool = False
    archived: bool = False
    pivot: PivotShape = "row"
    # Set and filtered by, and told to nobody (documented).
    flag: int | None = None


@dataclass(slots=True, eq=False)
class Chatroom:
    """One chatroom, as documented under GET /chat/ambassadors/{ambassador}/chatrooms."""

    id: int
    participants: list[Participant]
    inserted: datetime
    # The last message at the start, and everything since. `size` counts the messages up to the
    # first of these. `earlier` is the rest of them, made on demand.
    said: list[Message]
    # Internal: the inbox that the room was made for, its counterpart and its subject.
    mine: Participant
    theirs: Participant
    talk: Talk
    size: int
    earlier: list[Message] | None = None
    type: int = 0
    discussion: int = 2
    source: int | str | None = 0
    established: datetime | bool | None = None
    rating: Rating | None = None
    summary: Summary | None = None
    dates: Shape = "micros"
    # Filtered by, and told to nobody; who comments, and where, is documented nowhere.
    commented: bool = False

    @property
    def last(self) -> Message | None:
        """The documented `last_message`; none in a room nobody wrote in."""
        return self.said[-1] if self.said else None


@dataclass(slots=True, eq=False)
class Brand:
    """A brand with all that belongs to it; ids have no meaning outside their brand."""

    id: int
    label: str
    seed: int
    people: dict[int, Person] = field(default_factory=dict)
    # Person id -> the chatrooms listed for that person, guest accounts included.
    rooms_of: dict[int, list[Chatroom]] = field(default_factory=dict)
    # Person id -> that id and those of the guest accounts.
    accounts_of: dict[int, set[int]] = field(default_factory=dict)
    rooms: dict[int, Chatroom] = field(default_factory=dict)
