"""…/chatrooms/<chatroom>/case-file/ : a whole conversation on one page, to be printed or saved"""

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.chatrooms import walking
from inbox.models import Membership, Note, Review
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.conversations import days, is_own, messages
from tests.support.markup import attributes, has, one, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.trail import viewings
from tests.support.upstream import Upstream
from tests.support.walks import by_itself, going_on, trigger

TALK = f"{INBOX}chatrooms/8/"
PAGE = f"{TALK}case-file/"
BEGAN = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.fixture
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has time for one page."""
    monkeypatch.setattr(walking, "monotonic", lambda: math.inf)


def nth(number: int, author: Json | None = None, **changes: Any) -> Json:
    """The message of this number; ten of them a day."""
    moment = BEGAN + timedelta(days=number // 10, minutes=number)
    return message(number, author, date_insert=moment.isoformat(), **changes)


def talk(api: Upstream, count: int, *, authors: Callable[[int], Json | None] | None = None) -> Any:
    """The conversation 8 with so many messages."""
    wrote = authors or (lambda _: None)
    api.conversation(chatroom())
    return api.said([nth(number, wrote(number)) for number in range(count, 0, -1)])


def told(page: str) -> str:
    """What the page says of how much is there."""
    return words(one(page, "section#case"))


def go_on(client: Client, page: str, *, htmx: bool = True) -> str:
    return text(client.get(PAGE, going_on(page), headers=HTMX if htmx else {}))


def to_the_end(client: Client) -> Iterator[str]:
    page = text(client.get(PAGE))
    yield page
    while by_itself(page):
        page = go_on(client, page)
        yield page


def gone(part: str) -> list[str]:
    """What of the page a part takes away or puts other words into."""
    selector = "[hx-swap-oob^='innerHTML:'], [hx-swap-oob^='delete:']"
    return attributes(part, selector, "hx-swap-oob")


# What is on it


def test_a_short_conversation_is_whole_at_once(client: Client, api: Upstream) -> None:
    talk(api, 12)
    page = text(client.get(PAGE))
    assert messages(page) == list(range(1, 13))
    assert days(page) == ["Thursday 1 January 2026", "Friday 2 January 2026"]
    assert told(page).startswith("Complete : 12 messages, read on ")
    assert "data-prints" in page
    assert not has(one(page, "article"), "form")


def test_it_says_who_made_it_and_when(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(api, 1)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 26, 13, 5, tzinfo=UTC))
    said = words(text(client.get(PAGE)))
    assert "Maison Lumière Conversation 8 Case file, made by Nadia Benali on" in said
    assert "26 Nov 2026, 14:05 (Europe/Paris)" in said


def test_it_has_the_people_the_summary_the_rating_the_reviews_and_all_notes(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    summary = {"date_insert": None, "summary": "Asks for a gift.", "anomaly": 3, "topic": None}
    rated = {"value": 2, "comment": "Too slow"}
    api.conversation(chatroom(last_summary=summary, last_rating=rated), nth(1))
    about: dict[str, Any] = {"brand": moderator.brand, "chatroom": 8, "member": moderator}
    name = {"member_name": "Nadia Benali"}
    Review.objects.create(**about, **name, message=1)
    Review.objects.create(**about, **name, message=1, undone=timezone.now())
    for number in range(60):
        Note.objects.create(**about, **name, text=f"Note number {number}.")
    Note.objects.create(**about, **name, text="Taken back", taken_back=timezone.now())
    said = words(text(client.get(PAGE)))
    for what in (
        "Sofia Duarte",
        "Léa Moreau",
        "Asks for a gift.",
        "Anomaly 3",
        "2 of 5",
        "Too slow",
    ):
        assert what in said
    assert said.count("Reviewed by Nadia Benali on") == 1
    assert [int(n) for n in re.findall(r"Note number (\d+)\.", said)] == list(range(60))
    assert "Taken back" not in said


def test_what_identifies_people_stays_masked(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    talk(api, 1)
    page = text(client.get(PAGE))
    assert "person555@example.com" not in page
    assert "p…@" in page
    assert "p…@" not in text(client_of(viewer).get(PAGE))


def test_the_own_side_is_told_from_the_others(client: Client, api: Upstream) -> None:
    talk(api, 2, authors=lambda number: lea(8) if number == 2 else None)
    page = text(client.get(PAGE))
    assert [is_own(page, number) for number in (1, 2)] == [False, True]


def test_an_open_conversation_leads_there_and_back(client: Client, api: Upstream) -> None:
    talk(api, 1)
    api.answer("GET", body={"data": [chatroom()], "last_page": 2}, path="/chat/ambassadors")
    page = text(client.get(TALK, {"archived": "0"}, headers=HTMX))
    assert f'href="{PAGE}?archived=0"' in page
    assert f'href="{TALK}?archived=0"' in text(client.get(PAGE, {"archived": "0"}))


def test_what_is_hostile_stays_text(client: Client, api: Upstream) -> None:
    evil = "<script>alert(1)</script>"
    summary = {"date_insert": None, "summary": evil, "anomaly": None, "topic": None}
    api.conversation(chatroom(last_summary=summary), nth(1, content=evil))
    assert "<script>alert" not in text(client.get(PAGE))


# Part by part


@pytest.mark.usefixtures("page_by_page")
def test_further_parts_come_by_themselves_and_stand_above(client: Client, api: Upstream) -> None:
    talk(api, 60)
    first, second, third = to_the_end(client)
    assert messages(third) + messages(second) + messages(first) == list(range(1, 61))
    assert told(first).startswith("Incomplete: the newest 1 of 3 pages , 25 messages, read on ")
    assert "Continue (1 of 3 pages)" in told(first)
    assert "data-prints" not in first + second
    assert 'hx-target="#case-said"' in first
    assert 'hx-swap="afterbegin"' in first
    assert told(third).startswith("Complete : 60 messages, read on ")
    assert "What moved meanwhile may be missing." in told(third)
    assert "data-prints" in third
    assert "The whole conversation is here." in third


@pytest.mark.usefixtures("page_by_page")
def test_a_day_has_one_heading(client: Client, api: Upstream) -> None:
    """Where a part ends in the day that the one below begins with, that one's heading goes."""
    talk(api, 60)
    first, second, third = to_the_end(client)
    assert days(first)[0] == days(second)[-1].strip()
    assert 'id="day-1"' in first
    assert attributes(second, "li[hx-swap-oob=delete]", "id") == ["day-1"]
    assert attributes(third, "li[hx-swap-oob=delete]", "id") == ["day-2"]


