"""Whether the anomaly of a summary is judged wrong, and what the index makes of it"""

from collections.abc import Iterator
from typing import Any

import pytest

from inbox.chatrooms import judging
from inbox.chatrooms.judging import Summary
from inbox.chatrooms.tokens import Target
from inbox.models import CodeName, IndexedAmbassador, IndexedChatroom, Judgement, Membership
from tests.support.chatrooms import Json
from tests.support.indexed import (
    DAY,
    MINUTE,
    NOON,
    ago,
    alone,
    clock,
    dated,
    keep,
    listed,
    of_lea,
    room,
    row,
)


@pytest.fixture(autouse=True)
def _indexed(moderator: Membership) -> Iterator[None]:
    keep()
    seen = {"first_seen": NOON, "last_seen": NOON}
    for code in ("7", "8"):
        CodeName.objects.create(brand_id=3, kind="anomaly", code=code, name="Payment", **seen)
    with clock(NOON):
        listed(odd(), at=ago(118))
        assert row().rank == 45
        yield


def odd(text: str = "A transfer was offered", anomaly: int | None = 7, **more: Any) -> Json:
    told = {"summary": text, "anomaly": anomaly, "topic": None, **dated(120)}
    return room(of_lea(16, 150), last_summary=told, **more)


def judge(member: Membership, *, is_right: bool = False) -> Judgement:
    summary = Summary(8, "7", row().summary_mark)
    return judging.judge(member, Target(3, 100, 8, 100, 16), summary, is_right=is_right)


def ranks() -> list[int | None]:
    return list(IndexedChatroom.objects.order_by("ambassador").values_list("rank", flat=True))


def test_it_ends_the_reason_and_taken_back_it_is_as_it_was(moderator: Membership) -> None:
    before = vars(row())
    word = judge(moderator)
    assert (row().rank, row().is_anomalous, row().changes_at) == (None, False, None)
    assert judging.take_back(moderator, Target(3, 100, 8, 100, 16), word)
    assert {**vars(row()), "_state": None} == {**before, "_state": None}


def test_in_every_inbox_that_has_it(moderator: Membership) -> None:
    IndexedAmbassador.objects.create(brand_id=3, ambassador=101, listed=NOON)
    listed(odd(), at=ago(117), whose=101)
    judge(moderator)
    assert ranks() == [None, None]
    marks = {one.judged_wrong for one in IndexedChatroom.objects.all()}
    assert marks == {row().summary_mark}


def test_reading_the_same_again_does_not_bring_it_back(moderator: Membership) -> None:
    judge(moderator)
    listed(odd(), at=ago(5))
    alone(odd(), at=ago(4))
    assert row().rank is None
    IndexedChatroom.objects.all().delete()
    listed(odd(), at=NOON)
    assert row().rank is None


@pytest.mark.parametrize("other", [odd("An IBAN was sent"), odd(anomaly=8)])
def test_another_summary_brings_it_back(moderator: Membership, other: Json) -> None:
    judge(moderator)
    listed(other, at=NOON - MINUTE)
    assert (row().rank, row().judged_wrong) == (45, "")
    listed(odd(), at=NOON)  # as it was
    assert row().rank is None


def test_a_later_summary_that_says_the_same_brings_it_back(moderator: Membership) -> None:
    judge(moderator)
    Judgement.objects.update(judged=NOON)
    later = (NOON + DAY).isoformat()
    again = {"summary": "A transfer was offered", "anomaly": 7, "topic": None, "date_insert": later}
    listed({**odd(), "last_summary": again}, at=NOON + DAY)
    assert row().rank == 45
    written = (NOON + DAY).timestamp()
    summary = Summary(8, "7", row().summary_mark, written)
    assert judging.find_asked(moderator, summary).own is None
    with clock(NOON + DAY + MINUTE):
        judging.judge(moderator, Target(3, 100, 8, 100, 16), summary, is_right=False)
        assert judging.find_asked(moderator, summary).own is False
    assert row().rank is None


def test_a_summary_that_the_index_meets_later_was_judged_already(moderator: Membership) -> None:
    """The member's page was newer than the index."""
    listed(odd("An IBAN was sent"), at=ago(10))
    newer = row().summary_mark
    listed(odd(), at=ago(9))
    summary = Summary(8, "7", newer)
    judging.judge(moderator, Target(3, 100, 8, 100, 16), summary, is_right=False)
    assert row().rank == 45
    listed(odd("An IBAN was sent"), at=NOON)
    assert row().rank is None


def test_the_newest_decides(moderator: Membership, manager: Membership) -> None:
    judge(moderator)
    judge(manager, is_right=True)
    assert row().rank == 45
    word = judge(manager)
    assert row().rank is None
    judge(moderator, is_right=True)
    assert row().rank == 45
    first = Judgement.objects.earliest("id")
    assert not judging.take_back(manager, Target(3, 100, 8, 100, 16), first)  # it was changed
    assert judging.take_back(moderator, Target(3, 100, 8, 100, 16), word)
    assert row().rank == 45
