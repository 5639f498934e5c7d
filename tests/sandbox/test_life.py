"""A lively sandbox: what happens while it is looked at, or not."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
import requests

from inbox.sandbox.app import Sandbox, create_app
from inbox.sandbox.server import running
from inbox.sandbox.words import lines
from tests.sandbox.conftest import NOON, Client, Clock
from tests.sandbox.spoken import LANGUAGES, as_written, exchanges, tongue

Row = dict[str, Any]
LEA = "/chat/ambassadors/100/chatrooms"
NEWEST = {"sort": "-last_action_date"}
STEP = 3
HALF_AN_HOUR = range(STEP, 1800 + STEP, STEP)


@pytest.fixture
def app(clock: Clock) -> Sandbox:
    return create_app(now=clock, lively=True)


def newest(client: Client, path: str = LEA) -> list[Row]:
    rows: list[Row] = client.json(path, params=NEWEST)["data"]
    return rows


def own_side(row: Row) -> Row:
    """Léa herself or one of her guest accounts, who all bear her first name."""
    return next(one for one in row["ambassadors"] if one["firstname"] == "Léa")


def pointer(row: Row) -> int:
    (pivot,) = own_side(row)["chatroom_pivot_data"]
    return int(pivot["last_read_message"] or 0)


class Event(NamedTuple):
    """A message that was seen to arrive: after how many seconds, and the row before and after."""

    second: int
    before: Row
    after: Row

    @property
    def is_from_own_side(self) -> bool:
        return bool(
            self.after["last_message"]["author"]["id_ambassador"]
            == own_side(self.after)["id_ambassador"]
        )


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """What arrived in Léa's inbox in half an hour."""
    clock = Clock()
    with running(create_app(now=clock, lively=True)) as url, requests.Session() as session:
        client = Client(url, session)
        known = {row["id_chatroom"]: row for row in client.everything(LEA)}
        found = []
        for second in HALF_AN_HOUR:
            clock.now = NOON + timedelta(seconds=second)
            for row in reversed(newest(client)[:2]):
                before = known[row["id_chatroom"]]
                if row["last_message"] != before["last_message"]:
                    found.append(Event(second, before, row))
                known[row["id_chatroom"]] = row
    return [event for event in found if is_new(event)]


def is_new(event: Event) -> bool:
    before = event.before["last_message"]
    return before is None or event.after["last_message"]["id_message"] != before["id_message"]


# When


def test_nothing_has_happened_at_first(client: Client) -> None:
    """It begins with the same conversations in the same order; only who waits is another."""
    with running(create_app(now=Clock())) as url, requests.Session() as session:
        still = Client(url, session)
        lively, calm = ([place(row) for row in newest(one)] for one in (client, still))
    assert lively == calm


def place(row: Row) -> tuple[int, int, str]:
    return row["id_chatroom"], row["last_message"]["id_message"], row["last_message_date"]


def test_a_sandbox_that_is_not_lively_stays_as_it_is(clock: Clock) -> None:
    with running(create_app(now=clock)) as url, requests.Session() as session:
        client = Client(url, session)
        before = [row["last_message"]["id_message"] for row in newest(client)]
        clock.now += timedelta(hours=1)
        assert [row["last_message"]["id_message"] for row in newest(client)] == before


@pytest.mark.parametrize("seed", [1, 2, 3, 99])
def test_whoever_looks_for_a_minute_sees_a_visitor_write_to_lea(seed: int, clock: Clock) -> None:
    with running(create_app(seed=seed, now=clock, lively=True)) as url, requests.Session() as it:
        client = Client(url, it)
        last = max(row["last_message"]["id_message"] for row in newest(client))
        for minute in range(30):
            clock.now += timedelta(minutes=1)
            rows = newest(client)
            arrived = [row for row in rows if row["last_message"]["id_message"] > last]
            assert any(pointer(row) < row["last_message"]["id_message"] for row in arrived), minute
            last = max(row["last_message"]["id_message"] for row in rows)


def test_her_inbox_changes_every_eight_to_fourteen_seconds(events: list[Event]) -> None:
    gaps = [later.second - one.second for one, later in pairwise(events)]
    assert 8 <= sum(gaps) / len(gaps) <= 14
    assert max(gaps) <= 50 + STEP
    assert events[0].second <= 15 + STEP