@pytest.mark.usefixtures("page_by_page")
def test_a_day_that_begins_with_a_part_keeps_its_heading(client: Client, api: Upstream) -> None:
    talk(api, 34)
    first, second = to_the_end(client)
    assert messages(first)[0] == 10
    assert 'hx-swap-oob="delete"' not in second


@pytest.mark.usefixtures("page_by_page")
def test_without_scripts_it_goes_on_in_pieces_which_say_so(client: Client, api: Upstream) -> None:
    talk(api, 60)
    page = text(client.get(PAGE))
    second = go_on(client, page, htmx=False)
    assert messages(second) == list(range(11, 36))
    assert "Incomplete: pages 2 to 2 of 3" in told(second)
    third = go_on(client, second, htmx=False)
    assert messages(third) == list(range(1, 11))
    assert "Incomplete: pages 3 to 3 of 3" in told(third)
    assert "data-prints" not in third
    assert "<html" in third


@pytest.mark.usefixtures("page_by_page")
def test_a_piece_that_goes_on_by_itself_never_passes_for_the_whole(
    client: Client, api: Upstream
) -> None:
    talk(api, 60)
    piece = go_on(client, text(client.get(PAGE)), htmx=False)
    last = go_on(client, piece)
    assert "Incomplete: pages 2 to 3 of 3" in told(last)
    assert "Complete" not in told(last)


@pytest.mark.usefixtures("page_by_page")
def test_a_failure_stops_it_with_its_reason_and_the_way_on(client: Client, api: Upstream) -> None:
    pages = talk(api, 60)
    pages.broken.add(2)
    first, failed = to_the_end(client)
    assert "Popsell gave an answer we can't use." in told(failed)
    assert "Incomplete: the newest 1 of 3 pages , 25 messages" in told(failed)
    assert "Continue (1 of 3 pages)" in told(failed)
    assert going_on(failed) == going_on(first)
    pages.broken.clear()
    assert messages(go_on(client, failed)) == list(range(11, 36))


def test_messages_that_popsell_does_not_give_are_told(client: Client, api: Upstream) -> None:
    api.forbid("messages")
    page = text(client.get(f"{INBOX}chatrooms/30615/case-file/?page=2"))
    assert "Not allowed for this brand." in told(page)
    assert "Incomplete" in told(page)


