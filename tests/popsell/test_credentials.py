"""A token got for an API key, instead of one that is set."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from inbox.popsell import credentials
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream


@pytest.fixture(autouse=True)
def _key(settings: Settings, api: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    settings.POPSELL_API_KEY = "sandbox-key"
    settings.POPSELL_DOMAIN = "lumiere.example"
    monkeypatch.setattr(credentials, "_known", {})


def asked(api: Upstream) -> int:
    return sum(1 for call in api.sent if call.path == "/api/v2/auth/token")


def test_a_token_is_asked_for_once_and_kept(client: Client, api: Upstream) -> None:
    for _ in range(3):
        assert client.get(INBOX).status_code == 200
    assert asked(api) == 1
    first, then = api.sent[:2]
    assert first.headers["X-Popsell-Domain"] == "lumiere.example"
    assert "Authorization" not in first.headers
    assert then.headers["Authorization"] == "Bearer sandbox-token"


def test_workers_share_it_through_the_cache(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(INBOX)
    monkeypatch.setattr(credentials, "_known", {})
    client.get(INBOX)
    assert asked(api) == 1


def test_a_broken_cache_does_not_ask_each_time(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError

    backend = type(cache._connections["default"])  # type: ignore[attr-defined]
    monkeypatch.setattr(backend, "get", broken)
    monkeypatch.setattr(backend, "set", broken)
    client.get(INBOX)
    client.get(INBOX)
    assert asked(api) == 1


def test_a_refused_token_is_renewed_once(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    api.change_token("another-token")
    assert client.get(INBOX, {"page": "2"}).status_code == 200
    assert asked(api) == 2
    assert api.sent[-1].headers["Authorization"] == "Bearer another-token"


def test_a_token_that_stays_refused_is_not_renewed_for_ever(client: Client, api: Upstream) -> None:
    client.get(INBOX)
    api.answer("GET", 401, {"message": "Unauthorized."})
    assert client.get(INBOX).status_code == 502
    assert asked(api) == 2
    assert len(api.calls("GET")) == 3


def test_a_refused_key_is_the_operators_business(
    client: Client, api: Upstream, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.POPSELL_API_KEY = "wrong-key"
    response = client.get(INBOX)
    assert response.status_code == 502
    assert "access to Popsell was refused" in text(response)
    assert "POPSELL_API_KEY" in caplog.text
    assert "wrong-key" not in caplog.text + text(response)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"token": 5}', b'{"token": ""}', b"[]"])
def test_an_answer_without_a_token_is_a_refusal(client: Client, api: Upstream, body: bytes) -> None:
    api.answer("POST", 200, body)
    assert client.get(INBOX).status_code == 502


def test_a_set_token_wins(client: Client, api: Upstream, settings: Settings) -> None:
    settings.POPSELL_ACCESS_TOKENS = {3: "sandbox-token"}
    assert client.get(INBOX).status_code == 200
    assert asked(api) == 0


@pytest.mark.django_db(transaction=True)
def test_one_renewal_at_a_time(client_of: ClientOf, moderator: Membership, api: Upstream) -> None:
    clients = [client_of(moderator) for _ in range(6)]
    clients[0].get(INBOX)
    api.change_token("another-token")
    statuses = at_once(range(6), lambda n: clients[n].get(INBOX, {"page": str(n + 1)}).status_code)
    assert statuses == [200] * 6
    assert asked(api) == 2
