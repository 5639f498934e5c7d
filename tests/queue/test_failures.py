"""Calls that fail in the middle of a pass, over real HTTP: it waits, and goes on where it was"""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from django.core.management import CommandError

from inbox.models import Brand, IndexedAmbassador, IndexedChatroom
from inbox.popsell.breaker import breaker
from tests.queue.conftest import Clock
from tests.queue.test_sync import sync
from tests.support.index import assert_true
from tests.support.upstream import Answer, Sent, Upstream

LEA = "/api/v2/chat/ambassadors/100/chatrooms"


def page_of(sent: Sent) -> int:
    return int(parse_qs(sent.query)["page"][0])


def read_of(api: Upstream, path: str = LEA) -> list[int]:
    return [page_of(sent) for sent in api.calls("GET") if sent.path == path]


def fail_on(
    api: Upstream, answers: list[Answer | None], path: str = LEA, page: int = 3
) -> Callable[[Sent], Answer | None]:
    """Give these answers to the first calls for this page, and what the sandbox says later."""

    def hook(sent: Sent) -> Answer | None:
        here = sent.path == path and page_of(sent) == page
        return answers.pop(0) if here and answers else None

    return hook


GARBAGE: dict[str, tuple[Answer, float]] = {
    "no JSON": ((200, b"<html>Oops", {}), 5),
    "no list": ((200, b'{"data": "none"}', {}), 5),
    "a list of too much": ((200, b'{"data": [%s]}' % b",".join([b"{}"] * 500), {}), 5),
    "an error": ((500, b"null", {}), 5),
    "too fast": ((429, b"null", {}), 60),
    "too fast, and how long to wait": ((429, b"null", {"Retry-After": "120"}), 120),
    "too fast, and a long time to wait": ((429, b"null", {"Retry-After": "9999"}), 3600),
    "a redirect": ((302, b"", {"Location": "http://127.0.0.1:9/"}), 5),
    "a bad request": ((400, b"null", {}), 5),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_after_a_page_that_fails_it_waits_and_goes_on(
    api: Upstream, brand: Brand, clock: Clock, kind: str
) -> None:
    answer, wait = GARBAGE[kind]
    api.hook = fail_on(api, [answer])
    said = sync()
    assert read_of(api) == [1, 2, 3, 3, 4, 5, 6, 1]
    later = 1  # second at most: a pause leaves the bucket empty, so each later call waits its turn
    assert clock.waited == pytest.approx(wait, abs=later if answer[0] == 429 else None)
    assert_true(api.sandbox)
    assert "can't be read" not in said


def test_after_a_dropped_connection_it_waits_and_goes_on(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    """The call itself is tried three times first."""
    times = 0

    def hook(sent: Sent) -> None:
        nonlocal times
        is_here = sent.path == LEA and page_of(sent) == 3 and times < 3
        times += is_here
        api.misfortunes = {"GET": "drop"} if is_here else {}

    api.hook = hook
    sync()
    assert read_of(api) == [1, 2, 3, 3, 3, 3, 4, 5, 6, 1]
    assert clock.waited == pytest.approx(5)
    assert_true(api.sandbox)


def test_each_failure_is_waited_for_anew(api: Upstream, brand: Brand, clock: Clock) -> None:
    """A walk that meets many of them gets on nevertheless."""
    failed: set[str] = set()

    def hook(sent: Sent) -> Answer | None:
        first = sent.path == LEA and sent.query not in failed
        failed.add(sent.query)
        return (500, b"null", {}) if first else None

    api.hook = hook
    sync()
    assert clock.waited == pytest.approx(6 * 5)
    assert_true(api.sandbox)


def test_one_page_that_keeps_failing_is_given_up_for_a_while(
    api: Upstream, brand: Brand, clock: Clock, later: Callable[[float], None]
) -> None:
    """The others are read; what was read of this one stays, and it goes on there."""
    api.hook = fail_on(api, [(500, b"null", {})] * 4)
    said = sync()
    assert clock.waited == pytest.approx(5 + 10 + 20)
    assert "Ambassador 100: can't be read since" in said
    one = IndexedAmbassador.objects.get(ambassador=100)
    assert (one.page, one.failed_with, one.walked) == (3, 500, None)
    assert IndexedChatroom.objects.filter(ambassador=100).count() == 50
    assert IndexedChatroom.objects.filter(ambassador=101).count() == 400

    api.sent.clear()
    sync()
    assert read_of(api) == []
    later(301)
    said = sync()
    assert read_of(api) == [3, 4, 5, 6, 1]
    assert "can't be read" not in said
    assert_true(api.sandbox)


def test_three_in_a_row_end_the_pass(
    api: Upstream, brand: Brand, clock: Clock, later: Callable[[float], None]
) -> None:
    """Then it is Popsell that fails. What was read stays, and a later run goes on."""

    def hook(sent: Sent) -> Answer | None:
        is_down = sent.path.endswith("/chatrooms") and "/103/" not in sent.path
        return (500, b"null", {}) if is_down else None

    sync(ambassador=103)
    api.hook = hook
    api.sent.clear()
    with pytest.raises(CommandError, match="What was read stays"):
        sync()
    asked = {sent.path.split("/")[-2] for sent in api.calls("GET")[1:]}
    assert len(asked) <= 3
    assert IndexedChatroom.objects.filter(ambassador=103).count() == 25
    api.hook = None
    breaker.reset()
    later(301)
    sync()
    assert_true(api.sandbox)


def test_a_failing_directory_ends_the_pass(api: Upstream, brand: Brand, clock: Clock) -> None:
    api.answer("GET", 500, path="/chat/ambassadors")
    with pytest.raises(CommandError, match="What was read stays"):
        sync()
    assert clock.waited == pytest.approx(35)
    assert not IndexedChatroom.objects.exists()
