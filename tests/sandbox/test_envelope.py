"""The envelope against pages printed by Laravel itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.sandbox.answers import php_json
from inbox.sandbox.envelope import envelope, page_number, page_slice

PAGES = Path(__file__).parent / "laravel-pages"
PAGE_PARAMETER = {
    "first": "1",
    "middle": "15",
    "last": "30",
    "empty": None,
    "badpage": "abc",
    "outofrange": "99",
}


def stored(name: str) -> bytes:
    return (PAGES / f"{name}.json").read_bytes().strip()


def ours(page: dict[str, Any], raw_page: str | None) -> dict[str, Any]:
    total = page["total"]
    items = [
        {"id": number, "subject": f"Message {number}", "read_at": None}
        for number in range(1, total + 1)
    ]
    number = page_number(raw_page)
    data = page_slice(items, number, page["per_page"])
    return envelope(data, total=total, page=number, per_page=page["per_page"], path=page["path"])


@pytest.mark.parametrize(("name", "raw_page"), PAGE_PARAMETER.items())
def test_the_envelope_is_laravel_s_to_the_byte(name: str, raw_page: str | None) -> None:
    expected = stored(f"laravel12-{name}")
    assert php_json(ours(json.loads(expected), raw_page)) == expected


def test_laravel_8_differs_by_the_page_of_the_links_only() -> None:
    expected = stored("laravel8-middle")
    page = ours(json.loads(expected), "15")
    for link in page["links"]:
        link.pop("page", None)
    assert php_json(page) == expected


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (None, 1),
        ("", 1),
        ("abc", 1),
        ("0", 1),
        ("-3", 1),
        ("2.5", 1),
        ("02", 1),
        ("1e3", 1),
        ("9223372036854775808", 1),
        ("٣", 1),
        ("+4", 4),
        (" 7 ", 7),
        ("9223372036854775807", 9223372036854775807),
    ],
)
def test_page_is_read_as_php_reads_an_integer(raw: str | None, number: int) -> None:
    assert page_number(raw) == number


@pytest.mark.parametrize(
    ("page", "last", "labels"),
    [
        (1, 1, "1"),
        (5, 13, "1 2 3 4 5 6 7 8 9 10 11 12 13"),
        (7, 14, "1 2 3 4 5 6 7 8 9 10 ... 13 14"),
        (8, 14, "1 2 ... 5 6 7 8 9 10 11 12 13 14"),
        (8, 15, "1 2 ... 5 6 7 8 9 10 11 ... 14 15"),
        (9, 15, "1 2 ... 6 7 8 9 10 11 12 13 14 15"),
        (99, 3, "1 2 3"),
    ],
)
def test_the_window_of_links(page: int, last: int, labels: str) -> None:
    links: Any = envelope([], total=last, page=page, per_page=1, path="/p")["links"]
    assert [link["label"] for link in links[1:-1]] == labels.split()


pages = st.integers(1, 60)


@given(total=st.integers(0, 300), page=pages, per_page=st.integers(1, 40))
def test_the_numbers_agree_with_the_data(total: int, page: int, per_page: int) -> None:
    items = range(total)
    data = list(page_slice(items, page, per_page))
    body: Any = envelope(data, total=total, page=page, per_page=per_page, path="/p")
    if data:
        assert list(items)[body["from"] - 1 : body["to"]] == data
    else:
        assert (body["from"], body["to"]) == (None, None)
        assert page > body["last_page"] or total == 0
    assert (body["next_page_url"] is None) == (page >= body["last_page"])
    assert (body["prev_page_url"] is None) == (page == 1)


@given(total=st.integers(0, 300), per_page=st.integers(1, 40))
def test_following_the_pages_gives_every_item_once(total: int, per_page: int) -> None:
    seen: list[int] = []
    page, more = 1, True
    while more:
        data = page_slice(range(total), page, per_page)
        seen += data
        body = envelope(data, total=total, page=page, per_page=per_page, path="/p")
        more, page = body["next_page_url"] is not None, page + 1
    assert seen == list(range(total))


@given(last=st.integers(1, 80), page=pages)
def test_links_ascend_name_the_ends_and_mark_one_page(last: int, page: int) -> None:
    links: Any = envelope([], total=last, page=page, per_page=1, path="/p")["links"]
    shown = [link["page"] for link in links[1:-1] if link["label"] != "..."]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (1, last)
    assert [link["page"] for link in links if link["active"]] == [page] * (page <= last)
    assert all("page" not in link for link in links if link["label"] == "...")
