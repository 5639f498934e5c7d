"""manage.py check_activity : the trail shows where it was changed behind the site's back"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from inbox import leases
from inbox.activity import digests, recording, seal_check, seal_pruning, sealer, seals
from inbox.activity.digests import Fit
from inbox.models import Act, Activity, Lease, Membership, Outcome, Seal, SealKind
from tests.conftest import ClientOf, Later
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX, button, press, row, text
from tests.support.upstream import Upstream

ANOTHER_KEY = "Vp3-another-key-of-32-characters!"
DAY = 86_400


def told(**options: Any) -> tuple[str, bool]:
    """What check_activity says, and whether it ends well."""
    out = StringIO()
    try:
        call_command("check_activity", stdout=out, **options)
    except CommandError as failure:
        return f"{out.getvalue()}{failure}", False
    return out.getvalue(), True


def broken() -> list[str]:
    with sealer.alone() as held:
        return seal_check.check(held).broken


def write(member: Membership, count: int = 3) -> list[Activity]:
    return [
        recording.record(member, Act.REVEAL, ambassador=100, chatroom=n + 1, participant=n + 1)
        for n in range(count)
    ]


def on_its_way(member: Membership) -> Activity:
    one = Activity(member=member, member_name="Nadia", brand=member.brand, act=Act.READ, chatroom=8)
    one.digest = digests.sign(one)
    one.save()
    return one


def sealed(member: Membership, count: int = 3) -> list[Activity]:
    found = write(member, count)
    sealer.seal()
    return found


@pytest.fixture(autouse=True)
def _tells_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "_tells_again", {})
    monkeypatch.setattr(sealer, "_looked_at_again", False)


# What a record carries


def test_every_record_carries_a_digest(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    client = client_of(moderator)
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    press(client, found)
    client.get(f"{INBOX}chatrooms/8/")
    written = list(Activity.objects.all())
    assert {one.act for one in written} == {"read", "view"}
    assert [digests.fit(one) for one in written] == [Fit.FITS, Fit.FITS]


def test_so_does_an_act_on_its_way(
    client_of: ClientOf, moderator: Membership, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.listing(chatroom())
    client = client_of(moderator)
    found = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    monkeypatch.setattr(recording, "finish", lambda *_: None)  # as if its process died
    press(client, found)
    (one,) = Activity.objects.all()
    assert (one.outcome, digests.fit(one)) == (Outcome.SENT, Fit.FITS)


def test_a_digest_is_of_all_that_a_record_says() -> None:
    own = {"id", "digest", "sealed_in"}
    said = {field.attname for field in Activity._meta.concrete_fields} - own
    assert set(digests.FIELDS) == said


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=16)
numbers = st.none() | st.integers(1, 2**63 - 1)
times = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
records = st.fixed_dictionaries(
    {
        **dict.fromkeys(("member_name", "about", "state", "request_id"), words),
        **dict.fromkeys(("ambassador", "chatroom", "participant", "message_shown"), numbers),
        "act": st.sampled_from(Act.values),
        "outcome": st.sampled_from(Outcome.values),
        "started": times,
        "finished": st.none() | times,
        "member_id": numbers,
        "brand_id": st.integers(1, 2**63 - 1),
    }
)


@given(one=records, other=records)
def test_different_records_have_different_contents(one: Any, other: Any) -> None:
    same = {**one, "started": one["started"]} == other
    contents = [digests.content(Activity(**facts)) for facts in (one, other)]
    assert (contents[0] == contents[1]) == same


@given(facts=records, others=records, name=st.sampled_from(sorted(digests.FIELDS)))
def test_what_was_changed_does_not_fit(facts: Any, others: Any, name: str) -> None:
    record = Activity(**facts)
    record.digest = digests.sign(record)
    assert digests.fit(record) == Fit.FITS
    before = getattr(record, name)
    setattr(record, name, others.get(name, "changed"))
    changed = (getattr(record, name) or None) != (before or None)
    assert digests.fit(record) == (Fit.BROKEN if changed else Fit.FITS)


@given(
    digest=words | st.from_regex(r"[0-9a-f]{0,8}\.?[0-9a-f]{0,16}\.?[0-9a-f]{0,64}", fullmatch=True)
)
def test_no_other_digest_fits(digest: str) -> None:
    record = Activity(brand_id=3, act=Act.REVEAL, started=timezone.now(), digest=digest)
    assert digests.fit(record) != Fit.FITS


@pytest.mark.django_db
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(facts=records)
def test_it_fits_as_the_database_gives_it_back(moderator: Membership, facts: Any) -> None:
    """How databases change times, empty texts and large numbers."""
    facts |= {"member_id": moderator.pk, "brand_id": 3, "act": Act.NAME_CODES}
    record = Activity(**facts)
    record.digest = digests.sign(record)
    record.save()
    assert digests.fit(Activity.objects.get(pk=record.pk)) == Fit.FITS
    Activity.objects.filter(pk=record.pk).delete()


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


def plain(member: Membership, days: float = 1.0) -> Activity:
    """A record as earlier code writes it, which knows nothing of the new columns."""
    started = timezone.now() - timedelta(days=days)
    one = Activity(
        member=member, member_name="Nadia", brand=member.brand, act=Act.VIEW, outcome=Outcome.DONE
    )
    one.started, one.state = started, str(started)[:16]
    fields = [field for field in Activity._meta.concrete_fields if field.name in OF_EARLIER_CODE]
    names = ", ".join(str(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        values = [getattr(one, field.attname) for field in fields]
        cursor.execute(f"INSERT INTO inbox_activity ({names}) VALUES ({marks})", values)  # noqa: S608
    return Activity.objects.latest("pk")


OF_EARLIER_CODE = {
    *("member", "member_name", "member_role", "brand", "act", "about", "started"),
    *("request_id", "outcome", "state"),
}


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


# What somebody may do who can write the database


def forge(member: Membership, **more: Any) -> Activity:
    return Activity.objects.create(
        member=member,
        member_name="Nadia",
        brand=member.brand,
        act=Act.REVEAL,
        outcome=Outcome.DONE,
        **more,
    )


def change(member: Membership, records: list[Activity], **values: Any) -> None:
    Activity.objects.filter(pk=records[1].pk).update(**values)


def copy(member: Membership, records: list[Activity]) -> None:
    one = Activity.objects.get(pk=records[1].pk)
    one.pk, one.sealed_in = None, None
    one.save(force_insert=True)
    sealer.seal()


def take_seal(number: int) -> None:
    Activity.objects.filter(sealed_in=number).delete()
    Seal.objects.filter(number=number).delete()


def rewrite(number: int) -> None:
    """A seal over other records, with a head that fits and the old signature."""
    one = Seal.objects.get(number=number)
    one.body = json.dumps({"records": []})
    one.head = seals.head_of(one)
    one.save()


def sign_otherwise(number: int) -> None:
    """As above, signed with the attacker's own key."""
    one = Seal.objects.get(number=number)
    one.key = "0badc0de"
    one.head = seals.head_of(one)
    one.signature = "0" * 64
    one.save()


