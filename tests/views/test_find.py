"""…/chatrooms/<chatroom>/find/?words=… : search in all that was said in a conversation"""

import logging
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from pytest_django import Settings

from inbox.chatrooms import finding
from inbox.display import seeking
from inbox.models import Act, Activity
from inbox.popsell.resources import Message
from inbox.sandbox.transcripts import transcript
from inbox.text.spelling import letters
from inbox.views import find
from tests.popsell.values import ANY_TEXT
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.markup import all_words, attributes, every, link, one, words
from tests.support.pages import HTMX, INBOX, rows, text
from tests.support.upstream import Upstream
from tests.support.walks import by_itself, going_on, trigger

LONG = f"{INBOX}chatrooms/30670/"
PAGE = f"{INBOX}chatrooms/8/"


def told(api: Upstream, *said: Any, per_page: int = 25, **room: Any) -> None:
    """Conversation 8 holds these messages, newest first."""
    api.listing(chatroom(**room))
    api.conversation(chatroom(**room))
    api.said(list(said), per_page=per_page)


def many(count: int, every: int = 10) -> list[Json]:
    """Messages, newest first; each tenth contains a word."""
    return [
        message(
            1000 - n,
            content="Un très bon sérum" if n % every == 0 else "Autre chose",
            date_insert=f"2026-11-{20 - n // 100:02}T{23 - n // 60 % 24:02}:{59 - n % 60:02}:00Z",
        )
        for n in range(count)
    ]


def looked_for(client: Client, typed: str, path: str = PAGE) -> str:
    response = client.get(f"{path}find/", {"words": typed})
    assert response.status_code == 200
    return text(response)


def found(html: str) -> list[int]:
    """The messages that the matches lead to, from top to bottom."""
    addresses = attributes(html, "[id^=match-] a", "href")
    return [int(address.partition("/messages/")[2].partition("/")[0]) for address in addresses]


def foot(html: str) -> str:
    """What is said of how far the search is, without its buttons."""
    return " ".join(all_words(one(html, "footer#scan"), "p"))


def go_on(client: Client, html: str, path: str = PAGE, *, htmx: bool = True) -> str:
    response = client.get(f"{path}find/", going_on(html), headers=HTMX if htmx else {})
    assert response.status_code == 200
    return text(response)


def to_the_end(client: Client, typed: str, path: str = PAGE) -> Iterator[str]:
    html = looked_for(client, typed, path)
    yield html
    while by_itself(html):
        html = go_on(client, html, path)
        yield html


# What is found


@pytest.mark.parametrize(
    ("typed", "content", "marked"),
    [
        ("serum", "Un très bon SÉRUM", ["SÉRUM"]),
        ("SÉRUM", "un serum", ["serum"]),
        ("bon serum", "Le sérum est bon", ["sérum", "bon"]),
        ("tre", "Un très bon", ["trè"]),
        ("cre\u0301me", "La cr\u00e8me", ["crème"]),
        ("creme", "La cre\u0300me", ["crème"]),
        ("oeuvre", "Une œuvre", ["œuvre"]),
        ("strasse", "Die Straße", ["Straße"]),
        ("a\u200bb", "ab", ["ab"]),
        ("  le   la ", "la et\n\n le", ["la", "le"]),
        ("50 %", "Moins 50 %", ["50", "%"]),
        ("<b>", "Un <b>mot</b>", ["<b>"]),
        ("مرحبا", "قال مرحبا", ["مرحبا"]),
    ],
)
def test_a_word_is_found_without_case_and_accents_and_marked(
    client: Client, api: Upstream, typed: str, content: str, marked: list[str]
) -> None:
    told(api, message(16, content="Rien"), message(15, content=content))
    html = looked_for(client, typed)
    assert found(html) == [15]
    assert [mark.text() for mark in every(html, "mark")] == marked


@pytest.mark.parametrize("typed", ["bon mauvais", "sérums", "16"])
def test_each_word_must_occur(client: Client, api: Upstream, typed: str) -> None:
    told(api, message(16, content="Un bon sérum"))
    assert found(looked_for(client, typed)) == []


def test_ratings_and_products_are_words_too(client: Client, api: Upstream) -> None:
    rating = {"value": 5, "content": "Conseil parfait"}
    products = [{"id_product": 1, "name": "Crème de nuit", "url": "https://shop.example"}]
    told(
        api,
        message(16, content=None, type_message=2, rating=rating),
        message(15, content=None, type_message=3, products=products),
    )
    assert found(looked_for(client, "parfait")) == [16]
    assert found(looked_for(client, "nuit")) == [15]


def test_a_match_says_who_when_and_the_words_around(client: Client, api: Upstream) -> None:
    content = "avant " * 100 + "le sérum " + "après " * 100
    told(api, message(16, lea(8), content=content))
    html = looked_for(client, "serum")
    said = words(one(html, "ol#rows"))
    assert "Léa Moreau · 20 Nov 2026, 10:40" in said
    assert "…avant" in said
    assert "le sérum après" in said
    assert said.endswith("…")
    assert len(said) < 300


