"""Codes' names and saved views are remembered for as long as nobody writes any, in whichever way."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from inbox.chatrooms import annotations
from inbox.components import views
from inbox.models import Brand, CodeName, Membership, Role, SavedView
from tests.support.cast import member

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEEN = {"first_seen": NOON, "last_seen": NOON}


def code(number: str, name: str = "") -> CodeName:
    return CodeName(brand_id=3, kind="topic", code=number, name=name, **SEEN)


def rename(one: CodeName) -> CodeName:
    one.name = "Parcels"
    return one


WAYS: dict[str, Callable[[], Any]] = {
    "create": lambda: code("2").save(),
    "create several": lambda: CodeName.objects.bulk_create([code("3"), code("4")]),
    "get or create": lambda: CodeName.objects.get_or_create(
        brand_id=3, kind="topic", code="5", defaults=SEEN
    ),
    "update or create": lambda: CodeName.objects.update_or_create(
        {"name": "Returns"}, brand_id=3, kind="topic", code="1"
    ),
    "save": lambda: rename(CodeName.objects.get(brand=3)).save(),
    "save a field": lambda: rename(CodeName.objects.get(brand=3)).save(update_fields=["name"]),
    "update": lambda: CodeName.objects.filter(code="1").update(name="Returns"),
    "update away": lambda: CodeName.objects.filter(code="1").update(code="9"),
    "update several": lambda: CodeName.objects.bulk_update(
        [rename(one) for one in CodeName.objects.filter(brand=3)], ["name"]
    ),
    "delete": lambda: CodeName.objects.get(brand=3).delete(),
    "delete several": lambda: CodeName.objects.filter(brand=3).delete(),
}


@pytest.fixture(autouse=True)
def _codes(brand: Brand, other_brand: Brand) -> None:
    code("1").save()
    CodeName.objects.create(brand=other_brand, kind="topic", code="8", **SEEN)


def version(number: int) -> int:
    return Brand.objects.get(pk=number).codes_version


def names() -> dict[str, str]:
    found = annotations.remember_names(Brand.objects.get(pk=3)).values()
    return {one.code: one.name for one in found}


def stored() -> dict[str, str]:
    return dict(CodeName.objects.filter(brand=3).values_list("code", "name"))


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_each_way_of_writing_is_seen_at_once(write: Callable[[], Any]) -> None:
    names()
    before, elsewhere = version(3), version(8)
    write()
    assert version(3) != before
    assert version(8) == elsewhere
    assert names() == stored()


def test_they_are_not_asked_for_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    brand = Brand.objects.get(pk=3)
    annotations.remember_names(brand)
    with django_assert_num_queries(0):
        assert set(annotations.remember_names(brand)) == {("topic", "1")}
    CodeName.objects.filter(code="none such").update(name="Returns")
    assert version(3) == brand.codes_version


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_leaves_nothing_behind() -> None:
    for name in ("Never", "Returns"):
        with transaction.atomic():
            CodeName.objects.filter(code="1").update(name=name)
            assert names() == {"1": name}  # within the transaction, and remembered
            transaction.set_rollback(name == "Never")
        assert names() == stored()


def test_views_are_as_they_stand(manager: Membership) -> None:
    colleague = member("noor@example.com", manager.brand, Role.MODERATOR)

    def views_of(asked: Membership) -> set[str]:
        here = Membership.objects.select_related("brand").get(pk=asked.pk)
        return {str(one.saved) for one in views.find(here) if one.saved and not one.saved.given}

    assert views_of(manager) == set()
    own = SavedView.objects.create(brand_id=3, member=manager, name="Mine", query="tab=news")
    SavedView.objects.create(brand_id=3, name="Ours", query="tab=older")
    assert views_of(manager) == {"Mine", "Ours"}
    assert views_of(colleague) == {"Ours"}
    SavedView.objects.filter(pk=own.pk).update(name="My own")
    assert views_of(manager) == {"My own", "Ours"}
    SavedView.objects.filter(name="Ours").delete()
    assert (views_of(manager), views_of(colleague)) == ({"My own"}, set())


def write_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes codes between the reading of a brand and its saving."""
    real = Brand.save

    def late(self: Brand, *arguments: Any, **named: Any) -> None:
        CodeName.objects.filter(code="1").update(name="Meanwhile")
        real(self, *arguments, **named)

    monkeypatch.setattr(Brand, "save", late)


def test_a_change_of_the_brand_brings_no_version_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(3)
    write_meanwhile(monkeypatch)
    call_command("add_brand", 3, "Maison")
    assert Brand.objects.get(pk=3).name == "Maison"
    assert version(3) != before
