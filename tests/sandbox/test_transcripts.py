"""GET /chat/chatrooms/{id} and GET /chat/chatrooms/{chatroom}/messages."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from inbox.sandbox.app import Sandbox, create_app
from inbox.sandbox.data import build_brand
from inbox.sandbox.life import Life
from inbox.sandbox.server import running
from inbox.sandbox.transcripts import transcript
from inbox.sandbox.words import lines
from tests.sandbox.census import every_seed
from tests.sandbox.conftest import NOON, Client, Clock
from tests.sandbox.spoken import LANGUAGES, as_written, tongue

Row = dict[str, Any]
LEA = "/chat/ambassadors/100/chatrooms"
NEWEST = {"sort": "-last_action_date"}
TEXT, RATING, PRODUCT = 0, 2, 3


def messages_path(room: int) -> str:
    return f"/chat/chatrooms/{room}/messages"


@pytest.fixture(scope="module")
def inbox() -> Iterator[Client]:
    with running(create_app(now=Clock())) as url, requests.Session() as session:
        yield Client(url, session)


@pytest.fixture(scope="module")
def rows(inbox: Client) -> list[Row]:
    """All of Léa's inbox, newest first."""
    return inbox.everything(LEA, **NEWEST)


@pytest.fixture(scope="module")
def told(inbox: Client, rows: list[Row]) -> dict[int, list[Row]]:
    """The whole transcript of each of her chatrooms, as it comes without a sort."""
    return {row["id_chatroom"]: inbox.everything(messages_path(row["id_chatroom"])) for row in rows}


def plain(message: Row) -> Row:
    return {key: value for key, value in message.items() if key not in ("rating", "products")}


def moment(date: str) -> datetime:
    found = datetime.fromisoformat(date)
    return found if found.tzinfo else found.replace(tzinfo=NOON.tzinfo)


def visitors_side(row: Row, message: Row) -> bool:
    """Whether it was not Léa or a guest account of hers; they all bear her first name."""
    own = {one["id_ambassador"] for one in row["ambassadors"] if one["firstname"] == "Léa"}
    return message["author"]["id_ambassador"] not in own


# One chatroom


def test_a_chatroom_is_told_as_its_row_without_the_last_message(
    inbox: Client, rows: list[Row]
) -> None:
    for row in rows[:40]:
        alone = inbox.json(f"/chat/chatrooms/{row['id_chatroom']}")
        assert list(alone) == [key for key in row if key != "last_message"]
        assert alone == {key: value for key, value in row.items() if key != "last_message"}


@pytest.mark.parametrize("path", ["/chat/chatrooms/1", "/chat/chatrooms/1/messages"])
def test_an_unknown_chatroom_is_not_found(inbox: Client, path: str) -> None:
    answer = inbox.call(path)
    assert (answer.status_code, answer.json()) == (404, {"message": "The chatroom does not exist."})


def test_a_chatroom_of_another_brand_is_not_found(inbox: Client, rows: list[Row]) -> None:
    room = rows[0]["id_chatroom"]
    for path in (f"/chat/chatrooms/{room}", messages_path(room)):
        assert inbox.call(path, brand=8).status_code == 404


# How a transcript hangs together


def test_it_ends_with_the_row_s_last_message(rows: list[Row], told: dict[int, list[Row]]) -> None:
    ends = [(row["last_message"], told[row["id_chatroom"]][-1:]) for row in rows]
    for last, end in ends:
        assert [plain(one) for one in end] == ([last] if last else [])


def test_a_chatroom_nobody_wrote_in_has_an_empty_one(inbox: Client) -> None:
    camille = inbox.everything("/chat/ambassadors/101/chatrooms")
    silent = next(row["id_chatroom"] for row in camille if row["last_message"] is None)
    body = inbox.json(messages_path(silent))
    assert (body["data"], body["total"], body["last_page"]) == ([], 0, 1)


def test_ids_and_dates_ascend_from_the_opening(rows: list[Row], told: dict[int, list[Row]]) -> None:
    for row in rows:
        said = told[row["id_chatroom"]]
        ids = [one["id_message"] for one in said]
        dates = [one["date_insert"] for one in said]
        assert ids == sorted(set(ids))
        assert dates == sorted(set(dates))
        if len(said) > 1:
            opened = moment(row["date_insert"])
            assert timedelta(0) <= moment(dates[0]) - opened < timedelta(seconds=1)


def test_no_id_is_of_two_messages(told: dict[int, list[Row]]) -> None:
    ids = [one["id_message"] for said in told.values() for one in said]
    assert len(set(ids)) == len(ids) > 4000
    brand = build_brand(3, 1, NOON)
    everywhere = [one.id for room in brand.rooms.values() for one in transcript(room, 1)]
    assert len(set(everywhere)) == len(everywhere) > 10_000