def test_what_people_wrote_is_text(client: Client, api: Upstream) -> None:
    told(api, message(16, content="<script>alert(1)</script> sérum"))
    html = looked_for(client, "serum")
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "<script>alert" not in looked_for(client, "<script>alert(1)</script>")


def test_who_is_anonymized_stays_hidden(client: Client, api: Upstream) -> None:
    hidden = participant(555, 8, anonymized=True)
    told(api, message(16, person(555), content="sérum"), ambassadors=[lea(8), hidden])
    html = looked_for(client, "serum")
    assert found(html) == [16]
    assert "Sofia" not in html


def test_nothing_typed_looks_for_nothing(client: Client, api: Upstream) -> None:
    told(api, message(16))
    for typed in ("", "   ", "\u200b", "\u3164", "\u2800", "\u2065 \U000e0042"):
        html = looked_for(client, typed)
        assert 'id="words"' in html
        assert 'id="scan"' not in html


@pytest.mark.parametrize(
    ("content", "typed"),
    [
        ("Sofia Duarte", "duarte sofia"),
        ("Léa", "lea"),
        ("Lea", "LÉA"),
        ("L\u00e9\u00ada", "le\u0301a"),
        ("ser\u200bum", "sé\u2060rum"),
        ("un\u00a0 très\tbon", "tres   un"),
        ("L\u3164éa", "l\U000e0100ea"),
    ],
)
def test_order_blanks_accents_and_what_is_not_seen_do_not_count(content: str, typed: str) -> None:
    said = said_by_nobody(content)
    wanted = seeking.words_of(seeking.typed(typed, 200))
    assert seeking.is_in(said, wanted)
    marked = every(seeking.excerpt(said, wanted), "mark")
    assert sorted(letters(mark.text()) for mark in marked) == sorted(wanted)


def test_marks_beyond_reason_take_no_time() -> None:
    """A hundred thousand would take a minute to be put in order."""
    heap = said_by_nobody("le\u0301" + "\u0323\u0301" * 60_000 + "a")
    wanted = seeking.words_of("lea")
    assert seeking.is_in(heap, wanted)
    assert "<mark>" in seeking.excerpt(heap, wanted)


def said_by_nobody(content: str) -> Message:
    return Message(
        id=1,
        date_insert=None,
        author=None,
        content=content,
        type_message=None,
        status_moderation=None,
        rating=None,
    )


@given(content=ANY_TEXT, typed=ANY_TEXT)
def test_an_excerpt_is_of_the_message_whatever_it_holds(content: str, typed: str) -> None:
    wanted = seeking.words_of(typed)
    one = said_by_nobody(content)
    html = seeking.excerpt(one, wanted)
    assert set(re.findall("<[^>]*>", html)) <= {"<mark>", "</mark>"}
    if wanted and len(wanted) == 1 and len(content) < 50 and seeking.is_in(one, wanted):
        plain = unescape(re.sub("<[^>]*>", "", html))
        assert letters(wanted[0]) in letters(plain)


# All of it, a part in each request


def test_the_newest_page_is_shown_at_once_and_the_rest_by_itself(
    client: Client, api: Upstream
) -> None:
    told(api, *many(120))
    parts = list(to_the_end(client, "serum"))
    assert "1 of 5 pages, 3 found." in foot(parts[0])
    assert "5 of 5 pages, 12 found." in foot(parts[-1])
    numbers = [number for part in parts for number in found(part)]
    assert numbers == [1000 - n for n in range(0, 120, 10)]
    assert "<html" not in parts[1]
    assert "Continue" not in parts[-1]


