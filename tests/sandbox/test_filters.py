"""The filters of GET /chat/ambassadors/{ambassador}/chatrooms."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import NOON, Client

LEA = "/chat/ambassadors/100/chatrooms"
CAMILLE = "/chat/ambassadors/101/chatrooms"
Row = dict[str, Any]


def found(client: Client, path: str = CAMILLE, **filters: object) -> dict[int, Row]:
    params = {f"filter[{name}]": str(value) for name, value in filters.items()}
    return {row["id_chatroom"]: row for row in client.everything(path, **params)}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("archived", ("0", "1")),
        ("archived", ("false", "true")),
        ("commented", ("commented", "not_commented")),
        ("type_chatroom", ("0", "7")),
    ],
)
def test_a_filter_parts_the_list_in_two(client: Client, name: str, values: tuple[str, str]) -> None:
    one, other = (found(client, LEA, **{name: value}) for value in values)
    assert one
    assert other
    assert not one.keys() & other.keys()
    assert one | other == found(client, LEA)


def test_archived_is_what_the_own_side_s_pivot_says(client: Client) -> None:
    for value in (0, 1):
        for row in found(client, LEA, archived=value).values():
            pivots = [
                pivot["archived"]
                for one in row["ambassadors"]
                if one["firstname"] == "Léa"
                for pivot in one.get("chatroom_pivot_data", [])
            ]
            assert not pivots or any(pivot is bool(value) for pivot in pivots)


def test_the_type_is_the_row_s(client: Client) -> None:
    for value in (0, 7):
        rows = found(client, type_chatroom=value).values()
        assert {row["type_chatroom"] for row in rows} == {value}


def test_some_are_flagged_and_most_are_not(client: Client) -> None:
    to_do, done = found(client, flag=1), found(client, flag=2)
    assert not to_do.keys() & done.keys()
    assert 20 < len(to_do) < 100
    assert 20 < len(done) < 100


@pytest.mark.parametrize(
    "shape",
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d"],
)
def test_before_a_date_goes_by_the_last_message(client: Client, shape: str) -> None:
    limit = (NOON - timedelta(days=3)).replace(hour=0)
    rows = found(client, last_action_date_before=limit.strftime(shape))
    everything = found(client)
    assert 0 < len(rows) < len(everything)
    dated = {
        id_: datetime.fromisoformat(row["last_message"]["date_insert"])
        for id_, row in everything.items()
        if row["last_message"]
    }
    assert set(rows) == {id_ for id_, date in dated.items() if date < limit}
    assert len(dated) < len(everything)  # what has no message is before nothing


def test_filters_add_up_and_keep_to_the_sort(client: Client) -> None:
    params = {"filter[commented]": "commented", "filter[flag]": "1", "sort": "-last_action_date"}
    rows = client.everything(CAMILLE, **params)
    both = found(client, commented="commented").keys() & found(client, flag=1).keys()
    assert {row["id_chatroom"] for row in rows} == both
    dates = [row["last_message"]["date_insert"] for row in rows if row["last_message"]]
    assert len(dates) > 3
    assert dates == sorted(dates, reverse=True)


def test_the_page_counts_what_is_left(client: Client) -> None:
    body = client.json(CAMILLE, params={"filter[type_chatroom]": "7"})
    assert body["total"] == len(body["data"]) < 25
    assert body["last_page"] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("archived", "yes"),
        ("archived", ""),
        ("flag", "0"),
        ("flag", "3"),
        ("flag", "1,2"),
        ("commented", "true"),
        ("type_chatroom", "1"),
        ("last_action_date_before", "soon"),
        ("last_action_date_before", ""),
    ],
)
def test_a_wrong_value_is_invalid(client: Client, name: str, value: str) -> None:
    answer = client.call(CAMILLE, params={f"filter[{name}]": value})
    assert answer.status_code == 422
    body = answer.json()
    assert body["errors"] == {f"filter.{name}": [body["message"]]}


def test_nobody_has_the_filters_of_another_list(client: Client) -> None:
    for path in ("/chat/ambassadors", "/chat/chatrooms/30670/messages"):
        assert client.call(path, params={"filter[archived]": "1"}).status_code == 400


def test_messages_can_be_asked_for_up_to_a_date(client: Client) -> None:
    path = "/chat/chatrooms/30670/messages"
    dates = [one["date_insert"] for one in client.everything(path, sort="date_insert")]
    for place in (0, len(dates) // 2, len(dates) - 1):
        answer = client.call(path, params={"filter[sent_before]": dates[place]})
        assert answer.json()["total"] == place
    assert client.call(path, params={"filter[sent_before]": "soon"}).status_code == 422
