"""GET /manager/chatrooms, and the switches that tests play with lists."""

from collections.abc import Callable
from typing import Any

import pytest

from inbox.sandbox.app import Sandbox
from inbox.sandbox.records import Chatroom
from tests.sandbox.conftest import Client

LIST = "/manager/chatrooms"
LEA = "/chat/ambassadors/100/chatrooms"
ITEM = [
    "id_chatroom",
    "ambassadors",
    "date_insert",
    "last_message_date",
    "type_chatroom",
    "type_discussion",
    "source",
    "established_dialogue",
    "last_rating",
]
Row = dict[str, Any]


@pytest.fixture
def rows(client: Client) -> dict[int, Row]:
    return {one["id_chatroom"]: one for one in client.everything(LIST, per_page="100")}


def found(client: Client, name: str, value: object) -> set[int]:
    params = {f"filter[{name}]": str(value), "per_page": "100"}
    return {one["id_chatroom"] for one in client.everything(LIST, **params)}


def test_it_lists_every_chatroom_of_the_brand_once(
    client: Client, app: Sandbox, rows: dict[int, Row]
) -> None:
    assert list(rows) == sorted(app.brands[3].rooms)
    assert client.json(LIST)["total"] == len(rows)
    other = client.json(LIST, brand=8, params={"per_page": "100"})["data"]
    assert [one["id_chatroom"] for one in other] == sorted(app.brands[8].rooms)


def test_an_item_has_what_is_documented_and_nothing_more(rows: dict[int, Row]) -> None:
    for row in rows.values():
        assert list(row) == ITEM
        for one in row["ambassadors"]:
            assert "chatroom_pivot_data" not in one


def test_what_it_tells_is_what_the_ambassadors_list_tells(
    client: Client, rows: dict[int, Row]
) -> None:
    for one in client.json(LEA)["data"]:
        row = rows[one["id_chatroom"]]
        assert {name: one[name] for name in ITEM[2:]} == {name: row[name] for name in ITEM[2:]}
        seated = [seat["id_ambassador"] for seat in one["ambassadors"]]
        assert [seat["id_ambassador"] for seat in row["ambassadors"]] == seated


@pytest.mark.parametrize("sign", ["", "-"])
def test_it_sorts_by_the_documented_fields(client: Client, app: Sandbox, sign: str) -> None:
    rooms = app.brands[3].rooms
    told: dict[str, Callable[[Chatroom], float]] = {
        "id_chatroom": lambda room: room.id,
        "date_insert": lambda room: room.inserted.timestamp(),
        "last_message_date": lambda room: room.last.date.timestamp() if room.last else 0,
        "last_rating": lambda room: room.rating.value if room.rating else -1,
    }
    for field, value in told.items():
        shown = client.everything(LIST, sort=sign + field, per_page="100")
        values = [value(rooms[one["id_chatroom"]]) for one in shown]
        assert values == sorted(values, reverse=bool(sign)), field
        assert len(set(values)) > 5, field


def test_another_sort_is_refused(client: Client) -> None:
    for sort in ("last_action_date", "-", "firstname"):
        assert client.call(LIST, params={"sort": sort}).status_code == 400


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("type_chatroom", ("0", "7")),
        ("type_discussion", ("0", "1", "2")),
        ("dialogue", ("established", "not_established")),
        ("last_rating", ("not_rated", *"012345")),
    ],
)
def test_a_filter_parts_the_list(
    client: Client, rows: dict[int, Row], name: str, values: tuple[str, ...]
) -> None:
    parts = [found(client, name, value) for value in values]
    assert sum(map(len, parts)) == len(rows)
    assert set().union(*parts) == set(rows)
    assert sum(bool(part) for part in parts) > 1


def test_sources_are_asked_in_words(client: Client, rows: dict[int, Row]) -> None:
    forms = {
        "direct": (0, "0", "direct"),
        "waiting_list": (1, "waiting_list"),
        "hot_list": (2, "2", "hot_list"),
    }
    for word, written in forms.items():
        shown = found(client, "source", word)
        assert shown == {id_ for id_, row in rows.items() if row["source"] in written}
        assert shown


def test_stars_are_the_row_s(client: Client, rows: dict[int, Row]) -> None:
    for id_ in found(client, "last_rating", 0):
        assert rows[id_]["last_rating"]["value"] == 0
    for id_ in found(client, "last_rating", "not_rated"):
        assert rows[id_]["last_rating"] is None


