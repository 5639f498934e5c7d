"""/brands/<brand>/activity/<record>/undo/ : take back what the record says was done."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from inbox import access
from inbox.chatrooms import query, undoing
from inbox.chatrooms.inbox import read_again
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.tokens import Target
from inbox.components import answers, attention, toasts
from inbox.components.telling import make_toast
from inbox.components.toasts import Toast
from inbox.models import Activity, Membership
from inbox.popsell.errors import PopsellError
from inbox.text import numbers
from inbox.web import failure_answers, requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

PLACES = {"attention", "inbox", "chatroom", "message", "messages"}


@require_POST
def undo(request: HttpRequest, brand_id: int, activity_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    activity = access.activity_of(member, activity_id)
    target = undoing.target_of(activity)
    try:
        undone = undoing.undo(member, activity)
    except PopsellError as failure:
        if requests.is_htmx(request):
            return _failed(request, member, activity, failure)
        back = _to_read_again(request, member, target)
        return failure_answers.answer(request, replace(of_popsell(failure, request), back=back))
    origin = _origin(request, member)
    is_same = origin is not None and origin.ambassador == target.ambassador
    is_here = is_same or (origin is not None and origin.query.is_brand_wide)
    list_ = origin if origin and is_same else Origin(target.ambassador)
    toast = make_toast(member, target, list_, undone.words, by=undone.by)
    toasts.keep(request, toast)
    if not requests.is_htmx(request):
        return HttpResponseRedirect(_way_back(request, target, activity))
    if origin is None:
        return HttpResponseClientRefresh()
    context = {"member": member, "toast": toast}
    context |= _looked_at(member, target, origin, toast) if is_here else {}
    return render(request, "chatroom/_undone.html", context)


def _looked_at(
    member: Membership, target: Target, origin: Origin, toast: Toast
) -> dict[str, object]:
    """The row where the list shows it, and the conversation where it is open.

    The undo holds even where nothing can be read.
    """
    if origin.query.is_brand_wide:
        is_there = origin.chatroom == target.chatroom
        return answers.across_context(member, target, origin, toast, is_open=is_there)
    inbox = read_again(member, origin, also=target.chatroom)
    row = inbox.find(target.chatroom) if inbox else None
    is_open = origin.chatroom == target.chatroom
    is_needed = is_open or (row is None and origin.narrows)
    shown = answers.reopen(member, target, origin, inbox) if is_needed else None
    here = answers.conversation_context(shown) if shown and is_open else {}
    return {**here, **answers.row_context(target, origin, inbox, shown)}


def _failed(
    request: HttpRequest, member: Membership, activity: Activity, failure: PopsellError
) -> HttpResponse:
    """The toast says why, and offers to try again."""
    context = {"member": member, "unable": of_popsell(failure, request), "again": activity}
    response = render(request, "components/_toast.html", context, status=failure.status)
    if failure.wait is not None:
        response["Retry-After"] = str(failure.wait)
    return reswap(retarget(response, "#toast"), "innerHTML")


def _origin(request: HttpRequest, member: Membership) -> Origin | None:
    """The list, or the conversation beside it, on which the person is."""
    path, _, search = requests.came_from(request).partition("?")
    try:
        found = resolve(path)
    except Resolver404:
        return None
    if found.url_name not in PLACES or found.kwargs["brand_id"] != member.brand_id:
        return None
    values = QueryDict(search.partition("#")[0])
    asked = query.parse(values)
    return Origin(
        found.kwargs.get("ambassador_id", 0),
        numbers.page_number(values.get("page")),
        attention.asked_by(asked).query if found.url_name == "attention" else asked,
        found.kwargs.get("chatroom_id"),
    )


def _to_read_again(request: HttpRequest, member: Membership, target: Target) -> str:
    """The page that shows the present state: the list it was pressed in, else the conversation."""
    return requests.came_from(request) if _origin(request, member) else _conversation(target)


def _conversation(target: Target) -> str:
    return reverse("chatroom", args=[target.brand, target.ambassador, target.chatroom])


def _way_back(request: HttpRequest, target: Target, activity: Activity) -> str:
    """The page on which it was pressed; the conversation, where no browser says which that was."""
    page = requests.came_from(request)
    if page == requests.nearest_page(request):
        return _conversation(target)
    if page.partition("?")[0] == reverse("activity", args=[target.brand]):
        return f"{page.partition('#')[0]}#record-{activity.pk}"
    return page
