"""Faults: rare, short, of three kinds, and never on an act."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
import requests

from inbox.sandbox.app import create_app
from inbox.sandbox.faults import Faults
from inbox.sandbox.server import running
from tests.sandbox.conftest import NOON, Client, Clock

LIST = "/chat/ambassadors"
ROOMS = "/chat/ambassadors/100/chatrooms"
READS = 1200


@dataclass
class Faulty:
    """A client of a faulty sandbox, the clock of both, and how long its reads were held."""

    client: Client
    clock: Clock
    held: list[float] = field(default_factory=list)

    def read(self, path: str = "/nowhere") -> str:
        """What befell one read."""
        before = len(self.held)
        try:
            status = self.client.call(path).status_code
        except requests.ConnectionError:
            return "drop"
        if status == 503:
            return "busy"
        return "slow" if len(self.held) > before else "none"

    def read_until(self, fault: str) -> None:
        for _ in range(READS):
            if self.read() == fault:
                return
            self.clock.now += timedelta(minutes=1)
        raise AssertionError(f"no {fault}")


def faulty(clock: Clock) -> Iterator[Faulty]:
    held: list[float] = []
    app = Faults(create_app(now=clock), now=clock, sleep=held.append)
    with running(app) as url, requests.Session() as session:
        yield Faulty(Client(url, session), clock, held)


@pytest.fixture
def api(clock: Clock) -> Iterator[Faulty]:
    yield from faulty(clock)


def befell(api: Faulty, reads: int = READS) -> list[str]:
    found = []
    for _ in range(reads):
        found.append(api.read())
        api.clock.now += timedelta(minutes=1)
    return found


def test_one_read_in_about_sixty_meets_a_fault_of_one_of_three_kinds(api: Faulty) -> None:
    found = befell(api)
    first = next(number for number, fault in enumerate(found) if fault != "none")
    assert first >= 140  # a demo begins well
    later = found[first:]
    assert len(later) / 75 - 1 <= len(later) - later.count("none") <= len(later) / 45 + 1
    assert set(found) == {"none", "slow", "busy", "drop"}


def test_however_much_is_read_there_is_a_rest_between_two_spells(api: Faulty) -> None:
    spells: list[int] = []
    for second in range(500):
        api.clock.now = NOON + timedelta(seconds=second)
        fell = [api.read(), api.read()]
        if fell != ["none", "none"] and (not spells or second - spells[-1] > 3):
            spells.append(second)
    assert len(spells) == 4
    assert all(later - one >= 123 for one, later in pairwise(spells))


def test_slow_is_three_to_five_seconds(api: Faulty) -> None:
    befell(api)
    assert len(api.held) >= 3
    assert all(3 <= seconds <= 5 for seconds in api.held)


@pytest.mark.parametrize("fault", ["slow", "busy", "drop"])
def test_a_spell_lasts_three_seconds(api: Faulty, fault: str) -> None:
    api.read_until(fault)
    api.clock.now += timedelta(seconds=2.9)
    assert [api.read(), api.read()] == [fault, fault]
    api.clock.now += timedelta(seconds=0.1)
    assert [api.read() for _ in range(40)] == ["none"] * 40


@pytest.mark.parametrize("fault", ["slow", "busy", "drop"])
def test_an_act_gets_through(api: Faulty, fault: str) -> None:
    rooms = [row for row in api.client.json(ROOMS)["data"] if row["last_message"]]
    seat = rooms[0]["ambassadors"][0]["id_ambassador"]
    api.read_until(fault)
    held = len(api.held)
    path = f"/chat/chatrooms/{rooms[0]['id_chatroom']}/ambassadors/{seat}/read"
    assert api.client.call(path, "POST").status_code == 200
    assert len(api.held) == held
    assert api.read() == fault


def test_a_busy_api_says_so_in_json(api: Faulty) -> None:
    api.read_until("busy")
    answer = api.client.call(LIST)
    assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable."})
    assert api.client.call(LIST, "HEAD").content == b""


def test_a_slow_answer_is_the_right_one(api: Faulty) -> None:
    before = api.client.json(LIST)
    api.read_until("slow")
    assert [one["id_ambassador"] for one in api.client.json(LIST)["data"]] == [
        one["id_ambassador"] for one in before["data"]
    ]


def test_each_fault_leaves_a_line(api: Faulty, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "inbox.sandbox")
    api.read_until("drop")
    told = [one.getMessage() for one in caplog.records if one.getMessage().startswith("fault")]
    assert told == ["fault: slow", "fault: busy", "fault: drop"]


def test_the_faults_are_the_same_each_time(api: Faulty) -> None:
    found = befell(api, 300)
    for again in faulty(Clock()):
        assert befell(again, 300) == found
    assert found.count("none") < 300
