"""The activity as a person reads it, and as a spreadsheet does."""

import csv
from io import StringIO
from typing import Any

from django.test import Client

from inbox.models import Act, Activity, Membership, Outcome
from tests.support.markup import all_words
from tests.support.pages import text

PAGE = "/brands/3/activity/"
FILE = f"{PAGE}activity.csv"


def did(who: Membership, act: Act = Act.READ, **more: Any) -> Activity:
    about: dict[str, Any] = {"ambassador": 100, "chatroom": 8, "outcome": Outcome.DONE}
    told = {"member_name": str(who.user), "member_role": who.role, "brand": who.brand}
    return Activity.objects.create(act=act, **{"member": who, **told, **about, **more})


def lines(page: str) -> list[str]:
    return all_words(page, "tr.activity-line")


def shown(client: Client, **asked: str) -> list[str]:
    return lines(text(client.get(PAGE, asked)))


def downloaded(client: Client, separator: str = ",", **asked: str) -> list[list[str]]:
    response: Any = client.get(FILE, asked)
    assert response.status_code == 200
    raw = b"".join(response.streaming_content).decode()
    assert raw.startswith("\ufeff")
    return list(csv.reader(StringIO(raw.removeprefix("\ufeff")), delimiter=separator))
