"""Seals and rows of somebody who can write the database: what needs more than one step"""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from inbox import leases
from inbox.activity import digests, sealer, seals
from inbox.models import Activity, Lease, Membership, Seal, SealKind
from tests.activity.sealing import (
    broken,
    change,
    forge,
    on_its_way,
    plain,
    prune,
    sealed,
    told,
    write,
)
from tests.conftest import Later


def append(kind: str, said: object, **more: Any) -> Seal:
    """An attacker's seal, right but for the signature: it names a key that nobody has."""
    last = Seal.objects.last()
    assert last
    body = said if isinstance(said, str) else json.dumps(said, separators=(",", ":"))
    facts = {"number": last.number + 1, "kind": kind, "made": timezone.now(), "body": body}
    one = Seal(**{**facts, "before": last.head, "key": "deadbeef", "signature": "0" * 64, **more})
    one.head = seals.head_of(one)
    one.save(force_insert=True)
    return one


def test_records_without_a_digest_are_not_sealed_by_another_beginning(
    moderator: Membership,
) -> None:
    plain(moderator)
    sealed(moderator)
    begin = Seal.objects.get(number=1)
    Seal.objects.filter(number=1).update(body='{"through":1000000000}')
    Seal.objects.filter(kind=SealKind.BEGUN).update(kind=SealKind.PRUNED)
    forge(moderator)
    assert sealer.seal() == 0
    Seal.objects.filter(number=1).update(body=begin.body)
    Seal.objects.filter(kind=SealKind.PRUNED).update(kind=SealKind.BEGUN)
    (wrong,) = broken()
    assert wrong.endswith("it has no digest")


def test_a_number_of_before_is_no_way_in_once_those_are_sealed(moderator: Membership) -> None:
    """Also where the end of that is taken away for a moment."""
    old = plain(moderator)
    sealed(moderator)
    free, begun = old.pk, Seal.objects.get(kind=SealKind.BEGUN)
    Seal.objects.filter(kind=SealKind.BEGUN).update(kind=SealKind.KEY)
    Activity.objects.filter(pk=free).delete()
    Activity.objects.filter(pk=forge(moderator).pk).update(id=free)
    sealer.seal()
    Seal.objects.filter(number=begun.number).update(kind=SealKind.BEGUN)
    assert any(f"record {free} (reveal" in one for one in broken())


def test_seals_are_not_removed_for_times_that_somebody_wrote(
    moderator: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        sealed(moderator)
    kept = {one.number: one.body for one in Seal.objects.all()}
    for one in Seal.objects.filter(kind=SealKind.RECORDS):
        said = json.loads(one.body)
        old = {"records": [[number, 1, mark] for number, _at, mark in said["records"]]}
        Seal.objects.filter(pk=one.pk).update(body=json.dumps(old))
    Seal.objects.filter(number=1).update(made=datetime(2000, 1, 1, tzinfo=UTC))
    prune()
    assert "its chain is broken" in caplog.text
    assert set(Seal.objects.values_list("number", flat=True)) == set(kept)
    for number, body in kept.items():
        Seal.objects.filter(number=number).update(body=body)
    assert broken() == ["seal 1 was changed"]


def test_seals_that_are_gone_are_not_said_to_be_pruned(moderator: Membership, later: Later) -> None:
    plain(moderator, days=400)
    for _ in range(3):
        sealed(moderator)
    Activity.objects.filter(sealed_in__lte=3).delete()
    Seal.objects.filter(number__lte=3).delete()
    plain(moderator, days=400)
    prune()
    assert "seals before seal 4 are missing" in broken()


def test_a_pruning_of_a_key_that_nobody_has_excuses_nothing(
    moderator: Membership, later: Later
) -> None:
    sealed(moderator)
    append("pruned", {"before": 4_000_000_000, "through": 0, "head": "a" * 64})
    Activity.objects.all().delete()
    assert len(broken()) >= 3
    later(601)
    write(moderator, 1)
    sealer.seal()
    said, well = told()
    assert not well, said
    assert not told(holds="a" * 64)[1]


def test_a_chain_of_a_key_that_nobody_has_is_unproven(moderator: Membership, later: Later) -> None:
    records = sealed(moderator)
    change(moderator, records, member_name="Somebody else")
    Activity.objects.filter(pk=records[2].pk).delete()
    Seal.objects.filter(number=1).update(key="deadbeef")
    begin = Seal.objects.get(number=1)
    begin.head = seals.head_of(begin)
    begin.save()
    Seal.objects.filter(number=2).delete()
    left = list(Activity.objects.order_by("pk"))
    entries = [[one.pk, int(one.started.timestamp()), digests.fingerprint(one)] for one in left]
    append("records", {"records": entries})
    assert broken()
    later(601)
    write(moderator, 1)
    sealer.seal()
    said, well = told()
    assert not well
    assert "Unproven: at seal 3" in said
    assert "was never ours, though seal 2 has it" in said, "its digest names a key that is here"


def test_a_record_put_in_the_place_of_another_is_seen(moderator: Membership) -> None:
    """Its digest taken away, and given to a copy."""
    records = sealed(moderator)
    digest = records[0].digest
    Activity.objects.filter(pk=records[0].pk).update(digest="")
    one = Activity.objects.get(pk=records[0].pk)
    one.pk, one.digest, one.sealed_in = None, digest, None
    one.save(force_insert=True)
    assert any(f"record {records[0].pk} (reveal" in one for one in broken())
    sealer.seal()
    assert any(f"record {records[0].pk} (reveal" in one for one in broken())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("records", {"records": "abc"}),
        ("records", {"records": [[1, 2]]}),
        ("records", {"records": None}),
        ("records", {"records": [["abc", 1, "x"]]}),
        ("records", {"records": [[10**30, 1, "x"]]}),
        ("records", {"records": [[999, 10**20, "x"]]}),
        ("records", {"records": [[-1, 1, "x"]]}),
        ("records", {"records": [[{}, 1, "x"]]}),
        ("records", "[" * 200_000),
        ("records", "[1]"),
        ("records", "1" * 5000),
        ("pruned", {}),
        ("pruned", '{"before": Infinity}'),
        ("pruned", {"before": "x", "through": 1, "head": ""}),
        ("pruned", {"before": 1, "through": 1, "head": [1]}),
        ("key", {"of": 1}),
        ("key", {"of": "a"}),
        ("begin", "oops"),
        ("bogus", {}),
    ],
    ids=lambda told: str(told)[:30],
)
def test_whatever_a_seal_of_theirs_says_there_is_a_verdict(
    moderator: Membership, later: Later, kind: str, said: object
) -> None:
    sealed(moderator)
    append(kind, said)
    assert broken()
    later(601)
    write(moderator, 1)
    sealer.seal()
    prune()
    assert not told()[1]


