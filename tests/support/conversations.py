"""The open conversation as a person uses it: what was said, and what its forms send."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import Client

from tests.support.pages import HTMX, text, words
from tests.support.upstream import Upstream
from tests.support.visitors import Form, Forms


def messages(page: str) -> list[int]:
    """The ids of the messages shown, from top to bottom."""
    return [int(number) for number in re.findall(r'class="message[^"]*" id="message-(\d+)"', page)]


def message(page: str, id_: int) -> str:
    """The HTML of one message."""
    found = re.search(rf'<li class="message(?: own)?" id="message-{id_}">.*?</li>', page, re.DOTALL)
    assert found, f"no message {id_} in the page"
    return found[0]


def said(page: str, id_: int) -> str:
    """The HTML of a message's words, without author and time."""
    return (
        "<div"
        + message(page, id_).rpartition('<div class="message-words"')[2].partition("</li>")[0]
    )


def is_own(page: str, id_: int) -> bool:
    """Whether a message is shown as the ambassador's own."""
    return message(page, id_).startswith('<li class="message own"')


def days(page: str) -> list[str]:
    """The headings of days, from top to bottom."""
    return [words(one) for one in re.findall(r'<li class="day".*?</li>', page, re.DOTALL)]


def lines(page: str) -> list[tuple[str, int]]:
    """The lines below which something new begins: their words, and the message that follows."""
    found = re.findall(r'(<li class="opens.*?</li>)\s*<li[^>]*id="message-(\d+)"', page, re.DOTALL)
    return [(words(line), int(number)) for line, number in found]


def links(html: str) -> list[str]:
    """Where the links that people wrote lead."""
    return re.findall(r'<a class="link"(?: dir="ltr")? href="([^"]*)"', html)


def older(page: str) -> str:
    """Where older messages are, empty where there are none."""
    found = re.search(r'<li id="older".*?href="([^"]*)"', page, re.DOTALL)
    return found[1].replace("&amp;", "&") if found else ""


def form(page: str, id_: str) -> Form | None:
    """The form of the open conversation with this id, if it is offered."""
    return next((one for one in Forms(page).found if one.attributes.get("id") == id_), None)


def note_fields(client: Client, page: str, **filled: str) -> dict[str, str]:
    """What the form of a note holds on this page, with what is filled in."""
    found = form(text(client.get(page)), "review-conversation")
    assert found, "there is no such form"
    return {name: found.fields[name] for name in ("act", "page", "place", "draft")} | filled


def send(client: Client, found: Form | None, *, htmx: bool = True, **fields: str) -> Any:
    """Send a form by one of its buttons, as htmx does or as a plain form."""
    assert found, "there is no such form"
    names = {"act", "page", "place", "review"} & found.fields.keys()
    kept = {name: found.fields[name] for name in names}
    headers = HTMX if htmx else {}
    return client.post(found.attributes["action"], {**kept, **fields}, headers=headers)


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
