"""…/chatrooms/<chatroom>/messages/<message>/ : a link to a message stays valid"""

from random import Random

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.chatrooms import locating
from inbox.models import Act, Activity
from inbox.sandbox.transcripts import transcript
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import message as shown_message
from tests.support.conversations import messages, say
from tests.support.markup import attributes, has, words
from tests.support.pages import HTMX, INBOX, rows, text
from tests.support.upstream import Upstream

LONG = f"{INBOX}chatrooms/30670/"
PAGE = f"{INBOX}chatrooms/8/"
NEWEST = 316460
FEW = 10  # calls: the chatroom, its list, its newest page, and halves of eighty


def ids(api: Upstream) -> list[int]:
    """All messages of the long conversation, oldest first."""
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    return [one.id for one in transcript(room, 1)]


def link(id_: int, path: str = LONG) -> str:
    return f"{path}messages/{id_}/"


def chosen(html: str) -> list[int]:
    """The messages that stand out."""
    found = attributes(html, ".message[aria-current=true]", "id")
    return [int(id_.removeprefix("message-")) for id_ in found]


def sent(api: Upstream) -> int:
    """How many pages of messages Popsell was asked for."""
    return sum(one.path.endswith("/messages") for one in api.sent)


def newer(html: str) -> str:
    """Where newer messages are, empty where there are none."""
    return "".join(attributes(html, "#newer a", "href"))


# Where it leads


@pytest.mark.parametrize("back", [0, 1, 24, 25, 26, 999, 1234, 1974, 1975, 1998, 1999])
@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "whole"])
def test_a_link_opens_the_page_of_its_message_with_few_calls(
    client: Client, api: Upstream, back: int, htmx: bool
) -> None:
    wanted = ids(api)[-1 - back]
    response = client.get(link(wanted), headers=HTMX if htmx else {})
    assert response.status_code == 200
    html = text(response)
    assert wanted in messages(html)
    assert chosen(html) == [wanted]
    assert len(messages(html)) == 25
    assert sent(api) <= 8
    assert len(api.sent) <= FEW
    assert ("<html" in html) is not htmx


def test_a_link_still_holds_when_pages_have_moved(client: Client, api: Upstream) -> None:
    wanted = ids(api)[-20]
    html = text(client.get(LONG))
    (address,) = attributes(html, f"#message-{wanted} .message-by a", "href")
    assert address == link(wanted)
    for number in range(30):
        say(api, 30670, f"More {number}")
    assert wanted not in messages(text(client.get(LONG)))
    assert chosen(text(client.get(address))) == [wanted]


def test_each_time_is_a_link_that_stays_beside_its_list(client: Client, api: Upstream) -> None:
    html = text(client.get(LONG, {"page": "2", "sort": "last_action_date"}))
    for number in messages(html):
        query = "?page=2&amp;sort=last_action_date"
        assert f'href="{link(number)}{query}"' in shown_message(html, number)
    page_two = text(client.get(link(NEWEST), {"page": "2"}))
    assert f'href="{INBOX}?page=2#open-30670"' in page_two
    assert rows(page_two) == rows(text(client.get(INBOX, {"page": "2"})))


def test_htmx_is_told_the_address_that_holds(client: Client, api: Upstream) -> None:
    response = client.get(link(NEWEST), {"page": "2"}, headers=HTMX)
    assert response["HX-Push-Url"] == f"{link(NEWEST)}?page=2"


def test_the_newest_page_asks_for_news_and_offers_a_review(client: Client, api: Upstream) -> None:
    html = text(client.get(link(NEWEST)))
    assert attributes(html, "#conversation [data-poll]", "data-poll") == [LONG]
    assert 'id="review-button"' in html
    further_up = text(client.get(link(ids(api)[3])))
    assert not has(further_up, "#conversation [data-poll]")
    assert 'id="review-button"' not in further_up


def test_who_follows_a_link_leaves_a_viewing(client: Client, api: Upstream) -> None:
    client.get(link(NEWEST))
    assert [one.act for one in Activity.objects.all()] == [Act.VIEW]
    assert {one.method for one in api.sent} == {"GET"}


def test_what_a_browser_fetches_ahead_is_not_given(client: Client, api: Upstream) -> None:
    response = client.get(link(NEWEST), headers={"Sec-Purpose": "prefetch"})
    assert response.status_code == 503
    assert not Activity.objects.exists()
    assert api.sent == []


# What is not there


@pytest.mark.parametrize("id_", [1, NEWEST + 1, 2**63 - 1])
def test_a_message_that_is_not_there_is_said_beside_the_newest(
    client: Client, api: Upstream, id_: int
) -> None:
    response = client.get(link(id_))
    assert response.status_code == 404
    html = text(response)
    assert f"Message {id_} is not in this conversation." in words(html)
    assert messages(html)[-1] == NEWEST
    assert chosen(html) == []
    assert "data-opens-again" not in html


