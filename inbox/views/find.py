"""…/chatrooms/<chatroom>/find/?words=… : search all messages of a conversation, newest first.

One part in each request, as `walking` reads it. The words stay out of the log, which holds paths alone,
and are not sent to Popsell.
"""

import re
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox import access
from inbox.activity import recording
from inbox.chatrooms import walking
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.finding import Match, Search
from inbox.chatrooms.opening import open_conversation
from inbox.components import rail
from inbox.display import seeking
from inbox.models import Membership
from inbox.text import numbers
from inbox.web import requests
from inbox.web.rendering import render
from inbox.web.requests import refuse_ahead

MOST = 200  # characters that are looked for
PAGES = 20  # that one request looks through at most, so that an answer stays small
COUNT = re.compile(r"[0-9]{1,9}")


@require_safe
def find(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    """The form alone where no word is given; for htmx the next part of the finds."""
    member = access.member_of(request, brand_id)
    if refusal := refuse_ahead(request):
        return refusal
    shown = open_conversation(member, requests.origin_of(request, ambassador_id), chatroom_id)
    words = seeking.typed(request.GET.get("words", ""), MOST)
    search = _search(request, member, shown, words) if seeking.words_of(words) else None
    if search and request.method == "GET":
        recording.view(member, ambassador_id, chatroom_id)
    context = {"member": member, "shown": shown, "words": words, "search": search}
    if search and requests.is_htmx(request):
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
    hidden = walking.hidden_in(request.GET) | shown.hidden_among(part.messages)
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
    search = Search(shown, words, part, tuple(matches), hidden, place.at)
    if not requests.is_htmx(request):
        return search
    first = numbers.page_number(request.GET.get("from"))
    before, odd = _count(request, "found"), _count(request, "odd")
    return replace(search, first=first, before=before, odd_before=odd)


def _count(request: HttpRequest, name: str) -> int:
    found = COUNT.fullmatch(request.GET.get(name, ""))
    return int(found[0]) if found else 0
