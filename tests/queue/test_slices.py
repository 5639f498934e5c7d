"""Slices of work in the background: what each does next, and that the index becomes true"""

import json
from collections import Counter
from datetime import timedelta

import pytest
from pytest_django import Settings

from inbox import leases
from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom, Lease, SyncFailure
from inbox.queue import drift, slices
from inbox.sandbox.life import newest_first
from inbox.sandbox.records import Chatroom, Message, Rating, Summary
from tests.queue.small import KEPT, live_on
from tests.queue.test_lease import at_call
from tests.queue.ticks import Ticks
from tests.support.index import assert_true
from tests.support.indexed import row
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db
BELL, HEAD = "/manager/chatrooms", "/chat/ambassadors/{}/chatrooms"


def paths(api: Upstream) -> list[str]:
    return [one.path.removeprefix("/api/v2") for one in api.sent]


def asked_for(api: Upstream, ambassador: int) -> list[str]:
    return [path for path in paths(api) if path == HEAD.format(ambassador)]


def say(api: Upstream, ambassador: int, place: int, ticks: Ticks) -> Chatroom:
    """A visitor writes in the ambassador's chatroom at this place of the list."""
    api.changed = True
    brand = api.sandbox.brands[3]
    room = newest_first(brand.rooms_of[ambassador])[place]
    number = max(one.last.id for one in brand.rooms.values() if one.last)
    room.said.append(Message(number + 1, ticks.now, room.theirs.person, "Hello again"))
    return room


def test_slices_alone_make_the_index_true(small: Upstream, brand: Brand) -> None:
    slices.run([3])
    assert_true(small.sandbox)
    read = IndexedAmbassador.objects.filter(brand=3, ambassador__in=KEPT)
    assert all(one.walked and one.read_at for one in read)


def test_the_doorbell_brings_a_message_with_the_next_tick(
    api: Upstream, brand: Brand, ticks: Ticks
) -> None:
    ticks.fill()
    assert IndexedBrand.objects.get().bell
    chatroom = say(api, 104, 30, ticks)
    ticks.wait(12)  # it was rung a moment ago
    api.sent.clear()
    ticks.tick()
    assert paths(api)[:2] == [BELL, HEAD.format(104)]
    assert_true(api.sandbox)
    assert chatroom.last
    assert row(chatroom.id, 104).last_message == chatroom.last.id


def test_without_the_doorbell_those_with_news_are_read_most_often(
    api: Upstream, brand: Brand, ticks: Ticks, settings: Settings
) -> None:
    api.forbid("manager chatrooms")
    ticks.fill()
    IndexedAmbassador.objects.update(pace=0, slow_pace=0)  # whatever dates the sandbox has
    settings.POPSELL_SYNC_RATE = 12
    api.sent.clear()
    for _minute in range(5):
        say(api, 104, 5, ticks)
        ticks.tick(4)
    read = Counter(path for path in paths(api) if path.endswith("/chatrooms"))
    assert read.most_common(1)[0][0] == HEAD.format(104)
    assert len(read) > 5
    settings.POPSELL_SYNC_RATE = 60
    ticks.tick(4)
    assert_true(api.sandbox)


def test_a_rating_and_a_summary_are_found_within_a_quarter_of_an_hour(
    api: Upstream, brand: Brand, ticks: Ticks
) -> None:
    """Nothing tells of them: the page is looked at again for a while after a message."""
    ticks.fill()
    chatroom = say(api, 104, 0, ticks)
    ticks.tick(12)
    chatroom.rating = Rating(1, None)
    chatroom.summary = Summary(ticks.now, "Somebody asks for a refund.", 6, 2)
    ticks.tick(60)
    assert_true(api.sandbox)


def test_what_changes_in_silence_is_found_by_the_sweep(
    api: Upstream, brand: Brand, ticks: Ticks
) -> None:
    ticks.fill()
    api.changed = True
    room = newest_first(api.sandbox.brands[3].rooms_of[104])[-1]
    room.mine.archived = not room.mine.archived
    ticks.tick(4 * 20)
    assert_true(api.sandbox)


