"""Rules that are saved while others save, write and rank: no row keeps the rules of before"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import Activity, Brand, BrandRules, IndexedChatroom, Membership, Role
from inbox.queue import ranking
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.cast import member
from tests.support.chatrooms import message
from tests.support.indexed import keep, listed, room
from tests.views.test_brand_settings import SETTINGS, USUAL

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def second(client_of: ClientOf, brand: Brand) -> Client:
    return client_of(member("ada@example.com", brand, Role.MANAGER, "Ada Roy"))


def test_of_two_managers_who_save_at_once_one_is_told(
    client_of: ClientOf, manager: Membership, second: Client
) -> None:
    first = client_of(manager)
    keep()
    pairs = [(first, "20"), (second, "30")]

    def save(pair: tuple[Client, str]) -> int:
        own, days = pair
        return own.post(SETTINGS, {**USUAL, "horizon": days, "act": "save"}).status_code

    statuses = at_once(pairs, save)
    assert sorted(statuses) == [302, 422]
    kept = str(BrandRules.objects.get().horizon)
    assert statuses[[days for _own, days in pairs].index(kept)] == 302
    assert Activity.objects.filter(act="set_rules").count() == 1


def test_no_row_that_is_written_meanwhile_keeps_the_rules_of_before(
    client_of: ClientOf, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = client_of(manager)
    keep()
    monkeypatch.setattr(index, "FEW", 5)
    monkeypatch.setattr(ranking, "PAUSE", 0)
    now = timezone.now()

    def write(number: int) -> None:
        date = (now - timedelta(minutes=90)).isoformat()
        listed(room(message(number * 10, date_insert=date), number), at=timezone.now())

    for number in range(1, 31):
        write(number)
    assert set(IndexedChatroom.objects.values_list("rank", flat=True)) == {30}

    def act(way: str) -> None:
        if way == "save":
            answer = own.post(SETTINGS, {**USUAL, "waits_after": "2 h", "act": "save"})
            assert answer.status_code == 302
            ranking.rank()
        for number in range(1, 61) if way == "write" else ():
            write(number)
        for number in range(60, 0, -1) if way == "back" else ():
            write(number)

    at_once(["save", "write", "back"], act)
    while ranking.is_ranking(3):
        ranking.rank()
    rows = IndexedChatroom.objects.values_list("chatroom", "rank")
    assert {chatroom for chatroom, rank in rows if rank is not None} == set()
    assert len(rows) == 60
