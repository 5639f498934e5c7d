"""What is asked in one trip is found as if it were asked by itself, and fails as a whole"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, NotSupportedError, connection, transaction
from django.db.models import BigIntegerField
from django.test.utils import CaptureQueriesContext

from inbox.models import Brand, IndexedAmbassador
from inbox.prepared import Param, Params, Prepared
from inbox.trips import Answer, Trip

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = BigIntegerField()
ON_POSTGRESQL = connection.vendor == "postgresql"


def ambassadors() -> Any:
    which = {"brand": Param("brand", NUMBER), "ambassador__in": Params("ids", NUMBER)}
    return IndexedAmbassador.objects.filter(**which).order_by("ambassador")


ASKED = Prepared(ambassadors)
BRANDS = Prepared(lambda: Brand.objects.filter(pk=Param("brand", NUMBER)))


@pytest.fixture(autouse=True)
def _people(brand: Brand, other_brand: Brand) -> None:
    IndexedAmbassador.objects.bulk_create(
        IndexedAmbassador(brand=one, ambassador=number, name=f"A {number}")
        for one in (brand, other_brand)
        for number in range(100, 104)
    )


def ask(trip: Trip) -> tuple[Answer[list[Any]], ...]:
    return (
        trip.ask(BRANDS, brand=3),
        trip.ask(ASKED, brand=3, ids=[101, 103, 999]),
        trip.ask(ASKED, brand=8, ids=[]),
        trip.ask(ASKED, brand=8, ids={100}),
        trip.run("SELECT ambassador FROM inbox_indexedambassador WHERE brand_id = %s", [8]),
    )


def check(answers: tuple[Answer[list[Any]], ...]) -> None:
    brands, some, none, one, numbers = (answer() for answer in answers)
    assert [brand.name for brand in brands] == ["Maison Lumière"]
    assert [(who.brand_id, who.ambassador, who.name) for who in some] == [
        (3, 101, "A 101"),
        (3, 103, "A 103"),
    ]
    assert none == []
    assert [(who.brand_id, who.ambassador) for who in one] == [(8, 100)]
    assert sorted(numbers) == [(100,), (101,), (102,), (103,)]


@pytest.mark.parametrize("is_atomic", [True, False])
def test_it_finds_the_same(*, is_atomic: bool) -> None:
    if is_atomic:
        with transaction.atomic():
            check(ask(Trip()))
    else:
        check(ask(Trip()))


def test_each_is_asked_once_whoever_comes_first() -> None:
    with CaptureQueriesContext(connection) as asked:
        answers = ask(Trip())
        assert not asked.captured_queries
        assert answers[3]()
        check(answers)
        check(answers)
    assert len(asked) == 4


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite lies in the process")
def test_they_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    made, pipeline = list[int](), type(connection.connection).pipeline

    def spy(self: Any) -> Any:
        made.append(1)
        return pipeline(self)

    monkeypatch.setattr(type(connection.connection), "pipeline", spy)
    check(ask(Trip()))
    assert made == [1]
    assert BRANDS.ask(brand=3)
    alone = Trip().ask(BRANDS, brand=3)
    assert alone()
    assert made == [1]


def test_a_trip_that_was_made_takes_no_more() -> None:
    trip = Trip()
    trip.ask(BRANDS, brand=3)()
    with pytest.raises(RuntimeError, match="made already"):
        trip.ask(BRANDS, brand=3)


def test_one_that_fails_fails_all_and_leaves_the_connection_as_it_was() -> None:
    trip = Trip()
    found = trip.ask(BRANDS, brand=3)
    trip.run("SELECT name FROM nothing_of_this_name", [])
    with pytest.raises(DatabaseError):
        found()
    with pytest.raises(DatabaseError):  # nor is it empty the second time
        found()
    check(ask(Trip()))


def test_what_one_that_failed_kept_from_being_prepared_is_asked_as_before() -> None:
    for _each in range(5):  # the sixth time it is prepared
        BRANDS.ask(brand=3)
    trip = Trip()
    trip.run("SELECT name FROM nothing_of_this_name", [])
    found = trip.ask(BRANDS, brand=3)
    with pytest.raises(DatabaseError):
        found()
    for _each in range(3):
        check(ask(Trip()))


def _alter(kind: str) -> None:
    other: Any = connection.copy(alias="migrating")
    try:
        with other.cursor() as cursor:
            cursor.execute(f"ALTER TABLE inbox_indexedambassador ALTER COLUMN name TYPE {kind}")
    finally:
        other.close()
        other.close_pool()


@pytest.fixture
def alter() -> Any:
    yield _alter
    _alter("varchar(302)")


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite prepares nothing")
def test_what_was_prepared_before_a_migration_is_prepared_anew(
    alter: Callable[[str], None],
) -> None:
    for kind in ("varchar(999)", "varchar(998)", "varchar(997)"):
        for _each in range(12):
            check(ask(Trip()))
        alter(kind)
    with transaction.atomic(), pytest.raises(NotSupportedError):
        check(ask(Trip()))
    check(ask(Trip()))
