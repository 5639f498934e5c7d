"""A list that the index answers: whose inbox it knows, all of its pages, and what is said of it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.test import Client
from django.utils import timezone

from inbox.models import IndexedAmbassador
from inbox.queue.walk import walk
from tests.support.chatrooms import Json, chatroom
from tests.support.indexed import keep
from tests.support.markup import all_words, attributes
from tests.support.pages import INBOX, rows, text


def room(number: int, *, unread: bool = False, **changes: Any) -> Json:
    """A conversation with its last message read, or not."""
    return chatroom(number, last_read=15 if unread else 16, **changes)


def inbox_of(count: int, unread: Callable[[int], bool]) -> list[Json]:
    return [room(number, unread=unread(number)) for number in range(1, count + 1)]


def begin() -> None:
    """The directory named Léa; nothing of her inbox was read."""
    keep()
    named = {"name": "Léa Moreau", "search": "lea moreau", "status": "6"}
    IndexedAmbassador.objects.update(**named)


def read_whole() -> None:
    """Read Léa's inbox to its end, as the worker does."""
    if not IndexedAmbassador.objects.filter(ambassador=100).exists():
        begin()
    assert walk(IndexedAmbassador.objects.get(ambassador=100), lambda call: call())


def fall_behind(**changes: Any) -> None:
    """What is known of how far Léa's inbox was read."""
    IndexedAmbassador.objects.filter(ambassador=100).update(**changes)


def refuse(status: int) -> None:
    fall_behind(failed_since=timezone.now(), failed_with=status)


def pages(client: Client, query: str) -> Iterator[str]:
    """Each page of the list, as its links lead on."""
    following: list[str] = [f"{INBOX}?{query}"]
    while following:
        page = text(client.get(following[0]))
        yield page
        following = attributes(page, ".pager [rel=next]", "href")


def found(client: Client, query: str) -> list[int]:
    return [number for page in pages(client, query) for number in rows(page)]


def said(page: str) -> str:
    """What the list says of itself."""
    return " ".join(all_words(page, ".matched p"))
