"""/brands/<brand>/search/ : customers, ambassadors, numbers and words, over the whole brand"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.models import (
    Brand,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    WaitingCustomer,
)
from inbox.queue import search
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, lea, message, participant
from tests.support.hostile import CORPUS
from tests.support.indexed import (
    MINUTE,
    NOON,
    ago,
    clock,
    dated,
    keep,
    listed,
    of_lea,
    of_sofia,
    room,
    whole_at_noon,
)
from tests.support.markup import all_words, attribute, attributes, every, has, one, words
from tests.support.pages import text
from tests.support.runs import many
from tests.support.upstream import Upstream

SEARCH = "/brands/3/search/"


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        yield


def look(client: Client, asked: str = "", **more: str) -> str:
    response = client.get(SEARCH, {"words": asked, **more})
    assert response.status_code == 200
    return text(response)


def shown(page: str) -> list[str]:
    """Who, and what they said."""
    return list(
        map(
            " ".join,
            zip(*(all_words(page, f".row-{one}") for one in ("name", "said")), strict=True),
        )
    )


def called(id_: int, name: str, surname: str, **more: Any) -> Json:
    """A chatroom of Léa's with a customer of this name."""
    other = participant(500 + id_, id_, firstname=name, lastname=surname)
    told = {"ambassadors": [lea(id_), other], "last_message": message(16, other, **dated(90))}
    return room(None, id_, **{**told, "last_message_date": ago(90).isoformat(), **more})


# What is found


@pytest.mark.parametrize(
    "asked",
    ["Sofia Duarte", "duarte sofia", "SOFIA", "dua", "sofía  düarte", "8", "duarte 8", "hello"],
)
def test_a_customer_is_found_with_an_ambassador(client: Client, asked: str) -> None:
    listed(room(of_sofia(16)), called(9, "Tom", "Bernard", last_message=None))
    page = look(client, asked)
    (found,) = shown(page)
    assert found.startswith("Sofia Duarte with Léa Moreau")
    assert attributes(page, ".row-name a", "href") == ["/brands/3/ambassadors/100/chatrooms/8/"]
    assert words(one(page, ".band .count")) == "1"
    assert attributes(page, "#search-words", "value") == [" ".join(asked.split())]


def test_every_ambassador_is_looked_through(client: Client) -> None:
    keep(3, 102)
    IndexedAmbassador.objects.filter(ambassador=102).update(name="Noé Petit", search="noe petit")
    listed(room(of_sofia(16)))
    own = participant(102, 9, firstname="Noé", lastname="Petit", status=6)
    other = participant(555, 9)
    told: Json = {"ambassadors": [own, other], "last_message": message(17, other, **dated(80))}
    listed(room(None, 9, **told, last_message_date=ago(80).isoformat()), whose=102)
    assert [row.partition(" Hello")[0] for row in shown(look(client, "sofia"))] == [
        "Sofia Duarte with Léa Moreau",
        "Sofia Duarte with Noé Petit",
    ]


def test_an_ambassador_is_found_by_name_and_leads_to_their_inbox(client: Client) -> None:
    IndexedAmbassador.objects.update(search="lea moreau lea m")
    page = look(client, "moreau")
    assert all_words(page, "h2")[0] == "Ambassadors"
    (found,) = shown(page)
    assert found.startswith("Léa Moreau")
    assert attributes(page, ".row-name a", "href") == ["/brands/3/ambassadors/100/"]
    assert "No conversation holds all of these words" in words(page)


def test_of_many_ambassadors_some_are_named_and_all_are_linked(client: Client) -> None:
    keep(3, *range(200, 208))
    IndexedAmbassador.objects.update(name="Anna Blanc", search="anna blanc")
    page = look(client, "anna blanc")
    assert len(shown(page)) == 6
    link = "/brands/3/ambassadors/?name=anna%20blanc"
    assert link in attributes(page, ".band a", "href")


def test_words_of_the_last_message_and_of_the_summary_are_marked(client: Client) -> None:
    summary = {"summary": "About a parcel", "anomaly": None, "topic": 4, **dated(60)}
    last = of_sofia(16, content="Où est mon colis ?")
    listed(room(last, last_summary=summary))
    page = look(client, "colis")
    assert all_words(page, ".row mark") == ["colis"]
    assert "Où est mon colis ?" in shown(page)[0]
    page = look(client, "parcel")
    assert all_words(page, ".row mark") == ["parcel"]
    assert "Summary: About a parcel" in shown(page)[0]


def test_the_ambassador_s_own_words_begin_with_their_name(client: Client) -> None:
    listed(room(of_lea(16, content="It leaves tomorrow")))
    assert "Léa Moreau: It leaves tomorrow" in shown(look(client, "tomorrow"))[0]


def test_marks_between_words_hide_none(client: Client) -> None:
    summary = {"summary": "Jean-Pierre et l'article", "anomaly": None, "topic": 4, **dated(60)}
    listed(room(of_sofia(16), last_summary=summary))
    for asked, marked in (("l'article", ["l", "article"]), ("article?", ["article"])):
        page = look(client, asked)
        assert all_words(page, ".row mark") == marked
        assert "Summary: Jean-Pierre" in shown(page)[0]


