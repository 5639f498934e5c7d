"""What Popsell refuses: one ambassador, one chatroom, or all"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from inbox.models import Brand, IndexedAmbassador, IndexedChatroom
from inbox.queue import walk as walking
from inbox.sandbox.app import Sandbox
from inbox.sandbox.records import Chatroom
from tests.queue.conftest import Clock
from tests.queue.test_failures import LEA, read_of
from tests.queue.test_sync import sync
from tests.support.index import LAST_MEMBER, actual_rows, assert_true
from tests.support.upstream import Upstream

DAY = 24 * 3600


def refused() -> IndexedAmbassador:
    return IndexedAmbassador.objects.get(ambassador=100)


@pytest.mark.parametrize("status", [403, 404, 422])
def test_who_is_refused_is_told_and_tried_again_next_day(
    api: Upstream, brand: Brand, clock: Clock, later: Callable[[float], None], status: int
) -> None:
    began = timezone.now()
    api.answer("GET", status, path="/chat/ambassadors/100/")
    said = sync()
    one = refused()
    assert one.failed_since
    assert began <= one.failed_since <= timezone.now()
    assert one.failed_with == status
    assert f"Ambassador 100: can't be read since {one.failed_since:%Y-%m-%d %H:%M} UTC" in said
    assert f"({status})" in said
    assert clock.waited == 0
    assert read_of(api) == [1]
    assert not IndexedChatroom.objects.filter(ambassador=100).exists()
    assert IndexedChatroom.objects.filter(ambassador=101).count() == 400

    api.sent.clear()
    later(DAY - 60)
    assert "Ambassador 100: can't be read since" in sync()
    assert read_of(api) == []
    later(DAY + 60)
    sync()
    assert read_of(api) == [1]
    still = refused()
    assert still.failed_since == one.failed_since
    assert still.retry_at
    assert one.retry_at
    assert still.retry_at > one.retry_at
    assert still.recovered_at is None

    api.recover()
    later(2 * DAY + 120)
    recovered = timezone.now()
    assert "can't be read" not in sync()
    one = refused()
    assert (one.failed_since, one.failed_with, one.retry_at) == (None, None, None)
    assert one.recovered_at
    assert recovered <= one.recovered_at <= timezone.now()
    assert_true(api.sandbox)


def test_who_is_refused_is_tried_at_once_where_they_are_named(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    api.answer("GET", 403, path="/chat/ambassadors/100/")
    sync()
    api.recover()
    api.sent.clear()
    said = sync(ambassador=100)
    assert read_of(api) == [1, 2, 3, 4, 5, 6, 1]
    assert "can't be read" not in said
    assert refused().failed_since is None
    assert_true(api.sandbox)


def test_a_term_that_a_clock_set_while_it_went_ahead_is_no_term(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    api.answer("GET", 403, path="/chat/ambassadors/100/")
    sync()
    api.recover()
    IndexedAmbassador.objects.filter(ambassador=100).update(
        retry_at=timezone.now() + timedelta(days=300)
    )
    sync()
    assert_true(api.sandbox)


def test_a_token_that_is_refused_ends_the_pass_at_once(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    api.change_token("another-token")
    with pytest.raises(CommandError, match="The dashboard's access to Popsell was refused"):
        sync()
    assert len(api.sent) == 1
    assert clock.waited == 0


def test_a_token_that_is_refused_in_the_middle_ends_it_too(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    """Nobody is noted as refused: it has to do with the token."""
    api.answer("GET", 401, path="/chat/ambassadors/102/")
    with pytest.raises(CommandError, match="access to Popsell was refused"):
        sync()
    assert not IndexedAmbassador.objects.exclude(failed_since=None).exists()
    assert IndexedChatroom.objects.filter(ambassador=101).count() == 400
    api.recover()
    sync()
    assert_true(api.sandbox)


def test_a_brand_without_a_token_is_told(
    api: Upstream, brand: Brand, clock: Clock, settings: Any
) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    with pytest.raises(CommandError, match="no token: set POPSELL_ACCESS_TOKEN_3"):
        sync()
    assert not api.sent
    assert clock.waited == 0


def test_a_directory_that_may_not_be_read_ends_the_pass_at_once(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    api.forbid("ambassadors")
    with pytest.raises(CommandError, match="Not allowed for this brand"):
        sync()
    assert len(api.sent) == 1
    assert clock.waited == 0


# What a walk did not meet


def take_out(sandbox: Sandbox, ambassador: int, *, gone: bool = False) -> int:
    """Take a chatroom out of this list, and out of the brand if it is gone."""
    brand = sandbox.brands[3]
    room = brand.rooms_of[ambassador].pop(0)
    if gone:
        del brand.rooms[room.id]
    return room.id


def take_out_of_one(sandbox: Sandbox) -> tuple[Chatroom, int, int]:
    """Take a chatroom that stands in two lists out of the one that it counts in; both ambassadors."""
    brand = sandbox.brands[3]
    members = sorted(who.id for who in brand.people.values() if who.status <= LAST_MEMBER)
    for room in brand.rooms.values():
        first, *more = [id_ for id_ in members if room in brand.rooms_of[id_]]
        if more:
            brand.rooms_of[first].remove(room)
            return room, first, more[0]
    raise AssertionError


@pytest.mark.parametrize("status", [404, 403])
def test_a_chatroom_that_is_gone_loses_its_row_and_counts_in_the_other_inbox(
    api: Upstream, brand: Brand, clock: Clock, status: int
) -> None:
    sync()
    api.changed = True
    room, first, other = take_out_of_one(api.sandbox)
    rows = IndexedChatroom.objects.filter(chatroom=room.id)
    counting = rows.values_list("ambassador", "counts").order_by("ambassador")
    assert list(counting.all()) == [(first, True), (other, False)]
    api.answer("GET", status, path=f"/chat/chatrooms/{room.id}")
    sync()
    assert list(counting.all()) == [(other, True)]
    assert_true(api.sandbox)


def test_a_chatroom_that_popsell_knows_nevertheless_stays(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    """It may be one that was put away."""
    sync()
    api.changed = True
    expected = actual_rows(3)
    chatroom = take_out(api.sandbox, 102)
    assert "more than it lists" not in sync()
    assert actual_rows(3) == expected
    asked = [sent.path for sent in api.sent if "/chat/chatrooms/" in sent.path]
    assert asked == [f"/api/v2/chat/chatrooms/{chatroom}"]


def test_a_chatroom_that_the_ambassador_left_loses_their_row(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    sync()
    api.changed = True
    room, first, other = take_out_of_one(api.sandbox)
    room.participants = [seat for seat in room.participants if seat.person.id != first]
    sync()
    rows = IndexedChatroom.objects.filter(chatroom=room.id)
    assert list(rows.values_list("ambassador", "counts")) == [(other, True)]
    assert_true(api.sandbox)


def test_a_chatroom_that_popsell_fails_to_give_stays_and_holds_nobody_up(
    api: Upstream, brand: Brand, clock: Clock
) -> None:
    sync()
    api.changed = True
    expected = actual_rows(3)
    chatroom, gone = take_out(api.sandbox, 102), take_out(api.sandbox, 104, gone=True)
    api.answer("GET", 500, path=f"/chat/chatrooms/{chatroom}")
    said = sync()
    assert "can't be read" not in said
    assert clock.waited == pytest.approx(35)
    assert actual_rows(3) == {key: row for key, row in expected.items() if key != (gone, 104)}


def test_chatrooms_that_popsell_fails_to_give_in_a_row_end_the_walk(
    api: Upstream, brand: Brand, clock: Clock, later: Callable[[float], None]
) -> None:
    sync()
    api.changed = True
    rooms = [take_out(api.sandbox, 104, gone=True) for _ in range(5)]
    api.answer("GET", 503, path="/chat/chatrooms/")
    assert "Ambassador 104: can't be read since" in sync()
    assert IndexedChatroom.objects.filter(chatroom__in=rooms, ambassador=104).count() == 5
    one = IndexedAmbassador.objects.get(ambassador=104)
    assert one.page == walking.END
    api.recover()
    api.sent.clear()
    later(301)
    sync(ambassador=104)
    assert read_of(api, LEA.replace("100", "104")) == []  # only what was left to look up
    assert_true(api.sandbox)
