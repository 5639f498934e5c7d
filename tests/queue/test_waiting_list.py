"""The sync reads the waiting list within its budget, and keeps customers until they are handled"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from inbox.chatrooms import index, index_pruning, index_waiting
from inbox.models import AnonymizedPerson, Brand, IndexedBrand, WaitingCustomer
from inbox.popsell import client, decode
from inbox.queue import waiting_list
from inbox.sandbox.waiting import entries_of
from tests.queue.ticks import Ticks
from tests.support.indexed import DAY, HOUR, MINUTE, NOON, clock, keep
from tests.support.upstream import Upstream
from tests.support.waiters import entry

LIST = "/chat/waiting-list"


def told(*entries: Any, at: datetime = NOON) -> None:
    """The list was asked for at this moment, and told these."""
    index_waiting.store(3, decode.waiting_list(list(entries)), at)


def users() -> list[int]:
    return [one.user for one in waiting_list.find(3)]


@pytest.fixture
def noon(brand: Brand) -> Any:
    keep()
    with clock(NOON):
        yield


# Who is in it


@pytest.mark.usefixtures("noon")
def test_an_entry_says_who_waits_where_and_with_what_words() -> None:
    told(entry(content="Help me,\nwrite to a@example.com", id_ambassador=100))
    (one,) = waiting_list.find(3)
    assert (one.user, one.ambassador, one.chatroom, one.topic) == (900, 100, 8, "4")
    assert one.excerpt.startswith("Help me, write to ")
    assert "a@example.com" not in one.excerpt
    assert (one.since, one.is_dated) == (NOON - HOUR, True)
    assert not waiting_list.find(4)


@pytest.mark.usefixtures("noon")
def test_without_a_date_it_waits_since_it_was_met() -> None:
    for date in (None, "when?", "2031-01-01T00:00:00Z"):
        told(entry(date_update=date))
        told(entry(date_update=date), at=NOON + MINUTE)
        (one,) = waiting_list.find(3)
        assert (one.since, one.is_dated) == (NOON, False)


@pytest.mark.usefixtures("noon")
def test_a_later_change_of_it_makes_it_no_younger() -> None:
    told(entry())
    told(entry(content="Anybody?", date_update="2026-11-20T11:59:00Z"))
    (one,) = waiting_list.find(3)
    assert (one.since, one.excerpt) == (NOON - HOUR, "Anybody?")


@pytest.mark.usefixtures("noon")
def test_who_gets_a_chatroom_still_waits_since_before() -> None:
    told(entry(id_chatroom=None), entry(901))
    told(entry(id_chatroom=9, date_update="2026-11-20T11:59:00Z"), entry(901))
    first = waiting_list.find(3)[0]
    assert (first.user, first.chatroom, first.since) == (900, 9, NOON - HOUR)
    assert users() == [900, 901]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("end", [{"date_handled": "2026-11-20T11:59:00Z"}, {"date_delete": "x"}])
def test_it_ends_when_it_is_handled(end: dict[str, Any]) -> None:
    told(entry(), entry(901))
    told(entry(**end), entry(901))
    assert users() == [901]


@pytest.mark.usefixtures("noon")
def test_it_ends_when_it_is_gone_from_the_list() -> None:
    told(entry(), entry(901))
    told(entry(901))
    assert users() == [901]
    told()
    assert users() == []


@pytest.mark.usefixtures("noon")
def test_somebody_may_wait_twice_and_is_told_once_for_each() -> None:
    told(entry(), entry(), entry(id_chatroom=9), entry(id_chatroom=None))
    assert sorted(one.chatroom or 0 for one in waiting_list.find(3)) == [0, 8, 9]


@pytest.mark.usefixtures("noon")
def test_nobody_is_missed_or_told_twice_from_page_to_page() -> None:
    dates = ["2026-11-20T11:00:00Z", "2026-11-20T10:00:00Z"]
    told(*(entry(user, date_update=dates[user % 2]) for user in range(1, 31)))
    met, after = [], None
    while some := list(waiting_list.find(3, after)[:4]):
        met += [one.user for one in some]
        after = waiting_list.place(some[-1])
    assert met == [*range(1, 31, 2), *range(2, 31, 2)]


# What may be kept


@pytest.mark.usefixtures("noon")
def test_who_is_anonymized_has_no_words() -> None:
    told(entry(), entry(901))
    AnonymizedPerson.objects.create(brand_id=3, person=901)
    told(entry(), entry(901))
    assert {one.user: one.excerpt for one in waiting_list.find(3)} == {900: "Help me", 901: ""}


@pytest.mark.usefixtures("noon")
def test_who_is_erased_is_gone_and_not_brought_back_by_an_older_answer(brand: Brand) -> None:
    told(entry(), entry(901), entry(902, id_ambassador=900))
    assert index.forget(3, 900) == 2
    assert users() == [901]
    brand.last_erasure = NOON
    brand.save()
    told(entry(), at=NOON - MINUTE)
    assert users() == [901]


@pytest.mark.usefixtures("noon")
def test_where_texts_are_not_kept_there_are_no_words(settings: Settings) -> None:
    settings.INDEX_TEXTS = False
    told(entry())
    assert [one.excerpt for one in waiting_list.find(3)] == [""]


@pytest.mark.usefixtures("noon")
def test_who_waits_goes_after_a_week_without_reading() -> None:
    told(entry(date_update="2026-10-20T12:00:00Z"), entry(901))
    assert [one.excerpt for one in waiting_list.find(3)] == ["", "Help me"]
    assert index_pruning.prune() == 0
    with clock(NOON + 6 * DAY):
        told(entry(901), at=NOON + 6 * DAY)
    with clock(NOON + 12 * DAY):
        assert index_pruning.count() == index_pruning.prune() == 0
    with clock(NOON + 14 * DAY):  # nobody knows who still waits
        assert index_pruning.count() == index_pruning.prune() == 1
    assert users() == []
    assert index_pruning.prune() == 0


@pytest.mark.usefixtures("noon")
def test_old_words_go_of_who_still_waits() -> None:
    told(entry())
    with clock(NOON + 31 * DAY):
        WaitingCustomer.objects.update(excerpt="Help me")
        IndexedBrand.objects.update(waiting_read=NOON + 31 * DAY)
        assert index_pruning.count() == index_pruning.prune() == 1
    assert [one.excerpt for one in waiting_list.find(3)] == [""]


# How it is read


@pytest.fixture
def whole(api: Upstream, brand: Brand, ticks: Ticks) -> Upstream:
    """The brand's directory was read, and nothing of the list yet."""
    IndexedBrand.objects.create(brand=brand, directory_read=timezone.now(), bell=True)
    IndexedBrand.objects.update(tried_out=timezone.now(), bell_from=timezone.now())
    return api


