"""When Popsell fails: the last good page, the deadline, the pause after failures, the places."""

import gzip
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from inbox import context
from inbox.models import Membership, Outcome
from inbox.popsell import breaker
from inbox.popsell import client as popsell
from inbox.popsell.errors import TimedOut, Unexpected
from tests.conftest import ClientOf, Later
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX, button, is_unread, press, row, rows, text
from tests.support.raw_cache import RawCache
from tests.support.trail import acts
from tests.support.upstream import Upstream

DRIPPING = 12.6  # seconds that dripping headers take, which nobody cuts


def fail(api: Upstream, how: str) -> None:
    match how:
        case "hang":
            api.hang("GET")
        case "drop":
            api.drop("GET")
        case "429":
            api.answer("GET", 429)
        case "500":
            api.answer("GET", 500)
        case "redirect":
            api.answer("GET", 302, headers={"Location": "/elsewhere"})
        case "not JSON":
            api.answer("GET", 200, b"<html>")
        case "no envelope":
            api.answer("GET", 200, {"data": 5})


# The last good page


@pytest.mark.parametrize(
    "how", ["hang", "drop", "429", "500", "redirect", "not JSON", "no envelope"]
)
def test_an_outage_shows_the_last_good_page(client: Client, api: Upstream, how: str) -> None:
    good = text(client.get(INBOX, {"page": "2"}))
    fail(api, how)
    response = client.get(INBOX, {"page": "2"})
    page = text(response)
    assert response.status_code == 200
    assert rows(page) == rows(good)
    assert "This is what Popsell said <time" in page
    assert f'href="{INBOX}?page=2" hx-get' in page
    assert '"Cache-Control": "no-cache"' in page


