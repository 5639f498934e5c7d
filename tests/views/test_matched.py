"""…/?unread=1, anomaly=1, low=1, unreviewed=1, online=1, moderation=N : what the index answers"""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from inbox.chatrooms.sides import Sides, find_sides, is_unread
from inbox.display import digits
from inbox.models import (
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    Review,
)
from inbox.popsell import client as popsell
from inbox.popsell import identities
from inbox.popsell.filters import ChatroomFilters
from inbox.popsell.resources import Chatroom
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.indexed import listed
from tests.support.indexed import row as kept
from tests.support.markup import attribute, every, first, has, link, one, words
from tests.support.matched import (
    begin,
    fall_behind,
    found,
    inbox_of,
    pages,
    read_whole,
    refuse,
    room,
    said,
)
from tests.support.pages import HTMX, INBOX, button, press, row, rows, text
from tests.support.upstream import Upstream

pytestmark = pytest.mark.usefixtures("moderator")

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
    "one to many": ("unreviewed=1&type_chatroom=7", {"type_chatroom": 7}),
    "not archived": ("unreviewed=1&archived=0", {}),
    "before its day ended": ("unreviewed=1&before=2026-11-21", {}),
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
    "no summary": ("anomaly=1", {"last_summary": None}),
    "no anomaly": ("anomaly=1", {"last_summary": summary(topic=3)}),
    "3 stars": ("low=1", rated(3)),
    "no stars": ("low=1", rated(None)),
    "no rating": ("low=1", {"last_rating": None}),
    "another code": ("moderation=1", moderated(12)),
    "no code": ("moderation=0", moderated(None)),
    "no message": ("moderation=0", {"last_message": None}),
    "only the ambassador online": ("online=1", beside(online=False)),
    "one of two": ("unread=1&low=1", {"last_read": 15, **rated(4)}),
    "one to one": ("unreviewed=1&type_chatroom=7", {"type_chatroom": 0}),
    "archived": ("unreviewed=1&archived=1", {}),
    "of its day": ("unreviewed=1&before=2026-11-20", {}),
}
UNKNOWN: dict[str, tuple[str, Json]] = {
    "no pivot to tell": (
        "unread=1",
        {"ambassadors": [lea(8, chatroom_pivot_data=[]), participant(555, 8)]},
    ),
    "presence not known": ("online=1", beside(online=None)),
    "no pivot to tell whether it is archived": (
        "unreviewed=1&archived=0",
        {"ambassadors": [lea(8, chatroom_pivot_data=[]), participant(555, 8)]},
    ),
}


def shown_now(api: Upstream, changes: Json) -> None:
    """On the newest page, of which nothing was known before."""
    begin()
    api.listing(chatroom(**changes))


def kept_alone(api: Upstream, changes: Json) -> None:
    """Further down than the newest page."""
    begin()
    api.listing()
    listed(chatroom(**changes), at=timezone.now())


@pytest.mark.parametrize("where", [shown_now, kept_alone])
@pytest.mark.parametrize(("query", "changes"), MATCHES.values(), ids=MATCHES)
def test_what_matches_is_shown(
    client: Client, api: Upstream, where: Callable[..., None], query: str, changes: Json
) -> None:
    where(api, changes)
    page = text(client.get(f"{INBOX}?{query}"))
    assert rows(page) == [8]
    assert "1 found" in words(one(page, ".pager"))
    assert "not known" not in said(page)


@pytest.mark.parametrize("where", [shown_now, kept_alone])
@pytest.mark.parametrize(("query", "changes"), MISSES.values(), ids=MISSES)
def test_what_does_not_match_is_not(
    client: Client, api: Upstream, where: Callable[..., None], query: str, changes: Json
) -> None:
    where(api, changes)
    page = text(client.get(f"{INBOX}?{query}"))
    assert rows(page) == []
    assert "0 found" in words(one(page, ".pager"))
    assert "not known" not in said(page)


