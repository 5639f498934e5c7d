"""The log: what its lines carry, and what they never do"""

import json
import logging
import re
from typing import NoReturn

import pytest
from django.test import Client
from pytest_django import Settings

from inbox import access as rights
from inbox.accounts.one_time_links import password_link
from inbox.models import Membership
from inbox.popsell import client as popsell
from inbox.web.logs import JsonFormatter, LineFormatter
from tests.conftest import ClientOf
from tests.support.markup import every
from tests.support.pages import INBOX, button, press, row, rows, text
from tests.support.upstream import Upstream
from tests.test_settings import run

Log = pytest.LogCaptureFixture


def lines(caplog: Log) -> str:
    """Everything that was logged, with what each record carries beside its message."""
    return "\n".join(LineFormatter().format(record) for record in caplog.records)


def access(caplog: Log) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "inbox.access"]


def test_the_access_line_has_the_path_without_its_query(
    client_of: ClientOf, moderator: Membership, api: Upstream, caplog: Log
) -> None:
    client_of(moderator).get(INBOX, {"page": "2"})
    (record,) = access(caplog)
    assert record.getMessage() == f"GET {INBOX}"
    said = vars(record)
    assert (said["status"], said["brand"], said["member"]) == (200, 3, moderator.pk)
    assert isinstance(said["ms"], int)
    assert "page=2" not in lines(caplog)


def test_a_line_for_people_ends_with_what_else_it_carries() -> None:
    record = logging.makeLogRecord({"levelname": "INFO", "msg": "GET /", "status": 200})
    assert re.fullmatch(r"\d\d:\d\d:\d\d INFO    GET /  status=200", LineFormatter().format(record))


# The request's id


@pytest.mark.parametrize(
    "given", ["router-1", "A" * 64, "4bf92f3577b34da6a3ce929d0e0e4736", "a_b-c_d-"]
)
def test_the_routers_request_id_stands_in_the_access_line_beside_ours(
    client_of: ClientOf, moderator: Membership, api: Upstream, caplog: Log, given: str
) -> None:
    """Anybody can send one, so only ours identifies the request."""
    response = client_of(moderator).get(INBOX, headers={"X-Request-ID": given})
    ours = response["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", ours)
    assert api.sent[0].headers["X-Request-Id"] == ours
    lines = [vars(one) for one in caplog.records if not one.name.startswith("inbox.sandbox")]
    assert [line["request_id"] for line in lines] == [ours, ours]
    assert [line.get("router_request_id") for line in lines] == [None, given]


@pytest.mark.parametrize(
    "given",
    ["", "short", "A" * 65, "with spaces", "router-1\n", "router-1\r\nX-Evil: 1", "rôuter-1"],
)
def test_a_malformed_request_id_is_not_kept(given: str, caplog: Log) -> None:
    ids = [Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] for _ in "ab"]
    assert all(re.fullmatch(r"[0-9a-f]{32}", id_) for id_ in ids)
    assert ids[0] != ids[1]
    assert not [record for record in caplog.records if hasattr(record, "router_request_id")]


# Production


def test_production_writes_one_json_object_a_line() -> None:
    script = """
import logging
from inbox.wsgi import application
from django.test import Client
Client().get("/healthz?name=sofia", headers={"X-Request-ID": "router-12345678"})
try:
    {}["missing"]
except KeyError:
    logging.getLogger("inbox").exception("two\\nlines")
"""
    ended = run("-c", script)
    assert (ended.returncode, ended.stderr) == (0, "")
    access_line, fault = (json.loads(line) for line in ended.stdout.splitlines())
    assert access_line["message"] == "GET /healthz"
    assert access_line["level"] == "INFO"
    assert access_line["status"] == 200
    assert access_line["router_request_id"] == "router-12345678"
    assert re.fullmatch(r"[0-9a-f]{32}", access_line["request_id"])
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", access_line["time"])
    assert fault["level"] == "ERROR"
    assert "KeyError" in fault["exc_info"]


def test_a_fault_of_ours_is_a_page_and_a_traceback_in_the_log(
    client_of: ClientOf, moderator: Membership, monkeypatch: pytest.MonkeyPatch, caplog: Log
) -> None:
    def fail(*arguments: object, **more: object) -> NoReturn:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(popsell, "chatrooms", fail)
    client = client_of(moderator)
    client.raise_request_exception = False
    response = client.get(INBOX)
    assert response.status_code == 500
    assert "<h1>Something went wrong here</h1>" in text(response)
    assert "a fault of ours" not in text(response)
    assert "LookupError: a fault of ours" in lines(caplog)