def test_a_message_that_shows_an_anomaly_says_who_wrote_it(client: Client) -> None:
    listed(room(of_sofia(16)))
    IndexedChatroom.objects.update(
        proof="Pay me by transfer", proof_own=True, search="sofia duarte\npay me by transfer"
    )
    assert "Léa Moreau: Pay me by transfer" in shown(look(client, "transfer"))[0]


def test_the_words_of_a_rating_are_said_to_be_some(client: Client) -> None:
    rating = {"value": 1, "comment": "Nobody came", **dated(60)}
    listed(room(of_lea(16), last_rating=rating))
    assert "Rating: Nobody came" in shown(look(client, "nobody"))[0]


def test_a_picture_s_address_is_not_shown(client: Client) -> None:
    listed(room(of_sofia(16, content="https://cdn.example/8/p.jpg", type_message=1)))
    (found,) = shown(look(client, "8"))
    assert "cdn" not in found


def test_who_left_and_cannot_be_read_is_not_found(client: Client) -> None:
    IndexedAmbassador.objects.update(
        search="lea moreau", listed=ago(60), failed_since=ago(30), failed_with=404
    )
    assert shown(look(client, "moreau")) == []


def test_all_words_must_be_there(client: Client) -> None:
    listed(room(of_sofia(16)))
    assert shown(look(client, "sofia bernard")) == []


def test_another_brand_s_are_never_found(client: Client, other_brand: Brand) -> None:
    keep(other_brand.pk, 900)
    listed(room(of_sofia(16)), whose=900, brand=other_brand.pk)
    assert shown(look(client, "sofia")) == []


def test_a_viewer_searches_too(client_of: ClientOf, viewer: Membership) -> None:
    listed(room(of_sofia(16)))
    assert len(shown(look(client_of(viewer), "sofia"))) == 1


# Page by page


def test_pages_hold_each_once_and_lead_on(client: Client) -> None:
    for start in (0, 20):
        listed(*(called(100 + start + n, "Anna", f"Blanc {start + n}") for n in range(20)))
    page = look(client, "anna blanc")
    seen = attributes(page, ".row", "data-item")
    assert words(one(page, ".band .count")) == "40"
    assert not has(page, "[rel=prev]")
    page = text(client.get(attribute(one(page, "[rel=next]"), "href")))
    seen += attributes(page, ".row", "data-item")
    assert len(set(seen)) == len(seen) == 40
    assert not has(page, "[rel=next]")
    back = text(client.get(attribute(one(page, "[rel=prev]"), "href")))
    assert attributes(back, ".row", "data-item") == seen[:25]


