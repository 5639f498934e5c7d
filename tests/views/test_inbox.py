"""/brands/<brand>/ambassadors/<ambassador>/"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.conversations import messages
from tests.support.markup import attributes, has, one, words
from tests.support.pages import HTMX, INBOX, button, is_unread, row, rows, text
from tests.support.upstream import Upstream, page


def test_shows_the_rows_as_popsell_pages_them(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX))
    assert len(rows(page)) == 25
    assert "1–25 of 130" in page
    assert "<title>(9) Léa Moreau · Maison Lumière · Ambassador Inbox</title>" in page
    (call,) = api.calls("GET")
    assert call.path == "/api/v2/chat/ambassadors/100/chatrooms"
    assert call.query == "page=1&sort=-last_action_date"
    assert call.headers["Authorization"] == "Bearer sandbox-token"
    assert call.headers["X-Popsell-Brand"] == "3"


def test_second_page_says_which_part_it_is(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, {"page": "2"}))
    assert "26–50 of 130" in page
    assert 'aria-label="Page 2" aria-current="page"' in page
    for link in ("?page=1", "?page=3", "?page=6"):
        assert f'href="{INBOX}{link}"' in page


@pytest.mark.parametrize("nonsense", ["abc", "0", "-3", "", "1.5", "²", "٣"])
def test_nonsense_is_page_one_and_nothing_below_one_is_sent(
    client: Client, api: Upstream, nonsense: str
) -> None:
    assert "1–25 of 130" in text(client.get(INBOX, {"page": nonsense}))
    assert api.calls("GET")[0].query.startswith("page=1&")


def test_beyond_the_end_redirects_to_the_last_page(client: Client, api: Upstream) -> None:
    response: Any = client.get(INBOX, {"page": "99"})
    assert response.status_code == 302
    assert response["Location"] == f"{INBOX}?page=6"
    assert "126–130 of 130" in text(client.get(response["Location"]))


def test_redirects_once_even_where_the_numbers_keep_moving(client: Client, api: Upstream) -> None:
    api.listing(current_page=9, last_page=8, total=100)
    assert client.get(INBOX, {"page": "9"}).status_code == 302
    assert "This page is empty" in text(client.get(INBOX, {"page": "8"}))
    assert client.get(INBOX, {"page": "9"}).status_code == 302


def test_the_page_shown_is_the_envelopes(client: Client, api: Upstream) -> None:
    api.listing(chatroom(), current_page=1, last_page=3)
    page = text(client.get(INBOX, {"page": "2"}))
    assert 'aria-label="Page 1" aria-current="page"' in page
    assert 'name="page" value="1"' in page


def test_a_huge_page_number_is_an_answer_too(client: Client, api: Upstream) -> None:
    assert client.get(INBOX, {"page": "9" * 400}).status_code == 302


def test_an_empty_inbox_is_a_designed_page(client: Client, api: Upstream) -> None:
    page = text(client.get("/brands/3/ambassadors/106/"))
    assert "No conversations yet" in page
    assert rows(page) == []


def test_an_ambassador_never_seen_is_called_by_number(client: Client, api: Upstream) -> None:
    api.listing()
    assert '<h1 id="title"><bdi>Ambassador 100</bdi></h1>' in text(client.get(INBOX))


def test_the_directory_names_an_ambassador_for_an_inbox_that_does_not(
    client: Client, api: Upstream
) -> None:
    client.get("/brands/3/ambassadors/")
    api.listing()
    assert '<h1 id="title"><bdi>Léa Moreau</bdi></h1>' in text(client.get(INBOX))


# Unread


@pytest.mark.parametrize(
    ("last_read", "unread"), [(None, True), (15, True), (16, False), (99, False)]
)
def test_unread_is_a_last_message_after_the_pointer(
    client: Client, api: Upstream, last_read: int | None, unread: bool
) -> None:
    api.listing(chatroom(last_read=last_read))
    page = text(client.get(INBOX))
    assert is_unread(row(page, 8)) is unread
    assert f'<dd id="unread">{int(unread)}</dd>' in page
    assert (button(row(page, 8)) is not None) is unread


def test_own_words_are_never_unread(client: Client, api: Upstream) -> None:
    api.listing(chatroom(last_message=message(16, lea(8), content="See you on Saturday")))
    html = row(text(client.get(INBOX)), 8)
    assert not is_unread(html)
    assert "Léa: See you on Saturday" in words(html)


def test_without_pivot_unread_is_not_known_and_the_act_is_offered(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom(ambassadors=[lea(8, chatroom_pivot_data=[]), participant(555, 8)]))
    html = row(text(client.get(INBOX)), 8)
    assert not is_unread(html)
    assert button(html) is not None


def test_a_room_without_messages_has_nothing_to_mark(client: Client, api: Upstream) -> None:
    api.listing(chatroom(last_message=None, last_message_date=None))
    html = row(text(client.get(INBOX)), 8)
    assert not is_unread(html)
    assert button(html) is None
    assert "No message yet" in html


# Guest accounts


def guest_room(own: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    return chatroom(9, ambassadors=[own, participant(555, 9), *others])


def with_lea(*rooms: dict[str, Any]) -> list[dict[str, Any]]:
    """A listing where Popsell names Léa as well."""
    return [chatroom(8, last_read=16), *rooms]


@pytest.mark.parametrize(
    "account",
    [
        {"customer_id": "C-100", "email": "other@example.com"},
        {"email": "LEA@Example.com"},
        {"email": "other@example.com", "email_tmp": " Lea@example.COM"},
    ],
    ids=["customer id", "e-mail in another case", "temporary e-mail"],
)
def test_a_guest_account_stands_for_the_ambassador(
    client: Client, api: Upstream, account: dict[str, Any]
) -> None:
    api.listing(*with_lea(guest_room(participant(777, 9, 3, status=8, **account))))
    html = row(text(client.get(INBOX)), 9)
    assert "via guest account 777" in html
    assert is_unread(html)
    assert "Mark read for Léa: Sofia Duarte" in html


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_empty_customer_ids_and_addresses_match_nobody(
    client: Client, api: Upstream, empty: str | None
) -> None:
    nobody: dict[str, Any] = {"customer_id": empty, "email": empty, "email_tmp": empty}
    own = lea(8, 16, **nobody)
    api.listing(
        chatroom(8, ambassadors=[own, participant(555, 8)]),
        guest_room(participant(777, 9, **nobody), participant(778, 9, **nobody)),
    )
    html = row(text(client.get(INBOX)), 9)
    assert "Nobody here matches Léa" in words(html)
    assert button(html) is None


def test_two_matches_are_said_and_offer_no_act(client: Client, api: Upstream) -> None:
    twins = [participant(id_, 9, customer_id="C-100") for id_ in (777, 778)]
    api.listing(*with_lea(guest_room(*twins)))
    html = row(text(client.get(INBOX)), 9)
    assert "Several people here could be Léa" in words(html)
    assert button(html) is None


def test_the_same_id_wins_over_a_shared_customer_id(client: Client, api: Upstream) -> None:
    api.listing(chatroom(8, ambassadors=[lea(8), participant(555, 8, customer_id="C-100")]))
    html = row(text(client.get(INBOX)), 8)
    assert button(html) is not None
    assert "via guest account" not in html


def test_the_pivot_is_the_row_of_this_room_and_person(client: Client, api: Upstream) -> None:
    right = {"id_chatroom": 8, "id_ambassador": 100, "last_read_message": 16, "archived": True}
    wrong = {"id_chatroom": 7, "id_ambassador": 100, "last_read_message": 1}
    api.listing(
        chatroom(ambassadors=[lea(8, chatroom_pivot_data=[wrong, right]), participant(555, 8)])
    )
    html = row(text(client.get(INBOX)), 8)
    assert not is_unread(html)
    assert "Archived" in html


def test_own_words_under_the_guest_account_are_the_ambassadors(
    client: Client, api: Upstream
) -> None:
    own = participant(777, 9, 3, customer_id="C-100", firstname="Guest")
    api.listing(
        *with_lea(
            chatroom(9, ambassadors=[own, participant(555, 9)], last_message=message(20, own))
        )
    )
    html = row(text(client.get(INBOX)), 9)
    assert not is_unread(html)
    assert "Léa: Hello!" in words(html)


# What a row says


def shown(client: Client, api: Upstream, **changes: Any) -> str:
    api.listing(chatroom(**changes))
    return row(text(client.get(INBOX)), 8)


def counterpart(**changes: Any) -> dict[str, Any]:
    return {"ambassadors": [lea(8), participant(555, 8, **changes)]}


@pytest.mark.parametrize(
    ("type_message", "content", "said"),
    [
        (0, "He asked me to pay him directly", "He asked me to pay him directly"),
        (0, None, "Empty message"),
        (1, "photo.jpg", "Picture"),
        (2, "never answered", "Rating: never answered"),
        (3, "Night cream 50 ml", "Product: Night cream 50 ml"),
        (4, None, "Connection"),
        (5, None, "Request"),
        (6, None, "Unavailable"),
        (7, "film.mp4", "Video"),
        (8, "Your order", "E-mail: Your order"),
        (9, None, "Missed"),
        (42, "?", "Message of type 42: ?"),
    ],
)
def test_the_last_message_is_named_for_what_it_is(
    client: Client, api: Upstream, type_message: int, content: str | None, said: str
) -> None:
    html = shown(client, api, last_message=message(16, type_message=type_message, content=content))
    line = one(html, "p.row-said")
    assert words(line) == said
    assert has(line, "svg") is (type_message != 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (counterpart(online=True), "Sofia Duarte client online"),
        (counterpart(status=8), "anonymous visitor"),
        (counterpart(status=8, firstname=None, lastname=None), "Visitor 555 anonymous visitor"),
        (counterpart(status=6), "expert"),
        (counterpart(status=11), "role 11"),
        (counterpart(anonymized=True), "Anonymized account"),
        (counterpart(active=-1), "Account blocked"),
        (counterpart(active=-4), "Account state -4"),
        ({"last_rating": {"value": 1, "comment": "never answered"}}, "Rating 1 of 5"),
        ({"last_rating": {"value": 0, "comment": None}}, "Rating 0 of 5"),
        ({"last_rating": {"value": 1, "comment": "never answered"}}, "never answered"),
        ({"last_summary": {"anomaly": 3}}, "Anomaly 3"),
        ({"last_summary": {"anomaly": 0}}, "Anomaly 0"),
        ({"last_summary": {"summary": "Asked about cream"}}, "Summary: Asked about cream"),
        ({"type_chatroom": 7}, "One to many · 2 people"),
    ],
)
def test_a_row_says(client: Client, api: Upstream, changes: dict[str, Any], said: str) -> None:
    assert said in words(shown(client, api, **changes))


@pytest.mark.parametrize(
    "absent", ["Anomaly", "Topic", "Moderation", "Rating", "Blocked", "Archived"]
)
def test_null_is_no_chip(client: Client, api: Upstream, absent: str) -> None:
    html = shown(client, api, last_message=message(16, status_moderation=None))
    assert absent not in words(html)


def test_blocked_and_archived_are_the_own_sides(client: Client, api: Upstream) -> None:
    pivot = {"id_chatroom": 8, "id_ambassador": 100, "is_blocked": True, "archived": True}
    html = shown(
        client, api, ambassadors=[lea(8, chatroom_pivot_data=[pivot]), participant(555, 8)]
    )
    assert "Blocked" in html
    assert "Archived" in html


def test_an_anonymized_person_stays_so_everywhere(client: Client, api: Upstream) -> None:
    html = shown(client, api, **counterpart(anonymized=True, username="sofia.d"))
    assert "Sofia" not in html
    assert "sofia.d" not in html


def test_a_room_of_many_names_two(client: Client, api: Upstream) -> None:
    people = [participant(600 + n, 8, firstname=f"P{n}", lastname=None) for n in range(5)]
    html = shown(client, api, ambassadors=[lea(8), *people], type_chatroom=7)
    assert "P0, P1 and 3 others" in html


def test_pictures_come_from_allowed_hosts_only(client: Client, api: Upstream) -> None:
    good = "https://images.popsell.example/a.jpg"
    assert f'<img src="{good}"' in shown(client, api, **counterpart(image=good))
    for bad in (
        "https://evil.example/a.jpg",
        "http://images.popsell.example/a.jpg",
        "javascript:1",
        "https://images.popsell.example@evil.example/a.jpg",
        "https://[",
    ):
        assert "<img" not in shown(client, api, **counterpart(image=bad))


def test_times_are_shown_in_the_brands_zone(client: Client, api: Upstream) -> None:
    html = shown(client, api, last_message_date="2024-07-01 22:30:00.000")
    assert datetime(2024, 7, 1, 22, 30, tzinfo=UTC).isoformat() in html
    assert "2 Jul 2024, 00:30 (Europe/Paris)" in html


def test_what_people_wrote_is_text(client: Client, api: Upstream) -> None:
    evil = "<script>alert(1)</script>\"'{{ settings.SECRET_KEY }}{% now %}"
    room = chatroom(
        ambassadors=[lea(8), participant(555, 8, firstname=evil, username=evil)],
        last_message=message(16, person(555, firstname=evil), content=evil),
        last_rating={"value": 3, "comment": evil},
        last_summary={"summary": evil, "anomaly": evil, "topic": evil, "date_insert": evil},
        source=evil,
        type_discussion=evil,
    )
    api.listing(room)
    page = text(client.get(INBOX))
    assert "<script>alert" not in page
    assert "a-key-for-the-tests" not in page
    assert page.count("{{ settings.SECRET_KEY }}") >= 4


def test_one_unreadable_chatroom_costs_one_row(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    api.listing({}, {"id_chatroom": "x", "last_message": "Hello!"}, 5, None, chatroom())
    for _ in range(2):
        page = text(client.get(INBOX))
        assert page.count("This conversation could not be read") == 4
        assert rows(page) == [8]
    logged = [line for line in caplog.messages if "can't be read" in line]
    assert sorted(line.split(": ")[1] for line in logged) == [
        "NoneType",
        "int",
        "object of 0",
        "object of 2",
    ]


def test_half_a_surrogate_pair_does_not_break_the_page(client: Client, api: Upstream) -> None:
    api.answer(
        "GET",
        body=b'{"data":[{"id_chatroom":8,"last_message":{"id_message":1,"content":"\\ud83d"}}]}',
    )
    assert client.get(INBOX).status_code == 200


# Lists that drift


def twice(item: Any, *others: Any) -> dict[str, Any]:
    """A page as Popsell's joins and PHP's filters may make it: one item again, numbers for keys."""
    listed = {str(2 * place): one for place, one in enumerate([item, *others, item])}
    return {**page(), "data": listed, "total": len(listed), "to": len(listed), "last_page": 1}


def test_a_conversation_that_is_twice_on_a_page_is_one_row(client: Client, api: Upstream) -> None:
    api.listing()
    api.answer("GET", body=twice(chatroom(9), chatroom(8)), path="/chat/ambassadors")
    shown = text(client.get(INBOX))
    assert rows(shown) == [9, 8]
    assert shown.count('form="several" name="chatroom"') == 2
    assert "Mark all 2 on this page read" in shown
    assert "1–2 of 2" in shown
    assert "<title>(2) Léa Moreau" in shown
    asked = text(client.get(f"{INBOX}read/", {"all": "1", "page": "1"}))
    assert "Mark 2 conversations read for <bdi>Léa</bdi>?" in asked


def test_an_ambassador_who_is_twice_on_a_page_is_one_line(client: Client, api: Upstream) -> None:
    api.listing()
    api.answer("GET", body=twice(person(100), person(101)), path="/chat/ambassadors")
    shown = text(client.get("/brands/3/ambassadors/"))
    assert attributes(shown, ".person", "data-item") == ["100", "101"]
    assert "1–2 of 2" in shown


def test_a_message_that_is_twice_on_a_page_is_there_once(client: Client, api: Upstream) -> None:
    api.conversation(chatroom(8))
    path = "/chat/chatrooms/8/messages"
    api.answer("GET", body=twice(message(16), message(15)), path=path)
    shown = text(client.get(f"{INBOX}chatrooms/8/", headers=HTMX))
    assert messages(shown) == [15, 16]
