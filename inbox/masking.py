"""Addresses that are secrets: the one-time keys in our links, which no log or report may hold."""

import re

from sentry_sdk.types import Event, Hint

KEYS = re.compile("/(invitations|key)/[^/?]+")


def masked(address: str) -> str:
    """The address without the key that it may hold."""
    return KEYS.sub(r"/\1/-", address)


def masked_report(event: Event, _hint: Hint) -> Event:
    """What Sentry is told of a fault: of its page neither the key, nor where its reader came from."""
    request = event.get("request", {})
    if "url" in request:
        request["url"] = masked(str(request["url"]))
    for telling in ("query_string", "headers"):
        request.pop(telling, None)
    return event
