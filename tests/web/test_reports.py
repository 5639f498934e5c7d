"""Django's own reports of a fault: what a developer's screen or mailbox gets to see"""

import sys
from types import TracebackType

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from inbox.models import Membership
from inbox.popsell import client as popsell
from tests.conftest import ClientOf
from tests.support.pages import INBOX, text

Fault = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

PRIVATE = " ".join(("said", "in", "private"))  # a report quotes the code around the fault
SECRETS = {
    "SECRET_KEY": "a-key-for-this-test-alone",
    "POPSELL_ACCESS_TOKENS": {3: "a-token-for-this-test"},
    "SENTRY_DSN": "https://dsn-of-this-test@sentry.example/1",
    "CACHES": {"default": {"LOCATION": "redis://:redis-secret@cache.example/0"}},
    "DATABASES": {"default": {"PASSWORD": "database-secret", "NAME": "inbox"}},
    "EMAIL_HOST_PASSWORD": "mail-secret",
}
HIDDEN = [
    *("a-key-for-this-test-alone", "a-token-for-this-test", "dsn-of-this-test", "redis-secret"),
    *("database-secret", "mail-secret", "what was typed", "a-session", "Bearer of-this-test"),
    PRIVATE,
]


def fail() -> None:
    said = [PRIVATE]
    page = 7
    raise LookupError(f"{len(said)} of {page}")


def fault() -> Fault:
    try:
        fail()
    except LookupError:
        return sys.exc_info()
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_report_tells_where_and_not_what(settings: Settings, debug: bool, kind: str) -> None:
    settings.DEBUG = debug
    request = RequestFactory().post(
        "/brands/3/codes/",
        {"note": "what was typed"},
        headers={"Authorization": "Bearer of-this-test", "Cookie": "session=a-session"},
    )
    for name, value in SECRETS.items():
        if name not in {"CACHES", "DATABASES"}:  # in use by the test itself
            setattr(settings, name, value)
    reporter = ExceptionReporter(request, *fault())
    reported = reporter.get_traceback_html() if kind == "html" else reporter.get_traceback_text()
    assert "LookupError" in reported
    assert "1 of 7" in reported
    assert [secret for secret in HIDDEN if secret in reported] == []


@pytest.mark.parametrize("name", SECRETS)
def test_no_setting_with_a_secret_is_shown(name: str, settings: Settings) -> None:
    from inbox.web.reports import Scrubbed  # noqa: PLC0415

    shown = repr(Scrubbed().cleanse_setting(name, SECRETS[name]))
    assert [secret for secret in HIDDEN if secret in shown] == []


def test_the_page_for_developers_shows_no_conversation(
    client_of: ClientOf,
    moderator: Membership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: object, **more: object) -> object:
        said = PRIVATE
        raise LookupError(len(said))

    monkeypatch.setattr(popsell, "chatrooms", fail)
    settings.DEBUG = True
    client = client_of(moderator)
    client.raise_request_exception = False
    response = client.get(INBOX)
    assert response.status_code == 500
    page = text(response)
    assert "<h1>LookupError" in page
    assert moderator.user.email not in page
    assert '<td class="code"><pre>&#x27;(str)&#x27;</pre></td>' in page
    assert PRIVATE not in page
