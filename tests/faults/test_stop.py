"""SIGTERM, as a platform sends it at each release: what is in flight is finished, then all ends"""

import signal
import socket
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.conftest import Member
from tests.stack.play import Play, playing
from tests.support.pages import INBOX

CONVERSATION = f"{INBOX}chatrooms/30494/?page=6"
GRACE = 10  # seconds, well within gunicorn's 30


@pytest.fixture
def play() -> Iterator[Play]:
    with playing("0") as play:
        yield play


def test_what_is_in_flight_is_finished(play: Play) -> None:
    """An act and two readers of one page, who wait for the same call, while Popsell is slow."""
    member = Member(play.address, play.sessions["moderator"])
    form = member.form(CONVERSATION, "archive-conversation")
    fields = {**form.fields, "state": "on"}
    play.popsell.sent.clear()
    play.popsell.misfortunes |= {"GET": "slow", "PATCH": "slow"}
    answers: dict[str, Any] = {}

    def ask(name: str) -> None:
        own = Member(play.address, play.sessions["moderator"])
        own.session.cookies.update(member.session.cookies)
        if name == "act":
            answers[name] = own.post(form.attributes["action"], fields)
        else:
            answers[name] = own.get(INBOX)

    threads = [Thread(target=ask, args=[name]) for name in ("act", "one", "other")]
    for thread in threads:
        thread.start()
    while not (play.popsell.calls("PATCH") and play.popsell.calls("GET")):
        time.sleep(0.01)
    play.server.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    while not refuses(play.address):
        assert time.monotonic() - begun < 3
        time.sleep(0.05)
    for thread in threads:
        thread.join(GRACE)
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "act": 200,
        "one": 200,
        "other": 200,
    }
    assert "Archived for" in answers["act"].text
    assert play.server.wait(GRACE) == 0
    assert time.monotonic() - begun < GRACE
    assert "Traceback" not in play.log.read_text()
    acts = play.site.shell("tests.bench.trail", function="tell")["acts"]
    assert [act[-1] for act in acts] == ["done"]
    assert len(play.popsell.sandbox.done) == 1


def test_an_open_connection_without_a_request_holds_up_nothing(play: Play) -> None:
    idle = Member(play.address, play.sessions["moderator"])
    assert idle.get(INBOX).status_code == 200  # and is kept alive
    begun = time.monotonic()
    play.server.send_signal(signal.SIGTERM)
    assert play.server.wait(GRACE) == 0
    assert time.monotonic() - begun < 5


def refuses(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(address).port)) != 0
