"""The worker's calls: so many a minute and no more, the most urgent first, and people before all"""

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from inbox import context
from inbox.models import Brand, CallBudget
from inbox.popsell import client, credentials
from inbox.popsell.errors import Unauthorized
from inbox.queue import budget, sync
from inbox.queue.budget import Urgency
from tests.queue.small import once
from tests.queue.ticks import Ticks
from tests.support.at_once import at_once
from tests.support.runs import many
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db
BURST = 15


def take_all(ticks: Ticks, minutes: float, *urgencies: Urgency, brand: int = 3) -> Counter[Urgency]:
    """Ask again and again, the least urgent first, as often as it is worth."""
    taken: Counter[Urgency] = Counter()
    ends = ticks.passed + timedelta(minutes=minutes)
    while ticks.passed < ends:
        waits = []
        for urgency in sorted(urgencies, reverse=True):
            wait = budget.take(brand, urgency)
            taken[urgency] += wait == 0
            waits.append(wait)
        if all(waits):
            ticks.wait(min(waits))
    return taken


@pytest.mark.parametrize("urgency", list(Urgency))
def test_alone_each_gets_the_whole_rate_and_no_more(ticks: Ticks, urgency: Urgency) -> None:
    taken = take_all(ticks, 10, urgency)[urgency]
    assert 600 - BURST <= taken <= 600 + BURST + 1


def test_the_more_urgent_leave_nothing_to_the_less_urgent(ticks: Ticks) -> None:
    take_all(ticks, 1, Urgency.REST)
    taken = take_all(ticks, 10, Urgency.NEWS, Urgency.REST)
    assert taken[Urgency.NEWS] >= 590
    assert taken[Urgency.REST] <= 10


def test_news_find_a_call_at_once_behind_any_number_of_others(ticks: Ticks) -> None:
    take_all(ticks, 5, Urgency.REST, Urgency.EVIDENCE, Urgency.JOB)
    assert budget.take(3, Urgency.NEWS) == 0


def test_a_wait_is_told_that_is_long_enough(ticks: Ticks) -> None:
    while not (wait := budget.take(3, Urgency.REST)):
        pass
    ticks.wait(wait)
    assert budget.take(3, Urgency.REST) == 0


def test_brands_of_one_token_share_it_and_others_do_not(ticks: Ticks, settings: Settings) -> None:
    settings.POPSELL_ACCESS_TOKENS = {8: "another"}
    while not budget.take(3, Urgency.NEWS):
        pass
    assert budget.take(5, Urgency.NEWS) > 0
    assert budget.take(8, Urgency.NEWS) == 0


def test_neither_token_nor_key_shows(ticks: Ticks, settings: Settings) -> None:
    budget.take(3, Urgency.NEWS)
    settings.POPSELL_ACCESS_TOKEN, settings.POPSELL_API_KEY = "", "sandbox-key"
    budget.take(3, Urgency.NEWS)
    kept = list(CallBudget.objects.values_list("account", flat=True))
    assert len(set(kept)) == 2
    assert all(len(account) == 16 and account.isalnum() for account in kept)


def test_a_brand_without_a_token_has_none(settings: Settings) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    with pytest.raises(Unauthorized):
        budget.take(3, Urgency.NEWS)


def test_the_worker_yields_to_people(ticks: Ticks, api: Upstream, brand: Brand) -> None:
    take_all(ticks, 1, Urgency.REST)
    with context.started("a-request") as request:
        request.person = 1
        for _call in range(30):
            client.ambassadors(3)
    taken = take_all(ticks, 0.5, Urgency.REST)[Urgency.REST]
    assert 12 <= taken <= 18  # half of the thirty
    with context.started("a-request") as request:
        request.person = 1
        for _call in range(100):
            client.ambassadors(3)
    taken = take_all(ticks, 1, Urgency.REST)[Urgency.REST]
    assert 13 <= taken <= 17  # a quarter stays


def test_it_pauses_when_popsell_asks_to_slow_down_and_comes_back_slowly(ticks: Ticks) -> None:
    take_all(ticks, 1, Urgency.REST)
    budget.slow_down(3, 120)
    assert 0 < budget.take(3, Urgency.NEWS) <= 60
    assert budget.state(3).paused_until == ticks.now + timedelta(seconds=120)
    assert take_all(ticks, 1.9, Urgency.NEWS)[Urgency.NEWS] == 0
    ticks.wait(6)
    assert 29 <= take_all(ticks, 1, Urgency.NEWS)[Urgency.NEWS] <= 34
    assert budget.state(3).rate == 31
    ticks.passed += timedelta(minutes=40)
    assert budget.state(3) == budget.State(60, 60, None)


def test_it_never_slows_down_to_nothing(ticks: Ticks) -> None:
    for _again in range(10):
        budget.slow_down(3, None)
    assert budget.state(3).rate == 1
    assert budget.state(3).paused_until == ticks.now + timedelta(minutes=1)
    ticks.wait(61)
    assert take_all(ticks, 5, Urgency.NEWS)[Urgency.NEWS] >= 5


def test_calls_beyond_the_one_that_was_taken_are_missing_next(ticks: Ticks) -> None:
    take_all(ticks, 1, Urgency.NEWS)
    budget.charge(3, 10)
    assert 48 <= take_all(ticks, 1, Urgency.NEWS)[Urgency.NEWS] <= 52


@examples(deadline=None, max_examples=many(30))
@given(steps=st.lists(st.floats(-100_000, 100_000), max_size=5))
def test_a_clock_that_steps_gives_no_more_than_a_burst_and_stops_nobody(
    steps: list[float],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "POPSELL_SYNC_RATE", 60)
        patch.setattr(budget, "timezone", timezone)
        ticks = Ticks(patch)
        ticks.start()
        CallBudget.objects.all().delete()
        budget.slow_down(3, 3600)
        for seconds in steps:
            ticks.shifted += timedelta(seconds=seconds)
            assert take_all(ticks, 1, Urgency.NEWS)[Urgency.NEWS] <= 60 + BURST + 1
        ticks.passed += timedelta(seconds=3700)
        assert 0 < take_all(ticks, 1, Urgency.NEWS)[Urgency.NEWS] <= 60 + BURST + 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_no_more_than_there_are(settings: Settings) -> None:
    settings.POPSELL_SYNC_RATE = 1
    CallBudget.objects.create(
        account=credentials.account(3), left=5, counted_at=timezone.now() + timedelta(hours=1)
    )
    taken = at_once([Urgency.NEWS] * 20, lambda urgency: budget.take(3, urgency))
    assert sum(wait == 0 for wait in taken) == 5


def test_a_pass_by_hand_keeps_to_it_too(
    ticks: Ticks, small: Upstream, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "sleep", ticks.wait)
    monkeypatch.setattr(sync, "monotonic", ticks.monotonic)
    take_all(ticks, 1, Urgency.JOB)
    began = ticks.passed
    calls = once(brand)
    assert calls - 2 <= (ticks.passed - began).total_seconds() <= calls + 2
