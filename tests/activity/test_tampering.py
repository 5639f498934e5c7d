"""manage.py check_activity : the trail shows where it was changed behind the site's back"""

import json
from collections.abc import Callable
from datetime import UTC

import pytest
from django.utils import timezone

from inbox.activity import digests, sealer, seals
from inbox.models import Act, Activity, Membership, Outcome, Seal, SealKind
from tests.activity.sealing import DAY, broken, change, forge, sealed, told, write
from tests.conftest import Later


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
