"""Redis dies or hangs under the site: pages go on without it, signing in waits, and no restart"""

import os
import signal
import time
from collections.abc import Iterator

import pytest
import requests

from tests.faults.conftest import Member, Stack
from tests.support.cast import PASSWORD
from tests.support.markup import forms
from tests.support.pages import INBOX

PAUSE = 3.0  # seconds for which a process leaves Redis alone after a failure
CONVERSATION = f"{INBOX}chatrooms/30494/?page=6"
PAGES = ["/", INBOX, "/brands/3/ambassadors/", CONVERSATION, "/accounts/login/"]


@pytest.fixture
def dead(stack: Stack) -> Iterator[Stack]:
    """Redis is killed before the test, and answers after it, with nothing kept."""
    stack.member().get(INBOX)
    stack.cache.kill()
    yield stack
    stack.cache.start()
    time.sleep(PAUSE)


def sign_in(stack: Stack, password: str = PASSWORD) -> requests.Response:
    nobody = Member(stack.play.address)
    html = nobody.get("/accounts/login/").text
    form = next(one for one in forms(html) if "login" in one.fields)
    fields = {**form.fields, "login": "hugo@example.com", "password": password}
    return nobody.post("/accounts/login/", fields, htmx=False)


def test_pages_go_on(dead: Stack) -> None:
    for path in PAGES:
        member = Member(dead.play.address) if "login" in path else dead.member()
        answer = member.get(path)
        assert answer.status_code == (302 if path == "/" else 200), path


def test_acts_go_on(dead: Stack) -> None:
    member = dead.member()
    form = member.form(CONVERSATION, "flag-conversation")
    answer = member.post(form.attributes["action"], {**form.fields, "state": "1"})
    assert answer.status_code == 200
    assert "Flagged as to do" in answer.text
    assert len(dead.play.popsell.calls("PATCH")) == 1


def test_nobody_guesses_passwords_meanwhile(dead: Stack) -> None:
    for password in ("wrong", PASSWORD):
        answer = sign_in(dead, password)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "<h1>Nobody can sign in just now</h1>" in answer.text
        assert '<a class="button primary" href="/accounts/login/">' in answer.text
        assert "session=" not in answer.headers.get("Set-Cookie", "")


def test_it_is_said_once_a_minute(dead: Stack) -> None:
    before = len(dead.log())
    for _ in range(20):
        assert dead.member().get(INBOX).status_code == 200
    said = dead.log()[before:]
    assert said.count("The cache failed") <= 2  # one for each worker
    assert "Traceback" not in said


def test_it_comes_back_without_a_restart(stack: Stack) -> None:
    member = stack.member()
    stack.cache.kill()
    assert member.get(INBOX).status_code == 200
    stack.cache.start()
    time.sleep(PAUSE)
    assert sign_in(stack).status_code == 302
    for _ in range(8):  # both workers keep again
        member.get(INBOX)
    assert 'desc="hit"' in member.get(INBOX).headers["Server-Timing"]
    ready = member.get("/readyz").json()
    assert (ready["ready"], ready["cache"]) == (True, "ok")


def test_a_hanging_redis_holds_up_nobody(stack: Stack) -> None:
    members = [stack.member() for _ in range(4)]
    os.kill(stack.cache.pid, signal.SIGSTOP)
    try:
        times = []
        for _ in range(6):
            for member in members:
                begun = time.monotonic()
                assert member.get(INBOX).status_code == 200
                times.append(time.monotonic() - begun)
    finally:
        os.kill(stack.cache.pid, signal.SIGCONT)
    assert max(times) < 2
    assert sorted(times)[len(times) // 2] < 0.5, times
    time.sleep(PAUSE)
