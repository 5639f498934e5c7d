"""manage.py erase_person: what processes remember is forgotten"""

import functools
import sys
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox import forgetting
from inbox.caches import memories
from inbox.components import rows as listed
from inbox.models import Brand
from inbox.popsell import calls, identities
from tests.conftest import Later, is_redis
from tests.management.erasing import NAMES, erase, in_the_cache
from tests.support.upstream import Upstream

pytestmark = pytest.mark.usefixtures("wait")


def test_this_process_forgets(read: None) -> None:
    assert calls._known.cache_info().currsize
    assert listed._rendered.cache_info().currsize
    assert identities._written
    erase()
    assert not calls._known.cache_info().currsize
    assert not listed._rendered.cache_info().currsize
    assert not identities._written


HARMLESS = {
    "inbox.activity.digests._made_of",
    "inbox.activity.digests._name",
    "inbox.display.times._day",
    "inbox.display.times._exact",
    "inbox.display.times._ticking_words",
    "inbox.display.times._weekday",
    "inbox.display._icon",
    "inbox.process.encryption._made_of",
    "inbox.popsell.cache._shape",
    "inbox.popsell.transport._session",
    "inbox.popsell.values._members",
    "inbox.process.private_files._tell_open",
    "inbox.caches.sealing._secret",
    "inbox.queue.attention._plain",
    "inbox.queue.attention._state_counts",
    "inbox.queue.freshness._counted",
    "inbox.templating._bundle",
    "inbox.versions._memory",
    "inbox.workers._name",
}
"""What these remember is made of no answer of Popsell."""


def test_parts_of_pages_are_forgotten_too(read: None) -> None:
    part = memories.Memory[str](8)
    part.keep("Sofia", lambda: "Sofia")
    erase()
    assert part.keep("Sofia", lambda: "nobody") == "nobody"


def test_every_memory_is_forgotten_or_known_to_be_harmless() -> None:
    remembering = {
        f"{module.__name__}.{name}": one
        for module in list(sys.modules.values())
        if module.__name__.startswith("inbox.") and ".sandbox" not in module.__name__
        for name, one in vars(module).items()
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__ == module.__name__
    }
    cleared = {id(getattr(clear, "__self__", None)) for clear in memories._clears}
    unknown = {name for name, one in remembering.items() if id(one) not in cleared}
    assert unknown <= HARMLESS
    assert len(remembering) - len(unknown) >= 5


def erased_elsewhere(seconds_ago: float = 0) -> None:
    """As the command leaves it with the brand, on a machine with a cache of its own."""
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    Brand.objects.filter(pk=3).update(last_erasure=moment)


def test_a_process_forgets_at_the_next_page_of_the_brand(
    read: None, api: Upstream, client: Client
) -> None:
    erased_elsewhere()
    api.recover()
    assert listed._rendered.cache_info().currsize
    client.get("/brands/3/activity/")
    forgetting.wait()
    assert not listed._rendered.cache_info().currsize
    if not is_redis():
        assert not [word for word in NAMES if word.encode() in in_the_cache()]


def test_it_forgets_once_more_when_no_older_answer_is_on_its_way(
    read: None,
    client: Client,
    later: Later,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.POPSELL_DEADLINE = 8
    erased_elsewhere()
    drops: list[int] = []
    monkeypatch.setattr(memories, "_clears", [lambda: drops.append(1)])
    seen = []
    for seconds in (0, 1, 60, 61, 3600):
        later(seconds)
        client.get("/brands/3/activity/")
        seen.append(len(drops))
    forgetting.wait()
    assert seen == [1, 1, 2, 2, 2]


def test_an_erasure_long_ago_is_heeded_no_more(read: None, client: Client) -> None:
    erased_elsewhere(26 * 3600)
    client.get("/brands/3/activity/")
    assert listed._rendered.cache_info().currsize


def test_other_processes_forget_within_minutes(
    read: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memories, "_forgets_again", 0.0)
    client.get("/healthz")
    assert not listed._rendered.cache_info().currsize
    assert memories.EACH == 300
