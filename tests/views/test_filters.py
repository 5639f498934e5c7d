"""/brands/<brand>/ambassadors/<ambassador>/?archived=1&… : the filters and the sort that Popsell has"""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.models import CodeName, Membership
from tests.support.chatrooms import chatroom, message
from tests.support.filters import chips, without
from tests.support.markup import (
    all_words,
    attribute,
    attributes,
    every,
    form,
    has,
    link,
    one,
    words,
)
from tests.support.pages import HTMX, INBOX, button, is_unread, press, row, rows, text
from tests.support.upstream import Upstream

ALL_OF_THEM = {
    "archived": "0",
    "flag": "1",
    "commented": "not_commented",
    "type_chatroom": "0",
    "before": "2026-11-01",
    "sort": "last_action_date",
}
LISTED = "archived=0&flag=1&commented=not_commented&type_chatroom=0&before=2026-11-01"


def sent(api: Upstream) -> dict[str, str]:
    """The query of the only request."""
    (call,) = api.sent
    return dict(parse_qsl(call.query))


def filters(api: Upstream) -> dict[str, str]:
    return {name: value for name, value in sent(api).items() if name.startswith("filter")}


def links(page: str) -> list[str]:
    return attributes(page, "[href]", "href")


def current_tab(page: str) -> str | None:
    """The words of the only tab that is chosen, if any is."""
    found = all_words(one(page, "nav.tabs"), "[aria-current=page]")
    assert len(found) <= 1
    return found[0] if found else None


# What Popsell is asked


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("archived=1", {"filter[archived]": "1"}),
        ("archived=0", {"filter[archived]": "0"}),
        ("flag=1", {"filter[flag]": "1"}),
        ("flag=2", {"filter[flag]": "2"}),
        ("commented=commented", {"filter[commented]": "commented"}),
        ("commented=not_commented", {"filter[commented]": "not_commented"}),
        ("type_chatroom=0", {"filter[type_chatroom]": "0"}),
        ("type_chatroom=7", {"filter[type_chatroom]": "7"}),
        ("before=2026-11-01", {"filter[last_action_date_before]": "2026-10-31 23:00:00"}),
        ("before=2026-07-01", {"filter[last_action_date_before]": "2026-06-30 22:00:00"}),
    ],
)
def test_each_filter_of_the_address_is_asked_of_popsell(
    client: Client, api: Upstream, asked: str, expected: dict[str, str]
) -> None:
    assert client.get(f"{INBOX}?{asked}").status_code == 200
    assert filters(api) == expected


def test_filters_and_sort_combine(client: Client, api: Upstream) -> None:
    client.get(INBOX, ALL_OF_THEM)
    assert sent(api) == {
        "page": "1",
        "sort": "last_action_date",
        "filter[archived]": "0",
        "filter[flag]": "1",
        "filter[commented]": "not_commented",
        "filter[type_chatroom]": "0",
        "filter[last_action_date_before]": "2026-10-31 23:00:00",
    }


def test_a_day_begins_where_the_brand_is(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    moderator.brand.time_zone = "America/New_York"
    moderator.brand.save()
    client.get(INBOX, {"before": "2026-11-01"})
    assert filters(api) == {"filter[last_action_date_before]": "2026-11-01 04:00:00"}


@pytest.mark.parametrize(
    "nonsense",
    [
        "archived=2",
        "archived=yes",
        "flag=0",
        "flag=\u0661",
        "commented=COMMENTED",
        "type_chatroom=3",
        "before=yesterday",
        "before=2026-02-30",
        "before=0001-01-01",
        "before=9999-12-31",
        "sort=name",
        "sort=--last_action_date",
        "unread=0",
        "online=true",
        "moderation=+",
        "filter[archived]=1",
    ],
)
def test_nonsense_asks_nothing(client: Client, api: Upstream, nonsense: str) -> None:
    page = text(client.get(f"{INBOX}?{nonsense}"))
    assert sent(api) == {"page": "1", "sort": "-last_action_date"}
    assert current_tab(page) == "All"
    assert chips(page) == []


def test_the_sandbox_answers_what_was_asked(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, {"archived": "1"}))
    shown = rows(page)
    assert shown
    assert all("Archived" in words(row(page, number)) for number in shown)
    rest = text(client.get(INBOX, {"archived": "0"}))
    assert not set(shown) & set(rows(rest))


