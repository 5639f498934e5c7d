"""/brands/<brand>/activity/<record>/undo/ : take back what the record says was done."""

from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from inbox import access
from inbox.chatrooms import conversation, query, undoing
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.inbox import read_again
from inbox.chatrooms.query import Query
from inbox.chatrooms.tokens import Claim
from inbox.components import toasts
from inbox.components.telling import tell
from inbox.components.toasts import Toast
from inbox.models import Activity, Membership
from inbox.popsell.errors import PopsellError
from inbox.text import numbers
from inbox.web import failures, requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

PLACES = {"inbox", "chatroom", "message", "messages"}


@dataclass(frozen=True, slots=True)
class Place:
    """The inbox that is open while somebody undoes: `chatroom` beside it, if one is."""

    ambassador: int
    chatroom: int | None
    number: int
    asked: Query


@require_POST
def undo(request: HttpRequest, brand_id: int, activity_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    activity = access.activity_of(member, activity_id)
    claim = undoing.claim_of(activity)
    try:
        told = undoing.undo(member, activity)
    except PopsellError as failure:
        if requests.is_htmx(request):
            return _failed(request, member, activity, failure)
        back = _to_read_again(request, member, claim)
        return failures.answer(request, replace(of_popsell(failure, request), back=back))
    toast = tell(request, member, claim, told.words, by=told.by)
    toasts.keep(request, toast)
    if not requests.is_htmx(request):
        return HttpResponseRedirect(_way_back(request, claim, activity))
    here = _place(request, member)
    return _answer(request, member, claim, toast, here) if here else HttpResponseClientRefresh()


def _answer(
    request: HttpRequest, member: Membership, claim: Claim, toast: Toast, here: Place
) -> HttpResponse:
    """The toast, with the row where the list shows it, and the conversation where it is open."""
    context: dict[str, object] = {"member": member, "toast": toast}
    if here.ambassador == claim.ambassador:
        context |= _looked_at(member, claim, here)
    return render(request, "chatroom/_undone.html", context)


def _looked_at(member: Membership, claim: Claim, here: Place) -> dict[str, object]:
    """What is to be shown anew; what was undone is undone, also where nothing can be read."""
    listing = read_again(member, claim.ambassador, here.number, here.asked, also=claim.chatroom)
    listed = listing.find(claim.chatroom) if listing else None
    is_open = here.chatroom == claim.chatroom
    shown: Conversation | None = None
    if is_open or (listed is None and here.asked.narrows):
        try:
            shown = conversation.read(
                member,
                claim.ambassador,
                claim.chatroom,
                number=here.number,
                asked=here.asked,
                listing=listing,
            )
        except (PopsellError, Http404):
            shown = None
    if listed is None and shown and here.asked.narrows:  # it stays in the list it came back to
        listed, listing = shown.row, shown.inbox
    opened = {"conversation": shown, "row": shown.row, "inbox": shown.inbox} if shown else {}
    return {"listing": listing, "listed": listed, **(opened if is_open else {})}


def _failed(
    request: HttpRequest, member: Membership, activity: Activity, failure: PopsellError
) -> HttpResponse:
    """The toast says why, and offers to try again."""
    context = {"member": member, "unable": of_popsell(failure, request), "again": activity}
    response = render(request, "components/_toast.html", context, status=failure.status)
    if failure.wait is not None:
        response["Retry-After"] = str(failure.wait)
    return reswap(retarget(response, "#toast"), "innerHTML")


def _place(request: HttpRequest, member: Membership) -> Place | None:
    """The inbox, or the conversation beside it, on which the person is."""
    path, _, asked = requests.came_from(request).partition("?")
    try:
        found = resolve(path)
    except Resolver404:
        return None
    if found.url_name not in PLACES or found.kwargs["brand_id"] != member.brand_id:
        return None
    values = QueryDict(asked.partition("#")[0])
    return Place(
        found.kwargs["ambassador_id"],
        found.kwargs.get("chatroom_id"),
        numbers.page_number(values.get("page")),
        query.of(values),
    )


def _to_read_again(request: HttpRequest, member: Membership, claim: Claim) -> str:
    """The page on which one sees what is so now: the list it was pressed in, else the conversation."""
    return requests.came_from(request) if _place(request, member) else _conversation(claim)


def _conversation(claim: Claim) -> str:
    return reverse("chatroom", args=[claim.brand, claim.ambassador, claim.chatroom])


def _way_back(request: HttpRequest, claim: Claim, activity: Activity) -> str:
    """The page on which it was pressed; the conversation, where no browser says which that was."""
    page = requests.came_from(request)
    if page == requests.nearest_page(request):
        return _conversation(claim)
    if page.partition("?")[0] == reverse("activity", args=[claim.brand]):
        return f"{page.partition('#')[0]}#record-{activity.pk}"
    return page
