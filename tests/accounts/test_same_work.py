"""Who is not known costs as much as who is: queries, hashes, the cache and jobs, not bare time"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from argon2 import PasswordHasher, low_level
from django.core import mail
from django.core.cache import caches
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections
from django.db.utils import OperationalError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inbox.models import Membership, User
from inbox.process import jobs
from inbox.settings import PASSWORD_HASHERS
from tests.support.cast import PASSWORD
from tests.support.jobs import QUEUES, settle
from tests.support.markup import words
from tests.support.pages import text
from tests.support.signing_in import FORGOTTEN, LOGIN, letter, with_app

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN = "unknown@example.com"
CACHE = ("get", "set", "add", "incr", "delete", "touch", "get_many", "set_many")


@dataclass
class Work:
    """What a request did. `queries`: without their values."""

    queries: list[str] = field(default_factory=list)
    hashes: Counter[str] = field(default_factory=Counter)
    cached: list[str] = field(default_factory=list)
    jobs: int = 0
    answer: tuple[int, str, str] = (0, "", "")


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Work]:
    seen = Work()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any, **named: Any) -> Any:
            if name.startswith("hash"):
                seen.hashes[name] += 1
            elif name == "job":
                seen.jobs += 1
            else:
                seen.cached.append(name)
            return real(*arguments, **named)

        return count

    monkeypatch.setattr(low_level, "hash_secret", counting("hash", low_level.hash_secret))
    monkeypatch.setattr(PasswordHasher, "verify", counting("hash", PasswordHasher.verify))
    for queue in QUEUES:
        submit = queue._threads.submit
        monkeypatch.setattr(queue._threads, "submit", counting("job", submit))
    kind = type(caches["default"])
    for name in CACHE:
        monkeypatch.setattr(kind, name, counting(name, getattr(kind, name)))

    def measure(path: str, fields: dict[str, str], number: int) -> Work:
        client = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})
        client.get(path)
        seen.hashes, seen.cached, seen.jobs = Counter(), [], 0
        with CaptureQueriesContext(connection) as told:
            answer: Any = client.post(path, fields)
        queries = [re.sub(r"'[^']*'|\b\d+\b|%s", "?", one["sql"]) for one in told.captured_queries]
        shown = words(text(answer)).replace(fields.get("login", "-"), "-")
        shown = re.sub(r"\d+ ms|[0-9a-f]{32}", "", shown)
        page = (answer.status_code, answer.get("Location", ""), shown)
        return Work(queries, Counter(seen.hashes), list(seen.cached), seen.jobs, page)

    return measure


# Signing in


def without_password(user: User) -> None:
    user.set_unusable_password()


def deactivated(user: User) -> None:
    user.is_active = False


def as_is(_user: User) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "password"),
    [
        (as_is, "wrong"),
        (without_password, "wrong"),
        (deactivated, "wrong"),
        (deactivated, PASSWORD),
    ],
    ids=["wrong", "single sign-on only", "inactive, wrong", "inactive, right"],
)
def test_a_refused_sign_in_does_the_same_whoever_is_meant(
    moderator: Membership,
    measured: Callable[..., Work],
    change: Callable[[User], None],
    password: str,
) -> None:
    user = moderator.user
    user.set_password(PASSWORD)
    change(user)
    user.save()
    for number in range(7):  # the sixth and seventh are locked out
        known, unknown = (
            measured(LOGIN, {"login": email, "password": password}, number)
            for email in (user.email, UNKNOWN)
        )
        assert known.queries == unknown.queries
        assert known.cached == unknown.cached
        assert known.hashes == unknown.hashes == Counter(hash=1 if number < 5 else 0)
        assert known.jobs == unknown.jobs == 1
        assert known.answer == unknown.answer


@pytest.mark.parametrize("change", [as_is, without_password, deactivated])
def test_nor_does_a_password_that_may_be_kept_in_two_forms_tell(
    moderator: Membership, measured: Callable[..., Work], change: Callable[[User], None]
) -> None:
    user = moderator.user
    change(user)
    user.save()
    for number in range(2):
        known, unknown = (
            measured(LOGIN, {"login": email, "password": "rose\u0301e du matin"}, number)
            for email in (user.email, UNKNOWN)
        )
        assert known.hashes == unknown.hashes == Counter(hash=2)
        assert known.queries == unknown.queries
        assert known.answer == unknown.answer


def operator(user: User) -> None:
    user.is_staff = True


def operator_with_app(user: User) -> None:
    user.is_staff = True
    with_app(user)


@pytest.mark.parametrize(
    ("change", "password"),
    [
        (as_is, "wrong"),
        (as_is, PASSWORD),
        (without_password, "wrong"),
        (deactivated, PASSWORD),
        (with_app, PASSWORD),
        (operator, PASSWORD),
        (operator_with_app, "wrong"),
    ],
    ids=lambda told: getattr(told, "__name__", told),
)
def test_nor_does_one_where_people_sign_in_at_the_issuer(
    moderator: Membership,
    measured: Callable[..., Work],
    settings: Settings,
    change: Callable[[User], None],
    password: str,
) -> None:
    """A right password of somebody who may not use it looks like a wrong one of nobody."""
    settings.REQUIRE_SSO, settings.OIDC_NAME = True, "Maison SSO"
    user = moderator.user
    user.set_password(PASSWORD)
    change(user)
    user.save()
    for number in range(7):  # the sixth and seventh are locked out
        known, unknown = (
            measured(LOGIN, {"login": email, "password": password}, number)
            for email in (user.email, UNKNOWN)
        )
        assert known.queries == unknown.queries
        assert known.cached == unknown.cached
        assert known.hashes == unknown.hashes == Counter(hash=1 if number < 5 else 0)
        assert known.answer == unknown.answer


def test_a_verified_address_costs_no_query_less(
    moderator: Membership, measured: Callable[..., Work]
) -> None:
    from inbox.accounts.addresses import verify_address  # noqa: PLC0415

    verify_address(moderator.user)
    known = measured(LOGIN, {"login": moderator.user.email, "password": "wrong"}, 1)
    assert known.queries == measured(LOGIN, {"login": UNKNOWN, "password": "wrong"}, 2).queries


# A forgotten password


@pytest.mark.parametrize("change", [as_is, without_password, deactivated])
def test_a_forgotten_password_does_the_same_whoever_is_meant(
    moderator: Membership, measured: Callable[..., Work], change: Callable[[User], None]
) -> None:
    change(moderator.user)
    moderator.user.save()
    for number in range(5):  # the fourth and fifth are too many
        known, unknown = (
            measured(FORGOTTEN, {"email": email}, number)
            for email in (moderator.user.email, UNKNOWN)
        )
        assert known == unknown
        assert known.hashes == Counter()
        assert known.jobs == (1 if number < 3 else 0)
        assert known.answer[0] == (302 if number < 3 else 429)


def test_the_request_itself_never_looks_anybody_up(
    moderator: Membership, measured: Callable[..., Work]
) -> None:
    work = measured(FORGOTTEN, {"email": moderator.user.email}, 1)
    assert not [one for one in work.queries if "inbox_user" in one or "emailaddress" in one]


# The job


@contextmanager
def slow_server(monkeypatch: pytest.MonkeyPatch, seen: list[int]) -> Iterator[Event]:
    """A mail server that takes a message when it is let."""
    may_end = Event()
    send = EmailBackend.send_messages

    def wait(self: EmailBackend, messages: Any) -> int:
        seen.append(held())
        may_end.wait(60)
        return send(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", wait)
        try:
            yield may_end
        finally:
            may_end.set()
            settle()


def held() -> int:
    """Connections of the pool that this thread's job holds; none without a pool."""
    pool = getattr(connection, "pool", None)
    if pool is None:
        return 0
    return sum(one.connection is not None for one in connections.all(initialized_only=True))


