"""/brands/<brand>/ : what a reason is to be seen beside, such as an ambassador's own past"""

from collections.abc import Iterator

import pytest
from django.test import Client

from inbox.models import Brand, IndexedChatroom
from tests.queue.test_past import answered, forget, rated
from tests.support.indexed import listed, of_sofia, whole_at_noon
from tests.support.markup import every, one, words
from tests.support.pages import text
from tests.support.upstream import Upstream
from tests.views.test_attention import TALK, look, waiting
from tests.views.test_attention import rated as low


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        yield


def more(client: Client) -> str:
    return words(one(look(client), ".queued-more"))


def test_a_wait_is_told_beside_the_time_that_the_ambassador_usually_takes(client: Client) -> None:
    listed(waiting())
    assert every(look(client), ".queued-more") == []
    answered(*[22] * 10)
    forget()
    assert more(client) == "Léa Moreau usually answers in 22 min"


def test_an_answer_at_once_takes_a_minute(client: Client) -> None:
    answered(*[0] * 10)
    listed(waiting())
    assert more(client) == "Léa Moreau usually answers in 1 min"


def test_one_who_was_never_answered_wrote_first_then(client: Client) -> None:
    answered(*[22] * 10)
    listed(waiting())
    IndexedChatroom.objects.update(answered=False, waits_longer=False)
    assert more(client) == "First message 1 h ago"


def test_where_an_earlier_message_is_not_known_nothing_is_said_of_the_first(client: Client) -> None:
    listed(waiting())
    IndexedChatroom.objects.update(answered=False, waits_longer=True)
    assert every(look(client), ".queued-more") == []


def test_a_low_rating_is_told_beside_the_ambassador_s_own_past(client: Client) -> None:
    rated(4, 4, 4, 4, 4, 5, 5, 5, 5, days=29)  # and the one star itself
    rated(4, 5, 5, 5, 4, days=40)
    listed(low())
    assert more(client) == "Léa Moreau's ratings: 4.1 in 30 days, 4.6 before"


def test_what_is_about_the_same_is_not_told(client: Client) -> None:
    rated(5, 5, 5, 5, days=29)  # and the one star itself
    rated(4, 4, 4, 4, 5, days=40)
    listed(low())
    assert every(look(client), ".queued-more") == []


def test_the_conversation_says_it_too_where_it_says_why_it_is_here(
    client: Client, api: Upstream
) -> None:
    answered(*[22] * 10)
    told = waiting()
    listed(told)
    api.listing(told)
    api.conversation(told, of_sofia(16, 90, content="Is anybody there?"))
    page = text(client.get(TALK))
    assert "Léa Moreau usually answers in 22 min" in words(one(page, "#conversation-why"))
