"""The conversations that have a code, on the pages of codes, by the index that a sync filled"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.models import (
    Activity,
    Brand,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
)
from inbox.queue import coded
from inbox.sandbox.app import Sandbox
from inbox.sandbox.records import Chatroom
from tests.queue.small import once
from tests.support.index import LAST_MEMBER
from tests.support.markup import attribute, attributes, every, has, one, words
from tests.support.pages import text
from tests.support.runs import many
from tests.support.upstream import Upstream

CODES = "/brands/3/codes/"
SHOWN = 3
PAGE = 25
AT = datetime(2026, 11, 1, tzinfo=UTC)


class Stands(NamedTuple):
    """A conversation, and since when a code stands there."""

    at: datetime
    chatroom: int


Truth = dict[tuple[str, str], list[Stands]]


def truth(sandbox: Sandbox) -> Truth:
    """Where each code stands by the sandbox's own records, the newest first."""
    brand = sandbox.brands[3]
    members = [who.id for who in brand.people.values() if who.status <= LAST_MEMBER]
    rooms = {room.id: room for id_ in members for room in brand.rooms_of[id_]}
    found: Truth = {}
    for room in rooms.values():
        for kind, code, at in codes_of(room):
            found.setdefault((kind, str(code)), []).append(Stands(at, room.id))
    return {code: sorted(stands, reverse=True) for code, stands in found.items()}


def codes_of(room: Chatroom) -> Iterator[tuple[str, int, datetime]]:
    """A summary without a date stands since the last message, as far as a first reading can tell."""
    summary, last = room.summary, room.last
    met = last.date if last else room.inserted
    if summary and summary.anomaly is not None:
        yield "anomaly", summary.anomaly, summary.date or met
    if summary and summary.topic is not None:
        yield "topic", summary.topic, summary.date or met
    if last and last.moderation is not None:
        yield "moderation", last.moderation, last.date


def of_page(page: str) -> dict[tuple[str, str], str]:
    """The HTML of each code's line, by kind and code."""
    lines = {
        attributes(one_.html or "", ".code", "data-number")[0]: one_.html or ""
        for one_ in every(page, ".code")
    }
    return {
        (kind.lower(), code): html
        for key, html in lines.items()
        for kind, _, code in [key.partition(" ")]
    }


def address(kind: str, code: str) -> str:
    return f"{CODES}{CodeName.objects.get(brand=3, kind=kind, code=code).pk}/"


def numbers(page: str) -> list[int]:
    """The chatrooms that a page's rows lead to."""
    return [
        int(link.rstrip("/").rpartition("/")[2]) for link in attributes(page, ".row-name a", "href")
    ]


def walk(client: Client, start: str, way: str) -> list[list[int]]:
    """The pages from here on, by their links."""
    pages, here = [], start
    while True:
        page = text(client.get(here))
        pages.append(numbers(page))
        links = attributes(page, f"a[rel={way}]", "href")
        if not links:
            return pages
        here = links[0]


# As the sandbox has it


def test_each_code_tells_how_often_it_stands_and_where_last(
    client: Client, api: Upstream, brand: Brand
) -> None:
    once(brand)
    assert IndexedChatroom.objects.filter(counts=False).exists()  # those in several inboxes
    page, expected = of_page(text(client.get(CODES))), truth(api.sandbox)
    assert expected.keys() == page.keys()
    assert len(expected) > 15
    for code, stands in expected.items():
        word = "conversation" if len(stands) == 1 else "conversations"
        assert words(one(page[code], "summary")) == f"In {len(stands)} {word}"
        shown = attributes(page[code], ".code-seen li > a", "href")
        newest = [int(link.rstrip("/").rpartition("/")[2]) for link in shown]
        assert newest == [one_.chatroom for one_ in stands[:SHOWN]]