def test_an_ambassadors_are_those_they_wrote_in(client: Client, rows: dict[int, Row]) -> None:
    shown = found(client, "ambassador", 108)
    seated = {
        id_
        for id_, row in rows.items()
        if 108 in [seat["id_ambassador"] for seat in row["ambassadors"]]
    }
    assert shown < seated
    for id_ in seated:
        said = client.everything(f"/chat/chatrooms/{id_}/messages")
        wrote = any(one["author"]["id_ambassador"] == 108 for one in said)
        assert wrote is (id_ in shown)
    assert found(client, "ambassador", 4711) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type_chatroom", "1"),
        ("type_discussion", "3"),
        ("source", "1"),
        ("dialogue", "true"),
        ("last_rating", "6"),
        ("last_rating", ""),
        ("ambassador", "Léa"),
        ("ambassador", ""),
    ],
)
def test_a_wrong_value_is_invalid(client: Client, name: str, value: str) -> None:
    answer = client.call(LIST, params={f"filter[{name}]": value})
    assert answer.status_code == 422
    body = answer.json()
    assert body["errors"] == {f"filter.{name}": [body["message"]]}


def test_it_has_no_filter_of_another_list(client: Client) -> None:
    for name in ("archived", "flag", "status", "anomaly"):
        assert client.call(LIST, params={f"filter[{name}]": "1"}).status_code == 400


# Items a page


@pytest.mark.parametrize(
    ("asked", "given"),
    [("5", 5), ("100", 100), ("101", 100), ("9" * 30, 25), ("0", 25), ("-1", 25), ("x", 25)],
)
def test_per_page_is_heeded_up_to_a_hundred(client: Client, asked: str, given: int) -> None:
    body = client.json(LIST, params={"per_page": asked, "page": "2"})
    assert (body["per_page"], len(body["data"]), body["from"]) == (given, given, given + 1)
    assert body["last_page"] == -(-body["total"] // given)


def test_the_lists_under_chat_heed_it_only_when_told_to(client: Client, app: Sandbox) -> None:
    lists = {"/chat/ambassadors": 12, LEA: 100, "/chat/chatrooms/30670/messages": 100}

    def sizes() -> list[tuple[int, int]]:
        told = [
            (client.json(path, params={"per_page": size})["data"], size)
            for path in lists
            for size in (5, 100)
        ]
        return [(len(data), size) for data, size in told]

    usual = [(12, 5), (12, 100), (25, 5), (25, 100), (25, 5), (25, 100)]
    assert sizes() == usual
    app.heed_per_page()
    assert sizes() == [(5, 5), (12, 100), (5, 5), (100, 100), (5, 5), (100, 100)]
    for name in ("ambassadors", "chatrooms", "messages"):
        app.allow(name)
    assert sizes() == usual


# Other switches


def test_a_parameter_may_be_ignored(client: Client, app: Sandbox) -> None:
    before = {"filter[last_action_date_before]": "2026-03-01"}
    whole, older = client.json(LEA)["total"], client.json(LEA, params=before)["total"]
    assert 0 < older < whole
    app.ignore("chatrooms", "filter[last_action_date_before]")
    assert client.json(LEA, params=before)["total"] == whole
    app.ignore("manager chatrooms", "per_page")
    assert client.json(LIST, params={"per_page": "5"})["per_page"] == 25
    for name in ("chatrooms", "manager chatrooms"):
        app.allow(name)
    assert client.json(LEA, params=before)["total"] == older
    assert client.json(LIST, params={"per_page": "5"})["per_page"] == 5
    with pytest.raises(KeyError):
        app.ignore("mesages", "sort")


def test_the_plain_list_may_leave_archived_ones_out(client: Client, app: Sandbox) -> None:
    def shown(**filters: str) -> set[int]:
        return {one["id_chatroom"] for one in client.everything(LEA, **filters)}

    whole, archived = shown(), shown(**{"filter[archived]": "1"})
    assert archived
    assert archived < whole
    app.hide_archived()
    assert shown() == whole - archived
    assert shown(**{"filter[archived]": "1"}) == archived
    app.allow("chatrooms")
    assert shown() == whole
