"""A conversation as a page, or as a fragment beside its inbox."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_htmx.http import push_url

from inbox import access
from inbox.activity import recording
from inbox.chatrooms import ahead, holds, opening
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.inbox import Inbox, read_inbox
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.query import parse
from inbox.components import answers, attention, filters, news
from inbox.components.asked import asked_by
from inbox.components.inbox import page_context
from inbox.context import by_itself
from inbox.models import Membership
from inbox.text import numbers
from inbox.web import requests
from inbox.web.rendering import render
from inbox.web.requests import refuse_ahead

NEWER = "newer"  # the id of the place for newer messages


def show_conversation(
    request: HttpRequest,
    brand_id: int,
    ambassador_id: int,
    chatroom_id: int,
    look: Callable[[Conversation], Conversation] | None = None,
) -> HttpResponse:
    """The conversation at its newest messages, or at those that `look` finds in it.

    Opening it leaves a viewing.
    """
    member = access.member_of(request, brand_id)
    if refusal := refuse_ahead(request):
        return refusal
    query = parse(request.GET)
    inbox = _beside(request, member, ambassador_id, chatroom_id)
    with by_itself(_asks_for_news(request)):
        shown = opening.open_conversation(
            member,
            Origin(ambassador_id, numbers.page_number(request.GET.get("page")), query),
            chatroom_id,
            messages=1 if look else numbers.page_number(request.GET.get("messages")),
            beside=inbox,
            bypass=requests.asks_anew(request),
            fresh_for=ahead.serves(member, chatroom_id) if _opens(request) else None,
        )
        shown = look(shown) if look else _without_gap(request, shown)
        if not _asks_for_news(request):
            shown = opening.with_following(shown)
    if _is_seen(request):
        recording.view(member, ambassador_id, chatroom_id)
    if request.method == "GET" and access.sees_colleagues(member):
        holds.note_reading(member, chatroom_id)
    if not requests.is_htmx(request):
        return _page(request, member, shown, inbox)
    context = {"member": member, **answers.conversation_context(shown)}
    if look:
        response = render(request, "chatroom/_answer.html", context | _bar(shown))
        return push_url(response, _place(request, shown))
    return _fragment(request, shown, context)


def _page(
    request: HttpRequest, member: Membership, shown: Conversation, inbox: Inbox | None
) -> HttpResponse:
    """The conversation beside its list: an inbox, else what needs attention across the brand."""
    chatroom_id = shown.row.chatroom.id
    context: dict[str, object]
    if inbox:
        template, context = (
            "chatroom/page.html",
            page_context(request, inbox, chatroom_id),
        )
    else:
        asked = asked_by(shown.listing.query)
        found = attention.find(member, asked, with_digest=False)
        template = "attention/opened.html"
        context = attention.page_context(request, member, found, chatroom_id)
    context |= answers.conversation_context(shown)
    status = HTTPStatus.NOT_FOUND if shown.sought.is_missing else HTTPStatus.OK
    return render(request, template, context, status=status)


def _beside(
    request: HttpRequest, member: Membership, ambassador_id: int, chatroom_id: int
) -> Inbox | None:
    """The inbox page beside it; None for htmx, since its page has a list, and beside another list."""
    number, query = numbers.page_number(request.GET.get("page")), parse(request.GET)
    if requests.is_htmx(request) or query.is_brand_wide:
        return None
    anew = requests.asks_anew(request)
    return read_inbox(member, ambassador_id, number, query, bypass=anew, also=chatroom_id)


def _is_seen(request: HttpRequest) -> bool:
    """Whether messages are shown: a page that asks for news gets none."""
    return request.method == "GET" and not _asks_for_news(request)


def _opens(request: HttpRequest) -> bool:
    """Whether this shows the newest messages, in a page that asks for news of them by itself."""
    is_part = request.headers.get("HX-Target") == NEWER or "messages" in request.GET
    return not (is_part or _asks_for_news(request) or requests.asks_anew(request))


def _asks_for_news(request: HttpRequest) -> bool:
    return requests.is_htmx(request) and news.asks_for_news(request)


def _news(request: HttpRequest, shown: Conversation, context: dict[str, Any]) -> HttpResponse:
    """The news if it changed since, else 204; no news of an incomplete conversation.

    Who has it and who reads it is put in place, and no news.
    """
    mark, _dash, hand = request.headers.get("Inbox-Mark", "").partition("-")
    is_news = mark != shown.mark and shown.is_whole
    if is_news or hand != context["hand"].mark:
        context = {**context, "is_news": is_news, "back": not mark}
        response = render(request, "chatroom/_news.html", context)
    else:
        response = HttpResponse(status=204)
    return news.with_read_at(response, shown.reading or shown.row_reading)


def _fragment(
    request: HttpRequest, shown: Conversation, context: dict[str, object]
) -> HttpResponse:
    if news.asks_for_news(request):
        return _news(request, shown, context)
    newer = request.headers.get("HX-Target") == NEWER
    is_further_up = numbers.page_number(request.GET.get("messages")) > 1
    if newer or is_further_up:  # even if Popsell has no more
        if shown.reading is None:  # nothing to put there: its button stays, and says why
            raise shown.failures[-1]
        context |= {"newer": newer, "hidden": sorted(shown.hidden_among(shown.messages()))}
        return render(request, "chatroom/_more.html", context)
    response = render(request, "chatroom/_answer.html", context | _bar(shown))
    return push_url(response, shown.back)


def _bar(shown: Conversation) -> dict[str, object]:
    """The title's name for the inbox beside it."""
    at, names = shown.listing, shown.annotations.names
    if at.query.is_brand_wide:
        return {}
    return {"bar": filters.bar(at.member, at.ambassador.id, at.query, names)}


def _place(request: HttpRequest, shown: Conversation) -> str:
    """The address of the find; without one, the address that searches again."""
    here = shown.sought.here
    return shown.link(here) if here else request.get_full_path()


def _without_gap(request: HttpRequest, shown: Conversation) -> Conversation:
    """The page further up that new messages moved there, since `of` were counted."""
    before = numbers.page_number(request.GET.get("of"))
    if "of" not in request.GET or shown.reading is None or not shown.reading.page.total:
        return shown
    page = shown.reading.page
    came = max(shown.reading.page.total - before, 0)
    number = shown.number + -(-came // (page.per_page or max(len(page.data), 1)))
    return opening.at_page(shown, min(number, page.last_page)) if came else shown
