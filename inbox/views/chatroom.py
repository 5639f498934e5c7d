"""…/chatrooms/<chatroom>/?page=N&messages=M : one conversation, beside the inbox page it was on."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from inbox import access, actions, addresses, query
from inbox.context import by_itself, render
from inbox.models import Membership
from inbox.views import conversation, filters, news
from inbox.views.conversation import Conversation
from inbox.views.inbox import page
from inbox.views.rows import Inbox, read_inbox


@require_safe
def chatroom(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """The whole page; for htmx the conversation alone, or the messages before those shown.

    Who opens it leaves a viewing; what a browser fetches ahead would leave none, and gets nothing.
    """
    member = access.member_of(request, brand_id)
    if addresses.is_prefetch(request):
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    listing = _listing(request, member, ambassador_id, chatroom_id)
    with by_itself(_asks_for_news(request)):
        shown = conversation.read(
            member,
            ambassador_id,
            chatroom_id,
            number=addresses.page_number(request.GET.get("page")),
            asked=query.of(request.GET),
            messages=addresses.page_number(request.GET.get("messages")),
            listing=listing,
            bypass=addresses.asks_anew(request),
        )
    if _is_seen(request):
        actions.view(member, ambassador_id, chatroom_id)
    context = {"member": member, "row": shown.row, "conversation": shown}
    if listing:
        beside = page(request, listing, chatroom_id)
        return render(request, "chatroom/page.html", {**beside, **context})
    return _fragment(request, shown, {**context, "inbox": shown.inbox})


def _listing(
    request: HttpRequest, member: Membership, ambassador_id: int, chatroom_id: int
) -> Inbox | None:
    """The inbox page beside it; None for htmx, whose page has it."""
    if addresses.is_htmx(request):
        return None
    number, asked = addresses.page_number(request.GET.get("page")), query.of(request.GET)
    anew = addresses.asks_anew(request)
    return read_inbox(member, ambassador_id, number, asked, bypass=anew, also=chatroom_id)


def _is_seen(request: HttpRequest) -> bool:
    """Whether words of the conversation are shown: a page that asks for news gets none."""
    return request.method == "GET" and not _asks_for_news(request)


def _asks_for_news(request: HttpRequest) -> bool:
    return addresses.is_htmx(request) and news.asked(request)


def _news(request: HttpRequest, shown: Conversation, context: dict[str, object]) -> HttpResponse:
    """Whether it says something else now; nothing is said of what is not whole."""
    mark = request.headers.get("Inbox-Mark")
    seen = mark == shown.mark or not shown.is_whole
    context = {**context, "back": not mark}
    response = HttpResponse(status=204) if seen else render(request, "chatroom/_news.html", context)
    return news.told(response, shown.reading or shown.inbox.reading)


def _fragment(
    request: HttpRequest, shown: Conversation, context: dict[str, object]
) -> HttpResponse:
    if news.asked(request):
        return _news(request, shown, context)
    if (
        addresses.page_number(request.GET.get("messages")) > 1
    ):  # even where Popsell pages no further
        if shown.reading is None:  # nothing to put there: its button stays, and says why
            raise shown.failures[-1]
        return render(request, "chatroom/_older.html", context)
    inbox = shown.inbox
    bar = filters.bar(inbox.member, inbox.ambassador.id, inbox.asked, inbox.ours.names)
    response = render(request, "chatroom/_answer.html", {**context, "bar": bar})
    return push_url(response, f"{shown.row.address}{shown.inbox.query}")
