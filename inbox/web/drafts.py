"""Keeps a sent form while its author confirms who they are, so they can send it again.

Nothing is done with it here. It lies in the encrypted session, under a key in the address that
confirming leads back to: an e-mail address has no place there. It is forgotten once a proof would
expire, and with the session, which ends at sign-out.
"""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from inbox.process import clocks

KEPT = "drafts"  # in the session
DONE = "drafts_done"  # in the session: the keys of those that were done
MOST = 5  # of one browser, in several tabs
MOST_DONE = 20
FIELD = "draft"  # of the form that a draft stands in


@dataclass(frozen=True, slots=True)
class Draft:
    """`act`: what was to be done, as the address names it. `fields`: what the form held."""

    key: str
    act: str
    fields: dict[str, Any]


def keep(request: HttpRequest, act: str, **fields: str | int) -> str:
    """Keep it; gives the query that brings it back. What stood in a form already keeps its key."""
    before = of_form(request)
    key = before.key if before and before.act == act else get_random_string(22)
    draft = {"key": key, "act": act, "fields": fields, "at": time.time(), "by": request.user.pk}
    others = [one for one in _kept(request) if one["key"] != key]
    request.session[KEPT] = [*others, draft][-MOST:]
    return f"?{act}={key}"


def find(request: HttpRequest) -> Draft | None:
    """The draft that the address names; None where there is none, or no longer."""
    for one in _kept(request):
        if request.GET.get(one["act"]) == one["key"]:
            return _draft(one)
    return None


def of_form(request: HttpRequest) -> Draft | None:
    """The one that stood in the form that is sent now."""
    for one in _kept(request):
        if request.POST.get(FIELD) == one["key"]:
            return _draft(one)
    return None


def is_lost(request: HttpRequest, *acts: str) -> bool:
    """Whether the address names one that was not done, as far as is known here."""
    named = {request.GET[act] for act in acts if request.GET.get(act)}
    return not named <= set(request.session.get(DONE, []))


def finish(request: HttpRequest) -> None:
    """Drop the draft once its act is done. Drafts of other tabs stay."""
    done = of_form(request)
    if done is None:
        return
    _keep_only(request, [one for one in _kept(request) if one["key"] != done.key])
    request.session[DONE] = [*request.session.get(DONE, []), done.key][-MOST_DONE:]


def _draft(kept: dict[str, Any]) -> Draft:
    return Draft(kept["key"], kept["act"], kept["fields"])


def _kept(request: HttpRequest) -> list[dict[str, Any]]:
    """The person's own that are young enough; all others are dropped from the session."""
    for_ = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    held: list[dict[str, Any]] = request.session.get(KEPT, [])
    own = [one for one in held if one["by"] == request.user.pk]
    return _keep_only(request, [one for one in own if clocks.is_recent(one["at"], for_)])


def _keep_only(request: HttpRequest, these: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not these:
        request.session.pop(KEPT, None)
    elif these != request.session[KEPT]:
        request.session[KEPT] = these
    return these
