"""/brands/<brand>/ambassadors/ as a table: its columns, orders and tabs, and each one's own past"""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from inbox.models import (
    Brand,
    CodeName,
    DailyFigure,
    Fact,
    FactKind,
    IndexedAmbassador,
    IndexedChatroom,
    Membership,
    User,
)
from inbox.models.index import OLDER
from tests.conftest import ClientOf
from tests.support.chatrooms import person
from tests.support.markup import all_words, attribute, attributes, every, has, one, words
from tests.support.pages import text
from tests.support.upstream import Upstream
from tests.support.waiting import DAY, HOUR, has_index, knows, rooms, waits

PEOPLE = "/brands/3/ambassadors/"


@pytest.fixture
def client(client_of: ClientOf, viewer: Membership) -> Client:
    return client_of(viewer)


def rated(whose: int, *stars: int, days: int = 1) -> None:
    """Ratings of a day so long ago."""
    DailyFigure.objects.create(
        brand_id=3,
        ambassador=whose,
        day=timezone.localdate() - timedelta(days=days),
        kind=FactKind.RATING,
        count=len(stars),
        known=len(stars),
        total=sum(stars),
    )


def answered(whose: int, *minutes: int | None, days: int = 1) -> None:
    """First answers of a day so long ago, each in a conversation of its own."""
    Fact.objects.bulk_create(
        Fact(
            brand_id=3,
            kind=FactKind.ANSWER,
            chatroom=whose * 1000 + number,
            item=f"{days}-{number}",
            ambassador=whose,
            day=timezone.localdate() - timedelta(days=days),
            value=None if one is None else 60 * one,
        )
        for number, one in enumerate(minutes)
    )


@pytest.fixture
def four(brand: Brand, api: Upstream) -> None:
    """Ada, Bo and Cy, each first by another figure; of Dee nothing was read."""
    api.listing()
    has_index(brand)
    knows(101, "Ada Ash")
    knows(102, "Bo Birch")
    knows(103, "Cy Cedar")
    knows(104, "Dee Dogwood", read_at=None, walked=None)
    waits(101, 2 * HOUR, HOUR)
    waits(102, 9 * HOUR)
    rooms(102, 4, unread=True)
    rooms(101, 2, is_anomalous=True)
    rooms(103, 9)
    rated(101, *[4] * 5)
    rated(101, *[5] * 5, days=40)
    rated(102, *[5] * 6)
    rated(102, *[4] * 6, days=40)
    rated(103, 5, 4)
    answered(101, *[12] * 10)
    answered(102, *[48] * 10)
    answered(102, *[22] * 10, days=60)


def order(client: Client, **query: str) -> list[str]:
    """The first names, from top to bottom."""
    page = text(client.get(PEOPLE, query))
    return [name.split()[0] for name in attributes(page, ".person th", "abbr")]


def cell(page: str, name: str, column: str) -> Any:
    (row,) = (row for row in every(page, ".person") if attribute(one(row, "th"), "abbr") == name)
    return one(row, f"td[data-of={column}]")


# Order


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", "Bo Ada Cy Dee"),
        ("wait", "Cy Ada Bo Dee"),
        ("-waiting", "Ada Bo Cy Dee"),
        ("waiting", "Cy Bo Ada Dee"),
        ("-unread", "Bo Ada Cy Dee"),
        ("unread", "Ada Cy Bo Dee"),
        ("-anomalies", "Ada Bo Cy Dee"),
        ("anomalies", "Bo Cy Ada Dee"),
        ("rating", "Ada Bo Cy Dee"),
        ("-rating", "Bo Ada Cy Dee"),
        ("-answer", "Bo Ada Cy Dee"),
        ("answer", "Ada Bo Cy Dee"),
        ("-conversations", "Cy Bo Ada Dee"),
        ("conversations", "Ada Bo Cy Dee"),
        ("name", "Ada Bo Cy Dee"),
        ("-name", "Dee Cy Bo Ada"),
    ],
)
def test_each_column_sorts_both_ways_and_what_is_not_known_is_last(
    client: Client, four: None, sort: str, expected: str
) -> None:
    assert order(client, **({"sort": sort} if sort else {})) == expected.split()


