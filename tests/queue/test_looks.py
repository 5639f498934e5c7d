"""When a newest page is read again: for a while after each change, and by the pace of its news"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.models import Brand, IndexedAmbassador, IndexedBrand
from inbox.popsell import decode
from inbox.popsell.resources import Chatroom, Page
from inbox.queue import looks
from tests.support.chatrooms import message
from tests.support.indexed import NOON, room
from tests.support.upstream import page

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def told(*minutes: float) -> Page[Chatroom]:
    """A page of chatrooms whose last messages came so many minutes after noon."""
    rooms: list[Any] = [
        room(message(number, date_insert=(NOON + after * MINUTE).isoformat()), id_=number)
        for number, after in enumerate(minutes, 1)
    ]
    return decode.chatrooms(json.loads(json.dumps(page(*rooms))))


def lea() -> IndexedAmbassador:
    return IndexedAmbassador(brand_id=3, ambassador=100)


def note(one: IndexedAmbassador, after: float, *minutes: float) -> None:
    looks.note(one, told(*minutes), NOON + after * MINUTE)


def test_a_first_reading_is_no_news() -> None:
    one = lea()
    note(one, 0, -5)
    assert one.look_at is None
    assert one.newest == NOON - 5 * MINUTE


def test_a_first_reading_tells_how_busy_somebody_is() -> None:
    """By the dates alone: nobody else saw when these messages came."""
    busy, once, quiet = lea(), lea(), lea()
    note(busy, 0, -50, -60, -70)
    note(once, 0, -600)
    note(quiet, 0, -60 * 24 * 30)
    assert expected(busy) > 2 * expected(once) > 4 * expected(quiet)
    assert expected(quiet) < 1e-6


def test_what_came_long_before_it_was_read_is_no_haste() -> None:
    """As after an outage: all of its messages are met at once."""
    before, now = lea(), lea()
    for one in (before, now):
        note(one, -600, -700)
    note(before, 0, -500, -510, -520)
    note(now, 0, -3, -2, -1)
    assert expected(now) > 3 * expected(before)


def test_nobody_is_taken_to_have_no_news_at_all() -> None:
    assert looks.least_news([]) == looks.least_news([0, 0]) > 0
    assert looks.least_news([10, 0, 0]) == pytest.approx(looks.LEAST_SHARE * 10 / 3)
    assert 0 < looks.LEAST_SHARE < 1


def expected(one: IndexedAmbassador) -> float:
    assert one.read_at
    return looks.expected_news(one.read_at, one.pace, one.slow_pace, one.read_at)


@pytest.mark.parametrize(("rings", "sooner"), [(True, []), (False, [0.75]), (None, [0.75])])
def test_after_a_change_there_are_more_looks(
    brand: Brand, rings: bool | None, sooner: list[float]
) -> None:
    """A conversation that goes on is followed where nothing rings for it."""
    IndexedBrand.objects.create(brand=brand, bell=rings)
    one = lea()
    note(one, 0, -5)
    note(one, 1, 0.5)
    changed, after = NOON + MINUTE, []
    while one.look_at:
        after.append((one.look_at - changed) / MINUTE)
        looks.note(one, told(0.5), one.look_at)
    assert after == [*sooner, 4, 10, 18, 60]


def test_another_change_begins_afresh() -> None:
    one = lea()
    note(one, 0, -5)
    note(one, 1, 0.5)
    note(one, 6, 5.5)
    assert one.look_at == NOON + 6 * MINUTE + looks.SOONER


def test_a_look_that_came_late_is_not_made_up_for() -> None:
    one = lea()
    note(one, 0, -5)
    note(one, 1, 0.5)
    note(one, 15, 0.5)
    assert one.look_at == NOON + 19 * MINUTE
    note(one, 90, 0.5)
    assert one.look_at is None


def test_who_has_news_is_read_sooner_and_who_has_none_in_the_end() -> None:
    busy, quiet, long_ago = lea(), lea(), -60 * 24 * 3
    for one in (busy, quiet):
        note(one, 0, long_ago)
    note(busy, 10, 1, 2, 3)
    note(quiet, 10, long_ago)
    soon, much_later = NOON + 15 * MINUTE, NOON + 60 * 24 * MINUTE

    def urgency(one: IndexedAmbassador, now: datetime) -> float:
        assert one.read_at
        news = looks.expected_news(one.read_at, one.pace, one.slow_pace, now)
        return looks.urgency(one.read_at, news + looks.LEAST, now)

    assert urgency(busy, soon) > 3 * urgency(quiet, soon)
    assert urgency(quiet, much_later) > urgency(busy, soon)


moments = st.floats(-1e7, 1e7).map(lambda minutes: NOON + minutes * MINUTE)


@given(asked=st.lists(moments, min_size=1, max_size=8), news=st.lists(st.floats(-1e6, 1e6)))
def test_whatever_the_clock_says(asked: list[datetime], news: list[float]) -> None:
    """Paces stay numbers, and looks come to an end."""
    one = lea()
    for moment in asked:
        looks.note(one, told(*news[:5]), moment)
        assert 0 <= one.pace < 1000
        assert looks.urgency(moment, expected(one), moment) == 0