def test_a_seal_of_the_largest_number_stops_sealing_and_is_told(
    moderator: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    sealed(moderator)
    append("records", {"records": []}, number=2**63 - 1)
    write(moderator, 1)
    assert sealer.seal() == 0
    assert "its last seal is not ours" in caplog.text
    assert any("are missing" in one for one in broken())


def test_a_lease_of_theirs_stops_nothing(moderator: Membership) -> None:
    sealed(moderator)
    far = timezone.now() + timedelta(days=9000)
    Lease.objects.create(name=sealer.LEASE, holder="x", until=far)
    write(moderator, 1)
    assert sealer.seal() == 1


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_an_hour_is_told(
    moderator: Membership, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    sealed(moderator)
    write(moderator, 1)
    later(3700)
    leases.take(sealer.LEASE)
    sealer._seal_if_due()
    assert "should be sealed for an hour" in caplog.text
    assert "Waiting since: " in told_while_held()


def told_while_held() -> str:
    Lease.objects.all().delete()
    return told()[0]


@pytest.mark.parametrize("column", ["started", "finished"])
@pytest.mark.parametrize("value", ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"])
@pytest.mark.parametrize("was_sealed", [True, False], ids=["sealed", "unsealed"])
def test_rows_that_can_not_be_read_are_named_and_stop_nothing(
    moderator: Membership, column: str, value: str, was_sealed: bool
) -> None:
    first = sealed(moderator)[0]
    spoilt = first if was_sealed else write(moderator, 1)[0]
    _write_raw("inbox_activity", column, value, spoilt.pk)
    assert any(f"record {spoilt.pk}" in one for one in broken())
    write(moderator, 2)
    assert sealer.seal() == 2
    prune()
    is_left = Activity.objects.filter(pk=spoilt.pk).exists()
    assert not told()[1] or not is_left, "what counts as old is pruned"


def test_a_row_on_its_way_that_can_not_be_read_stops_nothing(moderator: Membership) -> None:
    one = on_its_way(moderator)
    Activity.objects.filter(pk=one.pk).update(started=timezone.now() - timedelta(days=1))
    _write_raw("inbox_activity", "finished", "infinity", one.pk)
    sealed(moderator)
    assert any(f"record {one.pk}" in wrong for wrong in broken())


def test_a_seal_that_can_not_be_read_is_named(moderator: Membership) -> None:
    sealed(moderator)
    sealed(moderator)
    with connection.cursor() as cursor:
        value = "infinity" if connection.vendor == "postgresql" else "soon"
        cursor.execute("UPDATE inbox_seal SET made = %s WHERE number = 2", [value])
    assert "seal 2 can't be read" in broken()
    prune()
    write(moderator, 1)
    assert sealer.seal() == 1


def _write_raw(table: str, column: str, value: str, pk: int) -> None:
    """What PostgreSQL takes and we can't read; SQLite takes any text."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])  # noqa: S608


def test_what_is_kept_from_being_sealed_is_seen(moderator: Membership) -> None:
    sealed(moderator)
    one = write(moderator, 1)[0]
    Activity.objects.filter(pk=one.pk).update(sealed_in=sealer.SET_ASIDE)
    assert sealer.seal() == 0
    (wrong,) = broken()
    assert wrong.endswith("was kept from being sealed")


def test_what_is_not_ours_is_looked_at_once(
    moderator: Membership, django_assert_max_num_queries: Any
) -> None:
    sealed(moderator)
    for _ in range(5):
        forge(moderator)
    sealer.seal()
    assert not sealer.due().exists()
    assert len(broken()) == 5


def test_a_head_that_is_none_is_refused(moderator: Membership) -> None:
    sealed(moderator)
    with pytest.raises(CommandError, match="A head has 64 characters"):
        call_command("check_activity", "--holds", "deadbeef", stdout=StringIO())
