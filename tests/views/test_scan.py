"""…/?unread=1, anomaly=1, low=1, unreviewed=1, online=1, moderation=N : filters that Popsell lacks"""

import gc
import re
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.chatrooms import scan
from inbox.chatrooms.inbox import Inbox, read_inbox
from inbox.chatrooms.rows import Row
from inbox.models import Membership, Review
from inbox.popsell.resources import Chatroom, Page
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.markup import attribute, has, link, one, words
from tests.support.pages import HTMX, INBOX, is_unread, row, rows, text
from tests.support.scans import asked, by_itself, found, go_on, inbox_of, room, to_the_end, told
from tests.support.upstream import Upstream
from tests.support.walks import going_on

# What matches


def summary(**changes: Any) -> Json:
    return {"date_insert": None, "summary": None, "anomaly": None, "topic": None, **changes}


def rated(value: int | None) -> Json:
    return {"last_rating": {"value": value, "comment": None}}


def moderated(code: Any) -> Json:
    return {"last_message": message(16, status_moderation=code)}


def beside(**changes: Any) -> Json:
    """Another counterpart."""
    return {"ambassadors": [lea(8, 16), participant(555, 8, **changes)]}


MATCHES: dict[str, tuple[str, Json]] = {
    "a message after the pointer": ("unread=1", {"last_read": 15}),
    "never read": ("unread=1", {"last_read": None}),
    "an anomaly": ("anomaly=1", {"last_summary": summary(anomaly=3)}),
    "anomaly 0": ("anomaly=1", {"last_summary": summary(anomaly=0)}),
    "an anomaly that is a word": ("anomaly=1", {"last_summary": summary(anomaly="spam")}),
    "0 stars": ("low=1", rated(0)),
    "1 star": ("low=1", rated(1)),
    "2 stars": ("low=1", rated(2)),
    "moderation 0": ("moderation=0", moderated(0)),
    "moderation 12": ("moderation=12", moderated(12)),
    "moderation in words": ("moderation=held", moderated("held")),
    "counterpart online": ("online=1", beside(online=True)),
    "not reviewed": ("unreviewed=1", {}),
    "all at once": (
        "unread=1&anomaly=1&low=1&moderation=5&online=1&unreviewed=1",
        {
            "ambassadors": [lea(8, 15), participant(555, 8, online=True)],
            "last_summary": summary(anomaly=1),
            **rated(2),
            **moderated(5),
        },
    ),
}
MISSES: dict[str, tuple[str, Json]] = {
    "read": ("unread=1", {"last_read": 16}),
    "own words": ("unread=1", {"last_message": message(16, lea(8))}),
    "no pivot to tell": (
        "unread=1",
        {"ambassadors": [lea(8, chatroom_pivot_data=[]), participant(555, 8)]},
    ),
    "no summary": ("anomaly=1", {"last_summary": None}),
    "no anomaly": ("anomaly=1", {"last_summary": summary(topic=3)}),
    "3 stars": ("low=1", rated(3)),
    "no stars": ("low=1", rated(None)),
    "no rating": ("low=1", {"last_rating": None}),
    "another code": ("moderation=1", moderated(12)),
    "no code": ("moderation=0", moderated(None)),
    "no message": ("moderation=0", {"last_message": None}),
    "only the ambassador online": ("online=1", beside(online=False)),
    "presence not known": ("online=1", beside(online=None)),
    "one of two": ("unread=1&low=1", {"last_read": 15, **rated(4)}),
}


@pytest.mark.parametrize(("query", "changes"), MATCHES.values(), ids=MATCHES)
def test_what_matches_is_shown(client: Client, api: Upstream, query: str, changes: Json) -> None:
    api.listing(chatroom(**changes))
    page = text(client.get(f"{INBOX}?{query}"))
    assert rows(page) == [8]
    assert "1 of 1 page, 1 found" in told(page)


@pytest.mark.parametrize(("query", "changes"), MISSES.values(), ids=MISSES)
def test_what_does_not_match_is_not(
    client: Client, api: Upstream, query: str, changes: Json
) -> None:
    api.listing(chatroom(**changes))
    page = text(client.get(f"{INBOX}?{query}"))
    assert rows(page) == []
    assert "1 of 1 page, 0 found" in told(page)
    assert "No conversation matches Looked for:" in words(page)


