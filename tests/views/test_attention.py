"""/brands/<brand>/ : what needs attention across the brand, most pressing first, and why"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox import trips
from inbox.chatrooms import index_waiting
from inbox.models import (
    Brand,
    BrandRules,
    ChatroomFlag,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    Review,
    User,
    WorkerBeat,
)
from inbox.popsell import decode
from inbox.queue import attention
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, lea, participant
from tests.support.conversations import form, send
from tests.support.indexed import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    clock,
    dated,
    keep,
    listed,
    of_lea,
    of_sofia,
    room,
    row,
    whole_at_noon,
)
from tests.support.markup import Form, all_words, attribute, attributes, every, has, one, words
from tests.support.pages import HTMX, rows, text, toast
from tests.support.runs import many
from tests.support.undoing import act, undo
from tests.support.upstream import Upstream
from tests.support.waiters import entry

HOME = "/brands/3/"
TALK = "/brands/3/ambassadors/100/chatrooms/8/?reason=all"
LATER = NOON + MINUTE
ENDING = ".queued-acts form:not([id^=hold])"


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        yield


def waiting(id_: int = 8, minutes: float = 90, **more: Any) -> Json:
    return room(of_sofia(16, minutes, content="Is anybody there?"), id_, **more)


def odd(id_: int = 8, minutes: float = 120, anomaly: int = 7, **more: Any) -> Json:
    """A chatroom that Léa answered, with an anomaly in its summary."""
    told = {"summary": "A transfer was offered", "anomaly": anomaly, "topic": 1, **dated(minutes)}
    return room(of_lea(16, 30), id_, **{"last_summary": told, **more})


def rated(id_: int = 8, stars: int = 1, minutes: float = 60, **more: Any) -> Json:
    told = {"value": stars, "comment": "Nobody came", **dated(minutes)}
    return room(of_lea(16, 30), id_, **{"last_rating": told, **more})


def call(kind: str, code: str, name: str, tone: str = "bad", **more: Any) -> None:
    seen = {"first_seen": NOON, "last_seen": NOON}
    CodeName.objects.create(brand_id=3, kind=kind, code=code, name=name, tone=tone, **seen, **more)


def many_waiting(number: int, **facts: Any) -> list[IndexedChatroom]:
    """As the index has them, the first of them waits longest."""
    made = [
        IndexedChatroom(
            **{
                "brand_id": 3,
                "chatroom": 100 + one,
                "ambassador": 100,
                "facts_at": NOON,
                "waiting_since": NOON - 5 * HOUR + one * timedelta(seconds=1),
                "since": NOON - 5 * HOUR + one * timedelta(seconds=1),
                "rank": 30,
                "is_waiting": True,
                **facts,
            }
        )
        for one in range(number)
    ]
    return IndexedChatroom.objects.bulk_create(made)


def look(client: Client, query: str = "") -> str:
    return text(client.get(HOME + query))


def shown(page: str) -> list[str]:
    """What each row says, but for the letters in its pictures, and what it offers."""
    for picture in every(page, ".queued .avatar"):
        page = page.replace(picture.html or "", "")
    said = [" ".join(one.split()) for one in all_words(page, ".queued")]
    return [re.sub(r" (Claim|Release|Take over from [^:]*) ?:.*$", "", one) for one in said]


def tabs(page: str) -> list[str]:
    return all_words(page, ".tabs a")


# Why, with the words that show it


def test_a_rating_after_the_words_that_wait_does_not_hide_them(client: Client) -> None:
    listed(waiting())
    listed(room(of_sofia(17, 80, type_message=2)), at=LATER)
    (row,) = shown(look(client))
    assert "Left waiting" in row
    assert "Is anybody there?" in row


def test_a_wait_is_told_with_its_words(client: Client) -> None:
    listed(waiting())
    told = "Sofia Duarte client with Léa Moreau, seen 10 h ago Left waiting Is anybody there?"
    assert shown(look(client)) == [f"{told} waits at least 1 h 31"]


def test_a_rating_is_not_shown_as_what_waits(client: Client) -> None:
    """It came after the words that wait, which the index does not have."""
    many_waiting(1, type_message="2", excerpt="A real pleasure")
    (said,) = shown(look(client))
    assert "Left waiting" in said
    assert "A real pleasure" not in said


def test_what_is_not_known_of_a_wait_is_said(client: Client) -> None:
    many_waiting(1, waits_longer=True)
    assert "waits at least 5 h 01" in shown(look(client))[0]


def test_an_anomaly_is_called_by_its_name_and_shown_by_the_summary(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    listed(odd())
    (said,) = shown(look(client))
    assert "Payment outside the shop Summary: A transfer was offered" in said
    assert said.endswith("answered 31 min ago")


def test_an_anomaly_without_a_name_can_not_rank(client: Client) -> None:
    call("anomaly", "7", "")
    listed(odd())
    page = look(client)
    assert shown(page) == []
    assert "Anomaly 7 (1)" in words(one(page, ".digest"))


def test_few_stars_are_told_with_their_comment(client: Client) -> None:
    listed(rated(stars=1), rated(9, stars=0), rated(10, stars=3))
    found = shown(look(client))
    assert ["1 star Nobody came" in said for said in found] == [True, False]
    assert "0 stars Nobody came" in found[1]


def test_a_moderation_status_that_needs_attention(client: Client) -> None:
    call("moderation", "4", "Reported", needs_attention=True)
    listed(room(of_lea(16, 30, status_moderation=4, content="Write me"), 8))
    assert "Moderation: Reported Léa Moreau: Write me" in shown(look(client))[0]


def test_a_topic_that_needs_attention(client: Client) -> None:
    call("topic", "1", "Returns", "neutral", needs_attention=True)
    listed(odd(anomaly=0))
    assert "Topic: Returns Summary: A transfer was offered" in shown(look(client))[0]


def test_who_flagged_it_and_when(client: Client) -> None:
    listed(room(of_lea(16, 30), 8))
    facts = {"participant": row().participant or 0, "member_name": "Marc Aubert"}
    ChatroomFlag.objects.create(brand_id=3, chatroom=8, flag=1, flagged=NOON - DAY, **facts)
    IndexedChatroom.objects.update(flag=1, flagged=NOON - DAY, rank=70, since=NOON - DAY)
    assert "To do, from Marc Aubert yesterday" in shown(look(client))[0]


def test_whose_review_it_went_on_after(client: Client, moderator: Membership) -> None:
    listed(room(of_lea(16, 30), 8))
    told = {"member": moderator, "member_name": "Nadia Benali", "reviewed": NOON - DAY}
    Review.objects.create(brand_id=3, chatroom=8, message=12, **told)
    facts = {"reviewed": NOON - DAY, "reviewed_message": 12, "news_since": NOON - HOUR}
    IndexedChatroom.objects.update(**facts, rank=90, since=NOON - HOUR)
    assert "New since Nadia Benali's review" in shown(look(client))[0]


def test_other_reasons_stand_behind_the_first(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    summary = {"summary": "A transfer", "anomaly": 7, "topic": 1, **dated(120)}
    listed(waiting(last_summary=summary, last_rating={"value": 1, "content": "", **dated(60)}))
    assert words(one(look(client), ".queued-more")) == "also no answer for 1 h 31 · also 1 star"


def test_a_thank_you_is_no_wait_of_anybody_left_alone(client: Client) -> None:
    listed(room(of_sofia(16, 90, content="Merci !"), 8))
    page = look(client)
    assert "Thanks, without a question" in shown(page)[0]
    assert all_words(page, ".band h2") == ["When you can 1"]


def test_a_group_is_counted_and_not_named(client: Client) -> None:
    people = [lea(8, last_action_date="2026-11-20T02:00:00Z"), participant(555, 8)]
    people.append(participant(556, 8, firstname="Ana"))
    listed(waiting(ambassadors=people))
    assert shown(look(client))[0].startswith("2 people with Léa Moreau")


def test_an_anonymized_person_has_no_name(client: Client) -> None:
    people = [lea(8), participant(555, 8, anonymized=True)]
    listed(waiting(ambassadors=people))
    page = look(client)
    assert "Sofia" not in page
    assert "Anonymized account" in shown(page)[0]


@examples(max_examples=many(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(said=st.text(max_size=300), name=st.text(max_size=80), stars=st.integers(-5, 2**63))
def test_what_people_wrote_never_breaks_the_page(
    client: Client, said: str, name: str, stars: int
) -> None:
    IndexedChatroom.objects.all().delete()
    people = [lea(8), participant(555, 8, firstname=name)]
    rating = {"value": stars, "comment": said, **dated(60)}
    listed(room(of_sofia(16, 90, content=said), 8, ambassadors=people, last_rating=rating))
    page = look(client)
    assert len(every(page, ".queued")) == 1
    assert not has(page, ".queued script")


# Customers nobody has taken


def came(*entries: Json, at: datetime = NOON) -> None:
    """The waiting list is read, and has these."""
    index_waiting.store(3, decode.waiting_list(list(entries)), at)


def customers(page: str) -> list[str]:
    found = [one for one in every(page, ".queued") if attribute(one, "id").startswith("customer-")]
    return [" ".join(words(one).split()) for one in found]


def test_who_waits_for_anybody_comes_first_of_all(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    call("topic", "4", "Returns", "neutral")
    listed(odd(), waiting(9, 300))
    came(entry(555, id_ambassador=100, id_chatroom=9), entry(900, id_chatroom=None))
    page = look(client)
    assert all_words(page, ".band")[0] == "In the waiting list 2 customers nobody has taken yet"
    first, second = customers(page)
    said = "Sofia Duarte asks for Léa Moreau Returns Help me also no answer for 5 h 01"
    assert first.endswith(f"{said} waits at least 1 h 01")
    assert rows(page) == [8]
    assert second.endswith("Customer 900 Returns Help me waits at least 1 h 01")
    assert attributes(page, "[id^=customer-] a", "href") == [TALK.replace("/8/", "/9/")]
    assert "also no answer for 5\u00a0h\u00a001" in page  # on one line
    assert tabs(page)[:3] == ["All 4", "Waiting 3", "Anomalies 1"]
    assert words(one(page, ".rail-nav [aria-current]")) == "Needs attention 4"


def test_they_are_among_who_waits_and_under_no_other_tab(client: Client) -> None:
    came(entry(900))
    assert len(customers(look(client, "?reason=waiting"))) == 1
    for other in ("anomaly", "rating", "moderation", "new", "older"):
        assert customers(look(client, f"?reason={other}")) == []


def test_a_page_of_them_leads_on_to_the_conversations(client: Client) -> None:
    listed(waiting())
    came(*(entry(900 + number, id_chatroom=None) for number in range(26)))
    first = look(client)
    assert (len(customers(first)), rows(first)) == (25, [])
    second = text(client.get(attributes(first, ".pager [rel=next]", "href")[0]))
    assert (len(customers(second)), rows(second)) == (1, [8])


def test_the_open_conversation_says_that_nobody_took_them(client: Client, api: Upstream) -> None:
    answered = room(of_lea(16, 30), 8)
    listed(answered)
    api.listing(answered)
    came(entry(555))
    page = look(client)
    (address,) = attributes(page, "[id^=customer-] a", "href")
    (told,) = all_words(text(client.get(address)), "#conversation-why li")
    assert told == "Not taken yet in the waiting list since 20 Nov 2026, 12:00 at least"


def test_who_comes_and_who_was_taken_is_told(client: Client) -> None:
    came(entry(900), entry(901))
    page = look(client)
    assert news(client, page) == "204"
    came(entry(901), entry(902), at=LATER)
    assert news(client, page) == "1 new · 1 changed"


def test_a_reason_of_who_waits_there_that_comes_is_told(client: Client) -> None:
    listed(room(of_lea(16, 30), 9))
    came(entry(555, id_chatroom=9))
    page = look(client)
    assert news(client, page) == "204"
    listed(rated(9), at=LATER)
    assert news(client, page) == "1 changed"


@pytest.mark.parametrize("state", [{"waiting_read": None}, {"waiting_failed_since": NOON}])
def test_nobody_says_that_nobody_waits_where_that_is_not_known(
    client: Client, state: dict[str, datetime | None]
) -> None:
    WorkerBeat.objects.create(name="a" * 32, began=NOON, beat_at=LATER)
    whole = look(client)
    assert "Nobody needs you just now" in whole
    assert "#check" in attribute(one(whole, ".empty .icon use"), "href")
    IndexedBrand.objects.update(**state)
    page = look(client)
    assert "#clock" in attribute(one(page, ".empty .icon use"), "href")
    assert "Nobody needs you just now" not in page
    assert "Nothing in what was read so far" in page


def test_where_their_list_can_not_be_read_it_is_said(client: Client) -> None:
    came(entry(900))
    IndexedBrand.objects.update(waiting_failed_since=NOON, waiting_failed_with=403)
    page = look(client)
    assert "customers nobody has taken yet, as read 1 min ago" in all_words(page, ".band")[0]
    told = "Customers nobody has taken can't be read since 13:00 : Popsell says 403."
    assert told in words(one(page, ".digest"))
    IndexedBrand.objects.update(waiting_failed_with=None)
    assert told.replace(": Popsell says 403", "") in words(one(look(client), ".digest"))


def test_who_is_anonymized_waits_without_a_name(client: Client) -> None:
    listed(waiting(ambassadors=[lea(8), participant(555, 8, anonymized=True)]))
    came(entry(555, id_chatroom=None))
    (said,) = customers(look(client))
    assert "Anonymized account" in said
    assert "Help me" not in said


# The order, and how many


def test_most_pressing_first_then_the_longest_wait(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    call("anomaly", "8", "Price compared", "neutral")
    listed(rated(1), waiting(2, 90), odd(3), waiting(4, 300), odd(5, anomaly=8), waiting(6, 30))
    page = look(client)
    assert rows(page) == [3, 4, 2, 5, 1]
    assert all_words(page, ".band") == [
        "Now 3 a customer at risk, or left alone",
        "Today 2 before it gets worse",
    ]


def test_tabs_say_how_many_and_overlap(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    summary = {"summary": "A transfer", "anomaly": 7, "topic": 1, **dated(120)}
    listed(waiting(8, last_summary=summary), rated(9), waiting(10, 60 * 24 * 20))
    page = look(client)
    assert tabs(page) == [
        "All 2",
        "Waiting 1",
        "Anomalies 1",
        "Low ratings 1",
        "New since review 0",
        "Older 1",
    ]
    assert words(one(page, ".rail-nav [aria-current]")) == "Needs attention 2"
    assert rows(look(client, "?reason=waiting")) == [8]
    assert rows(look(client, "?reason=rating")) == [9]
    older = look(client, "?reason=older")
    assert rows(older) == [10]
    assert all_words(older, ".band") == ["Older for 14 days or more"]


def test_more_than_999_are_not_counted(client: Client) -> None:
    many_waiting(attention.MOST + 5)
    page = look(client)
    assert tabs(page)[:2] == ["All 999+", "Waiting 999+"]
    assert all_words(page, ".band h2") == ["Now 999+"]


def test_counts_may_grow_while_not_all_is_read(client: Client) -> None:
    IndexedAmbassador.objects.update(walked=None)
    listed(waiting())
    assert tabs(look(client))[0] == "All 1+"


def test_moderation_has_a_tab_once_a_status_has_a_name(client: Client) -> None:
    call("moderation", "0", "")
    assert not [tab for tab in tabs(look(client)) if tab.startswith("Moderation")]
    call("moderation", "4", "Reported")
    assert "Moderation 0" in tabs(look(client))


def test_the_brands_own_rules_count(client: Client) -> None:
    BrandRules.objects.create(brand_id=3, low_stars=0, horizon=2)
    listed(rated(8, stars=1), rated(9, stars=0), waiting(10, 60 * 24 * 3))
    page = look(client)
    assert rows(page) == [9]
    assert all_words(page, ".digest-figures div")[-1] == "low ratings 1"
    assert all_words(look(client, "?reason=older"), ".band") == ["Older for 2 days or more"]


def test_it_says_that_it_is_sorted_anew(client: Client) -> None:
    listed(waiting())
    BrandRules.objects.create(brand_id=3, ranked_to=0, ranked=40, to_rank=200)
    assert "40 of 200 conversations sorted by the new rules" in words(one(look(client), "#list"))


# Page by page


def test_a_page_begins_where_the_one_before_ended(client: Client) -> None:
    made = many_waiting(30)
    first = look(client)
    assert rows(first) == [one.chatroom for one in made[:25]]
    (further,) = attributes(first, ".pager [rel=next]", "href")
    IndexedChatroom.objects.filter(chatroom=made[3].chatroom).update(rank=None, is_waiting=False)
    second = text(client.get(further))
    assert rows(second) == [one.chatroom for one in made[25:]]
    assert attributes(second, ".pager [rel=first]", "href") == [HOME]
    assert not has(second, ".pager [rel=next]")


@pytest.mark.parametrize(
    "query",
    [
        "?after=",
        "?after=1",
        "?after=30.x.1",
        "?after=9999.99999999999999999.1",
        "?after=30.-1.0",
        "?after=٣٠.1.1",
        "?reason=none",
        "?reason=",
        "?until=1.1.1",
    ],
)
def test_an_address_of_nonsense_shows_a_page(client: Client, query: str) -> None:
    listed(waiting())
    page = look(client, query)
    assert words(one(page, "#title")) == "Needs attention"
    assert rows(page) in ([8], [])


def test_past_the_end_it_leads_back(client: Client) -> None:
    listed(waiting())
    page = look(client, "?after=99.0.0")
    assert "Nothing more needs you" in page
    assert attributes(page, ".empty a", "href") == [HOME]


# Nothing to do


def test_nobody_needs_anybody(client: Client) -> None:
    WorkerBeat.objects.create(name="a" * 32, began=NOON, beat_at=LATER)
    assert "Nobody needs you just now" in look(client)


def test_nothing_in_what_was_read_so_far(client: Client) -> None:
    IndexedAmbassador.objects.update(walked=None)
    assert "Nothing in what was read so far" in look(client)


@pytest.mark.parametrize(
    ("is_read", "told"),
    [(True, "Nothing here needs you"), (False, "Nothing in what was read so far")],
)
def test_an_empty_tab_leads_to_all(client: Client, is_read: bool, told: str) -> None:
    if is_read:
        WorkerBeat.objects.create(name="a" * 32, began=NOON, beat_at=LATER)
    listed(waiting())
    page = look(client, "?reason=anomaly")
    assert words(one(page, ".empty h2")) == told
    assert words(one(page, ".empty a")) == "All 1"


def test_in_french(client: Client) -> None:
    listed(waiting())
    User.objects.update(language="fr")
    page = look(client)
    assert words(one(page, "#title")) == "À voir"
    assert "Laissé sans réponse" in shown(page)[0]


# What came meanwhile


def poll(client: Client, page: str) -> Any:
    """Ask for news as the open page does."""
    (list_,) = every(page, "#list")
    items = zip(
        attributes(page, ".queued", "data-item"),
        attributes(page, ".queued", "data-mark"),
        strict=True,
    )
    headers = {
        **HTMX,
        "Inbox-Mark": attribute(list_, "data-mark"),
        "Inbox-Shown": ",".join(":".join(one) for one in items) or "none",
    }
    return client.get(attribute(list_, "data-poll"), headers=headers)


def news(client: Client, page: str) -> str:
    response = poll(client, page)
    return words(text(response)).strip() if response.status_code == 200 else "204"


def test_nothing_new_is_nothing(client: Client, api: Upstream) -> None:
    listed(waiting())
    page = look(client)
    api.sent.clear()
    with clock(LATER + 10 * MINUTE):
        assert news(client, page) == "204"
    assert not api.sent


def test_new_and_changed_ones_are_told(client: Client) -> None:
    listed(waiting(8, 300))
    page = look(client)
    listed(waiting(9), waiting(8, 300, last_rating={"value": 1, **dated(1)}), at=LATER)
    assert news(client, page) == "1 new · 1 changed"


def test_what_a_colleague_decided_has_changed(client: Client) -> None:
    listed(rated(8), rated(9))
    page = look(client)
    IndexedChatroom.objects.filter(chatroom=8).update(reviewed=LATER, rank=None, since=None)
    assert news(client, page) == "1 changed"


def test_a_threshold_that_is_crossed_is_a_change(client: Client) -> None:
    listed(waiting(8, 200, seen=10))
    page = look(client)
    assert all_words(page, ".band h2") == ["Today 1"]
    with clock(LATER + HOUR):
        assert news(client, page) == "1 changed"


def test_what_moves_up_onto_the_page_is_not_new(client: Client) -> None:
    made = many_waiting(30)
    page = look(client)
    gone = IndexedChatroom.objects.filter(pk=made[0].pk)
    gone.update(rank=None, since=None, waiting_since=None, is_waiting=False)
    assert news(client, page) == "1 changed"


def test_a_row_that_is_gone_changes_the_list(client: Client) -> None:
    listed(waiting(8), waiting(9, 100))
    page = look(client)
    IndexedChatroom.objects.filter(chatroom=8).delete()
    assert news(client, page) == "The list changed"


def refresh(client: Client, page: str) -> Any:
    told = attribute(one(page, "#refresh"), "hx-headers")
    mark = told.rpartition(": ")[2].strip('"}')
    return client.get(HOME, headers={**HTMX, "Inbox-Mark": mark})


def test_a_refresh_brings_rows_or_counts_or_nothing(client: Client) -> None:
    listed(waiting())
    page = look(client)
    assert refresh(client, page).status_code == 204
    listed(waiting(9, 60 * 24 * 20), waiting(), at=LATER)
    response = refresh(client, page)
    assert "Older 1" in tabs(text(response))


# Nobody asks Popsell, and everybody may look


def test_nothing_is_asked_of_popsell(client: Client, api: Upstream) -> None:
    listed(waiting())
    api.sent.clear()
    assert shown(look(client))
    assert not api.sent


def test_one_question_for_the_rows_and_one_for_the_counts(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    many_waiting(30)
    look(client)
    with django_assert_max_num_queries(12) as few:
        look(client)
    asked = [one["sql"] for one in few]
    assert sum("LIMIT 26" in sql for sql in asked) == 1
    assert sum(sql.startswith("SELECT (SELECT count(*)") for sql in asked) == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lies in the process")
def test_what_home_asks_goes_in_two_trips(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    many_waiting(30)
    look(client)
    made = list[int]()
    ask_at_once = trips._ask_at_once

    def note(statements: Any) -> Any:
        made.append(len(statements))
        return ask_at_once(statements)

    monkeypatch.setattr(trips, "_ask_at_once", note)
    with CaptureQueriesContext(connection) as asked:
        look(client)
    assert len(made) == 2
    assert len(asked) == sum(made) + 1  # and who asks


def test_a_viewer_sees_no_work_of_colleagues(
    client_of: ClientOf, viewer: Membership, client: Client
) -> None:
    listed(waiting())
    theirs, ours = look(client_of(viewer)), look(client)
    assert shown(theirs) == shown(ours)
    assert has(ours, ".queued-acts")
    assert not has(theirs, ".queued-acts")
    assert "The team" in all_words(ours, ".digest h3")
    assert "The team" not in all_words(theirs, ".digest h3")


def test_another_brands_rows_are_not_here(client: Client, other_brand: Brand) -> None:
    keep(8, 800)
    listed(waiting(), whose=800, brand=8)
    assert shown(look(client)) == []


# What stands beside the list


def test_today_in_figures(client: Client, api: Upstream) -> None:
    listed(rated(8), waiting(9))
    send(client, review_of(client, api), htmx=True)
    Review.objects.update(reviewed=LATER)  # a default does not hear of the test's clock
    listed(room(of_sofia(17, -1, content="And now?"), 9), at=LATER + MINUTE)
    figures = all_words(look(client), ".digest-figures div")
    assert figures == ["messages 2", "reviewed 1", "low ratings 1"]
    (team,) = all_words(look(client), ".digest-list li:has(.digest-count):not(:has(a))")
    assert team == "You reviewed 1"


def test_for_whom_customers_wait(client: Client) -> None:
    listed(waiting(8, 300), waiting(9, 100))
    page = look(client)
    person, longest = all_words(page, ".digest-list a")
    assert "Léa Moreau seen 10 h ago 2" in person
    assert longest == "Léa Moreau, longest wait: 5 h 01"
    lea = "/brands/3/ambassadors/100/"
    addresses = attributes(page, ".digest-list a", "href")
    assert addresses == [lea, f"{lea}chatrooms/8/?reason=all"]


def test_a_code_that_nobody_named_is_for_a_manager(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    call("anomaly", "7", "")
    listed(odd())
    assert "Ask a manager of your brand." in words(one(look(client), ".digest"))
    assert attributes(look(client_of(manager)), ".digest p a", "href")[-1] == "/brands/3/codes/"


# A conversation beside it


def test_a_conversation_opens_beside_the_same_list(client: Client, api: Upstream) -> None:
    listed(waiting())
    api.listing(waiting())
    page = text(client.get("/brands/3/ambassadors/100/chatrooms/8/?reason=waiting"))
    assert words(one(page, "#title")) == "Needs attention"
    assert rows(page) == [8]
    assert attributes(page, ".row-name [aria-current]", "id") == ["open-8"]
    assert has(page, "#conversation .transcript")
    assert attribute(one(page, ".conversation-back"), "href") == f"{HOME}?reason=waiting#open-8"
    assert words(one(page, "title")).startswith("Sofia Duarte · Needs attention")


def test_it_says_why_it_is_here(client: Client, api: Upstream) -> None:
    both = waiting(last_rating={"value": 1, "content": "", **dated(60)})
    listed(both)
    api.listing(both)
    for headers in ({}, HTMX):
        page = text(client.get(TALK, headers=headers))
        assert [one.split(" since ")[0] for one in all_words(page, "#conversation-why li")] == [
            "Left waiting",
            "1 star",
        ]
    beside_inbox = text(client.get(TALK.partition("?")[0]))
    assert all_words(beside_inbox, "#conversation-why li") == []


def test_the_heading_says_why_it_is_here(client: Client, api: Upstream) -> None:
    listed(waiting())
    api.listing(waiting())
    heading = one(text(client.get(TALK)), "#conversation-why h3")
    assert words(heading) == "Why it is here"
    assert "hidden" not in (heading.attributes.get("class") or "")


@pytest.mark.parametrize("address", [HOME, TALK])
def test_the_longest_wait_stands_in_the_list_whatever_is_open(
    client: Client, api: Upstream, address: str
) -> None:
    longer = room(of_sofia(16, 200), 9)
    listed(waiting(), longer)
    api.listing(waiting(), longer)
    link = one(text(client.get(address)), "#list [data-key='w']")
    assert "/chatrooms/9/?reason=all" in attribute(link, "href")
    assert words(link) == "Longest wait"


def test_without_a_wait_there_is_no_longest(client: Client) -> None:
    listed(rated())
    assert not has(look(client), "[data-key='w']")


def review_of(client: Client, api: Upstream) -> Form | None:
    api.listing(rated())
    return form(text(client.get(TALK)), "review-conversation")


def reviewed(client: Client, api: Upstream) -> Any:
    listed(rated())
    return send(client, review_of(client, api), htmx=True)


def test_what_is_reviewed_stays_with_undo(client: Client, api: Upstream) -> None:
    answer = text(reviewed(client, api))
    assert has(answer, "#chatroom-8.decided")
    assert words(one(answer, "#chatroom-8 .queued-done > span")) == "Reviewed by you"
    assert "1 star" in words(one(answer, "#chatroom-8 .queued-why"))
    assert all_words(answer, "#conversation-why li") == []
    assert shown(look(client)) == []
    address = attribute(one(answer, "#chatroom-8 form"), "action")
    again = text(undo(client, address, HOME))
    assert "1 star" in words(one(again, "#chatroom-8"))
    assert not has(again, ".decided")
    assert rows(look(client)) == [8]


def test_what_is_reviewed_keeps_its_reason_and_its_wait(client: Client, api: Upstream) -> None:
    """A review ends no wait, also none that is too short to be a reason."""
    call("moderation", "3", "Held back", tone="waiting", needs_attention=True)
    recent = room(of_sofia(16, 7, status_moderation=3, content="Is it you?"), 8)
    listed(recent)
    before = one(look(client), "#chatroom-8")
    assert words(one(before, ".queued-wait")) == "waits at least 8 min"
    answer = text(send(client, offer_of(look(client), "review"), htmx=True))
    decided = one(answer, "#chatroom-8.decided")
    assert words(one(decided, ".queued-why")) == words(one(before, ".queued-why"))
    assert "Moderation: Held back" in words(decided)
    assert words(one(decided, ".queued-wait")) == "waits at least 8 min"
    assert words(one(decided, ".queued-done > span")) == "Reviewed by you"
    assert "Needs nobody" not in words(decided)


def test_what_was_new_since_an_earlier_review_keeps_that_reason(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    told = {"member": moderator, "member_name": "Marc Aubert", "reviewed": NOON - DAY}
    Review.objects.create(brand_id=3, chatroom=8, message=12, **told)
    listed(room(of_lea(16, 30), 8))
    page = look(client)
    assert "New since Marc Aubert's review" in words(one(page, "#chatroom-8"))
    answer = text(send(client, offer_of(page, "review"), htmx=True))
    assert "New since Marc Aubert's review" in words(one(answer, "#chatroom-8.decided"))


def test_what_was_decided_here_is_no_news(client: Client, api: Upstream) -> None:
    listed(rated())
    page = look(client)
    answer = text(reviewed(client, api))
    mark = attribute(one(answer, "#chatroom-8"), "data-mark")
    before = attribute(one(page, "#chatroom-8"), "data-mark")
    assert mark != before
    assert news(client, page.replace(f'data-mark="{before}"', f'data-mark="{mark}"')) == ""


# Decided in its row


def offer_of(page: str, act: str) -> Form | None:
    found = form(page, f"{act}-8")
    assert has(page, f"#chatroom-8 #{act}-8") == (found is not None)
    return found


def test_few_stars_are_reviewed_in_their_row(client: Client, api: Upstream) -> None:
    listed(rated())
    answer = text(send(client, offer_of(look(client), "review"), htmx=True))
    assert words(one(answer, "#chatroom-8 .queued-done > span")) == "Reviewed by you"
    assert toast(answer).startswith("Reviewed")
    assert offer_of(answer, "review") is None
    assert Review.objects.get().message == 16
    assert not api.sent
    assert shown(look(client)) == []


def test_a_wait_ends_in_its_row_and_other_reasons_stay(client: Client, api: Upstream) -> None:
    listed(waiting(last_rating={"value": 1, "content": "", **dated(60)}))
    answer = text(send(client, offer_of(look(client), "no-answer"), htmx=True))
    row_ = one(answer, "#chatroom-8")
    assert "1 star" in words(row_)
    assert "waits" not in words(row_)
    assert offer_of(answer, "review")
    assert not api.sent


def test_without_scripts_it_leads_back_to_the_list(client: Client) -> None:
    listed(rated())
    response = send(client, offer_of(look(client, "?reason=rating"), "review"), htmx=False)
    assert response["Location"] == "/brands/3/?reason=rating"
    assert toast(look(client)).startswith("Reviewed")


def test_nobody_signs_off_unseen_what_endangers_a_customer(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    call("moderation", "4", "Reported", needs_attention=True)
    odd_one = odd(last_rating={"value": 1, "content": "", **dated(60)})
    listed(odd_one, room(of_lea(16, 30, status_moderation=4, content="Write me"), 9))
    page = look(client)
    assert rows(page) == [8, 9]
    assert not has(page, ENDING)


def test_nor_where_that_is_older_than_what_is_new(client: Client) -> None:
    call("anomaly", "7", "Payment outside the shop")
    listed(odd(minutes=60 * 24 * 20, last_rating={"value": 1, "content": "", **dated(60)}))
    page = look(client)
    assert "1 star" in shown(page)[0]
    assert "also Payment outside the shop" in shown(page)[0]
    assert not has(page, ENDING)


def test_what_came_since_the_page_is_looked_at_first(client: Client, api: Upstream) -> None:
    call("anomaly", "7", "Payment outside the shop")
    listed(rated())
    found = offer_of(look(client), "review")
    assert found
    told = {"summary": "A transfer was offered", "anomaly": 7, "topic": 1, **dated(0)}
    listed(rated(last_summary=told), at=LATER)
    answer = text(client.post(found.action, found.fields, headers=HTMX))
    assert toast(answer).startswith("Something changed meanwhile")
    assert "Payment outside the shop" in words(one(answer, "#chatroom-8"))
    assert not has(answer, ENDING)
    assert Review.objects.count() == 0


def test_what_is_to_do_is_not_done_by_a_review(client: Client) -> None:
    listed(room(of_lea(16, 30), 8))
    IndexedChatroom.objects.update(flag=1, flagged=NOON - DAY, rank=70, since=NOON - DAY)
    assert not has(look(client), ENDING)


def test_an_act_of_a_row_is_answered_where_its_conversation_is_open(
    client: Client, api: Upstream
) -> None:
    listed(rated())
    api.listing(rated())
    page = text(client.get(TALK))
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{TALK}"}
    found = offer_of(page, "review")
    assert found
    answer = text(client.post(found.action, found.fields, headers=headers))
    assert all_words(answer, "#conversation-why li") == []
    assert has(answer, "#chatroom-8.decided")


def test_a_review_does_not_end_a_wait(client: Client, api: Upstream) -> None:
    both = waiting(last_rating={"value": 1, "content": "", **dated(60)})
    listed(both)
    api.listing(both)
    found = form(text(client.get(TALK)), "review-conversation")
    answer = text(send(client, found, htmx=True))
    assert not has(answer, ".decided")
    assert "Left waiting" in words(one(answer, "#chatroom-8"))


def test_a_wait_that_needs_no_answer_ends(client: Client, api: Upstream) -> None:
    listed(waiting())
    last = of_sofia(16, 90, content="Is anybody there?")
    api.conversation(waiting(), last)
    found = form(text(client.get(TALK)), "no-answer-conversation")
    answer = text(send(client, found, htmx=True))
    assert words(one(answer, "#chatroom-8 .queued-done > span")) == "Needs no answer"
    assert words(one(answer, "#chatroom-8 .queued-wait")) == "waits 1 h 31"
    assert shown(look(client)) == []
    address = attribute(one(answer, "#chatroom-8 form"), "action")
    assert "Left waiting" in words(one(text(undo(client, address, HOME)), "#chatroom-8"))
    assert rows(look(client)) == [8]


def test_where_no_answer_is_needed_no_row_tells_a_wait(client: Client, api: Upstream) -> None:
    both = waiting(last_rating={"value": 1, "comment": "Nobody came", **dated(60)})
    listed(both)
    api.conversation(both, of_sofia(16, 90, content="Is anybody there?"))
    assert "waits" in words(one(look(client), ".queued-wait"))
    answer = text(send(client, form(text(client.get(TALK)), "no-answer-conversation"), htmx=True))
    assert "1 star" in words(one(answer, "#chatroom-8"))
    assert "waits" not in words(one(answer, "#chatroom-8"))


def test_what_was_to_do_is_done(client: Client, api: Upstream) -> None:
    listed(room(of_lea(16, 30), 8))
    api.listing(room(of_lea(16, 30), 8))
    api.answer("PATCH", body={"message": None})
    with clock(LATER - MINUTE):
        act(client, "flag", TALK, state="1")
    assert "To do" in shown(look(client))[0]
    answer = text(act(client, "flag", TALK, state="2"))
    assert words(one(answer, "#chatroom-8 .queued-done > span")) == "Done by you"
    assert "To do" in words(one(answer, "#chatroom-8 .queued-why"))
    assert shown(look(client)) == []


@pytest.mark.parametrize(("name", "done"), [("archive", "Archived"), ("block", "Blocked")])
def test_what_is_put_away_is_told_at_once(
    client: Client, api: Upstream, name: str, done: str
) -> None:
    listed(waiting())
    api.listing(waiting())
    api.answer("PATCH", body={"message": None})
    answer = text(act(client, name, TALK, state="on"))
    assert words(one(answer, "#chatroom-8 .queued-done > span")) == f"{done} by you"
    assert "Left waiting" in words(one(answer, "#chatroom-8 .queued-why"))


def test_what_never_was_to_do_is_not_said_to_have_been(client: Client, api: Upstream) -> None:
    """Its reason went before: the flag that is set now ended none."""
    answer = text(reviewed(client, api))
    assert has(answer, "#chatroom-8.decided")
    api.answer("PATCH", body={"message": None})
    for state in ("2", "none"):
        answer = text(act(client, "flag", TALK, state=state))
        assert "To do" not in words(one(answer, "#chatroom-8 .queued-why"))


def test_an_undo_elsewhere_is_told_of_the_right_people(client: Client, api: Upstream) -> None:
    answer = text(reviewed(client, api))
    address = attribute(one(answer, "#chatroom-8 form"), "action")
    other = "/brands/3/ambassadors/101/chatrooms/9/?reason=all"
    assert "Léa: Sofia Duarte" in toast(text(undo(client, address, other)))


def test_marked_read_beside_the_list(client: Client, api: Upstream) -> None:
    listed(waiting())
    api.listing(waiting())
    api.answer("POST", body=of_sofia(16, 90, content="Is anybody there?"))
    found = form(text(client.get(TALK)), "mark-conversation")
    answer = text(send(client, found, htmx=True))
    assert has(answer, "#conversation-act")
    assert not has(answer, "#conversation-changes")
    assert "Left waiting" in words(one(answer, "#chatroom-8"))
    assert toast(answer).startswith("Marked read for Léa")


def test_without_scripts_an_act_leads_back_to_the_list(client: Client, api: Upstream) -> None:
    listed(rated())
    api.listing(rated())
    found = form(text(client.get(TALK)), "review-conversation")
    response = send(client, found, htmx=False)
    assert response["Location"].startswith((HOME, TALK.partition("?")[0]))
    assert "reason=all" in response["Location"]


def test_an_inbox_ignores_the_reason(client: Client, api: Upstream) -> None:
    listed(waiting())
    api.listing(waiting())
    page = text(client.get("/brands/3/ambassadors/100/?reason=rating"))
    assert rows(page) == [8]
    assert attributes(page, ".row-name a", "href") == ["/brands/3/ambassadors/100/chatrooms/8/"]
