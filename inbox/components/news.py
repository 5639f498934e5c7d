"""Tells an open page what has changed since; the page asks by itself while somebody looks at it.

The page sends the mark of its whole content and one for each item. Nothing changed: 204. Only presence
changed: the new words, put in place. Otherwise a button that says how much is new.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from inbox.chatrooms.marks import Item
from inbox.components.hands import Hand
from inbox.components.views import Handed
from inbox.popsell.cache import Reading
from inbox.web.rendering import render

SHOWN = re.compile(r"([0-9]{1,19}):([0-9a-f]{1,8})")
HANDED = re.compile(r"\bme:([0-9]{1,4})")
READ_AT = "Inbox-Read-At"
NO_HANDS: Mapping[int, Hand] = {}


def asks_for_news(request: HttpRequest) -> bool:
    return "Inbox-Shown" in request.headers


def shown_ids(request: HttpRequest) -> list[int]:
    """The items that the page shows."""
    return [int(id_) for id_, _mark in SHOWN.findall(request.headers.get("Inbox-Shown", ""))]


def shown_handed(request: HttpRequest) -> int | None:
    """How many the page says were handed to the member; None where it says nothing of it."""
    found = HANDED.search(request.headers.get("Inbox-Shown", ""))
    return int(found[1]) if found else None


def answer(
    request: HttpRequest,
    items: Iterable[Item],
    reading: Reading[Any] | None,
    hands: Mapping[int, Hand] = NO_HANDS,
    handed: Handed | None = None,
) -> HttpResponse:
    """The news for a page that shows `Inbox-Shown`, as a fragment.

    `reading`: from Popsell; None where it was not asked, so that nobody takes it for well again.
    `hands`: who has the conversations of the list, put in place where they are shown.
    `handed`: what was handed to the member, where the page says another number.
    """
    known = dict(SHOWN.findall(request.headers.get("Inbox-Shown", "")))
    now = list(items)
    news = sum(1 for item in now if str(item.id) not in known)
    changed = sum(1 for item in now if known.get(str(item.id), item.mark) != item.mark)
    left = set(known) - {str(item.id) for item in now}
    context = {
        "items": [item for item in now if item.person and str(item.id) in known],
        "news": news,
        "changed": changed,
        "moved": bool(left) and not (news or changed),
        "back": not request.headers.get("Inbox-Mark"),
        "reading": reading,
        "hands": hands,
        "handed": handed,
    }
    response = render(request, "components/_news.html", context)
    return with_read_at(response, reading) if reading else response


def with_read_at(response: HttpResponse, reading: Reading[Any]) -> HttpResponse:
    """The answer, with the time of its reading from Popsell."""
    response[READ_AT] = reading.read_at.isoformat()
    return response
