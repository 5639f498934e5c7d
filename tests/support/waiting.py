"""Ambassadors in the index, with conversations that wait for them, are unread, or have an anomaly"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom, WorkerBeat
from inbox.models.index import OLDER

numbers: Iterator[int] = count(70_001)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def has_index(brand: Brand, **columns: object) -> None:
    """The brand's directory was read, and the worker is there."""
    now = timezone.now()
    told = {"directory_read": now - HOUR, "bell": False, **columns}
    IndexedBrand.objects.create(brand=brand, **told)
    WorkerBeat.objects.create(name="a" * 32, began=now, beat_at=now)


def knows(number: int, name: str = "", brand: int = 3, **columns: object) -> None:
    """An ambassador whose inbox was read as a whole."""
    now = timezone.now()
    told = {"read_at": now, "walked": now, "listed": now, "name": name, "status": "1"}
    search = name.casefold()
    IndexedAmbassador.objects.create(
        **{"brand_id": brand, "ambassador": number, "search": search, **told, **columns}
    )


def waits(number: int, *ago: timedelta, brand: int = 3, **columns: object) -> list[int]:
    """Conversations in this ambassador's inbox that wait for so long; their numbers."""
    now = timezone.now()
    return [
        rooms(
            number,
            1,
            brand,
            **{
                "is_waiting": True,
                "waiting_since": now - one,
                "since": now - one,
                "rank": 30 if one < 14 * DAY else 30 + OLDER,
                **columns,
            },
        )[0]
        for one in ago
    ]


def rooms(number: int, how_many: int, brand: int = 3, **columns: object) -> list[int]:
    now = timezone.now()
    made = [
        IndexedChatroom(
            brand_id=brand,
            chatroom=next(numbers),
            ambassador=number,
            facts_at=now,
            **({"rank": 10, "since": now} if columns.get("is_anomalous") else {}) | columns,
        )
        for _ in range(how_many)
    ]
    return [one.chatroom for one in IndexedChatroom.objects.bulk_create(made)]


def since(chatroom: int) -> datetime:
    found = IndexedChatroom.objects.get(chatroom=chatroom).waiting_since
    assert found
    return found
