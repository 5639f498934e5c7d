"""How often Popsell is asked, and that members see each other's acts at once."""

import gzip
import json

import pytest
from django.middleware.gzip import GZipMiddleware
from django.test import Client
from pytest_django import Settings

from inbox.caches import tolerant
from inbox.models import CodeName, Membership, Note, Review
from inbox.popsell import cache
from inbox.web import compressing
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message, person
from tests.support.markup import attributes
from tests.support.pages import HTMX, INBOX, button, is_unread, press, row, rows, text
from tests.support.questions import asked_before_the_answer
from tests.support.upstream import Upstream


@pytest.fixture(autouse=True)
def _cached(settings: Settings) -> None:
    settings.INBOX_CACHE_SECONDS = 10


def test_a_view_is_one_call_and_none_while_fresh(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    assert len(api.sent) == 1
    client.get(INBOX)
    client.get(INBOX, {"page": "1"})
    assert len(api.sent) == 1
    client.get(INBOX, {"page": "2"})
    assert len(api.sent) == 2


def test_another_member_is_served_from_the_same_reading(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    client.get(INBOX)
    page = text(client_of(viewer).get(INBOX))
    assert len(api.sent) == 1
    assert "Mark read" not in page


def test_no_cache_asks_popsell(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    client.get(INBOX, headers={"Cache-Control": "no-cache"})
    assert len(api.sent) == 2


def test_freshness_ends(client: Client, api: Upstream, settings: Settings) -> None:
    client.get(INBOX)
    settings.INBOX_CACHE_SECONDS = 0
    client.get(INBOX)
    assert len(api.sent) == 2


def test_what_is_too_old_is_unpacked_only_where_popsell_fails(
    client: Client, api: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INBOX_CACHE_SECONDS = 0
    client.get(INBOX)
    unpacked: list[object] = []
    read = cache._read

    def note(entry: cache._Entry) -> object:
        unpacked.append(entry)
        return read(entry)

    monkeypatch.setattr(cache, "_read", note)
    client.get(INBOX)
    assert not unpacked
    api.answer("GET", 500)
    assert rows(text(client.get(INBOX)))
    assert len(unpacked) == 1


def test_an_act_is_seen_by_everyone_at_once(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    other = client_of(manager)
    other.get(INBOX)
    page = text(client.get(INBOX))
    unread = next(number for number in rows(page) if is_unread(row(page, number)))
    press(client, button(row(page, unread)))
    assert not is_unread(row(text(other.get(INBOX)), unread))


def test_an_act_reads_the_list_once_and_leaves_it_fresh(client: Client, api: Upstream) -> None:
    api.listing(chatroom())
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    press(client, found)
    client.get(INBOX)
    assert [call.method for call in api.sent] == ["GET", "POST", "GET"]


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_the_same_at_once_make_one_call(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    api.misfortunes["GET"] = "slow"
    clients = [client_of(moderator) for _ in range(8)]
    statuses = at_once(clients, lambda own: own.get(INBOX).status_code)
    assert statuses == [200] * 8
    assert len(api.sent) == 1


def test_a_refresh_that_shows_it_already_is_answered_204(client: Client, api: Upstream) -> None:
    page = text(client.get(INBOX))
    (told,) = attributes(page, "[hx-headers*=Inbox-Mark]", "hx-headers")
    mark = json.loads(told)["Inbox-Mark"]
    anew = {**HTMX, "Cache-Control": "no-cache", "Inbox-Mark": mark}
    assert client.get(INBOX, headers=anew).status_code == 204
    api.listing(chatroom())
    assert client.get(INBOX, headers=anew).status_code == 200
    assert "ETag" not in client.get(INBOX)


@pytest.mark.parametrize("count", [1, 25, 100])
def test_an_inbox_asks_three_questions(
    client: Client, api: Upstream, moderator: Membership, count: int
) -> None:
    """At the first look, and with all that a team adds: who asks, the newest act, what was added.

    The names of codes are asked for again once some were written: here those seen at the first look.
    """
    client.get("/brands/3/")  # which reads names, and notes that the member is here
    api.listing(*(chatroom(n, last_summary={"anomaly": 70 + n}) for n in range(1, count + 1)))
    for number in range(1, count + 1):
        added = {"brand": moderator.brand, "chatroom": number, "member": moderator}
        Review.objects.create(**added, message=16, member_name="Nadia")
        Note.objects.create(**added, text="Called back", member_name="Nadia")
    for asks in (3, 4, 3):
        with asked_before_the_answer() as asked:
            assert client.get(INBOX).status_code == 200
        assert len(asked) == len(set(asked)) == asks
    assert CodeName.objects.filter(kind="anomaly").count() == count


@pytest.mark.nightly
def test_a_thousand_views_open_one_connection(
    client: Client, api: Upstream, settings: Settings
) -> None:
    """One thread here: no more connections than threads."""
    settings.INBOX_CACHE_SECONDS = 0
    api.listing(person(1))
    for _ in range(1000):
        assert client.get("/brands/3/ambassadors/").status_code == 200
    assert len(api.sent) == 1000
    assert len(api.connections) == 1


def test_server_timing_tells_a_member_where_time_went(client: Client, api: Upstream) -> None:
    for told in ("miss", "hit"):
        header = client.get(INBOX)["Server-Timing"]
        names = [part.split(";")[0] for part in header.split(", ")]
        assert names == ["popsell", "db", "render", "total"]
        assert f'desc="{told}"' in header
    api.answer("GET", 500)
    kept = client.get(INBOX, headers={"Cache-Control": "no-cache"})
    assert 'desc="kept"' in kept["Server-Timing"]
    assert "Server-Timing" in client.get("/accounts/password/change/")
    assert "Server-Timing" in client.get("/brands/99/ambassadors/")
    assert "Server-Timing" not in Client().get("/accounts/login/")


def test_the_default_cache_keeps_more_pages_than_a_day_brings(
    client: Client, api: Upstream
) -> None:
    """Django's own bound would drop all but 300."""
    client.get(INBOX)
    for number in range(1500):
        tolerant.put(f"3:page:{number}", number, 3600)
    assert all(tolerant.get(f"3:page:{number}") == number for number in range(1500))
    client.get(INBOX)
    assert len(api.sent) == 1


def test_pages_are_compressed_and_light(client: Client, api: Upstream) -> None:
    response = client.get(INBOX, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) <= 10_000
    alone = len(compressing._compress(gzip.decompress(response.content)))
    assert alone + GZipMiddleware.max_random_bytes + 1 <= 10_000  # however many bytes it adds
