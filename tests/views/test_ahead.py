"""A conversation that is read before it is opened: at once there, and as true as one read then"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta
from threading import BoundedSemaphore, Event, Timer

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox import context
from inbox.accounts.session_engine import USED
from inbox.chatrooms import ahead
from inbox.models import CodeName, Membership, Reader
from inbox.popsell import budget, calls, credentials, flights
from inbox.popsell.breaker import breaker
from inbox.popsell.errors import TimedOut
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form, messages, send
from tests.support.markup import attribute, every, first, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.trail import viewings
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/30670/"
AHEAD = f"{PAGE}ahead/"
POLL = HTMX | {"Inbox-Shown": "none", "Inbox-Mark": "x"}
Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Puts the time so many seconds ahead of the test's beginning."""
    begun = timezone.now()

    def put(seconds: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(seconds=seconds))

    put(0)
    return put


def read_ahead(client: Client, path: str = AHEAD) -> None:
    response = client.get(path, headers=HTMX)
    assert (response.status_code, response.content) == (204, b"")


def asks_at_once(page: str) -> bool:
    return bool(every(page, "#conversation-news[data-asked='0']"))


def test_it_opens_without_a_call(client: Client, api: Upstream) -> None:
    read_ahead(client)
    asked = len(api.sent)
    assert asked == 2
    page = text(client.get(PAGE, headers=HTMX))
    assert messages(page)
    assert len(api.sent) == asked


def test_nobody_has_looked_at_it_until_it_is_opened(client: Client, api: Upstream) -> None:
    read_ahead(client)
    assert not viewings().exists()
    assert not Reader.objects.exists()
    client.get(PAGE, headers=HTMX)
    assert viewings().get().chatroom == 30670
    assert Reader.objects.get().chatroom == 30670


@pytest.mark.parametrize(("seconds", "calls_more"), [(1, 0), (59, 0), (61, 2)])
def test_it_serves_for_a_minute(
    client: Client, api: Upstream, clock: Clock, seconds: float, calls_more: int
) -> None:
    read_ahead(client)
    asked = len(api.sent)
    clock(seconds)
    client.get(PAGE, headers=HTMX)
    assert len(api.sent) - asked == calls_more


