"""Every documented code and every odd shape is in brand 3, under any seed."""

from collections import Counter
from typing import Any

from inbox.sandbox.data import build_brand
from inbox.sandbox.render import ambassador_json, listed_json
from tests.sandbox.census import DATE_SHAPES, Row, every_seed, rows, seats, shapes, values
from tests.sandbox.conftest import NOON

NULLABLE = ("firstname", "lastname", "username", "email", "email_tmp", "customer_id", "image")


@every_seed
def test_every_documented_code_appears(seed: int) -> None:
    assert values(seed, "last_message", "type_message") == {*range(10), 42}
    assert values(seed, "last_message", "status_moderation") == {0, 1, 2, 3, None}
    assert values(seed, "last_rating", "value") == set(range(6))
    assert values(seed, "last_summary", "anomaly") == {*range(10), None}
    assert values(seed, "last_summary", "topic") == {*range(10), None}
    assert values(seed, "type_chatroom") == {0, 7}
    assert values(seed, "type_discussion") == {0, 1, 2}
    assert {seat["active"] for seat in seats(seed)} == {1, 0, -1, -2, -3, -4, -5}
    assert {seat["status"] for seat in seats(seed)} >= {0, 1, 3, 4, 5, 6, 7, 8, 11}


@every_seed
def test_every_form_of_the_source_appears(seed: int) -> None:
    expected = {0, 1, 2, "0", "2", "direct", "waiting_list", "hot_list", None}
    assert values(seed, "source") == expected


@every_seed
def test_every_form_of_the_dialogue_appears(seed: int) -> None:
    established = [row["established_dialogue"] for row in rows(seed)]
    assert {True, False, None} <= {value for value in established if not isinstance(value, str)}
    assert shapes({value for value in established if isinstance(value, str)}) == {"space"}


@every_seed
def test_every_shape_of_date_appears(seed: int) -> None:
    for field in ("date_insert", "last_message_date"):
        assert shapes(values(seed, field)) == set(DATE_SHAPES)
    assert shapes(values(seed, "last_summary", "date_insert")) == set(DATE_SHAPES)
    last_actions = {seat["last_action_date"] for seat in seats(seed)}
    assert shapes(last_actions) == set(DATE_SHAPES)
    assert None in last_actions


@every_seed
def test_every_null_appears(seed: int) -> None:
    for path in (
        ("last_message",),
        ("last_message_date",),
        ("last_rating",),
        ("last_rating", "comment"),
        ("last_summary",),
        ("last_summary", "date_insert"),
        ("last_summary", "summary"),
        ("last_message", "content"),
    ):
        # A nested null needs a parent that is there.
        present = [row for row in rows(seed) if len(path) == 1 or row[path[0]] is not None]
        nested = [row[path[0]] if len(path) == 1 else row[path[0]][path[1]] for row in present]
        assert None in nested, path
        assert any(nested), path
    assert "" in values(seed, "last_message", "content")
    for name in NULLABLE:
        assert {seat[name] is None for seat in seats(seed)} == {True, False}, name


@every_seed
def test_partial_summaries_appear(seed: int) -> None:
    summaries = [row["last_summary"] for row in rows(seed) if row["last_summary"]]
    forms = {tuple(value is None for value in summary.values()) for summary in summaries}
    assert (True, True, True, True) in forms
    assert (False, True, True, False) in forms or (False, True, False, False) in forms
    assert (False, False, True, True) in forms


@every_seed
def test_every_form_of_the_pivot_appears(seed: int) -> None:
    assert any("chatroom_pivot_data" not in seat for seat in seats(seed))
    assert any(seat.get("chatroom_pivot_data") == [] for seat in seats(seed))
    pivots = [pivot for seat in seats(seed) for pivot in seat.get("chatroom_pivot_data", [])]
    for name in ("is_blocked", "archived"):
        assert {pivot[name] for pivot in pivots} == {True, False}
    written = [
        pivot["last_read_message"]
        for row in rows(seed)
        if row["last_message"] and row["type_chatroom"] == 0
        for seat in row["ambassadors"]
        for pivot in seat.get("chatroom_pivot_data", [])
    ]
    assert None in written


@every_seed
def test_groups_seat_3_to_40_people(seed: int) -> None:
    sizes = {len(row["ambassadors"]) for row in rows(seed) if row["type_chatroom"] == 7}
    assert (min(sizes), max(sizes)) == (3, 40)
    assert {len(row["ambassadors"]) for row in rows(seed) if row["type_chatroom"] == 0} == {2}


@every_seed
def test_guest_accounts_are_tied_in_each_way_and_in_none(seed: int) -> None:
    brand = build_brand(3, seed, NOON)
    owner = ambassador_json(brand.people[101], NOON)
    ties = Counter(
        how(owner, listed_json(room, NOON)["ambassadors"]) for room in brand.rooms_of[101]
    )
    assert ties.keys() == {"himself", "customer_id", "email", "none"}
    assert ties["himself"] > ties["customer_id"] > 0
    assert ties["none"] < 10


def how(owner: Row, seated: Any) -> str:
    """Tell how a client may find the owner's side in a room."""
    if any(one["id_ambassador"] == owner["id_ambassador"] for one in seated):
        return "himself"
    outside = [one for one in seated if one["status"] in (7, 8)]
    if any(one["customer_id"] == owner["customer_id"] for one in outside):
        return "customer_id"
    addresses = [one["email_tmp"] or "" for one in outside]
    assert owner["email"] not in addresses
    return "email" if owner["email"] in map(str.lower, addresses) else "none"
