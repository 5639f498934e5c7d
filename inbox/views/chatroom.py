"""…/chatrooms/<chatroom>/?page=N&messages=M : one conversation, beside the inbox page it was on."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from inbox import access, addresses, query
from inbox.context import render
from inbox.views import conversation, news
from inbox.views.conversation import Conversation
from inbox.views.inbox import page
from inbox.views.rows import read_inbox


@require_safe
def chatroom(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """The whole page; for htmx the conversation alone, or the messages before those shown."""
    member = access.member_of(request, brand_id)
    number = addresses.page_number(request.GET.get("page"))
    asked = query.of(request.GET)
    messages = addresses.page_number(request.GET.get("messages"))
    anew = addresses.asks_anew(request)
    fragment = addresses.is_htmx(request)
    listing = (
        None
        if fragment
        else read_inbox(member, ambassador_id, number, asked, bypass=anew, also=chatroom_id)
    )
    shown = conversation.read(
        member,
        ambassador_id,
        chatroom_id,
        number=number,
        asked=asked,
        messages=messages,
        listing=listing,
        bypass=anew,
    )
    context = {"member": member, "row": shown.row, "conversation": shown}
    if listing:
        beside = page(request, listing, chatroom_id)
        return render(request, "chatroom/page.html", {**beside, **context})
    return _fragment(request, shown, {**context, "inbox": shown.inbox})


def _fragment(
    request: HttpRequest, shown: Conversation, context: dict[str, object]
) -> HttpResponse:
    if news.asked(request):
        seen = request.headers.get("Inbox-Mark") == shown.mark
        response = (
            HttpResponse(status=204) if seen else render(request, "chatroom/_news.html", context)
        )
        return news.told(response, shown.reading or shown.inbox.reading)
    if (
        addresses.page_number(request.GET.get("messages")) > 1
    ):  # even where Popsell pages no further
        return render(request, "chatroom/_older.html", context)
    response = render(request, "chatroom/_answer.html", context)
    return push_url(response, f"{shown.row.address}{shown.inbox.query}")