def test_it_holds_no_connection_while_the_mail_server_takes_its_time(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    with slow_server(monkeypatch, seen) as may_end:
        Client().post(FORGOTTEN, {"email": moderator.user.email})
        may_end.set()
        letter()
    assert seen == [0]


def test_more_than_can_wait_are_told_so_known_or_not(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    with slow_server(monkeypatch, []) as may_end:
        for _ in range(jobs.MOST_WAITING):
            client = Client()
            assert client.post(FORGOTTEN, {"email": moderator.user.email}).status_code == 302
        told = [Client().post(FORGOTTEN, {"email": one}) for one in (moderator.user.email, UNKNOWN)]
        may_end.set()
    for one in told:
        assert (one.status_code, one["Retry-After"]) == (429, "60")
        assert "<h1>Many mails are being sent just now</h1>" in text(one)
        assert f'href="{FORGOTTEN}"' in text(one)
    assert len(mail.outbox) == jobs.MOST_WAITING
    assert Client().post(FORGOTTEN, {"email": UNKNOWN}).status_code == 302


def test_a_database_that_is_away_is_one_line_without_the_address(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("of nadia@example.com")

    monkeypatch.setattr("inbox.accounts.password_links.password_link", fail)
    assert Client().post(FORGOTTEN, {"email": moderator.user.email}).status_code == 302
    settle()
    told = [line.getMessage() for line in caplog.records if line.levelname == "ERROR"]
    assert told == ["The database can't be used: OperationalError"]


def test_a_fault_of_ours_is_one_line_without_the_address(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise LookupError("of nadia@example.com")

    monkeypatch.setattr("inbox.accounts.password_links.password_link", fail)
    Client().post(FORGOTTEN, {"email": moderator.user.email})
    settle()
    assert "A mail was not sent: LookupError" in caplog.text
    assert "nadia" not in caplog.text