@pytest.mark.parametrize(("upto", "expected"), [(15, [8]), (16, []), (99, [])])
def test_a_review_counts_until_something_newer_came(
    client: Client, moderator: Membership, api: Upstream, upto: int, expected: list[int]
) -> None:
    Review.objects.create(brand=moderator.brand, chatroom=8, message=upto, member=moderator)
    api.listing(chatroom())
    assert found(client, "unreviewed=1") == expected


def test_one_of_several_counterparts_online_is_enough(client: Client, api: Upstream) -> None:
    people = [lea(8, 16), participant(555, 8), participant(556, 8, online=True)]
    api.listing(chatroom(ambassadors=people, type_chatroom=7))
    assert found(client, "online=1") == [8]


def test_popsells_own_filters_are_asked_on_every_page(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(60, lambda _: True))
    query = "archived=0&before=2026-11-01&unread=1&sort=last_action_date"
    assert len(found(client, query)) == 60
    queries = {call.query.partition("&")[2] for call in api.sent}
    before = "filter%5Blast_action_date_before%5D=2026-10-31+23%3A00%3A00"
    assert queries == {f"sort=last_action_date&filter%5Barchived%5D=0&{before}"}


def test_the_sandboxs_whole_inbox_is_looked_through(client: Client, api: Upstream) -> None:
    shown = found(client, "unread=1")
    whole = [text(client.get(INBOX, {"page": number})) for number in range(1, 7)]
    unread = [number for page in whole for number in rows(page) if is_unread(row(page, number))]
    assert shown == unread
    assert len(shown) > 9  # which the first page has


# How far each request goes


def test_the_first_answer_waits_for_the_first_page_only(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(1000, lambda number: number % 20 == 0))
    page = text(client.get(INBOX, {"unread": "1"}))
    assert asked(api) == [1]
    assert rows(page) == [20]
    assert "1 of 40 pages, 1 found" in told(page)
    assert "Continue (1 of 40 pages)" in words(page)
    assert has(page, "progress#scan-progress[value='1'][max='40']")
    assert by_itself(page)


def test_further_answers_hold_as_many_pages_as_fit(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(1000, lambda number: number % 100 == 0))
    pages = list(to_the_end(client, "unread=1"))
    assert len(pages) == 2
    assert asked(api) == list(range(1, 41))
    assert rows(pages[1]) == list(range(100, 1001, 100))
    assert "40 of 40 pages, 10 found" in told(pages[1])
    assert has(pages[1], "#scan")
    assert not has(pages[1], "#scan form")


