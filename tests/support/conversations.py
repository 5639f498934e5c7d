"""The open conversation as a person uses it: what was said, and what its forms send."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import Client

from tests.support.markup import (
    Element,
    Form,
    all_words,
    attribute,
    attributes,
    every,
    forms,
    has,
    one,
    words,
)
from tests.support.pages import HTMX, text
from tests.support.upstream import Upstream


def messages(page: str) -> list[int]:
    """The ids of the messages shown, from top to bottom."""
    return [int(id_.removeprefix("message-")) for id_ in attributes(page, ".message", "id")]


def message(page: str, id_: int) -> str:
    """The HTML of one message."""
    return one(page, f"li.message#message-{id_}").html or ""


def said(page: str, id_: int) -> str:
    """The HTML of a message's words, without author and time."""
    return every(page, f"#message-{id_} .message-words")[-1].html or ""


def is_own(page: str, id_: int) -> bool:
    """Whether a message is shown as the ambassador's own."""
    return has(page, f"#message-{id_}.own")


def days(page: str) -> list[str]:
    """The headings of days, from top to bottom."""
    return all_words(page, "li.day")


def lines(page: str) -> list[tuple[str, int]]:
    """The lines below which something new begins: their words, and the message that follows."""
    return [(words(line), message_after(line)) for line in every(page, "li.opens")]


def message_after(line: Element) -> int:
    """The id of the message right below this line."""
    while (below := line.next) is not None and below.is_text_node:
        line = below
    assert below is not None
    return int(attribute(below, "id").removeprefix("message-"))


def links(html: str) -> list[str]:
    """Where the links that people wrote lead."""
    return attributes(html, "a.link[rel*=nofollow]", "href")


def older(page: str) -> str:
    """Where older messages are, empty where there are none."""
    return next(iter(attributes(page, "#older a", "href")), "")


def form(page: str, id_: str) -> Form | None:
    """The form of the open conversation with this id, if it is offered."""
    return next(iter(forms(page, f"form#{id_}")), None)


def note_fields(client: Client, page: str, **filled: str) -> dict[str, str]:
    """What the form of a note holds on this page, with what is filled in."""
    found = form(text(client.get(page)), "review-conversation")
    assert found, "there is no such form"
    return {name: found.fields[name] for name in ("act", "page", "place", "draft")} | filled


def send(client: Client, found: Form | None, *, htmx: bool = True, **fields: str) -> Any:
    """Send a form by one of its buttons, as htmx does or as a plain form."""
    assert found, "there is no such form"
    names = {"act", "page", "place", "query", "review", "summary"} & found.fields.keys()
    kept = {name: found.fields[name] for name in names}
    headers = HTMX if htmx else {}
    return client.post(found.action, {**kept, **fields}, headers=headers)


def say(api: Upstream, number: int, content: str) -> int:
    """Somebody writes, at Popsell; the number of the message."""
    api.changed = True
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == number)
    last = room.last
    assert last
    room.said.append(
        replace(
            last,
            id=last.id + 1,
            date=last.date + timedelta(seconds=5),
            content=content,
            author=room.theirs.person,
        )
    )
    return last.id + 1
