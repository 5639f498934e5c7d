"""Codes and each code's page list its conversations: the people, the words, and their state"""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.models import (
    Act,
    Activity,
    Brand,
    CodeName,
    IndexedAmbassador,
    IndexedChatroom,
)
from tests.support.chatrooms import Json, lea, participant
from tests.support.codes import CODES, line
from tests.support.hostile import CORPUS
from tests.support.indexed import (
    DAY,
    MINUTE,
    NOON,
    dated,
    listed,
    of_lea,
    of_sofia,
    room,
    whole_at_noon,
)
from tests.support.markup import all_words, attributes, every, has, one, words
from tests.support.pages import text
from tests.support.runs import many
from tests.support.upstream import Upstream

ADDRESS = "sofia.duarte@perfume.example"
LATER = NOON + MINUTE


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        yield


def seen(summary: str | None = "About a parcel", id_: int = 8, **more: Any) -> Json:
    """A chatroom with topic 4 and moderation 2; its summary is two hours old."""
    last = more.pop("last", None) or of_sofia(16, status_moderation=2)
    told = {"summary": summary, "anomaly": None, "topic": 4, **dated(more.pop("old", 120))}
    return room(last, id_, last_summary=told, **more)


def in_codes(client: Client, shown: str = "Topic 4") -> str:
    return one(line(text(client.get(CODES)), shown), ".code-seen").html or ""


def of_code(client: Client, kind: str = "topic") -> str:
    """The page of the conversations with the only code of this kind."""
    key = CodeName.objects.get(kind=kind).pk
    response = client.get(f"{CODES}{key}/")
    assert response.status_code == 200
    return text(response)


def both(client: Client, kind: str = "topic") -> list[str]:
    """The only conversation below its code, and on its page."""
    shown = {"topic": "Topic 4", "moderation": "Moderation 2"}[kind]
    return [
        one(in_codes(client, shown), "li").html or "",
        one(of_code(client, kind), "li.row").html or "",
    ]


# Who, and which words


def test_a_conversation_says_who_with_whom_when_and_why(client: Client) -> None:
    listed(seen())
    for shown in both(client):
        assert "Sofia Duarte with Léa Moreau" in words(shown)
        assert "Summary: About a parcel" in words(shown)
        assert words(one(shown, "time")) == "2 h ago"
        assert attributes(shown, "a", "href") == ["/brands/3/ambassadors/100/chatrooms/8/"]


def test_a_moderation_is_told_by_the_last_message(client: Client) -> None:
    listed(seen(last=of_sofia(16, 29, status_moderation=2, content="Where is it?")))
    for shown in both(client, "moderation"):
        assert "Where is it?" in words(shown)
        assert "About a parcel" not in words(shown)
        assert words(one(shown, "time")) == "30 min ago"
    listed(seen(last=of_lea(17, 20, status_moderation=2, content="On its way")), at=LATER)
    for shown in both(client, "moderation"):
        assert "Léa Moreau: On its way" in words(shown)


def test_a_picture_is_told_as_one_and_not_by_its_address(client: Client) -> None:
    picture: Json = {"type_message": 1, "content": "https://images.popsell.example/private.jpg"}
    listed(seen(last=of_sofia(16, status_moderation=2, **picture)))
    for shown in both(client, "moderation"):
        assert words(one(shown, ".code-said")) == "Picture"
        assert "private" not in shown


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ([participant(555, 8, firstname=None, lastname=None)], "Client 555 with Léa Moreau"),
        ([participant(555, 8, status=8, firstname=ADDRESS, lastname=None)], "Visitor 555 with"),
        ([participant(555, 8), participant(556, 8)], "2 people with Léa Moreau"),
        ([], "Nobody listed with Léa Moreau"),
    ],
)
def test_who_has_no_name_is_called_as_elsewhere(
    client: Client, people: list[Json], told: str
) -> None:
    listed(seen(ambassadors=[lea(8), *people]))
    for shown in both(client):
        assert told in words(shown)
        assert ADDRESS not in shown


