"""…/chatrooms/<chatroom>/messages/?on=2026-10-03, ?at=beginning, ?at=unread : ways into it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import locating, query
from inbox.components.chatroom import opened
from inbox.text import numbers

PLACES = {"beginning": locating.to_beginning, "unread": locating.to_unread}


@require_safe
def messages(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """The conversation opened there; where the address names no place, at its newest messages."""
    access.member_of(request, brand_id)
    at = (brand_id, ambassador_id, chatroom_id)
    day = query.day(request.GET.get("on", "").strip())
    place = PLACES.get(request.GET.get("at", ""))
    if day:
        return opened(request, *at, look=lambda shown: locating.to_day(shown, day))
    if place:
        return opened(request, *at, look=place)
    number = numbers.page_number(request.GET.get("page"))
    listing = query.build(number, query.parse(request.GET))
    return HttpResponseRedirect(reverse("chatroom", args=at) + listing)