def test_calls_that_are_used_up_are_waited_for(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = 8
    talk(api, 400)
    page = text(client.get(PAGE))
    assert re.search(r"Goes on in \d+ s", told(page))
    assert re.fullmatch(r"load delay:\d+s, submit", trigger(page))


def test_what_could_not_be_read_is_counted(client: Client, api: Upstream) -> None:
    api.conversation(chatroom(), nth(3), None, nth(1))
    page = text(client.get(PAGE))
    assert "A message that could not be read" in words(page)
    assert "2 messages" in told(page)
    assert "1 could not be read." in told(page)


def test_an_empty_conversation_says_so(client: Client, api: Upstream) -> None:
    talk(api, 0)
    page = text(client.get(PAGE))
    assert "No message yet" in words(page)
    assert told(page).startswith("Complete : 0 messages")


@pytest.mark.parametrize(
    "query",
    [
        f"at=9{'9' * 40}&of=-1&below=%D9%A3&from=x&said=y&since=9{'9' * 17}&day=<b>&top=z&hidden=,",
        "at=0&from=0&since=-1&day=2026-99-99&hidden=" + ",".join(["555"] * 999),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "page"])
def test_an_address_may_hold_anything(
    client: Client, api: Upstream, query: str, headers: dict[str, str]
) -> None:
    talk(api, 30)
    response = client.get(f"{PAGE}?{query}", headers=headers)
    assert response.status_code == 200
    assert "<b>" not in text(response)


# Who is anonymized


def sofia(*, hidden: bool) -> Json:
    return person(555, firstname="Ysolde", lastname="Quennec", username="yso", anonymized=hidden)


def room_of(anonymized: Any = False) -> Json:
    return chatroom(ambassadors=[lea(8), participant(555, 8, **sofia(hidden=anonymized))])


@pytest.mark.usefixtures("page_by_page")
def test_who_is_hidden_by_a_later_part_is_hidden_in_what_stands(
    client: Client, api: Upstream
) -> None:
    api.conversation(room_of())
    api.said([nth(number, sofia(hidden=number < 20)) for number in range(60, 0, -1)])
    first, second, third = to_the_end(client)
    assert "Ysolde" in first
    assert 'data-author="555"' in first
    assert 'data-about="555"' in first
    for part in (second, third):
        assert "Ysolde" not in part
    assert gone(second) == ["innerHTML:[data-author='555']", "delete:[data-about='555']"]
    assert ">Anonymized account</span>" in second
    assert gone(third) == []  # they went before


@pytest.mark.usefixtures("page_by_page")
def test_who_was_hidden_in_a_part_stays_so_in_those_that_follow(
    client: Client, api: Upstream
) -> None:
    api.conversation(chatroom())
    other = {"firstname": "Ysolde", "lastname": "Quennec"}
    api.said([nth(n, person(777, anonymized=n > 40, **other)) for n in range(60, 0, -1)])
    for part in to_the_end(client):
        assert "Ysolde" not in part
    piece = go_on(client, text(client.get(PAGE)), htmx=False)
    assert "Ysolde" not in piece


def test_who_is_anonymized_has_no_name_anywhere(client: Client, api: Upstream) -> None:
    api.conversation(room_of(anonymized=True), nth(1, sofia(hidden=False)))
    page = text(client.get(PAGE))
    assert not [word for word in ("Ysolde", "Quennec", "@yso", "p…@") if word in page]


# Who sees it


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "page"])
def test_who_opens_it_is_recorded(
    client: Client, moderator: Membership, api: Upstream, headers: dict[str, str]
) -> None:
    talk(api, 3)
    client.head(PAGE)
    assert not viewings().exists()
    assert client.get(PAGE, headers=headers).status_code == 200
    seen = viewings().get()
    assert (seen.member, seen.ambassador, seen.chatroom) == (moderator, 100, 8)


def test_a_browser_that_fetches_ahead_gets_nothing(client: Client, api: Upstream) -> None:
    response = client.get(PAGE, headers={"Sec-Purpose": "prefetch"})
    assert (response.status_code, response.content) == (503, b"")
    assert not viewings().exists()
    assert api.sent == []


def test_what_is_another_ambassadors_is_not_there(client: Client, api: Upstream) -> None:
    assert client.get(f"{INBOX}chatrooms/999999/case-file/").status_code == 404
    assert not viewings().exists()
