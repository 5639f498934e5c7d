"""Strategies: any JSON at all, and documented JSON with something else in one place."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]
Values = st.SearchStrategy[Any]

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # half surrogate pairs too
LIKELY = st.sampled_from(
    [
        *(0, 1, -1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**400, 0.5, 42.0, 1e308),
        *("", " ", "0", "1", "-1", "42", " 42 ", "1.0", "\u0662", "9" * 30, "true", "null"),
        *("2023-10-06T13:41:09.123000Z", "2024-05-04T09:42:00+00:00", "2023-10-06 13:41:09.123"),
        *("0000-00-00 00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
        *("string", "hot_list", "\ud83d", "<script>", "\x00", "{{ x }}", "javascript:alert(1)"),
        *([], {}, [{}], [[]], [None], {"id_chatroom": 8}, {"id_ambassador": "100"}),
    ]
)
ANY_JSON: Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | LIKELY,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(ANY_TEXT | st.sampled_from(["data", "id_chatroom"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def damaged(value: object) -> Values:
    """`value` with any JSON in the place of any one of its nodes, the root among them."""
    places = list(_places(value))
    return st.builds(_replaced, st.just(value), st.sampled_from(places), ANY_JSON)


def listing_of(chatrooms: Values) -> Values:
    """An envelope of a few of these."""
    return st.lists(chatrooms, max_size=3).map(
        lambda data: {"current_page": 1, "last_page": 1, "total": len(data), "data": data}
    )


def _places(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))


def _replaced(value: Any, path: Path, new: object) -> Any:
    if not path:
        return new
    changed = deepcopy(value)
    node = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = new
    return changed
