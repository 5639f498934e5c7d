"""…/chatrooms/<chatroom>/case-file/ : a whole conversation on one page, to be printed or saved."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_safe

from inbox import access
from inbox.activity import recording
from inbox.chatrooms import conversation, notes, query, walking
from inbox.chatrooms.conversation import Conversation, Day
from inbox.chatrooms.walking import ID, Part
from inbox.models import Note, Review
from inbox.popsell.cache import Reading
from inbox.popsell.resources import Ambassador, Message
from inbox.text import numbers
from inbox.views.chatroom import refuse_ahead
from inbox.web import requests
from inbox.web.rendering import render

TOP = re.compile(r"\d{4}-\d\d-\d\d|None")


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the page already, as its form carries it.

    `first`: the page of messages that it began with. `said`, `odd`: how many it holds, and could not
    hold. `top`, `day`: the part whose day is its topmost, and that day. `hidden`: who has no name
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
    """What one request adds to the page. `talk`: of which it is, and which holds this part of it."""

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
        """Whose names on the page go with this part."""
        return sorted(self.hidden - self.shown.hidden)

    @property
    def people(self) -> list[Ambassador]:
        return [one.hidden_among(self.hidden) for one in self.talk.people]

    @property
    def ambassador(self) -> Ambassador:
        return self.talk.inbox.ambassador.hidden_among(self.hidden)

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
        brand_id, chatroom = self.talk.inbox.member.brand_id, self.talk.row.chatroom.id
        held = Review.objects.filter(brand=brand_id, chatroom=chatroom, undone=None)
        return tuple(held.order_by("reviewed", "id"))

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """All of the team, the oldest first."""
        held = notes.all_of(self.talk.inbox.member.brand_id, self.talk.row.chatroom.id)
        return tuple(held.order_by("id"))

    @property
    def fields(self) -> dict[str, object]:
        """What the form that goes on carries."""
        inbox, top = self.talk.inbox, self.days[0].date if self.days else None
        values = {
            "page": inbox.number if inbox.number > 1 else 0,
            "from": self.shown.first,
            "said": self.said,
            "odd": self.odd,
            "top": self.part.begun.at if self.days else self.shown.top,
            "day": str(top) if self.days else self.shown.day,
            "hidden": walking.hidden_field(self.hidden),
            "since": int(self.since.timestamp()) if self.since else 0,
        }
        carried = inbox.asked.params() | self.part.place.fields
        return carried | {name: value for name, value in values.items() if value}


@require_safe
def case_file(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """The page with its first part, or with the one that its form asks for; for htmx the part alone."""
    member = access.member_of(request, brand_id)
    if refusal := refuse_ahead(request):
        return refusal
    talk = conversation.read(
        member,
        ambassador_id,
        chatroom_id,
        number=numbers.page_number(request.GET.get("page")),
        asked=query.of(request.GET),
        bypass=requests.asks_anew(request),
    )
    part = walking.walk(member, chatroom_id, walking.place_in(request.GET))
    if request.method == "GET":
        recording.view(member, ambassador_id, chatroom_id)
    file = _file(talk, part, _shown(request, part))
    context = {"member": member, "file": file, "now": timezone.now()}
    template = "case_file/_answer.html" if requests.is_htmx(request) else "case_file/page.html"
    return render(request, template, context)


def _file(talk: Conversation, part: Part, shown: Shown) -> CaseFile:
    """The part, in which who is hidden anywhere on the page has no name."""
    authors = {one.author for one in part.messages if one.author}
    people = (*talk.row.chatroom.ambassadors, *authors)
    hidden = shown.hidden | {one.id for one in people if one.anonymized}
    said = tuple(
        one.hidden_among(hidden) if isinstance(one, Message) else one for one in part.items
    )
    page = part.page and replace(part.page, data=said, current_page=1)
    reading = Reading(page, part.since or timezone.now(), mark="", version="") if page else None
    return CaseFile(replace(talk, reading=reading), part, shown, hidden)


def _shown(request: HttpRequest, part: Part) -> Shown:
    """What the page shows where htmx asks for its next part; else nothing but who is hidden."""
    values: QueryDict = request.GET

    def number(name: str) -> int:
        return int("".join(ID.findall(values.get(name, ""))[:1]) or 0)

    hidden = walking.hidden_in(values)
    if not requests.is_htmx(request):
        return Shown(part.begun.at, hidden=hidden)
    since = datetime.fromtimestamp(min(number("since"), timezone.now().timestamp()), UTC)
    day = TOP.fullmatch(values.get("day", ""))
    return Shown(
        first=numbers.page_number(values.get("from")),
        said=number("said"),
        odd=number("odd"),
        top=number("top"),
        day=day[0] if day else "",
        hidden=hidden,
        since=since if number("since") else None,
    )
