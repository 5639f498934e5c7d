"""Limits hold where a hundred try at the same moment; for two processes see tests/faults"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from tests.support.at_once import at_once
from tests.support.signing_in import (
    CODE,
    CONFIRM,
    FORGOTTEN,
    LOGIN,
    enter,
    letter,
    signed_in,
    with_app,
)

MANY = 100
CHANGE = "/accounts/password/change/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _router(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


class Checks:
    """How many passwords are really looked at."""

    def __init__(self) -> None:
        self.count, self._lock = 0, Lock()

    def counted(self, real: Callable[..., bool]) -> Callable[..., bool]:
        def verify(*arguments: Any) -> bool:
            with self._lock:
                self.count += 1
            return real(*arguments)

        return verify


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    checks = Checks()
    monkeypatch.setattr(MD5PasswordHasher, "verify", checks.counted(MD5PasswordHasher.verify))
    return checks


def visitor() -> Client:
    """Answered as by a server where the database lends no connection in time: with 503."""
    return Client(raise_request_exception=False)


def post(client: Client, path: str, fields: dict[str, str], number: int) -> Any:
    came_by = f"198.51.100.{number}"
    return client.post(path, fields, headers={"X-Forwarded-For": came_by})


def refused(answer: Any) -> bool:
    assert answer.status_code in {200, 429, 503}
    return answer.status_code != 200 or "Too many" in answer.content.decode()


def test_five_passwords_are_tried_at_an_account(moderator: Membership, checks: Checks) -> None:
    wrong = {"login": "nadia@example.com", "password": "wrong"}
    answers = at_once(range(MANY), lambda number: post(visitor(), LOGIN, wrong, number))
    assert 1 <= checks.count <= 5
    assert sum(not refused(answer) for answer in answers) == checks.count
    for number in range(6):
        post(visitor(), LOGIN, wrong, number)
    assert checks.count == 5


def test_ten_passwords_are_tried_from_an_address(moderator: Membership) -> None:
    def guess(number: int) -> Any:
        wrong = {"login": f"somebody-{number}@example.com", "password": "wrong"}
        return post(visitor(), LOGIN, wrong, 1)

    assert 1 <= sum(not refused(answer) for answer in at_once(range(MANY), guess)) <= 10


def test_five_codes_are_tried_at_an_account(moderator: Membership) -> None:
    with_app(moderator.user)
    clients = [visitor() for _ in range(20)]
    for client in clients:
        assert enter(client, "nadia@example.com").status_code == 302
    answers = at_once(
        range(20), lambda number: post(clients[number], CODE, {"code": "000000"}, number)
    )
    assert 1 <= sum(not refused(answer) for answer in answers) <= 5


def test_three_links_for_a_forgotten_password_are_sent(moderator: Membership) -> None:
    form = {"email": "nadia@example.com"}
    answers = at_once(range(MANY), lambda number: post(visitor(), FORGOTTEN, form, number))
    assert {answer.status_code for answer in answers} <= {200, 302, 429, 503}
    letter()
    time.sleep(0.5)  # for more, if there were any
    assert len(mail.outbox) <= 3


@pytest.mark.parametrize(
    ("path", "fields", "most"),
    [
        (CONFIRM, {"password": "wrong"}, 10),
        (
            CHANGE,
            {
                "oldpassword": "wrong",
                "password1": "rosier-du-matin",
                "password2": "rosier-du-matin",
            },
            5,
        ),
    ],
    ids=["confirmed", "changed"],
)
def test_passwords_of_a_session_are_tried_as_seldom(
    moderator: Membership, checks: Checks, path: str, fields: dict[str, str], most: int
) -> None:
    client = signed_in(moderator.user)
    before = checks.count
    cookies = client.cookies

    def guess(number: int) -> Any:
        another = visitor()
        another.cookies = cookies
        return post(another, path, fields, number)

    answers = at_once(range(MANY), guess)
    assert 1 <= sum(not refused(answer) for answer in answers) <= most
    assert 1 <= checks.count - before <= most