def test_all_of_2000_messages_are_looked_through(client: Client, api: Upstream) -> None:
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    wanted = seeking.words_of("merci")
    all_of_them = [one for one in transcript(room, 1) if one.content]
    expected = [one.id for one in all_of_them if wanted[0] in letters(one.content or "")]
    parts = list(to_the_end(client, "MERCI", LONG))
    assert [number for part in parts for number in found(part)] == expected[::-1]
    assert len(parts) == 1 + -(-79 // find.PAGES)
    assert "80 of 80 pages" in foot(parts[-1])


def test_without_scripts_one_goes_on_by_a_button(client: Client, api: Upstream) -> None:
    told(api, *many(60))
    page = looked_for(client, "serum")
    assert "Continue (1 of 3 pages)" in words(page)
    further = go_on(client, page, htmx=False)
    assert "<html" in further
    assert "pages 2 to 3 of 3, 3 found. From the first page" in foot(further)
    assert "From the first page" not in foot(page)


def test_no_link_passes_for_a_search_through_all(client: Client, api: Upstream) -> None:
    """What stands on a page that goes on is known to that page alone."""
    told(api, *many(60))
    forged = {"words": "serum", "at": "3", "of": "3", "from": "1", "found": "99"}
    html = text(client.get(f"{PAGE}find/", forged))
    assert "pages 3 to 3 of 3, 1 found." in foot(html)
    beginning = text(client.get(link(html, "From the first page")))
    assert "1 of 3 pages, 3 found." in foot(beginning)


def test_who_is_hidden_by_a_later_part_is_hidden_in_what_stands(
    client: Client, api: Upstream
) -> None:
    told(api, *many(60))
    told(
        api,
        *(message(n, person(555, anonymized=n < 20), content="sérum") for n in range(60, 0, -1)),
    )
    first, *further = to_the_end(client, "serum")
    assert 'data-author="555"' in first
    assert "Sofia" in first
    later = "".join(further)
    assert "Sofia" not in later
    assert "innerHTML:[data-author='555']" in later


def test_the_list_beside_is_kept(client: Client, api: Upstream) -> None:
    told(api, *many(60))
    html = text(client.get(f"{PAGE}find/", {"words": "serum", "page": "2", "unread": "1"}))
    assert f'href="{PAGE}messages/1000/?page=2&amp;unread=1"' in html
    assert f'href="{PAGE}?page=2&amp;unread=1">Back to the conversation' in html
    assert going_on(html)["unread"] == "1"


def test_after_very_many_a_person_decides(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "BY_ITSELF", 5)
    told(api, *many(75))
    html = looked_for(client, "serum")
    assert by_itself(html)
    html = go_on(client, html)
    monkeypatch.setattr(find, "PAGES", 1)
    html = go_on(client, looked_for(client, "serum"))
    assert "5 found" in foot(html) or "6 found" in foot(html)
    assert not by_itself(html)
    assert "Continue" in html


# Where Popsell fails, and what is odd


@pytest.mark.parametrize("status", [429, 500, 403])
def test_a_failure_keeps_what_was_found_and_offers_to_go_on(
    client: Client, api: Upstream, status: int
) -> None:
    told(api, *many(75))
    assert api.talk
    api.talk.broken.add(2)
    html = looked_for(client, "serum")
    assert found(html)
    further = go_on(client, html)
    assert "1 of 3 pages, 3 found." in foot(further)
    assert "can't use" in foot(further)
    assert not by_itself(further)
    api.talk.broken.clear()
    assert "3 of 3 pages, 8 found." in foot(go_on(client, further))


def test_over_budget_it_waits_and_goes_on(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = 12
    told(api, *many(500))
    html = go_on(client, looked_for(client, "serum"))
    assert "Goes on in" in foot(html)
    assert re.fullmatch(r"load delay:\d+s, submit", trigger(html))


def test_a_message_that_cannot_be_read_is_counted(client: Client, api: Upstream) -> None:
    told(api, *many(3), None, [])
    assert "2 could not be read." in foot(looked_for(client, "serum"))


@pytest.mark.parametrize(
    "odd",
    [
        {"at": "x", "of": "y", "below": "z", "found": "-1", "odd": "1e9"},
        {"at": "9" * 40, "of": "9" * 40, "below": "9" * 19, "found": "9" * 40},
        {"at": "0", "page": "x"},
    ],
)
def test_an_address_may_hold_anything(client: Client, api: Upstream, odd: dict[str, str]) -> None:
    told(api, *many(30))
    response = client.get(f"{PAGE}find/", {"words": "serum", **odd}, headers=HTMX)
    assert response.status_code == 200


# Who, and what stays of it


def test_who_searches_leaves_a_viewing(client: Client, api: Upstream) -> None:
    told(api, *many(30))
    looked_for(client, "serum")
    assert [one.act for one in Activity.objects.all()] == [Act.VIEW]


def test_what_a_browser_fetches_ahead_is_not_given(client: Client, api: Upstream) -> None:
    response = client.get(f"{PAGE}find/", {"words": "serum"}, headers={"Sec-Purpose": "prefetch"})
    assert response.status_code == 503
    assert api.sent == []


def test_a_conversation_of_other_people_is_not_searched(client: Client, api: Upstream) -> None:
    theirs = rows(text(client.get("/brands/3/ambassadors/101/")))[0]
    response = client.get(f"{INBOX}chatrooms/{theirs}/find/", {"words": "a"})
    assert response.status_code == 404


def test_the_words_are_in_no_log_and_not_sent(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told(api, *many(60))
    go_on(client, looked_for(client, "zanzibar"))
    assert caplog.records
    logged = [f"{one.getMessage()} {vars(one)}" for one in caplog.records]
    assert not [line for line in logged if "zanzibar" in line.partition("'request'")[0]]
    assert not [one for one in api.sent if "zanzibar" in f"{one.path}{one.query}"]
