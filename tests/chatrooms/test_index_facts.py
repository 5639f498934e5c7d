"""What the index's rows hold: whose word counts, and since when somebody waits"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from inbox.chatrooms import index
from inbox.models import Act, Brand, IndexedAmbassador, IndexedChatroom
from inbox.models.index import OLDER
from inbox.process import afterwards
from tests.support.chatrooms import Json, lea, message, participant
from tests.support.indexed import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    ago,
    alone,
    clock,
    keep,
    listed,
    of_lea,
    of_sofia,
    room,
    row,
    said,
)

pytestmark = pytest.mark.usefixtures("brand")
ANSWERS = [0, 1, 3, 7]
NONE = [2, 4, 5, 6, 9]
UNKNOWN = [8, 11, "carrier_pigeon"]


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    keep()
    with clock(NOON + MINUTE):
        yield


def wait() -> tuple[datetime | None, bool]:
    found = row()
    return found.waiting_since, found.waits_longer


# What was asked earlier


def own(archived: bool = False, is_blocked: bool = False, last_read: int | None = None) -> Json:
    pivot = {
        "id_chatroom": 8,
        "id_ambassador": 100,
        "last_read_message": last_read,
        "is_blocked": is_blocked,
        "archived": archived,
    }
    people = [lea(8, chatroom_pivot_data=[pivot]), participant(555, 8)]
    return room(of_sofia(16), ambassadors=people)


Told = Callable[[], object]


def in_each_order(*told: Told) -> Iterator[None]:
    """Of what arrives; each time from an empty index."""
    for order in permutations(told):
        IndexedChatroom.objects.all().delete()
        listed(own(), at=ago(60))
        for one in order:
            one()
        yield


def test_the_later_list_counts_whichever_arrives_first() -> None:
    def old() -> None:
        rating = {"value": 1, "comment": "Late"}
        listed(room(of_sofia(17, 30), last_rating=rating, source=1), at=ago(20))

    def new() -> None:
        listed(room(of_lea(18, 15), last_rating=None, source=2), at=ago(10))

    for _ in in_each_order(old, new):
        found = row()
        assert (found.last_message, found.is_own, found.waiting_since) == (18, True, None)
        assert (found.rating, found.comment, found.source) == (None, "", "2")
        assert (found.facts_at, found.message_at) == (ago(10), ago(10))


def test_chatroom_and_last_message_are_each_as_last_asked_for() -> None:
    def whole() -> None:
        listed(room(of_sofia(17, 30), source=1), at=ago(20))

    def by_itself() -> None:
        alone(room(None, source=2, last_message_date=ago(0).isoformat()), at=ago(10))

    def talk() -> None:
        said(of_sofia(17, 30), of_lea(18, 12), at=ago(5))

    for _ in in_each_order(whole, by_itself, talk):
        found = row()
        assert (found.source, found.facts_at) == ("2", ago(10))
        assert (found.last_message, found.message_at) == (18, ago(5))
        assert found.last_message_date == ago(12)


@pytest.mark.parametrize("at", [ago(10), ago(30)])
def test_a_chatroom_by_itself_leaves_the_last_message_as_it_was(at: datetime) -> None:
    listed(room(of_sofia(16, 40, status_moderation=3)), at=ago(20))
    before = row()
    alone(room(None, last_message_date=ago(1).isoformat(), source=1), at=at)
    after = row()
    for name in ("last_message", "last_message_date", "message_at", "status_moderation", "excerpt"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.waiting_since, after.unread) == (ago(40), True)


def changed(act: Act, state: str, minutes_ago: float) -> Told:
    """Popsell answered it then; it is noted now."""

    def change() -> None:
        afterwards.begin()
        with clock(ago(minutes_ago)):
            index.after_change(3, 8, 100, act, state)
        afterwards.after_request()

    return change


def has_read(message_id: int, minutes_ago: float) -> Told:
    def read() -> None:
        afterwards.begin()
        with clock(ago(minutes_ago)):
            index.after_read(3, 8, 100, message_id)
        afterwards.after_request()

    return read


def test_what_was_asked_before_an_act_never_undoes_it() -> None:
    def before() -> None:
        listed(own(), at=ago(30))

    acts = changed(Act.ARCHIVE, "on", 20), changed(Act.BLOCK, "on", 19), has_read(16, 18)
    for _ in in_each_order(before, *acts):
        found = row()
        assert (found.archived, found.is_blocked, found.last_read_message) == (True, True, 16)
        assert found.unread is False
        assert found.rank is None


def test_what_was_asked_after_an_act_counts() -> None:
    """Somebody took it out of the archive at Popsell itself."""

    def after() -> None:
        listed(own(), at=ago(10))

    def by_itself() -> None:
        alone(own(), at=ago(10))

    for reading in (after, by_itself):
        acts = changed(Act.ARCHIVE, "on", 20), changed(Act.BLOCK, "on", 19), has_read(16, 18)
        for _ in in_each_order(reading, *acts):
            found = row()
            assert (found.archived, found.is_blocked, found.last_read_message) == (
                False,
                False,
                None,
            )


def test_the_later_of_two_acts_counts_whichever_is_noted_first() -> None:
    acts = changed(Act.ARCHIVE, "on", 20), changed(Act.ARCHIVE, "off", 10)
    for _ in in_each_order(*acts, changed(Act.BLOCK, "on", 15)):
        assert (row().archived, row().is_blocked) == (False, True)


def test_an_act_says_nothing_of_the_rest_of_the_chatroom() -> None:
    def list_() -> None:
        listed(own() | {"source": 1}, at=ago(30))

    for _ in in_each_order(list_, changed(Act.ARCHIVE, "on", 20)):
        assert (row().archived, row().source, row().facts_at) == (True, "1", ago(30))


def test_an_act_on_another_side_changes_nothing() -> None:
    listed(own())
    index.after_change(3, 8, 555, Act.ARCHIVE, "on")
    index.after_read(3, 8, 555, 16)
    assert (row().archived, row().unread) == (False, True)


def test_a_moment_ahead_of_the_clock_holds_nothing_up() -> None:
    """The clock was a year ahead for a while."""
    with clock(NOON + 365 * DAY):
        listed(own(archived=True), at=NOON + 365 * DAY)
        index.after_change(3, 8, 100, Act.BLOCK, "on")
        index.after_read(3, 8, 100, 16)
    assert (row().archived, row().is_blocked, row().unread) == (True, True, False)
    listed(own() | {"last_message": of_sofia(17)})
    assert (row().archived, row().is_blocked, row().unread) == (False, False, True)
    assert (row().last_message, row().facts_at, row().message_at) == (17, NOON, NOON)


# Answers, and what is none


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_ends_a_wait(kind: int) -> None:
    listed(room(of_sofia(16)))
    assert wait() == (ago(120), True)
    listed(room(of_lea(17, 10, type_message=kind)), at=NOON + MINUTE)
    assert wait() == (None, False)
    assert row().answered is True


@pytest.mark.parametrize("kind", [*NONE, *UNKNOWN])
def test_what_is_no_answer_lets_the_wait_go_on(kind: int | str) -> None:
    listed(room(of_sofia(16)), at=ago(115))
    listed(room(of_lea(17, 10, type_message=kind)))
    assert wait() == (ago(120), True)
    assert (row().is_own, row().unread, row().type_message) == (True, False, str(kind))
    said(of_sofia(16), of_lea(17, 10, type_message=kind), at=NOON + MINUTE)
    assert wait() == (ago(120), False)


@pytest.mark.parametrize("kind", [*NONE, *UNKNOWN])
def test_where_only_that_is_known_somebody_waits_at_least_since(kind: int | str) -> None:
    listed(room(of_lea(17, 190, type_message=kind)))
    assert wait() == (ago(190), True)
    said(of_sofia(15, 300), of_sofia(16, 200), of_lea(17, 190, type_message=kind), last_page=2)
    assert wait() == (ago(300), True)
    said(of_lea(14, 301), of_sofia(15, 300), of_lea(17, 190, type_message=kind), last_page=2)
    assert wait() == (ago(300), False)


def test_a_transcript_tells_exactly_since_when_somebody_waits() -> None:
    listed(room(of_sofia(20, 10)))
    assert wait() == (ago(10), True)
    said(of_sofia(17, 90), of_lea(18, 60), of_sofia(19, 30), of_sofia(20, 10), last_page=2)
    assert wait() == (ago(30), False)
    listed(room(of_sofia(21, 5)), at=NOON + MINUTE)
    assert wait() == (ago(30), False)
    assert row().rank is None


def test_a_conversation_without_any_answer_was_never_answered() -> None:
    listed(room(of_sofia(16, 90), established_dialogue=None))
    assert row().answered is None
    said(of_sofia(15, 95), of_sofia(16, 90))
    assert row().answered is False
    assert wait() == (ago(95), False)


def test_a_rating_is_no_question() -> None:
    listed(room(of_lea(16)))
    listed(room(of_sofia(17, 90, type_message=2)), at=NOON + MINUTE)
    assert wait() == (None, False)
    said(of_lea(16), of_sofia(17, 90, type_message=2), at=NOON + MINUTE)
    assert wait() == (None, False)


AFTER = [of_sofia(17, 60, type_message=2), of_lea(17, 60, content="Away", type_message=6)]


@pytest.mark.parametrize("after", AFTER, ids=["a rating", "a notice"])
def test_the_words_that_wait_are_kept_where_what_is_no_answer_comes_after(after: Json) -> None:
    listed(room(of_sofia(16, 90, content="Is it back in stock?")))
    assert row().waiting_text == ""
    listed(room(after), at=NOON + MINUTE)
    assert row().waiting_text == "Is it back in stock?"
    listed(room({**after, "id_message": 18}), at=NOON + 2 * MINUTE)
    assert row().waiting_text == "Is it back in stock?"
    listed(room(of_sofia(19, 30, content="Hello?")), at=NOON + 3 * MINUTE)
    assert (row().waiting_text, row().excerpt) == ("", "Hello?")
    listed(room(of_sofia(20, 20, type_message=2)), at=NOON + 4 * MINUTE)
    assert row().waiting_text == "Hello?"
    listed(room(of_lea(21, 10)), at=NOON + 5 * MINUTE)
    assert row().waiting_text == ""


def test_a_transcript_tells_the_words_that_wait() -> None:
    after = of_sofia(17, 60, type_message=2)
    listed(room(after))
    asked = of_sofia(16, 90, content="Write to sofia@perfume.example")
    said(of_sofia(15, 95, content="Hello?"), asked, after, at=NOON + MINUTE)
    assert row().waiting_text == "Write to s…@p…"
    said(of_sofia(15, 95), of_sofia(16, 90, type_message=1), after, at=NOON + 2 * MINUTE)
    assert row().waiting_text == ""


@pytest.mark.parametrize(("words", "rank"), [("Thanks!", 90), ("Merci beaucoup", 90), ("Hi?", 30)])
def test_thanks_are_no_question(words: str, rank: int) -> None:
    listed(room(of_sofia(16, 90, content=words)))
    assert (row().rank, row().since) == (rank, ago(90))


def test_thanks_of_the_ambassador_are_an_answer() -> None:
    listed(room(of_lea(16, 90, content="Thanks!")))
    assert (row().thanks, row().rank) == (False, None)


def test_where_the_own_side_is_unknown_nobody_is_said_to_wait() -> None:
    strangers = [participant(555, 8), participant(556, 8)]
    listed(room(of_sofia(16), ambassadors=strangers))
    found = row()
    assert (found.is_own, found.participant, found.other, found.others) == (None, None, None, 2)
    assert (found.unread, found.name, found.archived) == (None, "", None)
    assert wait() == (None, False)


def test_an_own_side_without_a_state_is_neither_read_nor_unread() -> None:
    people = [lea(8, chatroom_pivot_data=[]), participant(555, 8)]
    listed(room(of_sofia(16), ambassadors=people))
    assert (row().participant, row().unread) == (100, None)


def test_where_nobody_wrote_nothing_is_unread() -> None:
    listed(room(None))
    assert (row().unread, row().is_own) == (False, None)
    alone(room(None), at=NOON + MINUTE)
    assert row().unread is False


def test_a_guest_account_s_words_are_the_ambassador_s_own() -> None:
    guest = participant(4100, 8, customer_id="C-100")
    listed(
        room(message(16, guest), ambassadors=[guest, participant(555, 8)]),
        room(of_lea(16), 9, ambassadors=[lea(9), participant(556, 9)]),
    )
    assert (row().participant, row().is_own) == (4100, True)
    alone(room(None, ambassadors=[guest, participant(555, 8)]), at=NOON + MINUTE)
    assert (row().participant, row().other, row().is_own) == (4100, 555, True)


# Between two readings


def test_who_writes_again_does_not_wait_less() -> None:
    listed(room(of_sofia(16, 120)), at=ago(118))
    listed(room(of_sofia(17, 5)))
    assert wait() == (ago(120), True)


def test_after_an_ambassador_acted_a_wait_may_have_begun_anew() -> None:
    """They may have answered between the two messages that are known."""
    listed(room(of_sofia(16, 120)), at=ago(118))
    listed(room(of_sofia(18, 5), seen=30))
    assert wait() == (ago(5), True)


def test_who_has_not_even_read_it_did_not_answer_it() -> None:
    people = [lea(8, 15, last_action_date=ago(30).isoformat()), participant(555, 8)]
    listed(room(of_sofia(16, 120), ambassadors=people), at=ago(118))
    listed(room(of_sofia(18, 5), ambassadors=people))
    assert wait() == (ago(120), True)


def test_a_wait_that_was_seen_to_begin_is_exact() -> None:
    listed(room(of_lea(16, 120)), at=ago(30))
    listed(room(of_sofia(17, 28)))
    assert wait() == (ago(28), False)
    listed(room(of_lea(18, 20)), at=ago(0))
    listed(room(of_sofia(19, 0)), at=NOON + MINUTE)
    assert wait() == (ago(0), False)


# Presence


def presence(minutes_ago: float) -> Json:
    """Another conversation of Léa's, with when she was seen."""
    return room(of_lea(30, 500), 9, seen=minutes_ago)


