"""The database dies under the site: designed answers, nothing lost, and no restart"""

import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest

from tests.faults.conftest import Member, Stack
from tests.stack.services import Postgres
from tests.support.pages import INBOX

CONVERSATION = f"{INBOX}chatrooms/30494/?page=6"


@pytest.fixture
def dead(stack: Stack) -> Iterator[Stack]:
    """The database is stopped before the test, and answers after it."""
    stack.member().get(INBOX)  # so that connections are open
    stack.database.stop()
    yield stack
    stack.database.start()


def outcomes(database: Postgres) -> list[str]:
    with psycopg.connect(database.url()) as connection:
        found = connection.execute("SELECT outcome FROM inbox_activity ORDER BY id").fetchall()
    return [row[0] for row in found]


def test_a_page_says_so(dead: Stack) -> None:
    for path in ("/", INBOX, CONVERSATION, "/admin/"):
        begun = time.monotonic()
        answer = dead.member().get(path)
        assert time.monotonic() - begun < 5, path
        assert answer.status_code == 503, path
        assert answer.headers["Retry-After"] == "5"
        assert "<h1>Our own records can&#39;t be read just now</h1>" in answer.text
        assert f'<a class="button primary" href="{path}">' in answer.text  # Retry
        assert answer.headers["X-Request-ID"] in answer.text


def test_htmx_gets_a_fragment(dead: Stack) -> None:
    answer = dead.member().get(INBOX, htmx=True)
    assert answer.status_code == 503
    assert answer.text.startswith('<div class="alert" data-outage="connection">')


def test_the_probes_tell_it_apart(dead: Stack) -> None:
    nobody = Member(dead.play.address)
    assert nobody.get("/healthz").status_code == 200
    begun = time.monotonic()
    ready = nobody.get("/readyz")
    assert time.monotonic() - begun < 5
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert ready.json()["database"] == "OperationalError"


def test_one_line_without_secrets(dead: Stack) -> None:
    before = len(dead.log())
    answer = dead.member().get(INBOX)
    assert answer.status_code == 503
    told = [line for line in dead.log()[before:].splitlines() if f"GET {INBOX}" not in line]
    assert len(told) == 1, told
    assert "ERROR   The database can't be used: PoolTimeout" in told[0]
    assert "a-secret-of-the-database" not in dead.log()


def test_an_act_that_can_not_be_recorded_is_not_sent(stack: Stack) -> None:
    member = stack.member()
    form = member.form(CONVERSATION, "archive-conversation")
    stack.play.popsell.sent.clear()
    stack.database.stop()
    try:
        answer = member.post(form.attributes["action"], {**form.fields, "state": "on"})
    finally:
        stack.database.start()
    assert answer.status_code == 503
    assert "Nothing was sent to Popsell." in answer.text
    assert answer.headers["HX-Retarget"] == "#alert-conversation"
    assert 'form="archive-conversation"' in answer.text  # Retry
    assert stack.play.popsell.calls("PATCH") == []
    again = member.post(form.attributes["action"], {**form.fields, "state": "on"})
    assert again.status_code == 200
    assert len(stack.play.popsell.calls("PATCH")) == 1


def test_dying_between_the_call_and_its_outcome(stack: Stack) -> None:
    member, popsell = stack.member(), stack.play.popsell
    form = member.form(CONVERSATION, "block-conversation")
    popsell.sent.clear()
    before = len(outcomes(stack.database))
    popsell.misfortunes["PATCH"] = "slow"
    answers: list[Any] = []
    fields = {**form.fields, "state": "on"}
    press = Thread(target=lambda: answers.append(member.post(form.attributes["action"], fields)))
    press.start()
    while not popsell.calls("PATCH"):
        time.sleep(0.01)
    stack.database.stop()
    try:
        press.join(30)
    finally:
        stack.database.start()
    (answer,) = answers
    assert answer.status_code == 503
    assert "Popsell did what you asked, but it could not be noted here." in answer.text
    ends = time.monotonic() + 60
    while outcomes(stack.database)[before:] != ["done"]:  # noted once the database is back
        assert time.monotonic() < ends
        time.sleep(0.1)
    popsell.recover()
    member.session.headers["Cache-Control"] = "no-cache"  # the page as it is, not as it was kept
    fresh = member.form(CONVERSATION, "block-conversation")
    done = member.post(fresh.attributes["action"], fresh.fields)
    assert fresh.fields["state"] == "off"
    assert done.status_code == 200
    assert outcomes(stack.database)[before:] == ["done", "done"]


def test_it_goes_on_without_a_restart(stack: Stack) -> None:
    members = [stack.member() for _ in range(8)]
    for _ in range(2):
        assert {member.get(INBOX).status_code for member in members} == {200}
        stack.database.stop()
        assert members[0].get(INBOX).status_code == 503
        time.sleep(2)
        stack.database.start()
        assert [member.get(INBOX).status_code for member in members] == [200] * 8


def test_a_restart_that_nobody_looked_at_is_not_noticed(stack: Stack) -> None:
    member = stack.member()
    member.get(INBOX)
    stack.database.stop()
    stack.database.start()
    assert member.get(INBOX).status_code == 200


def test_threads_do_not_pile_up(dead: Stack) -> None:
    """Half of all the threads wait for the database, and the rest answer."""
    waiting = [Thread(target=dead.member().get, args=[INBOX]) for _ in range(64)]
    for thread in waiting:
        thread.start()
    begun = time.monotonic()
    assert Member(dead.play.address).get("/healthz").status_code == 200
    assert time.monotonic() - begun < 1
    for thread in waiting:
        thread.join(10)
    assert not any(thread.is_alive() for thread in waiting)
    assert time.monotonic() - begun < 8
