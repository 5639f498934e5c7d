"""Answers of the largest size take no more time than a plain one of that size.

No text that a person writes may freeze a worker. Times are of this run: each is compared with
decoding a plain answer of the same size.
"""

import gc
import json
from collections.abc import Callable
from functools import cache
from time import thread_time

import pytest
from django.test import Client

from inbox.chatrooms.conversation import PEOPLE
from inbox.display.links import LINKS, SEARCHED
from inbox.models import Membership
from inbox.popsell import decode
from inbox.popsell.resources import Message
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.markup import Element, all_words, attributes, one, words
from tests.support.pages import INBOX
from tests.support.upstream import Upstream, page

SIZE = 4_900_000  # bytes, of the five million that are read
MOST = 8  # times the time of a plain answer
TRIES = 3
CONVERSATION = f"{INBOX}chatrooms/8/"

Rooms = list[Json]


@pytest.fixture
def client(client_of: ClientOf, moderator: Membership, api: Upstream) -> Client:
    return client_of(moderator)


def plain_rooms() -> Rooms:
    room = chatroom()
    count = SIZE // len(json.dumps(room))
    return [{**room, "id_chatroom": 1 + number} for number in range(count)]


@cache
def plain_seconds() -> float:
    """To read an answer of chatrooms as they are, the faster of two times."""
    body = json.dumps(page(*plain_rooms()))
    read = [seconds(lambda: list(map(decode.chatroom, json.loads(body)["data"]))) for _ in "12"]
    return min(read)


def seconds(work: Callable[[], object]) -> float:
    begun = thread_time()
    work()
    return thread_time() - begun


def named(**names: str) -> Rooms:
    other = {**participant(555, 8), **names}
    return [chatroom(ambassadors=[lea(8), other])]


def crowd(count: int, **more: object) -> Json:
    return chatroom(
        ambassadors=[lea(8), *({"id_ambassador": 1000 + n, **more} for n in range(count))]
    )


def said(content: str) -> Rooms:
    return [chatroom(last_message=message(16, content=content))]


MANY_PRODUCTS = [{"id_product": 1, "name": "x" * 60, "url": "https://a.example/"}] * 30_000