def test_a_code_that_nobody_has_met_yet_is_there_to_be_named(
    client: Client, api: Upstream, brand: Brand
) -> None:
    assert "No code seen yet" in text(client.get(CODES))
    once(brand)
    assert len(of_page(text(client.get(CODES)))) > 15


def test_all_conversations_of_a_code_come_page_by_page(
    client: Client, api: Upstream, brand: Brand
) -> None:
    once(brand)
    code, stands = max(truth(api.sandbox).items(), key=lambda item: len(item[1]))
    expected = [one_.chatroom for one_ in stands]
    assert len(expected) > 2 * PAGE
    api.sent.clear()
    there = walk(client, address(*code), "next")
    assert [number for page in there for number in page] == expected
    assert {len(page) for page in there[:-1]} == {PAGE}
    at_the_end = f"{address(*code)}?after=0.1"
    back = walk(client, at_the_end, "prev")
    assert [number for page in reversed(back) for number in page] == expected
    assert api.sent == []
    assert not Activity.objects.exists()


def test_those_without_a_name_come_first_and_the_most_frequent_before_all(
    client: Client, api: Upstream, brand: Brand
) -> None:
    once(brand)
    named = {"0", "3", "5"}
    CodeName.objects.filter(kind="topic", code__in=named).update(name="Named")
    expected = {
        code: len(stands) for (kind, code), stands in truth(api.sandbox).items() if kind == "topic"
    }
    shown = [code for kind, code in of_page(text(client.get(CODES))) if kind == "topic"]
    assert [code in named for code in shown] == sorted(code in named for code in shown)
    for some in (named, expected.keys() - named):
        counts = [expected[code] for code in shown if code in some]
        assert counts == sorted(counts, reverse=True)
        assert len(set(counts)) > 1
    page = of_page(text(client.get(CODES)))
    opened = {
        code
        for (kind, code), html in page.items()
        if kind == "topic" and has(html, "details[open]")
    }
    assert opened == expected.keys() - named


# What was not read


def test_a_number_that_may_still_grow_has_a_plus(
    client: Client, small: Upstream, brand: Brand
) -> None:
    once(brand)
    code, stands = max(truth(small.sandbox).items(), key=lambda item: len(item[1]))
    for seen, plus in ((False, ""), (True, "+")):
        if seen:
            IndexedAmbassador.objects.create(brand=brand, ambassador=9999)
        told = f"{len(stands)}{plus} conversations"
        assert f"In {told}" in words(of_page(text(client.get(CODES)))[code])
        assert f"All {told}" in words(of_page(text(client.get(CODES)))[code])
        main = words(one(text(client.get(address(*code))), ".head"))
        assert f"Conversations: {len(stands)}{plus} " in main


def test_where_nothing_was_read_the_number_is_not_known(client: Client, api: Upstream) -> None:
    client.get("/brands/3/ambassadors/100/")
    page = text(client.get(CODES))
    assert {words(one_) for one_ in every(page, ".code-seen")} == {"Conversations: –"}
    assert not has(page, ".code-seen a")
    shown = text(client.get(f"{CODES}{CodeName.objects.first().pk}/"))  # type: ignore[union-attr]
    assert "Nothing is known of the brand's conversations yet." in words(shown)
    assert "Conversations: –" in words(shown)


# In few queries


def test_more_codes_and_conversations_take_no_more_queries(
    client: Client, api: Upstream, brand: Brand
) -> None:
    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    fill([(AT, "topic", str(number)) for number in range(3)])
    few = queries(CODES), queries(address("topic", "1"))
    fill(
        [
            (AT, kind, str(number))
            for number in range(3, 40)
            for kind in coded.COLUMNS
            for _ in "123"
        ]
    )
    many_ = queries(CODES), queries(address("topic", "1"))
    assert many_[0] <= few[0] + 2  # the two other kinds
    assert many_[1] == few[1]