@pytest.mark.parametrize("address", ["/none", "/brands/8/ambassadors/"])
def test_a_designed_answer_has_its_access_line_alone(
    client_of: ClientOf, moderator: Membership, caplog: Log, address: str
) -> None:
    assert client_of(moderator).get(address).status_code == 404
    assert [record.name for record in caplog.records] == ["inbox.access"]


def test_a_probe_of_an_unknown_host_is_no_fault_of_ours(caplog: Log) -> None:
    Client().get("/", headers={"host": "evil.example"})
    assert [record.levelname for record in caplog.records if record.exc_info] == []


# What is never logged


def test_nothing_that_people_are_or_write_is_logged(
    client_of: ClientOf, moderator: Membership, api: Upstream, caplog: Log
) -> None:
    client = client_of(moderator)
    client.get("/brands/3/ambassadors/", {"name": "Moreau"})
    page = text(client.get(INBOX))
    found = next(found for id_ in rows(page) if (found := button(row(page, id_))))
    press(client, found)
    said = [part.text().strip() for part in every(page, "span[dir=auto]")]
    texts = [words for words in said if len(words) > 20]
    names = [name.text() for name in every(page, "bdi")]
    log = lines(caplog)
    assert "mark read" in log
    assert "list ambassadors" in log
    assert len(texts) > 10
    assert len(names) > 20
    secrets = ["sandbox-token", found.fields["act"], "nadia", "Nadia", "Benali", "example.com"]
    for secret in [*secrets, *texts, *names]:
        assert secret not in log


@pytest.mark.parametrize("misfortune", ["drop", "refuse", "garble"])
def test_nor_when_popsell_fails(
    client_of: ClientOf, moderator: Membership, api: Upstream, caplog: Log, misfortune: str
) -> None:
    client = client_of(moderator)
    match misfortune:
        case "drop":
            api.drop("GET")
        case "refuse":
            api.answer("GET", 422, {"message": "Sofia wrote", "errors": {"name": ["Moreau"]}})
        case "garble":
            api.answer("GET", 200, b"<html>Sofia wrote Moreau</html>")
    client.get("/brands/3/ambassadors/", {"name": "Moreau"})
    log = lines(caplog)
    assert "Popsell: " in log
    for secret in ("Moreau", "Sofia", "sandbox-token", "filter", "nadia"):
        assert secret not in log


def test_who_fails_to_sign_in_is_not_logged(moderator: Membership, caplog: Log) -> None:
    Client().post("/accounts/login/", {"login": "nadia@example.com", "password": "my-own-secret"})
    log = lines(caplog)
    assert "POST /accounts/login/" in log
    assert "nadia" not in log
    assert "my-own-secret" not in log


@pytest.mark.parametrize("way", ["as it is", "without its slash", "over plain http", "wrong host"])
def test_the_key_of_a_password_link_is_never_logged(
    moderator: Membership, settings: Settings, caplog: Log, way: str
) -> None:
    link = password_link(moderator.user)
    key = link.rstrip("/").rsplit("-", 1)[1]
    settings.SECURE_SSL_REDIRECT = way == "over plain http"
    host = "evil.example" if way == "wrong host" else "testserver"
    address = link.removesuffix("/") if way == "without its slash" else link
    Client().get(address.removeprefix(settings.PUBLIC_URL), headers={"host": host})
    log = lines(caplog)
    assert "GET /accounts/password/reset/key/" in log
    assert key not in log


def test_nor_is_the_key_of_an_invitation_not_even_with_a_fault_of_ours(
    manager: Membership, caplog: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_key: str) -> NoReturn:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(rights, "invitation", fails)
    client = Client(raise_request_exception=False)
    for address in ("/invitations/the-secret/", "/invitations/the-secret"):
        client.get(address, {"name": "Moreau"}, follow=True)
    written = JsonFormatter()
    log = "\n".join(written.format(record) for record in caplog.records)
    assert "a fault of ours" in log
    assert "/invitations/-" in log
    assert "the-secret" not in log
    assert "Moreau" not in log
