"""New rules of a brand: all of its rows are ranked by them, in small batches, whatever happens"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox import leases
from inbox.chatrooms import annotations, brand_rules, index, signals
from inbox.chatrooms.index_batch import Batch, lock
from inbox.models import Brand, BrandRules, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.queue import ranking
from tests.support.indexed import HOUR, NOON, clock, keep, listed, of_sofia, room
from tests.support.runs import many

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _indexed(brand: Brand) -> None:
    keep()


def waits(number: int, minutes: float, text: str = "Is it in stock?") -> None:
    """Somebody wrote so long before noon."""
    listed(room(of_sofia(number * 10, minutes, content=text), number))


def change(**columns: Any) -> BrandRules:
    """As saving the page does."""
    with transaction.atomic():
        lock(3)
        rules = brand_rules.stored(3)
        for name, value in columns.items():
            setattr(rules, name, value)
        index.begin_ranking(rules)
        rules.save()
    return rules


def ranks() -> dict[int, int | None]:
    return dict(IndexedChatroom.objects.order_by("chatroom").values_list("chatroom", "rank"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FEW", 2)
    monkeypatch.setattr(ranking, "PAUSE", 0)


def test_a_brand_without_rules_has_those_of_the_specification(brand: Brand) -> None:
    assert brand_rules.find(brand) == signals.Rules()
    change()
    assert brand_rules.find(brand) == signals.Rules()


@pytest.mark.usefixtures("small")
def test_a_change_ranks_all_rows_anew() -> None:
    with clock(NOON):
        for number in range(1, 8):
            waits(number, 90)
        assert set(ranks().values()) == {30}
        change(waits_after=120)
        assert ranking.progress(3) == ranking.Progress(0, 7)
        ranking.rank()
        assert set(ranks().values()) == {None}
        assert ranking.progress(3) is None
        assert not ranking.is_ranking(3)


@pytest.mark.usefixtures("small")
def test_it_goes_on_after_a_kill_at_any_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    done = Batch.save
    with clock(NOON):
        for number in range(1, 8):
            waits(number, 90)
        change(waits_after=120)
        for batches in range(3):
            made = iter(range(10))

            def save(batch: Batch, made: Iterator[int] = made) -> None:
                done(batch)
                if next(made):
                    raise KilledError

            monkeypatch.setattr(Batch, "save", save)
            with pytest.raises(KilledError):
                ranking.rank()
            assert ranking.progress(3) == ranking.Progress(2 * batches + 2, 7)
            assert list(ranks().values()).count(None) == 2 * batches + 2
        monkeypatch.setattr(Batch, "save", done)
        ranking.rank()
        assert set(ranks().values()) == {None}


def test_while_another_worker_ranks_nothing_is_done() -> None:
    with clock(NOON):
        waits(1, 90)
        change(waits_after=120)
        held = leases.take("rank")
        ranking.rank()
        assert held
        assert ranks() == {1: 30}
        leases.give_back(held)
        ranking.rank()
        assert ranks() == {1: None}


@pytest.mark.usefixtures("small")
def test_a_stopping_worker_leaves_the_rest_to_the_next_one() -> None:
    with clock(NOON):
        for number in range(1, 8):
            waits(number, 90)
        change(waits_after=120)
        asked = iter([False, False, True])
        ranking.rank(lambda: next(asked))
        assert ranking.progress(3) == ranking.Progress(4, 7)


@pytest.mark.usefixtures("small")
def test_a_second_change_begins_anew() -> None:
    with clock(NOON):
        for number in range(1, 8):
            waits(number, 90)
        change(waits_after=120)
        index.rank_next(3)
        change(waits_after=100)
        change(waits_after=30)
        assert ranking.progress(3) == ranking.Progress(0, 7)
        ranking.rank()
        assert set(ranks().values()) == {30}


@pytest.mark.usefixtures("small")
def test_what_is_read_meanwhile_is_ranked_by_the_new_rules_at_once() -> None:
    with clock(NOON):
        for number in range(2, 9):
            waits(number, 90)
        change(waits_after=120)
        index.rank_next(3)
        waits(1, 90)  # behind
        waits(20, 90)  # ahead
        waits(8, 91)  # known, and ahead
        assert [ranks()[number] for number in (1, 8, 20)] == [None, None, None]
        ranking.rank()
        assert set(ranks().values()) == {None}


def test_another_brand_keeps_its_rules(other_brand: Brand) -> None:
    keep(8)
    with clock(NOON):
        waits(1, 90)
        listed(room(of_sofia(10, 90), 1), brand=8)
        change(waits_after=120)
        ranking.rank()
        assert set(IndexedChatroom.objects.filter(brand=8).values_list("rank", flat=True)) == {30}
        assert brand_rules.find(other_brand) == signals.Rules()


def test_a_brand_without_an_index_has_nothing_to_rank(brand: Brand) -> None:
    change()
    IndexedBrand.objects.all().delete()
    assert not ranking.is_ranking(3)
    ranking.rank()
    assert not IndexedBrand.objects.exists()


def test_hours_are_those_of_another_zone_once_the_brand_has_moved(brand: Brand) -> None:
    with clock(NOON):  # 13:00 in Paris, 21:00 in Tokyo
        waits(1, 90)
        change(hours=[[[600, 1200]]] * 7)
        ranking.rank()
        assert ranks() == {1: 30}
        Brand.objects.update(time_zone="Asia/Tokyo")
        ranking.rank()
        assert ranks() == {1: None}
        assert not ranking.is_ranking(3)


# Words


def thanks() -> dict[int, bool]:
    return dict(IndexedChatroom.objects.values_list("chatroom", "thanks"))


def test_new_words_are_heeded_in_what_stands_already() -> None:
    with clock(NOON):
        waits(1, 90, "Gracias!")
        waits(2, 90, "Merci beaucoup")
        waits(3, 90, "Gracias por qué?")
        assert thanks() == {1: False, 2: True, 3: False}
        change(thanks=["Grácias "])
        ranking.rank()
        assert thanks() == {1: True, 2: False, 3: False}
        assert ranks() == {1: 90, 2: 30, 3: 30}


def test_new_words_are_heeded_in_what_is_read_from_now_on() -> None:
    change(thanks=["gracias"])
    with clock(NOON):
        waits(1, 90, "Gracias!")
        waits(2, 90, "Merci")
        assert thanks() == {1: True, 2: False}


def test_no_words_at_all_thank_for_nothing() -> None:
    change(thanks=[])
    with clock(NOON):
        waits(1, 90, "Merci")
        assert thanks() == {1: False}


def test_without_its_words_a_message_stays_what_it_was_told_as(settings: Any) -> None:
    settings.INDEX_TEXTS = False
    with clock(NOON):
        waits(1, 90, "Merci")
        change(thanks=["gracias"])
        ranking.rank()
        assert thanks() == {1: True}
        waits(1, 90, "Merci")  # until it is read again
        assert thanks() == {1: False}


# Any rules


RULES = st.fixed_dictionaries(
    {
        "waits_after": st.integers(1, 600),
        "left_after": st.integers(1, 900),
        "low_stars": st.integers(0, 4),
        "horizon": st.integers(1, 30),
        "hours": st.none() | st.just([[[540, 1080]]] * 5 + [[], [[0, 1440]]]),
        "thanks": st.none() | st.just(["hello"]) | st.just([]),
    }
)
ROOM = st.tuples(
    st.integers(0, 40 * 24 * 60),  # minutes ago
    st.sampled_from(["Hello!", "Merci", "When?"]),
    st.none() | st.integers(0, 5),  # stars
    st.integers(0, 1000),  # minutes since Léa was seen
)


@settings(max_examples=many(60), deadline=None)
@given(st.lists(ROOM, min_size=1, max_size=8), RULES, RULES)
def test_afterwards_each_row_is_as_the_new_rules_find_it(
    rooms: list[Any], before: Any, after: Any
) -> None:
    with transaction.atomic(), clock(NOON), pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEW", 3)
        patch.setattr(ranking, "PAUSE", 0)
        change(**before)
        for number, (minutes, text, stars, seen) in enumerate(rooms, 1):
            rating = None if stars is None else {"value": stars, "comment": None}
            last = of_sofia(number * 10, minutes, content=text)
            listed(room(last, number, seen=seen, last_rating=rating))
        change(**after)
        with clock(NOON + 2 * HOUR):
            now = timezone.now()
            ranking.rank()
            brand = Brand.objects.get(pk=3)
            rules, names = brand_rules.find(brand), annotations.names(3)
            seen_at = IndexedAmbassador.objects.get(ambassador=100).seen
            for row in IndexedChatroom.objects.all():
                found = signals.find(row, names, seen_at, rules, now)
                assert (row.rank, row.since, row.changes_at) == (
                    found.rank,
                    found.since,
                    found.changes_at,
                )
                if row.excerpt:
                    assert row.thanks == (row.excerpt.strip("!?").lower() in rules.thanks)
        transaction.set_rollback(True)