def test_a_gap_between_messages_is_no_message(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    api.conversation(chatroom(), message(16), message(12))
    response = client.get(link(14, PAGE))
    assert response.status_code == 404
    assert "Message 14 is not in this conversation." in words(text(response))


def test_within_the_page_it_is_an_answer_like_any(client: Client, api: Upstream) -> None:
    response = client.get(link(1), headers=HTMX)
    assert response.status_code == 200
    assert "Message 1 is not in this conversation." in words(text(response))
    assert response["HX-Push-Url"] == link(1)


@pytest.mark.parametrize("path", ["0", "x", str(2**63), "-1", "1.0"])
def test_what_is_no_number_of_a_message_is_no_address(client: Client, path: str) -> None:
    assert client.get(f"{LONG}messages/{path}/").status_code == 404


def test_a_message_of_another_conversation_is_not_found(client: Client, api: Upstream) -> None:
    theirs = rows(text(client.get("/brands/3/ambassadors/101/")))[0]
    response = client.get(link(NEWEST, f"{INBOX}chatrooms/{theirs}/"))
    assert response.status_code == 404
    assert "message-" not in text(response)


def test_an_empty_conversation_holds_no_message(client: Client, api: Upstream) -> None:
    api.listing(chatroom(last_message=None))
    api.conversation(chatroom(last_message=None))
    response = client.get(link(5, PAGE))
    assert response.status_code == 404
    assert "Message 5 is not in this conversation." in words(text(response))


# Where Popsell fails


@pytest.mark.parametrize("status", [429, 500, 403])
def test_a_failure_on_the_way_is_no_absence(client: Client, api: Upstream, status: int) -> None:
    client.get(LONG)
    api.answer("GET", status, {"message": "No"}, path="/chat/chatrooms/30670/messages")
    response = client.get(link(ids(api)[3]))
    assert response.status_code == 200
    html = text(response)
    assert "is not in this conversation" not in html
    assert "Retry" in words(html)


def test_a_failure_further_up_says_so_beside_the_newest(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 60
    wanted = ids(api)[3]
    client.get(LONG)
    api.answer("GET", 500, path="/chat/chatrooms/30670/messages")
    html = text(client.get(link(wanted)))
    assert f"Message {wanted} could not be looked for everywhere just now." in words(html)
    assert messages(html)[-1] == NEWEST
    assert f'href="{link(wanted)}" data-opens-again' in html
    api.recover()
    assert chosen(text(client.get(link(wanted)))) == [wanted]


def test_in_an_outage_what_was_kept_still_opens(client: Client, api: Upstream) -> None:
    client.get(LONG)
    api.answer("GET", 500)
    assert chosen(text(client.get(link(NEWEST - 3)))) == [NEWEST - 3]
    unknown = client.get(link(NEWEST + 1))
    assert unknown.status_code == 200
    assert "could not be looked for everywhere" in words(text(unknown))


def test_who_called_up_too_much_is_told_so(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = 5
    assert client.get(link(ids(api)[3])).status_code == 429


def test_no_more_than_half_of_the_time_is_spent(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locating, "SHARE", -1)
    html = text(client.get(link(ids(api)[3])))
    assert sent(api) == 1
    assert "could not be looked for everywhere" in words(html)


# Where the order is not as asked for


@pytest.mark.parametrize("back", [0, 30, 1000, 1999])
def test_where_the_sort_is_ignored_a_message_is_found_all_the_same(
    client: Client, api: Upstream, back: int
) -> None:
    wanted = ids(api)[-1 - back]
    api.ignore_sort("messages")
    assert chosen(text(client.get(link(wanted), headers=HTMX))) == [wanted]


@pytest.mark.parametrize("seed", range(4))
def test_a_message_is_found_in_whatever_order_ids_are(
    client: Client, api: Upstream, seed: int
) -> None:
    numbers = Random(seed).sample(range(1, 60), 30)  # noqa: S311 - an order, no secret
    dated = [f"2026-11-20T09:{59 - minute}:00Z" for minute in range(30)]
    said = zip(numbers, dated, strict=True)
    api.listing(chatroom())
    api.conversation(chatroom())
    api.said([message(one, date_insert=when) for one, when in said], per_page=3)
    for wanted in numbers[::7]:
        assert chosen(text(client.get(link(wanted, PAGE), headers=HTMX))) == [wanted]
    absent = client.get(link(99, PAGE), headers=HTMX)
    assert "Message 99 is not in this conversation." in words(text(absent))
