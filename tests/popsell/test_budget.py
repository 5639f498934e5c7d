"""How much one person may make us ask of Popsell: bounded for each, in words, and over in a minute"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from inbox import context
from inbox.caches import tolerant
from inbox.chatrooms import attempts
from inbox.models import Activity, Brand, Membership, Outcome, Role
from inbox.popsell import budget, flights
from inbox.popsell.breaker import breaker
from inbox.popsell.budget import WINDOW, Used
from inbox.popsell.errors import OverBudget
from tests.conftest import ClientOf
from tests.support.cast import member
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.environment import ROOT
from tests.support.markup import attribute, attributes, first, form, words
from tests.support.pages import HTMX, INBOX, button, press, row, rows, text
from tests.support.trail import acts
from tests.support.upstream import Upstream
from tests.support.walks import going_on

CALLS = 8
LOADED = 6  # of them, for what pages load by themselves
POLL = HTMX | {"Inbox-Shown": "none", "Inbox-Mark": "x"}
SEVERAL = HTMX | {"Inbox-Several": "yes"}
FRENCH = {"Accept-Language": "fr"}
GOES_ON = "[hx-trigger^=load]"
TITLE = "Too much was asked for at once"
TALK = f"{INBOX}chatrooms/8/"
Clock = Callable[[float], None]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still, five seconds into a minute, until it is put so many seconds ahead of that."""
    begun = time.time() // WINDOW * WINDOW + 5

    def put(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: begun + seconds)

    put(0)
    return put


@pytest.fixture(autouse=True)
def _little(settings: Settings) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = CALLS


def spend(client: Client, calls: int, path: str = INBOX) -> None:
    for _ in range(calls):
        assert client.get(path).status_code == 200


def use_up(client: Client) -> None:
    spend(client, CALLS)
    assert client.get(INBOX).status_code == 429


# What is told


def test_a_page_beyond_it_says_what_happened_and_when_it_goes_on(
    client: Client, api: Upstream
) -> None:
    spend(client, CALLS)
    response = client.get(INBOX)
    assert response.status_code == 429
    assert len(api.sent) == CALLS
    told = words(text(response))
    wait = int(response["Retry-After"])
    assert 50 < wait <= 66
    assert f"{TITLE} You, or pages that you have open, asked Popsell for more" in told
    assert f"Popsell itself is fine. You can go on in {wait} seconds." in told
    assert f'<a class="button primary" href="{INBOX}">' in text(response)


def test_a_fragment_beyond_it_says_the_same(client: Client, api: Upstream) -> None:
    spend(client, CALLS)
    response = client.get(INBOX, headers=HTMX)
    assert (response.status_code, "<html" in text(response)) == (429, False)
    assert f"You can go on in {response['Retry-After']} seconds." in words(text(response))


@pytest.mark.parametrize("headers", [FRENCH, FRENCH | HTMX])
def test_it_is_told_in_french(client: Client, api: Upstream, headers: dict[str, str]) -> None:
    spend(client, CALLS)
    response = client.get(INBOX, headers=headers)
    assert response.status_code == 429
    assert "Trop de demandes à la fois" in text(response)
    told = words(text(response))
    assert f"Vous pourrez continuer dans {response['Retry-After']} secondes." in told


@pytest.mark.parametrize("over", [0, 20, 50])
def test_it_goes_on_when_it_was_said_to(
    client: Client, api: Upstream, clock: Clock, over: int
) -> None:
    clock(over)
    spend(client, CALLS)
    wait = int(client.get(INBOX)["Retry-After"])
    clock(over + wait - 2)
    assert client.get(INBOX).status_code == 429
    clock(over + wait)
    spend(client, 1)


def test_after_two_minutes_all_of_it_is_there_again(
    client: Client, api: Upstream, clock: Clock
) -> None:
    use_up(client)
    clock(2 * WINDOW)
    use_up(client)
    assert len(api.sent) == 2 * CALLS


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 0.999), st.integers(0, 500))
def test_the_wait_is_as_long_as_it_takes(now: int, last: int, over: float, most: int) -> None:
    used = Used(now, last, over)
    wait = used.wait(most)
    assert 1 <= wait <= 2 * WINDOW
    passed = over + wait / WINDOW
    later = [Used(now, last, passed), Used(0, now, passed - 1), Used(0, 0, 0)][int(passed)]
    assert later.calls <= most + 1e-6


# What counts


