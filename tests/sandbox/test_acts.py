"""PATCH …/archive, …/block and …/flag: what they change, and for which side."""

from collections.abc import Callable
from typing import Any

import pytest

from inbox.sandbox.app import Sandbox
from tests.sandbox.conftest import Client, Clock

Row = dict[str, Any]
LEA = "/chat/ambassadors/100/chatrooms"
ACTS = [("archive", "archive", "archived"), ("block", "is_blocked", "is_blocked")]


def seat_path(room: int, person: int, act: str) -> str:
    return f"/chat/chatrooms/{room}/ambassadors/{person}/{act}"


def everything(client: Client, **params: str) -> dict[int, Row]:
    return {row["id_chatroom"]: row for row in client.everything(LEA, **params)}


def ids(client: Client, **filters: object) -> set[int]:
    params = {f"filter[{name}]": str(value) for name, value in filters.items()}
    return set(everything(client, **params))


def state(row: Row, person: int, name: str) -> bool:
    (pivot,) = next(
        one["chatroom_pivot_data"] for one in row["ambassadors"] if one["id_ambassador"] == person
    )
    return bool(pivot[name])


@pytest.fixture
def room(client: Client) -> int:
    """One of Léa's own that is not archived or blocked."""
    rows = client.json(LEA, params={"sort": "-last_action_date"})["data"]
    return next(
        int(row["id_chatroom"])
        for row in rows
        if any(one["id_ambassador"] == 100 for one in row["ambassadors"])
        and not state(row, 100, "archived")
        and not state(row, 100, "is_blocked")
    )


@pytest.mark.parametrize(("act", "field", "told"), ACTS)
def test_an_act_changes_this_seat_and_nothing_else(
    client: Client, room: int, act: str, field: str, told: str
) -> None:
    before = everything(client)
    path = seat_path(room, 100, act)
    client.json(path, "PATCH", json={field: True})
    after = everything(client)
    assert [one for one in before if before[one] != after[one]] == [room]
    assert state(after[room], 100, told)
    (other,) = [one for one in after[room]["ambassadors"] if one["id_ambassador"] != 100]
    assert other in before[room]["ambassadors"]
    client.json(path, "PATCH", json={field: True})
    assert everything(client) == after
    client.json(path, "PATCH", json={field: False})
    assert everything(client) == before


def test_the_answers_are_as_documented(client: Client, room: int) -> None:
    said = [
        client.json(seat_path(room, 100, act), "PATCH", json=body)["message"]
        for act, body in (
            ("archive", {"archive": True}),
            ("archive", {"archive": False}),
            ("block", {"is_blocked": True}),
            ("block", {"is_blocked": False}),
            ("flag", {"flag": 1}),
            ("flag", {"flag": None}),
        )
    ]
    assert said == [
        "Chatroom archived successfully",
        "Chatroom unarchived successfully",
        f"chatroom {room} blocked successfully for ambassador 100",
        f"chatroom {room} unblocked successfully for ambassador 100",
        "Chatroom flagged successfully",
        None,
    ]


def test_an_archived_chatroom_is_listed_unless_the_filter_says_no(
    client: Client, room: int
) -> None:
    client.json(seat_path(room, 100, "archive"), "PATCH", json={"archive": True})
    assert room in ids(client)
    assert room in ids(client, archived=1)
    assert room not in ids(client, archived=0)
    client.json(seat_path(room, 100, "archive"), "PATCH", json={"archive": False})
    assert room not in ids(client, archived=1)
    assert room in ids(client, archived=0)


def test_the_flag_shows_through_the_filter_only(client: Client, room: int) -> None:
    path = seat_path(room, 100, "flag")
    client.json(path, "PATCH", json={"flag": None})
    before = everything(client), client.json(f"/chat/chatrooms/{room}")
    for flag, through in ((1, {1}), (2, {2}), (None, set[int]())):
        client.json(path, "PATCH", json={"flag": flag})
        assert (everything(client), client.json(f"/chat/chatrooms/{room}")) == before
        assert {one for one in (1, 2) if room in ids(client, flag=one)} == through


def test_the_flag_is_of_one_participant(client: Client, room: int) -> None:
    row = everything(client)[room]
    (other,) = [one["id_ambassador"] for one in row["ambassadors"] if one["id_ambassador"] != 100]
    for person, flag in ((100, 1), (other, 2)):
        client.json(seat_path(room, person, "flag"), "PATCH", json={"flag": flag})
    assert room in ids(client, flag=1)
    assert room not in ids(client, flag=2)


