"""manage.py check_activity : records are sealed, and the trail is found whole"""

import json
import logging
from threading import Event
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import DatabaseError, OperationalError
from django.test import Client

from inbox.activity import digests, recording, sealer
from inbox.activity.digests import Fit
from inbox.models import Activity, Lease, Membership, Outcome, Seal, SealKind
from tests.activity.sealing import broken, on_its_way, plain, sealed, told, write
from tests.conftest import ClientOf, Later
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

# Sealing


def test_records_are_sealed_and_found_whole(moderator: Membership) -> None:
    sealed(moderator)
    write(moderator, 2)
    said, well = told()
    assert well
    assert "Sealed and unchanged: 3 in 2 seals." in said
    assert "Not sealed yet: 2; without an outcome: 0." in said
    first, last = Seal.objects.all()
    assert f"First seal: {first.made:%Y-%m-%d %H:%M} UTC." in said
    assert f"Last seal: {last.made:%Y-%m-%d %H:%M} UTC, head {last.head}" in said
    assert said.rstrip().endswith("The trail is whole.")
    assert sealer.seal() == 2
    assert sealer.seal() == 0
    assert "Sealed and unchanged: 5 in 3 seals." in told()[0]


def test_before_anything_was_done_nothing_is_sealed(db: None) -> None:
    said, well = told()
    assert well
    assert "Nothing is sealed yet." in said


def test_it_goes_in_batches(moderator: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "BATCH", 4)
    assert len(sealed(moderator, 10)) == 10
    of_records = Seal.objects.filter(kind=SealKind.RECORDS)
    assert [len(json.loads(one.body)["records"]) for one in of_records] == [4, 4, 2]
    assert not broken()


def test_the_head_stands_in_the_log(
    moderator: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "inbox.activity.sealer"):
        sealed(moderator)
    last = Seal.objects.get(kind=SealKind.RECORDS)
    assert f"The trail is sealed: seal {last.number}, head {last.head}" in caplog.messages


def test_it_is_sealed_beside_a_request(
    client_of: ClientOf, moderator: Membership, transactional_db: None
) -> None:
    write(moderator)
    request_finished.connect(sealer.after_request, dispatch_uid="seals")
    sealer._looks_again = 0.0
    client_of(moderator).get("/healthz")
    sealer.wait()
    assert not Activity.objects.filter(sealed_in=None).exists()
    write(moderator)
    client_of(moderator).get("/healthz")
    sealer.wait()
    assert Activity.objects.filter(sealed_in=None).count() == 3, "it looks every half minute only"


def test_an_act_without_an_outcome_waits_and_is_given_up(
    moderator: Membership, later: Later
) -> None:
    write(moderator, 1)
    left = on_its_way(moderator)
    sealer.seal()
    assert "without an outcome: 1" in told()[0]
    later(601)
    assert sealer.seal() == 1
    left.refresh_from_db()
    assert (left.outcome, digests.fit(left)) == (Outcome.UNKNOWN, Fit.FITS)


def test_an_unknown_outcome_waits_until_nothing_can_change_it(
    moderator: Membership, later: Later
) -> None:
    write(moderator, 1)
    unknown = on_its_way(moderator)
    recording.give_up(unknown)
    assert sealer.seal() == 1
    assert "Not sealed yet: 1" in told()[0]
    recording.finish(unknown, Outcome.DONE, 16)  # its process is back, half a minute late
    assert sealer.seal() == 1
    unknown.refresh_from_db()
    assert unknown.outcome == Outcome.DONE
    assert not broken()


