"""Answers an act in the open conversation: the conversation and its row as they are now."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import reswap, retarget

from inbox import access
from inbox.chatrooms import ahead, rows
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.inbox import Inbox, read_again
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.opening import open_conversation
from inbox.chatrooms.tokens import Target
from inbox.components import hands, queued, toasts, untaken
from inbox.components.toasts import Toast
from inbox.models import Membership
from inbox.popsell.errors import PopsellError
from inbox.process import afterwards
from inbox.web import requests
from inbox.web.failure_answers import CONVERSATION
from inbox.web.rendering import render

CHANGED = "chatroom/_changed.html"
MINUTE = 60.0  # seconds


def answer(
    request: HttpRequest,
    member: Membership,
    target: Target,
    origin: Origin,
    toast: Toast,
    *,
    is_ours: bool = False,
) -> HttpResponse:
    """The result of an act in the open conversation; the next pages show it too.

    `is_ours`: whether Popsell knows nothing of the act. Nobody waits for the list then, if it was read
    in the last minute: the page asks for its news by itself.
    """
    toasts.keep(request, toast)
    fresh_for = max(MINUTE, settings.INBOX_CACHE_SECONDS) if is_ours else None
    if requests.is_htmx(request) and request.POST.get("place") != CONVERSATION:
        shown = _show_row(request, member, target, origin, toast, fresh_for)
        return reswap(retarget(shown, "#toast"), "innerHTML")
    if requests.is_htmx(request):
        return show_again(request, member, target, origin, toast, fresh_for=fresh_for)
    return HttpResponseRedirect(requests.nearest_page(request))


def show_again(
    request: HttpRequest,
    member: Membership,
    target: Target,
    origin: Origin,
    toast: Toast,
    template: str = CHANGED,
    *,
    fresh_for: float | None = None,
) -> HttpResponse:
    """The present acts of the open conversation, and its row.

    `fresh_for`: the list of that row may have been read so many seconds ago, unless an act finished
    since.
    """
    is_brand_wide = origin.query.is_brand_wide
    if is_brand_wide:
        afterwards.catch_up()
    inbox = None
    if not is_brand_wide:
        inbox = read_again(member, origin, fresh_for=fresh_for, also=target.chatroom)
    shown = reopen(member, target, origin, inbox)
    if shown is None:
        response = render(request, "chatroom/_told.html", {"toast": toast})
        return reswap(retarget(response, f"#alert-{CONVERSATION}"), "innerHTML")
    context = {"member": member, "toast": toast, **conversation_context(shown)}
    if is_brand_wide:
        context |= {"queued": queued.after_act(member, context["opened"], toast)}
    else:
        context |= row_context(target, origin, inbox, shown)
    response = render(request, template, context)
    if template != CHANGED:
        return response
    return reswap(retarget(response, "#conversation-changes"), "outerHTML")


def looked_at(
    member: Membership,
    target: Target,
    origin: Origin,
    toast: Toast,
    *,
    is_open: bool,
    fresh_for: float | None = None,
) -> dict[str, Any]:
    """The row where the list of `origin` shows it, and the conversation where it `is_open` beside it.

    `fresh_for`: as for `show_again`. What is done holds even where nothing can be read.
    """
    if origin.query.is_brand_wide:
        return _across(member, target, origin, toast, is_open=is_open)
    inbox = read_again(member, origin, fresh_for=fresh_for, also=target.chatroom)
    row = inbox.find(target.chatroom) if inbox else None
    is_needed = is_open or (origin.narrows and (row is None or row.kept_at is not None))
    shown = reopen(member, target, origin, inbox) if is_needed else None
    here = conversation_context(shown) if shown and is_open else {}
    return {**here, **row_context(target, origin, inbox, shown)}


def _across(
    member: Membership, target: Target, origin: Origin, toast: Toast, *, is_open: bool
) -> dict[str, Any]:
    """The same beside the brand's list: Popsell is asked only where the conversation is open."""
    afterwards.catch_up()  # the index tells what became of it
    shown = reopen(member, target, origin, None) if is_open else None
    if shown:
        here = conversation_context(shown)
        return {**here, "queued": queued.after_act(member, here["opened"], toast)}
    found = queued.find(member, target.ambassador, target.chatroom, origin.query)
    return {"queued": queued.after_act(member, found, toast)}


def _show_row(
    request: HttpRequest,
    member: Membership,
    target: Target,
    origin: Origin,
    toast: Toast,
    fresh_for: float | None,
) -> HttpResponse:
    """The toast, and the row as it is now, of an act that was pressed in it."""
    here = reverse("chatroom", args=[target.brand, target.ambassador, target.chatroom])
    is_open = requests.came_from(request).startswith(here)
    context = looked_at(member, target, origin, toast, is_open=is_open, fresh_for=fresh_for)
    return render(request, "chatroom/_undone.html", {"member": member, "toast": toast, **context})


def reopen(
    member: Membership, target: Target, origin: Origin, inbox: Inbox | None
) -> Conversation | None:
    """The conversation that was acted in, as it is now; None where it can't be read.

    What was done is done all the same. `inbox`: the list of `origin`, read just now.
    """
    with suppress(PopsellError, Http404):
        return open_conversation(
            member,
            replace(origin, ambassador=target.ambassador),
            target.chatroom,
            beside=inbox,
            fresh_for=ahead.serves(member, target.chatroom),
        )
    return None


def conversation_context(shown: Conversation) -> dict[str, Any]:
    """The context for the templates of a conversation."""
    member, id_ = shown.listing.member, shown.row.chatroom.id
    team = [one for one in access.team_of(member) if one.pk != member.pk]
    held = hands.among(member, shown.annotations.holds, [id_], team)
    return {
        "hand": held.get(id_, hands.NOBODY),
        "team": team,
        "conversation": shown,
        "row": shown.row,
        "listing": shown.listing,
        "annotations": shown.annotations,
        "opened": queued.find_open(shown),
        "untaken_since": untaken.find_since(shown),
    }


def row_context(
    target: Target, origin: Origin, inbox: Inbox | None, shown: Conversation | None
) -> dict[str, object]:
    """The row in the list that the act was pressed in, also where it no longer belongs there.

    What the index keeps is older than the act.
    """
    row = inbox.find(target.chatroom) if inbox else None
    if shown and origin.narrows and (row is None or row.kept_at):
        is_of_index = origin.query.is_of_index
        row = rows.marked_alike(shown.row, shown.annotations) if is_of_index else shown.row
        return {"listed": row, "beside": shown}
    return {"listed": row, "beside": inbox}