@pytest.mark.parametrize(("query", "changes"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_counted_and_not_shown(
    client: Client, api: Upstream, query: str, changes: Json
) -> None:
    shown_now(api, changes)
    page = text(client.get(f"{INBOX}?{query}"))
    assert rows(page) == []
    assert "Of 1 other it is not known whether it matches" in said(page)
    page = text(client.get(f"{INBOX}?{query}&low=1"))
    assert "not known" not in said(page)  # it can't match, whatever the rest is


@pytest.mark.parametrize(("upto", "expected"), [(15, [8]), (16, []), (99, [])])
def test_a_review_counts_until_something_newer_came(
    client: Client, moderator: Membership, api: Upstream, upto: int, expected: list[int]
) -> None:
    Review.objects.create(brand=moderator.brand, chatroom=8, message=upto, member=moderator)
    shown_now(api, {})
    assert found(client, "unreviewed=1") == expected


def test_one_of_several_counterparts_online_is_enough(client: Client, api: Upstream) -> None:
    people = [lea(8, 16), participant(555, 8), participant(556, 8, online=True)]
    kept_alone(api, {"ambassadors": people, "type_chatroom": 7})
    page = text(client.get(f"{INBOX}?online=1"))
    assert rows(page) == [8]
    assert "2 people" in words(one(page, "#open-8"))
    assert "One to many · 3 people" in words(one(page, "#chatroom-8"))


def test_who_was_online_counts_for_a_while_and_says_when(client: Client, api: Upstream) -> None:
    begin()
    api.listing()
    for number, minutes in ((8, 4), (9, 16)):
        told: Json = {"ambassadors": [lea(number, 16), participant(555, number, online=True)]}
        at = timezone.now() - timedelta(minutes=minutes)
        listed(chatroom(number, **told), at=at)
    page = text(client.get(f"{INBOX}?online=1"))
    assert rows(page) == [8]
    assert "online 4 min ago" in words(one(page, "#chatroom-8"))
    assert "Of 1 other it is not known" in said(page)
    assert "Who is online counts for 15 minutes" in said(page)


# All of the sandbox's inbox


def everything(filters: ChatroomFilters) -> list[Chatroom]:
    """What Popsell lists, newest first."""
    found: list[Chatroom] = []
    number, last = 1, 1
    while number <= last:
        page = popsell.chatrooms(3, 100, page=number, filters=filters)
        found += [one for one in page.data if isinstance(one, Chatroom)]
        number, last = number + 1, page.last_page
    return found


def sides_of(one: Chatroom) -> Sides:
    return find_sides(one, identities.recall(3, 100))


TESTS: dict[str, Callable[[Chatroom], bool]] = {
    "unread": lambda one: is_unread(one, sides_of(one), identities.recall(3, 100)) is True,
    "anomaly": lambda one: one.last_summary is not None and one.last_summary.anomaly is not None,
    "low": lambda one: (
        (rating := one.last_rating) is not None and rating.value is not None and rating.value <= 2
    ),
    "online": lambda one: any(who.online for who in sides_of(one).others),
    "unreviewed": lambda one: one.id % 3 != 0,
    "moderation": lambda one: (
        (last := one.last_message) is not None
        and last.status_moderation is not None
        and digits(last.status_moderation) == "1"
    ),
}
POPSELLS: list[dict[str, Any]] = [
    {},
    {"archived": False},
    {"archived": True},
    {"type_chatroom": 7},
    {"archived": False, "type_chatroom": 0},
]


def test_each_filter_and_each_two_find_what_popsell_holds(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    read_whole()
    every = everything(ChatroomFilters())
    own = {"brand": moderator.brand, "member": moderator}
    for one_ in every:
        if one_.id % 3 == 0:
            upto = one_.last_message.id if one_.last_message and one_.last_message.id else 0
            Review.objects.create(chatroom=one_.id, message=upto, **own)
    read_whole()
    for asked in [*combinations(TESTS, 1), *combinations(TESTS, 2), tuple(TESTS)]:
        query = "&".join(f"{name}=1" for name in asked)
        expected = [one_.id for one_ in every if all(TESTS[name](one_) for name in asked)]
        assert found(client, query) == expected, query
        assert found(client, f"{query}&sort=last_action_date") == expected[::-1], query


@pytest.mark.parametrize("filters", POPSELLS, ids=str)
@pytest.mark.parametrize("name", ["unread", "anomaly"])
def test_with_popsells_own_filters_it_is_what_popsell_lists(
    client: Client, api: Upstream, name: str, filters: dict[str, Any]
) -> None:
    read_whole()
    expected = [one.id for one in everything(ChatroomFilters(**filters)) if TESTS[name](one)]
    query = "".join(f"&{key}={int(value)}" for key, value in filters.items())
    assert found(client, f"{name}=1{query}") == expected


def test_where_popsell_lists_the_archive_apart_so_does_the_index(
    client: Client, api: Upstream
) -> None:
    api.hide_archived()
    begin()
    IndexedBrand.objects.update(archive_apart=True)
    read_whole()
    plain = everything(ChatroomFilters())
    away = everything(ChatroomFilters(archived=True))
    assert away
    assert found(client, "unread=1") == [one.id for one in plain if TESTS["unread"](one)]
    archived = found(client, "unread=1&archived=1")
    assert archived == [one.id for one in away if TESTS["unread"](one)]
    assert f"all {len(plain)} conversations" in said(text(client.get(f"{INBOX}?unread=1")))
    both = f"all {len(plain) + len(away)} conversations"
    assert both in said(text(client.get(f"{INBOX}?unread=1&archived=1")))


@pytest.mark.parametrize("filters", ["commented=commented", "flag=1", "flag=2"])
def test_what_popsell_alone_knows_is_not_combined_and_it_says_so(
    client: Client, api: Upstream, filters: str
) -> None:
    shown_now(api, {})
    page = text(client.get(f"{INBOX}?{filters}&unread=1&low=1"))
    assert rows(page) == []
    assert "These filters can't be combined The index does not know who commented" in words(page)
    assert "found" not in words(one(page, ".pager"))
    assert link(page, "Without comments and flags") == f"{INBOX}?unread=1&low=1"
    assert link(page, "Without the other filters") == f"{INBOX}?{filters}"


# Page by page


def test_a_page_is_as_long_as_one_of_the_inbox_and_loses_none(
    client: Client, api: Upstream
) -> None:
    """Also where what was on a page is read meanwhile."""
    whole = api.inbox(inbox_of(60, lambda number: number % 2 == 0), per_page=10)
    read_whole()
    shown = list(pages(client, "unread=1"))
    assert [len(rows(page)) for page in shown] == [25, 5]
    whole.rooms[:10] = [room(number) for number in range(1, 11)]
    following = attribute(one(shown[0], ".pager [rel=next]"), "href")
    page = text(client.get(following))
    assert rows(page) == rows(shown[1])
    assert link(page, "First page") == f"{INBOX}?unread=1"
    assert "25 found" in words(one(page, ".pager"))


@pytest.mark.parametrize("sort", ["-last_action_date", "last_action_date"])
def test_what_has_no_date_comes_last_on_pages_of_its_own(
    client: Client, api: Upstream, sort: str
) -> None:
    nothing: Json = {"last_message": None, "last_message_date": None}
    api.inbox([room(n, **(nothing if n % 2 else {})) for n in range(1, 71)])
    read_whole()
    shown = found(client, f"unreviewed=1&sort={sort}")
    assert sorted(shown) == list(range(1, 71))
    assert [n % 2 for n in shown] == [0] * 35 + [1] * 35


@pytest.mark.parametrize("after", ["0.99999999999999999.1", "0.-99999999999999999.1", "x", "9.1.1"])
def test_nonsense_for_a_page_is_an_answer_too(client: Client, api: Upstream, after: str) -> None:
    shown_now(api, {})
    assert client.get(f"{INBOX}?unread=1&after={after}").status_code == 200


def test_the_number_of_a_page_does_not_matter(client: Client, api: Upstream) -> None:
    shown_now(api, {})
    assert rows(text(client.get(f"{INBOX}?unread=1&page=7"))) == [8]


def test_an_inbox_of_popsells_has_no_such_place(client: Client, api: Upstream) -> None:
    api.inbox(inbox_of(60, lambda _: True))
    page = text(client.get(f"{INBOX}?after=0.1.1"))
    assert "after" not in link(page, "Next")


@pytest.mark.parametrize("rooms", [25, 2000])
def test_questions_do_not_grow_with_the_inbox(
    client: Client,
    api: Upstream,
    settings: Settings,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    rooms: int,
) -> None:
    settings.INBOX_CACHE_SECONDS = 60
    begin()
    inbox = inbox_of(rooms, lambda _: True)
    for start in range(0, rooms, 200):
        listed(*inbox[start : start + 200], at=timezone.now())
    api.inbox(inbox)
    client.get(INBOX)
    with django_assert_max_num_queries(13) as asked:
        page = text(client.get(f"{INBOX}?unread=1"))
    chatrooms = [one["sql"] for one in asked if 'FROM "inbox_indexedchatroom"' in one["sql"]]
    assert len(chatrooms) == 2
    assert len(rows(page)) == 25


# What it says of itself


def test_it_says_that_all_was_read(client: Client, api: Upstream) -> None:
    read_whole()
    page = text(client.get(f"{INBOX}?low=1&moderation=77"))
    assert "From the index: all 130 conversations of Léa, the newest read just now" in said(page)
    assert "missing" not in said(page)
    assert "No conversation matches Looked for:" in words(page)
    assert "Show the whole inbox" not in words(page)


def test_it_says_how_much_was_read_and_what_is_missing(client: Client, api: Upstream) -> None:
    begin()
    page = text(client.get(f"{INBOX}?low=1&moderation=77"))
    assert "From the index: 25 of 130 conversations of Léa, the newest read just now" in said(page)
    assert "What was not read yet is missing here." in said(page)
    assert "No conversation matches so far" in words(page)
    assert link(page, "Show the whole inbox") == INBOX


@pytest.mark.parametrize("behind", [{"missing": 2}, {"walked": None}])
def test_what_popsell_counts_and_does_not_list_is_missing(
    client: Client, api: Upstream, behind: dict[str, Any]
) -> None:
    read_whole()
    fall_behind(**behind)
    assert "is missing here" in said(text(client.get(f"{INBOX}?low=1")))


def test_what_nobody_can_read_is_not_missing(client: Client, api: Upstream) -> None:
    api.inbox([room(1), {"id_chatroom": "x"}, room(3)])
    read_whole()
    page = text(client.get(f"{INBOX}?unreviewed=1"))
    assert rows(page) == [1, 3]
    assert "missing" not in said(page)


def test_an_inbox_that_the_index_does_not_have_is_told(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?unread=1"))
    assert "The index does not hold the inbox of Léa yet" in said(page)
    assert rows(page) == []
    assert "Nothing was looked for" in words(page)
    assert "found" not in words(one(page, ".pager"))


def test_an_ambassador_who_is_refused_is_told(client: Client, api: Upstream) -> None:
    read_whole()
    refuse(403)
    api.forbid("chatrooms")
    page = text(client.get(f"{INBOX}?unread=1"))
    assert rows(page)
    assert "Léa can't be read since" in said(page)
    assert "Popsell says 403." in said(page)
    assert has(page, ".alert.kept #retry")


@pytest.mark.parametrize("status", [500, 429, 401])
def test_while_popsell_fails_the_index_answers(client: Client, api: Upstream, status: int) -> None:
    read_whole()
    before = found(client, "unread=1")
    api.answer("GET", status)
    response = client.get(f"{INBOX}?unread=1", headers={"Cache-Control": "no-cache"})
    assert response.status_code == 200
    page = text(response)
    assert rows(page) == before[:25]
    assert has(page, ".alert.kept #retry")
    assert "all 130 conversations of Léa" in said(page)
    assert "Léa Moreau" in words(one(page, "h1"))


def test_without_a_page_kept_it_says_since_when_it_stands(client: Client, api: Upstream) -> None:
    begin()
    listed(chatroom(), at=timezone.now())
    fall_behind(read_at=timezone.now() - timedelta(minutes=7), total=40)
    api.answer("GET", 500)
    page = text(client.get(f"{INBOX}?unread=1"))
    assert rows(page) == [8]
    assert "1 of 40 conversations of Léa Moreau, the newest read 7 min ago" in said(page)
    assert "This is what Popsell said 7 min ago" in words(one(page, ".alert.kept"))


def test_where_nothing_was_ever_read_a_failure_is_a_page(client: Client, api: Upstream) -> None:
    api.answer("GET", 500)
    assert client.get(f"{INBOX}?unread=1").status_code == 502
    begin()
    assert client.get(f"{INBOX}?unread=1").status_code == 502


def test_an_erased_ambassador_is_not_in_the_index(client: Client, api: Upstream) -> None:
    read_whole()
    IndexedChatroom.objects.all().delete()
    IndexedAmbassador.objects.all().delete()
    page = text(client.get(f"{INBOX}?unread=1"))
    assert "The index does not hold the inbox" in said(page)


def test_an_anonymized_counterpart_has_no_name_and_no_words(client: Client, api: Upstream) -> None:
    kept_alone(api, {"ambassadors": [lea(8, 15), participant(555, 8, anonymized=True)]})
    assert kept().name == ""
    html = one(text(client.get(f"{INBOX}?unread=1")), "#chatroom-8").html or ""
    assert "Anonymized account" in words(html)
    assert "Its words are not kept" in words(html)
    assert "Sofia" not in html
    assert "Hello!" not in html


def test_addresses_in_kept_words_are_masked(client: Client, api: Upstream) -> None:
    last = message(16, content="Write to sofia@example.com")
    kept_alone(api, {"last_message": last})
    row = words(one(text(client.get(f"{INBOX}?unread=1")), "#chatroom-8"))
    assert "Write to" in row
    assert "sofia@example.com" not in row


# News


def poll(client: Client, page: str, *changed: str) -> Any:
    """What an open page asks; `changed`: rows that an act's answer put into it."""
    here = one(page, "#list[data-poll]")
    shown = {attribute(item, "data-item"): item for item in every(page, "[data-item]")}
    shown |= {
        attribute(first(html, "[data-item]"), "data-item"): first(html, "[data-item]")
        for html in changed
    }
    items = ",".join(f"{id_}:{attribute(item, 'data-mark')}" for id_, item in shown.items())
    headers = {"Inbox-Mark": attribute(here, "data-mark"), "Inbox-Shown": items, **HTMX}
    return client.get(attribute(here, "data-poll"), headers=headers)


def test_nothing_new_is_no_answer_and_news_are_counted(client: Client, api: Upstream) -> None:
    begin()
    whole = api.inbox([room(1, unread=True), room(2, unread=True), room(3)])
    page = text(client.get(f"{INBOX}?unread=1"))
    assert poll(client, page).status_code == 204
    whole.rooms.insert(0, room(4, unread=True))
    whole.rooms[1] = room(1, unread=True, last_message=message(17, content="More"))
    assert words(text(poll(client, page))).startswith("1 new · 1 changed")
    whole.rooms[0] = room(4)
    whole.rooms[1] = room(1, unread=True)
    whole.rooms[2] = room(2)
    assert "The list changed" in text(poll(client, page))


def test_what_leaves_the_newest_page_has_not_changed(client: Client, api: Upstream) -> None:
    """Less of it is known then, which is no news."""
    begin()
    long = {"last_message": message(16, content="sofia@example.com " * 90, status_moderation=4)}
    more = {"last_summary": summary(summary="S" * 400, anomaly=3, topic=2), **rated(1)}
    people = {"ambassadors": [lea(9, 15), participant(555, 9, online=True, username="sofia")]}
    whole = api.inbox([room(1, unread=True), room(9, unread=True, **long, **more, **people)])
    page = text(client.get(f"{INBOX}?unread=1"))
    assert rows(page) == [1, 9]
    whole.rooms[1:] = [room(3)]
    answer = text(poll(client, page))
    assert "changed" not in answer
    assert "new" not in words(answer)


def test_a_row_that_an_act_changed_is_no_news(client: Client, api: Upstream) -> None:
    for number in (5, 30):
        rooms = api.inbox(inbox_of(60, lambda _: True)).rooms
        read_whole()
        page = list(pages(client, "unread=1"))[number // 26]
        api.answer("POST", body=message(16))
        rooms[number - 1] = room(number)
        api.inbox(rooms)
        answer = text(press(client, button(row(page, number))))
        told = text(poll(client, page, answer))
        assert "1 changed" not in told
        IndexedChatroom.objects.all().delete()


# Who


def test_a_viewer_is_offered_no_act(client_of: ClientOf, viewer: Membership, api: Upstream) -> None:
    read_whole()
    page = text(client_of(viewer).get(f"{INBOX}?unread=1"))
    assert rows(page)
    assert not has(page, "#several")
    assert "Mark read" not in words(one(page, "ul.rows"))


def test_a_stranger_learns_nothing(
    client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    read_whole()
    api.sent.clear()
    assert client_of(neighbour).get(f"{INBOX}?unread=1").status_code == 404
    assert api.sent == []


def test_in_french_it_says_the_same(client: Client, api: Upstream, moderator: Membership) -> None:
    moderator.user.language = "fr"
    moderator.user.save()
    read_whole()
    assert "D’après l’index" in said(text(client.get(f"{INBOX}?unread=1")))
    fall_behind(walked=None)
    assert "manque" in said(text(client.get(f"{INBOX}?unread=1")))