def test_a_newer_presence_ranks_the_other_waits_again() -> None:
    listed(
        room(of_sofia(16, 120)),
        room(of_sofia(20, 65), 10),
        room(of_sofia(21, 300), 11),
        room(of_lea(22, 90), 12),
    )
    assert [row(id_).rank for id_ in (8, 10, 11, 12)] == [30, 30, 30, None]
    listed(presence(90))
    assert [row(id_).rank for id_ in (8, 10, 11, 12)] == [60, 30, 30, None]
    assert row().changes_at == ago(120) + 4 * HOUR
    listed(presence(600), at=NOON + MINUTE)
    assert row().rank == 60
    listed(presence(10), at=NOON + MINUTE)
    assert [row(id_).rank for id_ in (8, 10, 11, 12)] == [60, 60, 30, None]
    assert IndexedAmbassador.objects.get().seen == ago(10)


def test_only_their_waits_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(3, 101)
    listed(room(of_sofia(16, 120)), room(of_lea(22, 90), 12))
    listed(room(of_sofia(16, 120), 14), whose=101)
    written: list[int] = []
    real = IndexedChatroom.objects.bulk_create

    def note(rows: list[IndexedChatroom], **how: Any) -> object:
        written.extend(one.chatroom for one in rows)
        return real(rows, **how)

    monkeypatch.setattr(IndexedChatroom.objects, "bulk_create", note)
    listed(presence(90))
    assert written == [9, 8]


