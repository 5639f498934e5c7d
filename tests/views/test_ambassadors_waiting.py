"""/brands/<brand>/ambassadors/ as the index knows it: who waits for them, and in which order"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from inbox.models import (
    Brand,
    CodeKind,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    User,
)
from inbox.models.index import OLDER
from inbox.popsell import identities
from inbox.popsell.resources import Ambassador
from tests.conftest import ClientOf, Later
from tests.queue.small import make_small, once
from tests.support.chatrooms import person
from tests.support.filters import chips
from tests.support.index import LAST_MEMBER, expected_rows
from tests.support.markup import all_words, attribute, attributes, every, has, one, words
from tests.support.pages import HTMX, text
from tests.support.upstream import Upstream
from tests.support.waiting import DAY, HOUR, has_index, knows, rooms, since, waits

PEOPLE = "/brands/3/ambassadors/"
MINUTE = timedelta(minutes=1)
MEMBERS = 0  # the discussion of members among themselves
Cells = dict[str, list[str]]


@pytest.fixture
def client(client_of: ClientOf, viewer: Membership) -> Client:
    return client_of(viewer)


def cells(page: str) -> Cells:
    """What waits for each person, by name, from top to bottom; hidden words left out."""
    return {
        attribute(one(row, "th"), "abbr"): [_shown(cell) for cell in every(row, "td")[:4]]
        for row in every(page, ".person")
    }


def _shown(cell: Any) -> str:
    for word in every(cell, ".hidden"):
        word.decompose()
    return words(cell)


def assert_asked_for_presence_alone(api: Upstream) -> None:
    """No name and no page: who acted last, whatever is looked for."""
    role = "0,1,2,3,4,5,6"
    asked = {"page": "1", "filter[status]": role, "sort": "-last_action_date"}
    assert [dict(parse_qsl(call.query)) for call in api.sent] == [asked] * len(api.sent)
    assert len(api.sent) <= 2


def names(page: str) -> list[str]:
    return list(cells(page))


def role(page: str, name: str) -> str:
    (row,) = (row for row in every(page, ".person") if attribute(one(row, "th"), "abbr") == name)
    return words(one(row, ".person-role"))


@pytest.fixture
def three(brand: Brand, api: Upstream) -> None:
    """Ada, Bo and Cy: for Bo the longest wait, for Cy none. Popsell names nobody who is online."""
    api.listing()
    has_index(brand)
    knows(101, "Ada Ash")
    knows(102, "Bo Birch")
    knows(103, "Cy Cedar")
    waits(101, 2 * HOUR + 5 * MINUTE, HOUR + 20 * MINUTE)
    waits(102, 9 * HOUR + 40 * MINUTE)
    rooms(102, 4, unread=True)
    rooms(101, 1, unread=True, is_anomalous=True)


# Order and numbers


def test_the_longest_wait_comes_first(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    assert_asked_for_presence_alone(api)
    assert cells(page) == {
        "Bo Birch": ["1", "9 h 40", "4", "0"],
        "Ada Ash": ["2", "2 h 05", "1", "1"],
        "Cy Cedar": ["0", "none", "0", "0"],
    }
    assert all_words(page, "thead th") == [
        *("Ambassador", "Waiting", "Longest wait", "Unread", "Anomalies"),
        *("Rating trend", "First answer", "Conversations"),
    ]
    assert attributes(page, "thead [aria-sort]", "aria-sort") == ["descending"]
    assert "1–3 of 3" in words(page)


def test_each_number_leads_to_what_is_behind_it(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    (room,) = waits(101, 5 * HOUR, unread=True, is_anomalous=True)
    page = text(client.get(PEOPLE))
    inbox = f"{PEOPLE}101/"
    it = f"{inbox}chatrooms/{room}/"
    anomalies = "/brands/3/?ambassador=101&reason=anomaly"
    links = [it, it, f"{inbox}?unread=1", anomalies, inbox]
    assert attributes(page, ".person td a", "href") == links
    time = one(page, ".person td time")
    assert attribute(time, "datetime") == since(room).isoformat(timespec="seconds")
    assert attribute(time, "title").endswith("(Europe/Paris)")


def test_anomalies_beyond_the_horizon_are_told_apart(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rooms(101, 2, is_anomalous=True)
    rooms(101, 3, is_anomalous=True, rank=10 + OLDER)
    assert cells(text(client.get(PEOPLE)))["Ada Ash"][3] == "2 3 over 14 days"


def test_nobody_waits_for_popsell_while_it_is_known_to_fail(
    client: Client, api: Upstream, brand: Brand
) -> None:
    now = timezone.now()
    has_index(brand, failing_since=now - HOUR, failure="outage", retry_at=now + MINUTE)
    knows(101, "Ada Ash")
    page = text(client.get(PEOPLE))
    assert list(cells(page)) == ["Ada Ash"]
    assert not api.sent


@pytest.mark.parametrize("due", [None, HOUR])
def test_popsell_is_asked_where_nobody_knows_whether_it_still_fails(
    client: Client, api: Upstream, brand: Brand, due: timedelta | None
) -> None:
    now = timezone.now()
    retry_at = now - due if due else None
    has_index(brand, failing_since=now - 2 * HOUR, failure="outage", retry_at=retry_at)
    knows(101, "Ada Ash")
    client.get(PEOPLE)
    assert api.sent


def test_after_a_failure_nobody_asks_who_is_online_for_a_minute(
    client: Client, api: Upstream, brand: Brand, later: Later
) -> None:
    """Six in a row would keep all inboxes of the process from being read."""
    api.listing()
    has_index(brand)
    knows(101, "Ada Ash")
    api.answer("GET", 500)
    for _ in range(6):
        assert list(cells(text(client.get(PEOPLE)))) == ["Ada Ash"]
    asked = len(api.sent)
    assert asked <= 2  # one call, which is tried again
    later(61)
    client.get(PEOPLE)
    assert len(api.sent) > asked


def test_nothing_is_no_link_and_left_out_on_a_phone(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    page = text(client.get(PEOPLE))
    assert not has(page, ".person td a")
    assert len(every(page, ".person td.none")) == 7


def test_others_come_by_name_and_those_never_read_last(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(105, "Zoe Zander")
    knows(101, "Ada Ash", read_at=None, walked=None)
    knows(103, "Cy Cedar")
    knows(104, "Cy Cedar")
    page = text(client.get(PEOPLE))
    assert [attribute(row, "data-item") for row in every(page, ".person")] == [
        *("103", "104", "105", "101")
    ]


def test_what_nobody_answered_for_two_weeks_is_told_apart(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    knows(102, "Bo Birch")
    waits(101, 400 * DAY, 15 * DAY, 2 * HOUR)
    waits(102, 3 * DAY + 4 * HOUR)
    assert cells(text(client.get(PEOPLE))) == {
        "Bo Birch": ["1", "3 d 4 h", "0", "0"],
        "Ada Ash": ["1 2 over 14 days", "2 h 00", "0", "0"],
    }


def test_a_wait_of_many_hours_is_marked(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    knows(102, "Bo Birch")
    waits(101, 4 * HOUR + MINUTE)
    waits(102, 4 * HOUR - MINUTE)
    first, second = every(text(client.get(PEOPLE)), ".person")
    assert has(first, "td .icon")
    assert not has(second, "td .icon")


def test_many_are_more_than_999(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    rooms(101, 1000, unread=True)
    rooms(101, 999, is_anomalous=True)
    assert cells(text(client.get(PEOPLE)))["Ada Ash"] == ["0", "none", "999+", "999"]


def test_a_wait_that_may_be_longer_says_so(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    waits(101, 2 * HOUR, waits_longer=True)
    assert cells(text(client.get(PEOPLE)))["Ada Ash"][1] == "2 h 00 +"


def test_another_brands_conversations_do_not_count(
    client: Client, api: Upstream, three: None, other_brand: Brand
) -> None:
    IndexedBrand.objects.create(brand=other_brand, directory_read=timezone.now())
    knows(103, "Else", brand=8)
    waits(103, 20 * HOUR, brand=8, unread=True)
    assert cells(text(client.get(PEOPLE)))["Cy Cedar"] == ["0", "none", "0", "0"]


def test_the_numbers_are_those_of_popsell(
    client: Client, api: Upstream, brand: Brand, settings: Settings
) -> None:
    """After a whole pass over the sandbox, by its own records."""
    settings.POPSELL_SYNC_RATE = 10_000
    today = timezone.localdate()
    CodeName.objects.create(
        brand=brand,
        kind=CodeKind.ANOMALY,
        code="3",
        name="Payment",
        first_seen=today,
        last_seen=today,
    )
    api.changed = True
    make_small(api.sandbox)
    once(brand)
    page = text(client.get(PEOPLE))
    held = api.sandbox.brands[3]
    items = {int(attribute(row, "data-item")): row for row in every(page, ".person")}
    assert set(items) == {who.id for who in held.people.values() if who.status <= LAST_MEMBER}
    shown = {
        id_: [int(_shown(cell)) for cell in every(row, "td")[2:4]] for id_, row in items.items()
    }
    expected = {id_: [0, 0] for id_ in items}
    for (room_id, id_), facts in expected_rows(api.sandbox, 3).items():
        room = held.rooms[room_id]
        is_theirs = room.last and room.last.author.id not in {id_, facts.participant}
        is_known = facts.archived is not None  # what the ambassador read
        if room.last and is_theirs and is_known:
            expected[id_][0] += room.last.id > (facts.last_read_message or 0)
        is_open = not (facts.archived or facts.is_blocked) and room.discussion != MEMBERS
        expected[id_][1] += facts.counts and is_open and facts.anomaly == "3"
    assert shown == expected
    assert all(sum(column) for column in zip(*expected.values(), strict=True))


def test_the_order_is_that_of_the_waits_of_the_index(
    client: Client, api: Upstream, brand: Brand, settings: Settings
) -> None:
    settings.POPSELL_SYNC_RATE = 10_000
    api.changed = True
    make_small(api.sandbox)
    once(brand)
    listed = [
        int(attribute(row, "data-item")) for row in every(text(client.get(PEOPLE)), ".person")
    ]
    waiting = IndexedChatroom.objects.filter(
        is_waiting=True, waiting_since__gt=timezone.now() - 14 * DAY
    )
    longest: dict[int, datetime] = {}
    for row in waiting.order_by("-waiting_since"):
        assert row.waiting_since
        longest[row.ambassador] = row.waiting_since
    assert len(longest) > 1
    assert [id_ for id_ in listed if id_ in longest] == sorted(
        longest, key=lambda id_: longest[id_]
    )
    assert set(listed[: len(longest)]) == set(longest)


# What is not known


def test_without_an_index_it_is_popsells_list(client: Client, api: Upstream) -> None:
    page = text(client.get(PEOPLE))
    assert len(api.sent) == 1
    assert all_words(page, "thead th") == ["Ambassador", "Presence"]
    assert not has(page, ".person td a")
    assert not has(page, ".fresh")
    assert all_words(page, "select[name=sort] option") == [
        *("As Popsell lists them", "Latest activity first", "Oldest activity first")
    ]


def test_while_the_directory_is_read_it_is_popsells_list_with_what_is_known(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand, directory_read=None, directory_page=2)
    knows(100, "Léa Moreau", walked=None)
    waits(100, 2 * HOUR)
    page = text(client.get(PEOPLE))
    assert len(api.sent) == 1
    told = cells(page)
    assert told["Léa Moreau"] == ["1+", "2 h 00 +", "0+", "0+"]
    assert told["Camille Bernard"] == ["–"] * 4
    assert "not read to the end yet" in role(page, "Léa Moreau")
    assert "not read yet" in role(page, "Camille Bernard")
    assert "0 of 1+ ambassadors read as a whole" in words(one(page, ".fresh-bar"))


def test_what_was_never_read_is_a_dash(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    knows(101, "Ada Ash", read_at=None, walked=None)
    page = text(client.get(PEOPLE))
    assert cells(page) == {"Ada Ash": ["–"] * 4}
    assert role(page, "Ada Ash").endswith("· not read yet")


@pytest.mark.parametrize(("column", "value"), [("walked", None), ("missing", 3)])
def test_what_was_not_read_as_a_whole_may_grow(
    client: Client, api: Upstream, brand: Brand, column: str, value: int | None
) -> None:
    has_index(brand)
    knows(101, "Ada Ash")
    IndexedAmbassador.objects.update(**{column: value})
    rooms(101, 4, unread=True)
    assert cells(text(client.get(PEOPLE))) == {"Ada Ash": ["0+", "–", "4+", "0+"]}


def test_who_can_not_be_read_keeps_the_numbers_of_the_last_reading(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    knows(101, "Ada Ash", failed_since=timezone.now() - 3 * DAY, failed_with=403)
    knows(102, "Bo Birch", read_at=None, walked=None, failed_since=timezone.now())
    rooms(101, 4, unread=True)
    page = text(client.get(PEOPLE))
    assert cells(page) == {"Ada Ash": ["0", "none", "4", "0"], "Bo Birch": ["–"] * 4}
    assert "can't be read since" in role(page, "Ada Ash")
    assert role(page, "Ada Ash").endswith("Popsell says 403")
    assert "can't be read since" in role(page, "Bo Birch")


def test_who_left_the_directory_and_is_refused_is_no_longer_listed(
    client: Client, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    before = timezone.now() - DAY
    knows(101, "Ada Ash", listed=before, failed_since=before, failed_with=404)
    knows(102, "Bo Birch", listed=before)
    knows(103, "Cy Cedar", failed_since=before, failed_with=404)
    assert names(text(client.get(PEOPLE))) == ["Bo Birch", "Cy Cedar"]


def test_it_says_what_it_was_drawn_from(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    assert words(one(page, ".head .fresh")).startswith("All 3 ambassadors read in the last minute")


# Who they are


def test_their_user_name_is_known_from_what_popsell_said(
    client: Client, api: Upstream, three: None
) -> None:
    said = Ambassador(101, firstname="Ada", lastname="Ash", username="ada.a", online=True)
    identities.remember(3, [said])
    IndexedAmbassador.objects.filter(ambassador=101).update(
        status="6", seen=timezone.now() - 3 * HOUR
    )
    page = words(text(client.get(PEOPLE)))
    assert "Ada Ash @ada.a expert · seen 3 h ago" in page


def test_who_is_online_is_told_as_popsell_says_now(
    client: Client, api: Upstream, three: None
) -> None:
    now = timezone.now()
    IndexedAmbassador.objects.filter(ambassador=102).update(seen=now - HOUR)
    api.listing(
        person(101, online=True, last_action_date=now.isoformat()),
        person(102, online=False, last_action_date=(now - 5 * MINUTE).isoformat()),
    )
    page = text(client.get(PEOPLE))
    assert role(page, "Ada Ash").endswith("online")
    assert role(page, "Bo Birch").endswith("seen 5 min ago")
    (asked,) = api.calls("GET")
    assert dict(parse_qsl(asked.query))["sort"] == "-last_action_date"


def test_without_popsell_nobody_is_online_and_the_page_is_there(
    client: Client, api: Upstream, three: None
) -> None:
    identities.remember(3, [Ambassador(101, firstname="Ada", lastname="Ash", online=True)])
    IndexedAmbassador.objects.filter(ambassador=101).update(seen=timezone.now() - HOUR)
    api.answer("GET", 502)
    page = text(client.get(PEOPLE))
    assert names(page) == ["Bo Birch", "Ada Ash", "Cy Cedar"]
    assert role(page, "Ada Ash").endswith("seen 1 h ago")
    assert not has(page, ".alert")


def test_who_comes_online_is_put_in_place(client: Client, api: Upstream, three: None) -> None:
    api.listing(person(101, online=False))
    page = text(client.get(PEOPLE))
    api.listing(person(101, online=True))
    told = text(ask(client, page))
    assert all_words(told, "button") == []
    assert words(one(told, "#presence-101")) == "online"


def test_who_is_anonymized_has_no_name_whatever_is_remembered(
    client: Client, api: Upstream, three: None
) -> None:
    identities.remember(3, [Ambassador(101, firstname="Ada", lastname="Ash", username="ada.a")])
    IndexedAmbassador.objects.filter(ambassador=101).update(anonymized=True, name="", search="")
    page = text(client.get(PEOPLE))
    assert "Anonymized account" in names(page)
    assert "Ada" not in page
    assert "ada.a" not in page


def test_a_role_that_nobody_documented(client: Client, api: Upstream, three: None) -> None:
    IndexedAmbassador.objects.filter(ambassador=101).update(status="42")
    IndexedAmbassador.objects.filter(ambassador=102).update(status="")
    page = text(client.get(PEOPLE))
    assert role(page, "Ada Ash").startswith("role 42 ·")
    assert role(page, "Bo Birch").startswith("– ·")


# Names and roles


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("birch", ["Bo Birch"]),
        ("BIR", ["Bo Birch"]),
        ("Birch Bo", ["Bo Birch"]),
        ("b", ["Bo Birch"]),  # too short for the search's index
        ("c", ["Cy Cedar"]),
        ("ce cy", ["Cy Cedar"]),
        ("@bo", ["Bo Birch"]),
        ("102", ["Bo Birch"]),
        ("a", ["Ada Ash"]),
        ("!!", []),
        ("Nobody", []),
    ],
)
def test_a_name_is_looked_for_in_the_index(
    client: Client, api: Upstream, three: None, name: str, found: list[str]
) -> None:
    assert names(text(client.get(PEOPLE, {"name": name}))) == found
    assert_asked_for_presence_alone(api)


def test_a_name_that_nobody_has_leads_to_popsells_own_list(
    client: Client, api: Upstream, three: None
) -> None:
    page = text(client.get(PEOPLE, {"name": "<b>Léa Moreau"}))
    assert "Nobody is called “<b>Léa Moreau” here" in words(page)
    (there,) = attributes(page, ".empty a:not([href$='/'])", "href")
    client.get(PEOPLE + there)
    (call,) = api.sent
    assert dict(parse_qsl(call.query)) == {"page": "1", "filter[name]": "<b>Léa Moreau"}


def test_roles_hold_in_this_order_too(client: Client, api: Upstream, three: None) -> None:
    IndexedAmbassador.objects.filter(ambassador=102).update(status="6")
    IndexedAmbassador.objects.filter(ambassador=103).update(status="3")
    page = text(client.get(PEOPLE, {"role": ["3", "6"]}))
    assert names(page) == ["Bo Birch", "Cy Cedar"]
    assert chips(page) == ["seller", "expert"]
    assert names(text(client.get(PEOPLE, {"role": "6", "name": "cy"}))) == []
    assert_asked_for_presence_alone(api)


def test_of_a_role_that_the_index_lacks_popsell_is_asked(
    client: Client, api: Upstream, three: None
) -> None:
    page = text(client.get(PEOPLE, {"role": "7"}))
    (call,) = api.sent
    assert dict(parse_qsl(call.query)) == {"page": "1", "filter[status]": "7"}
    assert chips(page) == ["client", "As Popsell lists them"]


# Other orders


@pytest.mark.parametrize(
    ("sort", "asked"),
    [
        ("popsell", {}),
        ("-last_action_date", {"sort": "-last_action_date"}),
        ("last_action_date", {"sort": "last_action_date"}),
    ],
)
def test_popsells_orders_have_the_columns(
    client: Client, api: Upstream, three: None, sort: str, asked: dict[str, str]
) -> None:
    api.listing(person(103, firstname="Cy"), person(102, firstname="Bo"), person(999))
    page = text(client.get(PEOPLE, {"sort": sort}))
    (call,) = api.sent
    assert dict(parse_qsl(call.query)) == {"page": "1", **asked}
    assert list(cells(page).values()) == [
        ["0", "none", "0", "0"],
        ["1", "9 h 40", "4", "0"],
        ["–"] * 4,
    ]
    assert not has(page, "[aria-sort]")
    assert attributes(page, "select[name=sort] option[selected]", "value") == [sort]
    assert len(chips(page)) == 1


def test_the_form_offers_all_orders(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    assert all_words(page, "select[name=sort] option") == [
        "Longest wait first",
        "Most waiting customers first",
        "Most unread first",
        "Most anomalies first",
        "Ratings that fell most first",
        "Slowest first answer first",
        "Most conversations first",
        "By name",
        "As Popsell lists them",
        "Latest activity first",
        "Oldest activity first",
    ]
    assert attributes(page, "select[name=sort] option[selected]", "value") == [""]
    response: Any = client.get(f"{PEOPLE}?name=&role=6&sort=")
    assert response["Location"] == f"{PEOPLE}?role=6"


def test_a_row_that_popsell_garbles_costs_one_row(
    client: Client, api: Upstream, three: None
) -> None:
    api.listing({}, person(102, firstname="Bo"))
    page = text(client.get(PEOPLE, {"sort": "popsell"}))
    assert "An ambassador that could not be read" in page
    assert attributes(page, ".person th[colspan]", "colspan") == ["8"]


# Pages


def test_pages_of_50_that_keep_the_question(client: Client, api: Upstream, brand: Brand) -> None:
    has_index(brand)
    for number in range(120):
        knows(1000 + number, f"Ada Ash {number:02}", status="6")
        waits(1000 + number, (number + 2) * HOUR)
    seen = []
    for page_number in (1, 2, 3):
        page = text(client.get(PEOPLE, {"page": page_number, "name": "ada", "role": "6"}))
        seen += [int(attribute(row, "data-item")) for row in every(page, ".person")]
    assert seen == list(range(1119, 999, -1))
    assert "101–120 of 120" in words(page)
    assert f"{PEOPLE}?page=2&name=ada&role=6" in attributes(page, "a[rel=prev]", "href")
    response: Any = client.get(PEOPLE, {"page": "9", "name": "ada"})
    assert response["Location"] == f"{PEOPLE}?page=3&name=ada"


def test_a_page_far_beyond_the_last_is_the_last(client: Client, api: Upstream, three: None) -> None:
    response: Any = client.get(PEOPLE, {"page": "9" * 30})
    assert response["Location"] == f"{PEOPLE}?page=1"


@pytest.mark.parametrize("sort", ["", "popsell", "-unread", "rating", "-answer", "name"])
def test_a_page_costs_as_many_queries_as_a_row(
    client: Client, api: Upstream, three: None, sort: str
) -> None:
    query = {"sort": sort} if sort else {}
    client.get(PEOPLE, query)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(PEOPLE, query)
    for number in range(2000, 2060):
        knows(number, f"Dee {number}")
        waits(number, HOUR * 12, unread=True)
    with CaptureQueriesContext(connection) as first:
        client.get(PEOPLE, query)
    with CaptureQueriesContext(connection) as many:
        client.get(PEOPLE, query)
    assert len(many) == len(few)
    assert len(many) <= 19
    assert len(first) <= len(many) + 6  # what is not kept is read once an hour


# Live


def ask(client: Client, page: str) -> Any:
    """As an open page asks whether it changed."""
    shown = ",".join(
        f"{attribute(row, 'data-item')}:{attribute(row, 'data-mark')}"
        for row in every(page, "[data-item]")
    )
    mark = attribute(one(page, "[data-poll]"), "data-mark")
    return client.get(PEOPLE, headers={**HTMX, "Inbox-Mark": mark, "Inbox-Shown": shown})


def test_nothing_changed_is_204(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    answer = ask(client, page)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_asked_for_presence_alone(api)


def test_another_order_waits_behind_the_button(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    waits(103, 20 * HOUR)
    told = text(ask(client, page))
    assert all_words(told, "button") == ["1 changed"]
    assert not has(told, "[data-item]")
    assert names(text(client.get(PEOPLE)))[0] == "Cy Cedar"


@pytest.mark.parametrize("column", ["unread", "is_anomalous"])
def test_what_a_row_says_counts_as_changed(
    client: Client, api: Upstream, three: None, column: str
) -> None:
    page = text(client.get(PEOPLE))
    rooms(103, 1, **{column: True})
    assert all_words(text(ask(client, page)), "button") == ["1 changed"]


def test_who_is_new_is_told(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    knows(104, "Dee Dogwood")
    assert all_words(text(ask(client, page)), "button") == ["1 new"]


def test_when_they_were_seen_is_put_in_place(client: Client, api: Upstream, three: None) -> None:
    page = text(client.get(PEOPLE))
    IndexedAmbassador.objects.filter(ambassador=101).update(seen=timezone.now() - 5 * MINUTE)
    told = text(ask(client, page))
    assert all_words(told, "button") == []
    assert words(one(told, "#presence-101")) == "seen 5 min ago"


def test_a_change_in_popsells_order_waits_too(client: Client, api: Upstream, three: None) -> None:
    api.listing(person(102, firstname="Bo"))
    page = text(client.get(PEOPLE, {"sort": "popsell"}))
    rooms(102, 1, unread=True)
    shown = ",".join(
        f"{attribute(row, 'data-item')}:{attribute(row, 'data-mark')}"
        for row in every(page, "[data-item]")
    )
    mark = attribute(one(page, "[data-poll]"), "data-mark")
    headers = {**HTMX, "Inbox-Mark": mark, "Inbox-Shown": shown}
    told = text(client.get(PEOPLE, {"sort": "popsell"}, headers=headers))
    assert all_words(told, "button") == ["1 changed"]


# Everybody sees it


@pytest.mark.parametrize("who", ["viewer", "moderator", "manager"])
def test_every_member_sees_it(
    client_of: ClientOf, api: Upstream, three: None, who: str, request: pytest.FixtureRequest
) -> None:
    page = text(client_of(request.getfixturevalue(who)).get(PEOPLE))
    assert names(page) == ["Bo Birch", "Ada Ash", "Cy Cedar"]


def test_in_french(client: Client, api: Upstream, three: None, viewer: Membership) -> None:
    User.objects.filter(pk=viewer.user_id).update(language="fr")
    knows(104, "Dee Dogwood", walked=None)
    knows(105, "Eli Elm", failed_since=timezone.now(), failed_with=403)
    waits(101, 3 * DAY + 4 * HOUR, 30 * DAY)
    page = text(client.get(PEOPLE))
    assert all_words(page, "thead th")[1:] == [
        *("En attente", "Attente la plus longue", "Non lus", "Anomalies"),
        *("Tendance des notes", "Première réponse", "Conversations"),
    ]
    assert cells(page)["Ada Ash"][:2] == ["3 1 de plus de 14 jours", "3 j 4 h"]
    assert cells(page)["Cy Cedar"][1] == "aucune"
    assert "pas encore lu jusqu’au bout" in role(page, "Dee Dogwood")
    assert role(page, "Eli Elm").endswith("Popsell répond 403")