def test_the_edge_of_a_minute_allows_no_more(client: Client, api: Upstream, clock: Clock) -> None:
    clock(54)
    spend(client, CALLS)
    clock(56)
    assert client.get(INBOX).status_code == 429
    assert len(api.sent) == CALLS


def test_it_holds_for_hours_of_hammering(
    settings: Settings, moderator: Membership, clock: Clock
) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = 30
    sent: list[int] = []
    with context.started("hammer") as now:
        now.person = moderator.user_id
        for second in range(10 * WINDOW):
            clock(second)
            for _ in range(5):
                try:
                    budget.spend()
                except OverBudget:
                    break
                sent.append(second)
    assert len(sent) <= 11 * 30
    assert all(len([s for s in sent if one <= s < one + 10]) <= 36 for one in range(10 * WINDOW))


def test_what_is_kept_costs_nothing(client: Client, api: Upstream, settings: Settings) -> None:
    settings.INBOX_CACHE_SECONDS = 3600
    spend(client, 5 * CALLS)
    assert len(api.sent) == 1


def test_each_try_counts_and_the_failure_stays_what_it_was(client: Client, api: Upstream) -> None:
    breaker.reset()
    api.answer("GET", 503)
    tried = []
    for _ in range(4):
        tried.append((client.get(INBOX).status_code, len(api.sent)))
        breaker.reset()
    assert tried == [(502, 3), (502, 6), (502, 8), (429, 8)]


def test_who_is_refused_is_not_shown_an_old_page(client: Client, api: Upstream) -> None:
    """It is no outage: what was read before may be shown by the next page that asks."""
    use_up(client)
    assert "row-name" not in text(client.get(INBOX))