def test_what_was_read_is_a_message_of_the_chatroom(
    rows: list[Row], told: dict[int, list[Row]]
) -> None:
    behind = 0
    for row in rows:
        ids = [one["id_message"] for one in told[row["id_chatroom"]]]
        for person in row["ambassadors"]:
            for pivot in person.get("chatroom_pivot_data", []):
                assert pivot["last_read_message"] in (None, *ids)
                behind += pivot["last_read_message"] in ids[:-1]
    assert behind > 10


def test_both_sides_wrote_where_a_dialogue_is_established(
    rows: list[Row], told: dict[int, list[Row]]
) -> None:
    seen = set()
    for row in rows:
        sides = {visitors_side(row, one) for one in told[row["id_chatroom"]]}
        seen.add(len(sides))
        assert len(sides) == 2 if row["established_dialogue"] else len(sides) == 1
    assert seen == {1, 2}


def test_it_is_established_by_the_first_answer(rows: list[Row], told: dict[int, list[Row]]) -> None:
    checked = 0
    for row in rows:
        meet, said = row["established_dialogue"], told[row["id_chatroom"]]
        if isinstance(meet, str) and meet < row["last_message"]["date_insert"].replace("T", " "):
            first = visitors_side(row, said[0])
            answer = next(one for one in said if visitors_side(row, one) is not first)
            assert moment(answer["date_insert"]) - moment(meet) < timedelta(seconds=1)
            checked += 1
    assert checked > 50


def test_the_last_rating_is_the_last_that_was_given(
    rows: list[Row], told: dict[int, list[Row]]
) -> None:
    rated = 0
    for row in rows:
        given = [one for one in told[row["id_chatroom"]] if one["type_message"] == RATING]
        assert bool(given) is bool(row["last_rating"])
        if given:
            rated += 1
            assert given[-1]["content"] == row["last_rating"]["comment"]
            value = given[-1].get("rating", {"value": row["last_rating"]["value"]})["value"]
            assert value == row["last_rating"]["value"]
    assert rated > 20


def test_the_summary_sums_up_what_was_said(rows: list[Row], told: dict[int, list[Row]]) -> None:
    summed = answered = 0
    for row in rows:
        said = [one["content"] or "" for one in told[row["id_chatroom"]]]
        found = scenes_of((row["last_summary"] or {}).get("summary"))
        if not found:
            continue
        summed += 1
        asked = [scene for scene in found if any(map(as_written(scene.customer).fullmatch, said))]
        assert asked, row["last_summary"]
        answered += any(map(as_written(asked[0].reply).fullmatch, said))
    assert summed > 50
    assert answered > summed * 0.8


def scenes_of(summary: str | None) -> list[Any]:
    spoken = [lines(language) for language in LANGUAGES]
    known = [scene for one in spoken for scene in (*one.scenes["cosmetics"], *one.anomalies)]
    return [scene for scene in known if as_written(scene.summary).fullmatch(summary or "")]


def test_a_conversation_keeps_to_its_language(told: dict[int, list[Row]]) -> None:
    spoken = set()
    for said in told.values():
        texts = {one["content"] for one in said if one["type_message"] not in (1, 7)}
        heard = {tongue(text) for text in texts if text}
        assert len(heard) < 2
        spoken |= heard
    assert spoken == {"fr", "en"}


# What is in them


@every_seed
def test_every_type_and_moderation_code_appears(seed: int) -> None:
    said = [
        message
        for room in build_brand(3, seed, NOON).rooms.values()
        for message in transcript(room, seed)
    ]
    assert {message.type for message in said} == {*range(10), 42}
    assert {message.moderation for message in said} == {0, 1, 2, 3, None}
    assert sum(message.type == TEXT for message in said) > len(said) * 0.8


def test_the_longest_is_on_the_first_page_and_holds_every_type(
    rows: list[Row], told: dict[int, list[Row]]
) -> None:
    first_page = [told[row["id_chatroom"]] for row in rows[:25]]
    longest = max(first_page, key=len)
    assert len(longest) == 2000
    assert {one["type_message"] for one in longest} == set(range(10))
    assert sum(100 < len(said) < 1000 for said in first_page) >= 2


def test_links_and_pictures_are_told(told: dict[int, list[Row]]) -> None:
    texts = [one["content"] or "" for said in told.values() for one in said]
    links = [link for text in texts for link in re.findall(r"https?://\S+", text)]
    assert {link.partition(":")[0] for link in links} == {"http", "https"}
    assert any("&" in link for link in links)
    pictures = [link for link in links if link.endswith((".jpg", ".mp4"))]
    assert pictures
    assert all(link.startswith("https://images.popsell.example/") for link in pictures)