def test_oldest_first_turns_the_list_around(client: Client, api: Upstream) -> None:
    first = rows(text(client.get(INBOX, {"sort": "last_action_date"})))
    last = rows(text(client.get(INBOX, {"page": "6"})))
    assert first[0] == last[-1]


@pytest.mark.parametrize(
    "query",
    ["", "archived=1", "sort=last_action_date", "unread=1", "flag=1&anomaly=1", "page=2"],
)
def test_a_view_is_one_call(client: Client, api: Upstream, query: str) -> None:
    client.get(f"{INBOX}?{query}")
    assert len(api.sent) == 1


def test_pages_of_another_question_are_kept_apart(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    for query in ({}, {"archived": "1"}, {"sort": "last_action_date"}, {"before": "2026-11-01"}):
        client.get(INBOX, query)
        client.get(INBOX, query)
    assert len(api.sent) == 4


def test_what_is_asked_by_default_is_the_same_page(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    client.get(INBOX)
    client.get(INBOX, {"sort": "-last_action_date"})
    client.get(INBOX, {"unread": "1"})
    assert len(api.sent) == 1


# Addresses


def test_addresses_leave_out_what_is_so_anyway(client: Client, api: Upstream) -> None:
    address = f"{INBOX}?sort=-last_action_date&flag=9&archived=0&page=2"
    page = text(client.get(address))
    assert f"{INBOX}?page=3&archived=0" in links(page)
    assert f'data-poll="{INBOX}?page=2&amp;archived=0"' in page
    assert not [one for one in links(page) if "flag=9" in one]


def test_paging_keeps_the_question(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?archived=0&page=2"))
    for number in (1, 3, 6):
        assert f"{INBOX}?page={number}&archived=0" in links(page)
    response: Any = client.get(f"{INBOX}?archived=0&sort=last_action_date&page=99")
    assert response["Location"] == f"{INBOX}?page=6&archived=0&sort=last_action_date"


def test_refresh_retry_and_poll_ask_the_same(client: Client, api: Upstream) -> None:
    query = "?page=2&amp;archived=0"
    page = text(client.get(f"{INBOX}?archived=0&page=2"))
    assert f'id="refresh" href="{INBOX}{query}" hx-get="{INBOX}{query}"' in page
    assert f'data-poll="{INBOX}{query}"' in page
    api.answer("GET", 500)
    assert f'<a class="button" id="retry" href="{INBOX}{query}"' in text(
        client.get(f"{INBOX}?archived=0&page=2")
    )


def test_a_forms_empty_fields_are_left_out_of_the_address(client: Client, api: Upstream) -> None:
    sent_by_form = "archived=1&flag=&commented=&type_chatroom=&moderation=&sort=&before="
    response: Any = client.get(f"{INBOX}?{sent_by_form}")
    assert response["Location"] == f"{INBOX}?archived=1"
    assert api.sent == []


def test_rows_open_beside_the_same_list_and_lead_back_to_it(client: Client, api: Upstream) -> None:
    listing = text(client.get(f"{INBOX}?archived=0&page=2"))
    number = rows(listing)[3]
    address = f"{INBOX}chatrooms/{number}/?page=2&archived=0"
    assert address in links(listing)
    api.sent.clear()
    beside = text(client.get(address))
    assert rows(beside) == rows(listing)
    assert f"{INBOX}?page=2&archived=0#open-{number}" in links(beside)
    assert len([call for call in api.sent if call.path.endswith("chatrooms")]) == 1
    opened = client.get(address, headers=HTMX)
    assert opened["HX-Push-Url"] == address
    assert f"{INBOX}?page=2&archived=0#open-{number}" in links(text(opened))


# What is shown


def test_what_is_on_can_be_taken_off_one_by_one_or_all(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, ALL_OF_THEM))
    assert chips(page) == [
        "Not archived",
        "Flagged as to do",
        "Not commented",
        "One to one",
        "Last active before 1 Nov 2026",
        "Oldest activity first",
    ]
    assert without(page, "Flagged as to do") == (
        f"{INBOX}?archived=0&commented=not_commented&type_chatroom=0&before=2026-11-01"
        "&sort=last_action_date"
    )
    assert without(page, "Oldest activity first") == f"{INBOX}?{LISTED}"
    assert link(page, "Show all") == f"{INBOX}?sort=last_action_date"
    assert link(page, "All") == f"{INBOX}?sort=last_action_date"
    assert current_tab(page) is None


def test_a_sort_alone_is_no_filter(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, {"sort": "last_action_date"}))
    assert current_tab(page) == "All"
    assert chips(page) == ["Oldest activity first"]
    assert "Show all" not in words(one(page, "ul.chosen"))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("unread", "Unread"),
        ("anomaly", "Anomalies"),
        ("low", "Low ratings"),
        ("unreviewed", "Not reviewed"),
        ("online", "Online"),
    ],
)
def test_a_tab_is_one_of_several_and_keeps_the_rest(
    client: Client, api: Upstream, name: str, label: str
) -> None:
    page = text(client.get(f"{INBOX}?archived=0&low=1"))
    assert link(page, label) == f"{INBOX}?archived=0&{name}=1"
    chosen = text(client.get(f"{INBOX}?archived=0&{name}=1"))
    assert current_tab(chosen) == label
    assert chips(chosen) == ["Not archived"]


