"""…/chatrooms/<chatroom>/review/ : "I have read this up to here", for our own people alone."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access
from inbox.chatrooms import reviewing, tokens, undoing
from inbox.chatrooms.listing import Origin
from inbox.components import noting, queued
from inbox.components.answers import answer
from inbox.components.telling import make_toast
from inbox.components.toasts import Toast
from inbox.models import Membership, Review
from inbox.text import numbers
from inbox.web import requests


@require_POST
def review(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    origin = requests.origin_of(request, ambassador_id)
    if "undo" in request.POST:
        toast = _undone(request, member, target, origin)
    elif _is_late(request, member, target):
        toast = make_toast(member, target, origin, "look first")
    elif noting.is_too_long(request, member, target):
        return HttpResponseRedirect(requests.nearest_page(request))
    else:
        toast = _done(request, member, target, origin)
    return noting.with_version(
        answer(request, member, target, origin, toast, is_ours=True), member, target
    )


def _is_late(request: HttpRequest, member: Membership, target: tokens.Target) -> bool:
    """Whether it was pressed in a row that told less than is known by now."""
    shown = request.POST.get("shown")
    return shown is not None and queued.has_changed(member, target, shown)


def _done(request: HttpRequest, member: Membership, target: tokens.Target, origin: Origin) -> Toast:
    text = noting.sent_note(request)
    if not target.message_shown:
        raise BadRequest(_("There is no message to review."))
    review = reviewing.review(member, target, text, noting.known_draft(request))
    return make_toast(member, target, origin, "review", undoes=review.activity)


def _undone(
    request: HttpRequest, member: Membership, target: tokens.Target, origin: Origin
) -> Toast:
    """Of the review that the page showed."""
    number = numbers.record_number(request.POST.get("review", ""))
    shown = Review.objects.filter(brand=member.brand, chatroom=target.chatroom)
    review = shown.filter(pk=number).first()
    if review is None:
        return make_toast(member, target, origin, "no review")
    undone = undoing.take_back(member, target, review)
    return make_toast(member, target, origin, undone.words, by=undone.by)