def test_who_can_not_be_read_is_tried_again_next_day_and_the_others_are_read(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    small.answer("GET", 403, path=HEAD.format(104))
    ticks.tick(4)
    one = IndexedAmbassador.objects.get(ambassador=104)
    assert one.failed_with == 403
    small.sent.clear()
    ticks.tick(4 * 20)
    assert not asked_for(small, 104)
    assert not IndexedAmbassador.objects.filter(walked=None).exclude(ambassador=104).exists()
    small.recover()
    ticks.passed += timedelta(days=1)
    ticks.fill()
    one.refresh_from_db()
    assert [one.failed_since, one.failed_with, one.retry_at] == [None, None, None]
    assert_true(small.sandbox)


@pytest.mark.parametrize("status", [500, 200])
def test_one_page_that_is_never_answered_well_stops_nobody_else(
    small: Upstream, brand: Brand, ticks: Ticks, status: int
) -> None:
    small.answer("GET", status, body=b"<html>", path=HEAD.format(104))
    ticks.tick(40)
    one = IndexedAmbassador.objects.get(ambassador=104)
    assert one.failed_since
    assert one.failed_with == status
    assert len(asked_for(small, 104)) < 8
    assert not IndexedAmbassador.objects.filter(walked=None).exclude(ambassador=104).exists()
    small.recover()
    ticks.fill()
    assert_true(small.sandbox)


def test_a_page_that_failed_in_passing_is_read_within_a_minute(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    small.answer("GET", 503, path=HEAD.format(104))
    ticks.tick(1)
    small.recover()
    assert IndexedAmbassador.objects.get(ambassador=104).failed_since
    ticks.tick(4)
    assert not IndexedAmbassador.objects.filter(failed_since__isnull=False).exists()
    assert not IndexedAmbassador.objects.filter(read_at=None).exists()


def test_an_outage_is_told_and_asked_about_ever_more_rarely(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    ticks.fill()
    live_on(small.sandbox)
    small.sent.clear()
    small.answer("GET", 503)
    began = ticks.now
    ticks.tick(4 * 60)
    told = IndexedBrand.objects.get()
    assert told.failing_since
    assert began <= told.failing_since <= began + timedelta(minutes=2)
    assert (told.failure, told.failed_with) == (SyncFailure.OUTAGE, 503)
    assert len(small.sent) <= 3 * 25  # each call is tried three times
    small.recover()
    ticks.passed += timedelta(minutes=6)
    ticks.tick(4)
    told.refresh_from_db()
    assert [told.failing_since, told.failure, told.retry_at, told.tries] == [None, "", None, 0]
    ticks.passed += timedelta(minutes=31)
    ticks.tick(3)
    assert_true(small.sandbox)


def test_a_brand_without_a_token_is_told_and_costs_no_call(
    small: Upstream, brand: Brand, ticks: Ticks, settings: Settings
) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    ticks.tick()
    told = IndexedBrand.objects.get()
    assert (told.failure, told.failed_with) == (SyncFailure.NO_TOKEN, None)
    assert not small.sent


def test_a_token_that_is_refused_is_told(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    small.change_token("another-token")
    ticks.tick()
    told = IndexedBrand.objects.get()
    assert (told.failure, told.failed_with) == (SyncFailure.REFUSED, 401)


def test_a_brand_that_another_process_reads_is_left_to_it(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    held = leases.take("sync 3")
    ticks.tick()
    assert held
    assert not small.sent
    leases.give_back(held)
    ticks.fill()
    assert_true(small.sandbox)


def test_a_slice_that_is_doubled_does_nothing(small: Upstream, brand: Brand) -> None:
    def run_again() -> bool:
        before = len(small.sent)
        slices.run([3])
        assert len(small.sent) == before
        return False

    slices.run([3], run_again)
    assert_true(small.sandbox)


def test_a_slice_ends_when_the_worker_stops(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    slices.run([3], lambda: len(small.sent) >= 10)
    assert len(small.sent) == 10
    assert leases.take("sync 3")


def test_a_lost_lease_ends_it_and_nothing_is_written(
    small: Upstream, brand: Brand, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_call(monkeypatch, 5, lambda: Lease.objects.update(holder="another"))
    slices.run([3])
    last = asked_for(small, 104)
    assert last
    assert paths(small)[-1] == last[0]
    assert not IndexedChatroom.objects.exists()


def test_calls_are_counted_by_the_hour(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    ticks.fill()
    told = IndexedBrand.objects.get()
    assert told.calls + told.calls_before == len(small.sent)
    ticks.passed += timedelta(hours=3)
    small.sent.clear()
    ticks.tick()
    told.refresh_from_db()
    assert (told.calls, told.calls_before) == (len(small.sent), 0)


@pytest.mark.parametrize("step", [-24 * 60, -61, 61, 24 * 60, 30 * 24 * 60])
@pytest.mark.parametrize("lasts", [True, False], ids=["and stays so", "and is set right"])
def test_a_clock_that_is_set_does_no_lasting_harm(
    small: Upstream, brand: Brand, ticks: Ticks, step: int, lasts: bool
) -> None:
    """By so many minutes, while it reads."""
    ticks.tick()
    ticks.shifted += timedelta(minutes=step)
    ticks.tick(4)
    if not lasts:
        ticks.shifted = timedelta()
        ticks.tick(4)
    live_on(small.sandbox)
    ticks.passed += timedelta(minutes=31)
    ticks.tick(6)
    assert_true(small.sandbox)


def test_brands_of_one_token_take_turns(
    small: Upstream, brand: Brand, other_brand: Brand, ticks: Ticks, settings: Settings
) -> None:
    settings.POPSELL_SYNC_RATE = 20
    ticks.tick(4)
    calls = dict(IndexedBrand.objects.values_list("pk", "calls"))
    assert calls.keys() == {3, 8}
    assert min(calls.values()) > max(calls.values()) / 3
    ticks.fill(3)
    ticks.fill(8)
    assert_true(small.sandbox, 8)


def test_what_is_archived_is_found_where_popsell_lists_it_apart(
    api: Upstream, brand: Brand, ticks: Ticks
) -> None:
    """At the first filling, by the sweep, and when somebody writes in it."""
    api.hide_archived()
    rooms = newest_first(api.sandbox.brands[3].rooms_of[104])
    for room in rooms[::2]:
        room.mine.archived = True
    ticks.fill()
    assert IndexedBrand.objects.get().archive_apart
    assert_true(api.sandbox)
    assert not [path for path in paths(api) if path.startswith("/chat/chatrooms/")]  # one by one

    rooms[1].mine.archived, rooms[2].mine.archived = True, False
    ticks.wait(660)
    ticks.tick(8)
    assert_true(api.sandbox)

    say(api, 104, newest_first(api.sandbox.brands[3].rooms_of[104]).index(rooms[4]), ticks)
    ticks.wait(12)
    api.sent.clear()
    ticks.tick()
    assert_true(api.sandbox)
    ticks.tick(3)
    assert len(asked_for(api, 104)) <= 4  # it rings for it no longer


def test_archived_pages_that_fail_are_read_again(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    small.hide_archived()
    for room in small.sandbox.brands[3].rooms_of[104]:
        room.mine.archived = room.mine.person.id == 104
    ticks.fill()
    small.answer("GET", 500)
    ticks.wait(660)
    ticks.tick(3)
    small.recover()
    ticks.wait(360)
    ticks.tick(12)
    assert IndexedBrand.objects.get().archive_apart
    assert_true(small.sandbox)


def test_a_sweep_learns_how_popsell_lists_what_is_archived(
    api: Upstream, brand: Brand, ticks: Ticks
) -> None:
    """Where it stands among the others, it is not asked for a second time."""
    ticks.fill()
    found = IndexedBrand.objects.filter(pk=3)
    found.update(archive_apart=None)
    api.sandbox.brands[3].rooms_of[104][0].mine.archived = True
    api.changed = True
    ticks.wait(660)
    ticks.tick(20)
    assert found.filter(archive_apart=False).exists()
    assert_true(api.sandbox)
    assert not IndexedAmbassador.objects.exclude(missing=0).exists()
    api.sent.clear()
    ticks.wait(660)
    ticks.tick(20)
    assert asked_for(api, 104)
    assert not [one for one in api.sent if "archived" in one.query]


@pytest.mark.parametrize(("total", "kept"), [(2**40, drift.LARGEST), (10**30, 0)])
def test_an_archive_that_counts_more_than_anybody_has(
    small: Upstream, brand: Brand, ticks: Ticks, total: int, kept: int
) -> None:
    envelope = {"current_page": 1, "last_page": 1, "per_page": 25, "total": total}
    nothing = json.dumps({"data": [], **envelope}).encode()
    ticks.fill()
    before = ticks.now
    IndexedBrand.objects.update(archive_apart=True)
    small.hook = lambda sent: (200, nothing, {}) if "archived" in sent.query else None
    ticks.wait(660)
    ticks.tick(8)
    read = IndexedAmbassador.objects.filter(ambassador__in=KEPT, walked__gte=before)
    assert set(read.values_list("archive_total", flat=True)) == {kept}
    assert read.count() == len(KEPT)