def test_two_of_the_tabs_together_are_chips(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?unread=1&low=1"))
    assert current_tab(page) is None
    assert chips(page) == ["Unread", "Low ratings"]
    assert link(page, "Unread") == f"{INBOX}?unread=1"  # the tab, which has no other words
    assert f"{INBOX}?low=1" in links(page)


def test_the_form_holds_what_is_on(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, {**ALL_OF_THEM, "low": "1"}))
    filled = one(page, "form.more-form")
    assert attributes(filled, "option[selected]", "value") == [
        *("0", "1", "not_commented", "0", "last_action_date")
    ]
    assert attributes(filled, "[name=before]", "value") == ["2026-11-01"]
    assert attributes(filled, "[value='1'][checked]", "name") == ["low"]


def test_the_form_keeps_what_has_no_field_there(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX, {"rated": "1"}))
    assert chips(page) == ["Rated in the last 30 days"]
    assert attributes(one(page, "form.more-form"), "[name=rated]", "value") == ["1"]
    assert not has(text(client.get(INBOX)), "form.more-form [name=rated]")


def test_an_empty_result_says_what_was_asked_and_leads_out(client: Client, api: Upstream) -> None:
    api.listing(last_page=1, total=0)
    page = text(client.get(f"{INBOX}?archived=1&flag=2"))
    assert "No conversation matches Looked for: Archived , Flagged as done ." in words(page)
    assert link(one(page, ".empty"), "Show all") == INBOX
    assert "No conversations yet" not in page


