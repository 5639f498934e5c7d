"""An ambassador's list of chatrooms in memory, which changes between two calls, as Popsell's does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

import pytest

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import client, decode
from inbox.popsell.errors import NotFound
from inbox.popsell.filters import ALL, ChatroomFilters
from inbox.popsell.resources import Chatroom, Page
from tests.support import chatrooms
from tests.support.chatrooms import Json, message

T = TypeVar("T")

LEA = 100
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Room:
    """One chatroom: its last message, and when that came."""

    id: int
    said: datetime | None
    message: int
    is_listed: bool = True
    is_gone: bool = False

    def as_json(self) -> Json:
        date = self.said.isoformat() if self.said else None
        last = message(self.message, date_insert=date) if self.said else None
        return chatrooms.chatroom(self.id, last_message_date=date, last_message=last)


@dataclass
class Inbox:
    """What Popsell would answer, page by page, newest first.

    `before` is called before each answer, with what is asked for; `told` may change a page. `answered`:
    its state when a page was last asked for.
    """

    rooms: list[Room] = field(default_factory=list)
    per_page: int = 25
    before: Callable[["Inbox", str], object] = lambda _inbox, _kind: None
    told: Callable[[Json], Json] = lambda envelope: envelope
    calls: list[tuple[str, int]] = field(default_factory=list)
    answered: dict[int, int] = field(default_factory=dict)
    clock: datetime = BEGAN
    messages: int = 0

    def fill(self, count: int) -> None:
        for _ in range(count):
            self.add()

    def add(self, seconds: int = 1) -> Room:
        room = Room(1000 + len(self.rooms), None, 0)
        self.rooms.append(room)
        self.write_in(room, seconds)
        return room

    def write_in(self, room: Room, seconds: int = 1) -> None:
        """A new message: the chatroom goes to the beginning of the list."""
        self.clock += timedelta(seconds=seconds)
        self.messages += 1
        room.said, room.message = self.clock, self.messages

    def listed(self) -> list[Room]:
        rooms = [room for room in self.rooms if room.is_listed and not room.is_gone]
        return sorted(rooms, key=lambda room: (room.said or BEGAN, room.id), reverse=True)

    def state(self) -> dict[int, int]:
        """The last message of each chatroom in the list."""
        return {room.id: room.message for room in self.listed()}

    def pages(self) -> list[int]:
        """Which pages were asked for so far."""
        return [number for kind, number in self.calls if kind == "page"]

    def chatrooms(
        self,
        brand_id: int,
        ambassador_id: int,
        *,
        page: int = 1,
        per_page: int | None = None,
        filters: ChatroomFilters = ALL,
    ) -> Page[Chatroom]:
        assert filters == ALL
        self.before(self, "page")
        self.calls.append(("page", page))
        rooms, self.answered = self.listed(), self.state()
        shown = rooms[(page - 1) * self.per_page : page * self.per_page]
        envelope: Json = {
            "data": [room.as_json() for room in shown],
            "current_page": page,
            "last_page": max(-(-len(rooms) // self.per_page), 1),
            "per_page": self.per_page,
            "total": len(rooms),
        }
        return decode.chatrooms(self.told(envelope))

    def chatroom(self, brand_id: int, chatroom_id: int) -> Chatroom:
        self.before(self, "room")
        self.calls.append(("room", chatroom_id))
        found = next((room for room in self.rooms if room.id == chatroom_id), None)
        if found is None or found.is_gone:
            raise NotFound("not found", remote_status=404)
        alone = {name: value for name, value in found.as_json().items() if name != "last_message"}
        return decode.one_chatroom(alone)

    def answers(self, patch: pytest.MonkeyPatch) -> None:
        """From now on, in place of Popsell."""
        patch.setattr(client, "chatrooms", self.chatrooms)
        patch.setattr(client, "chatroom", self.chatroom)


def shuffle(inbox: Inbox, rng: Random) -> None:
    """Some changes at once: messages, new chatrooms, some that are put out of the list, or deleted."""
    for _ in range(rng.choice((1, 1, 2, 5, 12))):
        rooms, seconds = inbox.listed(), rng.choice((0, 1, 1))
        kind = rng.choice(("write", "write", "add", "put away", "delete"))
        if kind == "add" or not rooms:
            inbox.add(seconds)
        elif kind == "write":
            inbox.write_in(rng.choice(rooms), seconds)
        elif kind == "put away":
            rng.choice(rooms).is_listed = False
        else:
            rng.choice(rooms).is_gone = True


def lea(brand: Brand) -> IndexedAmbassador:
    """The ambassador, as the brand's directory names her, and nothing read of her yet."""
    IndexedBrand.objects.get_or_create(brand=brand)
    IndexedChatroom.objects.filter(brand=brand).delete()
    IndexedAmbassador.objects.filter(brand=brand).delete()
    return IndexedAmbassador.objects.create(brand=brand, ambassador=LEA, name="Léa Moreau")


def at_once(call: Callable[[], T], /) -> T:
    """Calls without waiting for a turn."""
    return call()


def indexed() -> dict[int, int | None]:
    """The last message of each chatroom in the index."""
    return dict(IndexedChatroom.objects.values_list("chatroom", "last_message"))
