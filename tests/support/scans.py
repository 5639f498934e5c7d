"""A list that is looked through: what its foot says, and how it goes on."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from django.test import Client

from tests.support.chatrooms import Json, chatroom
from tests.support.markup import all_words, has
from tests.support.pages import HTMX, INBOX, rows, text
from tests.support.upstream import Upstream
from tests.support.walks import going_on


def room(number: int, *, unread: bool = False, **changes: Any) -> Json:
    """A conversation with its last message read, or not."""
    return chatroom(number, last_read=15 if unread else 16, **changes)


def inbox_of(count: int, unread: Callable[[int], bool]) -> list[Json]:
    return [room(number, unread=unread(number)) for number in range(1, count + 1)]


def told(page: str) -> str:
    """What the foot of the list says of how far it is."""
    assert has(page, "footer#scan")
    return " ".join(all_words(page, "#scan > p"))


def by_itself(page: str) -> bool:
    return has(page, "#scan form[hx-trigger='load, submit']")


def go_on(client: Client, page: str, *, htmx: bool = True) -> str:
    return text(client.get(INBOX, going_on(page), headers=HTMX if htmx else {}))


def to_the_end(client: Client, query: str) -> Iterator[str]:
    """The page, and what htmx puts into it until there is no more."""
    page = text(client.get(f"{INBOX}?{query}"))
    yield page
    while by_itself(page):
        page = go_on(client, page)
        yield page


def found(client: Client, query: str) -> list[int]:
    return [number for page in to_the_end(client, query) for number in rows(page)]


def asked(api: Upstream) -> list[int]:
    """The pages that Popsell was asked for."""
    return [int(dict(parse_qsl(call.query))["page"]) for call in api.calls("GET")]
