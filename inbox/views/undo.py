"""/brands/<brand>/activity/<record>/undo/ : take back what the record says was done."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from inbox import access
from inbox.chatrooms import query, undoing
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.tokens import Target
from inbox.components import answers, toasts
from inbox.components.telling import make_toast
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
    if origin and is_here:
        is_open = origin.chatroom == target.chatroom
        context |= answers.looked_at(member, target, origin, toast, is_open=is_open)
    return render(request, "chatroom/_undone.html", context)


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
    parse = query.parse_brand_wide if found.url_name == "attention" else query.parse
    return Origin(
        found.kwargs.get("ambassador_id", 0),
        numbers.page_number(values.get("page")),
        parse(values),
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
