"""What a manager asks of the worker: everything again, one ambassador again, and not to wait"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.models import (
    Brand,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    WorkerBeat,
)
from inbox.queue import freshness
from inbox.sandbox.records import Rating
from tests.conftest import ClientOf
from tests.queue.ticks import Ticks
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db
INDEX = "/brands/3/index/"


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def ask(client: Client) -> Any:
    """For everything again, while the worker is there."""
    WorkerBeat.objects.update_or_create(
        name="a" * 32, defaults={"began": timezone.now(), "beat_at": timezone.now()}
    )
    return client.post(f"{INDEX}read-again/")


def test_everything_is_read_again_since_it_was_asked_for(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    ticks.fill()
    ticks.tick(4)
    assert ask(client).headers["Location"] == INDEX
    asked = ticks.now
    found = freshness.find(3)
    assert (found.is_reading, found.whole, found.again_since) == (True, 0, asked)
    assert found.read == found.known > 1
    for _tick in range(40):
        ticks.tick()
        if not freshness.find(3).is_reading:
            break
    assert all(one.walked >= asked for one in IndexedAmbassador.objects.all() if one.walked)
    after = IndexedBrand.objects.get()
    assert after.directory_read
    assert after.tried_out
    assert min(after.directory_read, after.tried_out) >= asked
    assert freshness.find(3).again_since is None


def test_what_changed_in_silence_is_found_by_it(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    ticks.fill()
    ticks.tick(4)
    row = IndexedChatroom.objects.order_by("last_message_date").first()
    assert row
    small.sandbox.brands[3].rooms[row.chatroom].rating = Rating(1, "No")
    ask(client)
    ticks.tick(40)
    row.refresh_from_db()
    assert row.rating == 1


def test_asked_again_meanwhile_it_does_not_begin_anew(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    ticks.fill()
    ask(client)
    asked = IndexedBrand.objects.get().again_since
    ticks.wait(3)
    ask(client)
    assert IndexedBrand.objects.get().again_since == asked


def test_a_time_that_lies_ahead_asks_nothing(brand: Brand, ticks: Ticks) -> None:
    ahead = ticks.now + timedelta(hours=3)
    IndexedBrand.objects.create(brand=brand, directory_read=ticks.now, again_since=ahead)
    IndexedAmbassador.objects.create(brand=brand, ambassador=100, walked=ticks.now)
    found = freshness.find(3)
    assert (found.whole, found.is_reading, found.again_since) == (1, False, None)


def test_an_ambassador_whom_popsell_refused_is_read_at_once(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    ticks.fill()
    one = IndexedAmbassador.objects.order_by("ambassador").first()
    assert one
    one.failed_since, one.failed_with = ticks.now, 403
    one.retry_at = ticks.now + timedelta(hours=20)
    one.save()
    ticks.tick(4)
    assert freshness.find(3).unreadable == (one.ambassador,)
    answer = client.post(f"{INDEX}ambassadors/{one.ambassador}/retry/")
    assert answer.headers["Location"] == INDEX
    ticks.tick(2)
    assert freshness.find(3).unreadable == ()


def test_a_brand_that_fails_is_tried_at_the_next_tick(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    ticks.fill()
    small.answer("GET", 502)
    for _tick in range(80):
        ticks.tick()
        wait = freshness.find(3).retry_at
        if wait and wait > ticks.now + timedelta(minutes=1):
            break
    else:
        raise AssertionError("it waits no minute")
    small.recover()
    client.post(f"{INDEX}try/")
    ticks.tick(2)
    assert freshness.find(3).failing_since is None


def test_a_try_is_a_call_and_another_comes_soon(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    """However many calls failed before: nobody else stands in a queue behind this one."""
    ticks.fill()
    small.answer("GET", 502)
    ticks.tick(30)
    client.post(f"{INDEX}try/")
    small.sent.clear()
    began = ticks.now
    ticks.tick()
    assert small.sent
    found = freshness.find(3)
    assert found.retry_at
    assert found.retry_at - began < timedelta(seconds=45)


# How long it takes


def test_the_time_that_is_left_is_near_the_truth(
    client: Client, small: Upstream, ticks: Ticks
) -> None:
    ticks.fill()
    ticks.tick(4)
    ask(client)
    told = freshness.time_left(3)
    began = ticks.now
    while freshness.find(3).is_reading:
        ticks.tick()
    assert told
    assert (ticks.now - began) / 3 < told < (ticks.now - began) * 3 + timedelta(minutes=1)


def test_nobody_knows_it_before_the_directory_was_read(brand: Brand) -> None:
    assert freshness.time_left(3) is None
    IndexedBrand.objects.create(brand=brand)
    assert freshness.time_left(3) is None


def test_an_inbox_that_was_never_read_is_taken_for_an_average_one(
    brand: Brand, ticks: Ticks
) -> None:
    IndexedBrand.objects.create(brand=brand, directory_read=ticks.now)
    for number, total in ((100, 50), (101, 100), (102, None), (103, None)):
        walked = ticks.now if total == 50 else None
        IndexedAmbassador.objects.create(brand=brand, ambassador=number, total=total, walked=walked)
    # 4 pages of the second, 3 of each of the others, at two thirds of 60 a minute
    assert freshness.time_left(3) == timedelta(minutes=10 / 40)
    IndexedAmbassador.objects.filter(ambassador=101).update(page=3)
    assert freshness.time_left(3) == timedelta(minutes=8 / 40)


def test_a_brand_that_shares_the_token_and_fills_too_takes_as_much(
    brand: Brand, other_brand: Brand, ticks: Ticks, settings: Settings
) -> None:
    for one in (brand, other_brand):
        IndexedBrand.objects.create(brand=one, directory_read=ticks.now)
        IndexedAmbassador.objects.create(brand=one, ambassador=100, total=100)
    assert freshness.time_left(3) == timedelta(minutes=2 * 4 / 40)
    settings.POPSELL_ACCESS_TOKENS = {other_brand.pk: "another-token-of-theirs"}
    assert freshness.time_left(3) == timedelta(minutes=4 / 40)
