"""The sandbox's lively world, as the index comes to know it: what a demo shows of the past"""

import pytest
from django.core.cache import cache
from django.test import Client

from inbox.models import Brand, CodeName
from inbox.queue import past, trends
from inbox.sandbox.app import create_app
from inbox.sandbox.meanings import of_codes
from tests.queue.ticks import Ticks
from tests.support.markup import all_words
from tests.support.pages import text
from tests.support.upstream import Upstream

pytestmark = pytest.mark.django_db
LEA, CAMILLE = 100, 101
EVERYBODY = range(100, 112)
TICKS = 4
"""A minute, once all inboxes were read."""


@pytest.fixture
def filled(api: Upstream, brand: Brand, ticks: Ticks) -> Brand:
    """The brand of a demo, a minute after all of its inboxes were read."""
    api.sandbox, api.changed = create_app(lively=True), True
    seen = {"first_seen": "2026-11-01", "last_seen": "2026-11-01"}
    CodeName.objects.bulk_create(
        CodeName(brand=brand, **one._asdict(), **seen) for one in of_codes("cosmetics")
    )
    ticks.fill()
    ticks.tick(TICKS)
    cache.clear()
    return brand


def test_most_have_answered_often_enough_to_tell_how_soon_they_do(filled: Brand) -> None:
    found = past.find(filled, EVERYBODY)
    assert sum(one.usual is not None for one in found.values()) > len(EVERYBODY) / 2


def test_the_ratings_of_two_fell(filled: Brand) -> None:
    found = past.find(filled, EVERYBODY)
    assert [id_ for id_, one in found.items() if one.has_fallen] == [LEA, CAMILLE]


def test_home_tells_both(filled: Brand, client: Client) -> None:
    """Each beside a reason that needs it."""
    waits, low = (
        all_words(text(client.get(f"/brands/3/?reason={reason}")), ".queued-more")
        for reason in ("waiting", "rating")
    )
    assert any("usually answers in" in one for one in waits)
    assert any("ratings:" in one for one in low)


def test_one_is_seen_beside_what_was_usual_before(filled: Brand) -> None:
    """In the table of ambassadors."""
    found = trends.find(filled, [CAMILLE])[CAMILLE]
    assert found.answer
    assert found.course.answer_before
    assert found.course.answer_before < found.answer
