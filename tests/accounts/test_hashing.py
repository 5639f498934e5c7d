"""Passwords are hashed two at a time, sixteen wait, and the next get a notice"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest
from argon2 import PasswordHasher, low_level
from argon2.exceptions import HashingError
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    identify_hasher,
    make_password,
)
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership, Role, User
from inbox.settings import PASSWORD_HASHERS
from tests.support.cast import PASSWORD, invite
from tests.support.pages import HTMX, text
from tests.support.signing_in import CONFIRM, FORGOTTEN, LOGIN, enter, is_signed_in, letter

CHANGE = "/accounts/password/change/"
NEW = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
BUSY = "<h1>Many people are signing in just now</h1>"
AT_ONCE, WAITING = 2, 16

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


class Work:
    """The costly part of Argon2: how much of it runs at once, and what holds it up."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.may_end = Event()
        self.may_end.set()
        self.running = self.most = self.done = 0
        self.threads: list[Thread] = []

    def start(self, go: Callable[[int], Any], count: int) -> None:
        """Let so many people do something, each in a thread of their own."""

        def alone(number: int) -> None:
            try:
                go(number)
            finally:
                connection.close()

        started = [Thread(target=alone, args=[number]) for number in range(count)]
        self.threads += started
        for thread in started:
            thread.start()

    def end(self) -> None:
        self.may_end.set()
        while self.threads:
            self.threads.pop().join()

    def counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def work(*arguments: Any, **named: Any) -> Any:
            with self.lock:
                self.running += 1
                self.most = max(self.most, self.running)
            try:
                self.may_end.wait(60)
                return real(*arguments, **named)
            finally:
                with self.lock:
                    self.running -= 1
                    self.done += 1

        return work


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()
    monkeypatch.setattr(low_level, "hash_secret", work.counted(low_level.hash_secret))
    monkeypatch.setattr(PasswordHasher, "verify", work.counted(PasswordHasher.verify))
    pbkdf2 = "django.contrib.auth.hashers.pbkdf2"
    real = __import__("django.contrib.auth.hashers", fromlist=["pbkdf2"]).pbkdf2
    monkeypatch.setattr(pbkdf2, work.counted(real))
    yield work
    work.end()


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.01)


def try_to_enter(number: int, email: str, password: str = PASSWORD, **headers: str) -> Any:
    told = {"X-Forwarded-For": f"192.0.2.{number}", **headers}
    return Client().post(LOGIN, {"login": email, "password": password}, headers=told)


def many(password: str) -> None:
    """The members 0@example.com to 24@example.com, with this hash."""
    people = [User(email=f"{number}@example.com", password=password) for number in range(25)]
    User.objects.bulk_create(people)


def fill(work: Work, count: int) -> None:
    """So many strangers whose passwords are being hashed or wait for it; none ends yet."""
    work.may_end.clear()
    work.start(lambda one: try_to_enter(100 + one, f"stranger-{one}@example.com"), count)
    until(lambda: work.running == AT_ONCE)


@pytest.fixture
def crowd(work: Work, moderator: Membership) -> Work:
    """Nobody finds a place any more."""
    from inbox.accounts import hashing  # noqa: PLC0415

    fill(work, AT_ONCE + WAITING)
    until(lambda: hashing._places._value == 0)
    return work


# Two at a time


def test_of_25_sign_ins_at_once_two_run_16_wait_and_7_are_told(db: None, work: Work) -> None:
    many(make_password(PASSWORD))
    answers: list[Any] = []
    work.may_end.clear()
    work.start(lambda one: answers.append(try_to_enter(one, f"{one}@example.com")), 25)
    until(lambda: len(answers) == 7)
    assert [answer.status_code for answer in answers] == [429] * 7
    assert all(BUSY in text(answer) for answer in answers)
    assert {answer["Retry-After"] for answer in answers} == {"5"}
    work.end()
    assert sorted(answer.status_code for answer in answers) == [302] * 18 + [429] * 7
    assert work.most == AT_ONCE


def memory(name: str) -> float:
    """MB of this process."""
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


@pytest.mark.parametrize("kind", ["of today", "of before"])
def test_the_memory_is_bounded(db: None, work: Work, kind: str) -> None:
    if kind == "of before":
        many(Argon2PasswordHasher().encode(PASSWORD, "s" * 22))
        most, times = 300, 1  # two of 100 MiB
    else:
        many(make_password(PASSWORD))
        most, times = 130, 3  # two of 19 MiB
    try_to_enter(99, "stranger@example.com")  # what is loaded once
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    for _ in range(times):
        work.start(lambda one: try_to_enter(one, f"{one}@example.com", "wrong"), 25)
        work.end()
    assert work.most <= AT_ONCE
    assert memory("VmHWM") - before < most
    assert memory("VmRSS") - before < 130


def test_the_parameters_are_those_of_owasp(db: None) -> None:
    encoded = make_password(PASSWORD)
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


# Hashes of before


OLD = {
    "Django's own Argon2": lambda: Argon2PasswordHasher().encode(PASSWORD, "s" * 22),
    "PBKDF2": lambda: PBKDF2PasswordHasher().encode(PASSWORD, "s" * 22),
    "PBKDF2 of long ago": lambda: PBKDF2PasswordHasher().encode(PASSWORD, "s" * 22, 1000),
}


@pytest.mark.parametrize("kind", OLD)
def test_an_old_hash_is_replaced_at_the_next_sign_in(moderator: Membership, kind: str) -> None:
    User.objects.update(password=OLD[kind]())
    enter(Client(), moderator.user.email, "wrong")
    moderator.user.refresh_from_db()
    assert "m=19456" not in moderator.user.password
    client = Client()
    enter(client, moderator.user.email)
    assert is_signed_in(client)
    moderator.user.refresh_from_db()
    assert "$m=19456,t=2,p=1$" in moderator.user.password
    again = Client()
    enter(again, moderator.user.email)
    assert is_signed_in(again)