def reads(api: Upstream) -> int:
    return sum(one.path.endswith(LIST) for one in api.sent)


def kept() -> IndexedBrand:
    return IndexedBrand.objects.get(pk=3)


def test_the_sync_reads_it_each_minute(whole: Upstream, ticks: Ticks) -> None:
    whole.answer("GET", body=[entry()], path=LIST)
    ticks.tick()
    assert users() == [900]
    assert reads(whole) == 1
    ticks.tick(7)
    assert reads(whole) == 2
    whole.answer("GET", body=[], path=LIST)
    ticks.tick(4)
    assert users() == []


def test_a_brand_without_a_directory_reads_that_first(
    api: Upstream, brand: Brand, ticks: Ticks
) -> None:
    ticks.tick()
    paths = [one.path for one in api.sent]
    assert paths[0].endswith("/chat/ambassadors")
    assert any(one.endswith(LIST) for one in paths)


@pytest.mark.parametrize("status", [403, 404, 422])
def test_where_it_is_refused_it_is_asked_for_again_next_day(
    whole: Upstream, ticks: Ticks, status: int
) -> None:
    whole.answer("GET", status, path=LIST)
    ticks.tick(8)
    assert reads(whole) == 1
    assert kept().waiting_failed_since
    assert (kept().waiting_failed_with, kept().failing_since) == (status, None)
    IndexedBrand.objects.update(waiting_retry_at=ticks.now)
    whole.answer("GET", body=[entry()], path=LIST)
    ticks.tick()
    assert users() == [900]
    assert (kept().waiting_failed_since, kept().waiting_failed_with) == (None, None)


MISFORTUNES: dict[str, Callable[[Upstream], object]] = {
    "500": lambda api: api.answer("GET", 500, path=LIST),
    "no list": lambda api: api.answer("GET", body={"message": "No"}, path=LIST),
}


@pytest.mark.parametrize("what", MISFORTUNES)
def test_where_it_fails_all_else_goes_on_and_what_is_known_stays(
    whole: Upstream, ticks: Ticks, what: str
) -> None:
    whole.answer("GET", body=[entry()], path=LIST)
    ticks.tick()
    MISFORTUNES[what](whole)
    ticks.tick(5)
    assert users() == [900]
    assert kept().waiting_failed_since
    assert kept().failing_since is None
    IndexedBrand.objects.update(directory_read=ticks.now - HOUR)
    ticks.tick(4)
    assert (kept().directory_read or ticks.began) > ticks.began
    whole.answer("GET", body=[], path=LIST)
    ticks.tick(24)
    assert users() == []


def test_a_refused_token_is_the_brand_s_failure(whole: Upstream, ticks: Ticks) -> None:
    whole.answer("GET", 401, path=LIST)
    ticks.tick()
    assert kept().failure == "refused"
    assert kept().waiting_failed_since is None


def test_many_brands_that_share_a_token_read_theirs_less_often() -> None:
    now = timezone.now()
    brands = [
        IndexedBrand(pk=number, directory_read=now, waiting_read=now - 2 * MINUTE)
        for number in range(1, 11)
    ]
    assert waiting_list.due(brands[:5], 60.0, now)
    assert waiting_list.due(brands, 30.0, now) is None


# The sandbox


def test_the_sandbox_s_list_changes_and_can_be_read(api: Upstream, brand: Brand) -> None:
    found = client.waiting_list(3)
    assert found
    assert {one.is_over for one in found} == {True, False}
    sandbox, now = api.sandbox.brands[3], datetime.now(UTC)
    lists = [entries_of(sandbox, now + minutes * timedelta(minutes=5)) for minutes in range(12)]
    waiting = [{one["id_user"] for one in some if one["date_handled"] is None} for some in lists]
    assert len({frozenset(some) for some in waiting}) > 4
    assert all(some <= set(sandbox.people) for some in waiting)


def test_a_list_of_the_sandbox_is_stored(api: Upstream, brand: Brand) -> None:
    keep()
    found = client.waiting_list(3)
    index_waiting.store(3, found, timezone.now())
    assert WaitingCustomer.objects.count() == len(
        {(one.user, one.ambassador, one.chatroom, one.topic) for one in found if not one.is_over}
    )
