"""…/chatrooms/<chatroom>/?page=N : one conversation, with all that its listing page says of it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox import access, addresses
from inbox.context import render
from inbox.failures import of_popsell
from inbox.views.rows import read_inbox


@require_safe
def chatroom(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.member_of(request, brand_id)
    number = addresses.page_number(request.GET.get("page"))
    shown = read_inbox(member, ambassador_id, number, bypass=addresses.asks_anew(request))
    row = shown.find(chatroom_id)
    if row is None:
        raise Http404("This conversation is not on this page of the inbox, or no longer.")
    failure = shown.reading.failure
    context = {
        "member": member,
        "inbox": shown,
        "row": row,
        "reading": shown.reading,
        "failure": of_popsell(failure, request) if failure else None,
    }
    return render(request, "chatroom/page.html", context)
