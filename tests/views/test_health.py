"""/healthz, /readyz, and which requests get further than that"""

from time import monotonic
from typing import Any, NoReturn

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from inbox import workers
from inbox.models import Membership
from inbox.popsell import calls
from tests.conftest import Later
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream


@pytest.fixture
def _production(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["inbox.example.com"]


@pytest.mark.usefixtures("_production")
@pytest.mark.parametrize("host", ["inbox.example.com", "10.0.0.7:8000", "not a host"])
def test_healthz_answers_any_host_over_plain_http(host: str, api: Upstream) -> None:
    # No fixture opens the database here: touching it would fail.
    response = Client().get("/healthz", headers={"host": host})
    assert (response.status_code, text(response)) == (200, "ok\n")
    assert api.sent == []


@pytest.mark.usefixtures("_production")
def test_readyz_answers_any_host_over_plain_http(db: None, api: Upstream) -> None:
    response = Client().get("/readyz", headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert api.sent == []


def test_readyz_tells_when_popsell_last_answered_and_does_not_ask(
    moderator: Membership, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(moderator.user)
    client.get(INBOX)
    asked = len(api.sent)
    states = client.get("/readyz").json()
    heard = states.pop("popsell_last_answer_seconds_ago")
    assert states.pop("worker") == "never"
    assert states == {"ready": True, "database": "ok", "cache": "ok", "migrations": "ok"}
    assert heard in {0, 1}
    monkeypatch.setattr(calls, "monotonic", lambda: monotonic() + 42)
    later = client.get("/readyz").json()["popsell_last_answer_seconds_ago"]
    assert heard + 42 <= later <= heard + 44
    assert len(api.sent) == asked


@pytest.mark.parametrize(
    ("cache", "said"),
    [
        (
            {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://127.0.0.1:9/0",
            },
            "ConnectionError",
        ),
        ({"BACKEND": "django.core.cache.backends.dummy.DummyCache"}, "does not keep"),
    ],
    ids=["unreachable", "forgetful"],
)
def test_not_ready_without_a_cache(
    db: None, settings: Settings, cache: dict[str, str], said: str
) -> None:
    settings.CACHES = {"default": cache}
    response = Client().get("/readyz")
    assert response.status_code == 503
    states = response.json()
    assert (states["ready"], states["cache"], states["database"]) == (False, said, "ok")


def test_not_ready_without_a_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> NoReturn:
        raise OperationalError("password authentication failed for user inbox")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", refuse)
        response = Client().get("/readyz")
    assert response.status_code == 503
    states = response.json()
    assert (states["ready"], states["database"], states["cache"]) == (
        False,
        "OperationalError",
        "ok",
    )
    assert "password" not in text(response)


def test_not_ready_before_the_migrations(db: None) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("inbox")
    MigrationRecorder(connection).record_unapplied(*newest)
    response = Client().get("/readyz")
    assert response.status_code == 503
    states = response.json()
    assert (states["ready"], states["migrations"], states["database"]) == (
        False,
        "unapplied",
        "ok",
    )


def test_readyz_tells_of_the_worker_and_is_ready_without_one(db: None, later: Later) -> None:
    def told() -> tuple[int, str]:
        response = Client().get("/readyz")
        return response.status_code, response.json()["worker"]

    assert told() == (200, "never")
    workers.beat()
    assert told() == (200, "ok")
    later(61)
    assert told() == (200, "silent")


# Other paths


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/admin/", INBOX, "/healthz/", "/none"])
def test_an_unknown_host_gets_a_designed_400(path: str) -> None:
    response = Client().get(path, headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "<h1>This request is not valid</h1>" in text(response)
    assert "evil.example" not in text(response)


@pytest.mark.usefixtures("_production")
def test_plain_http_is_sent_to_https() -> None:
    response: Any = Client().get("/accounts/login/?a=b", headers={"host": "inbox.example.com"})
    assert response.status_code == 301
    assert response["Location"] == "https://inbox.example.com/accounts/login/?a=b"


@pytest.mark.usefixtures("_production")
def test_the_routers_word_for_https_is_trusted(db: None) -> None:
    headers = {"host": "inbox.example.com", "X-Forwarded-Proto": "https"}
    response = Client().get("/accounts/login/", headers=headers)
    assert response.status_code == 200
    assert "<h1>Sign in</h1>" in text(response)
