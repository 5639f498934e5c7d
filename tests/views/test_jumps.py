"""…/chatrooms/<chatroom>/messages/?on=…, ?at=beginning, ?at=unread, and on to newer messages"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.sandbox.records import Message
from inbox.sandbox.transcripts import transcript
from tests.support.chatrooms import Json, chatroom, message
from tests.support.conversations import lines, messages, older, say
from tests.support.markup import form, link, one, words
from tests.support.pages import HTMX, INBOX, rows, text
from tests.support.upstream import Upstream
from tests.views.test_message_links import chosen, newer, sent

LONG = f"{INBOX}chatrooms/30670/"
PAGE = f"{INBOX}chatrooms/8/"
PARIS = ZoneInfo("Europe/Paris")  # where the brand is


def jump(client: Client, path: str = LONG, **to: str) -> str:
    response = client.get(f"{path}messages/", to)
    assert response.status_code == 200
    return text(response)


def long(api: Upstream) -> list[Message]:
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    return transcript(room, 1)


def told(api: Upstream, *said: Json, last_read: int | None = None, per_page: int = 2) -> None:
    """Conversation 8 holds these messages, newest first."""
    room = chatroom(last_read=last_read, last_message=said[0])
    api.listing(room)
    api.conversation(room)
    api.said(list(said), per_page=per_page)


def on(id_: int, day: int, time: str = "10:00") -> Json:
    return message(id_, date_insert=f"2024-03-{day:02}T{time}:00.000000Z")


# To a day


@pytest.mark.parametrize("back", [0, 40, 700, 1999])
def test_a_day_in_2000_messages_takes_few_calls(client: Client, api: Upstream, back: int) -> None:
    wanted = long(api)[-1 - back]
    day = wanted.date.astimezone(PARIS).date()
    first = next(one for one in long(api) if one.date.astimezone(PARIS).date() == day)
    html = jump(client, on=day.isoformat())
    assert chosen(html) == [first.id]
    assert sent(api) <= 8
    assert "No message on" not in html


def test_a_day_begins_in_the_brands_zone(client: Client, api: Upstream) -> None:
    told(api, on(16, 6, "09:00"), on(15, 5, "23:30"), on(14, 5, "22:30"), on(13, 5, "09:00"))
    assert chosen(jump(client, PAGE, on="2024-03-06")) == [15]  # past midnight in Paris


def test_a_day_without_messages_is_said_and_the_next_shown(client: Client, api: Upstream) -> None:
    told(api, on(18, 12), on(17, 9), on(16, 9), on(15, 5), on(14, 5), on(13, 1))
    html = jump(client, PAGE, on="2024-03-06")
    assert chosen(html) == [16]
    assert "No message on 6 Mar 2024: the next ones are of 9 Mar 2024." in words(html)
    before = jump(client, PAGE, on="2023-01-01")
    assert chosen(before) == [13]


def test_after_the_end_the_newest_are_shown(client: Client, api: Upstream) -> None:
    told(api, on(18, 12), on(17, 9), on(16, 9))
    html = jump(client, PAGE, on="2024-03-13")
    assert messages(html) == [17, 18]
    assert chosen(html) == []
    assert "No message on 13 Mar 2024 or later: these are the newest." in words(html)


def test_where_dates_have_no_order_pages_are_read_one_by_one(client: Client, api: Upstream) -> None:
    dates = (on(18, 12), on(17, 9), on(16, 10), on(15, 11), on(14, 2), on(13, 3))
    told(api, *dates, per_page=6)
    assert chosen(jump(client, PAGE, on="2024-03-09"))


def test_where_the_sort_is_ignored_a_day_is_found_all_the_same(
    client: Client, api: Upstream
) -> None:
    wanted = long(api)[400]
    day = wanted.date.astimezone(PARIS).date()
    first = next(one for one in long(api) if one.date.astimezone(PARIS).date() == day)
    api.ignore_sort("messages")
    assert chosen(jump(client, on=day.isoformat())) == [first.id]


@pytest.mark.parametrize("to", [{}, {"on": ""}, {"on": "x"}, {"on": "0001-01-01"}, {"at": "x"}])
def test_what_names_no_place_leads_to_the_newest(
    client: Client, api: Upstream, to: dict[str, str]
) -> None:
    response = client.get(f"{LONG}messages/", {**to, "page": "2"})
    assert response.status_code == 302
    assert response["Location"] == f"{LONG}?page=2"
    assert api.sent == []


# To the beginning, and to what is unread


def test_the_beginning_takes_three_calls(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    api.sent.clear()
    html = jump(client, at="beginning")
    assert chosen(html) == [long(api)[0].id]
    assert older(html) == ""
    assert sent(api) == 2


def test_the_first_unread_is_where_the_pointer_is(client: Client, api: Upstream) -> None:
    said = [on(30 - n, 20 - n) for n in range(15)]
    told(api, *said, last_read=20)
    html = jump(client, PAGE, at="unread")
    assert chosen(html) == [21]
    assert [below for said, below in lines(html) if said.startswith("Unread by")] == [21]
    assert f'href="{PAGE}messages/?at=unread"' in text(client.get(PAGE))


def test_what_nobody_ever_read_is_unread_from_the_beginning(client: Client, api: Upstream) -> None:
    told(api, *[on(30 - n, 20 - n) for n in range(15)])
    assert chosen(jump(client, PAGE, at="unread")) == [16]


def test_where_all_is_read_that_jump_is_not_offered(client: Client, api: Upstream) -> None:
    told(api, on(16, 9), on(15, 8), last_read=16)
    assert "at=unread" not in text(client.get(PAGE))
    html = jump(client, PAGE, at="unread")
    assert "Nothing here is unread." in words(html)
    assert messages(html)[-1] == 16


# Where it fails, and what is beside


@pytest.mark.parametrize("to", [{"on": "2024-01-01"}, {"at": "beginning"}])
def test_a_failure_on_the_way_is_said_with_a_way_to_retry(
    client: Client, api: Upstream, to: dict[str, str], settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 60
    client.get(LONG)
    api.answer("GET", 500, path="/chat/chatrooms/30670/messages")
    html = jump(client, **to)
    assert "The place could not be looked for just now." in words(html)
    assert messages(html)[-1] == long(api)[-1].id
    assert "data-opens-again" in html


def test_the_form_and_the_links_stay_beside_their_list(client: Client, api: Upstream) -> None:
    html = text(client.get(LONG, {"page": "2", "sort": "last_action_date"}))
    jumps = one(html, "#jumps")
    to_a_day = form(jumps, "form:has([type=date])")
    assert to_a_day.fields == {"page": "2", "sort": "last_action_date", "on": ""}
    beginning = "?page=2&sort=last_action_date&at=beginning"
    assert link(jumps, "The beginning") == f"{LONG}messages/{beginning}"
    page = jump(client, at="beginning", page="2")
    assert rows(page) == rows(text(client.get(INBOX, {"page": "2"})))


def test_htmx_is_told_the_address_of_the_message(client: Client, api: Upstream) -> None:
    response = client.get(f"{LONG}messages/", {"at": "beginning"}, headers=HTMX)
    assert response["HX-Push-Url"] == f"{LONG}messages/{long(api)[0].id}/"


# On to newer messages


def test_from_the_beginning_all_can_be_read_downwards(client: Client, api: Upstream) -> None:
    """While new messages arrive, so that pages move: nothing is left out."""
    said = [
        message(
            1000 - n,
            date_insert=(datetime(2024, 3, 1, tzinfo=UTC) - timedelta(hours=n)).isoformat(),
        )
        for n in range(40)
    ]
    told(api, *said, per_page=4)
    html = jump(client, PAGE, at="beginning")
    seen, pages = messages(html), 0
    while newer(html):
        if pages % 3 == 1 and pages < 10:
            assert api.talk
            new = max(one["id_message"] for one in api.talk.rooms) + 1
            late = datetime(2024, 4, 1, tzinfo=UTC) + timedelta(hours=pages)
            api.talk.rooms[:0] = [
                message(new + more, date_insert=(late + timedelta(minutes=more)).isoformat())
                for more in (5, 4, 3, 2, 1, 0)
            ]
        html = text(client.get(newer(html), headers={**HTMX, "HX-Target": "newer"}))
        assert "conversation-head" not in html
        assert older(html) == ""
        seen += messages(html)
        pages += 1
    assert api.talk
    assert list(dict.fromkeys(seen)) == sorted(one["id_message"] for one in api.talk.rooms)


def test_what_is_below_can_not_be_read_is_a_failure_and_no_end(
    client: Client, api: Upstream
) -> None:
    address = newer(jump(client, at="beginning"))
    api.answer("GET", 500, path="/chat/chatrooms/30670/messages")
    answer = client.get(address, headers={**HTMX, "HX-Target": "newer"})
    assert answer.status_code >= 400
    assert "data-again" in text(answer)


@pytest.mark.parametrize("of", ["x", "-1", "1", "9" * 30])
def test_a_count_may_be_anything(client: Client, api: Upstream, of: str) -> None:
    assert client.get(LONG, {"messages": "3", "of": of}).status_code == 200


def test_beyond_the_oldest_newer_ones_begin_with_the_oldest_page(
    client: Client, api: Upstream
) -> None:
    html = text(client.get(LONG, {"messages": "999"}))
    assert "messages=80" in newer(html)
    say(api, 30670, "One more")
    assert messages(text(client.get(newer(html))))
