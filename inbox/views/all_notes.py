"""…/chatrooms/<chatroom>/notes/?page=N : all notes of the team on a conversation, fifty a page."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from inbox import access
from inbox.chatrooms import notes
from inbox.components import rail
from inbox.text import numbers
from inbox.web.rendering import render

LARGEST_ID = 2**63 - 1


@require_safe
def all_notes(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """Ours alone: Popsell is not asked. `?note=17`: the page with this note."""
    member = access.member_of(request, brand_id)
    held = notes.all_of(brand_id, chatroom_id)
    note = request.GET.get("note", "")[:19]
    is_number = note.isascii() and note.isdigit() and int(note) <= LARGEST_ID
    number = numbers.page_number(request.GET.get("page"))
    shown = Paginator(held, notes.PAGE).get_page(
        notes.page_of(held, int(note)) if is_number else number
    )
    at = [brand_id, ambassador_id, chatroom_id]
    context = {
        "member": member,
        "rail": rail.beside(request, member, ambassador_id),
        "shown": shown,
        "address": reverse("notes", args=at),
        "back": reverse("chatroom", args=at),
    }
    return render(request, "chatroom/all_notes.html", context)
