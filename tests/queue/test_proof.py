"""What shows an anomaly: messages with the brand's words, and how much a summary covers"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs

import pytest
from django.utils import timezone
from pytest_django import Settings

from inbox.chatrooms import codes as naming
from inbox.chatrooms import since_review
from inbox.models import (
    Activity,
    Brand,
    CodeName,
    DailyFigure,
    Fact,
    FactKind,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    Review,
)
from inbox.queue import choice, slices
from inbox.queue.budget import Urgency
from inbox.queue.choice import Kind, Turns
from inbox.sandbox.life import newest_first
from inbox.sandbox.records import Chatroom, Message, Summary
from inbox.sandbox.transcripts import transcript
from tests.queue.small import once
from tests.queue.ticks import Ticks
from tests.support.indexed import row
from tests.support.upstream import Answer, Upstream

T = TypeVar("T")
pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
CODE = 6
PAGE = 25


def call(words: str = "", name: str = "Payment outside the shop", code: int = CODE) -> CodeName:
    """Name the code, with these words beside it."""
    keys: dict[str, Any] = {"brand_id": 3, "kind": "anomaly", "code": str(code)}
    seen = {"first_seen": "2026-11-01", "last_seen": "2026-11-01"}
    told = {"name": name, "words": words, "tone": "bad", **seen}
    found, _made = CodeName.objects.update_or_create(**keys, defaults=told)
    return found


def talk(api: Upstream, ticks: Ticks, *said: str, place: int = 3, whose: int = 104) -> Chatroom:
    """A chatroom with an anomaly, whose newest messages are these, one a minute until just now."""
    api.changed = True
    room = plain_rooms(api, whose)[place]
    for at, words in enumerate(said):
        write(api, room, ticks, words, timedelta(minutes=len(said) - at))
    room.summary = Summary(ticks.now, "Somebody asks for money.", CODE, 2)
    return room


def plain_rooms(api: Upstream, whose: int = 104) -> list[Chatroom]:
    """Of two people, neither put away nor anonymized; newest first."""
    return [
        room
        for room in newest_first(api.sandbox.brands[3].rooms_of[whose])
        if room.mine.person.id == whose
        and room.mine.pivot == "row"
        and room.discussion == 2
        and len(room.participants) == 2
        and not (room.mine.archived or room.mine.blocked or room.theirs.person.anonymized)
    ]


def write(
    api: Upstream,
    room: Chatroom,
    ticks: Ticks,
    words: str,
    ago: timedelta = timedelta(),
    **more: Any,
) -> Message:
    brand = api.sandbox.brands[3]
    number = max(one.id for room in brand.rooms.values() for one in room.said)
    author = more.pop("author", room.theirs.person)
    message = Message(number + 1, ticks.now - ago, author, words, **more)
    room.said.append(message)
    return message


def count(room: Chatroom, api: Upstream) -> int:
    return len(transcript(room, api.sandbox.brands[3].seed))


def asked(api: Upstream, room: Chatroom) -> list[dict[str, list[str]]]:
    """What was asked of its messages."""
    path = f"/api/v2/chat/chatrooms/{room.id}/messages"
    return [parse_qs(one.query) for one in api.sent if one.path == path]


def proof(room: Chatroom, whose: int = 104) -> tuple[str, str, int | None, int | None]:
    found = row(room.id, whose)
    return found.proof_word, found.proof, found.covered, found.total


# What is found


def test_the_newest_message_with_a_word_is_kept_with_the_counts(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("IBAN, transfer")
    old = "Pay me by transfer, my IBAN follows"
    room = talk(small, ticks, old, "Can I make two TRANSFERS?", "Fine, thanks")
    ticks.fill()
    ticks.tick(4)
    found = row(room.id, 104)
    said = count(room, small)
    assert proof(room) == ("transfer", "Can I make two TRANSFERS?", said, said)
    assert found.proof_message == room.said[-2].id
    assert found.proof_own is False
    assert found.proof_due is None
    assert len(asked(small, room)) == 1  # the page told both counts


def test_who_wrote_it_is_told(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    call("transfer")
    room = talk(small, ticks)
    write(small, room, ticks, "A transfer is quicker", author=room.mine.person)
    ticks.fill()
    ticks.tick(4)
    assert row(room.id, 104).proof_own is True


def test_without_words_the_messages_are_but_counted(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call()
    room = talk(small, ticks, "Pay me by transfer")
    room.summary = Summary(ticks.now - 90 * timedelta(seconds=1), "Money.", CODE, 2)
    ticks.fill()
    ticks.tick(4)
    assert proof(room) == ("", "", count(room, small) - 1, count(room, small))


def test_what_the_summary_does_not_cover_is_asked_for_where_the_page_can_not_tell(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    room.summary = Summary(ticks.now, "Money.", CODE, 2)
    before = count(room, small)
    ticks.wait(HOUR.total_seconds())
    for one in range(3 * PAGE):
        write(small, room, ticks, "And then?", timedelta(seconds=3 * PAGE - one))
    ticks.fill()
    ticks.tick(4)
    assert proof(room) == ("", "", before, before + 3 * PAGE)
    queries = asked(small, room)
    assert [query["page"] for query in queries] == [["1"], ["2"], ["1"]]  # two pages at most
    assert [query.get("filter[sent_before]") for query in queries[:2]] == [None, None]
    assert "filter[sent_before]" in queries[2]


@pytest.mark.parametrize("misfortune", ["ignored", "refused"])
def test_a_count_that_popsell_does_not_know_is_not_made_up(
    small: Upstream, brand: Brand, ticks: Ticks, misfortune: str
) -> None:
    call("transfer")
    room = talk(small, ticks)
    ticks.wait(HOUR.total_seconds())
    for one in range(3 * PAGE):
        write(small, room, ticks, "Pay by transfer", timedelta(seconds=3 * PAGE - one))
    if misfortune == "ignored":
        small.ignore("messages", "filter[sent_before]")
    else:
        refusal: Answer = 422, b'{"message": "no", "errors": {}}', {}
        small.hook = lambda sent: refusal if "sent_before" in sent.query else None
    ticks.fill()
    ticks.tick(4)
    assert proof(room) == ("transfer", "Pay by transfer", None, count(room, small))
    assert row(room.id, 104).proof_due is None


def test_where_the_sort_is_not_heeded_the_newest_page_is_the_last(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, *["Pay by transfer"] * 3, *["Hello?"] * (PAGE + 5))
    small.ignore_sort("messages")
    ticks.fill()
    ticks.tick(4)
    pages = -(-count(room, small) // PAGE)
    read = [int(query["page"][0]) for query in asked(small, room)]
    assert read[:3] == [1, pages, pages - 1]
    newest = transcript(room, small.sandbox.brands[3].seed)[-3 * PAGE :]
    holds = [one.id for one in newest if one.content == "Pay by transfer"]
    assert row(room.id, 104).proof_message == holds[-1]
    assert row(room.id, 104).total == count(room, small)


def test_nobody_has_seen_it_by_that(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    room.mine.last_read = None
    ticks.fill()
    ticks.tick(4)
    assert proof(room)[0] == "transfer"
    assert {one.method for one in small.sent} == {"GET"}
    assert not Activity.objects.exists()
    assert row(room.id, 104).unread is True


# When it is asked for


def test_a_newer_message_makes_it_due_and_what_was_shown_goes_at_once(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    ticks.fill()
    ticks.tick(8)
    write(small, room, ticks, "Or a transfer to my mother")
    small.sent.clear()
    ticks.tick(8)
    said = count(room, small)
    assert proof(room) == ("transfer", "Or a transfer to my mother", said - 1, said)
    assert len(asked(small, room)) == 1  # the summary's own count can't have changed
    small.sent.clear()
    ticks.tick(8)
    assert not asked(small, room)


def test_what_is_out_of_date_goes_before_the_new_is_read(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    ticks.fill()
    ticks.tick(8)
    write(small, room, ticks, "Hello?")
    small.answer("GET", 503, path=f"/chat/chatrooms/{room.id}/messages")
    ticks.tick(8)
    assert row(room.id, 104).last_message == room.said[-1].id
    assert (row(room.id, 104).proof, row(room.id, 104).total) == ("", None)


def test_a_newer_summary_makes_it_due(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    room.summary = Summary(ticks.now - 90 * timedelta(seconds=1), "Money.", CODE, 2)
    ticks.fill()
    ticks.tick(8)
    said = count(room, small)
    assert proof(room)[2:] == (said - 1, said)
    room.summary = Summary(ticks.now, "Money again.", CODE, 2)
    ticks.tick(4 * 15)
    assert proof(room) == ("transfer", "Pay by transfer", said, said)


def test_other_words_make_it_due(
    small: Upstream, brand: Brand, manager: Membership, ticks: Ticks
) -> None:
    code = call("transfer")
    room = talk(small, ticks, "Pay by transfer, my IBAN follows")
    ticks.fill()
    ticks.tick(8)
    assert proof(room)[0] == "transfer"
    sent = {f"{code.pk}-{name}": value for name, value in naming.line(code).shown.items()}
    naming.save(manager, sent | {f"{code.pk}-words": "iban , IBAN;cash"} | shown(code))
    assert CodeName.objects.get(pk=code.pk).words == "iban, cash"
    ticks.tick(4)
    assert proof(room)[0] == "iban"
    naming.save(manager, sent | {f"{code.pk}-words": ""} | shown(code))
    ticks.tick(8)
    assert proof(room) == ("", "", count(room, small), count(room, small))


def shown(code: CodeName) -> dict[str, str]:
    """What the page showed."""
    now = naming.line(CodeName.objects.get(pk=code.pk)).shown
    return {f"{code.pk}-shown-{name}": value for name, value in now.items()}


def test_a_code_without_a_name_is_not_asked_about(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer", name="")
    room = talk(small, ticks, "Pay by transfer")
    ticks.fill()
    ticks.tick(8)
    assert not asked(small, room)
    call("transfer")
    IndexedChatroom.objects.filter(anomaly=str(CODE)).update(changes_at=ticks.now)
    ticks.tick(8)
    assert proof(room)[0] == "transfer"


def test_the_most_pressing_comes_first_and_what_is_older_than_the_horizon_not_at_all(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    CodeName.objects.create(
        brand_id=3,
        kind="anomaly",
        code="77",
        name="Odd",
        words="transfer",
        first_seen="2026-11-01",
        last_seen="2026-11-01",
    )
    mild = talk(small, ticks, "Pay by transfer", place=0)
    mild.summary = Summary(ticks.now - HOUR, "Odd.", 77, 2)
    bad, older = (talk(small, ticks, "Pay by transfer", place=place) for place in (2, 4))
    older.summary = Summary(ticks.now - 40 * DAY, "Long ago.", CODE, 2)
    ticks.fill()
    ticks.tick(8)
    paths = [one.path for one in small.sent if one.path.endswith("/messages")]
    places = [paths.index(f"/api/v2/chat/chatrooms/{one.id}/messages") for one in (bad, mild)]
    assert places == sorted(places)
    assert not asked(small, older)


# What fails


@pytest.mark.parametrize("status", [403, 404, 422, 200])
def test_a_conversation_that_popsell_refuses_is_tried_again_next_day(
    small: Upstream, brand: Brand, ticks: Ticks, status: int
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    small.answer("GET", status, path=f"/chat/chatrooms/{room.id}/messages")
    ticks.fill()
    ticks.tick(4 * 30)
    assert 1 <= len(asked(small, room)) <= 3  # an answer that makes no sense is tried again at once
    assert IndexedBrand.objects.get().failing_since is None
    assert proof(room) == ("", "", None, None)
    small.recover()
    ticks.passed += DAY
    ticks.tick(8)
    assert proof(room)[0] == "transfer"


def test_one_that_fails_as_in_an_outage_is_tried_again_soon_and_stops_nobody_else(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    failing, well = (talk(small, ticks, "Pay by transfer", place=place) for place in (0, 2))
    small.answer("GET", 500, path=f"/chat/chatrooms/{failing.id}/messages")
    ticks.fill()
    ticks.tick(8)
    assert proof(well)[0] == "transfer"
    assert proof(failing)[0] == ""
    small.recover()
    ticks.tick(4 * 6)
    assert proof(failing)[0] == "transfer"
    assert IndexedBrand.objects.get().failing_since is None


def test_where_popsell_asks_to_slow_down_it_stays_due(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    answers = [(429, b"null", {"Retry-After": "30"})]
    small.hook = lambda sent: (
        answers.pop() if answers and sent.path.endswith(f"/{room.id}/messages") else None
    )
    ticks.fill()
    ticks.tick(12)
    assert proof(room)[0] == "transfer"
    assert not answers


def test_a_time_ahead_of_the_clock_is_no_reason_to_wait(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    small.answer("GET", 403, path=f"/chat/chatrooms/{room.id}/messages")
    ticks.fill()
    ticks.tick(4)
    IndexedChatroom.objects.filter(chatroom=room.id).update(proof_due=ticks.now + 300 * DAY)
    small.recover()
    ticks.tick(8)
    assert proof(room)[0] == "transfer"


def test_a_row_that_went_meanwhile_costs_nothing(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    ticks.fill()
    small.sent.clear()

    def ask(call: Callable[[], T], /) -> T:
        return call()

    step = choice.Step(Kind.PROOF, 3, Urgency.EVIDENCE, chatroom=2**40)
    slices._do(step, None, ask)
    assert not small.sent


# Privacy


def test_no_quote_is_kept_where_texts_are_not_wanted(
    small: Upstream, brand: Brand, ticks: Ticks, settings: Settings
) -> None:
    settings.INDEX_TEXTS = False
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    ticks.fill()
    ticks.tick(8)
    said = count(room, small)
    assert proof(room) == ("", "", said, said)
    settings.INDEX_TEXTS = True
    ticks.tick(4 * 15)
    assert proof(room)[0] == "transfer"


def test_who_is_anonymized_is_not_quoted(small: Upstream, brand: Brand, ticks: Ticks) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    ticks.fill()
    ticks.tick(8)
    assert "transfer" in row(room.id, 104).search
    room.theirs.person.anonymized = True
    ticks.tick(4 * 15)
    found = row(room.id, 104)
    assert (found.proof, found.proof_word, found.search) == ("", "", "")
    small.sent.clear()
    ticks.tick(4 * 5)
    assert len(asked(small, room)) <= 1  # it is not asked for over and over


# Turns


@pytest.mark.parametrize("is_filling", [True, False])
@pytest.mark.parametrize("kind", ["_again", "_rest", "_proof"])
def test_each_kind_of_work_has_its_turn_whatever_else_is_due(kind: str, is_filling: bool) -> None:
    first = [
        choice._ways(quiet, is_filling=is_filling)[0].__name__ for quiet in range(choice.SHARE * 2)
    ]
    assert first.count(kind) >= 2
    assert all(
        {way.__name__ for way in choice._ways(quiet, is_filling=is_filling)}
        == {"_again", "_rest", "_proof"}
        for quiet in range(16)
    )


def test_all_have_their_turn_soon_after_the_index_is_filled(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    rooms = [talk(small, ticks, "Pay by transfer", place=place) for place in range(0, 30, 2)]
    ticks.fill()
    ticks.tick(8)
    assert {proof(room)[0] for room in rooms} == {"transfer"}
    assert not IndexedChatroom.objects.filter(proof_due__isnull=False).exists()


def test_a_pass_of_the_command_leaves_it_to_the_worker(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    call("transfer")
    room = talk(small, ticks, "Pay by transfer")
    once(brand)
    assert not asked(small, room)
    assert row(room.id, 104).proof_due is not None


def test_two_brands_take_turns(brand: Brand, other_brand: Brand) -> None:
    now = timezone.now()
    for one in (brand, other_brand):
        IndexedBrand.objects.create(brand=one)
    due = {"rank": 10, "is_anomalous": True, "facts_at": now, "proof_due": now}
    IndexedChatroom.objects.bulk_create(
        IndexedChatroom(brand=one, chatroom=number, ambassador=1, **due)
        for one in (brand, other_brand)
        for number in range(3)
    )
    turns, served = Turns(), list[int]()
    for _ in range(4):
        step = choice._proof(list(IndexedBrand.objects.all()), turns, now)
        assert step
        turns.note(step)
        served.append(step.brand_id)
    assert sorted(served) == [3, 3, 8, 8]


# How many came since a review


@pytest.mark.parametrize(("reviewed", "expected"), [(3, (3, False)), (None, (25, True))])
def test_what_is_read_for_it_also_tells_how_many_came_since_a_review(
    small: Upstream,
    brand: Brand,
    moderator: Membership,
    ticks: Ticks,
    reviewed: int | None,
    expected: tuple[int, bool],
) -> None:
    """Without a call more; at least so many where a page does not go back to the reviewed one."""
    call()
    room = talk(small, ticks, *["Hello"] * 30)
    upto = room.said[-1 - reviewed].id if reviewed else room.said[0].id
    review = Review.objects.create(
        brand=brand,
        chatroom=room.id,
        message=upto,
        member=moderator,
        reviewed=ticks.now - DAY,
    )
    ticks.fill()
    ticks.tick(4)
    found = since_review.find(row(room.id, 104), review)
    assert found
    assert (found.number, found.is_least) == expected
    assert len([one for one in asked(small, room) if "filter[sent_before]" not in one]) == 1


# What happened in the messages read


def test_what_is_read_for_it_also_tells_how_soon_people_were_answered(
    small: Upstream, brand: Brand, ticks: Ticks
) -> None:
    """Once, however often it is read; the first answer of a page may be to an earlier question."""
    call()
    room = talk(small, ticks, place=20)
    own = {"author": room.mine.person}
    for number in range(14):
        asked_ago = timedelta(hours=40 - 2 * number)
        write(small, room, ticks, "Is it there?", asked_ago)
        write(small, room, ticks, "Hello?", asked_ago - MINUTE)
        write(small, room, ticks, "It is", asked_ago - 12 * MINUTE, **own)
    ticks.fill()
    ticks.tick(4)
    facts = Fact.objects.filter(brand=brand, chatroom=room.id, kind=FactKind.ANSWER)
    values = list(facts.order_by("item").values_list("value", flat=True))
    assert values == [None] + [720] * 8
    assert len(asked(small, room)) == 1
    write(small, room, ticks, "And now?")
    ticks.tick(8)
    assert len(asked(small, room)) == 2
    assert facts.count() == 9
    figures = DailyFigure.objects.filter(brand=brand, kind=FactKind.ANSWER, ambassador=104)
    assert (
        sum(one.count for one in figures)
        == Fact.objects.filter(brand=brand, kind=FactKind.ANSWER, ambassador=104).count()
    )
