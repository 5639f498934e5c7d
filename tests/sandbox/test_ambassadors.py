"""GET /chat/ambassadors."""

from datetime import timedelta

import pytest

from inbox.sandbox.records import Person
from inbox.sandbox.render import ambassador_json
from tests.sandbox.conftest import NOON, Client, Clock

LIST = "/chat/ambassadors"
MICRO = [
    "id_ambassador",
    "image",
    "firstname",
    "lastname",
    "username",
    "email",
    "email_tmp",
    "active",
    "status",
    "online",
    "last_action_date",
    "customer_id",
    "anonymized",
]


def test_lea_is_as_the_demo_expects_her(client: Client) -> None:
    lea = client.json(LIST)["data"][0]
    assert list(lea) == MICRO
    assert lea["id_ambassador"] == 100
    assert (lea["firstname"], lea["lastname"], lea["username"]) == ("Léa", "Moreau", "lea.m")
    assert (lea["status"], lea["active"], lea["online"]) == (6, 1, True)


def test_the_members_hold_every_role_from_0_to_6(client: Client) -> None:
    assert {one["status"] for one in client.everything(LIST)} == set(range(7))


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("lea", [100]),
        ("LÉA", [100]),
        ("MOREAU", [100]),
        ("léa mor", [100]),
        ("ea.m", [100]),
        ("ines", [102]),
        ("o'neill", [110]),
        (" chloe ", [109]),
        ("moreau lea", []),
        ("zzz", []),
    ],
)
def test_the_name_filter_forgives_case_and_accents(
    client: Client, wanted: str, ids: list[int]
) -> None:
    found = client.json(LIST, params={"filter[name]": wanted})["data"]
    assert [one["id_ambassador"] for one in found] == ids


def test_visitors_are_listed_when_their_role_is_asked_for(client: Client) -> None:
    body = client.json(LIST, params={"filter[status]": "7,8"})
    assert {one["status"] for one in body["data"]} <= {7, 8}
    assert len(body["data"]) == body["per_page"] == 25
    assert body["total"] > 100
    assert client.json(LIST, params={"filter[status]": "6"})["total"] == 1


@pytest.mark.parametrize("sort", ["last_action_date", "-last_action_date"])
def test_the_sort_goes_by_the_last_action(client: Client, sort: str) -> None:
    rows = client.json(LIST, params={"sort": sort})["data"]
    dates = [one["last_action_date"] for one in rows]
    assert len(set(dates)) > 5
    assert dates == sorted(dates, reverse=sort.startswith("-"))


def test_online_is_judged_at_the_time_of_asking(client: Client, clock: Clock) -> None:
    params = {"filter[status]": "7,8", "sort": "-last_action_date"}
    assert client.json(LIST, params=params)["data"][0]["online"] is True
    clock.now += timedelta(minutes=5)
    assert not any(one["online"] for one in client.json(LIST, params=params)["data"])


@pytest.mark.parametrize(("seconds", "online"), [(0, True), (299.9, True), (300, False)])
def test_five_minutes_are_no_longer_under_five_minutes(seconds: float, online: bool) -> None:
    person = Person(1, 0, last_action=NOON - timedelta(seconds=seconds))
    assert ambassador_json(person, NOON)["online"] is online


@pytest.mark.parametrize("later", [0, 1, 239, 240, 241, 86_400])
def test_a_demo_left_open_keeps_lea_online(client: Client, clock: Clock, later: int) -> None:
    clock.now += timedelta(seconds=later)
    lea = client.json(LIST)["data"][0]
    assert lea["online"] is True
    assert lea["last_action_date"] <= f"{clock.now:%Y-%m-%dT%H:%M:%S}Z"
