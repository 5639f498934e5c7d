"""Reading pages as a person does: rows, buttons, addresses."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.test import Client

INBOX = "/brands/3/ambassadors/100/"
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Button:
    """A row's Mark read: where it posts, and with what."""

    action: str
    fields: dict[str, str]


def text(response: Any) -> str:
    return str(response.content.decode())


def row(page: str, chatroom: int) -> str:
    """The HTML of one row."""
    found = re.search(rf'<li id="chatroom-{chatroom}".*?</li>', page, re.DOTALL)
    assert found, f"no row {chatroom} in the page"
    return found[0]


def words(html: str) -> str:
    """The text between the tags, on one line; what sets a name apart parts no words."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", html))).split())


def told(html: str) -> str:
    """The page as it reads, where names within our sentences are isolated."""
    return unescape(re.sub(r"</?bdi>", "", html))


def toast(html: str) -> str:
    """What a page, or an answer to htmx, says of the last act; empty where that is nothing."""
    found = re.search(r'<p id="toast-words">(.*?)</p>', html, re.DOTALL)
    return told(found[1]) if found else ""


def words_of(response: Any) -> str:
    """A page's words without its request id, so two answers can be compared."""
    return words(text(response).replace(response["X-Request-ID"], "–"))


class Told(HTMLParser):
    """All that a page says to a person: its text in order, and what attributes say."""

    ATTRIBUTES = re.compile(
        "title|alt|placeholder|aria-label|data-(ticking|none|asks|done|failed|all|title).*"
    )
    QUIET = ("script", "style", "kbd", "code")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.quiet = 0
        self.text = ""
        self.attributes: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in self.QUIET
        told = [value for name, value in attributes if value and self.ATTRIBUTES.fullmatch(name)]
        self.attributes += told

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in self.QUIET

    def handle_data(self, data: str) -> None:
        self.text += "" if self.quiet else data


def is_unread(html: str) -> bool:
    found = re.search(r'data-unread="(true|false)"', html)
    assert found
    return found[1] == "true"


def rows(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="chatroom-(\d+)"', page)]


def button(html: str) -> Button | None:
    form = re.search(
        r'<form id="mark-\d+" method="post" action="([^"]+)".*?</form>', html, re.DOTALL
    )
    if not form:
        return None
    fields = re.findall(r'name="(act|page|query)" value="([^"]*)"', form[0])
    return Button(form[1], {name: unescape(value) for name, value in fields})


def press(client: Client, found: Button | None, *, htmx: bool = True) -> Any:
    """Press Mark read, as htmx or as a plain form."""
    assert found, "there is no button to press"
    return client.post(found.action, found.fields, headers=HTMX if htmx else {})