@pytest.mark.parametrize("kind", OLD)
def test_old_hashes_are_verified_two_at_a_time_too(db: None, work: Work, kind: str) -> None:
    many(OLD[kind]())
    work.most = work.done = 0
    work.start(lambda one: try_to_enter(one, f"{one}@example.com", "wrong"), 8)
    work.end()
    assert work.done >= 8
    assert work.most <= AT_ONCE


# Those who find no place


@pytest.mark.parametrize("email", ["nadia@example.com", "unknown@example.com"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Passwords are checked and set a few at a time. Try again in a few seconds."),
        ("fr", "Beaucoup de personnes se connectent en ce moment"),
    ],
)
def test_is_told_so_known_or_not(crowd: Work, email: str, language: str, words: str) -> None:
    answer = try_to_enter(1, email, **{"Accept-Language": language})
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert words in text(answer)
    assert f'href="{LOGIN}"' in text(answer)


def test_gets_a_fragment_from_htmx(crowd: Work) -> None:
    answer = try_to_enter(1, "nadia@example.com", **HTMX)
    assert answer.status_code == 429
    assert text(answer).startswith('<div class="alert">')
    assert "Many people are signing in just now" in text(answer)


def test_has_not_tried_in_vain(crowd: Work, moderator: Membership) -> None:
    """A password that nobody looked at counts as no try."""
    for _ in range(6):
        assert try_to_enter(1, moderator.user.email).status_code == 429
    crowd.end()
    assert try_to_enter(1, moderator.user.email).status_code == 302


@pytest.mark.parametrize("path", [CONFIRM, CHANGE])
def test_is_told_so_wherever_a_password_is_asked_for(
    crowd: Work, moderator: Membership, path: str
) -> None:
    client = Client()
    client.force_login(moderator.user)
    fields = {"password": PASSWORD, "oldpassword": PASSWORD}
    answer = client.post(path, {**fields, **NEW})
    assert answer.status_code == 429
    assert BUSY in text(answer)
    assert f'href="{path}"' in text(answer)


def test_finds_the_link_of_a_mail_still_good(
    crowd: Work, moderator: Membership, client: Client
) -> None:
    client.post(FORGOTTEN, {"email": moderator.user.email})
    link = re.findall(r"http://localhost(\S+/key/\S+)", str(letter().body))[0]
    path: str = client.get(link, follow=True).request["PATH_INFO"]
    assert client.post(path, NEW).status_code == 429
    crowd.end()
    assert client.post(path, NEW).status_code == 302


def test_finds_an_invitation_still_good_and_keeps_nobody_waiting(
    manager: Membership, crowd: Work, client: Client
) -> None:
    invite(manager, "ines@example.com", Role.VIEWER)
    form = {"name": "Inès", "password": NEW["password1"]}
    assert client.post("/invitations/ines@example.com/", form).status_code == 429
    assert not User.objects.filter(email="ines@example.com").exists()
    crowd.end()
    assert client.post("/invitations/ines@example.com/", form).status_code == 302


# Waiting


def test_the_operators_door_leads_through_ours(db: None, client: Client) -> None:
    assert client.post("/admin/login/", {"username": "x", "password": "x"})["Location"].startswith(
        LOGIN
    )


def test_nobody_waits_beyond_the_time_of_their_request(
    moderator: Membership, work: Work, settings: Settings
) -> None:
    fill(work, AT_ONCE)
    settings.REQUEST_DEADLINE = 0.5
    begun = time.monotonic()
    answer = try_to_enter(1, moderator.user.email)
    assert answer.status_code == 429
    assert 0.4 < time.monotonic() - begun < 20
    settings.REQUEST_DEADLINE = 60
    work.end()
    assert work.done == AT_ONCE  # nobody hashed for one who had left
    assert try_to_enter(1, moderator.user.email).status_code == 302


def test_a_command_waits_as_long_as_it_takes(
    work: Work, moderator: Membership, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(work, AT_ONCE)
    settings.REQUEST_DEADLINE = 0.1
    monkeypatch.setenv("INBOX_PASSWORD", NEW["password1"])
    told: list[str] = []

    def run(_number: int) -> None:
        call_command("add_member", moderator.user.email, brand=3, role="moderator")
        told.append("done")

    work.start(run, 1)
    time.sleep(0.5)
    assert told == []
    work.end()
    assert told == ["done"]
    settings.REQUEST_DEADLINE = 60
    assert try_to_enter(1, moderator.user.email, NEW["password1"]).status_code == 302


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no pool")
def test_who_waits_holds_no_connection(crowd: Work) -> None:
    assert connection.pool.get_stats()["requests_waiting"] == 0  # type: ignore[attr-defined]
    connection.close()
    until(lambda: connection.pool.get_stats()["pool_available"] >= 1)  # type: ignore[attr-defined]
    assert User.objects.exists()


# Secrets


def test_a_hash_that_fails_tells_no_password(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(low_level, "hash_secret", fail)
    caplog.set_level(logging.DEBUG)
    client = Client(raise_request_exception=False)
    answer = client.post(LOGIN, {"login": "unknown@example.com", "password": PASSWORD})
    assert answer.status_code == 500
    assert "Memory allocation error" in caplog.text
    assert PASSWORD not in caplog.text + text(answer)


def test_an_unusable_password_costs_as_much_as_an_unknown_account(
    moderator: Membership, work: Work
) -> None:
    User.objects.update(password=make_password(None))
    work.done = 0
    try_to_enter(1, moderator.user.email)
    assert work.done == 1
    try_to_enter(2, "unknown@example.com")
    assert work.done == 2
    assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"
