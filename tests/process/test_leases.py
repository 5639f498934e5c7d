"""A lease is held by one at a time, and runs out with its holder"""

import pytest
from django.db.models import QuerySet

from inbox import leases
from inbox.models import Lease
from tests.conftest import Later
from tests.support.at_once import at_once


def test_one_holds_it_until_it_is_given_back(db: None) -> None:
    held = leases.take("work")
    assert held
    assert leases.take("work") is None
    assert leases.take("other work")
    leases.give_back(held)
    assert leases.take("work")


def test_the_first_that_is_free_is_taken(db: None) -> None:
    names = ["one", "two"]
    taken = [leases.take_one(names) for _ in range(3)]
    assert [held and held.name for held in taken] == ["one", "two", None]


def test_it_runs_out_unless_it_is_renewed(db: None, later: Later) -> None:
    held = leases.take("work")
    assert held
    later(59)
    assert leases.renew(held)
    later(118)
    assert leases.take("work") is None
    later(120)
    assert leases.take("work")


def test_who_lost_it_knows_and_takes_it_from_nobody(db: None, later: Later) -> None:
    slow = leases.take("work")
    assert slow
    later(61)
    quick = leases.take("work")
    assert quick
    assert not leases.renew(slow)
    leases.give_back(slow)
    assert leases.take("work") is None
    assert leases.renew(quick)


def test_who_comes_back_late_goes_on_where_nobody_else_came(db: None, later: Later) -> None:
    held = leases.take("work")
    assert held
    later(300)
    assert leases.renew(held)
    assert leases.take("work") is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ran_out", [False, True], ids=["new", "run out"])
def test_of_many_at_once_one_gets_it(later: Later, ran_out: bool) -> None:
    if ran_out:
        leases.take("work")
        later(61)
    taken = at_once(range(8), lambda _: leases.take("work"))
    assert len(taken) == 8
    assert sum(held is not None for held in taken) == 1
    assert Lease.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_another_who_is_quicker_in_the_midst_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at what ran out and the new row, where it matters most."""
    update = QuerySet.update
    others: list[leases.Held | None] = []

    def quick(found: "QuerySet[Lease]", **values: object) -> int:
        done = update(found, **values)
        if not others:
            others.append(None)  # once
            others.append(leases.take("work"))
        return done

    monkeypatch.setattr(QuerySet, "update", quick)
    assert leases.take("work") is None
    assert others[1]
