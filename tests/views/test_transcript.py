"""What was said, at …/chatrooms/<chatroom>/?messages=N : the newest messages, and older ones above"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from inbox.caches import tolerant
from inbox.models import CodeKind, CodeName, Membership, Note, Review
from inbox.popsell import identities
from inbox.popsell.resources import Ambassador
from inbox.popsell.values import clean
from inbox.sandbox.transcripts import transcript
from inbox.text.spelling import has_visible
from tests.conftest import ClientOf
from tests.popsell.values import ANY_JSON, ANY_TEXT, damaged
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.conversations import (
    days,
    form,
    is_own,
    lines,
    links,
    messages,
    older,
    said,
    say,
    send,
)
from tests.support.conversations import message as shown_message
from tests.support.hostile import HOSTILE
from tests.support.markup import attribute, every, has, one, words
from tests.support.pages import HTMX, INBOX, is_unread, row, rows, text
from tests.support.trail import acts
from tests.support.upstream import Upstream, page

PAGE = f"{INBOX}chatrooms/8/"
LONG = f"{INBOX}chatrooms/30670/"
MANY = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
EVIL = "<script>alert(1)</script>"


def opened(client: Client, path: str = PAGE, **query: str) -> str:
    """The conversation alone, as htmx puts it beside its list."""
    response = client.get(path, query, headers=HTMX)
    assert response.status_code == 200
    return text(response)


def told(client: Client, api: Upstream, *said: object, **room: Any) -> str:
    """The conversation 8 with these messages, newest first."""
    api.conversation(chatroom(**room), *said)
    return opened(client)


def asked(api: Upstream) -> list[str]:
    """What Popsell was asked, as paths below its address."""
    return [one.path.removeprefix("/api/v2/chat/") for one in api.sent]


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


# Links


def linked(client: Client, api: Upstream, content: str) -> str:
    return said(told(client, api, message(16, content=content)), 16)


def test_a_link_is_its_text_with_its_real_host(client: Client, api: Upstream) -> None:
    html = linked(client, api, "See https://shop.example/a?b=c&d=e#f.")
    assert 'href="https://shop.example/a?b=c&amp;d=e#f"' in html
    assert 'rel="noopener nofollow' in html
    assert ">https://shop.example/a?b=c&amp;d=e#f</a>" in html
    assert "(shop.example)</small>." in html


@pytest.mark.parametrize(
    ("content", "href", "host"),
    [
        ("https://shop.example@evil.example/x", "https://evil.example/x", "evil.example"),
        ("https://shop.example:pw@evil.example", "https://evil.example", "evil.example"),
        # A browser takes a backslash for a slash: what follows is no host.
        ("https://evil.example\\@shop.example/", "https://evil.example", "evil.example"),
        # A Cyrillic letter in place of a Latin one.
        ("https://\u0430pple.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example"),
        ("https://shop\u3002example/", "https://shop.example/", "shop.example"),
        # By UTS 46, as browsers do, and not by the rules of 2003 that Python has.
        ("https://faß.de/", "https://xn--fa-hia.de/", "xn--fa-hia.de"),
        ("https://FASS.de/", "https://fass.de/", "fass.de"),
        ("https://XN--FA-HIA.de/", "https://xn--fa-hia.de/", "xn--fa-hia.de"),
        # A sigma is the same at the end of a word.
        ("https://ΣΑΣ.example/", "https://xn--mxa9ab.example/", "xn--mxa9ab.example"),
        ("https://my_shop.example/", "https://my_shop.example/", "my_shop.example"),
        ("https://shop.example./a", "https://shop.example./a", "shop.example."),
        ("https://127.0.0.1:8000/", "https://127.0.0.1:8000/", "127.0.0.1"),
        ("https://\uff11\uff12\uff17.0.0.1/", "https://127.0.0.1/", "127.0.0.1"),
        ("https://shop.example:/a", "https://shop.example/a", "shop.example"),
        ("https://shop.example:0/a", "https://shop.example:0/a", "shop.example"),
        ("https://shop.example?a", "https://shop.example?a", "shop.example"),
        ("https://shop.example#@b", "https://shop.example#@b", "shop.example"),
        ("HTTPS://SHOP.example:8443/x", "https://shop.example:8443/x", "shop.example"),
        # Marks that turn the direction of writing end an address.
        ("https://shop.example/\u202egpj.live", "https://shop.example/", "shop.example"),
        ("https://shop.example/\u061cx", "https://shop.example/", "shop.example"),
        ("https://shop.example\u200f.evil.example/", "https://shop.example", "shop.example"),
        ("(https://shop.example/a).", "https://shop.example/a", "shop.example"),
        ("« https://shop.example/a ».", "https://shop.example/a", "shop.example"),
        ("https://shop.example/a?!", "https://shop.example/a", "shop.example"),
        ('"https://shop.example/a",', "https://shop.example/a", "shop.example"),
        ("<https://shop.example/a>", "https://shop.example/a", "shop.example"),
    ],
)
def test_a_link_leads_where_it_says(
    client: Client, api: Upstream, content: str, href: str, host: str
) -> None:
    html = linked(client, api, content)
    assert links(html) == [href]
    assert f"({host})</small>" in html


@pytest.mark.parametrize(
    "content",
    [
        "javascript:alert(1)",
        "data:text/html,<b>x</b>",
        "ftp://shop.example/a",
        "//shop.example/a",
        "shop.example",
        "https://",
        "https://...",
        "https://[::1",
        "https://shop%2eexample/",
        "https://shop.example:99999999/",
        "https://a\x00b.example/",
        f"https://{'a' * 64}.example/",
        "https://①②.℀example/",
        # Browsers read other numbers than four as an address as well, or refuse them.
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://010.0.0.1/",
        "https://256.1.1.1/",
        "https://shop.1/",
        "https://[::1]/",
        "https://xn--a.example/",
        "https://xn--ass.de/",
        "https://1a.\u05e0\u05d5\u05d7/",  # left to right beside right to left: browsers refuse it
        "https://☕.example/",
    ],
)
def test_what_is_no_safe_address_is_text(client: Client, api: Upstream, content: str) -> None:
    assert links(linked(client, api, content)) == []


@MANY
@given(
    content=st.lists(
        ANY_TEXT | st.sampled_from(["https://", "http://a.example", "@", "\\", "\u202e", "/", ":"])
    ).map("".join)
)
def test_any_text_is_shown_whole_and_links_are_web_addresses(
    client: Client, api: Upstream, content: str
) -> None:
    cache.clear()
    html = linked(client, api, content)
    assert all(link.startswith(("http://", "https://")) for link in links(html))
    (written,) = every(html, ".message-words")
    assert {inner.tag for inner in every(written, "*")} <= {"a", "small", "i"}
    if has_visible(content):
        for host in written.css("small"):
            assert host.prev
            assert host.prev.text() == " "
            host.prev.decompose()
            host.decompose()
        # As browsers read it: one kind of line end, and no zero characters.
        as_shown = clean(content).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        assert written.text().strip("\n ") == as_shown.strip("\n ")
    else:
        assert "<i>Empty message</i>" in html


# Where something new begins


def test_a_line_stands_where_the_pointer_does(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15), message(14), last_read=14)
    assert lines(html) == [("Unread by Léa", 15)]
    assert has(html, "[data-opens] + #message-15")


def test_no_line_where_all_is_read(client: Client, api: Upstream) -> None:
    assert lines(told(client, api, message(16), message(15), last_read=16)) == []


def test_no_line_after_the_ambassadors_own_last_word(client: Client, api: Upstream) -> None:
    assert lines(told(client, api, message(16, lea(8)), message(15), last_read=14)) == []


def test_what_nobody_ever_read_is_unread_from_the_first(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15), last_read=None)
    assert lines(html) == [("Unread by Léa", 15)]


def test_the_unread_line_is_on_the_older_page_that_the_pointer_is_on(
    client: Client, api: Upstream
) -> None:
    said = [message(100 - n) for n in range(25)]
    api.conversation(
        chatroom(last_read=80), *said, current_page=2, last_page=3, per_page=25, total=75
    )
    html = opened(client, messages="2")
    assert lines(html) == [("Unread by Léa", 81)]


def test_a_review_is_a_line_too_and_counts_what_came_since(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 14)
    html = told(client, api, message(16), message(15), message(14), last_read=16)
    assert lines(html) == [("New since Nadia Benali's review: 2", 15)]


def test_a_review_up_to_an_older_page_counts_at_least(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 14)
    said = [message(100 - n) for n in range(25)]
    api.conversation(chatroom(last_read=100), *said, last_page=4, per_page=25, total=100)
    assert lines(opened(client)) == [("New since Nadia Benali's review: 25+", 76)]


def test_a_review_on_an_older_page_counts_the_newer_ones_too(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    reviewed(moderator, 316424)
    newest = messages(opened(client, LONG))
    beyond = messages(opened(client, LONG, messages="2"))
    review = Review.objects.get()
    review.chatroom, review.message = 30670, beyond[-4]
    review.save()
    assert lines(opened(client, LONG)) == [("New since Nadia Benali's review: 25+", newest[0])]
    html = opened(client, LONG, messages="2")
    assert lines(html) == [("New since Nadia Benali's review: 28", beyond[-3])]


def reviewed(member: Membership, upto: int, room: int = 8) -> Review:
    return Review.objects.create(
        brand=member.brand,
        chatroom=room,
        message=upto,
        member=member,
        member_name=str(member.user),
    )


# Older messages


def test_the_whole_of_2000_messages_can_be_paged_through(client: Client, api: Upstream) -> None:
    """While new messages arrive, so that pages move: nothing is left out."""
    seen: list[int] = []
    html, pages = opened(client, LONG), 0
    while True:
        seen = messages(html) + seen
        pages += 1
        if not older(html):
            break
        if pages % 20 == 0:
            say(api, 30670, f"One more thing {pages}")
        html = opened(client, older(html))
    assert pages == 81
    assert len(set(seen)) == 2000
    assert list(dict.fromkeys(sorted(seen))) == sorted(set(seen))


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_older_messages_that_can_not_be_read_are_a_failure_and_no_end_of_the_talk(
    client: Client, api: Upstream, status: int
) -> None:
    address = older(opened(client, LONG))
    cache.clear()
    api.answer("GET", status, {"message": "No"}, path="/chat/chatrooms/30670/messages")
    answer = client.get(address, headers=HTMX)
    assert answer.status_code >= 400
    assert "data-again" in text(answer)


def test_older_messages_come_as_a_piece_for_above(client: Client, api: Upstream) -> None:
    html = opened(client, older(opened(client, LONG)))
    assert len(messages(html)) == 25
    assert older(html).endswith("?messages=3")
    assert "conversation-head" not in html


def test_the_list_that_is_beside_stays_while_older_messages_are_read(
    client: Client, api: Upstream
) -> None:
    address = older(text(client.get(LONG, {"page": "2"})))
    assert address == f"{LONG}?page=2&messages=2"
    page = text(client.get(address))
    assert f'href="{INBOX}?page=2#chatroom-30670"' in page


def test_without_scripts_there_are_ways_to_older_and_newest(client: Client, api: Upstream) -> None:
    newest = text(client.get(LONG))
    page = text(client.get(older(newest)))
    assert max(messages(page)) < min(messages(newest))
    assert older(page) == f"{LONG}?messages=3"
    assert f'href="{LONG}">' in page
    assert "Newest messages" in page
    assert "Newest messages" not in newest


def test_beyond_the_oldest_there_is_a_way_back(client: Client, api: Upstream) -> None:
    page = text(client.get(LONG, {"messages": "999"}))
    assert messages(page) == []
    assert older(page) == ""
    assert "Newest messages" in page


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1e9", "٢", "9" * 40])
def test_a_number_of_no_page_is_no_fault(client: Client, api: Upstream, number: str) -> None:
    assert client.get(LONG, {"messages": number}).status_code == 200


def test_an_older_page_offers_no_review_of_what_it_does_not_show(
    client: Client, api: Upstream
) -> None:
    assert 'id="review-button"' in text(client.get(LONG))
    older_page = text(client.get(LONG, {"messages": "2"}))
    assert 'id="review-button"' not in older_page
    assert 'id="note-button"' in older_page


def test_where_pages_are_ignored_older_messages_are_the_same_and_no_page_in_a_page(
    client: Client, api: Upstream
) -> None:
    said = [message(16), message(15)]
    api.conversation(chatroom(), *said, current_page=1, last_page=3)
    html = opened(client, messages="2")
    assert "conversation-head" not in html


# Where the order is not as asked for


def test_where_the_sort_is_ignored_the_newest_are_read_all_the_same(
    client: Client, api: Upstream
) -> None:
    newest = messages(opened(client, LONG))
    second = messages(opened(client, LONG, messages="2"))
    api.sent.clear()
    api.ignore_sort("messages")
    html = opened(client, LONG)
    assert messages(html) == newest
    assert len(asked(api)) == 3
    assert older(html).endswith("?messages=2")
    assert messages(opened(client, LONG, messages="2")) == second
    oldest = opened(client, LONG, messages="80")
    assert older(oldest) == ""
    assert len(messages(oldest)) == 25


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("count", [1, 2, 25, 26, 27, 51])
def test_every_message_is_on_one_page_whatever_the_order(
    client: Client, api: Upstream, ignored: bool, count: int
) -> None:
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    all_of_them = [one.id for one in transcript(room, 1)]
    cut(api, count)
    if ignored:
        api.ignore_sort("messages")
    seen: list[int] = []
    html = opened(client, LONG)
    for _ in range(4):
        seen = messages(html) + seen
        if not older(html):
            break
        html = opened(client, older(html))
    assert seen == all_of_them[-count:]


def cut(api: Upstream, count: int) -> None:
    """Leave the newest messages of the long conversation only."""
    api.changed = True
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    room.earlier = transcript(room, 1)[:-1][-count + 1 :] if count > 1 else []


# What is new while one looks


def poll(client: Client, mark: str, path: str = PAGE) -> Any:
    """What the open conversation asks every ten seconds."""
    return client.get(path, headers={**HTMX, "Inbox-Mark": mark, "Inbox-Shown": "none"})


def mark_of(html: str) -> str:
    return attribute(one(html, "#conversation-news"), "data-mark")


def test_nothing_new_is_no_answer(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16))
    response = poll(client, mark_of(html))
    assert response.status_code == 204
    assert response["Inbox-Read-At"]


def test_who_came_online_is_nothing_new(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15, lea(8)))
    later = "2026-11-22T10:00:00+00:00"
    who = person(555, online=True, last_action_date=later)
    own = lea(8, online=False, last_action_date=later)
    api.conversation(chatroom(), message(16, who), message(15, own))
    assert poll(client, mark_of(html)).status_code == 204


@pytest.mark.parametrize(
    "changes",
    [{"content": "Otherwise"}, {"status_moderation": 2}, {"type_message": 1}, {"id_message": 17}],
)
def test_another_word_or_status_is_news(
    client: Client, api: Upstream, changes: dict[str, Any]
) -> None:
    html = told(client, api, message(16), message(15))
    api.conversation(chatroom(), {**message(16), **changes}, message(15))
    response = poll(client, mark_of(html))
    assert "Something new here" in text(response)
    assert "message-16" not in text(response)


def test_a_change_further_up_is_news(client: Client, api: Upstream) -> None:
    html = told(client, api, message(16), message(15))
    api.conversation(chatroom(), message(16), message(15, status_moderation=3))
    assert "Something new here" in text(poll(client, mark_of(html)))


def test_an_older_page_asks_for_no_news(client: Client, api: Upstream) -> None:
    assert "data-poll" in opened(client, LONG)
    page = text(client.get(LONG, {"messages": "2"}))
    assert 'id="conversation-news" class="news" role="status"></div>' in page


def test_what_is_new_is_never_a_conversation_in_a_conversation(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom())
    html = opened(client)
    assert poll(client, mark_of(html)).status_code == 204
    api.listing(chatroom(last_message=message(17)))
    assert "Something new here" in text(poll(client, mark_of(html)))
    assert "conversation-head" not in text(poll(client, ""))


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


@pytest.mark.parametrize(("path", "most"), [(INBOX, 8), (LONG, 11)])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_page_is_eight_queries_at_most_and_a_viewing_notes_and_a_draft_are_three_more(
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
    client.get(path, headers=headers)  # with the codes seen for the first time
    with django_assert_max_num_queries(most):
        client.get(path, headers=headers)


def test_opening_writes_nothing_but_that_it_was_seen(client: Client, api: Upstream) -> None:
    opened(client, LONG)
    client.get(LONG)
    client.get(LONG, {"messages": "2"})
    assert {one.method for one in api.sent} == {"GET"}
    assert not acts().exists()
    assert not Review.objects.exists()


# Which chatroom, and what is missing of it


def test_a_conversation_opens_wherever_its_row_is(client: Client, api: Upstream) -> None:
    """In a new tab, without the page on which its row is."""
    number = rows(text(client.get(INBOX, {"page": "4"})))[3]
    html = text(client.get(f"{INBOX}chatrooms/{number}/"))
    assert number not in rows(html)
    assert messages(html)
    assert form(html, "review-conversation")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_conversation_of_other_people_is_not_found(
    client: Client, api: Upstream, htmx: bool
) -> None:
    theirs = rows(text(client.get("/brands/3/ambassadors/101/")))[0]
    path = f"{INBOX}chatrooms/{theirs}/"
    response = client.get(path, headers=HTMX if htmx else {})
    assert response.status_code == 404


def test_an_answer_about_another_chatroom_is_not_found(client: Client, api: Upstream) -> None:
    api.listing()
    api.answer("GET", body=chatroom(9), path="/chat/chatrooms/8")
    assert client.get(PAGE, headers=HTMX).status_code == 404


def test_a_row_whose_own_side_is_not_known_opens_beside_the_list_too(
    client: Client, api: Upstream
) -> None:
    room = chatroom(ambassadors=[participant(555, 8), participant(556, 8)])
    api.listing(room)
    api.conversation(room, message(16))
    assert client.get(PAGE).status_code == 200
    html = opened(client)
    assert messages(html) == [16]
    assert form(html, "archive-conversation") is None
    assert form(html, "review-conversation")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_conversation_of_a_guest_account_opens(client: Client, api: Upstream, htmx: bool) -> None:
    room = chatroom(ambassadors=[participant(777, 8, customer_id="C-100"), participant(555, 8)])
    api.listing(room, chatroom(9))
    api.conversation(room, message(16))
    response = client.get(PAGE, headers=HTMX if htmx else {})
    assert messages(text(response)) == [16]
    assert form(text(response), "archive-conversation")


def seen_beside_a_guest_account(client: Client, api: Upstream) -> None:
    """The list was read; the conversation 8, which it does not hold, is of a guest account."""
    room = chatroom(ambassadors=[participant(777, 8, customer_id="C-100"), participant(555, 8)])
    api.listing(chatroom(9))
    api.conversation(room, message(16))
    client.get(INBOX)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_conversation_of_a_guest_account_opens_with_an_empty_cache_too(
    client: Client, api: Upstream, htmx: bool
) -> None:
    """The list, which is read anyway, names the account's owner."""
    seen_beside_a_guest_account(client, api)
    cache.clear()
    response = client.get(PAGE, headers=HTMX if htmx else {})
    assert form(text(response), "archive-conversation")


