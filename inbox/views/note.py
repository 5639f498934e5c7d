"""…/chatrooms/<chatroom>/note/ and draft/ : a note for the team, and one that is not finished."""

import time
from collections import Counter
from http import HTTPStatus
from threading import Lock
from typing import ClassVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from inbox import access
from inbox.chatrooms import notes, reviewing, tokens
from inbox.components.answers import answer
from inbox.components.noting import is_too_long, known_draft, save_draft, sent_note, with_version
from inbox.components.telling import make_toast
from inbox.process.busy import Busy
from inbox.web import leading, requests

SAVES = 300  # of drafts, that a person has in a minute and a process; typing takes two a second
_saves: Counter[tuple[int, int]] = Counter()
_lock = Lock()


class TooManySaves(Busy):
    """Too many saves for a person who types: a script does this."""

    title = gettext_lazy("Too many changes in a minute")
    message = gettext_lazy("What you type is saved too often. It goes on in a minute.")
    retry_after: ClassVar[int] = 60


@require_POST
def note(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token = request.POST.get("act", "")
    target = tokens.verify(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    if is_too_long(request, member, target):
        return HttpResponseRedirect(requests.nearest_page(request))
    text = sent_note(request)
    if not text:
        raise BadRequest(_("Write the note first: the field is empty."))
    reviewing.write_note(member, target, text, known_draft(request))
    origin = requests.origin_of(request, ambassador_id)
    toast = make_toast(member, target, origin, "note")
    return with_version(
        answer(request, member, target, origin, toast, is_ours=True), member, target
    )


@require_http_methods(["GET", "HEAD", "POST"])
def draft(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """What the person has not finished. A save names the version it knows, else it is a 409.

    The page may stand longer than its token is good, and a sign-in: with the draft goes a new one.
    """
    member = access.moderator_of(request, brand_id)
    if request.method != "POST":
        return _answer(request, notes.draft_of(member, chatroom_id))
    token = request.POST.get("act", "")
    tokens.verify_old(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    text = notes.plain(request.POST.get("note", ""))
    if len(text) > notes.LONGEST_DRAFT:
        raise BadRequest(_("A draft has at most 10,000 characters."))
    _count(member.user_id)
    try:
        kept = save_draft(request, member, chatroom_id, text)
    except notes.SessionEndedError:
        return leading.to_sign_in(request)
    if kept is None:
        return _answer(request, notes.draft_of(member, chatroom_id), HTTPStatus.CONFLICT)
    return _answer(request, kept)


def _answer(request: HttpRequest, kept: notes.Draft, status: int = HTTPStatus.OK) -> JsonResponse:
    state = {"text": kept.text, "version": kept.version, "csrf": get_token(request)}
    return JsonResponse(state, status=status)


def _minute() -> int:
    return int(time.time() // 60)


def _count(person: int) -> None:
    """Raises TooManySaves."""
    minute = _minute()
    with _lock:
        for old in [key for key in _saves if key[1] != minute]:
            del _saves[old]
        _saves[person, minute] += 1
        if _saves[person, minute] > SAVES:
            raise TooManySaves
