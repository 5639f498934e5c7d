"""…/chatrooms/<chatroom>/case-file/ : a whole conversation on one page, to be printed or saved."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_safe

from inbox import access
from inbox.activity import recording
from inbox.chatrooms import walking
from inbox.chatrooms.case_file import CaseFile, Shown
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.opening import open_conversation
from inbox.chatrooms.walking import ID, Part
from inbox.popsell.cache import Reading
from inbox.popsell.resources import Message
from inbox.text import numbers
from inbox.web import requests
from inbox.web.rendering import render
from inbox.web.requests import refuse_ahead

TOP = re.compile(r"\d{4}-\d\d-\d\d|None")


@require_safe
def case_file(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """The page with its first part, or with the one that its form asks for; for htmx the part alone."""
    member = access.member_of(request, brand_id)
    if refusal := refuse_ahead(request):
        return refusal
    talk = open_conversation(
        member,
        requests.origin_of(request, ambassador_id),
        chatroom_id,
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
    """The part, with people hidden if they are hidden anywhere on the page."""
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
