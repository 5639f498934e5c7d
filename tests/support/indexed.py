"""The index of a brand in tests: what Popsell tells, stored as of a moment, and what comes of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import decode
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.upstream import page

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def keep(brand_id: int = 3, *ambassadors: int) -> None:
    """From now on the brand has an index, and these ambassadors (100) an inbox in it."""
    IndexedBrand.objects.get_or_create(brand_id=brand_id)
    for one in ambassadors or (100,):
        IndexedAmbassador.objects.create(brand_id=brand_id, ambassador=one, listed=timezone.now())
    index._unindexed.clear()


@contextmanager
def whole_at_noon() -> Iterator[None]:
    """Léa's inbox was read as a whole at noon, and it is a minute later."""
    with clock(NOON + MINUTE):
        keep()
        IndexedBrand.objects.update(directory_read=NOON, waiting_read=NOON)
        IndexedAmbassador.objects.update(name="Léa Moreau", status="6", read_at=NOON, walked=NOON)
        yield


@contextmanager
def clock(moment: datetime) -> Iterator[None]:
    """It is this moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        yield


def listed(*rooms: Json, at: datetime = NOON, whose: int = 100, brand: int = 3) -> None:
    """An ambassador's list was asked for at this moment, and told these."""
    index.store_listing(brand, whose, decode.chatrooms(_sent(page(*rooms))), at)


def alone(room: Json, at: datetime = NOON, brand: int = 3) -> None:
    """A chatroom was asked for by itself."""
    told = {name: value for name, value in room.items() if name != "last_message"}
    index.store_chatroom(brand, decode.one_chatroom(told), at)


def said(*messages: Json, at: datetime = NOON, brand: int = 3, **envelope: object) -> None:
    """The newest messages of chatroom 8 were asked for: these, oldest first."""
    index.store_transcript(brand, 8, decode.messages(_sent(page(*messages, **envelope))), at)


def _sent(value: object) -> Any:
    """As it arrives."""
    return json.loads(json.dumps(value))


def row(chatroom_id: int = 8, whose: int = 100, brand: int = 3) -> IndexedChatroom:
    return IndexedChatroom.objects.get(brand=brand, chatroom=chatroom_id, ambassador=whose)


def of_lea(id_: int, minutes_ago: float = 120, **more: Any) -> Json:
    """A message of Léa's, so many minutes before noon."""
    return message(id_, lea(8), **dated(minutes_ago), **more)


def of_sofia(id_: int, minutes_ago: float = 120, **more: Any) -> Json:
    return message(id_, **dated(minutes_ago), **more)


def dated(minutes_ago: float) -> Json:
    return {"date_insert": (NOON - minutes_ago * MINUTE).isoformat()}


def ago(minutes: float) -> datetime:
    return NOON - minutes * MINUTE


def room(last: Json | None = None, id_: int = 8, *, seen: float = 600, **more: Any) -> Json:
    """Chatroom 8 with this last message; Léa was seen so many minutes before noon."""
    own = lea(id_, last_action_date=ago(seen).isoformat())
    people = {"ambassadors": [own, participant(555, id_)], "last_message": last}
    date = last["date_insert"] if last else None
    return chatroom(id_, **{**people, "last_message_date": date, **more})