LISTINGS: dict[str, tuple[int, Callable[[], Rooms]]] = {
    "a name": (200, lambda: named(firstname="a" * SIZE)),
    "a name of addresses": (200, lambda: named(firstname="a@" * (SIZE // 2))),
    "a name of spaces": (200, lambda: named(lastname=" " * SIZE, username="," * 9)),
    "a name of turns": (200, lambda: named(firstname="\u202e" * (SIZE // 6))),
    "an e-mail": (200, lambda: named(email="a@" * (SIZE // 2))),
    "a customer id": (200, lambda: named(customer_id="0" * SIZE)),
    "a picture's address": (200, lambda: named(image="https://a.example/" + "0" * SIZE)),
    "a message": (200, lambda: said("a" * SIZE)),
    "a message of addresses": (200, lambda: said("http://a@b/" * (SIZE // 11))),
    "a rating": (200, lambda: [chatroom(last_rating={"value": 1, "comment": "<" * SIZE})]),
    "a summary": (200, lambda: [chatroom(last_summary={"summary": " \n" * (SIZE // 3)})]),
    "codes": (200, lambda: [chatroom(last_summary={"anomaly": "9" * SIZE}, source="-" * 99)]),
    "people": (200, lambda: [crowd(11_000, firstname="a" * 199, lastname="a@" * 80)]),
    "many small people": (502, lambda: [crowd(100_000)]),
    "nobodies": (502, lambda: [chatroom(ambassadors=[0] * (SIZE // 3))]),
    "pivots": (502, lambda: [crowd(1, chatroom_pivot_data=[{}] * (SIZE // 4))]),
    "rows": (502, plain_rooms),
    "nested": (502, lambda: [chatroom(ambassadors=json.loads("[" * 900 + "]" * 900))] * 201),
}


@pytest.mark.parametrize(("status", "rooms"), LISTINGS.values(), ids=LISTINGS)
def test_an_inbox(client: Client, api: Upstream, status: int, rooms: Callable[[], Rooms]) -> None:
    api.answer("GET", body=json.dumps(page(*rooms()), ensure_ascii=False).encode())
    assert answers(client, INBOX) == status


CONVERSATIONS: dict[str, tuple[Callable[[], Json], Callable[[], Rooms]]] = {
    "a message": (chatroom, lambda: [message(16, content="a" * SIZE)]),
    "addresses": (chatroom, lambda: [message(16, content="http://a@b/" * (SIZE // 11))]),
    "links": (chatroom, lambda: [message(16, content="http://a@b/ " * (SIZE // 12))]),
    "links everywhere": (
        chatroom,
        lambda: [message(1 + n, content="http://a@b/ " * 2000) for n in range(200)],
    ),
    "hosts": (chatroom, lambda: [message(16, content=f"http://{'é' * 1900}/ " * 1000)]),
    "hosts in capitals": (chatroom, lambda: [message(16, content=f"http://{'ẞ' * 250}/ " * 5000)]),
    "a picture's address": (
        chatroom,
        lambda: [message(16, type_message=1, content="https://[" + "a" * SIZE)],
    ),
    "products": (chatroom, lambda: [message(16, type_message=3, products=MANY_PRODUCTS)]),
    "people": (lambda: crowd(11_000, firstname="a" * 199, customer_id="9" * 100), list),
    "a summary": (lambda: chatroom(last_summary={"summary": "<" * SIZE}), list),
}


@pytest.mark.parametrize(("room", "messages"), CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_conversation(
    client: Client, api: Upstream, room: Callable[[], Json], messages: Callable[[], Rooms]
) -> None:
    api.answer("GET", 403)
    api.conversation(room(), *messages())
    assert answers(client, CONVERSATION, HTTP_HX_REQUEST="true") == 200


def test_a_directory(client: Client, api: Upstream) -> None:
    people = [participant(n + 1, 8, firstname="a" * 9000, lastname="a@" * 6000) for n in range(200)]
    api.answer("GET", body=page(*people))
    assert answers(client, "/brands/3/ambassadors/") == 200


def answers(client: Client, path: str, **headers: str) -> int:
    """The status; fails where its thread works for too long, time and again."""
    found: list[float] = []
    for _ in range(TRIES):
        begun = thread_time()
        response = client.get(path, **headers)  # type: ignore[arg-type]
        found.append(thread_time() - begun)
        if found[-1] <= MOST * plain_seconds():
            return response.status_code
    pytest.fail(f"{path} took {found}, a plain answer {plain_seconds():.2f} s")


# What is shown of them


def test_links_are_sought_at_the_beginning_of_a_text(client: Client, api: Upstream) -> None:
    first, last = "https://a.example/1", "https://b.example/2"
    content = f"{first} {'word ' * (SEARCHED // 5)}{last} end"
    html = shown(client, api, message(16, content=content))
    assert links(html) == [first]
    assert f"{last} end" in words(html)
    assert words(html).count("word") == SEARCHED // 5


@pytest.mark.parametrize("after", range(-3, 3))
def test_half_an_address_is_no_link(client: Client, api: Upstream, after: int) -> None:
    """Cut in the middle, this one would lead to another host."""
    address = "https://good.example.evil.example/"
    content = "w" * (SEARCHED - len("https://good.example") + after - 1) + " " + address
    html = shown(client, api, message(16, content=content))
    assert links(html) == []
    assert address in words(html)


def test_an_address_that_ends_with_its_text_is_one(client: Client, api: Upstream) -> None:
    address = "https://good.example/"
    content = "w" * (SEARCHED - len(address) - 1) + " " + address
    assert links(shown(client, api, message(16, content=content))) == [address]
    assert links(shown(client, api, message(16, content=content + " w"))) == [address]
    assert links(shown(client, api, message(16, content=content + "w"))) == []


def test_so_many_links_and_then_text(client: Client, api: Upstream) -> None:
    content = "http://a.b/ " * (LINKS + 5) + "end"
    html = shown(client, api, message(16, content=content))
    assert links(html) == ["http://a.b/"] * LINKS
    assert ("http://a.b/ " * 5 + "end") in words(html)


def test_an_endless_address_is_text(client: Client, api: Upstream) -> None:
    for address in (f"https://a.example/{'x' * 3000}", f"https://{'é' * 300}.example/"):
        html = shown(client, api, message(16, content=address))
        assert links(html) == []
        assert address in words(html)


def test_of_a_crowd_some_are_listed_and_the_own_side(client: Client, api: Upstream) -> None:
    people = [
        participant(1000 + n, 8, firstname=f"Nr{n}", lastname=None) for n in range(PEOPLE + 5)
    ]
    api.answer("GET", 403)
    api.conversation(chatroom(ambassadors=[*people, lea(8)]))
    told = words(client.get(CONVERSATION, HTTP_HX_REQUEST="true").content.decode())
    assert "stands for Léa" in told
    assert "and 6 more people" in told
    assert f"Nr{PEOPLE - 2} " in told
    assert f"Nr{PEOPLE - 1} " not in told
    assert f"Nr0, Nr1 and {PEOPLE + 3} others" in told


def test_of_very_many_products_the_first_are_named(client: Client, api: Upstream) -> None:
    products = [{"id_product": 1 + n, "name": f"Nr{n}."} for n in range(21)]
    html = shown(client, api, message(16, type_message=3, products=products))
    assert [f"Nr{n}." in words(html) for n in (0, 19, 20)] == [True, True, False]
    assert all_words(html, "p.product")[20:] == ["…"]
    html = shown(client, api, message(16, type_message=3, products=products[:20]))
    assert len(all_words(html, "p.product")) == 20


def shown(client: Client, api: Upstream, said: Json) -> Element:
    """The transcript of a conversation of this message alone."""
    api.answer("GET", 403)
    api.conversation(chatroom(), said)
    html = client.get(CONVERSATION, HTTP_HX_REQUEST="true").content.decode()
    return one(html, "ol.transcript")


def links(transcript: Element) -> list[str]:
    """Where its texts lead to."""
    return attributes(transcript, "a[href^=http]", "href")


def test_no_endless_page_is_remembered(client: Client, api: Upstream) -> None:
    """A process remembers what it made of many small pages: as many large ones would fill it."""
    for ambassador in range(100, 110):
        api.answer("GET", body=json.dumps(page(*said(f"{ambassador} " * (SIZE // 4)))).encode())
        for _ in "12":  # fetched, and from the cache
            assert client.get(f"/brands/3/ambassadors/{ambassador}/").status_code == 200
    gc.collect()
    texts = [one.content for one in gc.get_objects() if type(one) is Message]
    assert sum(len(text or "") > SIZE // 2 for text in texts) <= 1