def test_the_brand_has_some_ten_messages_a_minute(client: Client, clock: Clock) -> None:
    def everywhere() -> set[int]:
        members = client.everything("/chat/ambassadors")
        paths = [f"/chat/ambassadors/{one['id_ambassador']}/chatrooms" for one in members]
        rows = [row for path in paths for row in client.everything(path)]
        return {row["last_message"]["id_message"] for row in rows if row["last_message"]}

    before = everywhere()
    clock.now += timedelta(minutes=10)
    newer = {one for one in everywhere() if one > max(before)}
    assert max(newer) - max(before) in range(80, 130)
    assert len(newer) > 40  # a room's second message hides its first


def test_looking_often_or_seldom_makes_no_difference(client: Client, clock: Clock) -> None:
    other = Clock()
    with running(create_app(now=other, lively=True)) as url, requests.Session() as session:
        seldom = Client(url, session)
        for _ in range(60):
            clock.now += timedelta(seconds=3)
            newest(client)
        other.now = clock.now
        for path in (LEA, "/chat/ambassadors/101/chatrooms"):
            assert newest(seldom, path) == newest(client, path)


def test_another_brand_lives_too(client: Client, clock: Clock) -> None:
    path = "/chat/ambassadors/801/chatrooms"
    before = client.json(path, brand=8, params=NEWEST)["data"][0]
    clock.now += timedelta(minutes=1)
    after = client.json(path, brand=8, params=NEWEST)["data"][0]
    assert after["last_message"]["id_message"] > before["last_message"]["id_message"]


# What


def test_a_message_is_the_newest_there_is(events: list[Event]) -> None:
    ids = [event.after["last_message"]["id_message"] for event in events]
    assert ids == sorted(set(ids))
    for event in events:
        message, seated = event.after["last_message"], event.after["ambassadors"]
        assert message["author"]["id_ambassador"] in {one["id_ambassador"] for one in seated}
        assert message["date_insert"] == event.after["last_message_date"] or (
            message["date_insert"][:19] == event.after["last_message_date"][:19].replace(" ", "T")
        )
        now = NOON + timedelta(seconds=event.second)
        assert (
            f"{now - timedelta(seconds=STEP):%FT%T}" <= message["date_insert"] < f"{now:%FT%T.%f}"
        )


def test_a_visitor_s_message_waits_and_an_answer_has_read_it(events: list[Event]) -> None:
    answers = [event for event in events if event.is_from_own_side]
    written = [event for event in events if not event.is_from_own_side]
    assert len(written) > len(answers) > len(events) / 6
    for event in written:
        assert pointer(event.after) == pointer(event.before)
        assert pointer(event.after) < event.after["last_message"]["id_message"]
    for event in answers:
        assert pointer(event.after) == event.after["last_message"]["id_message"]


def test_whoever_writes_is_online(events: list[Event]) -> None:
    known = [
        event.after["last_message"]["author"]
        for event in events
        if event.after["last_message"]["author"]["last_action_date"]
    ]
    assert len(known) > len(events) / 2
    assert all(author["online"] for author in known)


def test_people_come_and_go(client: Client, clock: Clock) -> None:
    def online() -> set[int]:
        rows = [row for row in client.everything(LEA) if row["type_chatroom"] == 0]
        people = [one for row in rows for one in row["ambassadors"]]
        return {one["id_ambassador"] for one in people if one["online"]}

    seen = [online()]
    for _ in range(8):
        clock.now += timedelta(minutes=1)
        seen.append(online())
    steps = list(pairwise(seen))
    assert sum(bool(after - before) for before, after in steps) >= 6
    assert any(before - after for before, after in steps)


def test_who_is_shut_out_gets_no_message(events: list[Event]) -> None:
    for event in events:
        pivots = [pivot for one in event.before["ambassadors"] for pivot in pivots_of(one)]
        assert not any(pivot["is_blocked"] or pivot["archived"] for pivot in pivots)
        assert not any(one["anonymized"] for one in event.before["ambassadors"])
        assert event.before["type_chatroom"] == 0


