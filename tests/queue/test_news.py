"""How soon news stand in the index, in fake time: a small brand with traffic in proportion"""

import pytest

from inbox.sandbox.crowds import Crowd
from tests.support.world import LATE, MESSAGE, living, share

pytestmark = pytest.mark.django_db
CROWD, A_MINUTE, RATE = Crowd(20, 20), 2.0, 12


@pytest.mark.parametrize(("bell", "p50", "p95"), [(True, 30, 60), (False, 120, 600)])
def test_news_stand_in_the_index_in_time(bell: bool, p50: int, p95: int) -> None:
    with living([3], CROWD, A_MINUTE, rate=RATE, bell=bell) as world:
        world.fill()
        seen = world.measure(12, warm=2, grace=8)
    messages, late = seen.of(MESSAGE), seen.of(LATE)
    assert len(messages) > 10
    assert late
    assert share(messages, 0.5) <= p50
    assert share(messages, 0.95) <= p95
    assert share(late, 0.95) <= 15 * 60
