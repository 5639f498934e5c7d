"""A note as a form sends it, and its draft."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from inbox.chatrooms import notes, tokens
from inbox.chatrooms.notes import Known
from inbox.models import Membership
from inbox.web import requests


def save_draft(
    request: HttpRequest, member: Membership, chatroom: int, text: str
) -> notes.Draft | None:
    session = request.session.session_key or ""
    return notes.save_draft(member, chatroom, text, known_draft(request), session)


def sent_note(request: HttpRequest) -> str:
    """The note that was sent, empty where there is none. Raises BadRequest where it is too long."""
    return notes.clean(request.POST.get("note", ""))


def known_draft(request: HttpRequest) -> Known:
    """The page's knowledge of the draft; nonsense becomes an impossible version."""
    given, before = request.POST.get("draft", "0")[:10], request.POST.get("before")
    version = int(given) if given.isascii() and given.isdigit() else -1
    return Known(version, None if before is None else notes.plain(before))


def is_too_long(request: HttpRequest, member: Membership, target: tokens.Target) -> bool:
    """Whether a plain form sent too long a note, which then becomes its draft with a message.

    With scripts the text is still in its field.
    """
    try:
        sent_note(request)
    except notes.TooLong as failure:
        text = notes.plain(request.POST.get("note", ""))
        if requests.is_htmx(request) or len(text) > notes.LONGEST_DRAFT:
            return False
        if not save_draft(request, member, target.chatroom, text):
            return False
        messages.error(request, str(failure))
        return True
    return False


def with_version(response: HttpResponse, member: Membership, target: tokens.Target) -> HttpResponse:
    """The answer, for a page that must know what became of its draft."""
    kept = notes.draft_of(member, target.chatroom)
    response["Inbox-Draft"] = f"{kept.version} text" if kept.text else str(kept.version)
    return response
