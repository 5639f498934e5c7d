"""Answers an act in a conversation that a colleague took meanwhile: refused, and who has it now."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from inbox import access
from inbox.chatrooms.holds import Held
from inbox.components import hands, queued
from inbox.components.hands import Hand
from inbox.components.queued import Queued
from inbox.web import failure_answers, failures, requests
from inbox.web.failure_answers import CONVERSATION
from inbox.web.rendering import render


class TakenMiddleware:
    """Turns what the views let pass into the refusal that a person sees.

    A page that stays open also gets who has the conversation, and the button for that, wherever it
    shows them: in the row of its list, and in the open conversation.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Held):
            return None
        answer = failure_answers.answer(request, failures.of_held(error))
        if requests.is_htmx(request):
            answer.content += _tell_who(request, error)
        return answer


def _tell_who(request: HttpRequest, error: Held) -> bytes:
    hand = _hand(error)
    is_open = _is_open(request, error)
    context = {"queued": _row(request, error, hand), "hand": hand, "is_open": is_open}
    return render(request, "chatroom/_taken.html", context).content


def _hand(error: Held) -> Hand:
    member, id_ = error.member, error.target.chatroom
    return hands.among(member, {id_: error.hold}, [id_], access.team_of(member))[id_]


def _row(request: HttpRequest, error: Held, hand: Hand) -> Queued | None:
    """As the brand's list has it; None beside an inbox, whose rows offer no claim."""
    target = error.target
    query = requests.origin_of(request, target.ambassador).query
    if not query.is_brand_wide:
        return None
    found = queued.find(error.member, target.ambassador, target.chatroom, query)
    return found and replace(found, hand=hand)


def _is_open(request: HttpRequest, error: Held) -> bool:
    target = error.target
    here = reverse("chatroom", args=[target.brand, target.ambassador, target.chatroom])
    is_beside = requests.came_from(request).startswith(here)
    return is_beside or request.POST.get("place") == CONVERSATION