def test_an_outcome_that_comes_after_the_seal_changes_nothing(
    moderator: Membership, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    late = on_its_way(moderator)
    later(601)
    assert sealer.seal() == 1
    recording.finish(late, Outcome.DONE, 16)
    late.refresh_from_db()
    assert late.outcome == Outcome.UNKNOWN
    assert "known too late to be noted" in caplog.text
    assert not broken()


# From before there were digests


def test_records_of_earlier_code_are_sealed_as_they_are_found(moderator: Membership) -> None:
    old = plain(moderator)
    assert digests.fit(old) == Fit.NONE
    sealed(moderator, 2)
    said, well = told()
    assert well
    assert "Sealed and unchanged: 3" in said
    Activity.objects.filter(pk=old.pk).update(member_name="Somebody else")
    (wrong,) = broken()
    assert wrong.startswith(f"record {old.pk} (view, brand 3, ")
    assert "was changed since seal" in wrong


def test_the_chain_begins_when_no_earlier_code_runs_any_more(
    moderator: Membership, later: Later
) -> None:
    plain(moderator, days=0)
    write(moderator)
    assert sealer.seal() == 0
    said, well = told()
    assert well
    assert "Not sealed yet: 4" in said
    later(601)
    assert sealer.seal() == 4
    assert not broken()


def test_once_those_are_sealed_no_other_comes_without_a_digest(
    moderator: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    first = plain(moderator)
    sealed(moderator)
    free = first.pk  # a number from before
    Activity.objects.filter(pk=first.pk).delete()
    forged = plain(moderator, days=2)
    Activity.objects.filter(pk=forged.pk).update(id=free)
    assert sealer.seal() == 0
    assert any("is not known to be ours: it has no digest" in one for one in broken())
    assert "1 records of the trail do not fit their digests" in caplog.text
    caplog.clear()
    sealer.seal()
    assert "do not fit" not in caplog.text, "once an hour is enough"


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_many_who_seal_at_once_seal_each_record_once(moderator: Membership) -> None:
    write(moderator, 20)
    assert max(at_once(range(6), lambda _: sealer.seal())) == 20
    assert not broken()
    assert not Lease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_writing_goes_on_while_somebody_seals(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sealer stops in the middle of its work; on SQLite outside of its transaction."""
    write(moderator, 10)
    monkeypatch.setattr(sealer, "BATCH", 5)
    stands, goes_on = Event(), Event()
    add = sealer._add_records

    def slow(batch: Any) -> bool:
        stands.set()
        assert goes_on.wait(30)
        return add(batch)

    monkeypatch.setattr(sealer, "_add_records", slow)

    def work(number: int) -> int:
        if number == 0:
            return sealer.seal()
        assert stands.wait(30)
        write(moderator, 3)
        goes_on.set()
        return 0

    assert max(at_once(range(2), work)) >= 10
    sealer.seal()
    assert not Activity.objects.filter(sealed_in=None).exists()
    assert not broken()


def test_who_lost_the_lease_seals_nothing_twice(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(moderator, 4)
    add = sealer._add_records

    def overtaken(batch: Any) -> bool:
        """Another process came meanwhile, and sealed the same."""
        monkeypatch.setattr(sealer, "_add_records", add)
        Lease.objects.all().delete()
        assert sealer.seal() == 4
        return add(batch)

    monkeypatch.setattr(sealer, "_add_records", overtaken)
    assert sealer.seal() == 0
    assert not broken()
    assert Activity.objects.count() == 4


# When the database fails


@pytest.mark.django_db(transaction=True)
def test_a_failure_leaves_nothing_half(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write(moderator)
    with monkeypatch.context() as patch:
        patch.setattr(Seal, "save", _fails)
        sealer._seal_if_due()
    assert not Seal.objects.exists()
    assert "The database can't be used: OperationalError" in caplog.text
    assert sealer.seal() == 3
    assert not broken()


def _fails(*_arguments: Any, **_named: Any) -> None:
    raise OperationalError("the disk is full of secrets")


def test_what_cannot_be_recorded_is_still_not_shown(
    client_of: ClientOf, moderator: Membership, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest is part of the record: no record without one."""
    api.listing(chatroom())
    client: Client = client_of(moderator)

    def fail(record: Activity) -> str:
        raise DatabaseError

    monkeypatch.setattr(digests, "sign", fail)
    client.raise_request_exception = False
    assert client.get(f"{INBOX}chatrooms/8/").status_code >= 500
    assert not Activity.objects.exists()
