"""GET /chat/ambassadors/{ambassador}/chatrooms and POST …/read."""

from typing import Any

import pytest

from tests.sandbox.conftest import NOON, Client

SIZES = {100: 130, 101: 400, 102: 26, 103: 25, 105: 1, 106: 0}
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
    "last_summary",
    "last_message",
]
NEWEST = {"sort": "-last_action_date"}


def rooms_path(ambassador: int) -> str:
    return f"/chat/ambassadors/{ambassador}/chatrooms"


def seat_of(room: dict[str, Any], ambassador: int) -> dict[str, Any]:
    return next(one for one in room["ambassadors"] if one["id_ambassador"] == ambassador)


def is_unread(room: dict[str, Any], ambassador: int) -> bool:
    for one in room["ambassadors"]:
        for pivot in one.get("chatroom_pivot_data", []):
            if pivot["id_ambassador"] == ambassador and room["last_message"]:
                return bool((pivot["last_read_message"] or 0) < room["last_message"]["id_message"])
    return False


@pytest.mark.parametrize(("ambassador", "size"), SIZES.items())
def test_each_ambassador_has_the_promised_number(
    client: Client, ambassador: int, size: int
) -> None:
    body = client.json(rooms_path(ambassador))
    assert (body["total"], body["per_page"]) == (size, 25)
    rows = client.everything(rooms_path(ambassador))
    assert len({row["id_chatroom"] for row in rows}) == len(rows) == size


def test_the_others_have_a_moderate_number(client: Client) -> None:
    for ambassador in (104, 107, 108, 109, 110, 111):
        assert 10 <= client.json(rooms_path(ambassador))["total"] <= 60


def test_an_item_has_the_documented_keys_in_their_order(client: Client) -> None:
    rows = client.everything(rooms_path(100))
    assert all(list(row) == ITEM for row in rows)
    room = next(row for row in rows if row["last_message"] and row["type_chatroom"] == 0)
    assert list(room["last_message"]) == [
        "id_message",
        "date_insert",
        "author",
        "content",
        "type_message",
        "status_moderation",
    ]
    assert "chatroom_pivot_data" not in room["last_message"]["author"]


def test_without_a_sort_the_ids_ascend(client: Client) -> None:
    ids = [row["id_chatroom"] for row in client.everything(rooms_path(101))]
    assert ids == sorted(ids)


@pytest.mark.parametrize("sort", ["last_action_date", "-last_action_date"])
def test_the_sort_goes_by_the_last_message(client: Client, sort: str) -> None:
    rows = client.everything(rooms_path(101), sort=sort)
    dates = [row["last_message"]["date_insert"] if row["last_message"] else "" for row in rows]
    assert dates == sorted(dates, reverse=sort.startswith("-"))


def test_the_urls_lose_the_query_string(client: Client) -> None:
    body = client.json(rooms_path(100), params=NEWEST)
    assert body["path"] == client.url + rooms_path(100)
    assert body["next_page_url"] == f"{body['path']}?page=2"


def test_lea_s_newest_page_is_worth_a_demo(client: Client) -> None:
    rows = client.json(rooms_path(100), params=NEWEST)["data"]
    assert sum(is_unread(row, 100) for row in rows) >= 6
    assert rows[0]["last_message"]["date_insert"] >= f"{NOON:%Y-%m-%d}T11:55"
    assert rows[0]["last_message"]["content"]


def test_reading_is_kept_and_repeats_without_harm(client: Client) -> None:
    rows = client.json(rooms_path(100), params=NEWEST)["data"]
    room = next(row for row in rows if is_unread(row, 100))
    path = f"/chat/chatrooms/{room['id_chatroom']}/ambassadors/100/read"
    first = client.json(path, "POST")
    assert first == room["last_message"]
    after = client.json(rooms_path(100), params=NEWEST)["data"]
    assert client.json(path, "POST") == first
    again = client.json(rooms_path(100), params=NEWEST)["data"]
    assert after == again
    changed = [(old, new) for old, new in zip(rows, after, strict=True) if old != new]
    assert [old["id_chatroom"] for old, _ in changed] == [room["id_chatroom"]]
    pivot = seat_of(changed[0][1], 100)["chatroom_pivot_data"][0]
    assert pivot["last_read_message"] == first["id_message"]


def test_reading_as_someone_who_is_not_there_is_not_found(client: Client) -> None:
    room = client.json(rooms_path(105))["data"][0]["id_chatroom"]
    for path in (
        f"/chat/chatrooms/{room}/ambassadors/106/read",
        f"/chat/chatrooms/{room}/ambassadors/abc/read",
        "/chat/chatrooms/999/ambassadors/105/read",
    ):
        answer = client.call(path, "POST")
        assert answer.status_code == 404
        assert answer.json()["message"]


def test_a_chatroom_without_messages_cannot_be_read(client: Client) -> None:
    rows = client.everything(rooms_path(101))
    room = next(row for row in rows if row["last_message"] is None)
    someone = room["ambassadors"][0]["id_ambassador"]
    path = f"/chat/chatrooms/{room['id_chatroom']}/ambassadors/{someone}/read"
    answer = client.call(path, "POST")
    assert answer.status_code == 422
    body = answer.json()
    assert body["errors"] == {"chatroom": [body["message"]]}


def test_a_guest_account_reads_under_its_own_id(client: Client) -> None:
    found = client.json("/chat/ambassadors", params={"filter[name]": "camille"})
    customer_id = found["data"][0]["customer_id"]
    room, guest = next(
        (row, one)
        for row in client.everything(rooms_path(101))
        for one in row["ambassadors"]
        if one["customer_id"] == customer_id and one["id_ambassador"] != 101 and row["last_message"]
    )
    path = f"/chat/chatrooms/{room['id_chatroom']}/ambassadors"
    assert client.call(f"{path}/101/read", "POST").status_code == 404
    read = client.json(f"{path}/{guest['id_ambassador']}/read", "POST")
    assert read == room["last_message"]