def test_a_presence_ahead_of_the_clock_says_nothing() -> None:
    listed(room(of_sofia(16, 120)))
    listed(presence(-600))
    assert (row().rank, IndexedAmbassador.objects.get().seen) == (30, ago(600))
    IndexedAmbassador.objects.update(seen=NOON + DAY)
    listed(room(of_sofia(16, 120)))
    assert (row().rank, IndexedAmbassador.objects.get().seen) == (30, ago(600))


# Two inboxes


def two_inboxes(id_: int = 8) -> Json:
    people = [
        lea(id_, last_action_date=ago(600).isoformat()),
        participant(101, id_, last_action_date=ago(600).isoformat()),
    ]
    return room(of_lea(16, 120), id_, ambassadors=people)


@pytest.mark.parametrize("order", [(100, 101), (101, 100)])
def test_a_chatroom_in_two_inboxes_counts_in_the_same_one_always(order: tuple[int, int]) -> None:
    keep(3, 101)
    for whose in order:
        listed(two_inboxes(), whose=whose)
    assert (row(8, 100).counts, row(8, 101).counts) == (True, False)
    assert (row(8, 101).rank, row(8, 101).is_waiting) == (None, False)
    index.drop(row(8, 100))
    assert row(8, 101).counts
    assert row(8, 101).rank == 30