def test_a_request_reads_for_half_of_its_time(
    client: Client, api: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.POPSELL_DEADLINE = 24
    api.inbox(inbox_of(1000, lambda _: False))
    page = text(client.get(INBOX, {"unread": "1"}))
    begun, before = monotonic(), len(asked(api))
    # By this clock each page takes five seconds, however busy the machine is.
    monkeypatch.setattr(scan, "monotonic", lambda: begun + 5 * (len(asked(api)) - before))
    page = go_on(client, page)
    assert asked(api) == [1, 2, 3, 4]
    assert "4 of 40 pages, 0 found" in told(page)
    assert by_itself(page)


def test_a_request_reads_one_page_even_where_that_takes_longer(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.POPSELL_DEADLINE = 0.9
    api.inbox(inbox_of(1000, lambda _: False))
    page = text(client.get(INBOX, {"unread": "1"}))
    api.misfortunes["GET"] = "slow"
    assert "2 of 40 pages" in told(go_on(client, page))


def test_pages_that_are_fresh_cost_nothing(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    first = found(client, "unread=1")
    assert asked(api) == [1, 2, 3, 4, 5, 6]
    assert found(client, "unread=1") == first
    found(client, "anomaly=1")
    client.get(INBOX, {"page": "3"})
    assert len(api.sent) == 6


def test_answers_stay_small_however_much_matches(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(400, lambda _: True))
    shown = []
    for page in to_the_end(client, "unread=1"):
        assert len(rows(page)) < scan.ROWS + 25
        assert len(page) < 400_000
        shown += rows(page)
    assert shown == list(range(1, 401))


def test_a_very_long_list_asks_before_it_grows_on(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "BY_ITSELF", 100)
    api.inbox(inbox_of(400, lambda _: True))
    *_, page = to_the_end(client, "unread=1")
    assert "5 of 16 pages, 125 found" in told(page)
    assert "Continue (5 of 16 pages)" in words(page)
    page = go_on(client, page)
    assert by_itself(page)
    assert rows(page)[0] == 126


@pytest.mark.nightly
def test_memory_does_not_grow_with_the_pages_read(client: Client, api: Upstream) -> None:
    """Beyond what the process keeps of any pages, which is bounded."""
    api.inbox(inbox_of(600, lambda number: number % 3 == 1), per_page=3)
    held = []
    for _ in to_the_end(client, "unread=1"):
        gc.collect()
        held.append(sum(type(one) in {Chatroom, Row} for one in gc.get_objects()))
    assert len(held) == 5  # of 1, 50, 50, 50 and 49 pages
    assert held[4] <= held[2]


def test_what_was_found_holds_no_page(moderator: Membership, api: Upstream) -> None:
    api.inbox(inbox_of(50, lambda number: number % 25 == 0))
    page = scan.begin(read_inbox(moderator, 100, 1))
    assert [one.row.chatroom.id for one in page.found] == list(range(1, 26))
    assert not [held for one in page.found for held in one if isinstance(held, Inbox | Page)]


# What it says


def test_it_says_when_pages_were_read_in_the_brands_zone(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    moderator.brand.time_zone = "Asia/Tokyo"
    moderator.brand.save()
    now = timezone.now().astimezone(moderator.brand.zone)
    minutes = {f"{now + timedelta(minutes=n):%H:%M}" for n in (0, 1)}
    said = told(text(client.get(f"{INBOX}?unread=1")))
    assert re.findall(r"read at (\d\d:\d\d)\.", said)[0] in minutes


def test_it_says_from_when_to_when_where_that_took_longer(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?unread=1"))
    earlier = timezone.now() - timedelta(minutes=90)
    fields = {**going_on(page), "since": str(int(earlier.timestamp()))}
    said = told(text(client.get(INBOX, fields, headers=HTMX)))
    assert re.search(r"read from \d\d:\d\d to \d\d:\d\d\.", said)
    assert "What moved meanwhile may be missing." in said
    yesterday = timezone.now() - timedelta(days=1)
    fields["since"] = str(int(yesterday.timestamp()))
    assert re.search(
        r"read since \d+ \w+ \d{4}, \d\d:\d\d",
        told(text(client.get(INBOX, fields, headers=HTMX))),
    )


def test_a_conversation_of_a_later_page_leads_back_to_all_of_the_list(
    client: Client, api: Upstream
) -> None:
    """And stands beside all of it: the page on which it is tells nothing of those before."""
    api.inbox(inbox_of(60, lambda number: number % 10 == 0))
    api.conversation(room(60, unread=True))
    page = text(client.get(f"{INBOX}chatrooms/60/", {"page": "3", "unread": "1"}))
    back = attribute(one(page, "a.conversation-back"), "href")
    assert back == f"{INBOX}?unread=1#chatroom-60"
    assert told(page).startswith("1 of 3 pages, 2 found")
    assert rows(page) == [10, 20]
    assert rows(go_on(client, page)) == [30, 40, 50, 60]


def test_a_conversation_of_a_later_page_is_shown_where_the_first_fails(
    client: Client, api: Upstream
) -> None:
    pages = api.inbox(inbox_of(60, lambda number: number % 10 == 0))
    api.conversation(room(60, unread=True))
    address, asked = f"{INBOX}chatrooms/60/", {"page": "3", "unread": "1"}
    pages.broken.add(1)
    page = text(client.get(address, asked))
    assert "pages 3 to 3 of 3" in told(page)
    assert rows(page) == [60]


def test_what_could_not_be_read_is_counted(client: Client, api: Upstream) -> None:
    rooms = inbox_of(50, lambda _: False)
    rooms[3] = rooms[30] = rooms[31] = {"id_chatroom": "x"}
    api.inbox(rooms)
    first, last = to_the_end(client, "unread=1")
    assert "1 could not be read." in told(first)
    assert "3 could not be read." in told(last)


def test_a_list_that_is_looked_through_claims_nothing_of_the_rest(
    client: Client, api: Upstream
) -> None:
    page = text(client.get(f"{INBOX}?unread=1"))
    for claim in ("#list[data-poll]", "#list [data-poll]", "#unread", "#updated", "#pause"):
        assert not has(page, claim)
    assert "Unread on this page" not in words(one(page, "#list"))
    assert "<title>Unread · Léa Moreau" in page
    assert has(page, "#refresh")


def test_nothing_found_is_said_at_the_end_only(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(60, lambda _: False))
    first, last = to_the_end(client, "archived=0&unread=1")
    assert "No conversation matches" not in first
    assert "No conversation matches Looked for: Not archived , Unread ." in words(last)
    assert "3 of 3 pages, 0 found" in told(last)


# Failures on the way


def test_a_failure_in_the_middle_keeps_what_was_found(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(200, lambda number: number % 25 == 0))
    pages.broken.add(5)
    first, second = to_the_end(client, "unread=1")
    assert rows(first) + rows(second) == [25, 50, 75, 100]
    assert "4 of 8 pages, 4 found" in told(second)
    assert "Popsell gave an answer we can't use" in told(second)
    assert "Continue (4 of 8 pages)" in words(second)
    assert not by_itself(second)
    pages.broken.clear()
    last = go_on(client, second)
    assert rows(last) == [125, 150, 175, 200]
    assert "8 of 8 pages, 8 found" in told(last)


def test_a_failure_at_once_offers_to_go_on_too(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(200, lambda number: number % 25 == 0))
    page = text(client.get(f"{INBOX}?unread=1"))
    pages.broken.add(2)
    response = client.get(INBOX, going_on(page), headers=HTMX)
    assert response.status_code == 200
    again = text(response)
    assert rows(again) == []
    assert "1 of 8 pages, 1 found" in told(again)
    assert going_on(again) == going_on(page)
    assert not by_itself(again)


def test_a_failure_at_once_is_a_page_without_scripts(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(200, lambda _: True))
    page = text(client.get(f"{INBOX}?unread=1"))
    pages.broken.add(2)
    response = client.get(INBOX, going_on(page))
    assert response.status_code == 502
    assert link(text(response), "Retry") == f"{INBOX}?{urlencode(going_on(page))}"


def test_a_failure_on_the_first_page_is_a_page(client: Client, api: Upstream) -> None:
    api.answer("GET", 500)
    assert client.get(f"{INBOX}?unread=1").status_code == 502


def test_a_page_as_it_was_kept_counts_dated_and_stops_there(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(200, lambda _: True))
    client.get(INBOX, {"page": "2"})
    page = text(client.get(f"{INBOX}?unread=1"))
    pages.broken.update({2, 3})
    second = go_on(client, page)
    assert rows(second) == list(range(26, 51))
    assert "2 of 8 pages" in told(second)
    assert "Popsell gave an answer we can't use" in told(second)
    assert not by_itself(second)


def test_a_popsell_that_does_not_turn_pages_is_not_asked_for_ever(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom(), current_page=1, last_page=9)
    first, second = to_the_end(client, "unread=1")
    assert rows(first) == [8]
    assert rows(second) == []
    assert "Popsell does not turn the page" in told(second)
    assert "1 of 9 pages, 1 found" in told(second)
    assert asked(api) == [1, 2]
    assert "Popsell does not turn the page" in told(go_on(client, first, htmx=False))


def test_an_inbox_that_became_shorter_ends(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(200, lambda _: True))
    page = text(client.get(f"{INBOX}?unread=1"))
    del pages.rooms[20:]
    last = go_on(client, page)
    assert "1 of 1 page, 25 found" in told(last)
    assert not by_itself(last)


def test_a_stranger_learns_nothing(
    client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    other = client_of(neighbour)
    assert other.get(f"{INBOX}?unread=1").status_code == 404
    assert other.get(f"{INBOX}?unread=1&page=2&from=1").status_code == 404
    assert api.sent == []


# Pages that shift meanwhile


def test_what_moved_down_a_page_is_not_shown_again(client: Client, api: Upstream) -> None:
    pages = api.inbox(inbox_of(100, lambda _: True))
    page = text(client.get(f"{INBOX}?unread=1"))
    shown = rows(page)
    for number in (200, 201, 202):
        pages.rooms.insert(0, room(number, unread=True))
    while by_itself(page):
        page = go_on(client, page)
        shown += rows(page)
    assert shown == list(range(1, 101))
    assert "100 found" in told(page)


def test_the_same_row_twice_in_one_answer_is_one(client: Client, api: Upstream) -> None:
    rooms = inbox_of(100, lambda number: number % 30 == 0)
    rooms[70] = rooms[59]
    rooms[80] = rooms[59]
    api.inbox(rooms)
    assert found(client, "unread=1") == [30, 60, 90]


def test_an_address_stays_short_however_many_were_shown(client: Client, api: Upstream) -> None:
    far = 10**18
    api.inbox([room(far + number, unread=True) for number in range(400)])
    for page in to_the_end(client, "unread=1"):
        if has(page, "#scan form"):
            assert len(urlencode(going_on(page))) < 3000
    assert "400 found" in told(page)