def test_a_heading_sorts_by_its_column_and_turns_it_round(client: Client, four: None) -> None:
    page = text(client.get(PEOPLE))
    assert attributes(page, "thead a", "href") == [
        f"{PEOPLE}?{query}"
        for query in (
            *("sort=name", "sort=-waiting", "sort=wait", "sort=-unread", "sort=-anomalies"),
            *("sort=rating", "sort=-answer", "sort=-conversations"),
        )
    ]
    page = text(client.get(PEOPLE, {"sort": "-unread"}))
    (sorted_by,) = every(page, "thead [aria-sort]")
    assert (words(sorted_by), attribute(sorted_by, "aria-sort")) == ("Unread", "descending")
    assert attribute(one(sorted_by, "a"), "href") == f"{PEOPLE}?sort=unread"
    page = text(client.get(PEOPLE, {"sort": "unread"}))
    (sorted_by,) = every(page, "thead [aria-sort]")
    assert attribute(sorted_by, "aria-sort") == "ascending"
    assert attribute(one(sorted_by, "a"), "href") == f"{PEOPLE}?sort=-unread"


@pytest.mark.parametrize("sort", ["-wait", "nonsense", "-name%20", "--unread", "unread,name"])
def test_an_order_that_nobody_offers_is_the_usual_one(
    client: Client, four: None, sort: str
) -> None:
    page = text(client.get(f"{PEOPLE}?sort={sort}"))
    assert "Longest wait" in words(one(page, "thead [aria-sort]"))
    assert f"{PEOPLE}?sort=-unread" in attributes(page, "thead a", "href")


def test_the_form_offers_the_order_that_is_on(client: Client, four: None) -> None:
    page = text(client.get(PEOPLE, {"sort": "unread", "tab": "waiting"}))
    assert all_words(page, "select[name=sort] option[selected]") == ["Most unread first (reversed)"]
    assert attributes(page, ".more-form [name=tab]", "value") == ["waiting"]
    assert attributes(page, "form.search [name=tab]", "value") == ["waiting"]
    assert attributes(page, "form.search [name=sort]", "value") == ["unread"]


def test_pages_keep_tab_order_name_and_role(client: Client, api: Upstream, brand: Brand) -> None:
    api.listing()
    has_index(brand)
    for number in range(1000, 1102):
        knows(number, f"Ada {number}", status="6")
        rooms(number, number % 7, unread=True)
        waits(number, 2 * HOUR)
    query: dict[str, str] = {"tab": "waiting", "name": "ada", "role": "6", "sort": "-unread"}
    seen: list[int] = []
    for number in (1, 2, 3):
        page = text(client.get(PEOPLE, {**query, "page": str(number)}))
        seen += [int(one) for one in attributes(page, ".person", "data-item")]
    assert seen == sorted(range(1000, 1102), key=lambda one: (-(one % 7), one))
    assert "101–102 of 102" in words(page)
    (back,) = attributes(page, "a[rel=prev]", "href")
    kept = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert kept == {**query, "page": "2"}
    assert all(
        "name=ada&role=6" in address for address in attributes(page, ".tabs a, thead a", "href")
    )


def test_popsells_orders_lead_back_to_the_tabs(client: Client, api: Upstream, four: None) -> None:
    api.listing(person(102, firstname="Bo"))
    page = text(client.get(PEOPLE, {"sort": "-last_action_date", "tab": "waiting"}))
    assert not has(page, ".tabs [aria-current]")
    assert not has(page, ".tabs .count")
    assert attributes(page, ".tabs a", "href") == [
        f"{PEOPLE}?",
        *(f"{PEOPLE}?tab={tab}" for tab in ("waiting", "away", "falling")),
    ]
    assert not has(page, "[name=tab]")
    assert f"{PEOPLE}?sort=-unread" in attributes(page, "thead a", "href")


def test_guests_have_neither_tabs_nor_orders_of_ours(
    client: Client, api: Upstream, four: None
) -> None:
    page = text(client.get(PEOPLE, {"role": "7", "sort": "-unread", "tab": "away"}))
    assert not has(page, ".tabs")
    assert not has(page, "thead a")


# Tabs


def tabs(page: str) -> list[str]:
    return all_words(page, ".tabs a")


def test_tabs_tell_how_many_and_show_them(client: Client, four: None) -> None:
    IndexedAmbassador.objects.filter(ambassador=102).update(seen=timezone.now() - DAY)
    IndexedAmbassador.objects.filter(ambassador=104).update(
        read_at=timezone.now(), walked=timezone.now()
    )
    page = text(client.get(PEOPLE))
    assert tabs(page) == [
        *("All 4", "Someone waits 2", "Away, and someone waits 1", "Rating falls 1")
    ]
    assert attributes(page, ".tabs a", "data-key") == ["1", "2", "3", "4"]
    assert all_words(page, ".tabs [aria-current=page]") == ["All 4"]
    assert order(client, tab="waiting") == ["Bo", "Ada"]
    assert order(client, tab="away") == ["Bo"]
    assert order(client, tab="falling") == ["Ada"]
    assert order(client, tab="nonsense") == ["Bo", "Ada", "Cy", "Dee"]
    assert order(client, tab="waiting", sort="-waiting") == ["Ada", "Bo"]


