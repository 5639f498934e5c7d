"""What a record of the trail carries: a digest of all that it says"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.activity import digests, recording
from inbox.activity.digests import Fit
from inbox.models import Act, Activity, Membership, Outcome
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX, button, press, row, text
from tests.support.runs import many
from tests.support.upstream import Upstream


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
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=many(30))
@given(facts=records)
def test_it_fits_as_the_database_gives_it_back(moderator: Membership, facts: Any) -> None:
    """How databases change times, empty texts and large numbers."""
    facts |= {"member_id": moderator.pk, "brand_id": 3, "act": Act.NAME_CODES}
    record = Activity(**facts)
    record.digest = digests.sign(record)
    record.save()
    assert digests.fit(Activity.objects.get(pk=record.pk)) == Fit.FITS
    Activity.objects.filter(pk=record.pk).delete()
