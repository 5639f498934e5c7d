"""The data reads like a shop's: calm, varied, coherent, and the same for a seed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from inbox.sandbox.data import build_brand
from inbox.sandbox.render import listed_json
from inbox.sandbox.words import lines, names
from tests.sandbox.census import every_seed, rows, seats
from tests.sandbox.conftest import NOON


def test_contents_fit_their_type() -> None:
    by_type: dict[int, list[Any]] = {kind: [] for kind in (*range(10), 42)}
    for row in rows():
        if row["last_message"]:
            by_type[row["last_message"]["type_message"]].append(
                (row["last_message"]["content"], row["last_rating"])
            )
    spoken = [lines("fr"), lines("en")]
    known = {product for one in spoken for group in one.products.values() for product in group}
    comments = {comment for one in spoken for group in one.ratings.values() for comment in group}

    def said(kind: int) -> set[str]:
        return {content for content, _ in by_type[kind] if content}

    assert all(text.endswith(".jpg") for text in said(1))
    assert all(text.endswith(".mp4") for text in said(7))
    assert {text.startswith("https://") for text in said(1) | said(7)} == {True, False}
    assert said(2) <= comments
    assert all(rating for _, rating in by_type[2])
    assert said(3) <= known
    assert said(4) | said(9) == set()
    assert min(len(said(kind)) for kind in (0, 1, 2, 3, 5, 6, 7, 8)) >= 2


def test_most_rows_are_calm() -> None:
    total = len(rows())
    carrying = sum(1 for row in rows() if (row["last_summary"] or {}).get("anomaly") is not None)
    rated = sum(1 for row in rows() if row["last_rating"])
    plain = sum(1 for row in rows() if (row["last_message"] or {}).get("type_message") == 0)
    with_image = sum(1 for seat in seats() if seat["image"])
    assert 1 / 8 < carrying / total < 1 / 5
    assert 1 / 4 < rated / total < 2 / 5
    assert plain / total > 3 / 4
    assert 0 < with_image / len(seats()) < 1 / 3


@pytest.mark.parametrize("language", ["fr", "en"])
def test_there_is_much_to_say(language: Any) -> None:
    spoken = lines(language)
    scenes = [*spoken.anomalies, *spoken.scenes["cosmetics"], *spoken.scenes["sport"]]
    texts = {text for scene in scenes for text in (scene.customer, scene.reply)}
    assert len(texts) == 2 * len(scenes)
    shown = {row["last_message"]["content"] for row in rows() if row["last_message"]}
    assert sum(any(map(said_like(text), shown)) for text in texts) >= 60
    assert not any("{" in (content or "") for content in shown)


def said_like(text: str) -> Callable[[str | None], bool]:
    """Recognizes a text with any words in its holes."""
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)))
    return lambda content: bool(content and pattern.fullmatch(content))


def test_names_vary() -> None:
    first, last = names()
    assert len(set(first)) >= 60
    assert len(set(last)) >= 60
    assert len({(seat["firstname"], seat["lastname"]) for seat in seats()}) > 400


@every_seed
def test_ids_and_dates_hold_together(seed: int) -> None:
    for brand in (3, 8):
        brand_rows = rows(seed, brand)
        ids = [row["last_message"]["id_message"] for row in brand_rows if row["last_message"]]
        assert len(set(ids)) == len(ids)
    for room in build_brand(3, seed, NOON).rooms.values():
        if room.last:
            assert room.inserted < room.last.date < NOON
            assert room.last.author in [seat.person for seat in room.participants]


@every_seed
def test_brands_share_no_id(seed: int) -> None:
    one, other = (build_brand(number, seed, NOON) for number in (3, 8))
    assert not one.people.keys() & other.people.keys()
    assert not one.rooms.keys() & other.rooms.keys()


def test_the_seed_decides_everything() -> None:
    again = [listed_json(room, NOON) for room in build_brand(3, 1, NOON).rooms.values()]
    assert again == rows(1)
    assert rows(2) != rows(1)


def test_ids_do_not_depend_on_the_clock() -> None:
    later = build_brand(3, 1, NOON + timedelta(days=40))
    ids = [
        (
            room.id,
            room.last.id if room.last else None,
            [seat.person.id for seat in room.participants],
        )
        for room in later.rooms.values()
    ]
    assert ids == [
        (
            row["id_chatroom"],
            row["last_message"]["id_message"] if row["last_message"] else None,
            [seat["id_ambassador"] for seat in row["ambassadors"]],
        )
        for row in rows(1)
    ]
