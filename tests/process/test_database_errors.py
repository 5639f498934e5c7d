"""What a database says of its errors quotes values: no log line and no report may hold one"""

import logging
from collections.abc import Callable
from typing import Any, NoReturn

import psycopg
import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.utils.log import AdminEmailHandler
from django.views.debug import get_exception_reporter_class
from pytest_django import Settings
from sentry_sdk.utils import event_from_exception

from inbox import access
from inbox.models import User
from inbox.web.logs import JsonFormatter, LineFormatter
from inbox.web.masking import described, masked_report, without_values
from tests.support.pages import text
from tests.test_settings import run
from tests.web.test_logs import lines

VALUE = "-".join(("sofia", "secret"))  # a report quotes the code around the fault
ADDRESS = f"{VALUE}@example.org"
OPTIONS = {  # as the settings have them, and Sentry itself
    "include_local_variables": False,
    "include_source_context": True,
    "max_value_length": 1024,
    "custom_repr": None,
}
Raise = Callable[[], object]
log = logging.getLogger("inbox.test")


def twice() -> None:
    with transaction.atomic():
        User.objects.create_user(ADDRESS)
        User.objects.create_user(ADDRESS)


def asked(query: str, *values: str) -> Raise:
    def ask() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, values)

    return ask


def as_told() -> None:
    """By hand, what PostgreSQL says and how Django passes it on."""
    try:
        detail = (
            f"\"k\"\nDETAIL:  Key (email)=({ADDRESS}) already exists.\nCONTEXT:  $1 = '{VALUE}'"
        )
        raise psycopg.errors.UniqueViolation(f"duplicate key value {detail}")
    except psycopg.Error as error:
        raise IntegrityError(*error.args) from error


ANYWHERE: dict[str, Raise] = {
    "unique": twice,
    "as PostgreSQL tells it": as_told,
}
ON_POSTGRESQL: dict[str, Raise] = {
    "text for a number": asked("SELECT %s::integer", VALUE),
    "text for a date": asked("SELECT %s::date", VALUE),
    "a broken rule": asked("INSERT INTO inbox_brand VALUES (-9, %s, 'Europe/Paris')", VALUE),
    "nothing": asked("INSERT INTO inbox_brand VALUES (9, %s, NULL)", VALUE),
    "not there": asked("INSERT INTO inbox_membership (role, user_id) VALUES (%s, 0)", VALUE),
    "raised there": asked(f"DO $$ BEGIN RAISE EXCEPTION '{VALUE}' USING HINT = '{VALUE}'; END $$"),
}


@pytest.fixture(params=[*ANYWHERE, *ON_POSTGRESQL])
def fault(request: pytest.FixtureRequest, db: None) -> BaseException:
    """An error as the database raised it."""
    if request.param in ON_POSTGRESQL and connection.vendor != "postgresql":
        pytest.skip("said by PostgreSQL alone")
    raised = caught({**ANYWHERE, **ON_POSTGRESQL}[request.param])
    if request.param != "unique" or connection.vendor == "postgresql":
        assert VALUE in str(raised)  # or else nothing would be proved
    return raised


def caught(act: Raise) -> BaseException:
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - groups as well
        return error
    raise AssertionError("it did not fail")


def raising(error: BaseException, *, cause: BaseException | None = None) -> Raise:
    def act() -> NoReturn:
        raise error from cause

    return act


def meanwhile(first: BaseException, then: BaseException) -> Raise:
    def act() -> NoReturn:
        try:
            raise first
        except type(first):
            raise then  # noqa: B904 - it happens

    return act


def noted(error: BaseException) -> BaseException:
    other = RuntimeError("with a note")
    other.__cause__ = error
    other.add_note(str(error))
    return other


SHAPES: dict[str, Callable[[BaseException], BaseException]] = {
    "alone": lambda error: error,
    "as a cause": lambda error: caught(raising(RuntimeError("later"), cause=error)),
    "as a context": lambda error: caught(meanwhile(error, RuntimeError("meanwhile"))),
    "quoted": lambda error: caught(meanwhile(error, RuntimeError(f"failed: {error}"))),
    "quoted in part": lambda error: caught(
        raising(RuntimeError(str(error).splitlines()[-1]), cause=error)
    ),
    "as an argument": lambda error: caught(raising(KeyError(error))),
    "in a group": lambda error: caught(
        raising(
            BaseExceptionGroup("several", [ValueError("1"), BaseExceptionGroup("inner", [error])])
        )
    ),
    "far back": lambda error: caught(
        raising(LookupError("3"), cause=caught(raising(OSError("2"), cause=noted(error))))
    ),
}


