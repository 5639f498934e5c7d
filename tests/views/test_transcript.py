"""What was said, at …/chatrooms/<chatroom>/ : in order, of all kinds, and what it costs"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from inbox.models import CodeKind, CodeName, Membership, Note, Review
from tests.conftest import ClientOf
from tests.popsell.values import ANY_JSON, damaged
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.conversations import days, is_own, links, messages, said, say
from tests.support.conversations import message as shown_message
from tests.support.hostile import HOSTILE
from tests.support.markup import one, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.trail import acts
from tests.support.transcripts import LONG, MANY, PAGE, asked, opened, reviewed, told
from tests.support.upstream import Upstream, page

EVIL = "<script>alert(1)</script>"


# In order


def test_the_newest_message_is_at_the_bottom(client: Client, api: Upstream) -> None:
    html = opened(client, LONG)
    shown = messages(html)
    assert len(shown) == 25
    assert shown == sorted(shown)
    assert shown[-1] == 316460
    assert "sort=-date_insert" in api.sent[-1].query


def test_days_are_headings_in_the_brands_zone(client: Client, api: Upstream) -> None:
    html = told(
        client,
        api,
        message(16, date_insert="2024-03-05T23:30:00.000000Z"),  # past midnight in Paris
        message(15, date_insert="2024-03-05T22:30:00.000000Z"),
        message(14, date_insert="2024-03-05T09:00:00.000000Z"),
    )
    assert days(html) == ["Tuesday 5 March 2024", "Wednesday 6 March 2024"]
    assert ">23:30</a>" in shown_message(html, 15)
    assert ">00:30</a>" in shown_message(html, 16)


def test_the_last_two_days_have_names(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    html = told(
        client,
        api,
        message(16, date_insert="2026-11-20T09:00:00.000000Z"),
        message(15, date_insert="2026-11-19T09:00:00.000000Z"),
        message(14, date_insert="2026-11-18T09:00:00.000000Z"),
    )
    assert days(html) == ["Wednesday 18 November", "Yesterday", "Today"]


def test_a_message_without_a_date_stays_in_its_day(client: Client, api: Upstream) -> None:
    html = told(
        client,
        api,
        message(17, date_insert="2024-03-05T11:00:00.000000Z"),
        message(16, date_insert=None),
        message(15, date_insert="2024-03-05T09:00:00.000000Z"),
    )
    assert days(html) == ["Tuesday 5 March 2024"]
    assert ">–</a>" in shown_message(html, 16)


def test_a_message_that_cannot_be_read_costs_itself_alone(client: Client, api: Upstream) -> None:
    day = "2024-03-05T09:00:00.000000Z"
    html = told(client, api, message(17, date_insert=day), None, [], message(14, date_insert=day))
    assert html.count("A message that could not be read") == 2
    assert days(html) == ["Tuesday 5 March 2024"]
    assert messages(html) == [14, 17]


def test_the_own_side_is_told_from_the_others(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16, lea(8)), message(15))
    assert is_own(html, 16)
    assert not is_own(html, 15)


def test_what_the_guest_account_wrote_is_of_the_own_side(client: Client, api: Upstream) -> None:
    guest = participant(777, 8, customer_id="C-100", status=8)
    api.listing(chatroom(9), chatroom(ambassadors=[guest, participant(555, 8)]))
    room = chatroom(ambassadors=[guest, participant(555, 8)])
    api.conversation(room, message(16, person(777)), message(15, person(100)), message(14))
    html = text(client.get(PAGE))
    assert [is_own(html, id_) for id_ in (14, 15, 16)] == [False, True, True]


# All kinds


def kind(client: Client, api: Upstream, code: int | None, content: str | None, **more: Any) -> str:
    html = told(client, api, message(16, type_message=code, content=content, **more))
    return said(html, 16)


@pytest.mark.parametrize(
    ("code", "content", "shown"),
    [
        (0, "Good morning", "Good morning"),
        (1, "IMG_1.jpg", "Picture IMG_1.jpg"),
        (2, "Great advice", "Rating Great advice"),
        (3, "Night cream", "Product Night cream"),
        (4, None, "Connection"),
        (5, "Call me", "Request Call me"),
        (6, "Back on Monday", "Unavailable Back on Monday"),
        (7, "film.mp4", "Video film.mp4"),
        (8, "Dear all", "E-mail Dear all"),
        (9, "", "Missed"),
        (42, "What is this", "Message of type 42 What is this"),
        (None, "Untyped", "Message Untyped"),
        (0, "", "Empty message"),
        (0, None, "Empty message"),
    ],
)
def test_each_kind_is_said(
    client: Client, api: Upstream, code: int | None, content: str | None, shown: str
) -> None:
    html = kind(client, api, code, content)
    assert words(html) == shown
    assert "<img" not in html


def test_a_rating_is_stars(client: Client, api: Upstream) -> None:
    html = kind(client, api, 2, "Great advice", rating={"value": 4, "content": "Great advice"})
    assert "4 of 5" in words(html)
    assert words(html).count("Great advice") == 1
    other = kind(client, api, 2, "So helpful", rating={"value": 5, "content": None})
    assert "5 of 5 So helpful" in " ".join(one(other, ".message-words").text().split())


def test_a_product_is_named_and_its_page_linked(client: Client, api: Upstream) -> None:
    products = [
        {"id_product": 1, "name": "Night cream", "url": "https://shop.example/night"},
        {"id_product": 2, "sku": "SKU-2", "url": "javascript:alert(1)"},
    ]
    html = kind(client, api, 3, None, products=products)
    assert "Night cream" in words(html)
    assert "SKU-2" in words(html)
    assert links(html) == ["https://shop.example/night"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_video_is_a_link(client: Client, api: Upstream, scheme: str) -> None:
    address = f"{scheme}://images.popsell.example/chat/IMG_1.mp4"
    html = kind(client, api, 7, address)
    assert links(html) == [address]
    assert "<img" not in html
    assert "<video" not in html


def test_a_picture_from_an_allowed_host_is_a_thumbnail(client: Client, api: Upstream) -> None:
    address = "https://images.popsell.example/chat/IMG_1.jpg"
    html = kind(client, api, 1, address)
    assert f'<img class="message-picture" src="{address}" alt="Picture"' in html
    assert f'<a href="{address}" target="_blank" rel="noopener nofollow' in html


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://evil.example/IMG_1.jpg", True),
        ("http://images.popsell.example/IMG_1.jpg", True),  # not over TLS
        ("https://images.popsell.example.evil.example/IMG_1.jpg", True),
        ("https://images.popsell.example@evil.example/IMG_1.jpg", True),
        ("https://images.popsell.example:8443/IMG_1.jpg", True),
        ("//images.popsell.example/IMG_1.jpg", False),
        ("data:image/svg+xml,<svg onload=alert(1)>", False),
        ("javascript:alert(1)", False),
        ("https://[images.popsell.example/", False),
    ],
)
def test_a_picture_from_elsewhere_is_never_loaded(
    client: Client, api: Upstream, address: str, linked: bool
) -> None:
    html = kind(client, api, 1, address)
    assert "<img" not in html
    assert bool(links(html)) is linked


def test_each_message_shows_its_moderation_status_by_name(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    CodeName.objects.create(
        brand=moderator.brand,
        kind=CodeKind.MODERATION,
        code="3",
        name="Withheld",
        first_seen="2024-01-01",
        last_seen="2024-01-01",
    )
    said = [
        message(16, status_moderation=3),
        message(15, status_moderation=1),
        message(14, status_moderation=None),
    ]
    html = told(client, api, *said)
    assert "Withheld" in words(shown_message(html, 16))
    assert "Moderation" not in words(shown_message(html, 15))
    assert "Moderation" not in words(shown_message(html, 14))
    assert "Moderation Withheld (3), 1" in words(html)


def test_a_message_without_id_author_or_date_is_shown(client: Client, api: Upstream) -> None:
    bare = {"id_message": None, "author": None, "date_insert": None, "content": "Out of nowhere"}
    html = told(client, api, {**message(16), **bare}, message(15))
    assert "Out of nowhere" in html
    assert messages(html) == [15]


def test_a_conversation_without_messages_says_so(client: Client, api: Upstream) -> None:
    assert "No message yet" in told(client, api)


def test_a_message_of_20000_characters_is_whole(client: Client, api: Upstream) -> None:
    long = "mot " * 4999 + "fin."
    assert long in told(client, api, message(16, content=long))


@pytest.mark.parametrize("words_", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_keep_their_own_direction(client: Client, api: Upstream, words_: str) -> None:
    html = shown_message(told(client, api, message(16, content=words_)), 16)
    assert '<div class="message-words" dir="auto">' in html
    assert words_.strip() in html


def test_what_people_wrote_is_text(client: Client, api: Upstream, moderator: Membership) -> None:
    moderator.user.name = EVIL
    moderator.user.save()
    who = {"brand": moderator.brand, "chatroom": 8, "member": moderator, "member_name": EVIL}
    Review.objects.create(message=15, **who)
    Note.objects.create(text=f'"{EVIL}', **who)
    who = participant(555, 8, firstname=EVIL, lastname=EVIL, username=EVIL)
    product = {"id_product": 1, "name": EVIL, "sku": EVIL, "url": f"https://a.example/{EVIL}"}
    said = message(16, who, content=EVIL, type_message=3, products=[product])
    html = told(client, api, said, message(15), ambassadors=[lea(8, firstname=EVIL), who])
    assert EVIL not in html
    assert "&lt;script&gt;" in html


@MANY
@given(said=st.lists(damaged(message(16)) | ANY_JSON, max_size=3))
def test_no_message_is_our_fault(client: Client, api: Upstream, said: list[object]) -> None:
    cache.clear()
    api.conversation(chatroom(), *said)
    html = opened(client)
    assert "<script" not in html
    assert all(link.startswith(("http://", "https://")) for link in links(html))


@MANY
@given(room=damaged({**chatroom(), "last_message": None}), envelope=damaged(page(message(16))))
def test_no_answer_is_our_fault(
    client: Client, api: Upstream, room: object, envelope: object
) -> None:
    cache.clear()
    api.answer("GET", body=page(), path="/chat/ambassadors")
    api.answer("GET", body=room, path="/chat/chatrooms/8")
    api.answer("GET", body=envelope, path="/chat/chatrooms/8/messages")
    response = client.get(PAGE, headers=HTMX)
    assert response.status_code in {200, 404, 502}


# What it costs


def test_an_inbox_is_one_call_and_a_conversation_two(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    client.get(INBOX)
    assert asked(api) == ["ambassadors/100/chatrooms"]
    api.sent.clear()
    opened(client, LONG)
    assert asked(api) == ["chatrooms/30670", "chatrooms/30670/messages"]
    opened(client, LONG)
    assert len(asked(api)) == 2


def test_the_list_beside_is_one_call_more_when_it_is_not_fresh(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    client.get(LONG)
    assert len(asked(api)) == 3
    client.get(LONG)
    assert len(asked(api)) == 3


def test_an_older_page_is_read_anew_since_new_messages_move_it(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    second = messages(opened(client, LONG, messages="2"))
    for number in range(3):
        say(api, 30670, f"More {number}")
    newest = messages(opened(client, LONG))
    assert min(newest) > max(second) + 1
    assert max(messages(opened(client, LONG, messages="2"))) == min(newest) - 1


@pytest.mark.parametrize(("path", "most"), [(INBOX, 3), (LONG, 8)])
@pytest.mark.parametrize("htmx", [True, False])
def test_an_inbox_is_three_queries_and_what_the_team_does_in_a_conversation_five_more(
    client: Client,
    api: Upstream,
    moderator: Membership,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
    most: int,
    htmx: bool,
) -> None:
    reviewed(moderator, 316450, 30670)
    whose = {"brand": moderator.brand, "chatroom": 30670, "member": moderator}
    for number in range(30):
        Note.objects.create(text=f"Note {number}", member_name="Nadia Benali", **whose)
    headers = HTMX if htmx else {}
    for _first in "ab":  # which note the codes that they see, and read their names
        client.get(path, headers=headers)
    with django_assert_max_num_queries(most):
        client.get(path, headers=headers)


def test_opening_writes_nothing_but_that_it_was_seen(client: Client, api: Upstream) -> None:
    opened(client, LONG)
    client.get(LONG)
    client.get(LONG, {"messages": "2"})
    assert {one.method for one in api.sent} == {"GET"}
    assert not acts().exists()
    assert not Review.objects.exists()


# Who may


def test_a_stranger_learns_nothing_of_it(
    client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    for headers in (HTMX, {}):
        assert client_of(neighbour).get(LONG, headers=headers).status_code == 404
    assert api.sent == []


def test_who_is_anonymized_in_what_comes_loses_the_name_in_what_stands(
    client: Client, api: Upstream
) -> None:
    said = [message(n, person(555, anonymized=n < 20), content="Oui") for n in range(60, 0, -1)]
    api.listing(chatroom())
    api.conversation(chatroom())
    api.said(said)
    shown = text(client.get(f"{INBOX}chatrooms/8/"))
    assert 'data-author="555">Sofia' in shown
    older = text(client.get(f"{INBOX}chatrooms/8/", {"messages": "3"}, headers=HTMX))
    assert "Sofia" not in older
    assert "innerHTML:[data-author='555']" in older
    whole = text(client.get(f"{INBOX}chatrooms/8/", {"messages": "3"}))
    assert 'hx-swap-oob="innerHTML:[data-author' not in whole


def test_a_viewer_reads_and_finds_no_form(
    client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    html = opened(client_of(viewer), LONG)
    assert len(messages(html)) == 25
    assert 'method="post"' not in html


def test_in_french_days_and_lines_are_french(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    moderator.user.language = "fr"
    moderator.user.save()
    html = told(client, api, message(16, date_insert="2024-03-05T09:00:00.000000Z"), last_read=3)
    assert days(html) == ["Mardi 5 mars 2024"]