def test_no_more_are_counted_than_can_be_said(client: Client, brand: Brand) -> None:
    fill([(AT, "topic", "1")] * 1000 + [(AT, "topic", "2")] * 999)
    page = of_page(text(client.get(CODES)))
    assert "In 999+ conversations" in words(page["topic", "1"])
    assert "In 999 conversations" in words(page["topic", "2"])


def test_where_a_page_stands_is_told(client: Client, brand: Brand) -> None:
    fill([(AT + timedelta(minutes=number), "topic", "1") for number in range(60)])
    here, told = address("topic", "1"), []
    for way in ("next", "next", "prev", "first"):
        page = text(client.get(here))
        told.append(words(one(page, ".pager p")))
        here = attribute(one(page, f'.pager a[rel="{way}"]'), "href")
    assert told == ["1–25 of 60", "26–50 of 60", "51–60 of 60", "26–50 of 60"]
    assert "?" not in here


def test_beyond_what_is_counted_no_place_is_told(client: Client, brand: Brand) -> None:
    fill([(AT, "topic", "1")] * 1100)
    code = CodeName.objects.get(code="1")
    part = coded.find_page(code)
    for _page in range(41):
        part = coded.find_page(code, before=part.older)
    page = text(client.get(f"{address('topic', '1')}?before={part.older}"))
    assert len(every(page, "li.row")) == 25
    assert not has(page, ".pager p")


def fill(stands: list[tuple[datetime, str, str]]) -> None:
    """Rows of a brand that was read as a whole, and their codes."""
    IndexedBrand.objects.get_or_create(brand_id=3, defaults={"directory_read": AT})
    IndexedAmbassador.objects.get_or_create(
        brand_id=3, ambassador=100, defaults={"name": "Léa Moreau", "read_at": AT, "walked": AT}
    )
    codes = {(kind, code) for _at, kind, code in stands}
    CodeName.objects.bulk_create(
        [CodeName(brand_id=3, kind=k, code=c, first_seen=AT, last_seen=AT) for k, c in codes],
        ignore_conflicts=True,
    )
    IndexedChatroom.objects.bulk_create([a_row(*one_) for one_ in stands])


def a_row(at: datetime, kind: str, code: str) -> IndexedChatroom:
    column, moment = coded.COLUMNS[kind]  # type: ignore[index]
    number = IndexedChatroom.objects.count() + next(COUNT)
    return IndexedChatroom(
        brand_id=3, chatroom=number, ambassador=100, facts_at=AT, **{column: code, moment: at}
    )


COUNT = iter(range(1, 10**9))


# While others come

moments = st.integers(0, 5).map(lambda minutes: AT + timedelta(minutes=minutes))


@pytest.mark.django_db
@given(
    first=st.lists(moments, max_size=12),
    later=st.lists(st.lists(moments, max_size=3), max_size=12),
    way=st.sampled_from(["older", "newer"]),
)
@examples(
    max_examples=many(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_conversation_is_lost_or_doubled_while_others_come(
    brand: Brand,
    monkeypatch: pytest.MonkeyPatch,
    first: list[datetime],
    later: list[list[datetime]],
    way: str,
) -> None:
    IndexedChatroom.objects.all().delete()
    CodeName.objects.all().delete()
    monkeypatch.setattr(coded, "PAGE", 3)
    fill([(at, "topic", "1") for at in first] or [(AT, "topic", "2")])
    code = CodeName.objects.filter(code="1").first() or CodeName(brand_id=3, kind="topic", code="1")
    before = set(IndexedChatroom.objects.filter(topic="1").values_list("pk", flat=True))
    coming, seen = iter(later), []
    part = coded.find_page(code, after="0.1" if way == "newer" else "")
    while True:
        seen += [row.pk for row in part.rows]
        fill([(at, "topic", "1") for at in next(coming, [])])
        place = getattr(part, way)
        if not place:
            break
        part = coded.find_page(code, **{"before" if way == "older" else "after": place})
    assert len(seen) == len(set(seen))
    assert before <= set(seen)