def test_more_may_come_where_not_all_was_read(client: Client, four: None) -> None:
    page = text(client.get(PEOPLE))
    assert tabs(page) == [
        *("All 4", "Someone waits 2+", "Away, and someone waits 0+", "Rating falls 1+")
    ]
    empty = words(one(text(client.get(PEOPLE, {"tab": "away"})), ".empty"))
    assert "Nobody to show here just now" in empty
    assert "somebody may come" in empty


def test_tabs_count_within_what_is_looked_for(client: Client, four: None) -> None:
    page = text(client.get(PEOPLE, {"name": "bo"}))
    assert tabs(page)[:2] == ["All 1", "Someone waits 1"]


def test_who_is_online_is_not_away(client: Client, api: Upstream, four: None) -> None:
    IndexedAmbassador.objects.filter(ambassador=102).update(seen=timezone.now() - DAY)
    assert order(client, tab="away") == ["Bo"]
    cache.clear()
    api.listing(person(102, firstname="Bo", online=True))
    assert order(client, tab="away") == []


# Ratings


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [
        ([4, 4, 4, 4, 4], [5, 5, 4, 4, 4], "4.0 down 0.4"),
        ([4, 4, 4, 4, 4], [4, 4, 4, 4, 5], "4.0 down 0.2"),
        ([4, 4, 4, 4, 4], [4, 4, 4, 4, 4], "4.0 as before"),
        ([5, 5, 5, 5, 4], [5, 5, 5, 5, 4, 4, 5, 4], "4.8 up 0.2"),
        ([4, 4, 4, 4, 4], [5], "4.0 before: –"),
        ([4, 4], [5] * 9, "– 2 ratings"),
        ([4], [], "– 1 rating"),
        ([], [5] * 9, "–"),
        ([], [], "–"),
        ([0] * 5, [1] * 5, "0.0 down 1.0"),
    ],
)
def test_ratings_are_told_beside_half_a_year_before(
    client: Client, api: Upstream, brand: Brand, now: list[int], before: list[int], shown: str
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rated(101, *now)
    rated(101, *before, days=100)
    told = cell(text(client.get(PEOPLE)), "Ada Ash", "rating")
    assert words(told) == shown
    assert has(told, ".spark") == (len(now) >= 5)
    has_fallen = any(f"down {one}" in shown for one in ("0.4", "1.0"))
    assert has(told, ".spark.falling") == has_fallen
    assert attributes(told, "a", "href") == ([f"{PEOPLE}101/?rated=1"] if now else [])


def test_the_line_shows_eight_weeks_and_says_nothing(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rated(101, 5, 5, 5, 5, 5, days=0)
    rated(101, 2, days=6)
    rated(101, 4, days=7)
    rated(101, 5, days=28)
    rated(101, 5, days=55)
    rated(101, 1, days=56)
    line = one(cell(text(client.get(PEOPLE)), "Ada Ash", "rating"), ".spark")
    assert attribute(line, "aria-hidden") == "true"
    assert attribute(line, "viewBox") == "0 0 72 24"
    drawn = every(line, "path")[1]
    assert attribute(drawn, "d") == "M3.0 3.0h0 M31.3 3.0h0 M59.6 15.9L69.0 9.4"


def test_one_week_is_a_dot(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rated(101, *[5] * 5)
    line = one(cell(text(client.get(PEOPLE)), "Ada Ash", "rating"), ".spark")
    assert attribute(every(line, "path")[1], "d") == "M69.0 3.0h0"
    assert attribute(one(line, "circle"), "cx") == "69.0"


# First answers


def test_first_answers_are_told_beside_half_a_year_before_and_how_much_is_covered(
    client: Client, four: None
) -> None:
    now = timezone.now()
    rooms(102, 25, last_message_date=now - DAY)
    rooms(102, 5, last_message_date=now - 31 * DAY)
    rooms(102, 5, last_message_date=now - DAY, counts=False)
    page = text(client.get(PEOPLE))
    told = cell(page, "Bo Birch", "answer")
    assert words(told).replace("\xa0", " ") == (
        "48 min first answer before: 22 min from 10 of 25 conversations"
    )
    assert attributes(told, "a", "href") == [f"{PEOPLE}102/"]
    told = cell(page, "Ada Ash", "answer")
    assert "before: – from 10 of 10" in words(told)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [([], "–"), ([3] * 9, "– from 9 of 9 conversations"), ([None] * 30, "–")],
)
def test_too_few_first_answers_are_a_dash(
    client: Client, api: Upstream, brand: Brand, minutes: list[int | None], shown: str
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    answered(101, *minutes)
    told = cell(text(client.get(PEOPLE)), "Ada Ash", "answer")
    assert words(told) == shown
    assert not has(told, "a")


def test_it_is_told_where_no_first_answer_is_known(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rooms(101, 30, last_message_date=timezone.now() - DAY)
    told = cell(text(client.get(PEOPLE)), "Ada Ash", "answer")
    assert words(told) == "– from 0 of 30 conversations"


def test_an_answer_within_a_minute_is_one_minute(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    answered(101, *[0] * 10)
    assert "1 min" in words(cell(text(client.get(PEOPLE)), "Ada Ash", "answer"))


# Conversations, and what is not known


def test_conversations_are_counted_whole(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rooms(101, 1130)
    knows(102, "Bo Birch", missing=3)
    rooms(102, 2)
    knows(103, "Cy Cedar", missing=3)
    page = text(client.get(PEOPLE))
    told = cell(page, "Ada Ash", "conversations")
    assert words(told) == "1,130 conversations"
    assert attributes(told, "a", "href") == [f"{PEOPLE}101/"]
    assert words(cell(page, "Bo Birch", "conversations")) == "2+ conversations"
    assert words(cell(page, "Cy Cedar", "conversations")) == "0+"


def test_what_was_not_read_as_a_whole_may_have_more_of_it(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash", missing=3)
    rated(101, 4, 5)
    rooms(101, 30, last_message_date=timezone.now() - DAY)
    page = text(client.get(PEOPLE))
    assert words(cell(page, "Ada Ash", "rating")) == "– 2+ ratings"
    assert words(cell(page, "Ada Ash", "answer")) == "– from 0 of 30+ conversations"


def test_of_whom_nothing_was_read_nothing_is_known(client: Client, four: None) -> None:
    page = text(client.get(PEOPLE))
    (row,) = (one for one in every(page, ".person") if attribute(one, "data-item") == "104")
    assert all_words(row, "td") == ["–"] * 7
    assert not has(row, "td a")


def test_it_leads_to_the_only_one_who_waits_else_to_all_who_do(client: Client, four: None) -> None:
    page = text(client.get(PEOPLE))
    rows = {attribute(one, "data-item"): one for one in every(page, ".person")}
    (one_waits, longest), (two_wait, _) = (
        attributes(rows[number], "td a", "href")[:2] for number in ("102", "101")
    )
    assert one_waits == longest
    assert two_wait == "/brands/3/?ambassador=101&reason=waiting"


def test_waits_and_anomalies_are_as_many_as_their_list_has(client: Client, four: None) -> None:
    """Also where the wait alone is old, and where an anomaly waits."""
    waits(101, 20 * DAY, rank=10, is_anomalous=True)
    waits(101, 20 * DAY, 30 * DAY)
    rooms(101, 3, is_anomalous=True, rank=10 + OLDER)
    now = timezone.now()
    CodeName.objects.create(
        brand_id=3, kind="anomaly", code="3", name="Transfer", first_seen=now, last_seen=now
    )
    IndexedChatroom.objects.filter(is_anomalous=True).update(
        anomaly="3", summary_mark="a", summarized=now
    )
    page = text(client.get(PEOPLE))
    row = next(one for one in every(page, ".person") if attribute(one, "data-item") == "101")
    waiting, _longest, _unread, anomalies = every(row, "td")[:4]
    for told, number in ((waiting, 3), (anomalies, 3)):
        assert words(every(told, "a")[0]).startswith(f"{number} ")
        address = attributes(told, "a", "href")[0]
        assert len(every(text(client.get(address)), ".queue .row")) == number
    assert words(waiting).endswith("2 over 14 days")
    for told, number in ((waiting, 2), (anomalies, 3)):
        assert words(one(told, "small a")) == f"{number} over 14 days"
        (address,) = attributes(told, "small a", "href")
        assert len(every(text(client.get(address)), ".queue .row")) == number
    assert words(_longest) == "20 d 0 h"


def test_a_wait_that_is_old_is_no_wait_of_nobody(client: Client, four: None) -> None:
    waits(103, 20 * DAY, 30 * DAY)
    page = text(client.get(PEOPLE))
    row = next(one for one in every(page, ".person") if attribute(one, "data-item") == "103")
    longest = every(row, "td")[1]
    assert words(longest) == "over 14 days"
    (address,) = attributes(longest, "a", "href")
    assert len(every(text(client.get(address)), ".queue .row")) == 2


@pytest.mark.parametrize(
    ("before", "query", "focused"),
    [
        (PEOPLE, "?sort=unread", "Unread"),
        (f"{PEOPLE}?sort=-unread", "?sort=unread", "Unread"),
        (f"{PEOPLE}?sort=unread", "?sort=unread&tab=waiting", "Someone waits 2+"),
        (f"{PEOPLE}?sort=unread&page=2", "?sort=unread&page=3", ""),
        ("/brands/3/", "?sort=unread&tab=waiting", ""),
        ("", "?sort=unread&tab=waiting", ""),
    ],
)
def test_what_sorts_or_narrows_keeps_the_focus(
    client: Client, four: None, before: str, query: str, focused: str
) -> None:
    referrer = {"Referer": f"http://testserver{before}"} if before else {}
    page = text(client.get(PEOPLE + query, headers=referrer))
    assert all_words(page, "#list [autofocus]") == ([focused] if focused else [])
    elsewhere = {"Referer": f"https://elsewhere.example{before}"}
    assert not has(text(client.get(PEOPLE + query, headers=elsewhere)), "#list [autofocus]")


def test_a_rating_leads_to_who_was_rated_lately(
    client: Client, api: Upstream, brand: Brand
) -> None:
    api.listing()
    has_index(brand)
    knows(101, "Ada Ash")
    rated(101, *[4] * 5)
    now = timezone.now()
    lately = rooms(101, 3, rating=4, rating_seen=now - DAY)
    rooms(101, 1, rating=1, rating_seen=now - 31 * DAY)
    rooms(101, 2)
    told = cell(text(client.get(PEOPLE)), "Ada Ash", "rating")
    (address,) = attributes(told, "a", "href")
    page = text(client.get(address))
    assert sorted(map(int, attributes(page, ".rows .row", "data-item"))) == lately
    assert "Rated in the last 30 days" in words(page)


def test_where_no_change_is_known_the_rating_decides(
    client: Client, api: Upstream, brand: Brand
) -> None:
    api.listing()
    has_index(brand)
    for number, name in enumerate(("Ada", "Bo", "Cy", "Dee", "Eve"), 101):
        knows(number, name)
    rated(101, *[4] * 5)
    rated(102, *[2] * 5)
    rated(103, *[5] * 5)
    rated(104, *[5] * 5)
    rated(104, *[3] * 5, days=40)
    assert order(client, sort="rating") == ["Dee", "Bo", "Ada", "Cy", "Eve"]
    assert order(client, sort="-rating") == ["Dee", "Cy", "Ada", "Bo", "Eve"]


def test_what_popsell_lists_has_the_same_columns(client: Client, api: Upstream, four: None) -> None:
    api.listing(person(102, firstname="Bo"), person(999, firstname="Zoe"))
    page = text(client.get(PEOPLE, {"sort": "popsell"}))
    assert "up 1.0" in words(cell(page, "Bo Duarte", "rating"))
    assert words(cell(page, "Zoe Duarte", "rating")) == "–"
    assert words(cell(page, "Zoe Duarte", "conversations")) == "–"


# Whose eyes


def test_a_manager_sees_the_same(client_of: ClientOf, manager: Membership, four: None) -> None:
    page = text(client_of(manager).get(PEOPLE))
    assert tabs(page)[0] == "All 4"
    assert "down 1.0" in words(cell(page, "Ada Ash", "rating"))


def test_in_french(client: Client, four: None, viewer: Membership) -> None:
    User.objects.filter(pk=viewer.user_id).update(language="fr")
    page = text(client.get(PEOPLE))
    assert tabs(page) == [
        "Tous 4",
        "Quelqu’un attend 2+",
        "Absents, et quelqu’un attend 0+",
        "Note en baisse 1+",
    ]
    assert words(cell(page, "Ada Ash", "rating")) == "4,0 baisse de 1,0"
    assert words(cell(page, "Cy Cedar", "rating")) == "– 2 notes"
    assert "avant : 22 min" in words(cell(page, "Bo Birch", "answer")).replace("\xa0", " ")


def test_a_name_from_the_right_stays_by_itself(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "سارة النجار")
    page = text(client.get(PEOPLE, {"sort": "name"}))
    assert one(page, ".person-name bdi").text() == "سارة النجار"