def pretend_to_prune(member: Membership) -> None:
    """An attacker's seal that says that all was pruned."""
    last = Seal.objects.last()
    assert last
    said = {"before": int(timezone.now().timestamp()) + DAY, "through": 0, "head": ""}
    one = Seal(
        number=last.number + 1,
        kind=SealKind.PRUNED,
        made=timezone.now(),
        body=json.dumps(said),
        before=last.head,
        key=last.key,
        signature="0" * 64,
    )
    one.head = seals.head_of(one)
    one.save()
    Activity.objects.get(pk=1 + min(Activity.objects.values_list("pk", flat=True))).delete()


DEEDS: dict[str, tuple[Callable[[Membership, list[Activity]], object], str]] = {
    "another name": (
        lambda m, r: change(m, r, member_name="Hugo"),
        "was changed since seal 2",
    ),
    "another act": (lambda m, r: change(m, r, act=Act.VIEW), "was changed since seal 2"),
    "another time": (lambda m, r: change(m, r, started=timezone.now()), "was changed since seal 2"),
    "another outcome": (
        lambda m, r: change(m, r, outcome=Outcome.REFUSED),
        "was changed since seal 2",
    ),
    "back on its way": (
        lambda m, r: change(m, r, outcome=Outcome.SENT, sealed_in=None),
        "was changed since seal 2",
    ),
    "another person": (lambda m, r: change(m, r, participant=99), "was changed since seal 2"),
    "changed and signed anew with nothing": (
        lambda m, r: change(m, r, participant=99, digest="", sealed_in=None),
        "has no digest",
    ),
    "out of its seal": (
        lambda m, r: change(m, r, sealed_in=None),
        "says that another seal has it than seal 2",
    ),
    "into another seal": (
        lambda m, r: change(m, r, sealed_in=1),
        "says that seal 1 has it, which has not",
    ),
    "deleted": (lambda m, r: r[1].delete(), "is missing; seal 2 has it"),
    "the last deleted": (lambda m, r: r[2].delete(), "is missing; seal 2 has it"),
    "all deleted": (lambda m, r: Activity.objects.all().delete(), "is missing; seal 2 has it"),
    "one more": (lambda m, r: forge(m), "it has no digest"),
    "one more with a digest of theirs": (
        lambda m, r: forge(m, digest=f"{digests.key_name()}.00.00"),
        "was changed before it was sealed",
    ),
    "one more with another's digest": (
        lambda m, r: forge(m, digest=r[0].digest),
        "was changed before it was sealed",
    ),
    "one more of a key of theirs": (
        lambda m, r: forge(m, digest="0badc0de.00.00"),
        "a key that is not here",
    ),
    "one more as if sealed": (
        lambda m, r: forge(m, sealed_in=2),
        "says that seal 2 has it, which has not",
    ),
    "one more in a seal that is none": (
        lambda m, r: forge(m, sealed_in=77),
        "says that seal 77 has it, which has not",
    ),
    "a copy": (copy, "is a copy of record"),
    "a seal's body": (
        lambda m, r: Seal.objects.filter(number=2).update(body='{"records": []}'),
        "seal 2 was changed",
    ),
    "a seal's body that is none": (
        lambda m, r: Seal.objects.filter(number=2).update(body="["),
        "seal 2 was changed",
    ),
    "a seal's time": (
        lambda m, r: Seal.objects.filter(number=2).update(made=timezone.now()),
        "seal 2 was changed",
    ),
    "a seal's kind": (
        lambda m, r: Seal.objects.filter(number=2).update(kind=SealKind.BEGUN),
        "seal 2 was changed",
    ),
    "a seal's signature": (
        lambda m, r: Seal.objects.filter(number=2).update(signature="0" * 64),
        "seal 2 is not signed by us",
    ),
    "a seal's key": (
        lambda m, r: Seal.objects.filter(number=2).update(key="0badc0de"),
        "seal 2 was changed",
    ),
    "a seal rewritten": (lambda m, r: rewrite(2), "seal 2 is not signed by us"),
    "the last seal rewritten": (lambda m, r: rewrite(3), "seal 3 is not signed by us"),
    "the last seal signed otherwise": (
        lambda m, r: sign_otherwise(3),
        "seals 3 to 3 are signed with no key that is here",
    ),
    "a seal signed otherwise": (lambda m, r: sign_otherwise(2), "seal 3 does not follow seal 2"),
    "a seal taken out": (lambda m, r: take_seal(2), "seals 2 to 2 are missing"),
    "the first seals taken off": (
        lambda m, r: Seal.objects.filter(number=1).delete(),
        "seals before seal 2 are missing",
    ),
    "all seals taken away": (
        lambda m, r: Seal.objects.all().delete(),
        "says that seal 2 has it, which has not",
    ),
    "a pruning that was none": (lambda m, r: pretend_to_prune(m), "is missing; seal 2 has it"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_somebody_does_to_it_is_seen(moderator: Membership, deed: str) -> None:
    records = sealed(moderator)
    write(moderator, 2)
    sealer.seal()
    assert not broken()
    do, expected = DEEDS[deed]
    do(moderator, records)
    found = broken()
    assert any(expected in one for one in found), found
    said, well = told()
    assert not well
    assert f"Broken: {found[0]}." in said


def test_the_sealer_signs_nothing_that_somebody_else_wrote(
    moderator: Membership, later: Later
) -> None:
    """Acts that are on their way are given up, and get another digest, after ten minutes."""
    records = sealed(moderator, 2)
    write(moderator, 1)
    forged = forge(moderator)
    Activity.objects.filter(pk=forged.pk).update(outcome=Outcome.SENT, digest=records[0].digest)
    waits = Activity.objects.filter(sealed_in=None).order_by("pk").first()
    assert waits
    Activity.objects.filter(pk=waits.pk).update(outcome=Outcome.SENT, about="Somebody", digest="")
    before = broken()
    assert any(one.startswith(f"record {waits.pk} (reveal") for one in before)
    assert any(one.startswith(f"record {forged.pk} (reveal") for one in before)
    later(601)
    assert sealer.seal() == 0
    assert broken() == before


def test_where_it_was_broken_is_told_by_number_act_brand_and_day(moderator: Membership) -> None:
    records = sealed(moderator)
    change(moderator, records, about="x")
    day = records[1].started.astimezone(UTC).strftime("%Y-%m-%d")
    assert broken() == [f"record {records[1].pk} (reveal, brand 3, {day}) was changed since seal 2"]


def test_what_is_not_sealed_yet_shows_changes_too(moderator: Membership) -> None:
    sealed(moderator)
    one = write(moderator, 1)[0]
    Activity.objects.filter(pk=one.pk).update(about="x")
    (wrong,) = broken()
    assert wrong.endswith("was changed before it was sealed")
    assert sealer.seal() == 0, "and it is never sealed"


def test_seals_taken_off_the_end_are_seen_by_a_head_of_the_log(moderator: Membership) -> None:
    sealed(moderator)
    head = Seal.objects.get(number=2).head
    assert told(holds=head)[1]
    take_seal(2)
    said, well = told()
    assert well, "the chain itself can't tell"
    said, well = told(holds=head)
    assert not well
    assert f"no seal has the head {head}" in said


@pytest.mark.django_db
def test_however_many_are_broken_the_first_are_told(moderator: Membership) -> None:
    sealed(moderator, 70)
    Activity.objects.all().delete()
    said, well = told()
    assert not well
    assert said.count("Broken: ") == 50
    assert "… and 20 more." in said
    assert said.endswith("The trail is broken: 70 found.")


# Another key


def test_another_key_goes_on_where_the_one_before_is_here(
    moderator: Membership, settings: Settings
) -> None:
    records = sealed(moderator)
    write(moderator, 1)  # with the key of before, not sealed yet
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = ANOTHER_KEY
    write(moderator, 1)
    assert sealer.seal() == 2
    anchor = Seal.objects.get(kind=SealKind.KEY)
    assert json.loads(anchor.body)["proven"] is True
    assert not broken()

    settings.SECRET_KEY_FALLBACKS = []  # when nothing else needs it
    said, well = told()
    assert well
    assert "Unproven" not in said
    change(moderator, records, about="x")
    assert "was changed since seal 2" in broken()[0]


def test_another_key_without_the_one_before_says_what_is_unproven(
    moderator: Membership, settings: Settings, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    records = sealed(moderator)
    settings.SECRET_KEY = ANOTHER_KEY
    assert any("are signed with no key that is here" in one for one in broken())
    write(moderator, 1)
    assert sealer.seal() == 0, "processes of the release before may still run, with their key"
    later(601)
    write(moderator, 1)
    assert sealer.seal() == 2
    assert "names a key that is not here" in caplog.text
    said, well = told()
    assert not well
    assert "Unproven: at seal 3, " in said
    assert said.rstrip().endswith("name its seal with --accept.")
    said, well = told(accept=[3])
    assert well, said
    change(moderator, records, about="x")
    assert "was changed since seal 2" in broken()[0]


def test_a_process_that_has_not_heard_of_another_key_leaves_the_chain_alone(
    moderator: Membership, settings: Settings
) -> None:
    sealed(moderator)
    before = settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [before], ANOTHER_KEY
    sealed(moderator, 1)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [], before  # a process of before
    write(moderator, 1)
    assert sealer.seal() == 0
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [before], ANOTHER_KEY
    write(moderator, 1)
    assert sealer.seal() == 2
    said, well = told()
    assert well, said


def test_a_record_of_a_key_that_is_gone_is_sealed_once_it_is_back(
    moderator: Membership,
    settings: Settings,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed(moderator)
    write(moderator, 1)
    before, settings.SECRET_KEY = settings.SECRET_KEY, ANOTHER_KEY
    later(601)
    write(moderator, 1)
    assert sealer.seal() == 1
    (wrong,) = broken()
    assert wrong.endswith("its digest was made with a key that is not here")
    settings.SECRET_KEY_FALLBACKS = [before]
    monkeypatch.setattr(sealer, "_looked_at_again", False)  # by another process
    assert sealer.seal() == 1
    assert not broken()


# What needs more than one step


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


# Pruning


def prune() -> str:
    out = StringIO()
    call_command("prune_activity", stdout=out)
    return next(line for line in out.getvalue().splitlines() if line.startswith("Acts"))


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
