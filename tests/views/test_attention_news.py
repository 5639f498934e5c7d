"""/brands/<brand>/ : how many messages came since a review, where what was read tells it"""

from collections.abc import Iterator

import pytest
from django.test import Client

from inbox.models import Brand, IndexedChatroom, Membership, Review, User
from tests.support.chatrooms import Json
from tests.support.indexed import DAY, MINUTE, NOON, clock, listed, of_lea, room, row, whole_at_noon
from tests.support.markup import one, words
from tests.support.pages import HTMX
from tests.support.upstream import Upstream
from tests.views.test_attention import TALK, look

NEWS = "New since Nadia Benali's review"


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        yield


@pytest.fixture(autouse=True)
def review(moderator: Membership, _at_noon: None) -> Review:
    """Of the messages up to 12."""
    told = {"member": moderator, "member_name": "Nadia Benali", "reviewed": NOON - DAY}
    return Review.objects.create(brand_id=3, chatroom=8, message=12, **told)


def tells(last: int, minutes: float = 0) -> None:
    """Léa's list was read so many minutes after noon, and told of this last message of hers."""
    listed(room(of_lea(last, -minutes)), at=NOON + minutes * MINUTE)


def opens(client: Client, api: Upstream, *ids: object, minutes: float = 1, **envelope: int) -> None:
    """Somebody opens the conversation, with these messages, the newest first."""
    found = [one if isinstance(one, dict) else of_lea(int(str(one)), 5) for one in ids]
    told: Json = room(found[0])
    api.listing(told)
    api.conversation(told, *found, **envelope)
    with clock(NOON + minutes * MINUTE):
        assert client.get(TALK, headers=HTMX).status_code == 200


def label(client: Client) -> str:
    return words(one(look(client), ".queued-why b"))


# Where it is known


def test_an_opened_conversation_tells_how_many(client: Client, api: Upstream) -> None:
    tells(16)
    assert label(client) == NEWS
    opens(client, api, 16, 15, 14, 13, 12, 11)
    assert label(client) == f"{NEWS}, 4 messages"


def test_it_may_be_one(client: Client, api: Upstream) -> None:
    tells(16)
    opens(client, api, 16, 12, 11, current_page=1, last_page=2)
    assert label(client) == f"{NEWS}, 1 message"


def test_in_french(client: Client, api: Upstream) -> None:
    tells(16)
    opens(client, api, 16, 15, 12)
    User.objects.update(language="fr")
    assert label(client) == "Du nouveau depuis la relecture par Nadia Benali, 2 messages"


def test_a_conversation_without_the_reviewed_message_tells_how_many_where_it_is_whole(
    client: Client, api: Upstream
) -> None:
    tells(16)
    opens(client, api, 16, 15, 14)
    assert label(client) == f"{NEWS}, 3 messages"


def test_the_numbers_of_messages_tell_nothing(client: Client, api: Upstream) -> None:
    tells(900)
    assert label(client) == NEWS
    opens(client, api, 900, 12)
    assert label(client) == f"{NEWS}, 1 message"


# Where it may be more


def test_one_after_the_count_makes_it_at_least_so_many(client: Client, api: Upstream) -> None:
    tells(16)
    opens(client, api, 16, 15, 14, 12)
    tells(20, minutes=2)
    assert label(client) == f"{NEWS}, at least 4 messages"
    opens(client, api, 20, 19, 18, 16, 15, 14, 12, minutes=3)
    assert label(client) == f"{NEWS}, 6 messages"


def test_each_last_message_that_a_list_told_is_one(client: Client) -> None:
    tells(12)
    tells(16, minutes=1)
    assert label(client) == NEWS
    tells(16, minutes=2)
    assert label(client) == NEWS
    tells(20, minutes=3)
    assert label(client) == f"{NEWS}, at least 2 messages"
    tells(21, minutes=4)
    assert label(client) == f"{NEWS}, at least 3 messages"


def test_messages_that_do_not_go_back_to_the_review_are_at_least_so_many(
    client: Client, api: Upstream
) -> None:
    tells(16)
    opens(client, api, 16, 15, 14, current_page=1, last_page=2)
    assert label(client) == f"{NEWS}, at least 3 messages"


def test_fewer_messages_of_a_page_take_nothing_from_what_was_told(
    client: Client, api: Upstream
) -> None:
    for last in (16, 17, 18):
        tells(last, minutes=last - 16)
    opens(client, api, 18, 17, current_page=1, last_page=2, minutes=3)
    assert label(client) == f"{NEWS}, at least 3 messages"


def test_one_that_can_not_be_told_from_others_may_be_of_before(
    client: Client, api: Upstream
) -> None:
    tells(16)
    opens(client, api, 16, 15, {"id_message": "odd"}, 12)
    assert label(client) == f"{NEWS}, at least 2 messages"


# Where nothing is known


def test_another_review_begins_anew(
    client: Client, api: Upstream, moderator: Membership, review: Review
) -> None:
    tells(16)
    opens(client, api, 16, 15, 14, 12)
    again = Review.objects.create(
        brand_id=3, chatroom=8, message=16, member=moderator, member_name="Marc Aubert"
    )
    tells(17, minutes=2)
    assert label(client) == "New since Marc Aubert's review"
    again.undone = NOON
    again.save()
    tells(17, minutes=3)
    assert label(client) == NEWS


def test_a_last_message_that_is_gone_leaves_no_number(client: Client, api: Upstream) -> None:
    tells(16)
    opens(client, api, 16, 15, 14, 12)
    tells(15, minutes=2)
    assert label(client) == NEWS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"last_message": 20}, f"{NEWS}, at least 4 messages"),
        ({"last_message": 15}, NEWS),
        ({"news": [4, 11, 16, False]}, NEWS),  # it counted from another review
    ],
)
def test_what_earlier_code_wrote_meanwhile_makes_no_number_wrong(
    client: Client, api: Upstream, written: dict[str, int], expected: str
) -> None:
    """While a release goes out: it knows nothing of the count."""
    tells(16)
    opens(client, api, 16, 15, 14, 12)
    IndexedChatroom.objects.update(**written)
    assert label(client) == expected


def test_without_news_there_is_no_count(client: Client, api: Upstream, review: Review) -> None:
    tells(12)
    opens(client, api, 12, 11)
    assert row().news is None
