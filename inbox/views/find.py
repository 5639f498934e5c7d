"""…/chatrooms/<chatroom>/find/?words=… : search in all that was said in a conversation, newest first.

A part of it in each request, as `walking` reads it. What is looked for stays out of the log, which
holds paths alone, and is not sent to Popsell.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from inbox import access, actions, addresses, query, seeking
from inbox.context import render
from inbox.models import Membership
from inbox.popsell.resources import Message
from inbox.views import conversation, rail, walking
from inbox.views.conversation import Conversation
from inbox.views.walking import Part

MOST = 200  # characters that are looked for
PAGES = 20  # that one request looks through at most, so that an answer stays small
BY_ITSELF = 500  # found, after which a person decides whether to go on
COUNT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Match:
    message: Message
    address: str
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class Search:
    """What one request adds. `before`, `odd_before`: found, and unreadable, in earlier ones."""

    shown: Conversation
    words: str
    part: Part
    matches: tuple[Match, ...]
    before: int
    odd_before: int

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
        counted = {"found": self.count, "odd": self.unreadable}
        return {**self.shown.listing, "words": self.words, **self.part.place.fields, **counted}


@require_safe
def find(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    """The form alone where no word is given; for htmx the next part of what was found."""
    member = access.member_of(request, brand_id)
    if addresses.is_prefetch(request):
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    shown = conversation.read(
        member,
        ambassador_id,
        chatroom_id,
        number=addresses.page_number(request.GET.get("page")),
        asked=query.of(request.GET),
    )
    words = request.GET.get("words", "").strip()[:MOST]
    search = _search(request, member, shown, words) if seeking.words_of(words) else None
    if search and request.method == "GET":
        actions.view(member, ambassador_id, chatroom_id)
    context = {"member": member, "shown": shown, "words": words, "search": search}
    if search and addresses.is_htmx(request):
        return render(request, "chatroom/_found.html", context)
    beside = rail.beside(request, member, ambassador_id)
    return render(request, "chatroom/find.html", {**context, "rail": beside})


def _search(request: HttpRequest, member: Membership, shown: Conversation, words: str) -> Search:
    """The first page alone at first, so that what it holds is shown at once."""
    goes_on = walking.is_under_way(request.GET)
    place = walking.place_in(request.GET) if goes_on else walking.Place()
    part = walking.walk(member, shown.row.chatroom.id, place, PAGES if goes_on else 1)
    if part.pause and not goes_on and not part.items:
        raise part.pause
    hidden = shown.hidden_among(part.messages)
    wanted = seeking.words_of(words)
    matches = [
        Match(
            one.hidden_among(hidden),
            shown.link(one.id) if one.id else shown.back,
            seeking.excerpt(one, wanted),
        )
        for one in reversed(part.messages)
        if seeking.is_in(one, wanted)
    ]
    before = {name: int(_count(request, name)) if goes_on else 0 for name in ("found", "odd")}
    return Search(shown, words, part, tuple(matches), before["found"], before["odd"])


def _count(request: HttpRequest, name: str) -> str:
    found = COUNT.fullmatch(request.GET.get(name, ""))
    return found[0] if found else "0"
