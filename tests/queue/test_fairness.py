"""A brand that is filled for the first time delays the news of others with its token only little"""

import pytest

from inbox.sandbox.crowds import Crowd
from tests.support.world import MESSAGE, forget, living, share

pytestmark = pytest.mark.django_db
OTHERS, FILLING = (1, 2), 5


def test_a_brand_that_fills_delays_the_news_of_others_by_less_than_a_minute() -> None:
    with living([*OTHERS, FILLING], Crowd(6, 40), 3.0, rate=20) as world:
        world.fill()
        forget(FILLING)
        seen = world.measure(6, warm=0, grace=3)
    news = seen.of(MESSAGE, *OTHERS)
    assert len(news) > 3
    assert seen.calls["walk (rest)"]  # it was filled meanwhile
    assert share(news, 0.95) <= 30 + 60
