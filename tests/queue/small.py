"""A brand of a few ambassadors, so that a pass takes few calls, and a process that makes one"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

from django.conf import settings
from django.db import connection

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.queue.sync import sync_once
from inbox.sandbox.app import Sandbox
from inbox.sandbox.life import newest_first
from inbox.sandbox.records import Message
from tests.support.index import LAST_MEMBER
from tests.support.upstream import Sent, Upstream

KEPT = (104, 107, 111)
PASS = 10
"""Calls: the directory, two pages each of 104 and 107 with the beginning, two look-ups, and 111."""


def make_small(sandbox: Sandbox) -> None:
    """A brand of a few ambassadors, so that a pass takes few calls."""
    brand = sandbox.brands[3]
    for who in list(brand.people.values()):
        if who.status <= LAST_MEMBER and who.id not in KEPT:
            del brand.people[who.id]


def live_on(sandbox: Sandbox) -> None:
    """Some write, in chatrooms of the last page too; two chatrooms of one ambassador are deleted."""
    brand, at = sandbox.brands[3], datetime.now(UTC)
    number = max(room.last.id for room in brand.rooms.values() if room.last)
    rooms = newest_first(brand.rooms_of[104])
    for place, room in enumerate((rooms[30], rooms[3], rooms[-1])):
        at += timedelta(seconds=1)
        room.said.append(Message(number + place + 1, at, room.theirs.person, "Hello again"))
    for room in (rooms[5], rooms[-3]):
        del brand.rooms[room.id]
        for listed in brand.rooms_of.values():
            if room in listed:
                listed.remove(room)


def once(brand: Brand) -> int:
    """The calls of a pass."""
    return sync_once(brand, lambda _progress: None).calls


def start_again(small: Upstream, brand: Brand) -> None:
    for model in (IndexedChatroom, IndexedAmbassador, IndexedBrand):
        model.objects.filter(brand=brand).delete()
    small.start_over()
    small.changed = True
    make_small(small.sandbox)


def pages_of(sent: list[Sent], ambassador: int) -> list[int]:
    found = [one for one in sent if one.path.endswith(f"/{ambassador}/chatrooms")]
    return [int(parse_qs(one.query)["page"][0]) for one in found]


def command(folder: Path, url: str, *options: str) -> "subprocess.Popen[bytes]":
    """`manage.py sync` on the database of the tests, in a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.stack.settings",
        "ENV_FILE": str(Path(settings.BASE_DIR) / "tests/test.env"),
        "DATABASE_URL": database_url(),
        "POPSELL_API_URL": url,
        "STACK_CACHE": str(folder / "cache"),
        "STACK_STATIC": str(folder / "static"),
    }
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "sync", "--brand", "3", *options],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def database_url() -> str:
    given = connection.settings_dict
    if settings.ON_SQLITE:
        return f"sqlite:///{given['NAME']}"
    address = f"{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
    return f"postgres://{address}/{given['NAME']}"
