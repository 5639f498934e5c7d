"""Work that is left for after an answer"""

import logging

import pytest
from django.db import DataError, OperationalError, connection

from inbox.models import Brand
from inbox.process import afterwards


@pytest.fixture
def done() -> list[str]:
    return []


def test_it_is_done_once_the_request_is_answered_and_in_order(done: list[str]) -> None:
    afterwards.begin()
    afterwards.do(lambda: done.append("first"))
    afterwards.do(lambda: done.append("second"))
    assert done == []
    afterwards.after_request()
    assert done == ["first", "second"]
    afterwards.after_request()
    assert done == ["first", "second"]


def test_without_a_request_it_is_done_at_once(done: list[str]) -> None:
    afterwards.do(lambda: done.append("at once"))
    assert done == ["at once"]


def test_what_such_work_leaves_is_done_with_it(done: list[str]) -> None:
    afterwards.begin()
    afterwards.do(lambda: afterwards.do(lambda: done.append("inner")))
    afterwards.after_request()
    assert done == ["inner"]


def test_a_request_that_never_ended_leaves_nothing_to_the_next(done: list[str]) -> None:
    afterwards.begin()
    afterwards.do(lambda: done.append("of another"))
    afterwards.begin()
    afterwards.after_request()
    assert done == []


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OperationalError("host db.example.com is away"), "The database can't be used"),
        (DataError("Sofia Duarte is too long"), "What was left for after an answer failed."),
    ],
)
def test_a_failure_is_told_once_and_the_rest_is_done(
    done: list[str], caplog: pytest.LogCaptureFixture, failure: Exception, told: str
) -> None:
    def fail() -> None:
        raise failure

    afterwards.begin()
    afterwards.do(fail)
    afterwards.do(lambda: done.append("the rest"))
    afterwards.after_request()
    assert done == ["the rest"]
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert told in record.getMessage()
    assert "Sofia" not in record.getMessage()
    assert "db.example.com" not in record.getMessage()


def test_a_failure_leaves_the_transaction_around_it_as_it_was(brand: Brand) -> None:
    def fail() -> None:
        Brand.objects.filter(pk=brand.pk).update(name="Another")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO inbox_indexedbrand (brand_id) VALUES (NULL)")

    afterwards.try_to(fail)
    brand.refresh_from_db()
    assert brand.name == "Maison Lumière"