@pytest.mark.parametrize("htmx", [True, False])
def test_whose_account_it_is_the_list_knows_better_than_what_another_process_saw_before(
    client: Client, api: Upstream, htmx: bool
) -> None:
    seen_beside_a_guest_account(client, api)
    tolerant.put(identities._key(3, 100), Ambassador(id=100, customer_id="C-1"), 3600)
    response = client.get(PAGE, headers=HTMX if htmx else {})
    assert form(text(response), "archive-conversation")


def test_codes_of_messages_are_seen_also_beside_a_list_that_was_kept(
    client: Client, api: Upstream
) -> None:
    """Only the list knows the side: it is read after the messages, from the cache."""
    api.listing(chatroom())
    client.get(INBOX)
    api.conversation(chatroom(ambassadors=[participant(555, 8)]), message(16, status_moderation=7))
    opened(client)
    assert CodeName.objects.filter(kind=CodeKind.MODERATION, code="7").exists()


@pytest.mark.parametrize("refuse", ["forbid", "hide"])
@pytest.mark.parametrize("htmx", [True, False])
def test_where_messages_are_refused_all_else_is_there(
    client: Client, api: Upstream, refuse: str, htmx: bool
) -> None:
    getattr(api, refuse)("messages")
    html = text(client.get(LONG, headers=HTMX if htmx else {}))
    assert html.count('class="missing"') == 1
    assert "The messages can't be read just now; the last one is below." in html
    assert messages(html) == [316460]
    assert form(html, "archive-conversation")
    assert form(html, "review-conversation")