def test_moderation_is_chosen_among_the_codes_seen_by_their_names(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    for code, name in (("1", "Waits for a decision"), ("2", "")):
        CodeName.objects.create(
            brand=moderator.brand,
            kind="moderation",
            code=code,
            name=name,
            first_seen=date(2026, 1, 1),
            last_seen=date(2026, 1, 1),
        )
    api.listing(chatroom(last_message=message(16, status_moderation=2)))
    page = text(client.get(INBOX, {"moderation": "<7>"}))
    options = every(page, "select[name=moderation] option")
    assert [(attribute(option, "value"), words(option)) for option in options] == [
        ("", "Any"),
        ("1", "Waits for a decision"),
        ("2", "Moderation 2"),
        ("<7>", "Moderation <7>"),
    ]
    assert chips(page) == ["Moderation <7>"]
    assert "<7>" not in page


def counted(client: Client) -> list[str]:
    """What the pins say."""
    said = all_words(text(client.get("/brands/3/ambassadors/")), ".pin-count")
    assert all(one.startswith(", unread: ") for one in said)
    return [one.removeprefix(", unread: ") for one in said]


def test_a_pin_does_not_count_what_a_filter_left_over(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [100]
    moderator.save()
    client.get(INBOX)
    before = counted(client)
    client.get(INBOX, {"archived": "1"})
    client.get(INBOX, {"sort": "last_action_date"})
    assert counted(client) == before == ["9+"]


# Acts


def first_unread(page: str) -> int:
    return next(number for number in rows(page) if is_unread(row(page, number)))


def test_an_act_is_answered_from_the_same_list(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?archived=0&page=2"))
    number = first_unread(page)
    found = button(row(page, number))
    assert found
    assert found.fields["query"] == "archived=0"
    api.sent.clear()
    answer = text(press(client, found))
    assert not is_unread(row(answer, number))
    assert 'id="unread" hx-swap-oob="true"' in answer
    (read,) = api.calls("GET")
    assert read.query == "page=2&sort=-last_action_date&filter%5Barchived%5D=0"
    assert f"{INBOX}chatrooms/{number}/?page=2&archived=0" in links(answer)


def test_a_plain_form_comes_back_to_the_same_list(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?archived=0&page=2"))
    number = first_unread(page)
    response = press(client, button(row(page, number)), htmx=False)
    assert response["Location"] == f"{INBOX}?page=2&archived=0#chatroom-{number}"


def test_a_failed_plain_form_can_be_sent_again_for_the_same_list(
    client: Client, api: Upstream
) -> None:
    page = text(client.get(f"{INBOX}?archived=0&page=2"))
    api.answer("POST", 500)
    failed = text(press(client, button(row(page, first_unread(page))), htmx=False))
    assert '<input type="hidden" name="query" value="archived=0">' in failed
    assert f"{INBOX}?page=2&archived=0" in links(failed)


def test_what_no_longer_belongs_to_the_list_stays_in_it_changed(
    client: Client, api: Upstream
) -> None:
    page = text(client.get(INBOX, {"archived": "0"}))
    number = rows(page)[0]
    address = f"{INBOX}chatrooms/{number}/"
    fields = form(text(client.get(f"{address}?archived=0")), "#archive-conversation").fields
    assert fields["query"] == "archived=0"
    answer = text(client.post(f"{address}archive/", fields, headers=HTMX))
    changed = row(answer, number)
    assert f'hx-swap-oob="outerHTML:#chatroom-{number},#nowhere"' in changed
    assert "Archived" in words(changed)
    assert number not in rows(text(client.get(INBOX, {"archived": "0"})))


def test_a_row_that_left_a_filtered_list_meanwhile_is_marked_where_it_was(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom(8), chatroom(9))
    found = button(row(text(client.get(INBOX, {"archived": "0"})), 8))
    api.listing(chatroom(9))
    api.answer("POST", body=message(16))
    response = press(client, found)
    assert "HX-Refresh" not in response
    assert not is_unread(row(text(response), 8))


def test_a_change_in_the_conversation_comes_back_to_it_beside_the_same_list(
    client: Client, api: Upstream
) -> None:
    number = rows(text(client.get(INBOX, {"archived": "0"})))[0]
    address = f"{INBOX}chatrooms/{number}/"
    for name in ("flag", "review"):
        fields = form(text(client.get(f"{address}?archived=0")), f"#{name}-conversation").fields
        response: Any = client.post(f"{address}{name}/", {**fields, "state": "1"})
        assert response["Location"] == f"{address}?archived=0"


def test_several_are_marked_from_the_same_list(client: Client, api: Upstream) -> None:
    page = text(client.get(f"{INBOX}?archived=0&page=2"))
    assert attributes(page, "#several [type=hidden][name=query]", "value") == ["archived=0"]
    api.sent.clear()
    asked = {"page": "2", "query": "archived=0", "all": "1"}
    question = text(client.get(f"{INBOX}read/", asked))
    assert "filter%5Barchived%5D=0" in api.sent[0].query
    assert f"{INBOX}?page=2&archived=0" in links(question)
    acts = attributes(question, "[name=act]", "value")
    assert acts
    api.answer("POST", 500)
    carried = {"page": "2", "query": "archived=0", "act": acts}
    left = text(client.post(f"{INBOX}read/", carried))
    assert '<input type="hidden" name="query" value="archived=0">' in left
    assert f"{INBOX}?page=2&archived=0" in links(left)
    api.recover()
    answer: Any = client.post(f"{INBOX}read/", carried)
    assert answer["Location"] == f"{INBOX}?page=2&archived=0"


@pytest.mark.parametrize("carried", ["", "a=b", "archived=2&page=7", "%%%", "archived=1" * 500])
def test_nonsense_that_a_form_carries_is_no_question(
    client: Client, api: Upstream, carried: str
) -> None:
    number = first_unread(page := text(client.get(INBOX)))
    found = button(row(page, number))
    assert found
    response: Any = client.post(found.action, {**found.fields, "query": carried})
    assert response["Location"] == f"{INBOX}#chatroom-{number}"