def test_ratings_and_products_are_told_in_most_chatrooms(told: dict[int, list[Row]]) -> None:
    for kind, key in ((RATING, "rating"), (PRODUCT, "products")):
        ways = set()
        for room, said in told.items():
            carried = {key in one for one in said if one["type_message"] == kind}
            assert carried <= {room % 5 != 4}
            ways |= carried
            assert not any(key in one for one in said if one["type_message"] != kind)
        assert ways == {True, False}


def test_a_rating_is_told_with_who_rated_whom(rows: list[Row], told: dict[int, list[Row]]) -> None:
    found = 0
    for row in rows:
        seated = {one["id_ambassador"] for one in row["ambassadors"]}
        for one in told[row["id_chatroom"]]:
            if "rating" in one:
                rating = one["rating"]
                found += 1
                assert rating["value"] in range(6)
                assert rating["content"] == one["content"]
                assert rating["id_user_rater"] == one["author"]["id_ambassador"]
                assert rating["id_user_rated"] in seated - {rating["id_user_rater"]}
    assert found > 50


def test_a_product_is_the_one_that_is_named(told: dict[int, list[Row]]) -> None:
    found = [one for said in told.values() for one in said if "products" in one]
    assert len({one["content"] for one in found}) > 5
    for one in found:
        (product,) = one["products"]
        assert product["name"] == one["content"]
        assert 0 < product["price"] <= product["price_catalog"]


# In what order and in what parts


def test_the_order_is_by_date(inbox: Client, told: dict[int, list[Row]]) -> None:
    room, said = next((room, said) for room, said in told.items() if 100 < len(said) < 300)
    path = messages_path(room)
    assert inbox.everything(path, sort="date_insert") == said
    assert inbox.everything(path, sort="-date_insert") == said[::-1]


def test_a_page_has_twenty_five(inbox: Client, told: dict[int, list[Row]]) -> None:
    room = max(told, key=lambda one: len(told[one]))
    body = inbox.json(messages_path(room), params={"sort": "-date_insert", "page": "80"})
    assert (body["total"], body["per_page"], body["last_page"]) == (2000, 25, 80)
    assert body["data"] == told[room][24::-1]
    beyond = inbox.json(messages_path(room), params={"page": "81"})
    assert (beyond["current_page"], beyond["data"]) == (81, [])


@pytest.mark.parametrize(
    "params", [{"sort": "id_message"}, {"sort": "last_action_date"}, {"filter[active]": "1"}]
)
def test_what_it_cannot_do_is_refused(
    inbox: Client, rows: list[Row], params: dict[str, str]
) -> None:
    assert inbox.call(messages_path(rows[0]["id_chatroom"]), params=params).status_code == 400


def test_a_transcript_is_the_same_each_time(inbox: Client, told: dict[int, list[Row]]) -> None:
    with running(create_app(now=Clock())) as url, requests.Session() as session:
        other = Client(url, session)
        for room in reversed(list(told)[:30]):
            assert other.everything(messages_path(room)) == told[room]


# In a lively sandbox


@pytest.fixture
def app(clock: Clock) -> Sandbox:
    return create_app(now=clock, lively=True)


def test_what_arrives_is_added(client: Client, clock: Clock) -> None:
    def told() -> dict[int, list[Row]]:
        rows = client.everything(LEA)
        paths = {row["id_chatroom"]: messages_path(row["id_chatroom"]) for row in rows}
        return {room: client.everything(path) for room, path in paths.items()}

    before, grown = told(), 0
    clock.now += timedelta(minutes=5)
    after = told()
    for row in client.json(LEA, params=NEWEST)["data"]:
        said, known = after[row["id_chatroom"]], before[row["id_chatroom"]]
        ids = [one["id_message"] for one in said]
        assert ids[: len(known)] == [one["id_message"] for one in known]
        assert plain(said[-1]) == row["last_message"]
        assert ids == sorted(ids)
        grown += len(said) - len(known)
    assert grown in range(20, 45)


@every_seed
def test_what_was_before_does_not_depend_on_when_it_is_read(seed: int) -> None:
    """Also where a rating, an answer or a summary came meanwhile."""

    def said(minutes: int) -> dict[int, list[tuple[int, datetime, str | None]]]:
        brand = build_brand(3, seed, NOON)
        Life(brand, seed, NOON).advance(NOON + timedelta(minutes=minutes))
        return {
            room.id: [(one.id, one.date, one.content) for one in transcript(room, seed)]
            for room in brand.rooms.values()
        }

    early, late = said(0), said(30)
    for room, known in early.items():
        assert late[room][: len(known)] == known
