"""Facts of conversations and their daily sums: each counts once, however often it is read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count, Sum
from pytest_django import Settings

from inbox.chatrooms import figures, index
from inbox.models import (
    Brand,
    DailyFigure,
    Fact,
    FactKind,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
)
from inbox.popsell import decode
from tests.support.chatrooms import chatroom, lea, message, person
from tests.support.upstream import Upstream, page

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LEA, SOFIA = 100, 555


@pytest.fixture(autouse=True)
def _indexed(brand: Brand) -> None:
    IndexedBrand.objects.create(brand=brand)
    IndexedAmbassador.objects.create(brand=brand, ambassador=LEA)


def at(minutes: float) -> str:
    """A moment as Popsell writes it."""
    return (NOON + timedelta(minutes=minutes)).isoformat()


def customer(id_: int, minutes: float, **changes: Any) -> dict[str, Any]:
    return message(id_, person(SOFIA), date_insert=at(minutes), **changes)


def answer(id_: int, minutes: float, **changes: Any) -> dict[str, Any]:
    return message(id_, lea(8), date_insert=at(minutes), **changes)


def read(minutes: float, *rooms: dict[str, Any]) -> None:
    """Léa's inbox, asked for so many minutes after noon."""
    found = decode.chatrooms({**page(), "data": list(rooms)})
    index.store_listing(3, LEA, found, NOON + timedelta(minutes=minutes))


