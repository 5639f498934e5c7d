"""…/ambassadors/<ambassador>/read/ : mark several conversations of a page read, after a question.

For browsers without scripts; with scripts the page posts one act per row instead.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.chatrooms import acts, attempts, tokens
from inbox.chatrooms.acts import Tried
from inbox.chatrooms.inbox import Inbox, read_again, read_inbox
from inbox.chatrooms.listing import inbox_address
from inbox.chatrooms.rows import Row
from inbox.components import rail, toasts
from inbox.context import by_itself
from inbox.display import colleague
from inbox.display.people import first_name
from inbox.models import Membership
from inbox.popsell import budget, identities
from inbox.popsell.errors import OverBudget
from inbox.text.isolates import alone
from inbox.web import requests
from inbox.web.failures import of_popsell
from inbox.web.rendering import render

MOST = 100  # rows of a page


@dataclass(frozen=True, slots=True)
class Left:
    """A conversation that is not marked read: how to try again, and why it is not (empty: no time)."""

    names: str
    token: str
    reason: str


@require_http_methods(["GET", "HEAD", "POST"])
def read_many(request: HttpRequest, brand_id: int, ambassador_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    if request.method == "POST":
        return _marked(request, member, ambassador_id)
    origin = requests.origin_of(request, ambassador_id)
    inbox = read_inbox(member, ambassador_id, origin.page, origin.query)
    return render(
        request,
        "read_many/page.html",
        {**_page(request, inbox), "rows": _chosen_rows(request, inbox)},
    )


def _marked(request: HttpRequest, member: Membership, ambassador_id: int) -> HttpResponse:
    sent = request.POST.getlist("act")[:MOST] or [""]  # nothing is no valid token
    targets = [tokens.verify(member, token, ambassador=ambassador_id) for token in sent]
    tried = acts.mark_many_read(member, targets)
    toasts.forget(request)
    done = sum(one.is_done for one in tried)
    origin = requests.origin_of(request, ambassador_id)
    back = inbox_address(member.brand_id, ambassador_id, origin.page, origin.query)
    if done == len(tried):
        messages.success(request, _in_words(member, ambassador_id, done))
        return HttpResponseRedirect(back)
    inbox = read_again(member, origin)
    left = [
        _left(inbox, one, token) for one, token in zip(tried, sent, strict=True) if not one.is_done
    ]
    page = _page(request, inbox) if inbox else {"rail": rail.beside(request, member, ambassador_id)}
    context = {"told": _in_words(member, ambassador_id, done), "left": left, "number": origin.page}
    context["carried"] = urlencode(origin.query.params())
    context["pause"] = _pause(request)
    return render(
        request, "read_many/left.html", {**page, **context, "member": member, "back": back}
    )


def _page(request: HttpRequest, inbox: Inbox) -> dict[str, object]:
    listing = inbox.listing
    return {
        "member": listing.member,
        "listing": listing,
        "number": listing.page,
        "carried": listing.carried,
        "back": listing.address,
        "rail": rail.beside(request, listing.member, listing.ambassador.id),
    }


def _chosen_rows(request: HttpRequest, inbox: Inbox) -> list[Row]:
    """The rows to ask about."""
    rows = [row for row in inbox.rows if isinstance(row, Row) and row.token]
    if "all" not in request.GET:
        chosen = set(request.GET.getlist("chatroom"))
        rows = [row for row in rows if row.id in chosen]
    return rows[:MOST]


def _left(inbox: Inbox | None, one: Tried, token: str) -> Left:
    row = inbox.find(one.target.chatroom) if inbox else None
    names = row.names if row else str(one.target.chatroom)
    if one.holder:
        return Left(names, token, _("%(name)s has it") % {"name": alone(colleague(one.holder))})
    return Left(names, token, str(one.failure.title) if one.failure else "")


def _pause(request: HttpRequest) -> str:
    """When one can go on, where the person's calls are used up by now."""
    try:
        with by_itself():
            budget.require(attempts.CALLS)
    except OverBudget as pause:
        return of_popsell(pause, request).message
    return ""


def _in_words(member: Membership, ambassador_id: int, done: int) -> str:
    text = ngettext(
        "%(n)s conversation marked read for %(name)s.",
        "%(n)s conversations marked read for %(name)s.",
        done,
    )
    name = alone(first_name(identities.recall(member.brand_id, ambassador_id)))
    return text % {"n": done, "name": name}
