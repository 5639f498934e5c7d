"""A whole conversation on one page, a part of it in each request."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from inbox.chatrooms import notes, walking
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.transcript import Day
from inbox.chatrooms.walking import Part
from inbox.models import Judgement, NoAnswerNeeded, Note, Review
from inbox.popsell.resources import Ambassador


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows already, as its form carries it.

    `first`: the page of messages that it began with. `said`, `odd`: how many it holds, and could not
    hold. `top`, `day`: the part with the topmost day, and that day. `hidden`: people without a name
    there. `since`: when its first part was read.
    """

    first: int
    said: int = 0
    odd: int = 0
    top: int = 0
    day: str = ""
    hidden: frozenset[int] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True)
class CaseFile:
    """What one request adds to the page. `talk`: the conversation, with this part of it."""

    talk: Conversation
    part: Part
    shown: Shown
    hidden: frozenset[int]

    @property
    def is_whole(self) -> bool:
        return self.part.is_done and self.shown.first == 1

    @property
    def said(self) -> int:
        return self.shown.said + len(self.part.messages)

    @property
    def odd(self) -> int:
        return self.shown.odd + self.part.unreadable

    @property
    def since(self) -> datetime | None:
        return self.shown.since or self.part.since

    @property
    def newly_hidden(self) -> list[int]:
        """People shown by name on the page who lose it with this part."""
        return sorted(self.hidden - self.shown.hidden)

    @property
    def people(self) -> list[Ambassador]:
        return [one.hidden_among(self.hidden) for one in self.talk.people]

    @property
    def ambassador(self) -> Ambassador:
        return self.talk.listing.ambassador.hidden_among(self.hidden)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        return self.talk.days

    @property
    def joins(self) -> bool:
        """Whether the topmost day of the page began earlier: this part has its heading."""
        return bool(self.days) and str(self.days[-1].date) == self.shown.day

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        """Those that stand, the oldest first."""
        brand_id, chatroom = self.talk.listing.member.brand_id, self.talk.row.chatroom.id
        held = Review.objects.filter(brand=brand_id, chatroom=chatroom, undone=None)
        return tuple(held.order_by("reviewed", "id"))

    @cached_property
    def no_answers(self) -> tuple[NoAnswerNeeded, ...]:
        """What stands of those who said that no answer is needed, the oldest first."""
        brand_id, chatroom = self.talk.listing.member.brand_id, self.talk.row.chatroom.id
        held = NoAnswerNeeded.objects.filter(brand=brand_id, chatroom=chatroom, undone=None)
        return tuple(held.order_by("said", "id"))

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """What stands of those who judged an anomaly, the oldest first; nothing for viewers."""
        if not self.talk.token:
            return ()
        brand_id, chatroom = self.talk.listing.member.brand_id, self.talk.row.chatroom.id
        held = Judgement.objects.filter(brand=brand_id, chatroom=chatroom, undone=None)
        return tuple(held.filter(changed=None).order_by("judged", "id"))

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """All of the team, the oldest first."""
        held = notes.all_of(self.talk.listing.member.brand_id, self.talk.row.chatroom.id)
        return tuple(held.order_by("id"))

    @property
    def fields(self) -> dict[str, object]:
        """What the form that goes on carries."""
        listing, top = self.talk.listing, self.days[0].date if self.days else None
        values = {
            "page": listing.page if listing.page > 1 else 0,
            "from": self.shown.first,
            "said": self.said,
            "odd": self.odd,
            "top": self.part.begun.at if self.days else self.shown.top,
            "day": str(top) if self.days else self.shown.day,
            "hidden": walking.hidden_field(self.hidden),
            "since": int(self.since.timestamp()) if self.since else 0,
        }
        carried = listing.query.params() | self.part.place.fields
        return carried | {name: value for name, value in values.items() if value}