@pytest.mark.parametrize(("seconds", "at_once"), [(5, False), (40, True), (70, False)])
def test_what_may_be_old_asks_for_news_at_once(
    client: Client,
    api: Upstream,
    clock: Clock,
    settings: Settings,
    seconds: float,
    at_once: bool,
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    read_ahead(client)
    clock(seconds)
    assert asks_at_once(text(client.get(PAGE, headers=HTMX))) == at_once


def test_where_nothing_is_kept_it_serves_and_asks_at_once(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 0
    read_ahead(client)
    asked = len(api.sent)
    assert asks_at_once(text(client.get(PAGE, headers=HTMX)))
    assert len(api.sent) == asked


def test_the_news_are_popsells(client: Client, api: Upstream, clock: Clock) -> None:
    path = f"{INBOX}chatrooms/8/"
    api.conversation(chatroom(), message(15))
    read_ahead(client, f"{path}ahead/")
    api.conversation(chatroom(), message(16), message(15))
    clock(30)
    page = text(client.get(path, headers=HTMX))
    assert messages(page) == [15]
    mark = attribute(first(page, "#conversation-news"), "data-mark")
    told = client.get(path, headers=POLL | {"Inbox-Mark": mark})
    assert words(text(told)) == "Something new here"
    assert messages(text(client.get(path, headers=HTMX))) == [15, 16]


def test_who_asks_anew_gets_what_popsell_says_now(client: Client, api: Upstream) -> None:
    read_ahead(client)
    asked = len(api.sent)
    client.get(PAGE, headers=HTMX | {"Cache-Control": "no-cache"})
    assert len(api.sent) - asked == 2


def test_it_serves_only_who_had_it_read(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream, clock: Clock
) -> None:
    read_ahead(client)
    asked = len(api.sent)
    clock(30)
    client_of(viewer).get(PAGE, headers=HTMX)
    assert len(api.sent) - asked == 2


def test_an_act_since_is_shown(client: Client, api: Upstream, clock: Clock) -> None:
    read_ahead(client)
    page = text(client.get(PAGE, headers=HTMX))
    send(client, form(page, "archive-conversation"), htmx=False, state="on")
    clock(30)
    asked = len(api.sent)
    page = text(client.get(PAGE, headers=HTMX))
    assert [sent.path for sent in api.sent[asked:]] == ["/api/v2/chat/chatrooms/30670"]
    archive = form(page, "archive-conversation")
    assert archive
    assert archive.fields["state"] == "off"


def test_an_act_of_the_team_asks_popsell_no_more(
    client: Client, api: Upstream, clock: Clock
) -> None:
    read_ahead(client)
    clock(30)
    page = text(client.get(PAGE, headers=HTMX))
    asked = len(api.sent)
    response = send(client, form(page, "review-conversation"))
    assert response.status_code == 200
    assert "/api/v2/chat/chatrooms/30670" not in [sent.path for sent in api.sent[asked:]]


def test_what_is_not_there_is_told_to_who_opens_it(client: Client, api: Upstream) -> None:
    path = f"{INBOX}chatrooms/987654321/"
    read_ahead(client, f"{path}ahead/")
    assert client.get(path, headers=HTMX).status_code == 404


def test_another_ambassadors_stays_hidden(client: Client, api: Upstream) -> None:
    path = "/brands/3/ambassadors/102/chatrooms/8/"
    read_ahead(client, f"{path}ahead/")
    assert client.get(path, headers=HTMX).status_code == 404


def test_a_person_who_comes_by_its_address_is_led_to_the_conversation(client: Client) -> None:
    response = client.get(AHEAD)
    assert (response.status_code, response["Location"]) == (302, PAGE)


# The first to be given up


def test_not_where_popsell_is_slow(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "usual_wait", lambda: ahead.SLOW * 1.01)
    read_ahead(client)
    assert not api.sent


def test_the_wait_is_that_of_late(client: Client, api: Upstream, settings: Settings) -> None:
    calls._waits[settings.POPSELL_API_URL] = 30.0
    for _ in range(20):
        client.get(INBOX, headers={"Cache-Control": "no-cache"})
    assert calls.usual_wait() < ahead.SLOW


def test_not_while_popsell_fails(client: Client, api: Upstream) -> None:
    api.answer("GET", 500)
    client.get(INBOX)
    assert breaker.is_troubled()
    asked = len(api.sent)
    read_ahead(client)
    assert len(api.sent) == asked


def test_not_for_a_minute_after_it_failed(client: Client, api: Upstream) -> None:
    api.answer("GET", 429, headers={"Retry-After": "30"})
    read_ahead(client)
    asked = len(api.sent)
    assert asked
    read_ahead(client)
    assert len(api.sent) == asked


def test_not_where_all_its_places_are_taken(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(ahead, "_places", taken)
    read_ahead(client)
    assert not api.sent
    taken.release()
    read_ahead(client)
    assert api.sent


@pytest.mark.parametrize("is_first", [True, False])
def test_it_has_a_budget_of_its_own(
    client: Client, api: Upstream, settings: Settings, is_first: bool
) -> None:
    """Neither takes a call from the other."""
    settings.MEMBER_CALLS_PER_MINUTE = 30
    for is_ahead in (is_first, not is_first):
        before = len(api.sent)
        if is_ahead:
            for _ in range(20):
                read_ahead(client)
            assert len(api.sent) - before == 12  # four tenths of 30
        else:
            for _ in range(30):
                assert client.get(INBOX).status_code == 200
            assert client.get(INBOX).status_code == 429
            assert len(api.sent) - before == 30


def test_the_worker_does_not_yield_to_it(client: Client, api: Upstream) -> None:
    payer = credentials.account(3)
    before = budget.people_calls(payer)
    read_ahead(client)
    assert api.sent
    assert budget.people_calls(payer) == before
    client.get(PAGE, headers=HTMX | {"Cache-Control": "no-cache"})
    assert budget.people_calls(payer) > before


def test_where_the_token_is_refused_it_is_left_for_a_minute(client: Client, api: Upstream) -> None:
    api.answer("GET", 401)
    read_ahead(client)
    asked = len(api.sent)
    assert asked
    read_ahead(client)
    assert len(api.sent) == asked


def test_where_chatrooms_alone_are_refused_the_messages_are_read(
    client: Client, api: Upstream
) -> None:
    api.forbid("chatroom")
    read_ahead(client)
    assert [sent.path for sent in api.sent][-1].endswith("/messages")
    asked = len(api.sent)
    assert messages(text(client.get(PAGE, headers=HTMX)))
    assert not [sent for sent in api.sent[asked:] if sent.path.endswith("/messages")]


def test_codes_that_it_meets_first_are_noted(client: Client, api: Upstream) -> None:
    path = f"{INBOX}chatrooms/8/"
    api.conversation(chatroom(), message(15, status_moderation=7))
    read_ahead(client, f"{path}ahead/")
    assert CodeName.objects.filter(kind="moderation", code="7").exists()


def test_what_is_shown_through_an_outage_does_not_hurry(
    client: Client, api: Upstream, clock: Clock
) -> None:
    read_ahead(client)
    clock(120)
    api.answer("GET", 500)
    assert not asks_at_once(text(client.get(PAGE, headers=HTMX)))


def test_a_page_further_up_is_popsells(client: Client, api: Upstream) -> None:
    """It would not ask for news by itself."""
    read_ahead(client)
    asked = len(api.sent)
    client.get(f"{PAGE}?messages=1", headers=HTMX | {"HX-Target": "newer"})
    assert len(api.sent) - asked == 2


def test_it_is_no_use_of_the_session(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    session, past = client.session, time.time() - 7200
    session[USED] = past
    session.save()
    read_ahead(client)
    assert client.session[USED] == past
    client.get(PAGE, headers=HTMX)
    assert client.session[USED] > past


def test_a_click_that_waits_for_a_failing_one_asks_by_itself() -> None:
    """The other way round it waits for nothing else."""
    begun, ends = Event(), Event()

    def fail() -> str:
        begun.set()
        assert ends.wait(10)
        raise TimedOut("too long")

    def lead(is_ahead: bool) -> None:
        how = context.ahead() if is_ahead else nullcontext()
        with context.started("a-lead"), how, suppress(TimedOut):
            flights.together("one", fail)

    for is_ahead in (True, False):
        begun.clear()
        ends.clear()
        with ThreadPoolExecutor(1) as threads, context.started("a-click"):
            threads.submit(lead, is_ahead)
            assert begun.wait(10)
            Timer(0.2, ends.set).start()
            if is_ahead:
                assert flights.together("one", lambda: "my own") == "my own"
            else:
                with pytest.raises(TimedOut):
                    flights.together("one", lambda: "my own")
