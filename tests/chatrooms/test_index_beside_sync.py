"""Members at work while the worker reads the same chatrooms: nobody is stuck, and the index is true"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.chatrooms import index, index_pruning
from inbox.models import Brand, IndexedAmbassador, Membership
from inbox.queue import choice, ranking, slices
from inbox.sandbox.app import Sandbox
from inbox.sandbox.records import Message
from tests.conftest import ClientOf
from tests.queue.small import KEPT, make_small
from tests.support.at_once import at_once
from tests.support.index import assert_true
from tests.support.markup import attributes, forms
from tests.support.pages import HTMX, text
from tests.support.upstream import Upstream

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MEMBERS = 3
ACTS = 10  # of each member
FEW = 6  # chatrooms at the top, where all of them act
OFFERED = ("archive", "block", "flag", "mark", "review")
SOON = timedelta(seconds=0.1)
PAUSE = 0.1  # seconds, so that members get on
LONGEST = 120  # seconds


@pytest.fixture
def busy(api: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Upstream:
    """A small brand that the worker reads over and over, as fast as it can."""
    settings.POPSELL_SYNC_RATE = 1_000_000
    for name in ("BELL_EACH", "AGAIN", "SWEEP_EACH"):
        monkeypatch.setattr(choice, name, SOON)
    monkeypatch.setattr(slices, "LASTS", LONGEST)
    api.changed = True
    make_small(api.sandbox)
    return api


def deadlocks() -> int:
    """As PostgreSQL counted them in this database."""
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def live(sandbox: Sandbox, dice: Random) -> None:
    """Somebody writes, and something changes of which nothing tells."""
    brand = sandbox.brands[3]
    with sandbox._lock:
        room = dice.choice(brand.rooms_of[104])
        number = 1 + max(one.last.id for one in brand.rooms.values() if one.last)
        room.said.append(Message(number, timezone.now(), room.theirs.person, "Hello again"))
        other = dice.choice(brand.rooms_of[107])
        other.mine.archived = not other.mine.archived


def work(client: Client, dice: Random) -> int:
    """Open a conversation and press one of its buttons; returns the answer's status."""
    page = text(client.get("/brands/3/ambassadors/104/"))
    links = attributes(page, "[id^=open-]", "href")[:FEW]
    opened = text(client.get(dice.choice(links)))
    found = {one.attributes.get("id", ""): one for one in forms(opened)}
    names = [f"{act}-conversation" for act in OFFERED]
    pressed = found[dice.choice([name for name in names if name in found])]
    answer = client.post(pressed.attributes["action"], pressed.fields, headers=HTMX)
    return int(answer.status_code)


def sweep() -> None:
    """Read each inbox as a whole, by walks that begin from now on."""
    since = timezone.now()
    slices.run([3], lambda: is_swept(since))
    assert is_swept(since)


def is_swept(since: datetime) -> bool:
    swept = IndexedAmbassador.objects.filter(ambassador__in=KEPT, walked__gte=since)
    return swept.count() == len(KEPT)


def test_acts_beside_the_sync_are_never_stuck(
    busy: Upstream,
    brand: Brand,
    moderator: Membership,
    client_of: ClientOf,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sweep()
    before, over = deadlocks(), Event()
    answers: list[int] = []

    def member(client: Client, seed: int) -> None:
        dice = Random(seed)  # noqa: S311 - no secret
        answers.extend(work(client, dice) for _ in range(ACTS))

    def until_over(act: Callable[[], object]) -> None:
        while not over.wait(PAUSE):
            act()

    def name() -> None:
        index.note_named(3, [("anomaly", "3"), ("topic", "")])
        ranking.rank()

    def members() -> None:
        try:
            clients = [client_of(moderator) for _ in range(MEMBERS)]
            at_once(enumerate(clients), lambda one: member(one[1], one[0]))
        finally:
            over.set()

    sync = partial(slices.run, [3], over.is_set)
    change = partial(live, busy.sandbox, Random(MEMBERS))  # noqa: S311 - no secret
    others: list[Callable[[], object]] = [sync, sync, name, index_pruning.prune, change]
    together: list[Callable[[], object]] = [partial(until_over, one) for one in others]
    at_once([members, *together], lambda one: one())
    assert max(answers) < 500
    assert deadlocks() == before
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
    sweep()
    assert_true(busy.sandbox)
