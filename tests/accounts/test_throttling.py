"""Guessing is slowed down, by account and by address, and tells nothing"""

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from tests.conftest import Later
from tests.support.cast import PASSWORD
from tests.support.markup import words
from tests.support.pages import text
from tests.support.signing_in import CONFIRM, enter, is_signed_in, signed_in
from tests.test_settings import values

STOPPED = "Too many failed login attempts"
NEW = "rosier-du-matin"


@pytest.fixture(autouse=True)
def _router(settings: Settings) -> None:
    """As behind the platform's router, which names the client."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def guess(email: str, came_by: str = "192.0.2.1", **headers: str) -> Any:
    return enter_from(Client(), email, "wrong", came_by, **headers)


def enter_from(client: Client, email: str, password: str, came_by: str, **headers: str) -> Any:
    told = {"X-Forwarded-For": came_by, **headers}
    return client.post("/accounts/login/", {"login": email, "password": password}, headers=told)


@pytest.mark.parametrize("email", ["nadia@example.com", "unknown@example.com"])
def test_an_account_is_shut_after_five_tries_from_anywhere_known_or_not(
    moderator: Membership, email: str, later: Later
) -> None:
    pages = [text(guess(email, f"192.0.2.{number}")) for number in range(6)]
    assert [STOPPED in page for page in pages] == [False] * 5 + [True]
    client = Client()
    enter_from(client, email, "lumiere-et-parfum", "192.0.2.9")
    assert not is_signed_in(client)
    later(301)
    enter_from(client, email, "lumiere-et-parfum", "192.0.2.9")
    assert is_signed_in(client) is (email == "nadia@example.com")


def test_both_are_told_the_same(moderator: Membership) -> None:
    for _ in range(6):
        told = [words(text(guess(f"{who}@example.com"))) for who in ("nadia", "nadja")]
        assert told[0] == told[1]


def test_the_letters_case_and_the_hosts_port_open_no_other_account(moderator: Membership) -> None:
    for number in range(5):
        email = ("NADIA@example.com", " nadia@example.com")[number % 2]
        guess(email, f"192.0.2.{number}", Host=f"localhost:{number + 1}")
    assert STOPPED in text(guess("nadia@example.com", "192.0.2.9"))


def test_an_address_is_shut_after_ten_tries_at_any_account(moderator: Membership) -> None:
    pages = [text(guess(f"somebody-{number}@example.com")) for number in range(11)]
    assert [STOPPED in page for page in pages] == [False] * 10 + [True]
    assert STOPPED not in text(guess("somebody-0@example.com", "192.0.2.2"))


def test_the_last_hop_is_the_address_and_a_forged_first_does_not_help(
    moderator: Membership,
) -> None:
    pages = [
        text(guess(f"somebody-{number}@example.com", f"203.0.113.{number}, 192.0.2.1"))
        for number in range(11)
    ]
    assert STOPPED in pages[-1]


def test_without_a_router_the_header_is_not_believed(
    moderator: Membership, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    pages = [
        text(guess(f"somebody-{number}@example.com", f"192.0.2.{number}")) for number in range(11)
    ]
    assert STOPPED in pages[-1]


def test_only_this_machine_has_no_router() -> None:
    assert values("ALLAUTH_TRUSTED_PROXY_COUNT") == [1]
    assert values("ALLAUTH_TRUSTED_PROXY_COUNT", PUBLIC_URL="http://localhost:8000") == [0]


def test_very_many_tries_get_the_designed_page_and_when_to_come_back(
    moderator: Membership,
) -> None:
    answers = [guess(f"somebody-{number}@example.com") for number in range(31)]
    assert [answers[-2].status_code, answers[-1].status_code] == [200, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert "<h1>Too many tries</h1>" in text(answers[-1])


def test_an_unknown_account_takes_as_long_as_a_known_one(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    guess("nadia@example.com")
    known = len(hashed)
    guess("unknown@example.com")
    assert (known, len(hashed)) == (1, 2)


def test_confirming_who_one_is_is_slowed_down_too(moderator: Membership) -> None:
    client = Client()
    enter(client, "nadia@example.com")
    pages = [client.post(CONFIRM, {"password": "wrong"}) for _ in range(11)]
    assert "Too many" in text(pages[-1])
    client.post(CONFIRM, {"password": "lumiere-et-parfum"})
    assert client.get("/accounts/2fa/app/").status_code == 302


def test_the_old_password_is_guessed_no_faster_where_it_is_changed(
    moderator: Membership, later: Later
) -> None:
    client = signed_in(moderator.user)
    answers = list[Any]()
    for number in range(6):
        fields = {"oldpassword": f"wrong-{number}", "password1": NEW, "password2": NEW}
        answers.append(client.post("/accounts/password/change/", fields))
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1]["Retry-After"] == "300"
    later(61)
    right = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", right).status_code == 429
    later(301)
    assert client.post("/accounts/password/change/", right).status_code == 302