@pytest.fixture(params=SHAPES)
def shaped(request: pytest.FixtureRequest, fault: BaseException) -> BaseException:
    return SHAPES[request.param](fault)


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter("%(message)s")])
def test_no_line_of_the_log_holds_a_value(
    fault: BaseException,
    shaped: BaseException,
    formatter: logging.Formatter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    code = described(fault)
    log.error("it failed", exc_info=shaped)
    log.error("it failed: %s", shaped, exc_info=shaped)
    log.error("it failed: %(error)r", {"error": shaped})
    log.error(shaped)
    caplog.records.append(log.makeRecord(log.name, 40, "", 0, "the %d %s", (shaped,), None))
    log.error({"told": shaped, "also": [str(shaped)]}, exc_info=shaped)
    log.error("it failed", extra={"error": shaped, "more": {"errors": (shaped,)}})
    for record in caplog.records:
        assert not record.exc_info or record.exc_text  # another formatter was here before
        written = formatter.format(record)
        assert VALUE not in written
        assert "DETAIL:" not in written
    (first, *_rest) = [formatter.format(record) for record in caplog.records]
    assert code in first
    assert "Traceback (most recent call last)" in first


@pytest.mark.parametrize("kind", ["html", "text"])
def test_no_report_of_django_holds_a_value(shaped: BaseException, kind: str) -> None:
    request = RequestFactory().get("/")
    reporter_class: Any = get_exception_reporter_class(request)
    reporter = reporter_class(request, type(shaped), shaped, shaped.__traceback__)
    told = reporter.get_traceback_html() if kind == "html" else reporter.get_traceback_text()
    assert type(shaped).__name__ in told
    assert VALUE not in told
    assert AdminEmailHandler().reporter_class is reporter_class


def test_no_report_to_sentry_holds_a_value(fault: BaseException, shaped: BaseException) -> None:
    event, hint = event_from_exception(shaped, OPTIONS)
    record = log.makeRecord(log.name, 40, "", 0, "failed: %s", (shaped,), None)
    event["logentry"] = {"message": "failed: %s", "params": [str(shaped)]}
    told = masked_report(event, {**hint, "log_record": record})
    assert VALUE not in repr(told)
    assert described(fault).split()[0] in repr(told)
    # A quote that was cut, or has an unknown exception, gives only its own message.
    event, _hint = event_from_exception(fault, OPTIONS)
    assert VALUE not in repr(masked_report(event, {}))


def test_the_names_that_help_stay(db: None) -> None:
    told = described(caught(twice))
    if connection.vendor == "postgresql":
        assert told == "UniqueViolation 23505 inbox_user_email_key inbox_user"
    else:
        assert told == "IntegrityError SQLITE_CONSTRAINT_UNIQUE index 'user_email_without_case'"


def test_other_errors_are_told_as_they_are() -> None:
    error = caught(raising(RuntimeError("as it is"), cause=KeyError("this")))
    assert without_values(error) is error


def test_a_long_chain_is_no_fault_itself() -> None:
    error: BaseException = DataError(VALUE)
    for _ in range(5000):
        later = RuntimeError("later")
        later.__context__, error = error, later
    told = without_values(error)
    while told.__context__:
        told = told.__context__
    assert str(told) == "DataError"


def test_a_circle_ends() -> None:
    first, second = DataError(VALUE), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert str(without_values(first)) == "DataError"


def test_a_fault_of_a_page_is_told_without_values(
    fault: BaseException, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_key: str) -> NoReturn:
        raise RuntimeError("a fault of ours") from fault

    monkeypatch.setattr(access, "invitation", fails)
    assert Client(raise_request_exception=False).get("/invitations/a/").status_code == 500
    log = lines(caplog)
    assert "a fault of ours" in log
    assert described(fault) in log
    assert VALUE not in log


def test_the_page_for_developers_shows_no_value(
    fault: BaseException, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def fails(_key: str) -> NoReturn:
        raise RuntimeError("a fault of ours") from fault

    monkeypatch.setattr(access, "invitation", fails)
    settings.DEBUG = True
    answer = Client(raise_request_exception=False).get("/invitations/a/")
    assert "a fault of ours" in text(answer)
    assert VALUE not in text(answer)


@pytest.mark.parametrize("way", ["raise error", "Thread(target=fail).start()"])
def test_what_nobody_logs_holds_no_value_either(way: str) -> None:
    script = f"""
import django
django.setup()
from threading import Thread
from django.db import IntegrityError
value = "-".join(("sofia", "secret"))
error = IntegrityError("DETAIL: " + value)
def fail():
    raise RuntimeError("of a thread") from error
{way}
"""
    ended = run("-c", script, DJANGO_SETTINGS_MODULE="inbox.settings")
    assert "IntegrityError" in ended.stderr
    assert "Traceback" in ended.stderr
    assert VALUE not in ended.stderr
