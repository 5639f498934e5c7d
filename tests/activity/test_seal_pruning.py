"""Pruning the trail: it says so in a seal, and hides nothing"""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from inbox import leases
from inbox.activity import seal_pruning, sealer
from inbox.models import Activity, Membership, Seal, SealKind
from tests.activity.sealing import DAY, broken, forge, plain, prune, sealed, told, write
from tests.conftest import Later


@pytest.fixture
def year(moderator: Membership, later: Later) -> list[Activity]:
    """Three records, and half a year later three more; it is a year and a day after the first."""
    first = sealed(moderator)
    later(183 * DAY)
    more = sealed(moderator)
    later(366 * DAY)
    return [*first, *more]


def test_pruning_says_so_in_a_seal(year: list[Activity]) -> None:
    assert prune() == "Acts and viewings: 3 deleted."
    anchor = Seal.objects.get(kind=SealKind.PRUNED)
    assert json.loads(anchor.body)["through"] == 2
    assert list(Seal.objects.values_list("number", flat=True)) == [3, 4]
    said, well = told()
    assert well, said
    assert "Sealed and unchanged: 3 in 2 seals." in said
    assert prune() == "Acts and viewings: 0 deleted."
    assert Seal.objects.count() == 2


def test_pruning_hides_nothing_that_was_younger(year: list[Activity]) -> None:
    prune()
    young = year[4].pk
    year[4].delete()
    assert any(f"record {young}, of" in one for one in broken())


def test_a_seal_stays_while_one_of_its_records_does(moderator: Membership, later: Later) -> None:
    old = plain(moderator, days=364.5)
    sealed(moderator, 2)
    later(DAY)
    assert prune() == "Acts and viewings: 1 deleted."
    said, well = told()
    assert well, said
    assert "Sealed and unchanged: 2" in said
    assert "Deleted in order: 1." in said
    assert not Activity.objects.filter(pk=old.pk).exists()


def test_pruning_year_after_year(year: list[Activity], moderator: Membership, later: Later) -> None:
    prune()
    later(500 * DAY)
    sealed(moderator, 2)
    later(560 * DAY)
    assert prune() == "Acts and viewings: 3 deleted."
    said, well = told()
    assert well, said
    later(900 * DAY)
    prune()
    said, well = told()
    assert well, said
    assert "Sealed and unchanged: 0" in said


def test_a_head_from_before_the_pruning_is_known_where_it_was_the_last_to_go(
    year: list[Activity],
) -> None:
    head = Seal.objects.get(number=2).head
    prune()
    assert told(holds=head)[1]


def test_pruning_that_died_before_it_deleted_seals(
    year: list[Activity], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(found: Any) -> int:
        raise OperationalError

    with pytest.raises(OperationalError):
        seal_pruning.prune(timezone.now() - timedelta(days=365), die)
    assert not broken()
    assert prune() == "Acts and viewings: 3 deleted."
    assert not broken()


def test_what_does_not_fit_is_pruned_in_its_time_too(moderator: Membership, later: Later) -> None:
    sealed(moderator)
    forge(moderator)
    later(366 * DAY)
    assert prune() == "Acts and viewings: 4 deleted."


def test_pruning_waits_for_nobody_for_long(
    year: list[Activity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealer, "WAIT", 0.1)
    leases.take(sealer.LEASE)
    assert prune().startswith(
        "Acts and viewings: not deleted, since somebody else seals the trail."
    )
    assert Activity.objects.count() == 6
    with pytest.raises(CommandError, match="try again in a minute"):
        call_command("check_activity")


def test_a_dry_run_seals_nothing(year: list[Activity], moderator: Membership) -> None:
    write(moderator)
    call_command("prune_activity", "--dry-run", stdout=StringIO())
    assert Activity.objects.filter(sealed_in=None).count() == 3
    assert not Seal.objects.filter(kind=SealKind.PRUNED).exists()