def test_an_anonymized_account_leaves_neither_name_nor_words(client: Client) -> None:
    listed(seen(ambassadors=[lea(8), participant(555, 8, anonymized=True)]))
    for shown in both(client):
        assert "Anonymized account with Léa Moreau" in words(shown)
        assert "Its words are not kept" in words(shown)
        assert "555" not in shown
        assert "parcel" not in shown


# Texts that are not kept


def test_a_site_that_keeps_no_texts_says_so_and_links_all_the_same(
    client: Client, settings: Settings
) -> None:
    settings.INDEX_TEXTS = False
    listed(seen())
    for shown in both(client):
        assert "Sofia Duarte with Léa Moreau Its words are not kept" in words(shown).replace(
            " 2 h ago", ""
        )
        assert has(shown, "a[href]")
    for page in (text(client.get(CODES)), of_code(client)):
        assert "This site keeps no words of conversations: open one to read it." in words(page)


def test_words_that_were_dropped_leave_no_hole(client: Client) -> None:
    listed(seen())
    IndexedChatroom.objects.update(last_message_date=NOON - 31 * DAY, rank=None)
    call_command("prune_activity", stdout=StringIO())
    for kind in ("topic", "moderation"):
        for shown in both(client, kind):
            assert "Sofia Duarte with Léa Moreau" in words(shown)
            assert "Its words are not kept" in words(shown)
            assert "parcel" not in shown
    assert "This site keeps no words" not in text(client.get(CODES))


def test_a_message_without_words_says_so_too(client: Client) -> None:
    listed(seen(summary=None, last=of_sofia(16, status_moderation=2, content="")))
    for kind in ("topic", "moderation"):
        for shown in both(client, kind):
            assert "Its words are not kept" in words(shown)


# What people wrote


def test_addresses_in_it_are_masked(client: Client) -> None:
    written = f"Write to {ADDRESS} at once"
    listed(seen(written, last=of_sofia(16, status_moderation=2, content=written)))
    for kind in ("topic", "moderation"):
        for shown in both(client, kind):
            assert "Write to s…@p… at once" in words(shown)
            assert "duarte@" not in shown


@pytest.mark.parametrize("written", CORPUS.values(), ids=CORPUS)
def test_what_people_wrote_is_text_of_its_own_direction(client: Client, written: str) -> None:
    """The same elements stand there, whatever the words are."""
    named: Json = {"firstname": written, "lastname": None}
    listed(seen("x", last=of_sofia(16, status_moderation=2)))
    plain = [tags(of_code(client, kind)) for kind in ("topic", "moderation")]
    people: Json = {"ambassadors": [lea(8), participant(555, 8, **named)]}
    last = of_sofia(16, status_moderation=2, content=written)
    listed(seen(written, last=last, **people), at=LATER)
    for kind, expected in zip(("topic", "moderation"), plain, strict=True):
        shown = of_code(client, kind)
        assert tags(shown) - {"i", "bdi", "time"} <= expected
        assert not has(
            shown, "main script, main [onclick], main [onerror], main [hx-get]:not(#fresh)"
        )


def tags(page: str) -> set[str]:
    return {element.tag or "" for element in every(page, "#main li *")}


