"""Reading pages as a person does: rows, buttons, addresses."""

import re
from html import unescape
from typing import Any

from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from tests.support.markup import Form, attribute, attributes, every, first, forms, one, words

INBOX = "/brands/3/ambassadors/100/"
HTMX = {"HX-Request": "true"}


def text(response: Any) -> str:
    return str(response.content.decode())


def row(page: str, chatroom: int) -> str:
    """The HTML of one row."""
    return one(page, f"li#chatroom-{chatroom}").html or ""


def told(html: str) -> str:
    """The page as it reads, where names within our sentences are isolated."""
    return unescape(html.replace("<bdi>", "").replace("</bdi>", ""))


def toast(html: str) -> str:
    """What a page, or an answer to htmx, says of the last act; empty where that is nothing."""
    return "".join(one.text() for one in every(html, "#toast-words"))


def words_of(response: Any) -> str:
    """A page's words without its request id, so two answers can be compared."""
    return words(text(response).replace(response["X-Request-ID"], "–"))


class Told:
    """All that a page says to a person: its text in order, and what attributes say."""

    ATTRIBUTES = re.compile(
        "title|alt|placeholder|aria-label|data-(ticking|none|asks|done|failed|all|title).*"
    )
    QUIET = "script, style, kbd, code, textarea[translate=no]"

    def __init__(self, html: str) -> None:
        page = LexborHTMLParser(html)
        for quiet in page.css(self.QUIET):
            quiet.decompose()
        self.text = page.root.text() if page.root else ""
        self.attributes = [
            value
            for element in page.css("*")
            for name, value in element.attributes.items()
            if value and self.ATTRIBUTES.fullmatch(name)
        ]


def is_unread(html: str) -> bool:
    return attribute(first(html, "[data-unread]"), "data-unread") == "true"


def rows(page: str) -> list[int]:
    """The conversations listed, from top to bottom."""
    return [int(id_.removeprefix("chatroom-")) for id_ in attributes(page, "[id^=chatroom-]", "id")]


def button(html: str) -> Form | None:
    """The first Mark read, where there is one: where it posts, and with what."""
    return next(iter(forms(html, "form[id^=mark-]")), None)


def press(client: Client, found: Form | None, *, htmx: bool = True) -> Any:
    """Press Mark read, as htmx or as a plain form."""
    assert found, "there is no button to press"
    return client.post(found.action, found.fields, headers=HTMX if htmx else {})