def last(said: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The conversation 8 with this last message."""
    return chatroom(last_message=said, last_message_date=said["date_insert"], **changes)


def opened(minutes: float, *said: dict[str, Any], pages: int = 1) -> None:
    """Its newest messages, oldest first, asked for so many minutes after noon."""
    found = decode.messages({**page(last_page=pages), "data": list(said)})
    index.store_transcript(3, 8, found, NOON + timedelta(minutes=minutes))


def facts(kind: FactKind) -> list[tuple[str, str, int | None]]:
    """Items, codes and values of a kind."""
    return list(Fact.objects.filter(kind=kind).order_by("id").values_list("item", "code", "value"))


def sums_are_true() -> bool:
    """Whether the daily figures are the sums of the facts, of each ambassador and of the brand."""
    by_day = Fact.objects.values_list("day", "kind", "code").order_by("day", "kind", "code")
    told = by_day.annotate(Count("id"), Count("value"), Sum("value"))
    expected = [(*key, count, known, total or 0) for *key, count, known, total in told]
    for whose in (LEA, figures.BRAND):
        kept = DailyFigure.objects.filter(ambassador=whose).order_by("day", "kind", "code")
        if list(kept.values_list("day", "kind", "code", "count", "known", "total")) != expected:
            return False
    return True


def test_a_message_counts_once_however_often_it_is_read() -> None:
    room = last(customer(16, 0))
    read(1, room)
    read(2, room)
    read(3, last(customer(17, 2)))
    assert facts(FactKind.MESSAGE) == [("16", "", None), ("17", "", None)]
    assert sums_are_true()


def test_an_answer_tells_how_long_it_took() -> None:
    read(0, last(answer(15, -60)))
    read(2, last(customer(16, 1)))
    read(9, last(answer(17, 8.5)))
    assert facts(FactKind.ANSWER)[1:] == [("17", "", 450)]
    assert sums_are_true()


def test_it_does_not_guess_how_long_where_the_wait_may_have_begun_earlier() -> None:
    read(2, last(customer(16, 1)))
    read(9, last(answer(17, 8.5)))
    assert facts(FactKind.ANSWER) == [("17", "", None)]
    assert sums_are_true()


def test_nobody_knows_whose_words_they_are_where_the_own_side_is_not_known() -> None:
    """A colleague of the ambassador, or another customer: their words count for none."""
    guest = {"ambassadors": [person(SOFIA), person(700)]}
    read(1, last(message(14, person(700), date_insert=at(-3)), **guest))
    assert IndexedChatroom.objects.get().participant is None
    opened(10, *(message(14 + n, person(700), date_insert=at(n)) for n in range(3)), answer(18, 9))
    assert facts(FactKind.MESSAGE) == []
    assert facts(FactKind.ANSWER) == [("18", "", None)]
    assert sums_are_true()


def test_who_opens_the_conversation_brings_what_lay_between() -> None:
    read(2, last(customer(16, 1)))
    read(9, last(answer(17, 8.5)))
    opened(10, customer(14, -3), answer(15, -1), customer(16, 1), answer(17, 8.5))
    assert facts(FactKind.ANSWER) == [("17", "", 450), ("15", "", 120)]
    assert {item for item, _code, _value in facts(FactKind.MESSAGE)} == {"14", "16"}
    assert sums_are_true()


def test_the_first_answer_of_a_page_that_is_not_the_first_tells_no_time() -> None:
    read(2, last(customer(16, 1)))
    opened(10, customer(14, -3), answer(15, -1), customer(16, 1), answer(17, 8.5), pages=2)
    assert facts(FactKind.ANSWER) == [("15", "", None), ("17", "", 450)]


@pytest.mark.parametrize("kind", [2, 4, 5, 6, 8, 9, 77])
def test_what_is_no_answer_is_not_counted_as_one(kind: int) -> None:
    read(2, last(customer(16, 1)))
    read(9, last(answer(17, 8.5, type_message=kind)))
    assert facts(FactKind.ANSWER) == []


def test_a_rating_counts_once_and_a_changed_one_again() -> None:
    said = customer(16, 1)
    for stars in (2, 2, 5):
        read(stars, last(said, last_rating={"value": stars, "comment": "Hm"}))
    values = [value for _item, _code, value in facts(FactKind.RATING)]
    assert values == [2, 5]
    assert sums_are_true()


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63) + 1, -1, 101])
def test_stars_that_can_not_be_are_counted_without_a_sum(value: int) -> None:
    for comment in ("Hm", "Hm!"):
        read(1, last(customer(16, 0), last_rating={"value": value, "comment": comment}))
    assert [value for _item, _code, value in facts(FactKind.RATING)] == [None, None]
    assert sums_are_true()


def test_anomalies_and_topics_count_by_their_codes() -> None:
    summary = {"date_insert": at(0), "summary": "She asks for a refund.", "anomaly": 6, "topic": 2}
    read(1, last(customer(16, 1), last_summary=summary))
    read(2, last(customer(16, 1), last_summary=summary))
    read(3, last(customer(16, 1), last_summary={**summary, "anomaly": None, "date_insert": at(2)}))
    assert [code for _item, code, _value in facts(FactKind.ANOMALY)] == ["6"]
    assert [code for _item, code, _value in facts(FactKind.TOPIC)] == ["2", "2"]
    assert sums_are_true()


def test_a_day_is_one_of_the_brand_s_zone(brand: Brand) -> None:
    brand.time_zone = "Pacific/Auckland"
    brand.save()
    read(1, last(customer(16, 0)))
    assert str(Fact.objects.get().day) == "2026-11-21"


def test_a_second_pass_over_the_brand_counts_nothing_anew(api: Upstream, brand: Brand) -> None:
    call_command("sync", brand=3, once=True)
    before = set(DailyFigure.objects.values_list("ambassador", "day", "kind", "code", "count"))
    call_command("sync", brand=3, once=True)
    after = set(DailyFigure.objects.values_list("ambassador", "day", "kind", "code", "count"))
    assert before == after != set()


def test_facts_that_were_pruned_do_not_count_again(settings: Settings) -> None:
    settings.ACTIVITY_RETENTION_DAYS = 36_500
    old = last(customer(16, -60 * 24 * 29))
    read(1, old)
    assert Fact.objects.count() == 1
    settings.ACTIVITY_RETENTION_DAYS = 20
    call_command("prune_activity")
    assert not Fact.objects.exists()
    index.drop(IndexedChatroom.objects.get())
    read(2, old)
    assert not Fact.objects.exists()
    assert sum(DailyFigure.objects.values_list("count", flat=True)) == 2


def test_an_ambassador_who_is_forgotten_is_counted_no_more() -> None:
    read(1, last(customer(16, 0)))
    index.forget(3, LEA)
    assert not Fact.objects.exists()
    assert set(DailyFigure.objects.values_list("ambassador", flat=True)) == {figures.BRAND}
