"""The request or the job at work: whose it is, and how long it may ask."""

from queue import Queue as Answers
from time import monotonic
from typing import Any

import pytest
from pytest_django import Settings

from inbox import context
from inbox.popsell import client
from inbox.popsell.errors import TimedOut
from inbox.process import jobs
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db


def done_beside(work: Any) -> Any:
    """What a job comes to that this request, or nobody, hands over."""
    answers: Answers[Any] = Answers()
    queue = jobs.Queue("test", 1, answers.put)
    assert queue.hand_over(lambda: answers.put(work()))
    return answers.get(timeout=60)


def test_a_request_has_one_time_for_all_its_calls(api: Upstream, settings: Settings) -> None:
    late = monotonic() - settings.POPSELL_DEADLINE
    with context.started("r", since=late), pytest.raises(TimedOut):
        client.chatrooms(3, 100)
    assert not api.sent


def test_a_job_has_it_for_each_call_however_late_it_runs(api: Upstream, settings: Settings) -> None:
    with context.started("r", since=monotonic() - settings.REQUEST_DEADLINE):
        page = done_beside(lambda: client.chatrooms(3, 100))
    assert page.data
    assert len(api.sent) == 1


def test_a_job_has_no_end_of_a_request_and_its_calls_are_nobodys(settings: Settings) -> None:
    with context.started("r") as now:
        now.person, now.brand, now.member, now.act = 5, 3, 7, "done"
        left, found = done_beside(lambda: (context.left(), context.current()))
    assert left is None
    assert (found.request_id, found.brand, found.member) == ("r", 3, 7)
    assert (found.person, found.act, found.spent) == (None, "", {})


def test_a_share_of_the_time_is_counted_from_where_it_began(settings: Settings) -> None:
    settings.POPSELL_DEADLINE = 8.0
    with context.started("r", since=100.0):
        assert context.deadline() == 108.0
        assert context.deadline(0.5) == 104.0
        with context.job():
            assert context.deadline(0.5) >= monotonic() + 3.9


def test_time_within_time_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("inbox.context.monotonic", lambda: clock[0])
    with context.started("r") as now:
        with context.measured("db"):
            clock[0] += 1
            with context.measured("db"), context.measured("render"):
                clock[0] += 2
        with context.measured("db"):
            clock[0] += 4
    assert now.spent == {"db": 7.0, "render": 2.0}