def test_it_is_not_held_against_popsell(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    use_up(client)
    for _ in range(10):
        client.get(INBOX)
    assert client_of(manager).get(INBOX).status_code == 200


def test_the_refused_do_not_use_up_the_try_that_decides_whether_popsell_is_back(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream, settings: Settings
) -> None:
    settings.POPSELL_BREAKER_FAILURES, settings.POPSELL_BREAKER_SECONDS = 1, 0.1
    use_up(client)
    api.answer("GET", 500)
    assert client_of(manager).get(INBOX, {"page": "2"}).status_code == 502
    api.recover()
    settings.POPSELL_BREAKER_SECONDS = 300
    time.sleep(0.15)
    assert client.get(INBOX, {"page": "2"}).status_code == 429
    assert client_of(manager).get(INBOX, {"page": "2"}).status_code == 200


def test_a_command_is_not_limited(brand: Brand, api: Upstream) -> None:
    for _ in range(CALLS + 1):
        call_command("check_popsell", brand=brand.pk)
    assert len(api.sent) > CALLS


# Each person's own budget


def test_ones_spending_does_not_touch_anothers(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    use_up(client)
    use_up(client_of(manager))


def test_one_person_has_one_budget_in_all_brands(
    client: Client, moderator: Membership, other_brand: Brand, api: Upstream
) -> None:
    Membership.objects.create(user=moderator.user, brand=other_brand, role=Role.VIEWER)
    use_up(client)
    assert client.get("/brands/8/ambassadors/").status_code == 429
    assert len(api.sent) == CALLS


def test_who_waits_for_the_call_of_one_who_is_refused_makes_their_own(db: None) -> None:
    joined = Event()

    def refuse() -> int:
        joined.wait(10)
        raise OverBudget(1)

    def lead() -> None:
        with pytest.raises(OverBudget):
            flights.together("page", refuse)

    leader = Thread(target=lead)
    leader.start()
    while "page" not in flights._flights:
        time.sleep(0.01)
    found: list[int] = []
    follower = Thread(target=lambda: found.append(flights.together("page", lambda: 5)))
    follower.start()
    joined.set()
    leader.join()
    follower.join()
    assert found == [5]


# Across all workers


@pytest.mark.django_db(transaction=True)
def test_it_holds_where_many_ask_at_once(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    def go(own: Client, first: int) -> list[int]:
        try:
            return [own.get(INBOX, {"page": first + n}).status_code for n in range(5)]
        finally:
            connection.close()

    clients = [client_of(moderator) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        statuses = [s for told in threads.map(go, clients, range(1, 41, 10)) for s in told]
    assert len(api.sent) == statuses.count(200) + statuses.count(302) <= CALLS
    assert statuses.count(429) == 20 - len(api.sent)
    assert len(api.sent) >= CALLS - 3  # who asks while another is refused may be refused as well


SPENDING = """
import json, sys, time
import django
from django.conf import settings
moment = float(sys.argv[2])
time.time = lambda: moment
django.setup()
settings.CACHES, settings.MEMBER_CALLS_PER_MINUTE = json.loads(sys.argv[1]), 50
from inbox import context
from inbox.popsell import (budget, errors)
spent = 0
with context.started("one of several") as now:
    now.person = 1
    for _ in range(40):
        try:
            budget.spend()
            spent += 1
        except errors.OverBudget:
            time.sleep(0.001)
print(spent)
"""


def test_it_holds_across_processes(settings: Settings) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "inbox.settings"}
    told = [json.dumps(settings.CACHES), str(time.time())]
    running = [
        subprocess.Popen(  # noqa: S603 - our own Python
            [sys.executable, "-c", SPENDING, *told],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    spent = [int(process.communicate(timeout=120)[0]) for process in running]
    assert 47 <= sum(spent) <= 50, spent


def break_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise ConnectionError

    monkeypatch.setattr(tolerant, "cache", Broken())


def test_a_cache_that_fails_neither_stops_anybody_nor_opens_the_gate(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    spend(client, 3)
    break_cache(monkeypatch)
    spend(client, CALLS - 3)
    assert client.get(INBOX).status_code == 429
    assert len(api.sent) == CALLS


def test_a_cache_that_loses_entries_forgets_nothing(client: Client, api: Upstream) -> None:
    use_up(client)
    cache.clear()
    assert client.get(INBOX).status_code == 429


def test_what_the_cache_holds_may_be_anything(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    spend(client, 1)
    cache.set(budget._key(moderator.user_id, int(time.time() // WINDOW)), "lots")
    spend(client, CALLS - 1)
    assert client.get(INBOX).status_code == 429


# Acts


def conversation(api: Upstream, client: Client) -> str:
    """The act's token, of a conversation that was opened."""
    room = chatroom(8, ambassadors=[lea(8), participant(555, 8)])
    api.listing(room)
    api.conversation(room, message(16))
    for method in ("POST", "PATCH"):
        api.answer(method, body=message(16))
    return attribute(first(text(client.get(TALK)), "[name=act]"), "value")


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize("act", ["read", "archive", "block", "flag"])
def test_an_act_beyond_it_changes_nothing_and_leaves_no_record(
    client: Client, api: Upstream, clock: Clock, act: str, headers: dict[str, str]
) -> None:
    fields = {"act": conversation(api, client), "state": "1" if act == "flag" else "on"}
    clock(300)
    spend(client, CALLS)
    response = client.post(f"{TALK}{act}/", fields, headers=headers)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 1
    told = words(text(response))
    assert "Nothing was changed: the conversation is as it was." in told
    assert f"You can go on in {response['Retry-After']} seconds." in told
    assert not [call for call in api.sent if call.method != "GET"]
    assert not acts().exists()
    clock(600)
    client.post(f"{TALK}{act}/", fields, headers=headers)
    assert [call.method for call in api.sent].count("GET") < len(api.sent)
    assert acts().get().outcome == Outcome.DONE


def test_an_act_needs_room_for_what_it_shows_then(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    spend(client, CALLS - 2)
    assert press(client, found).status_code == 429
    assert not api.calls("POST")
    assert not acts().exists()


def test_an_act_that_lost_the_last_call_to_another_does_not_hang(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "CALLS", 0)  # as if there had been one a moment ago
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    spend(client, CALLS - 1)
    assert press(client, found).status_code == 429
    assert not api.calls("POST")
    assert acts().get().outcome == Outcome.REFUSED


# What loads by itself leaves the rest to a person's own clicks


def test_a_page_that_asks_for_news_stops_sooner(client: Client, api: Upstream) -> None:
    for _ in range(LOADED):
        assert client.get(INBOX, headers=POLL).status_code == 200
    for path in (INBOX, TALK, "/brands/3/ambassadors/"):
        refused = client.get(path, headers=POLL)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 1
    spend(client, CALLS - LOADED)
    assert client.get(INBOX).status_code == 429


def test_a_pin_shows_what_is_known_and_leaves_asking_to_others(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream, clock: Clock
) -> None:
    spend(client, LOADED, f"{INBOX}?page=2")
    pin = client.get(f"{INBOX}pin/", headers=HTMX)
    assert (pin.status_code, len(api.sent)) == (200, LOADED)
    assert "pin-waiting" not in text(pin)
    assert client_of(manager).get(f"{INBOX}pin/", headers=HTMX).status_code == 200
    assert len(api.sent) == LOADED + 1


def test_one_of_several_acts_stops_sooner(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    assert found
    spend(client, LOADED - 1)
    response = client.post(found.action, found.fields, headers=SEVERAL)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 1
    assert not acts().exists()
    api.answer("POST", body=message(16))
    assert press(client, found).status_code == 200


def searched(api: Upstream) -> str:
    """The address of a search through twenty pages of a conversation: each third message matches."""
    said = [
        message(
            1000 - n,
            content="Merci" if n % 3 == 0 else "Hello!",
            date_insert=f"2026-11-20T09:{59 - n:02}:00Z",
        )
        for n in range(60)
    ]
    api.listing(chatroom())
    api.conversation(chatroom())
    api.said(said, per_page=3)
    return f"{TALK}find/"


def test_a_pause_is_told_in_french(client: Client, api: Upstream) -> None:
    address = searched(api)
    page = text(client.get(address, {"words": "merci"}))
    page = text(client.get(address, going_on(page), headers=HTMX | FRENCH))
    assert re.search(r"Reprend dans \d+ s", words(page))


def test_without_scripts_one_goes_on_by_hand(client: Client, api: Upstream, clock: Clock) -> None:
    address = searched(api)
    page = client.get(address, {"words": "merci"})
    for _ in range(CALLS):
        page = client.get(address, going_on(text(page)))
        if page.status_code != 200:
            break
        before = going_on(text(page))
    assert page.status_code == 429
    assert TITLE in text(page)
    clock(2 * WINDOW)
    assert client.get(address, before).status_code == 200


def test_a_filter_that_the_index_answers_costs_one_call(client: Client, api: Upstream) -> None:
    client.get(f"{INBOX}?unread=1")
    assert len(api.sent) == 1


def test_several_marked_without_scripts_end_with_what_is_left(
    client: Client, api: Upstream, clock: Clock
) -> None:
    api.listing(*(chatroom(n, ambassadors=[lea(n), participant(555, n)]) for n in range(1, 11)))
    api.answer("POST", body=message(16))
    page = text(client.get(f"{INBOX}read/", {"all": "1"}))
    passed = 0
    for _ in range(20):
        assert form(page, "form[action$='read/']").attributes["method"] == "post"
        tokens = attributes(page, "[name=act]", "value")
        response = client.post(f"{INBOX}read/", {"act": tokens, "page": "1"})
        if response.status_code == 302:
            break
        page = text(response)
        left = words(page)
        assert TITLE in left
        seconds = re.search(r"You can go on in (\d+) seconds?\.", left)
        assert seconds
        passed += int(seconds[1])
        clock(passed)
    assert response.status_code == 302
    assert passed
    assert len(api.calls("POST")) == 10
    assert Activity.objects.filter(outcome=Outcome.DONE).count() == 10
    assert not Activity.objects.exclude(outcome=Outcome.DONE).exists()


def test_a_quick_person_does_not_meet_the_default(
    settings: Settings, brand: Brand, api: Upstream, client_of: ClientOf
) -> None:
    """Sixty conversations are opened in a minute, and twenty marked read, beside all that polls."""
    settings.MEMBER_CALLS_PER_MINUTE = 240
    reader = client_of(member("quick@example.com", brand, Role.MODERATOR))
    pages = {number: text(reader.get(INBOX, {"page": number})) for number in (1, 2, 6)}
    opened = [(number, one) for number, page in pages.items() for one in rows(page)]
    for turn in range(60):
        number, one = opened[turn % len(opened)]
        shown = reader.get(f"{INBOX}chatrooms/{one}/", {"page": number}, headers=HTMX)
        assert shown.status_code == 200
        if turn % 3 == 0 and (found := button(row(pages[number], one))):
            assert press(reader, found).status_code == 200
        if turn % 10 == 0:  # as often as four windows side by side ask for news
            for ambassador in range(100, 104):
                reader.get(f"/brands/3/ambassadors/{ambassador}/", headers=POLL)
    for ambassador in range(100, 112):
        assert reader.get(f"/brands/3/ambassadors/{ambassador}/pin/", headers=HTMX).content
    assert 150 < len(api.sent) < 240


def test_who_refreshes_without_end_is_held_back(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 3600
    anew = {"Cache-Control": "no-cache"}
    statuses = [client.get(INBOX, headers=anew).status_code for _ in range(3 * CALLS)]
    assert statuses == [200] * CALLS + [429] * 2 * CALLS
    assert len(api.sent) == CALLS
    assert client.get(INBOX).status_code == 200  # what is kept, and fresh, is there for them