def test_pages_of_a_common_word_hold_each_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the index names, and more than a page of them needs attention."""
    monkeypatch.setattr(search, "MOST", 55)
    for start in (0, 20, 40):
        listed(*(called(100 + start + n, "Anna", f"Blanc {start + n}") for n in range(20)))
    calm = IndexedChatroom.objects.filter(chatroom__gte=130)
    calm.update(rank=None, since=None)
    page, seen = look(client, "anna"), list[str]()
    counts = [words(one(page, ".band .count"))]
    seen += attributes(page, ".row", "data-item")
    while has(page, "[rel=next]"):
        page = text(client.get(attribute(one(page, "[rel=next]"), "href")))
        counts.append(words(one(page, ".band .count")))
        seen += attributes(page, ".row", "data-item")
    assert len(set(seen)) == len(seen) >= 55
    ranked = IndexedChatroom.objects.exclude(rank=None).order_by("rank", "since", "-pk")
    assert [int(one) for one in seen[:30]] == list(ranked.values_list("pk", flat=True))
    assert counts[0] == "25+"
    assert "More were found than are listed: add a word." in words(page)


@pytest.mark.parametrize("number", ["2", "41", "99999", "999999999999"])
def test_a_page_beyond_the_last_leads_to_the_first(client: Client, number: str) -> None:
    listed(room(of_sofia(16)))
    response = client.get(SEARCH, {"words": "sofia d", "page": number})
    assert response.status_code == 302
    assert response["Location"] == f"{SEARCH}?words=sofia+d"


# What is not found, and why


def test_without_a_word_it_says_what_is_looked_through(client: Client, api: Upstream) -> None:
    page = look(client)
    assert "Look through the whole brand" in words(page)
    assert "Messages older than the last are searched inside a conversation." in words(page)
    assert has(page, "#search-words[autofocus]")
    assert not has(look(client, "sofia"), "#search-words[autofocus]")
    assert api.calls("GET") == []


def test_nothing_found_says_so_and_leads_on(client: Client) -> None:
    page = look(client, "zanzibar")
    assert words(one(page, ".empty h2")) == "Nothing holds “zanzibar”"
    assert "Not all of the brand was read yet" not in words(page)
    assert attributes(page, ".empty a", "href") == ["/brands/3/ambassadors/", "/brands/3/"]


def test_where_the_words_are_nowhere_together_it_offers_those_that_find_something(
    client: Client,
) -> None:
    listed(room(of_sofia(16)))
    page = look(client, "Sofia zanzibar")
    assert words(one(page, ".empty h2")) == "Nothing holds “Sofia zanzibar”"
    assert attributes(page, ".empty a", "href")[0] == "/brands/3/search/?words=Sofia"
    assert all_words(page, ".empty a")[0] == "Sofia"
    assert shown(look(client, "Sofia"))


def test_signs_alone_are_no_words(client: Client) -> None:
    page = look(client, "!!!")
    assert words(one(page, ".empty h2")) == "Letters or digits, please"


def test_what_is_not_read_yet_is_said(client: Client) -> None:
    IndexedAmbassador.objects.update(walked=None)
    assert "Not all of the brand was read yet" in words(look(client, "zanzibar"))
    listed(room(of_sofia(16)))
    assert words(one(look(client, "sofia"), ".band .count")) == "1+"


def test_before_anything_was_read_it_is_no_failure(client: Client) -> None:
    IndexedAmbassador.objects.all().delete()
    IndexedBrand.objects.all().delete()
    assert "Nothing holds “sofia”" in words(look(client, "sofia"))


def test_a_short_word_is_refused_in_words(client: Client) -> None:
    listed(room(of_sofia(16)))
    page = look(client, "so")
    assert words(one(page, ".empty h2")) == "Three letters or digits, please"
    assert shown(page) == []


def test_where_no_words_are_kept_it_says_so(client: Client, settings: Settings) -> None:
    settings.INDEX_TEXTS = False
    listed(room(of_sofia(16)))
    page = look(client, "sofia")
    assert "this site keeps no words of them" in words(page)
    assert "Its words are not kept" in shown(page)[0]


# What comes from elsewhere is text


@examples(
    max_examples=many(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=st.text(max_size=250))
def test_any_words_can_be_asked(client: Client, asked: str) -> None:
    listed(room(of_sofia(16, content=asked)))
    response = client.get(f"{SEARCH}?words={quote(asked)}")
    assert response.status_code == 200
    assert has(look(client, "sofia"), ".row")


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_words_stay_words(client: Client, name: str) -> None:
    listed(room(of_sofia(16, content=f"parcel {CORPUS[name]}")))
    page = look(client, "parcel")
    assert len(every(page, ".row")) == 1
    assert not has(page, ".row script, .row img[onerror]")
    asked = quote(CORPUS[name], errors="surrogatepass")
    assert client.get(f"{SEARCH}?words={asked}").status_code == 200


def test_popsell_is_never_asked(client: Client, api: Upstream) -> None:
    listed(room(of_sofia(16)))
    with clock(NOON + 5 * MINUTE):
        look(client, "sofia")
    assert api.calls("GET") == []


# Customers nobody has taken


def wait(brand: Brand, user: int, **more: Any) -> None:
    WaitingCustomer.objects.create(brand=brand, user=user, since=ago(90), **more)


@pytest.mark.parametrize("asked", ["9001", "parcel", "PARC", "parcel 9001"])
def test_a_customer_that_only_the_waiting_list_knows_is_found(
    client: Client, brand: Brand, asked: str
) -> None:
    wait(brand, 9001, excerpt="Where is my parcel?", ambassador=100)
    page = look(client, asked)
    row = words(one(page, "section[aria-labelledby=found-waiting] li"))
    assert "Customer 9001 asks for Léa Moreau Where is my parcel? waits at least 1 h 31" in row
    assert not has(page, "section[aria-labelledby=found-waiting] a")
    assert "Nothing holds" not in words(page)


@pytest.mark.parametrize("asked", ["customer", "900", "pa", "parcel zanzibar"])
def test_what_is_no_word_of_theirs_finds_none(client: Client, brand: Brand, asked: str) -> None:
    wait(brand, 9001, excerpt="Where is my parcel?")
    assert not has(look(client, asked), "#found-waiting")


def test_where_they_have_a_conversation_they_lead_there(client: Client, brand: Brand) -> None:
    listed(room(of_sofia(16)))
    wait(brand, 555, chatroom=8, excerpt="A parcel")
    page = look(client, "parcel")
    link = one(page, "section[aria-labelledby=found-waiting] a")
    assert attribute(link, "href") == "/brands/3/ambassadors/100/chatrooms/8/"
    assert words(link) == "Sofia Duarte"
    assert not has(look(client, "sofia"), "#found-waiting")  # their conversation is found


def test_those_of_another_brand_are_not_found(client: Client, other_brand: Brand) -> None:
    wait(other_brand, 9001, excerpt="Where is my parcel?")
    assert not has(look(client, "parcel"), "#found-waiting")


def test_looking_through_them_takes_no_more_questions_for_more_of_them(
    client: Client, brand: Brand, django_assert_max_num_queries: Any
) -> None:
    for user in range(9000, 9300):
        wait(brand, user, excerpt="A parcel")
    with django_assert_max_num_queries(25):
        page = look(client, "parcel")
    assert len(every(page, "section[aria-labelledby=found-waiting] li")) == 25