def test_kept_buttons_work(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    client.get(INBOX)
    api.answer("GET", 500)
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    assert not is_unread(row(text(press(client, found)), 8))
    assert acts().get().outcome == Outcome.DONE


def test_the_directory_is_kept_too(client: Client, api: Upstream) -> None:
    client.get("/brands/3/ambassadors/")
    api.answer("GET", 500)
    assert "Léa Moreau" in text(client.get("/brands/3/ambassadors/"))
    assert client.get("/brands/3/ambassadors/", {"name": "other"}).status_code == 502


@pytest.mark.parametrize(("status", "answered"), [(401, 502), (403, 403), (404, 404), (422, 422)])
def test_an_answer_is_no_outage(client: Client, api: Upstream, status: int, answered: int) -> None:
    client.get(INBOX)
    api.answer("GET", status, {})
    assert client.get(INBOX).status_code == answered


@pytest.mark.parametrize(("status", "kept"), [(401, 200), (403, 502), (404, 502), (422, 200)])
def test_what_is_forbidden_or_gone_is_not_kept(
    client: Client, api: Upstream, status: int, kept: int
) -> None:
    client.get(INBOX)
    api.answer("GET", status, {})
    client.get(INBOX)
    api.answer("GET", 500)
    assert client.get(INBOX).status_code == kept


def test_access_is_checked_before_what_was_kept(
    client: Client, client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    client.get(INBOX)
    api.answer("GET", 500)
    assert client_of(neighbour).get(INBOX).status_code == 404
    assert Client().get(INBOX).status_code == 302


def test_another_page_was_not_kept(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    api.answer("GET", 500)
    assert client.get(INBOX, {"page": "2"}).status_code == 502
    assert client.get("/brands/3/ambassadors/101/").status_code == 502


def test_brands_and_sites_never_mix(
    client: Client, api: Upstream, neighbour: Membership, settings: Settings
) -> None:
    client.get(INBOX)
    api.answer("GET", 500)
    other = Membership.objects.create(
        user=Membership.objects.exclude(pk=neighbour.pk).get().user,
        brand=neighbour.brand,
        role="manager",
    )
    assert other.brand_id == 8
    assert client.get("/brands/8/ambassadors/100/").status_code == 502
    assert client.get(INBOX).status_code == 200
    settings.POPSELL_API_URL = api.url.replace("127.0.0.1", "localhost")
    assert client.get(INBOX).status_code == 502


def test_what_is_kept_is_forgotten_after_its_hours(
    client: Client, api: Upstream, later: Later
) -> None:
    client.get(INBOX)
    api.answer("GET", 500)
    later(24 * 3600 - 60)
    assert client.get(INBOX).status_code == 200
    later(24 * 3600 + 1)
    assert client.get(INBOX).status_code == 502


@pytest.mark.parametrize("method", ["get", "set", "delete", "set_many"])
def test_a_broken_cache_is_a_miss(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(type(cache._connections["default"]), method, broken)  # type: ignore[attr-defined]
    assert client.get(INBOX).status_code == 200
    api.answer("GET", 404, {})
    assert client.get(INBOX).status_code == 404


def test_a_cache_full_of_something_else_is_a_miss(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    raw = RawCache()
    assert raw.all()
    raw.put_all(b"\x80\x05garbage")
    assert client.get(INBOX).status_code == 200


# Tries


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_read_is_tried_again_where_that_may_help(
    client: Client, api: Upstream, status: int
) -> None:
    api.once("GET", status)
    api.once("GET", status)
    assert client.get(INBOX).status_code == 200
    assert len(api.calls("GET")) == 3


@pytest.mark.parametrize(("status", "calls"), [(503, 3), (500, 1), (429, 1), (404, 1), (401, 1)])
def test_a_read_is_tried_at_most_three_times(
    client: Client, api: Upstream, status: int, calls: int
) -> None:
    api.answer("GET", status, {})
    client.get(INBOX)
    assert len(api.calls("GET")) == calls


def test_a_short_retry_after_is_waited_for(client: Client, api: Upstream) -> None:
    api.once("GET", 429, {"Retry-After": "1"})
    begun = time.monotonic()
    assert client.get(INBOX).status_code == 200
    assert time.monotonic() - begun >= 1


def test_a_long_retry_after_is_not(client: Client, api: Upstream, settings: Settings) -> None:
    settings.POPSELL_DEADLINE = 2
    api.answer("GET", 429, None, {"Retry-After": "60"})
    begun = time.monotonic()
    response = client.get(INBOX)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert time.monotonic() - begun < 10
    assert len(api.calls("GET")) == 1


def marks(client: Client, api: Upstream) -> Any:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    return found


def test_an_act_is_tried_again_on_503_with_retry_after(client: Client, api: Upstream) -> None:
    found = marks(client, api)
    api.once("POST", 503, {"Retry-After": "0"})
    assert press(client, found).status_code == 200
    assert len(api.calls("POST")) == 2
    assert acts().count() == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_an_act_is_not_tried_again_otherwise(client: Client, api: Upstream, status: int) -> None:
    found = marks(client, api)
    api.answer("POST", status)
    press(client, found)
    assert len(api.calls("POST")) == 1


def test_a_dropped_act_is_not_tried_again(client: Client, api: Upstream) -> None:
    found = marks(client, api)
    api.drop("POST")
    press(client, found)
    assert len(api.calls("POST")) == 1


# The deadline


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_answer_ends_at_the_deadline(
    client: Client, api: Upstream, settings: Settings, part: str
) -> None:
    settings.POPSELL_DEADLINE = 0.6
    api.drip("GET", part)
    begun = time.monotonic()
    assert client.get(INBOX).status_code == 504
    assert 0.5 < time.monotonic() - begun < 4  # else it would be ten seconds and more


def test_tries_share_the_deadline(client: Client, api: Upstream, settings: Settings) -> None:
    settings.POPSELL_DEADLINE = 0.5
    api.drop("GET")
    begun = time.monotonic()
    assert client.get(INBOX).status_code == 504
    assert time.monotonic() - begun < 4
    assert len(api.calls("GET")) <= 3


def test_an_act_and_what_follows_share_the_deadline(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act has three quarters of it; the list then has the rest alone."""
    found = marks(client, api)
    api.drip("POST", "headers")
    api.drip("GET", "headers")
    time_goes_on(monkeypatch, api, 46, 20)
    begun = time.monotonic()
    assert press(client, found).status_code == 504
    assert time.monotonic() - begun < DRIPPING  # each was cut
    assert [one.method for one in api.sent[-2:]] == ["POST", "GET"]
    assert acts().get().outcome == Outcome.UNKNOWN


def time_goes_on(monkeypatch: pytest.MonkeyPatch, api: Upstream, *seconds: float) -> None:
    """Let so much time pass as each of the next requests arrives, however fast the machine is."""
    before = len(api.sent)

    def now() -> float:
        return time.monotonic() + sum(seconds[: len(api.sent) - before])

    for module in ("calls", "transport", "watchdog", "flights"):
        monkeypatch.setattr(f"inbox.popsell.{module}.monotonic", now)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_beyond_the_cap_is_refused(
    client: Client, api: Upstream, settings: Settings, packed: bool
) -> None:
    settings.POPSELL_MAX_BYTES = 100_000
    body = b'{"data": [], "x": "' + b"a" * 200_000 + b'"}'
    if packed:
        api.answer("GET", 200, gzip.compress(body), {"Content-Encoding": "gzip"})
    else:
        api.answer("GET", 200, body)
    assert client.get(INBOX).status_code == 502
    settings.POPSELL_MAX_BYTES = 300_000
    assert client.get(INBOX).status_code == 200


# The pause after failures


def test_after_failures_in_a_row_reads_fail_fast(
    client: Client, api: Upstream, settings: Settings
) -> None:
    settings.POPSELL_BREAKER_SECONDS = 0.5
    api.answer("GET", 500)
    for _ in range(5):
        client.get(INBOX)
    calls = len(api.calls("GET"))
    assert client.get(INBOX).status_code == 504
    assert len(api.calls("GET")) == calls
    time.sleep(0.6)
    assert client.get(INBOX).status_code == 502
    assert client.get(INBOX).status_code == 504
    assert len(api.calls("GET")) == calls + 1
    api.recover()
    time.sleep(0.6)
    assert client.get(INBOX).status_code == 200
    assert client.get(INBOX, {"page": "2"}).status_code == 200


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 302])
def test_an_answer_is_no_failure_to_count(client: Client, api: Upstream, status: int) -> None:
    for _ in range(7):
        api.once("GET", status)
        client.get(INBOX)
    assert client.get(INBOX).status_code == 200


def test_a_good_answer_starts_the_count_afresh(client: Client, api: Upstream) -> None:
    for _ in range(3):
        for _ in range(4):
            api.once("GET", 500)
            client.get(INBOX)
        assert client.get(INBOX).status_code == 200


@pytest.mark.django_db
def test_calls_that_were_never_sent_pause_nothing(api: Upstream, settings: Settings) -> None:
    """Time that a page spent on something else says nothing of Popsell."""
    settings.POPSELL_BREAKER_FAILURES = 2
    late = time.monotonic() - settings.POPSELL_DEADLINE
    with context.started("late", since=late):
        for _ in range(3):
            with pytest.raises(TimedOut):
                popsell.chatrooms(3, 100)
            with pytest.raises(TimedOut):
                popsell.mark_read(3, 8, 555)
    assert not api.sent
    assert popsell.chatrooms(3, 100).data
    assert len(api.sent) == 1


@pytest.mark.django_db
def test_who_has_no_time_left_does_not_use_up_the_one_try(
    api: Upstream, settings: Settings
) -> None:
    settings.POPSELL_BREAKER_FAILURES, settings.POPSELL_BREAKER_SECONDS = 1, 0.0
    api.answer("GET", 500)
    with pytest.raises(Unexpected):
        popsell.chatrooms(3, 100)
    settings.POPSELL_BREAKER_SECONDS = 300
    with context.started("late", since=0.0), pytest.raises(TimedOut):
        popsell.chatrooms(3, 100)
    before = len(api.sent)
    with pytest.raises(Unexpected):  # the try is still there
        popsell.chatrooms(3, 100)
    assert len(api.sent) > before


def test_acts_go_out_while_reads_are_paused(client: Client, api: Upstream) -> None:
    found = marks(client, api)
    api.answer("GET", 500)
    for _ in range(6):
        client.get(INBOX)
    assert press(client, found).status_code == 200


# The places


@pytest.fixture
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import BoundedSemaphore  # noqa: PLC0415

    monkeypatch.setattr(breaker, "_places", BoundedSemaphore(2))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few_places")
def test_only_so_many_threads_wait(
    client_of: ClientOf,
    moderator: Membership,
    api: Upstream,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api.hang("GET")
    clients = [client_of(moderator) for _ in range(6)]
    statuses = at_once(range(6), lambda n: clients[n].get(INBOX, {"page": str(n + 1)}).status_code)
    assert statuses == [504] * 6
    assert len(api.calls("GET")) == 2
    assert caplog.text.count("too many requests are waiting for Popsell") == 4
