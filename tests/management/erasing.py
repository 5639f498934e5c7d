"""A person that the command erases: what Popsell tells of them, and where they are held."""

import struct
import zlib
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from inbox.caches import entries
from inbox.models import Activity, Membership, Note
from tests.conftest import is_redis
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.pages import INBOX
from tests.support.raw_cache import RawCache, folder
from tests.support.upstream import Upstream, page

ID, ROOM = 88471147, 8
WHO: Json = {
    "firstname": "Ysolde",
    "lastname": "Quennec",
    "username": "yso.q",
    "email": "ysolde@perfume.example",
    "customer_id": "YQ-7740192",
}
NAMES = ["Ysolde", "Quennec", "yso.q", "perfume.example", "YQ-7740192"]
OWN = f"/brands/3/ambassadors/{ID}/"
PAGES = [INBOX, f"{INBOX}chatrooms/{ROOM}/", "/brands/3/ambassadors/", OWN, f"{OWN}chatrooms/9/"]
in_a_folder = pytest.mark.skipif(is_redis(), reason="Redis knows the keys of a brand")


class Wait:
    """In place of the command's pause: how long it was, and what happens in it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.meanwhile()


def ysolde(room: int) -> Json:
    return participant(ID, room, **WHO)


def tells_of_ysolde(api: Upstream) -> None:
    """She wrote to Léa. She is an ambassador too, and Sofia wrote to her."""
    hers = message(16, person(ID, **WHO), content="It is Ysolde here")
    to_lea = chatroom(ROOM, ambassadors=[lea(ROOM), ysolde(ROOM)], last_message=hers)
    to_her = chatroom(9, ambassadors=[ysolde(9), participant(555, 9)], last_message=message(26))
    api.answer("GET", 403)
    api.answer("GET", body=page(person(ID, **WHO)), path="/chat/ambassadors")
    api.answer("GET", body=page(to_lea), path="/chat/ambassadors/100/chatrooms")
    api.answer("GET", body=page(to_her), path=f"/chat/ambassadors/{ID}/chatrooms")
    api.conversation(to_lea, hers)
    api.conversation(to_her, message(26))
    api.answer("PATCH", body={"success": True})


def is_gone_at_popsell(api: Upstream) -> None:
    api.recover()
    api.answer("GET", 404, path=f"/chat/ambassadors/{ID}/chatrooms")


def erase(id_: int = ID, **options: Any) -> str:
    out = StringIO()
    call_command("erase_person", id_, **{"brand": 3, "stdout": out, **options})
    return out.getvalue()


def write(text: str, member: Membership, room: int = 77, **more: Any) -> Note:
    return Note.objects.create(
        brand=member.brand,
        chatroom=room,
        member=member,
        member_name=str(member.user),
        text=text,
        **more,
    )


def in_the_cache() -> bytes:
    """All that it holds, unpacked, with the keys."""
    if is_redis():
        return b"".join(key + data for key, data in RawCache().all().items())
    return b"".join(_file(path.read_bytes()) for path in folder().iterdir())


def _file(data: bytes) -> bytes:
    return zlib.decompress(data[entries.HEAD :]) if data else b""


def in_the_database(*left_out: type) -> str:
    return repr(
        [
            list(model._default_manager.values())
            for model in apps.get_models()
            if model not in left_out
        ]
    )


def found() -> list[str]:
    """Where something of her is still held."""
    kept, trail = in_the_cache(), in_the_database()
    rows = in_the_database(Activity)  # which holds ids, and stays
    held = [word for word in NAMES if word.encode() in kept or word in trail]
    if str(ID).encode() in kept or struct.pack("<i", ID) in kept or str(ID) in rows:
        held.append(str(ID))
    return held