@pytest.mark.parametrize("refuse", ["forbid", "hide"])
@pytest.mark.parametrize("htmx", [True, False])
def test_where_the_chatroom_is_refused_its_messages_are_there(
    client: Client, api: Upstream, refuse: str, htmx: bool
) -> None:
    getattr(api, refuse)("chatroom")
    html = text(client.get(LONG, headers=HTMX if htmx else {}))
    assert html.count('class="missing"') == 1
    assert len(messages(html)) == 25
    assert form(html, "archive-conversation")


@pytest.mark.parametrize("refuse", ["forbid", "hide"])
def test_where_both_are_refused_a_listed_conversation_is_what_its_row_says(
    client: Client, api: Upstream, refuse: str
) -> None:
    for operation in ("chatroom", "messages"):
        getattr(api, refuse)(operation)
    html = text(client.get(LONG))
    assert messages(html) == [316460]
    assert html.count('class="missing"') == 1
    far = rows(text(client.get(INBOX, {"page": "4"})))[0]
    assert client.get(f"{INBOX}chatrooms/{far}/").status_code == 404
    assert client.get(f"{INBOX}chatrooms/{far}/", {"page": "4"}).status_code == 200


def test_where_messages_and_list_are_refused_the_chatroom_is_there(
    client: Client, api: Upstream
) -> None:
    api.forbid("messages")
    api.forbid("chatrooms")
    response = client.get(LONG, headers=HTMX)
    assert response.status_code == 200
    assert "The messages can't be read just now" in text(response)


@pytest.mark.parametrize("operation", ["chatroom", "messages"])
def test_marking_read_works_without_the_rest(client: Client, api: Upstream, operation: str) -> None:
    api.forbid(operation)
    html = text(client.get(INBOX))
    number = next(one for one in rows(html) if is_unread(row(html, one)))
    page = text(client.get(f"{INBOX}chatrooms/{number}/"))
    response = send(client, form(page, "mark-conversation"))
    assert response.status_code == 200
    assert not is_unread(row(text(response), number))


def test_an_outage_shows_the_conversation_as_it_was_and_says_so(
    client: Client, api: Upstream
) -> None:
    opened(client, LONG)
    api.answer("GET", 500)
    html = opened(client, LONG)
    assert len(messages(html)) == 25
    assert "This is what Popsell said" in html


def test_an_outage_with_nothing_kept_is_a_failure_that_retries(
    client: Client, api: Upstream
) -> None:
    api.answer("GET", 500)
    response = client.get(LONG)
    assert response.status_code == 502
    assert "Retry" in text(response)
    assert client.get(LONG, headers=HTMX).status_code == 502


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