def test_who_has_archived_everything_is_left_in_peace(client: Client, clock: Clock) -> None:
    path = "/chat/ambassadors/801/chatrooms"

    def rows() -> list[Row]:
        pages = [client.json(path, brand=8, params={"page": page}) for page in (1, 2)]
        return [row for page in pages for row in page["data"]]

    def last_ids() -> list[int]:
        return [row["last_message"]["id_message"] for row in rows() if row["last_message"]]

    for row in rows():
        for person in row["ambassadors"]:
            seat = f"/chat/chatrooms/{row['id_chatroom']}/ambassadors/{person['id_ambassador']}"
            client.json(f"{seat}/archive", "PATCH", brand=8, json={"archive": True})
    before = last_ids()
    clock.now += timedelta(minutes=5)
    assert last_ids() == before


def pivots_of(person: Row) -> list[Row]:
    found: list[Row] = person.get("chatroom_pivot_data", [])
    return found


def test_what_was_marked_read_is_unread_again_once_more_is_written(
    client: Client, clock: Clock
) -> None:
    clock.now += timedelta(minutes=1)
    row = next(one for one in newest(client) if own_side(one)["id_ambassador"] == 100)
    room = row["id_chatroom"]
    client.json(f"/chat/chatrooms/{room}/ambassadors/100/read", "POST")
    again = next(one for one in newest(client) if one["id_chatroom"] == room)
    assert pointer(again) == again["last_message"]["id_message"]
    for _ in range(100):
        clock.now += timedelta(seconds=20)
        top = newest(client)[0]
        if top["id_chatroom"] == room and pointer(top) < top["last_message"]["id_message"]:
            assert top["last_message"]["id_message"] > again["last_message"]["id_message"]
            return
    raise AssertionError("nobody wrote in half an hour")


# The words used


def conversations(events: list[Event]) -> Iterator[list[tuple[bool, str]]]:
    """What was seen in each room, in turn: whether the own side said it, and what."""
    said: dict[int, list[tuple[bool, str]]] = {}
    for event in events:
        written = said.setdefault(event.after["id_chatroom"], [])
        before = event.before["last_message"]
        if not written and before and before["type_message"] == 0:
            own = before["author"]["id_ambassador"] == own_side(event.before)["id_ambassador"]
            written.append((own, before["content"]))
        written.append((event.is_from_own_side, event.after["last_message"]["content"]))
    yield from said.values()


def test_a_conversation_keeps_to_its_language(events: list[Event]) -> None:
    spoken = [{tongue(text) for _, text in talk if text} for talk in conversations(events)]
    assert all(len(found) <= 1 for found in spoken)
    assert {"fr", "en"} == set.union(*spoken)


def test_an_answer_answers_what_was_asked(events: list[Event]) -> None:
    pairs = [
        (as_written(asked), as_written(said)) for one in LANGUAGES for asked, said in exchanges(one)
    ]
    answered = [
        (asked, said)
        for talk in conversations(events)
        for (own, asked), (answers, said) in pairwise(talk)
        if answers and not own and asked and asked not in comments()
    ]
    assert len(answered) > 10
    for asked, said in answered:
        assert any(one.fullmatch(asked) and two.fullmatch(said) for one, two in pairs), asked


def comments() -> set[str]:
    """What is said with stars; an answer that was due before is still due then."""
    spoken = [lines(language) for language in LANGUAGES]
    return {text for one in spoken for text in (*one.asides["complaints"], *one.ratings["good"])}


def test_the_summary_follows_the_first_answer(events: list[Event]) -> None:
    summaries = [
        event.after["last_summary"]
        for event in events
        if event.after["last_summary"] != event.before["last_summary"]
    ]
    assert summaries
    spoken = [lines(language) for language in LANGUAGES]
    summed_up = [
        scene.summary for one in spoken for scene in (*one.scenes["cosmetics"], *one.anomalies)
    ]
    settled = [text for one in spoken for text in one.asides["settled"]]
    known = [
        as_written(text.format(summary=whole))
        for text in ("{summary}", *settled)
        for whole in summed_up
    ]
    for summary in summaries:
        assert any(one.fullmatch(summary["summary"]) for one in known)