def test_in_a_guest_account_s_chatroom_it_is_the_guest_who_acts(client: Client) -> None:
    row, guest = next(
        (row, one["id_ambassador"])
        for row in everything(client).values()
        for one in row["ambassadors"]
        if one["firstname"] == "Léa" and one["id_ambassador"] != 100
    )
    room = row["id_chatroom"]
    for act, body in (("archive", {"archive": True}), ("flag", {"flag": 2})):
        assert client.call(seat_path(room, 100, act), "PATCH", json=body).status_code == 404
        client.json(seat_path(room, guest, act), "PATCH", json=body)
    assert room in ids(client, archived=1, flag=2)


WRONG: list[object] = [None, "yes", "", 2, -1, 1.5, [], [True], {}]


@pytest.mark.parametrize("value", WRONG, ids=str)
@pytest.mark.parametrize(("act", "field", "told"), ACTS)
def test_a_wrong_value_is_invalid_and_changes_nothing(
    client: Client, room: int, act: str, field: str, told: str, value: object
) -> None:
    before = everything(client)
    answer = client.call(seat_path(room, 100, act), "PATCH", json={field: value})
    assert answer.status_code == 422
    body = answer.json()
    assert body["errors"] == {field: [body["message"]]}
    assert everything(client) == before


@pytest.mark.parametrize("value", [0, 3, "1", "", True, 1.0, [1], {}], ids=str)
def test_a_wrong_flag_is_invalid(client: Client, room: int, value: object) -> None:
    answer = client.call(seat_path(room, 100, "flag"), "PATCH", json={"flag": value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["flag"]


@pytest.mark.parametrize("value", [True, 1, "1"], ids=repr)
def test_true_has_the_forms_that_laravel_knows(client: Client, room: int, value: object) -> None:
    client.json(seat_path(room, 100, "archive"), "PATCH", json={"archive": value})
    assert room in ids(client, archived=1)


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b'{"other": 1}'])
@pytest.mark.parametrize(
    ("act", "field"), [("archive", "archive"), ("block", "is_blocked"), ("flag", "flag")]
)
def test_a_body_without_the_field_is_invalid(
    client: Client, room: int, act: str, field: str, sent: bytes
) -> None:
    answer = client.call(seat_path(room, 100, act), "PATCH", data=sent)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


@pytest.fixture
def refused(client: Client, room: int) -> Callable[[str, dict[str, object]], list[int]]:
    def statuses(act: str, body: dict[str, object]) -> list[int]:
        seats = [(1, 100), (room, 999), (room, 106)]
        paths = [seat_path(*seat, act) for seat in seats]
        return [client.call(path, "PATCH", json=body).status_code for path in paths]

    return statuses


def test_who_or_what_is_not_there_is_not_found(
    refused: Callable[[str, dict[str, object]], list[int]],
) -> None:
    assert refused("archive", {"archive": True}) == [404] * 3
    assert refused("block", {"is_blocked": True}) == [404] * 3
    assert refused("flag", {"flag": 1}) == [404] * 3


@pytest.mark.parametrize("act", ["archive", "block", "flag"])
def test_only_patch_acts(client: Client, room: int, act: str) -> None:
    answer = client.call(seat_path(room, 100, act), "POST", json={})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "PATCH")


def test_what_was_carried_out_is_on_record(
    client: Client, app: Sandbox, clock: Clock, room: int
) -> None:
    """By state, with our id of the request, and nothing that was refused."""
    for act, body in [
        ("read", None),
        ("archive", {"archive": True}),
        ("archive", {"archive": False}),
        ("block", {"is_blocked": True}),
        ("flag", {"flag": 2}),
        ("flag", {"flag": None}),
        ("flag", {"flag": 9}),
    ]:
        method = "POST" if act == "read" else "PATCH"
        path = seat_path(room, 100, act)
        client.call(path, method, json=body, headers={"X-Request-ID": f"ours-{act}"})
    read, *changes = app.done
    assert read.state == str(app.brands[3].rooms[room].last.id)  # type: ignore[union-attr]
    assert [(one.act, one.state) for one in changes] == [
        ("archive", "on"),
        ("archive", "off"),
        ("block", "on"),
        ("flag", "2"),
        ("flag", "none"),
    ]
    assert {(one.brand, one.chatroom, one.participant, one.at) for one in app.done} == {
        (3, room, 100, clock.now)
    }
    assert [one.request_id for one in changes] == [f"ours-{one.act}" for one in changes]
