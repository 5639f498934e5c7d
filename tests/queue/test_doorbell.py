"""The doorbell rings for ambassadors with news alone, and we do not believe every list"""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell.errors import PopsellError
from inbox.queue import doorbell, freshness
from inbox.sandbox.life import newest_first
from inbox.sandbox.records import Chatroom, Message
from tests.queue.ticks import Ticks
from tests.support.chatrooms import chatroom, lea
from tests.support.index import assert_true
from tests.support.indexed import keep
from tests.support.lists import at_once
from tests.support.upstream import Answer, Sent, Upstream, page

pytestmark = pytest.mark.django_db
BELL = "/manager/chatrooms"


@pytest.fixture
def whole(api: Upstream, brand: Brand, ticks: Ticks) -> Ticks:
    """All of the brand is read, and the doorbell is listened to."""
    ticks.fill()
    ticks.tick(2)
    api.sent.clear()
    assert IndexedBrand.objects.get().bell
    return ticks


def say(api: Upstream, room: Chatroom, ticks: Ticks) -> None:
    api.changed = True
    rooms = api.sandbox.brands[3].rooms.values()
    number = max(one.last.id for one in rooms if one.last)
    room.said.append(Message(number + 1, ticks.now, room.theirs.person, "Hello again"))


def rung() -> set[int]:
    doorbell.ring(3, at_once)
    found = IndexedAmbassador.objects.filter(rung_at__isnull=False)
    return set(found.values_list("ambassador", flat=True))


def told() -> IndexedBrand:
    return IndexedBrand.objects.get(pk=3)


def pages(api: Upstream) -> int:
    return sum(one.path.endswith(BELL) for one in api.sent)


def test_it_rings_for_those_with_news_alone(api: Upstream, whole: Ticks) -> None:
    assert rung() == set()
    say(api, newest_first(api.sandbox.brands[3].rooms_of[104])[20], whole)
    assert rung() == {104}


def test_it_rings_once_for_each(api: Upstream, whole: Ticks) -> None:
    """What is in the index already rings for nobody, also while the list still tells of it."""
    say(api, newest_first(api.sandbox.brands[3].rooms_of[104])[20], whole)
    whole.tick()
    whole.wait(20)
    assert rung() == set()


def test_it_rings_for_an_ambassador_whose_guest_account_gets_a_message(
    api: Upstream, whole: Ticks
) -> None:
    rows = IndexedChatroom.objects.exclude(participant=None)
    row = next(one for one in rows if one.participant != one.ambassador)
    say(api, api.sandbox.brands[3].rooms[row.chatroom], whole)
    assert row.ambassador in rung()
    whole.tick()
    assert_true(api.sandbox)


def test_more_news_than_one_page_holds(api: Upstream, whole: Ticks) -> None:
    for room in list(api.sandbox.brands[3].rooms.values())[:150]:
        say(api, room, whole)
    doorbell.ring(3, at_once)
    assert pages(api) == 2
    whole.tick(6)
    assert_true(api.sandbox)


def test_more_news_than_it_reads_are_found_all_the_same(
    api: Upstream, whole: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody's newest page is read again, and nobody counts as fresh before."""
    monkeypatch.setattr(doorbell, "MOST_PAGES", 1)
    for room in list(api.sandbox.brands[3].rooms.values())[:150]:
        say(api, room, whole)
    doorbell.ring(3, at_once)
    assert pages(api) == 1
    assert told().bell_from == told().bell_at
    whole.tick(40)
    assert_true(api.sandbox)


def test_after_an_outage_it_tells_of_all_that_came_meanwhile(api: Upstream, whole: Ticks) -> None:
    api.answer("GET", 503)
    for ambassador in (101, 104, 107):
        say(api, newest_first(api.sandbox.brands[3].rooms_of[ambassador])[3], whole)
    whole.tick(40)
    api.recover()
    whole.tick(30)
    assert_true(api.sandbox)


def test_a_new_ambassador_is_found_through_it(api: Upstream, whole: Ticks) -> None:
    """It names a stranger: the directory is read again, and has them."""
    late = IndexedAmbassador.objects.filter(ambassador=104)
    IndexedChatroom.objects.filter(ambassador=104).delete()
    late.delete()
    say(api, newest_first(api.sandbox.brands[3].rooms_of[104])[0], whole)
    doorbell.ring(3, at_once)
    assert told().bell_doubted
    whole.tick(8)
    assert (told().bell, told().bell_doubted) == (True, None)
    assert late.exists()


def test_a_list_of_another_brand_is_given_up(api: Upstream, whole: Ticks) -> None:
    """A token may list another brand: its people are missing in our directory."""

    def strange(sent: Sent) -> Answer | None:
        if not sent.path.endswith(BELL):
            return None
        date = whole.now.isoformat()
        room = chatroom(8, ambassadors=[lea(8, id_ambassador=999_999)], last_message_date=date)
        return 200, json.dumps(page(room)).encode(), {}

    api.hook = strange
    whole.tick(8)
    assert told().bell is False
    api.sent.clear()
    whole.tick(20)
    assert not pages(api)


def test_a_list_that_is_refused_is_given_up_until_the_next_day(api: Upstream, whole: Ticks) -> None:
    api.forbid("manager chatrooms")
    whole.tick()
    assert told().bell is False
    api.sent.clear()
    whole.tick(20)
    assert not pages(api)
    api.start_over()
    whole.passed += timedelta(days=1)
    whole.tick(8)
    assert told().bell


def test_per_page_may_be_refused(api: Upstream, whole: Ticks) -> None:
    def refuse(sent: Sent) -> Answer | None:
        is_asked = sent.path.endswith(BELL) and "per_page" in sent.query
        return (422, b'{"message": "no", "errors": {}}', {}) if is_asked else None

    api.hook = refuse
    say(api, newest_first(api.sandbox.brands[3].rooms_of[104])[20], whole)
    assert rung() == {104}
    assert told().bell


def test_a_clock_that_was_ahead_does_not_silence_it(api: Upstream, whole: Ticks) -> None:
    whole.shifted = timedelta(days=3)
    whole.tick(4)
    whole.shifted = timedelta()
    say(api, newest_first(api.sandbox.brands[3].rooms_of[104])[20], whole)
    whole.tick(20)
    assert_true(api.sandbox)


dates = st.one_of(
    st.none(),
    st.datetimes().map(lambda one: one.isoformat()),
    st.floats(-200, 200).map(lambda hours: (timezone.now() + timedelta(hours=hours)).isoformat()),
    st.sampled_from(["", "yesterday", "0000-00-00 00:00:00", "9999-12-31T23:59:59Z"]),
)


@examples(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rooms=st.lists(st.tuples(st.integers(1, 30), dates), max_size=10), last=st.integers(-1, 99))
def test_whatever_it_tells(
    api: Upstream, brand: Brand, rooms: list[tuple[int, str | None]], last: int
) -> None:
    """It ends, and takes over no date that lies ahead."""
    IndexedBrand.objects.all().delete()
    IndexedAmbassador.objects.all().delete()
    keep()
    items = [chatroom(id_, ambassadors=[lea(id_)], last_message_date=date) for id_, date in rooms]
    api.answer("GET", body=page(*items, last_page=last), path=BELL)
    for _again in range(2):
        try:
            doorbell.ring(3, at_once)
        except PopsellError:
            return
        newest = told().bell_newest
        assert newest is None or newest <= timezone.now() + timedelta(minutes=2)
        assert freshness.find(3).known == 1
    api.recover()