def test_it_counts_with_the_ambassador_rather_than_with_a_guest_account() -> None:
    """The ambassador of the lower id has it by a guest account."""
    keep(3, 99)
    guest = participant(101, 8, customer_id="C-99")
    people = [guest, lea(8)]
    told = room(of_lea(16, 120), ambassadors=people)
    named = room(of_lea(17), 9, ambassadors=[participant(99, 9, customer_id="C-99")])
    listed(named, told, whose=99)
    listed(told)
    assert row(8, 99).participant == 101
    assert (row(8, 99).counts, row(8, 100).counts) == (False, True)


def test_erasing_one_of_several_lets_the_other_inbox_count() -> None:
    """In a group the row of the other inbox does not name them."""
    keep(3, 101)
    people = [*two_inboxes()["ambassadors"], participant(555, 8)]
    for whose in (100, 101):
        listed(two_inboxes() | {"ambassadors": people}, whose=whose)
    assert index.forget(3, 100) == 1
    assert row(8, 101).counts


# First met


def test_a_rating_met_at_first_is_as_old_as_the_last_message() -> None:
    rating = {"value": 1, "comment": None}
    listed(room(of_lea(16, 20 * 24 * 60), last_rating=rating))
    assert row().rating_seen == NOON - 20 * DAY
    assert (row().rank, row().is_low) == (50 + OLDER, True)
    listed(
        room(of_lea(16, 20 * 24 * 60), last_rating={"value": 2, "comment": None}), at=NOON + MINUTE
    )
    assert (row().rating_seen, row().rank) == (NOON + MINUTE, 50)
