"""A crowd of ambassadors who join brand 3."""

from argparse import ArgumentTypeError
from datetime import timedelta

import pytest
import requests

from inbox.management.commands.sandbox import up_to
from inbox.sandbox.app import create_app
from inbox.sandbox.crowds import MOST, Crowd
from inbox.sandbox.data import build_brand, build_brands
from inbox.sandbox.records import Brand
from inbox.sandbox.render import ambassador_json, listed_json
from inbox.sandbox.server import running
from tests.sandbox.census import every_seed
from tests.sandbox.conftest import NOON, Client, Clock

CROWD = Crowd(ambassadors=60, chatrooms=20)
JOINED = range(1000, 1060)


def written(brand: Brand) -> list[object]:
    """All that is told of a brand."""
    people = [ambassador_json(one, NOON) for one in brand.people.values()]
    return [people, [listed_json(room, NOON) for room in brand.rooms.values()]]


@every_seed
def test_a_crowd_changes_nothing_of_those_it_joins(seed: int) -> None:
    before, after = build_brand(3, seed, NOON), build_brand(3, seed, NOON, CROWD)
    for id_, person in before.people.items():
        assert ambassador_json(after.people[id_], NOON) == ambassador_json(person, NOON)
    for id_, room in before.rooms.items():
        assert listed_json(after.rooms[id_], NOON) == listed_json(room, NOON)
    for id_, rooms in before.rooms_of.items():
        assert [room.id for room in after.rooms_of[id_]] == [room.id for room in rooms]


def test_nobody_joins_unless_asked_and_the_other_brand_never() -> None:
    plain = build_brands(1, NOON)
    assert written(plain[3]) == written(build_brands(1, NOON, Crowd(0, 500))[3])
    assert written(plain[8]) == written(build_brands(1, NOON, CROWD)[8])


@every_seed
def test_so_many_join_with_about_so_many_chatrooms_each(seed: int) -> None:
    brand = build_brand(3, seed, NOON, CROWD)
    members = [one for one in brand.people.values() if one.status <= 6]
    assert {one.id for one in members} == {*range(100, 112), *JOINED}
    sizes = [len(brand.rooms_of[id_]) for id_ in JOINED]
    assert min(sizes) >= 10
    assert max(sizes) <= 40  # some are met in others' talks too
    assert 18 <= sum(sizes) / len(sizes) <= 23
    names = {(brand.people[id_].firstname, brand.people[id_].lastname) for id_ in JOINED}
    assert len(names) == len(JOINED)
    assert {one.status for one in members} == set(range(7))


@every_seed
def test_numbers_are_given_once_and_dates_hold_together(seed: int) -> None:
    brands = build_brands(seed, NOON, CROWD)
    assert not brands[3].people.keys() & brands[8].people.keys()
    assert not brands[3].rooms.keys() & brands[8].rooms.keys()
    said = [room.last for room in brands[3].rooms.values() if room.last]
    assert len({one.id for one in said}) == len(said)
    for room in brands[3].rooms.values():
        assert all(seat.person.id in brands[3].people for seat in room.participants)
        if room.last:
            assert room.inserted < room.last.date < NOON
        assert room.id < 1_000_000 or room.size <= 400


def test_the_seed_decides_and_not_the_clock() -> None:
    one, again = (build_brand(3, 1, NOON, CROWD) for _ in range(2))
    assert written(one) == written(again)
    assert written(one) != written(build_brand(3, 2, NOON, CROWD))
    later = build_brand(3, 1, NOON + timedelta(days=40), CROWD)
    assert list(later.rooms) == list(one.rooms)
    assert list(later.people) == list(one.people)


@pytest.mark.parametrize("crowd", [Crowd(1, 1), Crowd(1, 500), Crowd(3, 0), Crowd(MOST, 1)])
def test_the_smallest_and_the_largest_can_be_made(crowd: Crowd) -> None:
    brand = build_brand(3, 1, NOON, crowd)
    assert len([id_ for id_ in brand.people if 1000 <= id_ < 3000]) == crowd.ambassadors
    assert max(len(brand.rooms_of[id_]) for id_ in brand.people if 1000 <= id_ < 3000) <= 750


def test_they_are_listed_and_so_are_their_chatrooms() -> None:
    with (
        running(create_app(now=Clock(), crowd=CROWD, lively=True)) as url,
        requests.Session() as session,
    ):
        client = Client(url, session)
        assert client.json("/chat/ambassadors")["total"] == 12 + 60
        rooms = client.everything("/chat/ambassadors/1007/chatrooms")
        assert len(rooms) >= 10
        whole = client.json("/manager/chatrooms", params={"sort": "-last_message_date"})
        assert whole["total"] > 753 + 60 * 15
        said = client.json(f"/chat/chatrooms/{rooms[0]['id_chatroom']}/messages")
        assert said["data"]


@pytest.mark.parametrize("raw", ["-1", "501", "x", "", "٣", "9" * 30])
def test_an_impossible_number_is_refused(raw: str) -> None:
    assert [up_to(500)(one) for one in ("0", "500")] == [0, 500]
    with pytest.raises(ArgumentTypeError, match="a number from 0 to 500"):
        up_to(500)(raw)