@given(written=st.text(min_size=1, max_size=300))
@examples(
    max_examples=many(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_words_come_out_as_the_index_keeps_them(client: Client, written: str) -> None:
    IndexedChatroom.objects.all().delete()
    listed(seen(written))
    kept = IndexedChatroom.objects.get().summary
    for shown in both(client):
        said = one(shown, ".code-said")
        told = every(said.html or "", "span[dir=auto]")
        assert [" ".join(found.text().split()) for found in told] in (
            [],
            [" ".join(kept.split())],
        )
        assert told or words(said) == "Its words are not kept"


# What became of it


def test_archived_and_blocked_ones_are_there_and_told(client: Client) -> None:
    pivot = {"id_chatroom": 8, "id_ambassador": 100, "last_read_message": None}
    put: Json = {"chatroom_pivot_data": [{**pivot, "archived": True, "is_blocked": True}]}
    own = lea(8, **put)
    listed(
        seen(ambassadors=[own, participant(555, 8)], last_rating={"value": 1, "comment": None}),
        seen(id_=9),
    )
    page = of_code(client)
    first, second = every(page, "li.row")
    if "Archived" not in words(first):
        first, second = second, first
    assert all_words(first, ".chip") == ["Blocked", "Archived"]
    assert "Rating 1 of 5" in words(first)
    assert not has(second, ".chip, .stars")


def test_one_that_has_the_code_no_longer_is_gone(client: Client) -> None:
    listed(seen())
    key = CodeName.objects.get(kind="topic").pk
    told = {"summary": "About gifts", "anomaly": None, "topic": 5, **dated(1)}
    listed(room(of_sofia(16), last_summary=told), at=LATER)
    assert words(in_codes(client)) == "In no conversation now"
    IndexedAmbassador.objects.update(walked=None)
    assert words(in_codes(client)) == "In no conversation read so far"
    assert not has(in_codes(client), "a")
    page = text(client.get(f"{CODES}{key}/"))
    assert "No conversation has this code now" in words(page)
    assert has(page, f'.empty a[href="{CODES}"]')
    assert not has(page, "li.row, .pager")


def test_an_empty_code_is_not_taken_for_those_without_any(client: Client) -> None:
    listed(seen())
    code = CodeName.objects.create(
        brand_id=3, kind="anomaly", code="", first_seen=NOON, last_seen=NOON
    )
    assert words(in_codes(client, "Anomaly ")) == "Conversations: –"
    assert not has(text(client.get(f"{CODES}{code.pk}/")), "li.row")


# The page


def test_it_is_named_by_its_code_and_leads_back(client: Client) -> None:
    listed(seen())
    page = of_code(client)
    assert one(page, "title").text() == "Topic 4 · Codes · Maison Lumière · Ambassador Inbox"
    assert words(one(page, "h1")) == "Topic 4"
    CodeName.objects.filter(kind="topic").update(name="Parcels <b>", tone="good")
    page = of_code(client)
    assert one(page, "title").text().startswith("Topic 4 · Parcels <b> · Codes · ")
    assert words(one(page, ".head .chip")) == "Topic: Parcels <b>"
    assert "Back to the codes" in all_words(page, f'.head a[href="{CODES}"]')
    assert has(page, f'nav a[href="{CODES}"]')


def test_first_and_last_seen_are_the_dates_of_what_has_it(client: Client) -> None:
    listed(seen(id_=8), seen(id_=9, last=of_sofia(17, 8 * 60), old=100 * 24 * 60))
    CodeName.objects.update(seen_at=LATER, first_seen=LATER.date(), last_seen=LATER.date())
    shown = line(text(client.get(CODES)), "Topic 4")
    assert words(one(shown, ".code-last")) == "Last seen 2 h ago"
    hundred_days_ago = (LATER - 100 * DAY).date()
    assert hundred_days_ago.isoformat() in (one(shown, ".code-first").html or "")


def test_a_code_of_another_brand_or_of_none_is_not_found(
    client: Client, other_brand: Brand
) -> None:
    listed(seen())
    foreign = CodeName.objects.create(
        brand=other_brand, kind="topic", code="4", first_seen=NOON, last_seen=NOON
    )
    assert client.get(f"{CODES}{foreign.pk}/").status_code == 404
    assert client.get(f"{CODES}999999/").status_code == 404


@pytest.mark.parametrize(
    "place",
    ["before=x", "before=1.", "before=99999999999999999.1", "before=-9999999999999999.1",
     "before=1.9223372036854775808", "after=x", "after=1764331200000000.٣", "before=", "x=1"],
)  # fmt: skip
def test_a_place_that_is_none_leads_to_the_newest(client: Client, place: str) -> None:
    listed(seen())
    key = CodeName.objects.get(kind="topic").pk
    response = client.get(f"{CODES}{key}/?{place}", follow=True)
    assert "Sofia Duarte with Léa Moreau" in words(one(text(response), "li.row"))


def test_looking_at_them_is_no_viewing_and_asks_popsell_nothing(
    client: Client, api: Upstream
) -> None:
    listed(seen())
    of_code(client)
    assert api.sent == []
    assert not Activity.objects.filter(act=Act.VIEW).exists()
